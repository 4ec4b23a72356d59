import tensorflow as tf


def eighth(x):
    """To the nearest eighth; the gradient passes as if nothing had happened."""
    return x + tf.stop_gradient(tf.round(x * 8.0) / 8.0 - x)
