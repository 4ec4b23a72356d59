"""Comprehensions and generator expressions."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from gradfix.flow.joining import join
from gradfix.flow.loops import UNROLL, iterated
from gradfix.flow.objects import Container
from gradfix.flow.values import Kind, Value

if TYPE_CHECKING:
    from gradfix.flow.interpreter import Interpreter


def comprehension(run: Interpreter, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> Value:
    """Evaluate a list or set comprehension or a generator expression."""
    found: list[Value] = []
    exact = _generate(run, node.generators, lambda: found.append(run.eval(node.elt)))
    if exact:
        return Value(Kind.CONTAINER, node, Container("list", found))
    return Value(Kind.CONTAINER, node, Container("list", None, rest=join(found) if found else None))


def dict_comprehension(run: Interpreter, node: ast.DictComp) -> Value:
    """Evaluate a dict comprehension."""
    keys: list[Any] = []
    items: list[Value] = []

    def collect() -> None:
        key = run.eval(node.key)
        keys.append(key.data if key.kind is Kind.CONST else key)
        items.append(run.eval(node.value))

    if _generate(run, node.generators, collect):
        return Value(Kind.CONTAINER, node, Container("dict", items, keys))
    return Value(Kind.CONTAINER, node, Container("dict", None, None, rest=join(items) if items else None))


def _generate(run: Interpreter, generators: list[ast.comprehension], body: Callable[[], None]) -> bool:
    """Run ``body`` for each element; return whether the elements are known one by one."""
    scope = run.scope
    before = scope.names
    scope.names = dict(before)
    exact = _nest(run, generators, 0, body)
    scope.names = before
    return exact


def _nest(
    run: Interpreter, generators: list[ast.comprehension], depth: int, body: Callable[[], None]
) -> bool:
    if depth == len(generators):
        body()
        return True
    generator = generators[depth]
    iterable = iterated(run, generator.iter)
    items = run.items(iterable)
    exact = items is not None and len(items) <= UNROLL and run.can_unroll()
    if not exact or items is None:
        items = [run.iterate(iterable, generator.iter)]
    for item in items:
        run.store(generator.target, item)
        truths = [run.truth(run.eval(test)) for test in generator.ifs]
        if False in truths:
            continue
        exact = _nest(run, generators, depth + 1, body) and exact and None not in truths
    return exact
