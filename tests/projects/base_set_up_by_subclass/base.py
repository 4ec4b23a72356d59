from tensorflow import keras


class Configured(keras.Model):
    def __init__(self, units):
        self.units = units
