import numpy as np


def fill(model):
    for name, shape in {"stations": (3, 6)}.items():
        getattr(model, name).set_weights([np.eye(*shape), np.zeros(shape[1])])
