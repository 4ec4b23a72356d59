import numpy as np


def normalise(x):
    return (x - np.mean(x)) / (np.std(x) + 1e-6)


def distance(a, b):
    return float(np.sqrt(np.sum((a - b) ** 2)))
