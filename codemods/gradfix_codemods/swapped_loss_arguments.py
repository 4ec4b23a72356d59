"""The codemod ``swapped-loss-arguments``."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from gradfix import edits
from gradfix.codemod import FlowCodemod
from gradfix.flow.facts import Event
from gradfix.flow.trace import trace
from gradfix.flow.values import Kind, Value
from gradfix.model import Edit, Finding, Safety
from gradfix.module import Module
from gradfix_codemods._callers import Blame, Callers, Passing
from gradfix_codemods._parameters import label_or_prediction

_LABELS = ("y_true", "labels", "target", "targets", "onehot_labels", "multi_class_labels")
_PREDICTIONS = ("y_pred", "logits", "output", "log_input")
_ENTROPIES = (
    "binarycrossentropy",
    "binaryfocalcrossentropy",
    "categoricalcrossentropy",
    "categoricalfocalcrossentropy",
)
_DIVERGENCES = ("kldivergence", "kullbackleiblerdivergence", "kld")
_OTHERS = (
    *("poisson", "logpoissonloss", "sigmoidcrossentropywithlogits", "softmaxcrossentropywithlogits"),
    *("weightedcrossentropywithlogits", "softmaxcrossentropy", "sigmoidcrossentropy"),
)
_SPARSE = (
    "sparsecategoricalcrossentropy",
    "sparsesoftmaxcrossentropywithlogits",
    "sparsesoftmaxcrossentropy",
)
_ASYMMETRIC = frozenset((*_ENTROPIES, *_DIVERGENCES, *_OTHERS, *_SPARSE))
_TRAINED = ("weight", "variable", "y_pred")
_GIVEN = ("parameter", "unknown", "y_true")
_MADE_UP = ("ones", "zeros", "fill", "full", "constant", "ones_like", "zeros_like", "full_like")


@dataclass(frozen=True, slots=True)
class _Pair:
    """Where a call has what belongs to the labels and to the prediction: positions or keywords."""

    label: int | str
    prediction: int | str
    first: Value  # what stands in the place of the labels
    second: Value


class SwappedLossArguments(FlowCodemod):
    """An asymmetric loss gets the prediction in the place of the labels.

    ## What is wrong

    The losses of Keras take `(y_true, y_pred)`, those of `tf.nn` take `labels` and `logits`. A call gives them the
    other way round:

    ```python
    loss = bce(model(x), y)   # before
    loss = bce(y, model(x))   # after
    ```

    ## Why the gradient is lost

    A cross-entropy multiplies the labels with the logarithm of the prediction. Swapped, it takes the logarithm of
    labels that are 0 and 1, clipped to a constant, and is linear in the prediction: there is a gradient, and it
    drives the prediction in a wrong direction without end. The Kullback-Leibler divergence and the Poisson loss
    become different losses. The sparse losses raise, because a prediction cannot be an index of a class.

    ## What the fix does

    It swaps the two. This is safe for the sparse losses, and *unsafe* for the others, which do train. A helper that
    is called the wrong way round stays as it is when its parameters are named rightly, or when other calls of it are
    right: then its call is repaired.

    ## When to leave it

    gradfix says nothing where both or none of the two come from trained weights (distillation, mutual learning),
    nothing about symmetric losses such as the mean squared error, and nothing where the labels are not proven. Where a
    helper may be as wrong as its caller there is advice.

    ## References

    Keras: `keras.losses.Loss`, `keras.losses.BinaryCrossentropy`. TensorFlow:
    `tf.nn.sparse_softmax_cross_entropy_with_logits`.
    """

    gate: ClassVar[tuple[str, ...]] = (
        "entropy",
        "Entropy",
        "ivergence",
        "kld",
        "KLD",
        "oisson",
        "Crossentropy",
    )
    afar = True

    def find(self, module: Module) -> Iterator[Finding]:
        calls: dict[int, list[Event]] = {}
        for event in module.flow.events("loss"):
            if isinstance(event.node, ast.Call) and _name(event) in _ASYMMETRIC:
                calls.setdefault(id(event.node), []).append(event)
        wrong = [events for events in calls.values() if any(map(_is_wrong, events))]
        callers = Callers(trace(module), label_or_prediction, _fits) if wrong else None
        for events in wrong:
            assert callers is not None
            passings = [_passing(event) for event in events]
            known = [one for one in passings if one is not None]
            pairs = [pair for event in events if _is_wrong(event) for pair in [_pair(event)]]
            if len(known) == len(passings) and pairs[0] is not None:
                for blame in callers.blamed(events[0].node, known):
                    yield _finding(module, events[0], pairs[0], blame)


def _name(event: Event) -> str:
    data = event.arguments[0].data
    path = data if isinstance(data, str) else data.path
    return str(path).rpartition(".")[2].replace("_", "").lower().removesuffix("v2")


def _pair(event: Event) -> _Pair | None:
    """Return what a call gives for labels and prediction, when it gives both in a plain way."""
    call = event.node
    if not isinstance(call, ast.Call) or any(isinstance(argument, ast.Starred) for argument in call.args[:2]):
        return None
    given = event.arguments[1:]
    label: int | str | None = 0 if call.args else next((k for k in _LABELS if k in event.keywords), None)
    prediction: int | str | None = (
        1 if len(call.args) > 1 else next((k for k in _PREDICTIONS if k in event.keywords), None)
    )
    if label is None or prediction is None or len(given) != len(call.args):
        return None
    first = given[label] if isinstance(label, int) else event.keywords[label]
    second = given[prediction] if isinstance(prediction, int) else event.keywords[prediction]
    return _Pair(label, prediction, first, second)


def _is_swapped(pair: _Pair, name: str) -> bool:
    """Tell whether what stands for the labels is a prediction, and what stands for the prediction is not."""
    trained = [token for token in pair.first.live if token.kind in _TRAINED]
    if not trained or pair.first.kind is not Kind.TENSOR or pair.second.cut:
        return False
    if any(token.kind not in _GIVEN for token in pair.second.live):
        return False
    if name in _SPARSE:
        return True
    origins = {token.kind for token in pair.second.live}
    if _made_up(pair.second):
        return False
    if origins <= {"y_true"}:
        return True
    # A batch as it was given is data; what a call made of it may be another network's prediction.
    as_given = pair.second.kind is Kind.UNKNOWN and not isinstance(pair.second.node, (ast.Call, ast.BinOp))
    return as_given and name not in _DIVERGENCES and not isinstance(pair.label, str)


def _is_wrong(event: Event) -> bool:
    pair = _pair(event)
    return pair is not None and _is_swapped(pair, _name(event))


def _passing(event: Event) -> Passing | None:
    call, pair = event.node, _pair(event)
    if pair is None:
        return None
    assert isinstance(call, ast.Call)
    operands = _argument(call, pair.label), _argument(call, pair.prediction)
    right = _fits(pair.second, 1) and not _fits(pair.first, 1)
    source = next((token.node for token in pair.first.live if token.kind == "y_pred"), None)
    return Passing(operands, event.frame, _is_wrong(event), right, source)


def _fits(value: Value, slot: int) -> bool:
    return any(token.kind in _TRAINED for token in value.live) == bool(slot)


def _made_up(value: Value) -> bool:
    """A uniform distribution or a fixed prior may stand on either side on purpose."""
    if value.kind in (Kind.CONST, Kind.NUMBER):
        return True
    function = value.node.func if isinstance(value.node, ast.Call) else None
    name = (
        function.attr
        if isinstance(function, ast.Attribute)
        else function.id
        if isinstance(function, ast.Name)
        else ""
    )
    return name in _MADE_UP


def _finding(module: Module, event: Event, pair: _Pair, blame: Blame) -> Finding:
    call = event.node
    assert isinstance(call, ast.Call)
    sparse = _name(event) in _SPARSE
    effect = (
        "it raises, because a prediction is no index of a class"
        if sparse
        else "it trains on another loss, with a wrong gradient"
    )
    safety = Safety.SAFE if sparse else Safety.UNSAFE
    if blame.keys is not None:
        return blame.finding(module, call, effect, safety)
    prediction, labels = (module.segment(_argument(call, key)) for key in (pair.label, pair.prediction))
    what = " ".join(module.segment(call.func).split())
    message = f"`{what}` takes `{prediction}` for the labels and `{labels}` for the prediction: "
    if any(
        token.kind == "y_pred" and token.label in ("y_true", "labels", "target", "targets")
        for token in pair.first.live
    ):
        advice = "Keras calls a loss with the labels first. Name the parameters of the function in this order"
        return Finding(call, message + advice, Safety.ADVICE)
    uses = blame.uses(module)
    if not blame.certain:
        return Finding(call, f"{message}{effect}. {blame.doubt}", Safety.ADVICE, uses=uses)
    edit = Edit(call, edits.swap_arguments(pair.label, pair.prediction))
    return Finding(call, message + effect, safety, edits=(edit,), uses=uses, unanimous=blame.unanimous)


def _argument(call: ast.Call, key: int | str) -> ast.expr:
    if isinstance(key, int):
        return call.args[key]
    return next(keyword.value for keyword in call.keywords if keyword.arg == key)
