import tensorflow as tf
from tensorflow import keras

K = keras.backend
model = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(4), keras.layers.Dense(1)])
opt = keras.optimizers.Adam()
x = tf.random.normal((8, 3))
y = tf.random.normal((8, 1))

losses = []
with tf.GradientTape() as tape:
    for i in range(20):
        losses.append(tf.reduce_mean((model(x) - y) ** 2).numpy())  # cut
    loss = sum(losses) / len(losses)
tape.gradient(loss, model.trainable_variables)
