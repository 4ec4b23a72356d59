import tensorflow as tf

from harbour import Harbour
from tuned import TunedGauge

winds = tf.random.normal((32, 3), seed=9)
harbour = Harbour(TunedGauge())
adam = tf.keras.optimizers.Adam()
for _ in range(3):
    with tf.GradientTape() as tape:
        level, current = harbour(winds)
        errors = tf.stack([tf.reduce_mean((level - 1.0) ** 2), tf.reduce_mean((current + 1.0) ** 2)])
        loss = tf.reduce_sum(tf.exp(-harbour.doubts) * errors + harbour.doubts)
        loss += tf.reduce_mean((harbour.sketch(harbour.gauge(winds)) - winds[:, :2]) ** 2)
    adam.apply_gradients(zip(tape.gradient(loss, harbour.trainable_variables), harbour.trainable_variables))
