"""The analysis once more, calling every layer and model class of the file: for those who look at structure.

The interpreter calls a model where the program does. A file that only defines layers calls none; here each of
them is made and called, so that what its ``call`` does with its weights can be read off.
"""

from __future__ import annotations

import ast
import functools
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradfix.flow.joining import leaves
from gradfix.flow.objects import ClassInfo, Instance
from gradfix.flow.trace import Trace
from gradfix.flow.values import Kind, Value

if TYPE_CHECKING:
    from gradfix.flow.facts import Event
    from gradfix.flow.values import Tapes
    from gradfix.module import Module

_FRAMES = 6000
_CALLABLE = frozenset({Kind.LAYER, Kind.MODEL, Kind.INSTANCE})


@dataclass(frozen=True, slots=True, eq=False)
class Called:
    """One call of a layer or model: ``value(*inputs) == result``, between two times of the clock."""

    value: Value
    result: Value
    inputs: tuple[Value, ...]
    node: ast.AST
    start: int
    end: int
    active: Tapes

    def holds(self, time: int) -> bool:
        """Tell whether what happened at ``time`` happened during this call."""
        return self.start < time <= self.end


class Rehearsal(Trace):
    """A traced run in which every layer and model class of the file is called at least once."""

    def __init__(self, module: Module) -> None:
        super().__init__(module)
        self.called: list[Called] = []

    def run(self) -> None:
        """Interpret the module, then call what it has not called."""
        super().run()
        known = {id(one.value.data.cls) for one in self.called if isinstance(one.value.data, Instance)}
        self.sketching = True
        for info in list(self.own_classes()):
            method = info.find("call")
            if (
                id(info) in known
                or not is_keras(info)
                or method is None
                or method[0].kind is not Kind.FUNCTION
            ):
                continue
            value = self.instance_of(info)
            self._call_once(value, method[0].data.node)

    def _call_once(self, value: Value, method: ast.FunctionDef) -> None:
        arguments = method.args
        names = [a.arg for a in (*arguments.posonlyargs, *arguments.args)][1:]
        required = names[: len(names) - len(arguments.defaults)] if arguments.defaults else names
        given = [self.leaf("input", name, method) for name in required]
        call = ast.copy_location(ast.Call(method, [], []), method)  # type: ignore[arg-type]
        before, self.conditional = self.conditional, 0
        self.call(value, given, {}, call)
        self.conditional = before

    def call(self, callee: Value, args: list[Value], keywords: dict[str, Value], node: ast.Call) -> Value:
        """Call a value, and remember the call of a layer or model."""
        start = self.clock
        result = super().call(callee, args, keywords, node)
        for one in leaves(callee):
            if one.kind in _CALLABLE:
                given = (*args, *keywords.values())
                self.called.append(Called(one, result, given, node, start, self.tick(), self.active))
        return result

    def note(self, kind: str, node: ast.AST, *arguments: Value, **keywords: Value) -> Event:
        """Note an event at a time of its own, so that of two it is known which came first."""
        self.tick()
        return super().note(kind, node, *arguments, **keywords)

    def calls_around(self, event: Event) -> list[Called]:
        """Return the calls during which ``event`` happened, innermost first."""
        return sorted((one for one in self.called if one.holds(event.time)), key=lambda one: -one.start)


def is_keras(info: ClassInfo) -> bool:
    """Tell whether a class is a layer or model: the nearest base outside the file is one, and all are known."""
    bases = info.library_bases()
    if not bases or info.has_unknown_base():
        return False
    return bases[0] in ("keras.Model", "keras.Sequential") or bases[0].startswith("keras.layers.")


def rehearse(module: Module) -> Rehearsal:
    """Run the program again, remember everything, and call every layer and model class of the file it runs."""
    return _rehearse(module.entry)


@functools.lru_cache(maxsize=2)
def _rehearse(module: Module) -> Rehearsal:
    run = Rehearsal(module)
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, _FRAMES))
    try:
        run.run()
    finally:
        sys.setrecursionlimit(limit)
    return run


__all__ = ["Called", "Rehearsal", "is_keras", "rehearse"]
