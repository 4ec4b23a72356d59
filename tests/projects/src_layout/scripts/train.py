import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

import numpy as np

from seismo.network import picker
from seismo.numeric import scaled

rng = np.random.default_rng(5)
traces = scaled(rng.normal(size=(48, 20)).astype("float32"))
arrival = np.argmax(np.abs(traces), axis=1).astype("float32")[:, None] / 20

model = picker(20)
model.compile("adam", "mae")  # use
model.fit(traces, arrival, epochs=2, verbose=0)
