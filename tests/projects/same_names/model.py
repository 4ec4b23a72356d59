import tensorflow as tf

from tensors import normalise


class Profile(tf.keras.Model):
    def __init__(self):
        super().__init__()
        self.inner = tf.keras.layers.Dense(5)
        self.outer = tf.keras.layers.Dense(2)

    def call(self, x):
        return self.outer(normalise(self.inner(x)))
