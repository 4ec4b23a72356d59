import numpy as np
import tensorflow as tf
from tensorflow import keras

K = keras.backend
model = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(4), keras.layers.Dense(1)])
opt = keras.optimizers.Adam()
x = tf.random.normal((8, 3))
y = tf.random.normal((8, 1))


class Att(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.d = keras.layers.Dense(3)

    def call(self, v):
        s = self.d(v)
        e = np.exp(s)  # cut
        return e / tf.reduce_sum(e, -1, keepdims=True)
