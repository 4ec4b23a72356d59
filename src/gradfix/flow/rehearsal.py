"""The analysis gone on with, calling every layer and model class of the file: for those who look at structure.

The interpreter calls a model where the program does. A file that only defines layers calls none; here each of
them is made and called, so that what its ``call`` does with its weights can be read off.
"""

from __future__ import annotations

import ast
from bisect import bisect_left
from typing import TYPE_CHECKING

from gradfix.flow import deep_stack, interpret
from gradfix.flow.facts import Called, Event
from gradfix.flow.interpreter import Interpreter
from gradfix.flow.objects import ClassInfo, Instance
from gradfix.flow.remembered import remembered
from gradfix.flow.trace import Trace, trace
from gradfix.flow.values import Kind, Value

if TYPE_CHECKING:
    from gradfix.module import Module


class Rehearsal(Trace):
    """A run in which every layer and model class of the file was called at least once."""

    def __init__(self, run: Interpreter) -> None:
        super().__init__(run)
        self.called = run.called
        self.classes = run.classes
        self.instances = run.instances

    def calls_around(self, event: Event) -> list[Called]:
        """Return the calls during which ``event`` happened, innermost first."""
        # The calls stand in the order in which they ended.
        first = bisect_left(self.called, event.time, key=lambda one: one.end)
        around = (one for one in self.called[first:] if one.start < event.time)
        return sorted(around, key=lambda one: -one.start)


def _call_the_rest(run: Interpreter) -> None:
    known = {id(one.value.data.cls) for one in run.called if isinstance(one.value.data, Instance)}
    run.sketching = run.staying = True
    run.spend_at_most_on_trials()
    for info in list(run.own_classes()):
        method = info.find("call")
        if (
            id(info) not in known
            and method is not None
            and method[0].kind is Kind.FUNCTION
            and is_keras(info)
        ):
            _call_once(run, run.instance_of(info), method[0].data.node)


def _call_once(run: Interpreter, value: Value, method: ast.FunctionDef) -> None:
    arguments = method.args
    names = [a.arg for a in (*arguments.posonlyargs, *arguments.args)][1:]
    required = names[: len(names) - len(arguments.defaults)] if arguments.defaults else names
    given = [run.leaf("input", name, method) for name in required]
    call = ast.copy_location(ast.Call(method, [], []), method)  # type: ignore[arg-type]
    before, run.conditional = run.conditional, 0
    run.call(value, given, {}, call)
    run.conditional = before


def is_keras(info: ClassInfo) -> bool:
    """Tell whether a class is a layer or model: the nearest base outside the file is one, and all are known."""
    bases = info.library_bases()
    if not bases or info.has_unknown_base():
        return False
    return bases[0] in ("keras.Model", "keras.Sequential") or bases[0].startswith("keras.layers.")


def rehearse(module: Module) -> Rehearsal:
    """Go on with the run of the program ``module`` is a part of: call every layer and model class of its file."""
    return _rehearse(module.entry).seen_in(module)


@remembered
def _rehearse(module: Module) -> Rehearsal:
    run = interpret(module)
    trace(module)  # it holds what was seen up to here
    run.operands = {}
    with deep_stack():
        _call_the_rest(run)
    return Rehearsal(run)


__all__ = ["Called", "Rehearsal", "is_keras", "rehearse"]
