import numpy as np
import tensorflow as tf


def load(seed, n=24):
    rng = np.random.default_rng(seed)
    sizes = rng.normal(size=(n, 4)).astype("float32")
    return sizes, np.eye(3, dtype="float32")[np.argmax(sizes[:, :3], axis=1)]


def sieve():
    return tf.keras.Sequential([tf.keras.layers.Dense(6, activation="relu"), tf.keras.layers.Dense(3)])
