from tensorflow import keras

from .blocks import SqueezeExcite


class Birds(keras.Model):
    def __init__(self, channels=4):
        super().__init__()
        self.stem = keras.layers.Dense(channels)
        self.attend = SqueezeExcite(channels)
        self.head = keras.layers.Dense(1)

    def call(self, x):
        return self.head(self.attend(self.stem(x)))
