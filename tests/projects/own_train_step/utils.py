import os

import numpy as np


def ensure_folder(path):
    os.makedirs(path, exist_ok=True)


def l2(values):
    return np.sqrt(np.sum(values**2))  # cut: numpy-on-tensor


def seconds(value):
    return f"{value:.1f} s"
