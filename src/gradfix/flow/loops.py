"""Loops: what they leave behind after no round, one round, and more."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from gradfix.flow.scopes import join_names
from gradfix.flow.values import Kind, Value

if TYPE_CHECKING:
    from gradfix.flow.interpreter import Interpreter

UNROLL = 8


def for_(run: Interpreter, node: ast.For | ast.AsyncFor) -> bool:
    """Run a ``for``: element by element where they are known and few, else twice."""
    iterable = iterated(run, node.iter)
    run.branches(node, iterable)
    items = run.items(iterable)
    scope = run.scope
    scope.exits.append([])
    if items is not None and 0 < len(items) <= UNROLL and run.can_unroll():
        going = True
        for item in items:
            run.store(node.target, item)
            going = run.block(node.body)
            ways = [*([scope.names] if going else []), *scope.exits[-1]]
            if not ways:
                break
            scope.names = join_names(ways)
            scope.exits[-1] = []
        else:
            going = True
        scope.exits.pop()
        return going and run.block(node.orelse)
    _twice(run, node.body, lambda: run.store(node.target, run.iterate(iterable, node.iter)))
    scope.exits.pop()
    return run.block(node.orelse)


def iterated(run: Interpreter, node: ast.expr) -> Value:
    """Return what a loop over ``node`` goes through: of an object with ``__iter__``, what that gives."""
    value = run.eval(node)
    method = value.data.cls.find("__iter__") if value.kind is Kind.INSTANCE else None
    if method is None or method[0].kind is not Kind.FUNCTION:
        return value
    return run.call(
        run.attribute(value, "__iter__", node), [], {}, ast.copy_location(ast.Call(node, [], []), node)
    )


def while_(run: Interpreter, node: ast.While) -> bool:
    """Run a ``while``: twice."""
    test = run.eval(node.test)
    run.branches(node, test)
    run.scope.exits.append([])
    _twice(run, node.body, lambda: run.eval(node.test))
    run.scope.exits.pop()
    if isinstance(node.test, ast.Constant) and run.truth(test) is True and not _breaks(node.body):
        return False
    return run.block(node.orelse)


def _breaks(body: list[ast.stmt]) -> bool:
    return any(isinstance(node, ast.Break) for statement in body for node in ast.walk(statement))


def _twice(run: Interpreter, body: list[ast.stmt], start: Callable[[], object]) -> None:
    """Run a loop's body twice: the second time sees what the first one left."""
    scope = run.scope
    run.conditional += 1
    run.looping += 1
    for _ in range(2):
        before = dict(scope.names)
        start()
        ends = [before]
        if run.block(body):
            ends.append(scope.names)
        ends += scope.exits[-1]
        scope.exits[-1] = []
        scope.names = join_names(ends)
        if run.shallow():
            break
    run.conditional -= 1
    run.looping -= 1
