import numpy as np
import tensorflow as tf


def pinball_np(y_true, y_pred, q):
    miss = y_true - y_pred
    return np.mean(np.maximum(q * miss, (q - 1) * miss))


def pinball(y_true, y_pred, q=0.8):
    miss = y_true - y_pred
    return tf.reduce_mean(tf.maximum(q * miss, (q - 1) * miss))
