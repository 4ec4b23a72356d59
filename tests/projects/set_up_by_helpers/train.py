import numpy as np
from tensorflow import keras

from layers import Begun, Hard, Mixed

model = keras.Sequential([Mixed(4), Begun(4), Hard(4), keras.layers.Dense(1)])
model.compile("sgd", "mse")
rows = np.random.rand(16, 3).astype("float32")
model.fit(rows, rows.sum(1, keepdims=True), epochs=2, verbose=0)
