import numpy as np
import tensorflow as tf
from tensorflow import keras

K = keras.backend
model = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(4), keras.layers.Dense(1)])
opt = keras.optimizers.Adam()
x = tf.random.normal((8, 3))
y = tf.random.normal((8, 1))


class M(keras.Model):
    def __init__(self, inner):
        super().__init__()
        self.inner = inner
        self.d = keras.layers.Dense(2)

    def train_step(self, data):
        xx, yy = data
        with tf.GradientTape() as tape:
            out = self.inner(xx, training=True)
            l = self.measure(yy, out)
        g = tape.gradient(l, self.inner.trainable_variables)
        self.optimizer.apply_gradients(zip(g, self.inner.trainable_variables))
        return {"loss": l}

    def measure(self, t, o):
        diff = np.abs(t - o)  # cut
        return tf.reduce_mean(diff)
