"""A softmax over an axis of length one."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from gradfix import edits
from gradfix.codemod import FlowCodemod
from gradfix.flow.heads import Head, Part, activation_name, units
from gradfix.flow.joining import leaves
from gradfix.flow.objects import Applied, Instance, LayerInfo, ModelInfo
from gradfix.flow.structure import Pair
from gradfix.flow.values import Kind, Value
from gradfix.model import Edit, Finding, Safety
from gradfix_codemods import _labels
from gradfix_codemods._activations import change_activation, change_activations
from gradfix_codemods._guards import undecided
from gradfix_codemods._losses import change_family
from gradfix_codemods._pairs import Group, each, groups
from gradfix_codemods._spelling import Fix, show, spelled

if TYPE_CHECKING:
    from gradfix.flow.facts import Event
    from gradfix.module import Module


class SoftmaxOnSingleUnit(FlowCodemod):
    """Find a softmax over one unit, which is 1.0 for every input.

    ## What is wrong
    A softmax divides by the sum over its axis. With one unit on that axis the result is 1.0, whatever the unit
    says:

    ```python
    model.add(Dense(1, activation="softmax"))   # before: always 1.0
    model.add(Dense(1, activation="sigmoid"))   # after: a probability
    ```

    ## Why the gradient is lost
    The result is constant, so its gradient is zero up to rounding: with the mean squared error, hinge and the
    like, and with any loss behind `tf.nn.softmax`. With `binary_crossentropy` Keras takes the logits behind its
    own softmax: the loss falls, and every prediction stays 1.0. With `categorical_crossentropy` the loss is 0
    and the weights drift. Keras 3 warns of the axis of size 1; Keras 2 says nothing.

    ## What the fix does
    The softmax becomes a sigmoid in the form in which it is written, and a categorical loss becomes the binary
    one. The fix is safe where the unit is the output of a model with a known loss, as such a program learns
    nothing now, or never shows what it learned. Elsewhere it is unsafe or only advice: in an attention layer
    the softmax is meant over another axis (it becomes `axis=1` where the same function sums over axis 1), or
    after the scores have been put side by side.

    ## When to leave it
    Never as it stands; gradfix says nothing where a test of the width, whose outcome it does not know, chooses
    the softmax. When the labels have several columns, the layer needs as many units.

    ## References
    `keras.activations.softmax`, `keras.activations.sigmoid`, `keras.layers.Softmax` (its argument `axis`),
    `tf.nn.softmax`.
    """

    gate = ("oftmax",)
    afar = True

    def find(self, module: Module) -> Iterator[Finding]:
        """Yield each softmax of this kind once."""
        done: set[int] = set()
        for group in groups(
            module, lambda pair: _softmax(pair.head) is not None, "layer", both=_is_categorical
        ):
            head = group.pair.head
            part = _softmax(head)
            if head is None or part is None or part.call is None or id(part.call) in done:
                continue
            done.add(id(part.call))
            if _is_undecided(module, part):
                continue
            yield _finding(module, group, part, head)
        for call, part in _others(module):
            if id(call) not in done:
                done.add(id(call))
                yield _unpaired(module, call, part)


def _softmax(head: Head | None) -> Part | None:
    """Return the softmax that goes over one unit."""
    for index, part in enumerate(head.parts if head is not None else ()):
        if part.name == "softmax" and part.axis == -1 and head is not None and head.width_at(index) == 1:
            return part
    return None


def _is_categorical(pair: Pair) -> bool:
    return pair.loss.family in ("categorical", "sparse")


def _finding(module: Module, group: Group, part: Part, head: Head) -> Finding:
    pair = group.pair
    assert part.call is not None
    parts = [found for other in group.pairs if (found := _softmax(other.head)) is not None]
    fix = change_activations(module, parts, "sigmoid") if head.is_last(part) else None
    columns = _labels.columns(module, pair)
    if columns is not None and columns > 1:
        fix = None
    for one in each(filter(_is_categorical, group.pairs), "loss"):
        binary = (
            change_family(module, one, "binary") if not one.loss.path.startswith("tensorflow.nn.") else None
        )
        fix = fix + binary if fix is not None and binary is not None else None
    return group.finding(part.call, _message(module, pair, part, columns), Safety.SAFE, fix)


def _message(module: Module, pair: Pair, part: Part, columns: int | None) -> str:
    assert part.call is not None
    name = pair.loss.path.rpartition(".")[2]
    hidden = part.form != "op" and not (
        part.given is not None and part.given.kind is Kind.PATH and part.given.data.startswith("tensorflow.")
    )
    if pair.loss.family == "binary" and hidden:
        effect = f"{name} takes the logits behind it, so the loss falls while every prediction stays 1.0"
    elif pair.loss.family == "sparse":
        effect = f"{name} knows only class 0: a label of 1 raises InvalidArgumentError on a CPU"
    elif pair.loss.family == "categorical":
        effect = f"{name} is the same for every input"
    else:
        effect = f"the gradient of {name} is zero"
    if columns is not None and columns > 1:
        return f"The softmax of `{show(module, part.call)}` goes over one unit, and the labels have {columns} columns: use {columns} units."
    remedy = (
        "Use a sigmoid and binary_crossentropy."
        if pair.loss.family in ("categorical", "sparse")
        else "Use a sigmoid."
    )
    return (
        f"The softmax of `{show(module, part.call)}` goes over one unit and is always 1.0: {effect}. {remedy}"
    )


def _others(module: Module) -> Iterator[tuple[ast.Call, Part | None]]:
    """Yield the softmaxes over one unit anywhere; with their part where they end a model."""
    heads = module.flow.structure.heads
    ends = {id(part.call): part for part in _ends(module) if part.call is not None}
    mixed: dict[int, bool] = {}
    found: list[ast.Call] = []
    for event in module.flow.events("layer", "layer_call", "loss"):
        if event.kind == "layer":
            call, single = _made(event.arguments[0])
        else:
            path = event.arguments[0].data if event.arguments[0].kind is Kind.PATH else None
            if event.kind == "loss" and (not isinstance(path, str) or not path.endswith(".softmax")):
                continue
            result = event.arguments[1] if event.kind == "layer_call" else _after(event)
            head = heads.of(result) if result is not None else None
            part = _softmax(head)
            applied = part is not None and part.form != "argument" and not _is_undecided(module, part)
            call, single = (part.call, True) if part is not None and applied else (None, False)
        if call is not None:
            mixed[id(call)] = mixed.get(id(call), True) and single
            found.append(call)
    for call in found:
        if mixed.pop(id(call), False):
            yield call, ends.get(id(call))


def _is_undecided(module: Module, part: Part) -> bool:
    """Tell whether a test decides about the softmax; one of the layer's own goes over its units whatever is tested."""
    return part.form != "argument" and part.call is not None and undecided(module, part.call)


