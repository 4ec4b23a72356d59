import tensorflow as tf


class Noise(tf.Module):
    def __init__(self):
        super().__init__()
        self.raw = tf.Variable(0.0)
        self.shift = tf.Variable(0.1)
        self.scale = tf.math.softplus(self.raw)  # cut: weights-transformed-once

    def misfit(self, x):
        return tf.reduce_mean(((x - self.shift) / self.scale) ** 2)
