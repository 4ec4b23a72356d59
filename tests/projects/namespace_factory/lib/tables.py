import numpy as np


def customers(n=64):
    rng = np.random.RandomState(11)
    table = rng.normal(size=(n, 4)).astype("float32")
    left = (table[:, 0] - table[:, 2] > 0).astype("float32")
    return table, left
