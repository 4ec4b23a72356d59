"""The gradient-flow analysis: follows the gradient from the loss back to the weights.

One abstract interpreter over the ``ast``. It walks the module as it would run, keeps for each value what it
is and where its gradient can still go, and reads the answer where a gradient is asked for.
"""

from __future__ import annotations

import ast
import functools
import sys
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from gradfix import gate
from gradfix.flow.facts import Broken, Event, Sink
from gradfix.flow.objects import ClassInfo
from gradfix.flow.remembered import releasable, remembered
from gradfix.flow.values import Kind

if TYPE_CHECKING:
    from gradfix.flow.interpreter import Interpreter
    from gradfix.flow.structure import Structure
    from gradfix.module import Module

__all__ = ["Broken", "Event", "Flow", "Sink", "analyse"]

# Long chains of operators and calls in calls nest deeper than Python's default of 1,000 frames.
_FRAMES = 6000
_TRAINS = ("compile", "fit", "gradient", "minimize")


class Flow:
    """What the analysis knows of a program, as far as it concerns the file ``module``.

    ``ran`` are the functions of other files that it ran and that ask for a gradient, by file and line. ``lived`` are
    the classes, of whatever file, of the objects that it calls, with their bases.
    """

    def __init__(
        self,
        module: Module,
        broken: list[Broken],
        events: list[Event],
        classes: list[ClassInfo],
        operands: dict[int, set[Kind]],
        ran: list[tuple[Module, int]],
        lived: set[ast.ClassDef],
    ) -> None:
        self._ref = weakref.ref(module)  # which holds this, and would never go away by itself
        self._broken = broken
        self._events = events
        self._classes = classes
        self._operands = operands
        self.ran = ran
        self.lived = lived

    @property
    def _module(self) -> Module:
        found = self._ref()
        assert found is not None  # whoever asks about it holds the file
        return found

    def seen_in(self, module: Module) -> Flow:
        """Return the same program as it concerns another of its files."""
        return Flow(module, self._broken, self._events, self._classes, self._operands, self.ran, self.lived)

    @property
    def all_classes(self) -> list[ClassInfo]:
        """The classes that the program was seen to use, of whatever file."""
        return self._classes

    @functools.cached_property
    def classes(self) -> list[ClassInfo]:
        """The classes of this file."""
        return [info for info in self._classes if info.home.top.unit.module.tree is self._module.tree]

    def broken(self, *reasons: str) -> Iterator[Broken]:
        """Yield the causes of these kinds in this file, in the order of the text."""
        return (one for one in self.all_broken() if one.reason in reasons)

    def has_broken(self, *reasons: str) -> bool:
        """Tell whether there is a cause of these kinds in the program, in whatever file."""
        return any(one.reason in reasons for one in self._broken)

    def all_broken(self) -> Iterator[Broken]:
        """Yield every cause in this file, in the order of the text."""
        return (one for one in self._broken if self._module.holds(one.node))

    def homes(self) -> list[Module]:
        """Return the other files of the program that hold a cause, or make a model that it trains."""
        nodes = [one.node for one in self._broken]
        if self._module.others and any(True for _ in self.events(*_TRAINS)):
            nodes += [event.node for event in self.events("model")]
        found = {home.path: home for home in map(self._module.home, nodes)}
        return [module for module in found.values() if module is not self._module]

    def lived_elsewhere(self) -> Iterator[tuple[Module, int]]:
        """Yield the classes of other files whose objects the program calls, by file and line."""
        for info in self._classes:
            home = info.home.top.unit.module
            if info.node in self.lived and home.tree is not self._module.tree:
                yield home, info.node.lineno

    def homes_of_classes(self) -> list[Module]:
        """Return the other files of the program whose classes it was seen to use."""
        found = {id(home.tree): home for info in self._classes for home in [info.home.top.unit.module]}
        return [home for home in found.values() if home.tree is not self._module.tree]

    def events(self, *kinds: str) -> Iterator[Event]:
        """Yield what happened in the whole program, in the order it happened."""
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
    """Interpret a module, if anything in its text can lead to a gradient that is asked for."""
    text = module.text
    if not (gate.asks(text) or gate.defines(text) or (module.project is not None and gate.calls(text))):
        return Flow(module, [], [], [], {}, [], set())
    run = interpret(module)
    broken = sorted(run.broken.values(), key=lambda one: (one.node.lineno, one.node.col_offset))  # type: ignore[attr-defined]
    ran = list(_ran_elsewhere(run))
    return Flow(module, broken, list(run.events), list(run.classes), run.operands, ran, run.lived)


@remembered
def interpret(module: Module) -> Interpreter:
    """Interpret a program, whatever its text.

    Only this cache keeps the run: a module that held it would be a cycle, which is garbage long before it is freed.
    """
    from gradfix.flow.interpreter import Interpreter

    run = Interpreter(module)
    releasable(run)
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


def _ran_elsewhere(run: Interpreter) -> Iterator[tuple[Module, int]]:
    for function in run.functions if run.module.others else ():
        unit, node = function.home.top.unit, function.node
        if unit.module is not run.module and node in run.visited and unit.has_sink(node):
            yield unit.module, node.lineno
