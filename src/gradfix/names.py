"""Import aliases to canonical names: ``np`` → ``numpy``, ``L.Dense`` → ``keras.layers.Dense``.

A canonical name is the dotted public path that TensorFlow, Keras and NumPy document, with the many other
ways to the same object folded into one: ``tensorflow.keras``, ``tf_keras`` and ``keras.src`` are all
``keras``, ``tensorflow.compat.v2`` is ``tensorflow``, ``keras.models.Model`` is ``keras.Model``.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator

_PREFIXES = (
    ("tensorflow.compat.v2.keras", "keras"),
    ("tensorflow.compat.v1.keras", "keras"),
    ("tensorflow.python.keras", "keras"),
    ("tensorflow.contrib.keras", "keras"),
    ("tensorflow._api.v2.v2", "tensorflow"),
    ("tensorflow.compat.v2", "tensorflow"),
    ("tensorflow.compat.v1", "tensorflow"),
    ("tensorflow.keras", "keras"),
    ("tf_keras", "keras"),
    ("keras.api._v2.keras", "keras"),
    ("keras.api", "keras"),
    ("keras.src", "keras"),
    ("tensorflow.losses", "keras.losses"),
    ("tensorflow.metrics", "keras.metrics"),
    ("tensorflow.optimizers", "keras.optimizers"),
    ("tensorflow.initializers", "keras.initializers"),
    ("tensorflow.numpy", "tensorflow.experimental.numpy"),
    ("keras.objectives", "keras.losses"),
    ("keras.layers.experimental.preprocessing", "keras.layers"),
    ("keras.optimizers.legacy", "keras.optimizers"),
    ("keras.optimizers.experimental", "keras.optimizers"),
    ("tensorflow.python.util.nest", "tensorflow.nest"),
)
_SAME = {
    "keras.models.Model": "keras.Model",
    "keras.models.Sequential": "keras.Sequential",
    "keras.engine.training.Model": "keras.Model",
    "keras.engine.sequential.Sequential": "keras.Sequential",
    "keras.engine.topology.Layer": "keras.layers.Layer",
    "keras.engine.base_layer.Layer": "keras.layers.Layer",
    "keras.engine.Layer": "keras.layers.Layer",
    "keras.Layer": "keras.layers.Layer",
    "keras.layers.Input": "keras.Input",
    "keras.layers.InputLayer": "keras.InputLayer",
    "keras.engine.Input": "keras.Input",
    "keras.Loss": "keras.losses.Loss",
    "keras.Metric": "keras.metrics.Metric",
    "keras.Optimizer": "keras.optimizers.Optimizer",
    "tensorflow.python.framework.ops.convert_to_tensor": "tensorflow.convert_to_tensor",
}


@functools.lru_cache(maxsize=65536)
def canonical(path: str) -> str:
    """Return the canonical form of a dotted path, such as ``tensorflow.keras.layers.Dense``.

    Paths outside TensorFlow and Keras come back as they are.
    """
    if not path.startswith(("tensorflow", "keras", "tf_keras")):
        return path
    for prefix, short in _PREFIXES:
        if path == prefix or path.startswith(prefix + "."):
            path = short + path[len(prefix) :]
    if path.startswith("keras.layers.") and path.count(".") > 2:
        path = "keras.layers." + path.rpartition(".")[2]
    return _SAME.get(path, path)


def bindings(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str]]:
    """Yield ``(local name, canonical path)`` for each name that an import binds.

    A star import yields ``("*", package)``. Relative imports yield nothing, as they name other files, but for
    the name ``tf``, under which projects hand TensorFlow on (``from .backend import tf``).
    """
    if isinstance(node, ast.Import):
        for alias in node.names:
            if alias.asname is not None:
                yield alias.asname, canonical(alias.name)
            else:
                top = alias.name.partition(".")[0]
                yield top, canonical(top)
    elif node.level or node.module is None:
        for alias in node.names:
            if alias.name == "tf":
                yield alias.asname or "tf", "tensorflow"
    else:
        for alias in node.names:
            if alias.name == "tf":
                yield alias.asname or "tf", "tensorflow"
            elif alias.name == "*":
                yield "*", canonical(node.module)
            else:
                yield alias.asname or alias.name, canonical(f"{node.module}.{alias.name}")
