"""Gradients that a test asserts to be None, or of which a program only counts those that are there."""

from __future__ import annotations

import ast
from collections.abc import Iterator

_DERIVATIVES = ("gradient", "jacobian", "batch_jacobian")
_APPLYING = ("zip", "apply_gradients", "apply", "enumerate", "map", "list", "tuple")
_SCOPES = (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


def asserted_none(tree: ast.Module) -> set[ast.AST]:
    """Return the requests for gradients whose results are asserted to be None, or may be for all the program does."""
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    uses = _Uses(parents)
    found: set[ast.AST] = set()
    for node in parents:
        match node:
            case ast.Call(func=ast.Attribute(attr=name)) if name in _DERIVATIVES:
                told = list(uses.of(node))
                if told and all(told):
                    found.add(node)
    return found


class _Uses:
    """What becomes of the value of an expression."""

    def __init__(self, parents: dict[ast.AST, ast.AST]) -> None:
        self._parents = parents

    def of(self, node: ast.AST) -> Iterator[bool]:
        """Yield for each use of a value whether it asserts that it is None, or all that it holds."""
        parent = self._parents[node]
        match parent:
            case ast.Assign(targets=[target]) if parent.value is node:
                yield from self._of_target(parent, target)
            case ast.For(target=target) if parent.iter is node:
                yield from self._of_target(parent, target)
            case ast.Subscript() if parent.value is node:
                yield from self.of(parent)
            case ast.Compare(ops=[ast.Is()], comparators=[ast.Constant(value=None)]):
                yield self._is_asserted(parent)
            case ast.Call(func=ast.Attribute(attr="assertIsNone"), args=[first, *_]):
                yield first is node
            case ast.comprehension(target=ast.Name(id=name), ifs=[]) if parent.iter is node:
                yield self._says_all(self._parents[parent], name)
            case ast.comprehension(
                target=ast.Name(id=name),
                ifs=[
                    ast.Compare(
                        left=ast.Name(id=tested), ops=[ast.IsNot()], comparators=[ast.Constant(value=None)]
                    )
                ],
            ) if parent.iter is node and tested == name:
                yield self._is_measured(self._parents[parent])
            case _:
                yield False

    def _of_target(self, statement: ast.stmt, target: ast.expr) -> Iterator[bool]:
        parts = target.elts if isinstance(target, ast.Tuple) else [target]
        scope: ast.AST = statement
        while not isinstance(scope, _SCOPES):
            scope = self._parents[scope]
        for part in parts:
            if not isinstance(part, ast.Name):
                yield False
                continue
            reads = [
                one
                for one in ast.walk(scope)
                if isinstance(one, ast.Name) and one.id == part.id and isinstance(one.ctx, ast.Load)
            ]
            for one in reads:
                yield from self.of(one)

    def _says_all(self, node: ast.AST, name: str) -> bool:
        """Tell whether ``node`` is asserted as in ``all(one is None for one in …)``."""
        match getattr(node, "elt", None):
            case (
                ast.Compare(
                    left=ast.Name(id=read), ops=[ast.Is()], comparators=[ast.Constant(value=None)]
                ) as said
            ):
                return read == name and self._is_asserted(said)
        return False

    def _is_measured(self, node: ast.AST) -> bool:
        """Tell whether the gradients that are there are given to a function, and not to an optimizer."""
        parent = self._parents[node]
        match parent:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
                return name not in _APPLYING
            case ast.Assign(targets=[ast.Name(id=name)]):
                scope: ast.AST = parent
                while not isinstance(scope, _SCOPES):
                    scope = self._parents[scope]
                reads = [
                    one
                    for one in ast.walk(scope)
                    if isinstance(one, ast.Name) and one.id == name and isinstance(one.ctx, ast.Load)
                ]
                return bool(reads) and all(map(self._is_measured, reads))
        return False

    def _is_asserted(self, node: ast.AST) -> bool:
        parent = self._parents[node]
        match parent:
            case ast.Assert(test=test):
                return test is node
            case ast.BoolOp(op=ast.And()):
                return self._is_asserted(parent)
            case ast.GeneratorExp(elt=elt) | ast.ListComp(elt=elt) if elt is node:
                outer = self._parents[parent]
                is_all = isinstance(outer, ast.Call) and getattr(outer.func, "id", "") == "all"
                return is_all and self._is_asserted(outer)
            case ast.Call(func=ast.Attribute(attr="assertTrue"), args=[first, *_]):
                return first is node
        return False
