import tensorflow as tf
from tensorflow import keras

K = keras.backend
model = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(4), keras.layers.Dense(1)])
opt = keras.optimizers.Adam()
x = tf.random.normal((8, 3))
y = tf.random.normal((8, 1))

i = 0
while i < 10:
    with tf.GradientTape(persistent=True) as tape:
        out = model(x)
        loss = keras.losses.mse(y, out.numpy())  # cut
    g = tape.gradient(loss, model.trainable_variables)
    i += 1
