"""Updates of several variables: comprehensions and loops that only bind names anew."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from gradfix.flow import Event
from gradfix.flow.joining import leaves
from gradfix.flow.values import Kind, Token, Value
from gradfix.module import Module
from gradfix_codemods._statements import Statements

_BOUND = 400
_UPDATED = re.compile(r"apply_gradients|minimize\(|\.apply\(|set_weights")
_METHODS: dict[type[ast.operator], str] = {ast.Sub: "assign_sub", ast.Add: "assign_add"}


def in_a_loop(module: Module, made: ast.stmt) -> list[str]:
    """Return the loop that updates in place what ``made`` puts into a new list or dict; nothing if it is another."""
    match made:
        case ast.Assign(targets=[target], value=ast.ListComp(elt=element, generators=[generator])):
            pass
        case ast.Assign(targets=[target], value=ast.DictComp(value=element, generators=[generator])):
            pass
        case _:
            return []
    if not isinstance(element, ast.BinOp) or type(element.op) not in _METHODS or generator.ifs:
        return []
    segment = module.segment
    old = segment(element.left)
    if generator.is_async or old not in _elements(module, target, generator):
        return []
    places = Statements(module)
    scope = places.scope(made)
    own = {one.id for one in ast.walk(generator.target) if isinstance(one, ast.Name)}
    inside = set(ast.walk(made))
    if not all(_in_comprehension(places, one, own) for one in ast.walk(scope) if one not in inside):
        return []
    given = segment(generator.target)
    loop = f"for {given.removeprefix('(').removesuffix(')')} in {segment(generator.iter)}:"
    return [loop, f"    {old}.{_METHODS[type(element.op)]}({segment(element.right)})"]


def _in_comprehension(places: Statements, node: ast.AST, names: set[str]) -> bool:
    """Tell whether a node is none of the names, or one that a comprehension binds for itself."""
    if not isinstance(node, ast.Name) or node.id not in names:
        return True
    return any(
        isinstance(one, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp))
        for one in places.around(node)
    )


def _elements(module: Module, target: ast.expr, generator: ast.comprehension) -> set[str]:
    """Return what stands for an element of ``target`` in a comprehension."""
    segment = module.segment
    name = segment(target)
    match generator:
        case ast.comprehension(
            target=ast.Tuple(elts=[first, *_]), iter=ast.Call(func=ast.Name(id="zip"), args=[rows, *_])
        ):
            written = [segment(one) for one in rows.elts] if isinstance(rows, (ast.List, ast.Tuple)) else []
            targets = (
                [segment(one) for one in target.elts] if isinstance(target, (ast.List, ast.Tuple)) else []
            )
            return {segment(first)} if segment(rows) == name or (targets and written == targets) else set()
        case ast.comprehension(
            target=ast.Tuple(elts=[key, value]),
            iter=ast.Call(func=ast.Attribute(value=owner, attr="items"), args=[]),
        ) if segment(owner) == name:
            return {segment(value), f"{name}[{segment(key)}]"}
        case ast.comprehension(target=ast.Name(id=key), iter=rows):
            keys = (
                isinstance(rows, ast.Call)
                and isinstance(rows.func, ast.Attribute)
                and rows.func.attr == "keys"
            )
            owner = rows.func.value if keys else rows  # type: ignore[attr-defined]
            return {f"{name}[{key}]"} if segment(owner) == name else set()
    return set()


def kept_elsewhere(module: Module, event: Event) -> bool:
    """Tell whether several requests ask for the gradient of variables, as meta-learning does: some keep the old ones."""
    tokens = _tokens(event)
    asked = {
        id(one.node)
        for one in module.flow.events("gradient")
        if any(token in leaf.live for leaf in leaves(one.arguments[2]) for token in tokens)
    }
    return len(asked) > 1


def unchanged(module: Module) -> Iterator[Event]:
    """Yield where a loop binds its own name to what a variable should become, and nothing changes the variable."""
    found = [event for event in module.flow.events("rebind") if isinstance(event.node, ast.Name)]
    places = Statements(module) if found else None
    requests = {id(event.node) for event in module.flow.events("gradient")}
    changed = {
        leaf.data.token
        for event in module.flow.events("assign")
        for leaf in leaves(event.arguments[0])
        if leaf.kind is Kind.VARIABLE
    }
    for event in found:
        assert places is not None
        statement, asked = event.statement, _tokens(event)
        if not isinstance(statement, ast.Assign) or asked & changed or _UPDATED.search(module.text):
            continue
        if not _from_gradient(event.arguments[1], requests):
            continue
        loop = next(
            (one for one in places.around(statement) if isinstance(one, (ast.For, ast.FunctionDef))), None
        )
        name = event.node.id  # type: ignore[attr-defined]
        if not isinstance(loop, ast.For) or statement not in loop.body or name not in _bound(loop.target):
            continue
        rest = [one for one in ast.walk(places.scope(loop)) if isinstance(one, ast.Name) and one.id == name]
        last = statement.end_lineno or statement.lineno
        if any(one.lineno > last and isinstance(one.ctx, ast.Load) for one in rest):
            continue
        if any(
            asked & set(leaf.live)
            for one in module.flow.events("gradient")
            for leaf in leaves(one.arguments[2])
        ):
            yield event


def _from_gradient(value: Value, requests: set[int]) -> bool:
    """Tell whether a value was computed with what one of the requests for gradients gave."""
    waiting, seen = [value], {id(value)}
    while waiting and len(seen) < _BOUND:
        for one in waiting.pop().inputs:
            if id(one.node) in requests:
                return True
            if id(one) not in seen:
                seen.add(id(one))
                waiting.append(one)
    return False


def _bound(target: ast.expr) -> set[str]:
    return {one.id for one in ast.walk(target) if isinstance(one, ast.Name)}


def _tokens(event: Event) -> set[Token]:
    return {leaf.data.token for leaf in leaves(event.arguments[0]) if leaf.kind is Kind.VARIABLE}
