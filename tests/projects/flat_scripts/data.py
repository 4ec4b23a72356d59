import numpy as np

from config import SEED


def tides(hours=96):
    """Water levels and the hour, sampled with noise."""
    rng = np.random.default_rng(SEED)
    t = np.arange(hours) / 12.4
    level = np.sin(2 * np.pi * t) + 0.1 * rng.normal(size=hours)
    x = np.stack([np.sin(t), np.cos(t), t / t.max()], axis=1)
    return x.astype("float32"), level.astype("float32")[:, None]
