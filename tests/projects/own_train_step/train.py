import numpy as np

from models import Autoencoder

x = np.random.default_rng(6).normal(size=(32, 6)).astype("float32")
model = Autoencoder(6, 2)
model.compile(run_eagerly=True)
model.fit(x, x, epochs=2, verbose=0)
