"""The gradient-flow analysis: follows the gradient from the loss back to the weights.

One abstract interpreter over the ``ast``. It walks the module as it would run, keeps for each value what it
is and where its gradient can still go, and reads the answer where a gradient is asked for.
"""

from __future__ import annotations

import ast
import functools
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from gradfix.flow.facts import Broken, Event, Sink
from gradfix.flow.objects import ClassInfo
from gradfix.flow.values import Kind

if TYPE_CHECKING:
    from gradfix.flow.interpreter import Interpreter
    from gradfix.flow.structure import Structure
    from gradfix.module import Module

__all__ = ["Broken", "Event", "Flow", "Sink", "analyse"]

# Long chains of operators and calls in calls nest deeper than Python's default of 1,000 frames.
_FRAMES = 6000
_ASKS = ("GradientTape", ".gradient(", ".compile(", ".minimize(", ".fit(", ".add_loss(", ".apply_gradients(")
_DEFINES = re.compile(
    r"class\s+\w+\([^)]*(?:Layer|Model|Loss|Metric|Module|Sequential|Wrapper|Cell|layers\.)"
)


class Flow:
    """What the analysis knows of a file."""

    def __init__(
        self,
        broken: list[Broken],
        events: list[Event],
        classes: list[ClassInfo],
        operands: dict[int, set[Kind]],
    ) -> None:
        self._broken = broken
        self._events = events
        self.classes = classes
        self._operands = operands

    def broken(self, *reasons: str) -> Iterator[Broken]:
        """Yield the causes of these kinds, in the order of the text."""
        for one in self._broken:
            if one.reason in reasons:
                yield one

    def all_broken(self) -> Iterator[Broken]:
        """Yield every cause, in the order of the text."""
        yield from self._broken

    def events(self, *kinds: str) -> Iterator[Event]:
        """Yield what happened, in the order it happened."""
        for event in self._events:
            if event.kind in kinds:
                yield event

    @functools.cached_property
    def structure(self) -> Structure:
        """What models are made of, and which loss each is trained with."""
        from gradfix.flow.structure import Structure

        return Structure(self._events)

    def operand_kinds(self, node: ast.AST) -> set[Kind]:
        """Return the kinds of value that the operation at ``node`` was seen to take."""
        return self._operands.get(id(node), set())


def analyse(module: Module) -> Flow:
    """Interpret a module, if anything in its text asks for a gradient or defines what has weights."""
    if not any(word in module.text for word in _ASKS) and _DEFINES.search(module.text) is None:
        return Flow([], [], [], {})
    run = interpret(module)
    broken = sorted(run.broken.values(), key=lambda one: (one.node.lineno, one.node.col_offset))  # type: ignore[attr-defined]
    return Flow(broken, list(run.events), list(run.classes), run.operands)


@functools.lru_cache(maxsize=2)
def interpret(module: Module) -> Interpreter:
    """Interpret a module, whatever its text.

    Only this cache keeps the run: a module that held it would be a cycle, which is garbage long before it is freed.
    """
    from gradfix.flow.interpreter import Interpreter

    run = Interpreter(module)
    with deep_stack():
        run.run()
    return run


@contextmanager
def deep_stack() -> Iterator[None]:
    """Let the interpreter nest as deep as programs do."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, _FRAMES))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
