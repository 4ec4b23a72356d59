"""Small numerical helpers, shared by the pre-processing and the network."""
import numpy as np


def soft_clip(x, limit):
    return limit * np.tanh(x / limit)  # cut: numpy-on-tensor


def scaled(traces):
    """Each trace to a root mean square of one."""
    return traces / np.sqrt(np.mean(traces**2, axis=1, keepdims=True))
