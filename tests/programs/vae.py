import numpy as np
import tensorflow as tf
from tensorflow import keras

K = keras.backend
model = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(4), keras.layers.Dense(1)])
opt = keras.optimizers.Adam()
x = tf.random.normal((8, 3))
y = tf.random.normal((8, 1))

enc = keras.Sequential([keras.layers.Dense(4)])
dec = keras.Sequential([keras.layers.Dense(3)])


def sample(mu):
    eps = np.random.normal(size=mu.shape)
    return mu + eps


@tf.function
def step(xb):
    with tf.GradientTape() as et, tf.GradientTape() as dt:
        mu = enc(xb)
        z = sample(mu)
        r = dec(tf.stop_gradient(z))  # cut
        l = tf.reduce_mean((r - xb) ** 2)
    ge = et.gradient(l, enc.trainable_variables)
    gd = dt.gradient(l, dec.trainable_variables)


step(x)
