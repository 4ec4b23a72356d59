"""Letting what follows read a result that nobody reads."""

from __future__ import annotations

import ast

from gradfix.edits import expression, insert_before, statement
from gradfix.flow.joining import leaves
from gradfix.flow.objects import LayerInfo
from gradfix.flow.rehearsal import Rehearsal
from gradfix.flow.values import Kind, Value
from gradfix.model import Edit
from gradfix_codemods._bindings import Unread
from gradfix_codemods._unread import Dropped

_MOST = 400
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
_SHORTCUTS = ("shortcut", "residual", "identity", "skip")


def handed_on(run: Rehearsal, one: Dropped) -> tuple[Edit, ...]:
    """Return the edits that let what follows read a result that nobody reads; nothing where several could."""
    unread = one.unread
    if unread.part is not None:
        return ()
    if _is_shortcut(unread):
        return _added(unread)
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
    if unread.over is not None and given == unread.name:
        return _over(run, unread, one.value)
    if _rebound(unread, given, end):
        return ()
    if unread.over is not None:
        inside = {id(n) for n in ast.walk(unread.over)}
        loads = [n for n in loads if id(n) in inside]
    if not loads or not _one_reader(run, loads, unread):
        return ()
    return tuple(Edit(n, expression(unread.name)) for n in loads)


def _is_shortcut(unread: Unread) -> bool:
    """Tell whether the result is meant to pass by what follows, and to be added to it."""
    words = unread.name.lower().split("_") if unread.name is not None and unread.over is None else ()
    return any(word.rstrip("0123456789") in _SHORTCUTS for word in words)


def _added(unread: Unread) -> tuple[Edit, ...]:
    """Add the result to what is returned, before its activation."""
    returns = [n for n in ast.walk(unread.scope) if isinstance(n, ast.Return)]
    if len(returns) != 1 or returns[0].value is None:
        return ()
    end = returns[0].value
    if isinstance(end, ast.Call) and len(end.args) == 1 and not end.keywords:
        end = end.args[0]
    if not isinstance(end, ast.Name) or end.id == unread.name:
        return ()
    return (Edit(end, expression(f"{end.id} + {unread.name}")),)


def _taken(node: ast.expr) -> str | None:
    """Return the name that the innermost of the layers called in ``node`` takes."""
    while isinstance(node, ast.Call) and node.args:
        node = node.args[0]
    return node.id if isinstance(node, ast.Name) else None


def _over(run: Rehearsal, unread: Unread, value: Value) -> tuple[Edit, ...]:
    """Let the statement that overwrites a chain of layers take its result, not what the chain began with."""
    assert unread.over is not None and unread.name is not None  # noqa: PT018 - asked before
    before: set[int] = set()
    waiting = list(leaves(value))
    while waiting and len(before) < _MOST:
        one = waiting.pop()
        if id(one) not in before:
            before.add(id(one))
            waiting += one.inputs
    loads = [
        n
        for n in ast.walk(unread.over)
        if isinstance(n, ast.Name)
        and n.id != unread.name
        and any(id(leaf) in before for v in run.values(n) for leaf in leaves(v))
    ]
    return (
        (Edit(loads[0], expression(unread.name)),)
        if len(loads) == 1 and _one_reader(run, loads, unread)
        else ()
    )


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
