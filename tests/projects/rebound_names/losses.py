import numpy as np

try:
    import tensorflow as tf
except ImportError:
    tf = None


def huber(y_true, y_pred, delta=1.0):
    apart = np.abs(y_true - y_pred)
    return np.mean(np.where(apart < delta, 0.5 * apart**2, delta * (apart - 0.5 * delta)))


def mape(y_true, y_pred):
    return np.mean(np.abs((y_true - y_pred) / y_true))


huber_array = huber

if tf is not None:

    def huber(y_true, y_pred, delta=1.0):
        apart = tf.abs(y_true - y_pred)
        return tf.reduce_mean(tf.where(apart < delta, 0.5 * apart**2, delta * (apart - 0.5 * delta)))
