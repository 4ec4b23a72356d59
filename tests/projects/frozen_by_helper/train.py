import tensorflow as tf
from tensorflow import keras

from tools import freeze

maps = tf.random.normal((16, 3), seed=7)
roads = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4), keras.layers.Dense(1)])
freeze(roads)
roads.compile("sgd", "mse")
roads.fit(maps, maps[:, :1], verbose=0)
