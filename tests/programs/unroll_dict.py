import numpy as np
import tensorflow as tf
from tensorflow import keras

K = keras.backend
model = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(4), keras.layers.Dense(1)])
opt = keras.optimizers.Adam()
x = tf.random.normal((8, 3))
y = tf.random.normal((8, 1))

heads = {"a": keras.layers.Dense(1), "b": keras.layers.Dense(1)}
with tf.GradientTape() as tape:
    outs = {k: h(x) for k, h in heads.items()}
    total = 0.0
    for k, v in outs.items():
        total += np.mean((v - y) ** 2)  # cut
vs = [w for h in heads.values() for w in h.trainable_variables]
g = tape.gradient(total, vs)
