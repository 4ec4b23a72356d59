import numpy as np
from tensorflow import keras

from blocks import Lens

light = np.random.rand(16, 4).astype("float32")
camera = keras.Sequential([Lens(), keras.layers.Dense(1)])  # use
camera.compile("sgd", "mse")
camera.fit(light, light[:, :1], verbose=0)
