"""Decorators: those of the program are called, those of libraries are known by name."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from gradfix.flow.objects import Function
from gradfix.flow.values import Kind, Value

if TYPE_CHECKING:
    from gradfix.flow.interpreter import Interpreter


def evaluate(run: Interpreter, written: ast.expr) -> Value:
    """Evaluate a decorator; one that a library makes of arguments is known by the name of its maker."""
    value = run.eval(written)
    maker = run.eval(written.func) if isinstance(written, ast.Call) else value
    return maker if maker.kind is Kind.PATH and value.kind is not Kind.PATH else value


def apply(run: Interpreter, made: Value) -> Value:
    """Call the decorators of the program, nearest first; those of libraries stay with the function."""
    from gradfix.flow.functions import call

    function: Function = made.data
    result, left = made, []
    for decorator in reversed(function.decorators):
        if decorator.kind is Kind.FUNCTION and _hands_back(decorator.data):
            continue
        given = call(run, decorator, [result], {}, function.node) if decorator.kind is Kind.FUNCTION else None
        if given is not None and given.kind is Kind.FUNCTION and given.data.bound is None:
            result = Value(
                Kind.FUNCTION, made.node, replace(given.data, owner=given.data.owner or function.owner)
            )
        else:
            left.append(decorator)
    if len(left) == len(function.decorators):
        return made
    result.data.decorators = (
        *reversed(left),
        *(() if result.data.node is function.node else result.data.decorators),
    )
    return result


def change_class(run: Interpreter, made: Value, worn: list[Value]) -> None:
    """Let the decorators of a class that the program defines change it, nearest first; it stays the same class."""
    from gradfix.flow.functions import call

    for decorator in reversed(worn):
        if decorator.kind is Kind.FUNCTION and not _hands_back(decorator.data):
            call(run, decorator, [made], {}, made.data.node)


def _hands_back(decorator: Function) -> bool:
    """Tell whether a decorator gives what it is given, and does no more than to look at it: it need not be run."""
    return (
        decorator.given is None
        and decorator.bound is None
        and decorator.home.top.unit.hands_back(decorator.node)
    )
