import tensorflow as tf
from tensorflow import keras

K = keras.backend
model = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(4), keras.layers.Dense(1)])
opt = keras.optimizers.Adam()
x = tf.random.normal((8, 3))
y = tf.random.normal((8, 1))

from numpy import mean, square


def mse(a, b):
    return mean(square(a - b))  # cut


with tf.GradientTape() as tape:
    loss = mse(model(x), y)
tape.gradient(loss, model.trainable_variables)
