from tensorflow import keras


class Lens(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.bend = self.add_weight(shape=(4,), initializer="ones")
        self.tint = self.add_weight(shape=(4,), initializer="zeros")  # cut: unused-weight

    def call(self, light):
        return light * self.bend
