import tensorflow as tf
from tensorflow import keras

from gates import Gate

tides = tf.random.normal((24, 3), seed=5)
model = keras.Sequential([keras.layers.Dense(2), Gate(), keras.layers.Dense(1)])
model.compile("adam", "mse")
model.fit(tides, tf.reduce_sum(tides, axis=1, keepdims=True), verbose=0)
