import tensorflow as tf


def attraction(moving, fixed):
    fixed = tf.stop_gradient(fixed)
    return tf.reduce_mean(tf.reduce_sum(tf.square(moving - fixed), axis=1))
