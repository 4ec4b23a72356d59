import importlib
import sys

import tensorflow as tf

from tuner import Tuner

kind = sys.argv[1] if len(sys.argv) > 1 else "loop"
loop = importlib.import_module(kind).Loop(Tuner(), 0.01)
waves = tf.random.normal((16, 4), seed=3)
for _ in range(3):
    print({name: float(loss) for name, loss in loop.step(waves).items()})
