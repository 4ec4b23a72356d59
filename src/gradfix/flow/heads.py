"""The head of a model: its last layer with weights, and what is applied to that layer's result."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from gradfix.flow.facts import Event
from gradfix.flow.objects import Applied, Instance, LayerInfo, ModelInfo
from gradfix.flow.values import Kind, Value

_T = TypeVar("_T")
_MAX_STEPS = 40
_UNITS = {
    **dict.fromkeys(("Dense", "EinsumDense", "DenseFeatures"), "units"),
    **dict.fromkeys(
        ("Conv1D", "Conv2D", "Conv3D", "Convolution1D", "Convolution2D", "Convolution3D"), "filters"
    ),
    **dict.fromkeys(("SeparableConv1D", "SeparableConv2D", "SeparableConvolution2D"), "filters"),
    **dict.fromkeys(("Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose", "Deconvolution2D"), "filters"),
    **dict.fromkeys(("LocallyConnected1D", "LocallyConnected2D"), "filters"),
}
_RECURRENT = frozenset({"GRU", "LSTM", "SimpleRNN"})
_PASSING = frozenset(
    (
        "ActivityRegularization AlphaDropout Dropout GaussianDropout GaussianNoise Identity Masking "
        "SpatialDropout1D SpatialDropout2D SpatialDropout3D"
    ).split()
)
_POOLING = frozenset(
    (
        "AveragePooling1D AveragePooling2D AveragePooling3D GlobalAveragePooling1D GlobalAveragePooling2D "
        "GlobalAveragePooling3D GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D MaxPooling1D "
        "MaxPooling2D MaxPooling3D MaxPool1D MaxPool2D MaxPool3D GlobalAvgPool1D GlobalAvgPool2D "
        "GlobalMaxPool1D GlobalMaxPool2D UpSampling1D UpSampling2D UpSampling3D Cropping1D Cropping2D "
        "Cropping3D ZeroPadding1D ZeroPadding2D ZeroPadding3D BatchNormalization LayerNormalization"
    ).split()
)
_RESHAPING = frozenset({"Flatten", "Permute", "Reshape", "squeeze", "reshape", "expand_dims", "transpose"})
_ACTIVATION_LAYERS = {
    "Softmax": "softmax",
    "ReLU": "relu",
    "LeakyReLU": "leaky_relu",
    "PReLU": "leaky_relu",
    "ELU": "elu",
    "ThresholdedReLU": "relu",
}
_ACTIVATIONS = frozenset(
    (
        "softmax sigmoid hard_sigmoid relu relu6 leaky_relu elu selu softplus softsign tanh gelu swish silu "
        "exponential linear"
    ).split()
)
_SAME_VALUE = frozenset(
    {"identity", "cast", "convert_to_tensor", "to_float", "saturate_cast", "stop_gradient"}
)
_APPLIED = (
    "tensorflow.nn.",
    "keras.activations.",
    "keras.backend.",
    "keras.ops.",
    "tensorflow.math.",
    "tensorflow.",
)


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One thing that happens to the result of the last layer.

    ``sort`` is ``activation``, ``passing`` (dropout), ``pooling`` or ``reshaping``. Of an activation: ``name``
    (``linear`` is the identity); ``form`` says how it is written, as the ``argument`` of a layer, as a
    ``layer`` or as an ``op``; ``call`` is the call of the layer's class or of the op, ``given`` the value that
    names it in the call; ``axis`` what a softmax goes over (None when not known); ``width`` the length of the
    last axis afterwards, for a reshaping part.
    """

    sort: str
    name: str = ""
    form: str = ""
    call: ast.Call | None = None
    given: Value | None = None
    axis: int | None = -1
    width: int | None = None
    path: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """``layer`` is the last layer with weights; ``parts`` follow in the order in which they are applied.

    ``units`` is None when it is not a known number, ``name`` the given name of the layer whose result this is.
    """

    layer: LayerInfo
    units: int | None
    parts: tuple[Part, ...]
    name: str | None

    @property
    def width(self) -> int | None:
        """The length of the last axis, or None."""
        return self.width_at(len(self.parts))

    def width_at(self, position: int) -> int | None:
        """The length of the last axis before the part at ``position``."""
        width = self.units
        for part in self.parts[:position]:
            width = part.width if part.sort == "reshaping" else width
        return width

    @property
    def activation(self) -> Part | None:
        """The last activation that is not the identity."""
        return next((p for p in reversed(self.parts) if p.sort == "activation" and p.name != "linear"), None)

    def is_last(self, part: Part | None) -> bool:
        """Tell whether nothing that changes values or shapes follows ``part`` (None: the layer itself)."""
        after = self.parts[self.parts.index(part) + 1 :] if part is not None else self.parts
        return all(p.sort == "passing" or p.name == "linear" for p in after)


