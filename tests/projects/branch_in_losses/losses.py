import tensorflow as tf


def cold_snap(y_true, y_pred):
    error = y_true - y_pred
    if error > 0.0:  # cut: branch-on-tensor
        return tf.square(error)
    return tf.abs(error)
