"""Whether a test of the width, whose outcome is not known, decides if something is applied."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from gradfix.flow.trace import trace
from gradfix.flow.values import Kind

if TYPE_CHECKING:
    from gradfix.flow.objects import Frame
    from gradfix.flow.trace import Trace
    from gradfix.module import Module

_WIDTH = re.compile(
    r"shape|units|width|channels|classes|outputs|(?<![a-z])dims?(?![a-z])|(?<![a-z])len(?![a-z])"
)
_LEAVING = (ast.Return, ast.Raise, ast.Continue, ast.Break)


def undecided(module: Module, call: ast.Call) -> bool:
    """Tell whether ``call``, or the call of the layer that it makes, waits for a test of a width not known here.

    So does what may be a call of another function: ``act = sigmoid if x.shape[-1] == 1 else softmax``.
    """
    run = trace(module)
    if any(value.kind is Kind.CHOICE for value in run.values(call.func)):
        return True
    applied: list[tuple[ast.AST, Frame | None]] = [(call, value.frame) for value in run.values(call)]
    applied += [
        (event.node, event.frame)
        for event in run.happened("layer_call")
        if getattr(event.arguments[0].data, "call", None) is call
    ]
    return any(_is_undecided(run, test) for node, frame in applied for test in _tests(run, node, frame))


def _tests(run: Trace, node: ast.AST, frame: Frame | None) -> Iterator[ast.expr]:
    """Yield the tests that decide whether ``node`` is reached, also in the functions that lead to it."""
    yield from _around(run, node)
    while frame is not None:
        yield from _around(run, frame.node)
        frame = frame.parent


def _around(run: Trace, node: ast.AST) -> Iterator[ast.expr]:
    below = node
    for one in run.ancestors(node):
        match one:
            case ast.If(test=test) | ast.IfExp(test=test) if below is not test:
                yield test
            case ast.Match(subject=subject) if below is not subject:
                yield subject
        for _, row in ast.iter_fields(one) if isinstance(below, ast.stmt) else ():
            if isinstance(row, list) and any(each is below for each in row):
                for before in row[: next(at for at, each in enumerate(row) if each is below)]:
                    if isinstance(before, ast.If) and _leaves(before):
                        yield before.test
        if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            return
        below = one


def _leaves(branch: ast.If) -> bool:
    return any(rows and isinstance(rows[-1], _LEAVING) for rows in (branch.body, branch.orelse))


def _is_undecided(run: Trace, test: ast.expr) -> bool:
    values = run.values(test)
    if values and all(value.kind is Kind.CONST for value in values):
        return False
    return _WIDTH.search(ast.unparse(test).lower()) is not None or any(
        value.kind is Kind.SHAPE for part in ast.walk(test) for value in run.values(part)
    )
