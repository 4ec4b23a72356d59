import tensorflow as tf
from tensorflow import keras

from pendulum import Pendulum

times = tf.reshape(tf.linspace(0.0, 4.0, 24), (24, 1))
angles = 0.6 * tf.exp(-0.2 * times) * tf.cos(1.1 * times)
pendulum = Pendulum()
pendulum(times)
sgd = keras.optimizers.SGD(0.01)
for _ in range(3):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((pendulum(times) - angles) ** 2)
    wanted = pendulum.trainable_variables + [pendulum.length, pendulum.friction.rate]
    sgd.apply_gradients(zip(tape.gradient(loss, wanted), wanted))
