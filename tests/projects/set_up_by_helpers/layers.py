import tensorflow as tf
from tensorflow import keras

from common import Named, begin, soft


class Mixed(Named, keras.layers.Layer):
    def __init__(self, units):
        self.set_up(name="mixed")
        self.mix = keras.layers.Dense(units)

    def call(self, x):
        return self.mix(x)


class Begun(keras.layers.Layer):
    def __init__(self, units):
        begin(self, name="begun")
        self.mix = keras.layers.Dense(units)

    def call(self, x):
        return self.mix(x)


@soft
class Hard(keras.layers.Layer):
    def __init__(self, units):
        super().__init__()
        self.mix = keras.layers.Dense(units)

    def call(self, x):
        return tf.round(self.mix(x))
