"""Statements whose value is never read, from the text alone."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradfix.flow.attributes import LIBRARY_METHODS
from gradfix.flow.values import Kind, Value

if TYPE_CHECKING:
    from gradfix.module import Module

    Scope = ast.Module | ast.FunctionDef | ast.AsyncFunctionDef

_COMPUTED = (ast.Call, ast.BinOp, ast.Subscript)
_LOOPS = (ast.For, ast.AsyncFor, ast.While)


@dataclass(frozen=True, slots=True, eq=False)
class Unread:
    """A statement whose value nobody reads.

    ``name`` is what it binds, ``over`` the statement that overwrites it. ``loop`` is the loop in which it
    overwrites itself: only its last value is read. ``part`` is the place among several names that take a result.
    """

    statement: ast.Assign | ast.AnnAssign | ast.Expr
    node: ast.expr
    name: str | None
    over: ast.stmt | None
    scope: ast.AST
    loop: ast.For | None = None
    part: int | None = None

    def taken(self, value: Value) -> Value | None:
        """Return what the name takes of the value on the right; None when that is not known."""
        if self.part is None:
            return value
        items = value.data.items if value.kind is Kind.CONTAINER else None
        return items[self.part] if items is not None and self.part < len(items) else None


def unread(module: Module) -> Iterator[Unread]:
    """Yield the statements whose value is never read, from the text alone."""
    names = _Names()
    names.visit(module.tree)
    for scope, loads in names.loads.items():
        yield from _in_scope(scope, loads, names)


class _Names(ast.NodeVisitor):
    """Where each scope, with those inside it, reads its names."""

    def __init__(self) -> None:
        self.loads: dict[Scope, dict[str, list[tuple[int, int]]]] = {}
        self.shared: set[str] = set()
        self.methods: set[str] = set()
        self._around: list[dict[str, list[tuple[int, int]]]] = []

    def visit_Module(self, node: ast.Module) -> None:
        self._scope(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._scope(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._scope(node)

    def visit_Name(self, node: ast.Name) -> None:
        if not isinstance(node.ctx, ast.Store):
            self._read(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):
            self._read(node.target)
        self.generic_visit(node)

    def visit_Global(self, node: ast.Global) -> None:
        self.shared.update(node.names)

    def visit_Nonlocal(self, node: ast.Nonlocal) -> None:
        self.shared.update(node.names)

    def _scope(self, node: Scope) -> None:
        if not isinstance(node, ast.Module):
            self.methods.add(node.name)
        self.loads[node] = {}
        self._around.append(self.loads[node])
        self.generic_visit(node)
        self._around.pop()

    def _read(self, node: ast.Name) -> None:
        for loads in self._around:
            loads.setdefault(node.id, []).append((node.lineno, node.col_offset))


def _in_scope(scope: Scope, loads: dict[str, list[tuple[int, int]]], names: _Names) -> Iterator[Unread]:
    yield from _in_loops(scope, loads)
    for block, in_loop in _blocks(scope.body, in_loop=False):
        for index, statement in enumerate(block):
            match statement:
                case ast.Expr(value=ast.Call(func=func) as node):
                    if _may_be_layer(func, names):
                        yield Unread(statement, node, None, None, scope)
                case ast.Assign(targets=[ast.Tuple(elts=several)], value=ast.Call() as node) if not in_loop:
                    end = (statement.end_lineno or 0, statement.end_col_offset or 0)
                    for part, one in enumerate(several):
                        if isinstance(one, ast.Starred):
                            break
                        if not isinstance(one, ast.Name) or one.id.startswith("_") or one.id in names.shared:
                            continue
                        if not any(place > end for place in loads.get(one.id, [])):
                            yield Unread(statement, node, one.id, None, scope, part=part)
                case (
                    ast.Assign(targets=[ast.Name(id=name)], value=node)
                    | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as node)
                ):
                    if name.startswith("_") or name in names.shared or not isinstance(node, _COMPUTED):
                        continue
                    places = loads.get(name, [])
                    over = _overwritten(block[index + 1 :], name)
                    end = (statement.end_lineno or 0, statement.end_col_offset or 0)
                    last = (over.end_lineno or 0, over.end_col_offset or 0) if over is not None else None
                    if last is not None and not any(end < place < last for place in places):
                        yield Unread(statement, node, name, over, scope)
                    elif not places or (not in_loop and not any(place > end for place in places)):
                        yield Unread(statement, node, name, None, scope)


def _may_be_layer(func: ast.expr, names: _Names) -> bool:
    """Tell whether an expression that is called on its own may be a layer, not a function called for what it does."""
    match func:
        case ast.Call():
            return True
        case ast.Name(id=name):
            return name not in names.methods and not hasattr(builtins, name)
        case ast.Attribute(value=ast.Name(), attr=name):
            return name not in names.methods and name not in LIBRARY_METHODS
        case ast.Subscript():
            return True
    return False


def _in_loops(scope: Scope, loads: dict[str, list[tuple[int, int]]]) -> Iterator[Unread]:
    """Yield the statements of loops that bind a name which the loop never reads."""
    for block, _ in _blocks(scope.body, in_loop=False):
        for loop in block:
            if not isinstance(loop, ast.For):
                continue
            start, end = (loop.lineno, loop.col_offset), (loop.end_lineno or 0, loop.end_col_offset or 0)
            for statement in loop.body:
                match statement:
                    case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as node):
                        places = loads.get(name, [])
                        if places and not any(start < place < end for place in places):
                            yield Unread(statement, node, name, statement, scope, loop)


def _blocks(body: list[ast.stmt], *, in_loop: bool) -> Iterator[tuple[list[ast.stmt], bool]]:
    """Yield the rows of statements of a scope, without those of the functions and classes in it."""
    yield body, in_loop
    for statement in body:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        inside = in_loop or isinstance(statement, _LOOPS)
        for name in ("body", "orelse", "finalbody"):
            inner = getattr(statement, name, None)
            if inner:
                yield from _blocks(inner, in_loop=inside)
        for handler in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
            yield from _blocks(handler.body, in_loop=inside)


def _overwritten(rest: list[ast.stmt], name: str) -> ast.stmt | None:
    for statement in rest:
        match statement:
            case ast.Assign(targets=[ast.Name(id=other)]) if other == name:
                return statement
            case ast.If() | ast.For() | ast.While() | ast.Try() | ast.Return() | ast.Raise():
                return None
    return None
