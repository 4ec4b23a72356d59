import numpy as np

from seismo.numeric import scaled, soft_clip


def test_soft_clip_keeps_small_values():
    assert np.allclose(soft_clip(np.array([0.001]), 3.0), 0.001)


def test_scaled():
    traces = np.random.default_rng(0).normal(size=(3, 50))
    assert np.allclose(np.mean(scaled(traces) ** 2, axis=1), 1.0)
