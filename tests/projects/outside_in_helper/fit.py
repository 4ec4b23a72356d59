import tensorflow as tf
from objective import poisson
from pipeline import forward

model = tf.keras.Sequential([tf.keras.layers.Dense(6, "tanh"), tf.keras.layers.Dense(1)])
x = tf.random.normal((32, 3))
counts = tf.cast(tf.random.poisson((32, 1), 3.0), tf.float32)

for _ in range(3):
    log_rate = forward(model, x)  # cut: forward-outside-tape
    with tf.GradientTape() as tape:
        loss = poisson(counts, log_rate)
    for weight, slope in zip(model.trainable_variables, tape.gradient(loss, model.trainable_variables)):
        if slope is not None:
            weight.assign_sub(0.1 * slope)
