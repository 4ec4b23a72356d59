from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import chain
from typing import ClassVar

from gradfix.codemod import FlowCodemod
from gradfix.flow import Broken
from gradfix.model import Edit, Finding, Move, Safety
from gradfix.module import Module
from gradfix_codemods._messages import where
from gradfix_codemods._outside import (
    by_block,
    lost,
    names,
    passes_before,
    quoted,
    sort_of,
    tape_name,
    tokens_of,
    with_followers,
)
from gradfix_codemods._statements import Statements, dotted, touch

_WEIGHTS = ("weight", "variable")


class ForwardOutsideTape(FlowCodemod):
    """The model is called before the block of the tape begins, and the loss inside reads the result.

    ## What is wrong
    The block of the tape holds the loss, but the forward pass stands before it, in the same function or in
    the one that calls it:

    ```python
    logits = model(x, training=True)
    with tf.GradientTape() as tape:
        loss = loss_fn(y, logits)
    grads = tape.gradient(loss, model.trainable_variables)
    ```

    ## Why the gradient is lost
    The tape records what runs inside its block. It sees the way from `logits` to `loss`, and takes `logits`
    for a constant: nothing tells it how the weights came in. The gradient is `None` for every weight of the
    model, and an optimizer of Keras raises "No gradients provided for any variable".

    ## What the fix does
    The forward pass moves to the start of the block, behind `tape.watch` if there is one, together with the
    statements that need its result before the block:

    ```python
    with tf.GradientTape() as tape:
        logits = model(x, training=True)
        loss = loss_fn(y, logits)
    grads = tape.gradient(loss, model.trainable_variables)
    ```

    The fix is safe where no source has a gradient. It is unsafe where the others are trained as they should:
    the weights that were left out may be meant to stay as they are. It is unsafe, too, where the loss reads
    several passes of one model, which all move: one of them may be a target that wants no gradient.

    ## When to leave it
    Bootstrap targets, the probabilities of an old policy, features of a frozen network and ready fakes for a
    discriminator are computed before the block on purpose, and no gradient is asked for them: gradfix says
    nothing. Where the forward pass stands in another function than the block, or behind something that it
    must not change places with, there is advice and no fix.

    ## References
    `tf.GradientTape` in the TensorFlow API documentation; "Introduction to gradients and automatic
    differentiation" in the TensorFlow guide.
    """

    gate: ClassVar[tuple[str, ...]] = ("GradientTape",)

    def find(self, module: Module) -> Iterator[Finding]:
        found = list(module.flow.broken("outside-before"))
        places = Statements(module) if found else None
        for causes in by_block(one for one in found if places and sort_of(places, one) == "forward"):
            assert places is not None
            # Where weights are among what was lost, the rest (a parameter, an unknown object) is no forward pass.
            group = [one for one in causes if any(token.kind in _WEIGHTS for token in one.tokens)] or causes
            first = group[0]
            partial = all(one.partial for one in group)
            message = (
                f"{quoted(module, first.node)} is computed before the block of {tape_name(first.sink)} begins: "
                f"{lost(first.sink, names(tokens_of(group)))}{', the other sources train' if partial else ''}"
            )
            passes = passes_before(group)
            several = any(len({places.statement(node) for node in nodes}) > 1 for nodes in passes.values())
            if several:
                message += ". It is not the only pass: stop the gradient of what is meant as a target"
            edits = _edits(
                places, group, [*(one.node for one in group), *chain.from_iterable(passes.values())]
            )
            if edits:
                safety = Safety.UNSAFE if partial or several else Safety.SAFE
                yield Finding(first.node, message, safety, first.path, edits)
            else:
                yield Finding(first.node, f"{message}. {_way_out(module, first)}", Safety.ADVICE, first.path)


def _way_out(module: Module, broken: Broken) -> str:
    block = broken.sink.tape.block if broken.sink.tape is not None else None
    place = where(module, block, broken.node) if block is not None else ""
    return f"Hand the inputs over, and compute it inside the `with` block{place}"


def _edits(places: Statements, group: list[Broken], nodes: list[ast.AST]) -> tuple[Edit | Move, ...]:
    """Return what brings a forward pass into the block; nothing when that is not proven to be right."""
    tape = group[0].sink.tape
    if tape is None or tape.block is None:
        return ()
    block = tape.block
    lost = {places.statement(node) for node in nodes}
    first = min((one for one in lost if one is not None), key=lambda one: one.lineno, default=None)
    if first is None or places.scope(first) is not places.scope(block):
        return ()
    if any(isinstance(one, ast.Expr) for one in lost):
        return ()  # its result is not what the block reads: something that it keeps is
    row = places.block(first)
    into = places.holder(row, block)
    if into is None:
        # In a loop or branch of its own, which then moves as a whole.
        row, into = places.block(block), block
        lost = {places.holder(row, one) for one in lost if one is not None}
        first = min((one for one in lost if one is not None), key=lambda one: one.lineno, default=block)
    if first not in row or into is first or row.index(first) > row.index(into):
        return ()
    moved = with_followers(places, row[row.index(first) : row.index(into)], lost)
    if moved is None or (into is not block and not _may_enter(places, moved, into, block)):
        return ()
    written = set().union(*(places.writes(one) for one in moved))
    if any(touch(written, places.reads(item)) for item in block.items):
        return ()
    watched = [one for one in _watches(block) if not touch(written, places.reads(one))]
    return (Move((*watched, *moved), block, at_end=False),)


def _may_enter(places: Statements, moved: list[ast.stmt], into: ast.stmt, block: ast.stmt) -> bool:
    """Tell whether statements before a loop may run in each of its rounds: nothing there may notice."""
    read = set().union(*(places.reads(one) for one in moved))
    written = set().union(*(places.writes(one) for one in moved))
    bound = {
        name
        for one in ast.walk(into)
        if isinstance(one, (ast.Name, ast.Attribute)) and isinstance(one.ctx, (ast.Store, ast.Del))
        for name in [dotted(one)]
        if name is not None
    }
    scope, end = places.scope(into), into.end_lineno or into.lineno
    later = [one for one in ast.walk(scope) if isinstance(one, ast.stmt) and one.lineno > end]
    if touch(bound, read | written) or any(touch(written, places.reads(one)) for one in later):
        return False
    inside: ast.AST = block
    while inside is not into:
        outer = places.parent[inside]
        if any(touch(written, places.reads(one)) for one in _elsewhere(outer, inside)):
            return False
        inside = outer
    return True


def _elsewhere(outer: ast.AST, inside: ast.AST) -> Iterator[ast.AST]:
    """Yield the parts of a compound statement that may run without ``inside``, or before it."""
    for _, value in ast.iter_fields(outer):
        parts = value if isinstance(value, list) else [value]
        for part in parts:
            if part is inside:
                break
            if isinstance(part, ast.AST):
                yield part


def _watches(block: ast.With | ast.AsyncWith) -> list[ast.stmt]:
    """Return the ``tape.watch`` calls that a block begins with: what they watch is used behind them."""
    found: list[ast.stmt] = []
    for one in block.body:
        match one:
            case ast.Expr(value=ast.Call(func=ast.Attribute(attr="watch"))):
                found.append(one)
            case _:
                break
    return found
