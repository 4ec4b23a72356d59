"""The analysis once more, remembering what each expression was seen to be: for those who plan a fix.

The interpreter itself does not remember: most files have no finding, and they should not pay for it.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from typing import TYPE_CHECKING

from gradfix.flow.facts import Broken, Event
from gradfix.flow.interpreter import Interpreter
from gradfix.flow.joining import leaves
from gradfix.flow.values import Value

if TYPE_CHECKING:
    from gradfix.module import Module


class Trace(Interpreter):
    """A run of a module that remembers the values of its expressions."""

    def __init__(self, module: Module) -> None:
        super().__init__(module)
        self.seen: dict[ast.expr, dict[int, Value]] = {}

    def eval(self, node: ast.expr) -> Value:
        """Evaluate an expression, and remember what it was."""
        value = super().eval(node)
        self.seen.setdefault(node, {})[id(value)] = value
        return value

    def values(self, node: ast.AST) -> list[Value]:
        """Return the values that the expression ``node`` had, each once."""
        return list(self.seen.get(node, {}).values())  # type: ignore[call-overload]

    def causes(self, *reasons: str) -> Iterator[Broken]:
        """Yield the causes of these kinds in the order of the text, as ``Flow.broken`` does."""
        ordered = sorted(self.broken.values(), key=lambda one: (one.node.lineno, one.node.col_offset))  # type: ignore[attr-defined]
        return (one for one in ordered if one.reason in reasons)

    def happened(self, kind: str) -> Iterator[Event]:
        """Yield what happened of one kind, as ``Flow.events`` does."""
        return (event for event in self.events if event.kind == kind)

    @functools.cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        """The node around each node."""
        found: dict[ast.AST, ast.AST] = {}
        stack: list[ast.AST] = [self.module.tree, *(one.tree for one in self.module.others)]
        while stack:
            parent = stack.pop()
            for name in parent._fields:
                value = getattr(parent, name, None)
                children = value if isinstance(value, list) else (value,)
                for child in children:
                    if isinstance(child, ast.AST):
                        found[child] = parent
                        if child._fields:
                            stack.append(child)
        return found

    @functools.cached_property
    def readers(self) -> dict[int, list[Value]]:
        """Return, for the id of each value, the values that were computed from it."""
        found: dict[int, list[Value]] = {}
        done: set[int] = set()
        stack = [leaf for values in self.seen.values() for value in values.values() for leaf in leaves(value)]
        while stack:
            value = stack.pop()
            if id(value) not in done:
                done.add(id(value))
                for one in value.inputs:
                    found.setdefault(id(one), []).append(value)
                    stack.append(one)
        return found

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        """Yield what stands around ``node``, nearest first."""
        around = self.parents.get(node)
        while around is not None:
            yield around
            around = self.parents.get(around)


def trace(module: Module) -> Trace:
    """Run the program that ``module`` is a part of again and remember everything."""
    return _trace(module.entry)


@functools.lru_cache(maxsize=2)
def _trace(module: Module) -> Trace:
    run = Trace(module)
    run.run()
    return run
