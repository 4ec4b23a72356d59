"""What is provably known of the labels that a model is fitted on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradfix.flow.heads import constant
from gradfix.flow.objects import Applied
from gradfix.flow.structure import Pair
from gradfix.flow.values import Kind, Value

if TYPE_CHECKING:
    from gradfix.module import Module

_MAX_STEPS = 12
_INTEGERS = frozenset({"randint", "integers", "random_integers"})
_CLASSIFIED = frozenset({"mnist", "fashion_mnist", "cifar10", "cifar100", "imdb", "reuters"})
_KEEPING = frozenset({"astype", "copy", "numpy", "cast", "convert_to_tensor", "constant", "array", "asarray", "shuffle"})


@dataclass(frozen=True, slots=True)
class Labels:
    """``sort`` is ``one-hot`` (rows of ``columns`` numbers) or ``integers`` (one class number in each row)."""

    sort: str
    columns: int | None
    made: Value


def of(module: Module, pair: Pair) -> Labels | None:
    """Return what the labels of a pair are: given to the loss, or to every ``fit`` of its model."""
    if pair.label is not None:
        return known(pair.label)
    found = [known(given) if given is not None else None for given in _fitted(module, pair)]
    if not found or any(one is None for one in found):
        return None
    first = found[0]
    same = all(one is not None and first is not None and (one.sort, one.columns) == (first.sort, first.columns) for one in found)
    return first if same else None


def columns(module: Module, pair: Pair) -> int | None:
    """Return how many columns the labels have, when they are provably one-hot."""
    labels = of(module, pair)
    return labels.columns or 2 if labels is not None and labels.sort == "one-hot" else None


def _fitted(module: Module, pair: Pair) -> list[Value | None]:
    for one in module.flow.structure.compiled:
        if one.event.node is pair.node and one.model is pair.model and one.event.time == pair.time:
            given = [fit.keywords.get("y", fit.arguments[2] if len(fit.arguments) > 2 else None) for fit in one.fits]  # noqa: PLR2004
            if pair.outputs > 1:
                given = [_item(value, pair.position) for value in given]
            return given
    return []


def _item(value: Value | None, position: int) -> Value | None:
    if value is None or value.kind is not Kind.CONTAINER or value.data.keys is not None or value.data.items is None:
        return None
    items = value.data.items
    found: Value | None = items[position] if position < len(items) else None
    return found


def known(value: Value) -> Labels | None:
    """Follow a value back to what made it."""
    for _ in range(_MAX_STEPS):
        data = value.data
        if not isinstance(data, Applied):
            return None
        name = data.path.rpartition(".")[2]
        if data.path.startswith("keras.datasets."):
            classes = name == "labels" and data.path.split(".")[2] in _CLASSIFIED
            return Labels("integers", None, value) if classes else None
        if name == "to_categorical":
            return Labels("one-hot", _number(data.argument("num_classes", 1)), value)
        if data.path in ("tensorflow.one_hot", "keras.ops.one_hot") and data.args and "axis" not in data.keywords:
            inner = known(data.args[0])
            width = _number(data.argument("depth" if "tensorflow" in data.path else "num_classes", 1))
            return Labels("one-hot", width, value) if inner is None or inner.sort == "integers" else None
        if name in ("argmax", "argmin") and data.args and "keepdims" not in data.keywords:
            axis = data.argument("axis", 1)
            return Labels("integers", None, value) if axis is not None else None
        if name in _INTEGERS:
            return _random(data, value)
        if data.path == "[]":
            if len(data.args) == 2 and _is_eye(data.args[0]):  # noqa: PLR2004
                eye = data.args[0].data
                return Labels("one-hot", _number(eye.argument("N", 0)), value)
            if len(data.args) != 2 or not _keeps_rank(data.args[1]):  # noqa: PLR2004
                return None
        elif name not in _KEEPING or not data.args:
            return None
        value = data.args[0]
    return None


def _is_eye(value: Value) -> bool:
    return isinstance(value.data, Applied) and value.data.path in ("numpy.eye", "numpy.identity")


def _keeps_rank(index: Value) -> bool:
    """Tell whether an index takes rows: a slice, or an array of row numbers."""
    return index.kind in (Kind.SHAPE, Kind.ARRAY)


def _random(data: Applied, value: Value) -> Labels | None:
    """Random class numbers: one for each row where ``size`` is a number."""
    size = data.keywords.get("size")
    if size is None:
        position = 3 if data.path.startswith(".") else 2
        size = data.args[position] if len(data.args) > position else None
    if size is not None and size.kind is Kind.CONTAINER and size.data.items is not None and len(size.data.items) == 1:
        size = size.data.items[0]
    one_axis = size is not None and size.kind is Kind.CONST and isinstance(size.data, int)
    return Labels("integers", None, value) if one_axis else None


def _number(value: Value | None) -> int | None:
    found = constant(value, int)
    return found if isinstance(found, int) else None
