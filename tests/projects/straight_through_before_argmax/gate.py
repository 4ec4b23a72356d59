import numpy as np
import tensorflow as tf
from tensorflow import keras


class Gate(keras.Model):
    def __init__(self):
        super().__init__()
        self.score = keras.layers.Dense(4)

    def call(self, x):
        hidden = self.score(x)
        hidden = hidden / tf.stop_gradient(tf.reduce_max(tf.abs(hidden)))
        return x * self.threshold(tf.sigmoid(scaled(hidden)))

    @staticmethod
    def threshold(opening):
        hard = tf.cast(opening > 0.5, tf.float32)
        return opening + tf.stop_gradient(hard - opening)


def scaled(hidden):
    return hidden / (np.abs(hidden).max() + 1.0)
