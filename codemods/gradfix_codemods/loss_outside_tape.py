from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import ClassVar

from gradfix.codemod import FlowCodemod
from gradfix.edits import append_statement, expression, insert_after
from gradfix.flow import Broken
from gradfix.flow.values import Kind, Value
from gradfix.model import Edit, Finding, Move, Safety
from gradfix.module import Module
from gradfix_codemods._outside import by_sink, call_of_helper, lost, names, quoted, tape_name, tokens_of
from gradfix_codemods._statements import Statements, asks_for_gradient, updates


class LossOutsideTape(FlowCodemod):
    """The loss, or part of it, is computed after the block of its tape has ended.

    ## What is wrong
    A `tf.GradientTape` records what runs inside its `with` block. What the program computes from the
    predictions behind the block is not recorded, be it the whole loss, a last step such as `loss / n`, or
    only the minus in the argument of `tape.gradient`:

    ```python
    with tf.GradientTape() as tape:
        pred = model(x, training=True)
    loss = loss_fn(y, pred)
    grads = tape.gradient(loss, model.trainable_variables)
    ```

    ## Why the gradient is lost
    The tape knows the way from the weights to `pred`, but not the one from `pred` to `loss`. The gradient of
    `loss` is `None` for every weight. An optimizer of Keras then raises "No gradients provided for any
    variable"; a loop that skips `None` does not train.

    ## What the fix does
    The statements that make the loss move to the end of the block, in order and with their comments. An
    expression given to `tape.gradient` gets a name inside the block:

    ```python
    with tf.GradientTape() as tape:
        pred = model(x, training=True)
        loss = loss_fn(y, pred)
    grads = tape.gradient(loss, model.trainable_variables)
    ```

    The fix is safe: the loss keeps its value, only its gradient comes back.

    ## When to leave it
    `tape.gradient` itself may stand behind the block. Losses that are only reported, scaled or summed for a
    log are not touched. Where the block stands in another function or in another branch than the loss, or
    where weights are updated between them, gradfix gives advice and no fix.

    ## References
    `tf.GradientTape` in the TensorFlow API documentation; "Introduction to gradients and automatic
    differentiation" in the TensorFlow guide.
    """

    gate: ClassVar[tuple[str, ...]] = ("GradientTape",)

    def find(self, module: Module) -> Iterator[Finding]:
        groups = by_sink(one for one in module.flow.broken("outside-after") if one.sink.tape is not None)
        places = Statements(module) if groups else None
        for group in groups:
            assert places is not None
            first = group[0]
            message = (
                f"{quoted(module, first.node)} is computed after the block of {tape_name(first.sink)}: "
                f"{lost(first.sink, names(tokens_of(group)))}"
            )
            edits = _edits(places, group)
            if edits:
                yield Finding(first.node, message, Safety.SAFE, first.path, edits)
            else:
                way_out = "Compute it inside the `with` block, from what the tape recorded"
                yield Finding(first.node, f"{message}. {way_out}", Safety.ADVICE, first.path)


def _edits(places: Statements, group: list[Broken]) -> tuple[Edit | Move, ...]:
    """Return what brings the target of a gradient into the block of its tape; nothing when that is not proven."""
    sink = group[0].sink
    tape, call = sink.tape, sink.node
    if tape is None or tape.block is None or not isinstance(call, ast.Call):
        return ()
    row = places.block(tape.block)
    helped = call_of_helper(places, row, call)
    if helped is None and places.holder(row, call) is None:
        return _beside_block(places, row, tape.block, group)
    asked = helped or call
    target = (
        call.args[0]
        if call.args
        else next((k.value for k in call.keywords if k.arg in ("target", "loss")), None)
    )
    if target is None or isinstance(target, ast.Starred):
        return ()
    read = places.reads(helped or target)
    between = _between(places, row, tape.block, asked, read)
    if between is None:
        return ()
    wanted = read if helped is None else _results(places, between, group) & read
    moved = places.needed(between, wanted, tape.block)
    if moved is None:
        return ()
    if any(updates(one) for one in between) and any(
        _reads_weights(value, tape.left) for value in group[0].targets
    ):
        return ()
    parts = {part for one in (*moved, target) for part in ast.walk(one)}
    if not all(one.node in parts for one in group):
        return ()
    if helped is not None or isinstance(target, ast.Name):
        return (Move(tuple(moved), tape.block),) if moved else ()
    if isinstance(target, (ast.List, ast.Tuple, ast.Dict)):
        return ()
    name = places.free_name(call, "target", "tape_target")
    value = places.module.segment(target)
    loose = "\n" in value and not isinstance(target, (ast.Call, ast.Subscript, ast.Attribute))
    named = f"{name} = ({value})" if loose else f"{name} = {value}"
    if not moved:
        return Edit(tape.block, append_statement(named)), Edit(target, expression(name))
    return (
        Move(tuple(moved), tape.block),
        Edit(moved[-1], insert_after(named)),
        Edit(target, expression(name)),
    )


def _beside_block(
    places: Statements, row: list[ast.stmt], block: ast.stmt, group: list[Broken]
) -> tuple[Edit | Move, ...]:
    """Return what brings the loss into the block when the gradient is asked for after this function has ended."""
    late = [places.holder(row, one.node) for one in group]
    if any(one is None or row.index(one) <= row.index(block) for one in late):
        return ()
    last = max((one for one in late if one is not None), key=row.index)
    between = row[row.index(block) + 1 : row.index(last) + 1]
    if isinstance(last, ast.Return) or any(updates(one) or asks_for_gradient(one) for one in between):
        return ()
    moved = places.needed(between, places.writes(last))
    if not moved or not all(one in moved for one in late):
        return ()
    return (Move(tuple(moved), block),)


def _between(
    places: Statements, row: list[ast.stmt], block: ast.stmt, asked: ast.Call, read: set[str]
) -> list[ast.stmt] | None:
    """Return the statements that surely run between a block and a call behind it."""
    holder = places.holder(row, asked)
    if holder is None or row.index(holder) <= row.index(block):
        return None
    found = row[row.index(block) + 1 : row.index(holder)]
    while isinstance(holder, (ast.Try, ast.With)):
        inner = places.holder(holder.body, asked)
        if inner is None:
            break
        found += holder.body[: holder.body.index(inner)]
        holder = inner
    own = holder is places.statement(asked)
    return found if own or not places.writes(holder) & read else None


def _results(places: Statements, between: list[ast.stmt], group: list[Broken]) -> set[str]:
    """Return the names that hold what was computed too late."""
    late = [one for one in between if any(cause.node in ast.walk(one) for cause in group)]
    found = set().union(*(places.writes(one) for one in late))
    for one in between:
        if places.reads(one) & found:
            found |= places.writes(one)
    return found


def _reads_weights(target: Value, left: int) -> bool:
    """Tell whether a weight is read after the block; then an update must not come to stand behind it."""
    waiting, seen = [target], set()
    while waiting:
        value = waiting.pop()
        if id(value) in seen or value.time <= left:
            continue
        seen.add(id(value))
        known = {token for one in value.inputs for token in (*one.live, *one.cut)}
        if any(token not in known for token in (*value.live, *value.cut)):
            return True
        if any(one.kind in (Kind.VARIABLE, Kind.LAYER, Kind.MODEL) for one in value.inputs):
            return True
        waiting.extend(value.inputs)
    return False
