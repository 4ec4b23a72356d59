import keras
import numpy as np

from losses import huber, huber_array, mape
from network import network

scores = mape
mape = keras.losses.MeanAbsolutePercentageError()

x = np.random.default_rng(0).uniform(1, 2, size=(24, 2)).astype("float32")
y = x.sum(axis=1, keepdims=True)
for loss in (huber, mape):
    model = network()
    model.compile("adam", loss=loss)
    model.fit(x, y, epochs=2, verbose=0)
    guess = model.predict(x, verbose=0)
    print(huber_array(y, guess), scores(y, guess))
