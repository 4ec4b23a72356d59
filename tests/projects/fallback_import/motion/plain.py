import tensorflow as tf


def smoothness(path):
    """Mean squared second difference of a path (time, 2)."""
    bend = path[2:] - 2 * path[1:-1] + path[:-2]
    return tf.constant(float(tf.reduce_mean(bend**2)))  # cut: tensor-converted
