import tensorflow as tf


class Friction:
    def __init__(self):
        self.rate = tf.Variable(0.1)

    def damp(self, t):
        return self.call(t)

    def call(self, t):
        return tf.exp(-self.rate * t)
