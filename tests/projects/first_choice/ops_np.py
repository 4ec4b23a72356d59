import numpy as np


def logsumexp(x):
    top = np.max(x, axis=-1, keepdims=True)
    return np.log(np.sum(np.exp(x - top), axis=-1)) + top[..., 0]


def entropy(p):
    return -np.sum(p * np.log(p + 1e-9), axis=-1)
