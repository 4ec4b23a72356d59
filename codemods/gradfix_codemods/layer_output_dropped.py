from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import ClassVar

from gradfix.codemod import Codemod
from gradfix.edits import expression, insert_before, statement
from gradfix.flow.joining import leaves
from gradfix.flow.objects import LayerInfo
from gradfix.flow.paths import shorten
from gradfix.flow.rehearsal import Rehearsal, rehearse
from gradfix.flow.values import Kind
from gradfix.model import Edit, Finding, Safety
from gradfix.module import Module
from gradfix_codemods._unread import Dropped, Unread, dropped

_RECURRENT = ("LSTM", "GRU", "SimpleRNN")
_WANT_STEPS = (
    "LSTM",
    "GRU",
    "SimpleRNN",
    "Bidirectional",
    "Conv1D",
    "ConvLSTM2D",
    "MultiHeadAttention",
    "Attention",
)


class LayerOutputDropped(Codemod):
    """The result of a layer is never read, so the layer gets no gradient.

    ## What is wrong
    A layer is called and its result is overwritten, not assigned, or never used:

    ```python
        def call(self, inputs):
            x = self.dense1(inputs)
            x = self.dense2(inputs)
            return self.out(x)
    ```

    ## Why the gradient is lost
    The loss does not depend on the result. In a subclassed model Keras warns "Gradients do not exist for
    variables" of that layer and trains without it; in a functional model the layer is no part of the model, and
    nothing is said.

    ## What the fix does
    Where there is one way to make the layer count, the next layer takes its result, or the result is assigned:

    ```python
            x = self.dense1(inputs)
            x = self.dense2(x)
    ```

    The fix is unsafe: it changes what the model computes. Where several readings are possible there is only
    advice.

    ## When to leave it
    gradfix says nothing where the weights of the layer reach the output in another way, where the layer adds
    its own loss, for layers without weights or that are frozen, and for names that start with an underscore.

    ## References
    `keras.layers.Layer`; "The Functional API" and "Making new layers and models via subclassing" in the Keras
    guides.
    """

    gate: ClassVar[tuple[str, ...]] = ("layers", "Layer", "Model")

    def find(self, module: Module) -> Iterator[Finding]:
        for one in dropped(module):
            if one.models and one.unread.name is not None and one.unread.over is None:
                continue
            run = rehearse(module)
            edits = _edits(run, one)
            yield Finding(
                one.unread.node,
                _message(module, one) + ("" if edits else "; hand it on, return it, or take the layer away"),
                Safety.UNSAFE if edits else Safety.ADVICE,
                edits=edits,
            )


def _message(module: Module, one: Dropped) -> str:
    text = shorten(module.segment(one.unread.node))
    how = "is overwritten" if one.unread.over is not None else "is never read"
    if one.unread.loop is not None:
        how = "is overwritten by the next turn of the loop"
    if one.models:
        return f"The result of {text} {how}: the layer is no part of the model and is never trained"
    who = f"{one.owner.data.cls.node.name} trains" if one.owner is not None else "the program trains"
    return f"The result of {text} {how}: no gradient reaches the layer, and {who} without it"


def _edits(run: Rehearsal, one: Dropped) -> tuple[Edit, ...]:
    unread = one.unread
    given = _taken(unread.node)
    if given is None:
        return ()
    end = (unread.statement.end_lineno or 0, unread.statement.end_col_offset or 0)
    loads = [
        n
        for n in ast.walk(unread.scope)
        if isinstance(n, ast.Name)
        and n.id == given
        and isinstance(n.ctx, ast.Load)
        and (n.lineno, n.col_offset) > end
    ]
    if unread.name is None:
        if not loads or not isinstance(unread.statement, ast.Expr):
            return ()
        return (Edit(unread.statement, statement(f"{given} = {run.module.segment(unread.node)}")),)
    if unread.loop is not None:
        return _chained(run, unread, given)
    if _rebound(unread, given, end):
        return ()
    if unread.over is not None:
        inside = {id(n) for n in ast.walk(unread.over)}
        loads = [n for n in loads if id(n) in inside]
    if not loads or not _one_reader(run, loads, unread):
        return ()
    return tuple(Edit(n, expression(unread.name)) for n in loads)


def _taken(node: ast.expr) -> str | None:
    """Return the name that the innermost of the layers called in ``node`` takes."""
    while isinstance(node, ast.Call) and node.args:
        node = node.args[0]
    return node.id if isinstance(node, ast.Name) else None


def _chained(run: Rehearsal, unread: Unread, given: str) -> tuple[Edit, ...]:
    """Let each turn of a loop take the result of the one before, and the first what all of them took."""
    assert unread.name is not None
    assert unread.loop is not None
    if given == unread.name or any(
        isinstance(n, ast.Name) and n.id == given and n.ctx.__class__ is ast.Store
        for n in ast.walk(unread.loop)
    ):
        return ()
    inside = [
        n
        for n in ast.walk(unread.loop)
        if isinstance(n, ast.Name) and n.id == given and isinstance(n.ctx, ast.Load)
    ]
    if not inside or not all(run.parents.get(n) is unread.node for n in inside):
        return ()
    before = [
        n
        for n in ast.walk(unread.scope)
        if isinstance(n, ast.Name)
        and n.id == unread.name
        and isinstance(n.ctx, ast.Store)
        and n.lineno < unread.loop.lineno
    ]
    edits = [Edit(n, expression(unread.name)) for n in inside]
    if not before:
        return (Edit(unread.loop, insert_before(f"{unread.name} = {given}")), *edits)
    return tuple(edits)


def _rebound(unread: Unread, name: str, end: tuple[int, int]) -> bool:
    """Tell whether ``name`` means something else further down."""
    if name == unread.name:
        return True
    return any(
        isinstance(n, ast.Name)
        and n.id == name
        and isinstance(n.ctx, ast.Store)
        and (n.lineno, n.col_offset) > end
        and unread.over is None
        for n in ast.walk(unread.scope)
    )


def _one_reader(run: Rehearsal, loads: list[ast.Name], unread: Unread) -> bool:
    """Tell whether one layer, or the ``return``, is all that reads what the dropped layer read too."""
    around = {id(run.parents.get(n)): run.parents.get(n) for n in loads}
    if len(around) != 1:
        return False
    reader = next(iter(around.values()))
    if isinstance(reader, ast.Return):
        return True
    if not isinstance(reader, ast.Call) or not reader.args or reader.args[0] not in loads:
        return False
    made = _layers(run, unread.node)
    taking = _layers(run, reader)
    if not taking:
        return False
    short = any(name in _RECURRENT and not keeps for name, keeps in made)
    return not (short and any(name in _WANT_STEPS for name, _ in taking))


def _layers(run: Rehearsal, call: ast.expr) -> list[tuple[str, bool]]:
    """Return what is called: the names of the layers, and whether each returns sequences."""
    found = []
    if isinstance(call, ast.Call):
        for value in run.values(call.func):
            for leaf in leaves(value):
                if isinstance(leaf.data, LayerInfo):
                    keeps = leaf.data.argument("return_sequences")
                    found.append(
                        (leaf.data.path.rpartition(".")[2], keeps is not None and keeps.data is True)
                    )
                elif leaf.kind in (Kind.MODEL, Kind.INSTANCE):
                    found.append(("", True))
    return found
