import numpy as np
import tensorflow as tf

import arrays
from arrays import normalise
from model import Profile
from tensors import distance

x = normalise(np.random.default_rng(3).normal(size=(12, 4))).astype("float32")
goal = x[:, :2] * 2
profile = Profile()
rate = 0.01
for _ in range(3):
    with tf.GradientTape() as tape:
        apart = distance(profile(x), goal)
    for weight, slope in zip(profile.trainable_weights, tape.gradient(apart, profile.trainable_weights)):
        weight.assign_sub(rate * slope)
print(arrays.distance(profile(x).numpy(), goal))
