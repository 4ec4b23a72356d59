import tensorflow as tf
from tensorflow import keras


class Gauge(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.mix = keras.layers.Dense(4)

    def build(self, shape):
        self.gain = self.add_weight(shape=(4,), initializer="ones", name="gain")
        super().build(shape)

    def call(self, x):
        return self.tuned(self.mix(x))

    def tuned(self, x):
        return x


class Harbour(keras.Model):
    def __init__(self, gauge):
        super().__init__()
        self.gauge = gauge
        self.level, self.current = keras.layers.Dense(1), keras.layers.Dense(1)
        self.sketch = keras.layers.Dense(2)
        self.doubts = self.add_weight(shape=(2,), initializer="zeros", name="doubts")

    def call(self, x):
        hidden = tf.nn.tanh(self.gauge(x))
        return self.level(hidden), self.current(hidden)
