import tensorflow as tf
from tensorflow import keras

K = keras.backend
model = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(4), keras.layers.Dense(1)])
opt = keras.optimizers.Adam()
x = tf.random.normal((8, 3))
y = tf.random.normal((8, 1))

with tf.GradientTape() as tape:
    if (loss := tf.reduce_mean(tf.sign(model(x)))) is not None:  # cut
        pass
g = tape.gradient(loss, model.trainable_variables)
