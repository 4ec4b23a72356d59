"""Functions that hand back what they are given, as a decorator does that only writes documentation."""

from __future__ import annotations

import ast
from collections.abc import Iterator

_TOO_MUCH = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Lambda,
    ast.Yield,
    ast.YieldFrom,
    ast.Global,
    ast.Nonlocal,
)
_LOOKING = frozenset("callable getattr hasattr id isinstance issubclass repr signature str type".split())


def hands_back(function: ast.AST) -> bool:
    """Tell whether a function gives its first argument, always, and does nothing with it but to look at it.

    What it sets on it are names that Python reserves, as ``__doc__``; so whoever calls it need not run it.
    """
    if not isinstance(function, ast.FunctionDef) or function.decorator_list or not function.args.args:
        return False
    name = function.args.args[0].arg
    if not _gives(function.body[-1], name):
        return False
    nodes = [node for statement in function.body for node in ast.walk(statement)]
    allowed = {id(value) for node in nodes for value in _looked_at(node)}
    own = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return all(_is_harmless(node, name, allowed, own) for node in nodes)


def _is_harmless(node: ast.AST, name: str, allowed: set[int], own: set[str]) -> bool:
    """Tell whether a part of the function leaves the argument ``name`` alone, and whatever is not its ``own``."""
    match node:
        case ast.Name(id=other) if other == name:
            return id(node) in allowed
        case ast.Return():
            return _gives(node, name)
        case ast.Attribute(ctx=ast.Store(), value=ast.Name(id=owner), attr=attribute):
            return owner == name and attribute.startswith("__")
        case ast.Subscript(ctx=ast.Store(), value=ast.Name(id=owner)):
            return owner in own
        case ast.Attribute(ctx=ast.Store()) | ast.Subscript(ctx=ast.Store()):
            return False
    return not isinstance(node, _TOO_MUCH)


def _gives(statement: ast.AST, name: str) -> bool:
    match statement:
        case ast.Return(value=ast.Name(id=given)):
            return given == name
    return False


def _looked_at(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the parts of ``node`` that are returned or only looked at."""
    match node:
        case ast.Return(value=ast.expr() as value) | ast.FormattedValue(value=value):
            yield value
        case ast.Attribute(value=value, attr=attribute) if attribute.startswith("__"):
            yield value
        case ast.Call(func=ast.Name(id=called) | ast.Attribute(attr=called), args=[first, *_]):
            if called in _LOOKING:
                yield first
