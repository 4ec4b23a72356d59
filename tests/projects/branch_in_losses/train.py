import numpy as np
from tensorflow import keras

from losses import cold_snap

nights = np.random.rand(16, 4).astype("float32")
model = keras.Sequential([keras.layers.Dense(1)])
model.compile("sgd", cold_snap)  # use
model.fit(nights, nights[:, :1], verbose=0)
