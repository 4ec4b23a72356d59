"""Which loss is computed from which prediction: models and losses tied by the identity of values."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from gradfix.flow.facts import Event
from gradfix.flow.heads import Head, Heads, constant
from gradfix.flow.objects import LibraryObject
from gradfix.flow.values import Kind, Value

_FAMILIES = {
    "categorical_crossentropy": "categorical",
    "CategoricalCrossentropy": "categorical",
    "sparse_categorical_crossentropy": "sparse",
    "SparseCategoricalCrossentropy": "sparse",
    "binary_crossentropy": "binary",
    "BinaryCrossentropy": "binary",
}
_LOGITS = {
    "tensorflow.nn.softmax_cross_entropy_with_logits": "categorical",
    "tensorflow.nn.softmax_cross_entropy_with_logits_v2": "categorical",
    "tensorflow.nn.sparse_softmax_cross_entropy_with_logits": "sparse",
    "tensorflow.nn.sigmoid_cross_entropy_with_logits": "binary",
    "tensorflow.nn.weighted_cross_entropy_with_logits": "binary",
}
_LONGEST = 200  # a loss is not longer than this
_PREDICTION = ("y_pred", "logits", "output")
_LABEL = ("y_true", "labels", "target")


@dataclass(frozen=True, slots=True, eq=False)
class Loss:
    """A loss as the program writes it.

    ``family`` is ``categorical``, ``sparse`` or ``binary`` (cross-entropies), else empty. ``form`` is ``name``
    (a string), ``function`` (given to ``compile``), ``class``, or ``called`` (a function called with labels and
    prediction). ``from_logits`` is None when it is not a known constant. ``node`` is the expression that makes
    the loss; None when that is not known.
    """

    family: str
    form: str
    path: str
    from_logits: bool | None
    node: ast.expr | None
    call: ast.Call | None = None
    arguments: dict[str | int, Value] = field(default_factory=dict)

    @property
    def over_last_axis(self) -> bool:
        """Tell whether the classes lie on the last axis."""
        axis = self.arguments.get("axis")
        return axis is None or constant(axis, int) == -1


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """A loss and the prediction it is computed from.

    ``node`` is the call of ``compile``, or of the loss. ``head`` is None when it is not known. ``model`` is
    what was compiled; ``label`` what the loss was called with. ``outputs`` is the number of outputs that the
    model has, ``position`` which of them this is.
    """

    loss: Loss
    prediction: Value
    head: Head | None
    node: ast.AST
    model: Value | None = None
    label: Value | None = None
    outputs: int = 1
    position: int = 0
    time: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Compiled:
    """One ``model.compile``: what the model gives, and the fits until it is compiled again."""

    event: Event
    model: Value
    loss: Value | None
    result: Value
    fits: tuple[Event, ...]

    @property
    def expression(self) -> ast.expr | None:
        """The argument of ``compile`` that gives the loss."""
        call = self.event.node
        if not isinstance(call, ast.Call):
            return None
        for keyword in call.keywords:
            if keyword.arg == "loss":
                return keyword.value
        if len(call.args) < 2 or any(isinstance(argument, ast.Starred) for argument in call.args[:2]):
            return None
        return call.args[1]

    @property
    def outputs(self) -> list[tuple[str | int | None, Value]]:
        """The outputs with their keys in a dict, else with their positions."""
        if self.result.kind is not Kind.CONTAINER:
            return [(None, self.result)]
        data = self.result.data
        if data.rest is not None or data.items is None:
            return []
        keys = data.keys if data.keys is not None else range(len(data.items))
        return list(zip(keys, data.items, strict=False))


class Structure:
    """Read off the events of a file; each fact is worked out when it is first asked for."""

    def __init__(self, events: Sequence[Event]) -> None:
        self._events = events

    @functools.cached_property
    def heads(self) -> Heads:
        """Who made which value."""
        return Heads(self._events)

    @functools.cached_property
    def compiled(self) -> list[Compiled]:
        """Every ``compile`` of a model whose structure is in the file."""
        found: list[Compiled] = []
        fits: dict[int, list[Event]] = {}
        waiting: dict[int, Event] = {}
        for event in self._events:
            if event.kind == "compile":
                waiting[id(event.node)] = event
                fits.pop(id(event.arguments[0].data), None)
            elif event.kind == "compiled" and id(event.node) in waiting:
                call = waiting[id(event.node)]
                model, result = event.arguments
                loss = call.keywords.get("loss", call.arguments[2] if len(call.arguments) > 2 else None)
                own: list[Event] = []
                fits[id(model.data)] = own
                found.append(Compiled(call, model, loss, result, own))  # type: ignore[arg-type]
            elif event.kind == "fit" and event.arguments[0].data is not None:
                fits.get(id(event.arguments[0].data), []).append(event)
        return found

    @functools.cached_property
    def pairs(self) -> list[Pair]:
        """Every cross-entropy with its prediction, and every other loss that was compiled."""
        return [*self._compiled_pairs(), *self._called_pairs()]

    def matched(self, one: Compiled) -> Iterator[tuple[Value, ast.expr | None, Value, int]]:
        """Yield each loss, the expression that gives it, its output and the output's position."""
        outputs = one.outputs
        loss = one.loss
        if loss is None or not outputs:
            return
        expression = one.expression
        if loss.kind is not Kind.CONTAINER:
            for position, (_, output) in enumerate(outputs):
                yield loss, expression, output, position
            return
        data = loss.data
        if data.rest is not None or data.items is None:
            return
        for index, item in enumerate(data.items):
            part = _element(expression, index)
            if data.keys is None:
                if index < len(outputs):
                    yield item, part, outputs[index][1], index
                continue
            for position, (key, output) in enumerate(outputs):
                if data.keys[index] == self.output_name(key, output) or (
                    len(outputs) == len(data.items) == 1
                ):
                    yield item, part, output, position

    def output_name(self, key: str | int | None, output: Value) -> str | None:
        """Return the name that ``compile`` knows an output by: its key in a dict, else its layer's name."""
        if isinstance(key, str):
            return key
        head = self.heads.of(output)
        return head.name if head is not None else None

    def _compiled_pairs(self) -> Iterator[Pair]:
        for one in self.compiled:
            for value, expression, output, position in self.matched(one):
                loss = _described(value, expression)
                if loss is not None:
                    head = self.heads.of(output)
                    count = len(one.outputs)
                    yield Pair(
                        loss, output, head, one.event.node, one.model, None, count, position, one.event.time
                    )

    def _called_pairs(self) -> Iterator[Pair]:
        stands_for = self._stands_for()
        for event in self._events:
            if event.kind != "loss":
                continue
            loss = _called(event)
            prediction = _argument(event, _PREDICTION, 2)
            if loss is None or prediction is None:
                continue
            label = _argument(event, _LABEL, 1)
            made_from = _history(prediction)
            known = [instead for instead in stands_for if made_from & instead.keys()]
            for instead in known or [{}]:
                head = self.heads.of(prediction, instead)
                yield Pair(loss, prediction, head, event.node, None, label, time=event.time)

    def _stands_for(self) -> list[dict[int, Value]]:
        """For each output that a loss function of the program was compiled for: its ``y_pred`` to the output."""
        functions = {
            id(e.arguments[0].data): e.arguments[2] for e in self._events if e.kind == "loss_function"
        }
        found = []
        for one in self.compiled:
            for value, _, output, _ in self.matched(one):
                y_pred = functions.get(id(value.data))
                if y_pred is not None:
                    found.append({id(y_pred): output})
        return found


