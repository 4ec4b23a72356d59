"""Probabilities given to a loss that applies softmax or sigmoid itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from gradfix import edits
from gradfix.codemod import FlowCodemod
from gradfix.flow.heads import Head, Part
from gradfix.flow.structure import Pair
from gradfix.model import Edit, Finding, Safety
from gradfix_codemods._losses import FUNCTIONS, expect_probabilities
from gradfix_codemods._pairs import Group, each, groups
from gradfix_codemods._spelling import Fix, argument, head_text, spelled

if TYPE_CHECKING:
    from gradfix.module import Module

_LAST = {"categorical": "softmax", "sparse": "softmax", "binary": "sigmoid"}
_NN = "tensorflow.nn."
_BOUND = 200  # a prediction is not longer than this


class LogitsAppliedTwice(FlowCodemod):
    """Find a softmax or sigmoid output whose loss is told that it gets logits.

    ## What is wrong
    The model ends in a softmax or sigmoid, and the loss applies it once more:

    ```python
    model.add(Dense(10, activation="softmax"))
    model.compile("adam", SparseCategoricalCrossentropy(from_logits=True))   # before
    model.compile("adam", SparseCategoricalCrossentropy())                   # after
    ```

    ## Why the gradient is lost
    A softmax of probabilities is nearly flat: for three classes the loss cannot fall below 0.55, and the
    gradient is small everywhere; after two sigmoids no probability below 0.5 can be said. The functions
    `tf.nn.*_cross_entropy_with_logits` do exactly this. The losses of Keras notice when their input is
    straight from a Keras softmax or sigmoid, warn, and go back to the logits behind it, in Keras 2 and Keras 3;
    with `tf.nn.softmax` as the activation they notice it in a graph (`fit`), and not in eager mode.

    ## What the fix does
    For a loss of Keras, `from_logits=True` is dropped. Where Keras notices, the values stay the same and the
    fix is safe; else it is unsafe. Before `tf.nn.*_with_logits` the activation is dropped (unsafe); where the
    program reads the model's probabilities elsewhere, the loss becomes the one of Keras that takes them.

    ## When to leave it
    When the outputs must stay logits for other code, drop the activation rather than the argument.

    ## References
    `keras.losses.CategoricalCrossentropy`, `tf.nn.softmax_cross_entropy_with_logits`,
    `tf.nn.sigmoid_cross_entropy_with_logits`.
    """

    gate = ("from_logits", "rossentropy(", "_with_logits")
    afar = True

    def find(self, module: Module) -> Iterator[Finding]:
        """Yield each pair of an activation and a loss of this kind once."""
        for group in groups(module, lambda pair: _is_wrong(pair) and not _is_nn(pair), "loss"):
            pair, head, part = _parts(group.pair)
            noticed = all(_noticed(one) for one in group.pairs)
            safety = Safety.SAFE if noticed else Safety.UNSAFE
            what = f"{pair.loss.path.rpartition('.')[2]} is told from_logits=True, but `{head_text(module, head)}` ends in a {part.name}"
            if noticed:
                tail = f"Keras {module.keras} notices, warns, and takes the logits; the argument is not true."
            else:
                tail = f"the {part.name} is taken twice where Keras {module.keras} does not notice."
            yield group.finding(
                pair.loss.node or pair.node, f"{what}: {tail}", safety, expect_probabilities(pair.loss)
            )
        for group in groups(module, lambda pair: _is_wrong(pair) and _is_nn(pair), "layer"):
            pair, head, part = _parts(group.pair)
            name = f"tf.nn.{pair.loss.path.rpartition('.')[2]}"
            flat = (
                "no probability below 0.5 can be said"
                if part.name == "sigmoid"
                else "the loss stays high and nearly flat"
            )
            message = f"{name} applies the {part.name} of `{head_text(module, head)}` a second time: {flat}."
            fix = (
                _of_probabilities(module, group) if _read_elsewhere(module, group) else _without(module, part)
            )
            yield group.finding(part.call or pair.node, message, Safety.UNSAFE, fix)


def _parts(pair: Pair) -> tuple[Pair, Head, Part]:
    assert pair.head is not None and pair.head.activation is not None  # noqa: PT018 - found by _is_wrong
    return pair, pair.head, pair.head.activation


def _is_nn(pair: Pair) -> bool:
    return pair.loss.path.startswith(_NN)


def _is_wrong(pair: Pair) -> bool:
    head, loss = pair.head, pair.loss
    if head is None or loss.from_logits is not True or (head.width == 1 and loss.family != "binary"):
        return False
    part = head.activation
    return (
        part is not None and part.name == _LAST.get(loss.family) and part.axis == -1 and loss.over_last_axis
    )


def _noticed(pair: Pair) -> bool:
    """Tell whether Keras finds the logits behind the activation, in a graph and in eager mode."""
    head = pair.head
    part = head.activation if head is not None else None
    if head is None or part is None or head.parts[-1] is not part:
        return False
    if part.form == "op":
        return part.path.startswith("keras.activations.")
    return part.given is None or not (
        isinstance(part.given.data, str) and part.given.data.startswith("tensorflow.")
    )


def _read_elsewhere(module: Module, group: Group) -> bool:
    """Tell whether the model is called for more than the loss: there its outputs must stay probabilities."""
    trained: dict[int, ast.AST] = {}
    waiting = [pair.prediction for pair in group.pairs]
    while waiting and len(trained) < _BOUND:
        value = waiting.pop()
        if value.node is not None and id(value) not in trained:
            trained[id(value)] = value.node
            waiting += value.inputs
    calls = {id(node): node for node in trained.values() if isinstance(node, ast.Call)}
    models = {_last(node) for node in calls.values()} - {"self", ""}
    return any(
        isinstance(node, ast.Call)
        and id(node) not in calls
        and (_last(node) in ("predict", "predict_on_batch") or _last(node) in models)
        and _last(node) not in module.aliases.values()
        for node in ast.walk(module.tree)
    )


def _last(call: ast.Call) -> str:
    func = call.func
    return func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ""


def _of_probabilities(module: Module, group: Group) -> Fix | None:
    """Take the loss of Keras that gets probabilities and has the same shape."""
    fix = Fix()
    for pair in each(group.pairs, "loss"):
        call = pair.loss.call
        if (
            call is None
            or pair.loss.family == "binary"
            or set(pair.loss.arguments) - {0, 1, "labels", "logits"}
        ):
            return None
        text, imports = spelled(module, f"keras.losses.{FUNCTIONS[pair.loss.family]}")
        keywords = edits.rename_keywords({"labels": "y_true", "logits": "y_pred"})
        fix += Fix((Edit(call, edits.compose(edits.callee(text), keywords)),), imports)
    return fix


def _without(module: Module, part: Part) -> Fix | None:
    call = part.call
    if call is None:
        return None
    if part.form == "argument":
        given = argument(call, "activation", 1)
        if given is None:
            return None
        named = any(keyword.arg == "activation" for keyword in call.keywords)
        if not named and len(call.args) > 2:  # noqa: PLR2004
            return Fix((Edit(given, edits.expression("None")),))
        return Fix((Edit(call, edits.drop_argument("activation" if named else 1)),))
    if part.form == "op" and len(call.args) == 1 and not isinstance(call.args[0], ast.Starred):
        return Fix((Edit(call, edits.unwrap_argument(0)),))
    for statement in ast.walk(module.tree):
        match statement:
            case ast.Assign(
                targets=[ast.Name(id=new)], value=ast.Call(func=made, args=[ast.Name(id=old)])
            ) if made is call and new == old:
                return Fix((Edit(statement, edits.remove()),))
            case ast.Call(func=made, args=[one], keywords=[]) if made is call and not isinstance(
                one, ast.Starred
            ):
                return Fix((Edit(statement, edits.unwrap_argument(0)),))
            case ast.List(elts=parts) if call in parts and parts[-1] is call:
                return Fix((Edit(statement, _without_last),))
            case ast.Expr(value=ast.Call(func=ast.Attribute(attr="add"), args=[one], keywords=[])) if (
                one is call
            ):
                return Fix((Edit(statement, edits.remove()),))
    return None


def _without_last(node: Any) -> Any:
    *rest, gone = node.elements
    kept = [*rest[:-1], rest[-1].with_changes(comma=gone.comma)] if rest else []
    return node.with_changes(elements=kept)
