"""Random arguments for the measurement, the same in every run.

Short names, because the recipes are read as a table: ``f(3, 4)`` is a float32 tensor of shape (3, 4) drawn
from a normal distribution, ``pos`` lies in (0.5, 2), ``unit`` in (0.05, 0.95), ``big`` in (1.1, 3).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import tensorflow as tf

Recipe = Callable[[], Mapping[str, Any]]
"""Makes the arguments of one call, by name; under ``*`` stands a list of positional ones."""
Table = Mapping[str, Recipe | tuple[Recipe, ...]]
"""Recipes by the names, separated by spaces, of the callables that they serve."""

_random = np.random.default_rng(0)


def reset(seed: int) -> None:
    """Start the stream of random numbers anew."""
    global _random  # noqa: PLW0603 - one stream for all recipes, or each would be handed a generator
    _random = np.random.default_rng(seed)


def f(*shape: int) -> Any:
    """Float32, normal."""
    return tf.constant(_random.normal(size=shape), tf.float32)


def unit(*shape: int) -> Any:
    """Float32 in (0.05, 0.95)."""
    return tf.constant(_random.uniform(0.05, 0.95, size=shape), tf.float32)


def pos(*shape: int) -> Any:
    """Float32 in (0.5, 2)."""
    return tf.constant(_random.uniform(0.5, 2.0, size=shape), tf.float32)


def big(*shape: int) -> Any:
    """Float32 in (1.1, 3)."""
    return tf.constant(_random.uniform(1.1, 3.0, size=shape), tf.float32)


def prob(*shape: int) -> Any:
    """Float32, positive, the last axis sums to one."""
    values = _random.uniform(0.1, 1.0, size=shape)
    return tf.constant(values / values.sum(axis=-1, keepdims=True), tf.float32)


def spd(n: int, *batch: int) -> Any:
    """Float32, symmetric positive definite matrices."""
    root = _random.normal(size=(*batch, n, n))
    return tf.constant(root @ np.swapaxes(root, -1, -2) + n * np.eye(n), tf.float32)


def lower(n: int) -> Any:
    """Float32, a lower triangular matrix with a dominant diagonal."""
    return tf.constant(np.tril(_random.normal(size=(n, n))) + n * np.eye(n), tf.float32)


def sym(n: int) -> Any:
    """Float32, a symmetric matrix."""
    root = _random.normal(size=(n, n))
    return tf.constant(root + root.T, tf.float32)


def c(*shape: int) -> Any:
    """Complex64, normal."""
    return tf.complex(f(*shape), f(*shape))


def i(high: int, *shape: int) -> Any:
    """Int32 in [0, high)."""
    return tf.constant(_random.integers(0, high, size=shape), tf.int32)


def b(*shape: int) -> Any:
    """Bool, both values present when there is room for them."""
    values = _random.integers(0, 2, size=shape).astype(bool)
    if values.size > 1:
        values.flat[0], values.flat[1] = True, False
    return tf.constant(values)


def hot(rows: int, classes: int) -> Any:
    """Float32, one-hot rows."""
    return tf.one_hot(i(classes, rows), classes)


def sparse(rows: int = 3, columns: int = 4) -> Any:
    """A float SparseTensor with one value in each row and one more in the first."""
    indices = [[0, 0]] + [[row, (row + 1) % columns] for row in range(rows)]
    return tf.sparse.SparseTensor(indices, f(len(indices)), [rows, columns])


def ragged() -> Any:
    """A float RaggedTensor of three rows."""
    return tf.RaggedTensor.from_row_lengths(f(6), [2, 1, 3])


def var(*shape: int) -> Any:
    """A float32 variable."""
    return tf.Variable(f(*shape))
