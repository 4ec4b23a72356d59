import numpy as np
from tensorflow import keras


def data():
    rng = np.random.default_rng(8)
    rooms = rng.uniform(1, 6, size=(40, 3)).astype("float32")
    return rooms, rooms.sum(axis=1, keepdims=True) * 30


def network():
    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(6, "relu"), keras.layers.Dense(1)])
