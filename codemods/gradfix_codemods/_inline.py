"""Putting an expression in the places of the name that it is bound to."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from gradfix.edits import expression, insert_before, remove
from gradfix.model import Edit
from gradfix_codemods._statements import Scope, Statements, dotted

if TYPE_CHECKING:
    from gradfix.module import Module

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_MOST = 4


def inlined(places: Statements, made: ast.stmt | None, within: ast.AST | None = None) -> tuple[Edit, ...]:
    """Return the edits that write the value of ``made`` where its name is read, inside ``within`` if given.

    The assignment goes when nothing else reads the name. Nothing is returned when a name would mean something
    else there, or is bound more than once.
    """
    if not isinstance(made, (ast.Assign, ast.AnnAssign)) or made.value is None:
        return ()
    targets = made.targets if isinstance(made, ast.Assign) else [made.target]
    uses = _uses(places, targets[0], made) if len(targets) == 1 else None
    if uses is None:
        return ()
    inside = [
        use for use in uses if within is None or any(one is within for one in (use, *places.around(use)))
    ]
    if not 0 < len(inside) <= _MOST or not all(_means_the_same(places, made, use) for use in inside):
        return ()
    text = places.module.segment(made.value)
    text = f"({text})" if "\n" in text else text
    edits = tuple(_written(places, targets[0], text, inside))
    return (*edits, Edit(made, remove())) if len(inside) == len(uses) else edits


def _written(places: Statements, target: ast.expr, text: str, uses: list[ast.expr]) -> Iterator[Edit]:
    """Yield what writes the text where the name was read; several times in one function, under a name."""
    groups: dict[int, list[ast.expr]] = {}
    for use in uses:
        groups.setdefault(id(places.scope(use)), []).append(use)
    long = text.startswith(("{", "[", "(\n")) or "\n" in text
    for group in groups.values():
        scope = places.scope(group[0])
        if (len(group) == 1 and not long) or not isinstance(scope, _FUNCTIONS):
            yield from (Edit(use, expression(text)) for use in group)
            continue
        name = (dotted(target) or "").rpartition(".")[2]
        if any(
            isinstance(one, (ast.Name, ast.arg)) and name in (getattr(one, "id", ""), getattr(one, "arg", ""))
            for one in ast.walk(scope)
        ):
            name = places.free_name(group[0], f"{name}_now")
        first = next(one for one in scope.body if any(part is use for part in ast.walk(one) for use in group))
        yield Edit(first, insert_before(f"{name} = {text}"))
        yield from (Edit(use, expression(name)) for use in group)


def _uses(places: Statements, target: ast.expr, made: ast.stmt) -> list[ast.expr] | None:
    """Return where the name is read; None when it is bound or read in another way too."""
    if isinstance(target, ast.Name):
        home = places.scope(made)
        if len(list(_bindings(places, home, target.id))) != 1:
            return None
        return [
            node
            for node in ast.walk(home)
            if isinstance(node, ast.Name) and node.id == target.id and isinstance(node.ctx, ast.Load)
            if resolve(places, node, target.id) is home
        ]
    if not isinstance(target, ast.Attribute) or not isinstance(target.value, ast.Name):
        return None
    if any(_reads_attribute(other, target.attr) for other in places.module.program()[1:]):
        return None
    owner = target.value.id
    home_class = next((one for one in places.around(made) if isinstance(one, ast.ClassDef)), None)
    found: list[ast.expr] = []
    for node in ast.walk(places.module.tree):
        if not isinstance(node, ast.Attribute) or node.attr != target.attr or node is target:
            continue
        scope = places.scope(node)
        around = next((one for one in places.around(node) if isinstance(one, ast.ClassDef)), None)
        own = isinstance(node.value, ast.Name) and node.value.id == owner and _receiver(scope) == owner
        if not own or around is not home_class or home_class is None or not isinstance(node.ctx, ast.Load):
            return None
        found.append(node)
    return found


def _reads_attribute(module: Module, name: str) -> bool:
    return name in module.text and any(
        isinstance(node, ast.Attribute) and node.attr == name for node in ast.walk(module.tree)
    )


def _receiver(scope: Scope) -> str | None:
    if isinstance(scope, _FUNCTIONS) and scope.args.args:
        return scope.args.args[0].arg
    return None


def _means_the_same(places: Statements, made: ast.stmt, use: ast.expr) -> bool:
    """Tell whether what the value reads is the same at ``use``."""
    home, there = places.scope(made), places.scope(use)
    value = getattr(made, "value", None)
    shadowed = {
        one.id
        for around in places.around(use)
        if isinstance(around, _COMPREHENSIONS)
        for generator in around.generators
        for one in ast.walk(generator.target)
        if isinstance(one, ast.Name)
    }
    for path in places.reads(value) if value is not None else ():
        root = path.partition(".")[0]
        if root in shadowed:
            return False
        own = resolve(places, made, root)
        method = root == _receiver(home) == _receiver(there) and isinstance(use, ast.Attribute)
        if method:
            continue
        if resolve(places, use, root) is not own:
            return False
        last = made.end_lineno or made.lineno
        if own is not None and any(getattr(one, "lineno", 0) > last for one in _bindings(places, own, root)):
            return False
    return True


def resolve(places: Statements, node: ast.AST, name: str) -> Scope | None:
    """Return the scope in which a name read at ``node`` is bound; None for the builtins and star imports."""
    scope: Scope = places.scope(node)
    while True:
        if any(True for _ in _bindings(places, scope, name)):
            return scope
        if isinstance(scope, ast.Module):
            return None
        scope = places.scope(scope)


def _bindings(places: Statements, scope: Scope, name: str) -> Iterator[ast.AST]:
    """Yield what binds a name in a scope itself, not in the functions inside it."""
    waiting: list[ast.AST] = list(ast.iter_child_nodes(scope))
    while waiting:
        node = waiting.pop()
        stored = isinstance(node, ast.Name) and node.id == name and not isinstance(node.ctx, ast.Load)
        if stored or (isinstance(node, ast.arg) and node.arg == name):
            yield node
        elif isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
            if node.name == name:
                yield node
            continue
        elif isinstance(node, ast.alias) and (node.asname or node.name).partition(".")[0] == name:
            yield places.parent[node]
        if not isinstance(node, ast.Lambda):
            waiting.extend(ast.iter_child_nodes(node))
