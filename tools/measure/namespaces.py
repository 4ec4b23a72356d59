"""Which callables are public, and under which names."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf

TENSORFLOW = (
    "", "audio", "bitwise", "debugging", "dtypes", "experimental.numpy", "experimental.numpy.random", "image",
    "io", "linalg", "linalg.experimental", "math", "math.special", "nn", "nn.experimental", "quantization",
    "ragged", "random", "random.experimental", "sets", "signal", "sparse", "strings", "losses", "metrics",
)  # fmt: skip
COMPAT = ("", "debugging", "image", "linalg", "losses", "math", "nn", "random", "sparse", "strings")
KERAS = (
    "activations", "backend", "losses", "metrics", "ops", "ops.image", "ops.linalg", "ops.nn", "ops.numpy",
    "random", "utils",
)  # fmt: skip
CLASSES = ("Variable", "sparse.SparseTensor", "IndexedSlices")
CLASS_METHODS = (
    "from_row_splits", "from_row_lengths", "from_row_starts", "from_row_limits", "from_value_rowids",
    "from_uniform_row_length", "from_nested_row_splits", "from_nested_row_lengths", "from_nested_value_rowids",
    "from_sparse", "from_tensor",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Callee:
    """A public callable: its shortest name, its other names, its positional parameters."""

    name: str
    aliases: tuple[str, ...]
    function: Callable[..., Any]
    parameters: tuple[inspect.Parameter, ...]

    @property
    def positional(self) -> list[str]:
        """Names in positional order; ``*rest`` collects, what follows a lone ``*`` goes by keyword only."""
        names: list[str] = []
        for parameter in self.parameters:
            match parameter.kind:
                case inspect.Parameter.VAR_POSITIONAL:
                    names.append(f"*{parameter.name}")
                case inspect.Parameter.VAR_KEYWORD:
                    continue
                case inspect.Parameter.KEYWORD_ONLY if not any(name.startswith("*") for name in names):
                    names.extend(["*", parameter.name])
                case _:
                    names.append(parameter.name)
        return names


def major() -> str:
    """The major version of Keras, "2" or "3": the key under which this environment's results are kept."""
    return str(keras.__version__).partition(".")[0]


def resolve(root: Any, dotted: str) -> Any:
    """Follow attributes; None where one is missing."""
    return functools.reduce(
        lambda value, name: getattr(value, name, None), filter(None, dotted.split(".")), root
    )


def callees() -> list[Callee]:
    """Every public function of the namespaces above, sorted by name."""
    names: dict[int, list[str]] = {}
    functions: dict[int, Callable[..., Any]] = {}
    for root, prefix, spaces in (
        (tf, "tensorflow", TENSORFLOW),
        (tf.compat.v1, "tensorflow.compat.v1", COMPAT),
        (keras, "keras", KERAS),
        (tf.keras, "keras", KERAS),
    ):
        for space in spaces:
            module = resolve(root, space)
            for name in dir(module) if module is not None else ():
                value = getattr(module, name)
                if name.startswith("_") or not callable(value) or inspect.isclass(value):
                    continue
                full = ".".join(filter(None, (prefix, space, name)))
                functions[id(value)] = value
                if full not in names.setdefault(id(value), []):
                    names[id(value)].append(full)
    for dotted in (*CLASSES, *(f"RaggedTensor.{name}" for name in CLASS_METHODS)):
        value = resolve(tf, dotted)
        functions[id(value)] = value
        names[id(value)] = [f"tensorflow.{dotted}"]
    return sorted(
        (_callee(functions[key], found) for key, found in names.items()), key=lambda callee: callee.name
    )


def _callee(function: Callable[..., Any], names: list[str]) -> Callee:
    ordered = sorted(names, key=_rank)
    try:
        if inspect.isclass(function):
            parameters = tuple(inspect.signature(function.__init__).parameters.values())[1:]
        else:
            parameters = tuple(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        parameters = ()
    return Callee(ordered[0], tuple(sorted(ordered[1:])), function, parameters)


def _rank(name: str) -> tuple[bool, bool, bool, int, int, str]:
    """Keras's own name before TensorFlow's re-export, today's before ``compat``, a loss before a metric."""
    return (
        ".compat." in name,
        name.startswith("tensorflow.") and _reexported(name),
        ".metrics." in name,
        (name.count(".")),
        len(name),
        name,
    )


def _reexported(name: str) -> bool:
    return name.startswith(("tensorflow.losses.", "tensorflow.metrics."))