class Heads:
    """Finds heads: who made which value."""

    def __init__(self, events: Iterable[Event]) -> None:
        self._made: dict[int, tuple[Value, int | None, Event]] = {}
        for event in events:
            if event.kind == "layer_call":
                owner, result, *inputs = event.arguments
                if all(result is not given for given in inputs):
                    self._made.setdefault(id(result), (owner, None, event))
                    if result.kind is Kind.CONTAINER:
                        for index, item in enumerate(result.data.items or ()):
                            self._made.setdefault(id(item), (owner, index, event))

    def of(self, value: Value, instead: dict[int, Value] | None = None) -> Head | None:
        """Return the head of ``value``, or None when it is not known for certain.

        ``instead`` says what stands for a value: the model's output for ``y_pred``.
        """
        parts: list[Part] = []
        name: str | None = None
        outermost = True
        for _ in range(_MAX_STEPS):
            value = (instead or {}).get(id(value), value)
            owner, index, event = self._made.get(id(value), (None, None, None))
            if owner is not None and event is not None and not _sees_inside(owner, value):
                if isinstance(owner.data, (ModelInfo, Instance)):
                    inner = _output(owner.data, index)
                    if inner is None:
                        return None
                    value = inner
                    continue
                if not isinstance(owner.data, LayerInfo) or index is not None or len(event.arguments) < 3:
                    return None
                if outermost:
                    name, outermost = constant(owner.data.argument("name"), str), False
                done = _layer(owner.data, parts)
                if isinstance(done, Head):
                    return Head(done.layer, done.units, tuple(reversed(parts)), name)
                if not done:
                    return None
                value = event.arguments[2]
            elif isinstance(value.data, Applied) and value.data.args:
                outermost = False
                part = _applied(value.data, value.node)
                if part is None:
                    return None
                if part.sort != "same":
                    parts.append(part)
                value = value.data.args[0]
            else:
                return None
        return None


def _sees_inside(owner: Value, value: Value) -> bool:
    """Tell whether ``value`` was made by an op in the body of what was called, and not by that as a whole."""
    if not isinstance(value.data, Applied):
        return False
    if isinstance(owner.data, LayerInfo):
        return owner.data.path.endswith(".Lambda")
    return not isinstance(owner.data, ModelInfo)


def _output(data: ModelInfo | Instance, index: int | None) -> Value | None:
    info = data.functional if isinstance(data, Instance) else data
    outputs = info.outputs if info is not None and not info.open else None
    if outputs is not None and outputs.kind is Kind.CONTAINER:
        items = outputs.data.items
        if items is None or (index is None and len(items) != 1):
            return None
        found: Value = items[index or 0]
        return found
    return outputs


def _layer(info: LayerInfo, parts: list[Part]) -> Head | bool:
    """Add what the layer does to ``parts``; return a head when it is the last one with weights."""
    name = info.path.rpartition(".")[2]
    if name in _PASSING:
        parts.append(Part("passing"))
    elif name in _POOLING:
        parts.append(Part("pooling"))
    elif name in _RESHAPING:
        parts.append(Part("reshaping", width=_last_length(info.argument("target_shape", 0))))
    elif name in _ACTIVATION_LAYERS:
        axis = info.argument("axis", 0) if name == "Softmax" else None
        parts.append(
            Part(
                "activation", _ACTIVATION_LAYERS[name], "layer", info.call, None, _axis(axis), path=info.path
            )
        )
    elif name == "Activation":
        given = info.argument("activation", 0)
        parts.append(Part("activation", activation_name(given), "layer", info.call, given, path=info.path))
    elif name == "TimeDistributed" and len(info.inner) == 1 and isinstance(info.inner[0].data, LayerInfo):
        return _layer(info.inner[0].data, parts)
    elif name in _UNITS and "data_format" not in info.arguments:
        given = info.arguments.get("activation")
        if given is not None:
            parts.append(Part("activation", activation_name(given), "argument", info.call, given))
        return Head(info, units(info), (), None)
    elif name in _RECURRENT and "return_state" not in info.arguments:
        given = info.argument("activation", 1)
        used = "tanh" if given is None else activation_name(given)
        # The activation is a part of the cell: only its range says something of the output.
        used = used if used in ("tanh", "relu") else "?"
        parts.append(Part("activation", used, "argument", info.call, given))
        return Head(info, constant(info.argument("units", 0), int), (), None)
    else:
        return False
    return True


def units(info: LayerInfo) -> int | None:
    """Return how many units or filters a layer has on its last axis, when that is a known number."""
    name = _UNITS.get(info.path.rpartition(".")[2])
    if name is None or "data_format" in info.arguments:
        return None
    return constant(info.argument(name, 0), int)


def _applied(data: Applied, node: ast.AST | None) -> Part | None:
    name = data.path.rpartition(".")[2]
    if name in _SAME_VALUE:
        return Part("same")
    if not data.path.startswith(_APPLIED) or not isinstance(node, ast.Call):
        return None
    if name in _RESHAPING:
        return Part("reshaping", width=_last_length(data.argument("shape", 1)) if name == "reshape" else None)
    if name in _ACTIVATIONS:
        axis = data.argument("axis", 1) if name == "softmax" else None
        return Part("activation", name, "op", node, None, _axis(axis), path=data.path)
    return None


def activation_name(given: Value | None) -> str:
    """Return the name of an activation given to a layer: ``linear`` for None, ``?`` when it is not known."""
    if given is None or (given.kind is Kind.CONST and given.data is None):
        return "linear"
    if given.kind is Kind.CONST and isinstance(given.data, str):
        return given.data if given.data in _ACTIVATIONS else "?"
    if given.kind is Kind.PATH and given.data.startswith(_APPLIED):
        name = given.data.rpartition(".")[2]
        return name if name in _ACTIVATIONS else "?"
    if isinstance(given.data, LayerInfo):
        return _ACTIVATION_LAYERS.get(given.data.path.rpartition(".")[2], "?")
    return "?"


def constant(value: Value | None, sort: type[_T]) -> _T | None:
    """Return the constant that a value is, when it is of this very type."""
    if value is not None and value.kind is Kind.CONST and type(value.data) is sort:
        found: _T = value.data
        return found
    return None


def _axis(value: Value | None) -> int | None:
    return -1 if value is None else constant(value, int)


def _last_length(shape: Value | None) -> int | None:
    if shape is not None and shape.kind is Kind.CONTAINER and shape.data.items and shape.data.rest is None:
        length = constant(shape.data.items[-1], int)
        return length if length is not None and length > 0 else None
    return None
