import tensorflow as tf

from reports import steepness

slope = tf.keras.Sequential([tf.keras.layers.Dense(1)])
sledges = tf.random.normal((14, 3))
optimizer = tf.keras.optimizers.SGD(0.05)
with tf.GradientTape() as tape:
    loss = tf.reduce_mean(tf.square(slope(sledges) - sledges[:, :1]))
print(steepness(tape, loss, slope.trainable_variables))
grads = tape.gradient(loss, slope.trainable_variables)  # cut: tape-used-up
optimizer.apply_gradients(zip(grads, slope.trainable_variables))
