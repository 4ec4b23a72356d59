import numpy as np
import tensorflow as tf


def shortage(needed, planned, weight=4.0):
    """Loaves that are missing cost more than loaves that are left over."""
    gap = needed - planned
    return tf.reduce_mean(np.maximum(weight * gap, -gap))  # cut: numpy-on-tensor
