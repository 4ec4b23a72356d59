import tensorflow as tf

from . import base


class Growth(base.Task):
    def predict(self, times):
        return tf.exp(self.rate * times)

    def loss(self, times, sizes):
        return tf.reduce_mean((self.predict(times) - sizes) ** 2)

    def report(self, times, sizes):
        return super().loss(times, sizes)
