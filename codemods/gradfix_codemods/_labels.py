"""What is provably known of the labels that a model is fitted on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradfix.flow.heads import constant
from gradfix.flow.objects import Applied
from gradfix.flow.structure import Pair
from gradfix.flow.values import Kind, Value
from gradfix_codemods import _datasets

if TYPE_CHECKING:
    from gradfix.flow.facts import Event
    from gradfix.module import Module

_MAX_STEPS = 12
_INTEGERS = frozenset({"randint", "integers", "random_integers"})
_CLASSIFIED = frozenset({"mnist", "fashion_mnist", "cifar10", "cifar100", "imdb", "reuters"})
_KEEPING = frozenset(
    {"astype", "copy", "numpy", "cast", "convert_to_tensor", "constant", "array", "asarray", "shuffle"}
)


@dataclass(frozen=True, slots=True)
class Labels:
    """``sort`` is ``one-hot`` (rows of ``columns`` numbers) or ``integers`` (one class number in each row).

    ``classes`` is the number of classes that integers were made for, where that is known.
    """

    sort: str
    columns: int | None
    made: Value
    classes: int | None = None


def of(module: Module, pair: Pair) -> Labels | None:
    """Return what the labels of a pair are: given to the loss, or to every ``fit`` of its model."""
    if pair.label is not None:
        return known(pair.label)
    found = [known(given) if given is not None else None for given in _fitted(module, pair)]
    if not found or any(one is None for one in found):
        return None
    first = found[0]
    same = all(
        one is not None and first is not None and (one.sort, one.columns) == (first.sort, first.columns)
        for one in found
    )
    return first if same else None


def columns(module: Module, pair: Pair) -> int | None:
    """Return how many columns the labels have, when they are provably one-hot."""
    labels = of(module, pair)
    return labels.columns or 2 if labels is not None and labels.sort == "one-hot" else None


def _fitted(module: Module, pair: Pair) -> list[Value | None]:
    for one in module.flow.structure.compiled:
        if one.event.node is pair.node and one.model is pair.model and one.event.time == pair.time:
            given = [_given(fit) for fit in one.fits]
            if pair.outputs > 1:
                given = [_item(value, pair.position) for value in given]
            return given
    return []


def _given(fit: Event) -> Value | None:
    """Return the labels that ``fit`` gets: ``y``, or the second column of a dataset."""
    if "y" in fit.keywords or len(fit.arguments) > 2:  # noqa: PLR2004
        return fit.keywords.get("y") or fit.arguments[2]
    inputs = fit.arguments[1] if len(fit.arguments) > 1 else fit.keywords.get("x")
    columns = _datasets.parts(inputs) if inputs is not None else None
    return columns[1] if columns is not None and len(columns) > 1 else None


def _item(value: Value | None, position: int) -> Value | None:
    if (
        value is None
        or value.kind is not Kind.CONTAINER
        or value.data.keys is not None
        or value.data.items is None
    ):
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
            inner = known(data.args[0]) if data.args else None
            width = _number(data.argument("num_classes", 1)) or (inner.classes if inner is not None else None)
            return Labels("one-hot", width, value)
        if (
            data.path in ("tensorflow.one_hot", "keras.ops.one_hot")
            and data.args
            and "axis" not in data.keywords
        ):
            inner = known(data.args[0])
            width = _number(data.argument("depth" if "tensorflow" in data.path else "num_classes", 1))
            return Labels("one-hot", width, value) if inner is None or inner.sort == "integers" else None
        if name in ("argmax", "argmin") and data.args and "keepdims" not in data.keywords:
            axis = data.argument("axis", 1)
            return Labels("integers", None, value) if axis is not None else None
        if name in _INTEGERS or name == "choice":
            return _random(data, value)
        if data.path == "numpy.array" and data.args and data.args[0].kind is Kind.CONTAINER:
            return _written(data.args[0], value)
        if data.path == "[]":
            if (column := _datasets.element(value)) is not None:
                value = column
                continue
            if len(data.args) == 2 and _is_inverse(data.args[0], data.args[1]):  # noqa: PLR2004
                return Labels("integers", None, value)
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


def _is_inverse(made: Value, index: Value) -> bool:
    """Tell whether this is the second part of ``np.unique(names, return_inverse=True)``."""
    data = made.data
    if not isinstance(data, Applied) or data.path != "numpy.unique" or "return_index" in data.keywords:
        return False
    return constant(data.keywords.get("return_inverse"), bool) is True and constant(index, int) == 1


def _written(row: Value, value: Value) -> Labels | None:
    """Class numbers that are written out."""
    numbers = [_number(item) for item in row.data.items or ()] if row.data.rest is None else []
    known_numbers = [number for number in numbers if number is not None]
    if not known_numbers or len(known_numbers) != len(numbers):
        return None
    return Labels("integers", None, value, max(known_numbers) + 1)


def _random(data: Applied, value: Value) -> Labels | None:
    """Random class numbers: one for each row where ``size`` is a number."""
    given = data.args[1:] if data.path.startswith(".") else data.args
    if data.path.endswith("choice") and (not given or _number(given[0]) is None):
        return None
    place = 1 if data.path.endswith("choice") else 2
    size = data.keywords.get("size", given[place] if len(given) > place else None)
    if (
        size is not None
        and size.kind is Kind.CONTAINER
        and size.data.items is not None
        and len(size.data.items) == 1
    ):
        size = size.data.items[0]
    one_axis = size is not None and size.kind is Kind.CONST and isinstance(size.data, int)
    bounds = [data.keywords.get("low"), data.keywords.get("high"), *given[:place]]
    numbers = [number for bound in bounds if (number := _number(bound)) is not None]
    return Labels("integers", None, value, max(numbers, default=None)) if one_axis else None


def _number(value: Value | None) -> int | None:
    found = constant(value, int)
    return found if isinstance(found, int) else None
