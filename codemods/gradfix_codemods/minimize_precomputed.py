from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import ClassVar

from gradfix.codemod import FlowCodemod
from gradfix.edits import expression, remove, statement, template
from gradfix.flow import Broken
from gradfix.flow.values import Kind
from gradfix.model import Edit, Finding, Safety
from gradfix.module import Module
from gradfix_codemods._inline import inlined
from gradfix_codemods._outside import by_sink, names, quoted, sort_of, tokens_of
from gradfix_codemods._statements import Statements, updates
from gradfix_codemods._taped import taped


class MinimizePrecomputed(FlowCodemod):
    """`optimizer.minimize` gets a loss that is computed already.

    ## What is wrong
    `minimize` wants a function of no arguments, which it calls under a tape of its own. It gets a tensor, or
    a function that only returns one:

    ```python
    loss = mse(y, model(x))
    optimizer.minimize(loss, model.trainable_variables)
    optimizer.minimize(lambda: loss, model.trainable_variables)
    ```

    ## Why the gradient is lost
    Nothing was recorded when the loss was computed. With a tensor the optimizers of Keras 2 raise a
    `ValueError` and those of `tf.compat.v1.train` a `RuntimeError`; with `lambda: loss` the gradient is `None`
    for every variable. Optimizers of Keras 3 have no `minimize`: there the call raises an `AttributeError`
    whatever it gets.

    ## What the fix does
    The computation goes into the function:

    ```python
    optimizer.minimize(lambda: mse(y, model(x)), model.trainable_variables)
    ```

    A loss that is made in several statements goes into the block of a tape, and so does every loss under
    Keras 3; `apply_gradients` takes the place of `minimize`:

    ```python
    with tf.GradientTape() as tape:
        pred = model(x)
        loss = mse(y, pred)
    optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
    ```

    The fix is safe: the program as written raises or does not train.

    ## When to leave it
    A tensor is right beside `tape=`, and in a graph of TensorFlow 1. Where the loss is made in another function
    or the variables are not listed, there is advice and no fix.

    ## References
    `tf.keras.optimizers.Optimizer.minimize` of TensorFlow 2.15, `tf.compat.v1.train.Optimizer.minimize`,
    `tf.GradientTape` in the TensorFlow API documentation.
    """

    gate: ClassVar[tuple[str, ...]] = ("minimize",)

    def find(self, module: Module) -> Iterator[Finding]:
        found = list(module.flow.broken("outside-before"))
        places = Statements(module) if found else None
        for group in by_sink(one for one in found if places and sort_of(places, one) == "minimize"):
            assert places is not None
            first = group[0]
            gone = module.keras == 3 and _of_keras(module, first)  # noqa: PLR2004
            value = first.sink.kind == "minimize-value"
            effect = "the call raises" if value else f"the gradient for {names(tokens_of(group))} is None"
            message = f"{quoted(module, first.node)} is computed before minimize can record it: {effect}"
            if gone:
                message += ". Optimizers of Keras 3 have no minimize: there it takes a tf.GradientTape"
            edits = () if gone else _edits(places, group)
            edits = edits or taped(places, group)
            node = first.sink.node if gone and value else first.node
            if edits:
                yield Finding(node, message, Safety.SAFE, first.path, edits)
            else:
                message += ". Give it a function that computes the loss, or use a tf.GradientTape"
                yield Finding(node, message, Safety.ADVICE, first.path)


def _of_keras(module: Module, broken: Broken) -> bool:
    """Tell whether the optimizer is, or may be, one of Keras's own."""
    for event in module.flow.events("minimize"):
        if event.node is broken.sink.node:
            optimizer = event.arguments[0]
            if optimizer.kind is not Kind.OBJECT or str(optimizer.data.path).startswith("keras."):
                return True
    return False


def _edits(places: Statements, group: list[Broken]) -> tuple[Edit, ...]:
    sink = group[0].sink
    call = sink.node
    if not isinstance(call, ast.Call):
        return ()
    loss = call.args[0] if call.args else next((k.value for k in call.keywords if k.arg == "loss"), None)
    if loss is None:
        return ()
    if all(any(one.node is part for part in ast.walk(loss)) for one in group):
        return (Edit(loss, template("lambda: {node}")),)
    made = {places.statement(one.node) for one in group}
    only = next(iter(made))
    if len(made) != 1 or not isinstance(only, (ast.Assign, ast.AnnAssign)) or updates(only):
        return ()
    text = places.module.segment(only.value) if only.value is not None else ""
    if sink.kind == "minimize":
        return _comment_kept(places, inlined(places, only, sink.function), call, only, text)
    text = f"lambda: {text}"
    found = inlined(places, only, loss)
    edits = tuple(Edit(one.anchor, expression(text)) if one.anchor is loss else one for one in found)
    return _comment_kept(places, edits, call, only, text)


def _comment_kept(
    places: Statements, edits: tuple[Edit, ...], call: ast.Call, made: ast.stmt, text: str
) -> tuple[Edit, ...]:
    """Let the call take the place of the statement before it, whose comment would go with it otherwise."""
    after = places.statement(call)
    row = places.block(made)
    if (
        not edits
        or edits[-1].anchor is not made
        or not places.text(made).lstrip().startswith("#")
        or len(edits) != 2  # noqa: PLR2004
    ):
        return edits
    if after is None or after not in row or row.index(after) != row.index(made) + 1:
        return edits
    segment = places.module.segment(after)
    if places.text(after).strip() != segment or "\n" in segment:
        return edits
    line = places.module.lines[after.lineno - 1].encode()
    anchor = edits[0].anchor
    if not isinstance(anchor, ast.expr) or places.statement(anchor) is not after:
        return edits
    head, tail = (
        line[after.col_offset : anchor.col_offset],
        line[anchor.end_col_offset : after.end_col_offset],
    )
    return Edit(made, statement(head.decode() + text + tail.decode())), Edit(after, remove())
