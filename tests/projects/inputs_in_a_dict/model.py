import tensorflow as tf
from tensorflow import keras

from neighbours import apart, dense, longest


class Neighbourly(keras.Model):
    def __init__(self, base, weight=0.1):
        super().__init__()
        self.base = base
        self.weight = weight

    def call(self, features):
        own, near = apart(features)
        tables = tf.nest.flatten(own)
        assert longest(tables) == 3
        height = self.base(dense(own["x"]))
        for name in near:
            self.add_loss(self.weight * tf.reduce_mean(tf.square(self.base(near[name]) - height)))
        return height
