import numpy as np


def penalty(weights):
    return sum(np.sum(np.square(w)) for w in weights)


def total(error, weights):
    return error + 1e-3 * penalty(weights)
