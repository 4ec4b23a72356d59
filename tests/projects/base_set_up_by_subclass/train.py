import tensorflow as tf
from tensorflow import keras

from base import Configured


class Orchard(Configured):
    def __init__(self, units):
        keras.Model.__init__(self)
        Configured.__init__(self, units)
        self.ripe = keras.layers.Dense(self.units)

    def call(self, x):
        return self.ripe(x)


sun = tf.random.normal((24, 4), seed=2)
orchard = Orchard(1)
orchard.compile("sgd", "mse")
orchard.fit(sun, tf.reduce_mean(sun, axis=1, keepdims=True), verbose=0)
