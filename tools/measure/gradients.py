"""One callable under a tape: which arguments get a gradient, and what kind of value comes back."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import tensorflow as tf

from tools.measure import inputs

ORDER = ("none", "raises", "zero", "infinite", "yes")
"""From worst to best. ``raises``: TensorFlow has no gradient for the operation and says so by an exception."""
Arguments = Mapping[str, Any]
FAILURES = (
    ValueError, TypeError, AttributeError, KeyError, IndexError, LookupError, RuntimeError, NotImplementedError,
    AssertionError, ArithmeticError, NameError, OSError, ImportError, tf.errors.OpError,
)  # fmt: skip
"""What a callable raises when the arguments do not suit it: expected here, and reported as the reason."""


@dataclass(slots=True)
class Measurement:
    """Gradient per argument (the best of all calls), per component where components differ, result kind."""

    gradient: dict[str, str] = field(default_factory=dict)
    components: dict[str, list[str]] = field(default_factory=dict)
    result: Any = None
    calls: int = 0

    def add(self, other: Measurement) -> None:
        """Join with another call of the same callable."""
        for name, answer in other.gradient.items():
            self.gradient[name] = best(answer, self.gradient.get(name, "none"))
        for name, answers in other.components.items():
            old = self.components.get(name, answers)
            if len(old) == len(answers):
                self.components[name] = [best(*pair) for pair in zip(old, answers, strict=True)]
        self.result = other.result if self.result is None else self.result
        self.calls += 1


def best(*answers: str) -> str:
    """The strongest of several answers: yes before zero before none."""
    return max(answers, key=ORDER.index)


def tensors(value: Any) -> Iterator[Any]:
    """The tensors and variables in a nested value; those inside sparse and ragged tensors too."""
    match value:
        case tf.Tensor() | tf.Variable():
            yield value
        case tf.sparse.SparseTensor() | tf.IndexedSlices():
            yield value.values
        case tf.RaggedTensor():
            yield value.flat_values
        case tf.TensorArray():
            yield value.stack()
        case list() | tuple():
            for item in value:
                yield from tensors(item)
        case dict():
            for item in value.values():
                yield from tensors(item)
        case _:
            inner = getattr(value, "value", None)
            if isinstance(inner, tf.Variable):
                yield inner


def differentiable(value: Any) -> bool:
    """Float or complex."""
    return bool(value.dtype.is_floating or value.dtype.is_complex)


def sources_of(value: Any) -> list[Any]:
    """The tensors in an argument that could have a gradient."""
    return [tensor for tensor in tensors(value) if differentiable(tensor)]


def kind(value: Any) -> Any:
    """The kind of a result: a word, ``word[]`` for a list of any length, a list of kinds for a tuple."""
    match value:
        case None:
            return "none"
        case tf.Tensor() | tf.Variable():
            return dtype_kind(value.dtype)
        case tf.sparse.SparseTensor() | tf.IndexedSlices() | tf.RaggedTensor():
            return dtype_kind(value.dtype)
        case tf.TensorArray():
            return dtype_kind(value.dtype)
        case np.ndarray() | np.generic():
            return "numpy"
        case bool():
            return "bool"
        case int():
            return "int"
        case float():
            return "number"
        case str() | bytes():
            return "string"
        case tf.TensorShape():
            return "int[]"
        case list() | tuple():
            parts = [kind(item) for item in value]
            if parts and all(part == parts[0] for part in parts) and isinstance(parts[0], str):
                return f"{parts[0]}[]" if isinstance(value, list) or parts[0] == "int" else parts
            return parts
        case _:
            return "float" if sources_of(value) else "object"


def dtype_kind(dtype: Any) -> str:
    """``float`` (complex too: differentiable), ``int``, ``bool``, ``string`` or ``object``."""
    if dtype.is_floating or dtype.is_complex:
        return "float"
    if dtype.is_bool:
        return "bool"
    if dtype.is_integer or dtype.is_quantized:
        return "int"
    return "string" if dtype == tf.string else "object"


def measure_call(function: Callable[..., Any], arguments: Arguments) -> Measurement:
    """Call once under a tape. Raises what ``function`` raises."""
    watched = {name: sources_of(value) for name, value in arguments.items()}
    watched = {name: sources for name, sources in watched.items() if sources}
    with tf.GradientTape(persistent=True) as tape:
        for sources in watched.values():
            for source in sources:
                if not isinstance(source, tf.Variable):
                    tape.watch(source)
        result = call(function, arguments)
        targets = [tensor for tensor in tensors(result) if differentiable(tensor)]
    measurement = Measurement(result=kind(result), calls=1)
    flat = [source for sources in watched.values() for source in sources]
    rows = [_answers(tape, target, flat) for target in targets]
    position = 0
    for name, sources in watched.items():
        here = slice(position, position + len(sources))
        position += len(sources)
        per_target = [best(*row[here]) for row in rows]
        measurement.gradient[name] = best("none", *per_target)
        if len(set(per_target)) > 1 and isinstance(result, tuple):
            measurement.components[name] = _spread(result, per_target)
    return measurement


def _spread(result: tuple[Any, ...], per_target: list[str]) -> list[str]:
    """Per component of a tuple, the best answer of the tensors in it."""
    answers = iter(per_target)
    return [best("none", *(next(answers) for _ in sources_of(component))) for component in result]


def _answers(tape: Any, target: Any, sources: list[Any]) -> list[str]:
    """Random output gradients, since a plain sum would show the zero gradient of, say, a softmax's sum."""
    shape = target.shape.as_list()
    weights = tf.cast(inputs.c(*shape) if target.dtype.is_complex else inputs.f(*shape), target.dtype)
    return [_answer(tape, target, source, weights) for source in sources]


def _answer(tape: Any, target: Any, source: Any, weights: Any) -> str:
    try:
        gradient = tape.gradient(target, source, output_gradients=weights)
    except (LookupError, TypeError):
        return "raises"
    return answer_for(gradient)


def answer_for(gradient: Any) -> str:
    """One of none, zero, yes, and infinite for a gradient without any finite value."""
    if gradient is None:
        return "none"
    values = tf.convert_to_tensor(gradient).numpy()
    if values.dtype.kind not in "fc":
        values = values.astype(np.float32)
    finite = values[np.isfinite(values)]
    if np.any(finite != 0):
        return "yes"
    return "infinite" if finite.size < values.size else "zero"


def call(function: Callable[..., Any], arguments: Arguments) -> Any:
    """Call by keyword; ``*name`` in the arguments spreads its list, positionally, behind what stands before it."""
    names = list(arguments)
    star = next((place for place, name in enumerate(names) if name.startswith("*")), None)
    if star is None:
        return function(**arguments)
    before = [arguments[name] for name in names[:star]]
    return function(*before, *arguments[names[star]], **{name: arguments[name] for name in names[star + 1 :]})


def required(parameters: tuple[inspect.Parameter, ...]) -> list[str]:
    """The parameters that a call must give."""
    return [
        parameter.name
        for parameter in parameters
        if parameter.default is inspect.Parameter.empty
        and parameter.kind not in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    ]
