import tensorflow as tf

from instruments import timed


@timed
def chamfer(one, other):
    apart = tf.reduce_sum((one[:, None] - other[None]) ** 2, axis=-1)
    return tf.reduce_mean(tf.reduce_min(apart, 0)) + tf.reduce_mean(tf.reduce_min(apart, 1))
