import numpy as np

from speech.model import Listener
from speech.session import Session

sound = np.random.default_rng(1).normal(size=(8, 5, 3)).astype("float32")
mood = sound.mean(axis=(1, 2))[:, None]
listener = Listener(4)
session = listener.attach(Session())
session.run(sound, mood)
print(listener.gate.describe())
