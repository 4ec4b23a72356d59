import tensorflow as tf


def logsumexp(x):
    return tf.reduce_logsumexp(x, axis=-1)


def entropy(p):
    return -tf.reduce_sum(p * tf.math.log(p + 1e-9), axis=-1)
