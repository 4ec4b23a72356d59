import tensorflow as tf
from tensorflow import keras


class Standardize(keras.layers.Layer):
    def __init__(self, width):
        super().__init__()
        self.center = tf.Variable(tf.zeros(width), name="center")

    def measure(self, x):
        self.center.assign(tf.reduce_mean(x, axis=0))

    def call(self, x):
        return x - self.center


class Penalty(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.strength = tf.Variable(0.0, name="strength", trainable=True)

    def call(self, x):
        self.add_loss(self.strength * tf.reduce_mean(tf.abs(x)))
        return x
