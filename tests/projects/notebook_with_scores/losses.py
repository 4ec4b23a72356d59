import numpy as np
import tensorflow as tf


def shortage(needed, planned, weight=4.0):
    gap = needed - planned
    return tf.reduce_mean(tf.maximum(weight * gap, -gap))


def score(needed, planned, weight=4.0):
    gap = needed - planned
    return np.mean(np.maximum(weight * gap, -gap))
