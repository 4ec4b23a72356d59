"""The top level of a module, read off its text: what binds and changes which name there."""

from __future__ import annotations

import ast
from collections.abc import Iterator

_BODIES = ("body", "orelse", "finalbody", "handlers", "cases")
_CHANGING = frozenset({"add", "append", "setdefault", "update"})


class Outline:
    """The top level of a module: which statements bind or change which names; ``stars`` are its star imports.

    ``calls`` are the statements that hand something to a function, as a decorator does, by its name; ``imported`` are
    the names that imports bind, ``changed`` those that functions of the module change. What runs only when the file
    is the program (``if __name__ == "__main__"``) is left out.
    """

    def __init__(self, tree: ast.Module) -> None:
        self.binders: dict[str, list[ast.stmt]] = {}
        self.stars: list[ast.stmt] = []
        self.calls: dict[str, list[ast.stmt]] = {}
        self.imported: set[str] = set()
        statements = [statement for statement in tree.body if not _is_main(statement)]
        keepers = _keepers(statements)
        self.changed = frozenset(name for names in keepers.values() for name in names)
        for statement in statements:
            touched = [*_touched_by(statement)]
            if isinstance(statement, ast.ImportFrom) and statement.names[0].name == "*":
                self.stars.append(statement)
            if isinstance(statement, (ast.Import, ast.ImportFrom)):
                self.imported.update(touched)
            for callee in _called_by(statement):
                self.calls.setdefault(callee, []).append(statement)
                touched += keepers.get(callee, ())
            for name in dict.fromkeys(touched):
                self.binders.setdefault(name, []).append(statement)


def _is_main(statement: ast.stmt) -> bool:
    match statement:
        case ast.If(test=ast.Compare(left=ast.Name(id="__name__"), ops=[ast.Eq()]), orelse=[]):
            return True
    return False


def _inside(statement: ast.AST) -> Iterator[ast.stmt]:
    """Yield the statements directly in the bodies of a compound statement."""
    for field in _BODIES:
        for one in getattr(statement, field, ()):
            if isinstance(one, ast.stmt):
                yield one
            else:  # a handler, or a case of a match
                yield from _inside(one)


def _touched_by(statement: ast.stmt) -> Iterator[str]:
    match statement:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Import(names=names):
            yield from (alias.asname or alias.name.partition(".")[0] for alias in names)
        case ast.ImportFrom(names=names):
            yield from (alias.asname or alias.name for alias in names)
        case ast.Assign(targets=targets):
            for target in targets:
                yield from _names_in(target)
        case ast.AnnAssign(target=target) | ast.AugAssign(target=target):
            yield from _names_in(target)
        case ast.For(target=target) | ast.AsyncFor(target=target):
            yield from _names_in(target)
        case ast.With(items=items) | ast.AsyncWith(items=items):
            for item in items:
                if item.optional_vars is not None:
                    yield from _names_in(item.optional_vars)
        case ast.Expr(value=ast.Call(func=function, args=arguments)):
            # ``model.add(layer)`` and ``register(model)`` may change the model.
            yield from _names_in(function)
            for argument in arguments:
                yield from _names_in(argument)
    for inner in _inside(statement) if not isinstance(statement, _SCOPED) else ():
        yield from _touched_by(inner)


_SCOPED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def _names_in(target: ast.expr) -> Iterator[str]:
    match target:
        case ast.Name(id=name):
            yield name
        case ast.Tuple(elts=elements) | ast.List(elts=elements):
            for element in elements:
                yield from _names_in(element)
        case ast.Starred(value=inner) | ast.Attribute(value=inner) | ast.Subscript(value=inner):
            yield from _names_in(inner)


def _keepers(statements: list[ast.stmt]) -> dict[str, set[str]]:
    """Return the functions that change what stands at the top level, with the names of what they change."""
    bound = {name for statement in statements for name in _bound_by(statement)}
    found: dict[str, set[str]] = {}
    for statement in statements if bound else ():
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            changed = bound.intersection(_changed_in(statement))
            if changed:
                found[statement.name] = changed
    return found


def _bound_by(statement: ast.stmt) -> Iterator[str]:
    """Yield the names of lists and dicts that a statement makes, however they are written."""
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Dict() | ast.List() | ast.Set() | ast.Call()):
            yield name
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.Dict() | ast.List() | ast.Set() | ast.Call()):
            yield name


def _changed_in(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    for node in ast.walk(function):
        match node:
            case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store()):
                yield name
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method)) if method in _CHANGING:
                yield name


def _called_by(statement: ast.stmt) -> Iterator[str]:
    """Yield the names of the functions that get something from a statement of the top level."""
    given: list[ast.expr] = []
    match statement:
        case ast.FunctionDef(decorator_list=given) | ast.ClassDef(decorator_list=given):
            pass
        case ast.Expr(value=ast.Call() as call):
            given = [call]
    for one in given:
        while isinstance(one, ast.Call):
            one = one.func  # noqa: PLW2901 - ``register("mae")(mae)``
        if isinstance(one, (ast.Name, ast.Attribute)):
            yield ast.unparse(one)
