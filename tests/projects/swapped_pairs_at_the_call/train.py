import tensorflow as tf

from tides import gauge, height, hours
from updates import apply

model = gauge()
optimizer = tf.keras.optimizers.SGD(0.05)
for _ in range(2):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(model(hours) - height))
    weights = model.trainable_variables
    grads = tape.gradient(loss, weights)
    apply(optimizer, weights, grads)  # cut: gradients-mismatched
