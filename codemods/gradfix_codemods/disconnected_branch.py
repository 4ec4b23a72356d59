from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import ClassVar

from gradfix.codemod import FlowCodemod
from gradfix.edits import expression
from gradfix.flow.joining import leaves
from gradfix.flow.objects import LayerInfo, ModelInfo
from gradfix.flow.paths import shorten
from gradfix.flow.rehearsal import Rehearsal, rehearse
from gradfix.flow.values import Kind
from gradfix.model import Edit, Finding, Safety
from gradfix.module import Module
from gradfix_codemods._handed_on import handed_on
from gradfix_codemods._joined import joined
from gradfix_codemods._layers import function_of
from gradfix_codemods._unread import Dropped, dropped

_HIDDEN = (
    *(
        "BatchNormalization",
        "LayerNormalization",
        "Dropout",
        "SpatialDropout2D",
        "LeakyReLU",
        "ReLU",
        "PReLU",
        "ELU",
    ),
    *("MaxPooling1D", "MaxPooling2D", "AveragePooling1D", "AveragePooling2D", "LSTM", "GRU", "Embedding"),
)
_HIDDEN_ACTIVATIONS = ("relu", "elu", "selu", "gelu", "silu", "swish", "leaky_relu")


class DisconnectedBranch(FlowCodemod):
    """A branch of a functional model ends in a tensor that no model has as an output.

    ## What is wrong
    A layer is called on the inputs of a model, and its result gets a name that nobody reads:

    ```python
    age = layers.Dense(1, name="age")(code)
    smile = layers.Dense(1, name="smile")(code)
    model = keras.Model(inputs=face, outputs=age)
    ```

    ## Why the gradient is lost
    A functional model holds the layers between its inputs and its outputs. The branch is not among them: its
    weights are not in `model.trainable_weights` and keep their first values. Keras says nothing.

    ## What the fix does
    It adds the branch to the outputs of the model that has its inputs, when there is one such model and what is
    done with it has room for one more output: `fit` with that many labels, or a loop over all outputs:

    ```python
    model = keras.Model(inputs=face, outputs=[age, smile])
    ```

    Where an input of the model would reach nothing without the branch, and there is one concatenation behind it,
    the branch is added to that. A branch that ends as no output does, in a ReLU or a normalisation, is read by the
    layer behind it instead of what both read. The fix is unsafe: the model computes something else. Else there is
    only advice.

    ## When to leave it
    gradfix says nothing when a name of the branch is read anywhere in the file: by another model, by a
    function, to print its shape. A branch that is not needed may simply be taken away.

    ## References
    `keras.Model`; "The Functional API" in the Keras guides.
    """

    gate: ClassVar[tuple[str, ...]] = ("Model",)

    def find(self, module: Module) -> Iterator[Finding]:
        for one in dropped(module):
            if not one.models or one.unread.name is None or one.unread.over is not None:
                continue
            edits = _edits(module, one)
            text = f"{shorten(module.segment(one.unread.node))} is no part of"
            message = f"{one.unread.name} is no output of the model: {text} it and is never trained"
            if edits and edits[0].anchor not in [_outputs(info) for info in one.models]:
                message = f"{one.unread.name} is read by nobody: {text} the model and is never trained"
            yield Finding(
                one.unread.node,
                message if edits else f"{message}; add it to the outputs, or take it away",
                Safety.UNSAFE if edits else Safety.ADVICE,
                edits=edits,
            )


def _edits(module: Module, one: Dropped) -> tuple[Edit, ...]:
    """Add the branch to the outputs, or to what is joined behind it, or let the layer behind it read it."""
    run = rehearse(module)
    edit = _edit(module, one) or joined(run, one)
    if edit is not None:
        return (edit,)
    return handed_on(run, one) if _is_hidden(run, one) else ()


def _is_hidden(run: Rehearsal, one: Dropped) -> bool:
    """Tell whether a branch ends as no output does: in a normalisation, say, or in a ReLU."""
    for event in run.events:
        if event.kind != "layer_call" or event.arguments[1] is not one.value:
            continue
        layer = event.arguments[0].data
        if not isinstance(layer, LayerInfo):
            return False
        activation = layer.argument("activation")
        return layer.path.rpartition(".")[2] in _HIDDEN or (
            activation is not None and activation.data in _HIDDEN_ACTIVATIONS
        )
    return False


def _edit(module: Module, one: Dropped) -> Edit | None:
    """Add the branch to the outputs of its model."""
    run = rehearse(module)
    calls = {id(info.call): info for info in one.models}
    if len(calls) != 1:
        return None
    info = next(iter(calls.values()))
    outputs = _outputs(info)
    if outputs is None or function_of(run, outputs) is not function_of(run, one.unread.node):
        return None
    if (outputs.lineno, outputs.col_offset) < (one.unread.node.lineno, one.unread.node.col_offset):
        return None
    if not _has_room(run, info):
        return None
    name = one.unread.name
    match outputs:
        case ast.List(elts=[_, *_] as parts):
            text = ", ".join(module.segment(part) for part in parts)
            return Edit(outputs, expression(f"[{text}, {name}]"))
        case ast.Name() | ast.Call() | ast.Attribute() | ast.Subscript():
            if info.outputs is not None and info.outputs.kind.name == "TENSOR":
                return Edit(outputs, expression(f"[{module.segment(outputs)}, {name}]"))
    return None


def _has_room(run: Rehearsal, info: ModelInfo) -> bool:
    """Tell whether what is done with the model goes on when it has one output more."""
    assert info.outputs is not None  # chosen so
    count = len(list(leaves(info.outputs))) + 1
    for event in run.events:
        if not event.arguments or event.arguments[0].data is not info:
            continue
        if event.kind == "fit":
            labels = event.keywords.get("y", event.arguments[2] if len(event.arguments) > 2 else None)  # noqa: PLR2004
            if labels is None or labels.kind is not Kind.CONTAINER or len(labels.data.items or ()) != count:
                return False
        elif event.kind == "compile":
            loss = event.keywords.get("loss", event.arguments[2] if len(event.arguments) > 2 else None)  # noqa: PLR2004
            if loss is None or (loss.kind is Kind.CONTAINER and len(loss.data.items or ()) != count):
                return False
    fitted = any(e.kind == "fit" and e.arguments[0].data is info for e in run.events)
    calls = [c.node for c in run.called if c.value.data is info and _written(run, c.node)]
    return (fitted or bool(calls)) and all(_takes_any_number(run, node) for node in calls)


def _written(run: Rehearsal, node: ast.AST) -> bool:
    """Tell whether a call stands in the file as one of this model, not as ``compile`` or ``fit``."""
    return isinstance(node, ast.Call) and not (
        isinstance(node.func, ast.Attribute) and node.func.attr in ("compile", "fit")
    )


def _takes_any_number(run: Rehearsal, node: ast.AST) -> bool:
    match run.parents.get(node):
        case ast.For() | ast.comprehension():
            return True
        case ast.Call(func=ast.Name(id="list" | "tuple" | "enumerate" | "zip" | "sum")):
            return True
        case ast.Call(func=ast.Attribute(attr="flatten", value=ast.Attribute(attr="nest"))):
            return True
    return False


def _outputs(info: ModelInfo) -> ast.expr | None:
    call = info.call
    if not isinstance(call, ast.Call) or any(isinstance(a, ast.Starred) for a in call.args):
        return None
    given = {k.arg: k.value for k in call.keywords}
    if "outputs" in given or "output" in given:
        return given.get("outputs", given.get("output"))
    return call.args[1] if len(call.args) > 1 else None
