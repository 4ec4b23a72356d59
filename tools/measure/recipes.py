"""How callables are called that cannot be guessed: the tables of the three ``recipes_…`` modules, by full name."""

from __future__ import annotations

from collections.abc import Iterator

from tools.measure import (
    recipes_compat,
    recipes_image,
    recipes_keras,
    recipes_keras_ops,
    recipes_nn,
    recipes_numpy_like,
    recipes_sparse,
    recipes_tensorflow,
)
from tools.measure.inputs import Recipe, Table

TABLES: tuple[tuple[str, Table], ...] = (
    ("tensorflow.", recipes_tensorflow.RECIPES),
    ("tensorflow.", recipes_nn.RECIPES),
    ("tensorflow.", recipes_image.RECIPES),
    ("tensorflow.", recipes_sparse.RECIPES),
    ("tensorflow.compat.v1.", recipes_compat.RECIPES),
    ("keras.", recipes_keras.RECIPES),
    ("keras.ops.", recipes_numpy_like.RECIPES),
    ("keras.ops.", recipes_keras_ops.RECIPES),
    ("tensorflow.experimental.numpy.", recipes_numpy_like.RECIPES),
    ("tensorflow.experimental.numpy.", recipes_numpy_like.TENSORFLOW_ONLY),
)


def _joined() -> Iterator[tuple[str, tuple[Recipe, ...]]]:
    for prefix, table in TABLES:
        for names, recipe in table.items():
            for name in names.split():
                yield prefix + name, recipe if isinstance(recipe, tuple) else (recipe,)


_ALL = dict(_joined())


def recipes_for(names: tuple[str, ...]) -> tuple[Recipe, ...]:
    """The recipes under the first of ``names`` that has any; an old name may use today's recipe."""
    today = tuple(name.replace(".compat.v1", "") for name in names)
    return next((_ALL[name] for name in (*names, *today) if name in _ALL), ())