def _history(value: Value) -> set[int]:
    """Return the identities of the values that ``value`` was made from, itself included."""
    stack, seen = [value], {id(value)}
    while stack and len(seen) < _LONGEST:
        for one in stack.pop().inputs:
            if id(one) not in seen:
                seen.add(id(one))
                stack.append(one)
    return seen


def _argument(event: Event, names: tuple[str, ...], position: int) -> Value | None:
    for name in names:
        if name in event.keywords:
            return event.keywords[name]
    return event.arguments[position] if len(event.arguments) > position else None


def _described(value: Value, expression: ast.expr | None) -> Loss | None:
    """Describe a loss given to ``compile``."""
    made = value.node if isinstance(value.node, ast.expr) else None
    if value.kind is Kind.CONST and isinstance(value.data, str):
        return Loss(_FAMILIES.get(value.data, ""), "name", value.data, from_logits=False, node=made)
    if value.kind is Kind.PATH and value.data.startswith(("keras.", "tensorflow.")):
        family = _FAMILIES.get(value.data.rpartition(".")[2], "")
        node = expression if isinstance(expression, ast.Name) else made
        return Loss(family, "function", value.data, from_logits=False, node=node)
    if isinstance(value.data, LibraryObject):
        return _object(value.data)
    return None


def _object(data: LibraryObject) -> Loss:
    family = _FAMILIES.get(data.path.rpartition(".")[2], "")
    logits = data.arguments.get("from_logits", data.arguments.get(0))
    return Loss(family, "class", data.path, _flag(logits), data.call, data.call, data.arguments)


def _called(event: Event) -> Loss | None:
    """Describe a loss that was called with labels and prediction."""
    value = event.arguments[0]
    if isinstance(value.data, LibraryObject):
        return _object(value.data)
    path = value.data
    node = event.node
    if value.kind is not Kind.PATH or not isinstance(node, ast.Call):
        return None
    arguments: dict[str | int, Value] = dict(enumerate(event.arguments[1:]))
    arguments.update(event.keywords)
    if path in _LOGITS:
        return Loss(
            _LOGITS[path], "called", path, from_logits=True, node=node, call=node, arguments=arguments
        )
    family = _FAMILIES.get(path.rpartition(".")[2], "")
    logits = event.keywords.get("from_logits", event.arguments[3] if len(event.arguments) > 3 else None)
    if not family and not path.startswith("keras.losses."):
        return None
    return Loss(family, "called", path, _flag(logits), node, node, arguments)


def _flag(value: Value | None) -> bool | None:
    return False if value is None else constant(value, bool)


def _element(expression: ast.expr | None, index: int) -> ast.expr | None:
    match expression:
        case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Dict(values=parts) if index < len(parts):
            return parts[index]
    return None
