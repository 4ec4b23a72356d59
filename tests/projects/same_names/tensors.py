import tensorflow as tf


def normalise(x):
    return (x - tf.reduce_mean(x)) / (tf.math.reduce_std(x) + 1e-6)


def distance(a, b):
    return tf.sqrt(tf.reduce_sum((a - b) ** 2) + 1e-9)
