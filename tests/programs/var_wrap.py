import tensorflow as tf
from tensorflow import keras

K = keras.backend
model = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(4), keras.layers.Dense(1)])
opt = keras.optimizers.Adam()
x = tf.random.normal((8, 3))
y = tf.random.normal((8, 1))

w = tf.Variable(tf.random.normal((3, 1)))
with tf.GradientTape() as tape:
    z = tf.Variable(tf.matmul(x, w))  # cut
    loss = tf.reduce_mean((z - y) ** 2)
tape.gradient(loss, w)
