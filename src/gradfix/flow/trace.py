"""What the analysis remembers of each expression: for those who plan a fix.

The interpreter only notes what it evaluates; the index is made here, when somebody asks.
"""

from __future__ import annotations

import ast
import copy
import functools
import itertools
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from gradfix.flow import interpret
from gradfix.flow.facts import Broken, Event
from gradfix.flow.interpreter import Interpreter
from gradfix.flow.joining import leaves
from gradfix.flow.objects import Function
from gradfix.flow.remembered import remembered
from gradfix.flow.values import Kind, Value

if TYPE_CHECKING:
    from typing_extensions import Self

    from gradfix.module import Module


class Trace:
    """A run of a module, and the values that its expressions had up to now."""

    def __init__(self, run: Interpreter) -> None:
        self.module = run.module
        self.events: Sequence[Event] = list(run.events)
        self.functions: Sequence[Function] = list(run.functions)
        self.globals = run.scope.names
        self.operands: dict[int, set[Kind]] = run.operands
        self.answers: dict[object, Any] = {}  # what codemods worked out and may ask again
        self._broken = list(run.broken.values())
        self._evaluated = run.evaluated
        self._length = len(run.evaluated)

    def seen_in(self, module: Module) -> Self:
        """Return the same run for one file of the program: what is written for a repair is spelled as it spells."""
        if module is self.module:
            return self
        seen = copy.copy(self)
        seen.module = module
        return seen

    @property
    def evaluated(self) -> Iterator[Value]:
        """The values of all expressions in the order in which they were seen, some more than once."""
        return (value for _, value in itertools.islice(self._evaluated, self._length))

    @property
    def nodes(self) -> Iterator[ast.AST]:
        """The expressions that were evaluated, in that order, some more than once."""
        return (node for node, _ in itertools.islice(self._evaluated, self._length))

    @functools.cached_property
    def seen(self) -> dict[ast.expr, dict[int, Value]]:
        """The values of each expression by their id, in the order in which they were first seen."""
        found: dict[ast.expr, dict[int, Value]] = {}
        for node, value in self._evaluated[: self._length]:
            found.setdefault(node, {})[id(value)] = value
        return found

    def values(self, node: ast.AST) -> list[Value]:
        """Return the values that the expression ``node`` had, each once."""
        return list(self.seen.get(node, {}).values())  # type: ignore[call-overload]

    def causes(self, *reasons: str) -> Iterator[Broken]:
        """Yield the causes of these kinds in the order of the text, as ``Flow.broken`` does."""
        ordered = sorted(self._broken, key=lambda one: (one.node.lineno, one.node.col_offset))  # type: ignore[attr-defined]
        return (one for one in ordered if one.reason in reasons)

    def happened(self, kind: str) -> Iterator[Event]:
        """Yield what happened of one kind, as ``Flow.events`` does."""
        return (event for event in self.events if event.kind == kind)

    @property
    def parents(self) -> dict[ast.AST, ast.AST]:
        """The node around each node."""
        return parents(self.module)

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


class Parents(dict[ast.AST, ast.AST]):
    """The node around each node of a program: of one file at first, of another when it is asked for."""

    def __init__(self, module: Module) -> None:
        super().__init__()
        self._module = module
        self._known = {id(module.tree)}
        self._add(module.tree)

    def get(self, node: ast.AST, default: Any = None) -> Any:
        """Return the node around ``node``, None around a whole file."""
        found = super().get(node)
        if found is None and self._module.others:
            tree = self._module.home(node).tree
            if id(tree) not in self._known:
                self._known.add(id(tree))
                self._add(tree)
                found = super().get(node)
        return default if found is None else found

    def __missing__(self, node: ast.AST) -> ast.AST:
        found: ast.AST | None = self.get(node)
        if found is None:
            raise KeyError(node)
        return found

    def _add(self, tree: ast.AST) -> None:
        stack: list[ast.AST] = [tree]
        while stack:
            parent = stack.pop()
            for name in parent._fields:
                value = getattr(parent, name, None)
                children = value if isinstance(value, list) else (value,)
                for child in children:
                    if isinstance(child, ast.AST):
                        self[child] = parent
                        if child._fields:
                            stack.append(child)


@remembered
def parents(module: Module) -> Parents:
    """Return the node around each node of a program."""
    return Parents(module)


def trace(module: Module) -> Trace:
    """Return what the analysis saw of the program that ``module`` is a part of."""
    return _trace(module.entry).seen_in(module)


@remembered
def _trace(module: Module) -> Trace:
    return Trace(interpret(module))
