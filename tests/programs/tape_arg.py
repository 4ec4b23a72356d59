import tensorflow as tf
from tensorflow import keras

K = keras.backend
model = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(4), keras.layers.Dense(1)])
opt = keras.optimizers.Adam()
x = tf.random.normal((8, 3))
y = tf.random.normal((8, 1))


def grads(tape, loss):
    return tape.gradient(loss, model.trainable_variables)


with tf.GradientTape() as tape:
    p = model(x)
    loss = tf.reduce_mean(tf.cast(p, tf.int32))  # cut
grads(tape, loss)
