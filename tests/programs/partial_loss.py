import functools

import tensorflow as tf
from tensorflow import keras

K = keras.backend
model = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(4), keras.layers.Dense(1)])
opt = keras.optimizers.Adam()
x = tf.random.normal((8, 3))
y = tf.random.normal((8, 1))


def wl(alpha, y_true, y_pred):
    return alpha * tf.reduce_mean(tf.round(y_pred) - y_true)  # cut


model.compile(opt, loss=functools.partial(wl, 0.5))
model.fit(x, y, verbose=0)
