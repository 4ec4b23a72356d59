import tensorflow as tf

from params import params

held = params()
with tf.GradientTape() as tape:
    loss = (held["scale"] * tf.cast(held["steps"], tf.float32) - 1.0) ** 2
print(tape.gradient(loss, [held["steps"], held["scale"]]))  # use
print(tf.one_hot(held["steps"], 5), tf.range(10)[held["steps"]])