def _after(event: Event) -> Value | None:
    """Return a stand-in for the result of ``tf.nn.softmax``, of which only the operands are noted."""
    path, *operands = event.arguments
    return (
        Value(Kind.TENSOR, event.node, Applied(path.data, tuple(operands), event.keywords))
        if operands
        else None
    )


def _made(layer: Value) -> tuple[ast.Call | None, bool]:
    """Return the call that makes a layer with a softmax of its own, and whether it has one unit."""
    info: LayerInfo = layer.data
    if activation_name(info.arguments.get("activation")) != "softmax" or info.path.endswith(".Activation"):
        return None, False
    return info.call, units(info) == 1


def _ends(module: Module) -> Iterator[Part]:
    """Yield the softmaxes over one unit that end a model."""
    heads = module.flow.structure.heads
    for event in module.flow.events("layer_call"):
        owner = event.arguments[0].data
        if isinstance(owner, Instance) and "keras.Model" in owner.cls.library_bases():
            part = _softmax(heads.of(event.arguments[1]))
            if part is not None:
                yield part
    for event in module.flow.events("model"):
        info = event.arguments[0].data
        if not isinstance(info, ModelInfo):
            continue
        for output in leaves(info.outputs) if info.outputs is not None else ():
            part = _softmax(heads.of(output))
            if part is not None:
                yield part
        last = info.layers[-1].data if info.layers else None
        if isinstance(last, LayerInfo) and last.call is not None:
            given = last.arguments.get("activation")
            if given is not None:
                yield Part("activation", "softmax", "argument", last.call, given)


def _unpaired(module: Module, call: ast.Call, part: Part | None) -> Finding:
    text = f"The softmax of `{show(module, call)}` goes over one unit and is always 1.0, so no gradient comes back through it."
    fix = change_activation(module, part, "sigmoid") if part is not None else None
    along = _over_steps(module, call) if part is None else None
    if along is not None:
        text = f"{text} Take it over axis 1, which is summed up later."
        return Finding(call, text, Safety.UNSAFE, (), along.edits, along.imports)
    if fix is None:
        return Finding(call, f"{text} Take the softmax over another axis, or use a sigmoid.", Safety.ADVICE)
    return Finding(call, f"{text} Use a sigmoid.", Safety.UNSAFE, (), fix.edits, fix.imports, fix.unused)


def _over_steps(module: Module, call: ast.Call) -> Fix | None:
    """Take the softmax of attention scores over axis 1, where the function that makes them sums over axis 1."""
    given = next((keyword.value for keyword in call.keywords if keyword.arg == "activation"), None)
    users = [
        event.function or module.tree
        for event in module.flow.events("layer_call")
        if isinstance(event.arguments[0].data, LayerInfo) and event.arguments[0].data.call is call
    ]
    if given is None or not users or not all(any(map(_sums, ast.walk(user))) for user in users):
        return None
    name, imports = spelled(module, "keras.activations.softmax")
    return Fix((Edit(given, edits.expression(f"lambda scores: {name}(scores, axis=1)")),), imports)


def _sums(node: ast.AST) -> bool:
    """Tell whether ``node`` is a sum over axis 1: ``tf.reduce_sum(x, axis=1)``, ``K.sum(x, 1)``, ``Dot(axes=1)``."""
    match node:
        case ast.Call(func=ast.Attribute(attr="reduce_sum" | "sum") | ast.Name(id="reduce_sum"), args=args):
            axes = [keyword.value for keyword in node.keywords if keyword.arg == "axis"] or args[1:2]
        case ast.Call(func=ast.Attribute(attr="Dot" | "dot") | ast.Name(id="Dot" | "dot"), args=args):
            axes = [keyword.value for keyword in node.keywords if keyword.arg == "axes"] or args[:1]
        case _:
            return False
    return any(isinstance(axis, ast.Constant) and axis.value == 1 for axis in axes)
