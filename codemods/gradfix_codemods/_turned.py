"""Pairs for ``apply_gradients`` that are turned round: in the place where they are made, or where a helper is called."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from gradfix.edits import expression, swap_arguments
from gradfix.flow.trace import trace
from gradfix.flow.values import Kind, Value
from gradfix.model import Edit, Finding, Safety
from gradfix_codemods._applied import row
from gradfix_codemods._callers import Callers, Passing, frame_of
from gradfix_codemods._lost import function_of
from gradfix_codemods._outside import quoted
from gradfix_codemods._parameters import words

if TYPE_CHECKING:
    from gradfix.flow.facts import Event
    from gradfix.flow.objects import Frame
    from gradfix.flow.trace import Trace
    from gradfix.module import Module
    from gradfix_codemods._applied import Columns

_GRADIENTS = frozenset("g dw grad grads gradient gradients clipped".split())
_VARIABLES = frozenset(
    "v w var vars variable variables weight weights param params parameter parameters trainable".split()
)
_ROLES = ["gradients", "variables"]


class Swapped:
    """Finds pairs of a variable and its gradient, in this order."""

    def __init__(self, module: Module, pairs: Columns) -> None:
        self._module = module
        self._pairs = pairs

    def findings(self, applied: Sequence[Event]) -> Iterator[Finding]:
        """Yield what is wrong with the pairs of these updates."""
        made: dict[ast.AST, list[tuple[Event, list[str]]]] = {}
        for event in applied:
            one = row(event.arguments[1])
            if one is not None and one.node is not None:
                made.setdefault(one.node, []).append((event, [self._role(value) for value in one.data.items]))
        wrong = [node for node in made if any(roles == _ROLES[::-1] for _, roles in made[node])]
        run = trace(self._module) if wrong else None
        for node in wrong:
            operands = _operands(node)
            if operands is None:
                continue
            assert run is not None
            callers = Callers(run, _role, lambda value, slot: self._role(value) == _ROLES[slot])
            passings = [
                Passing(operands, _frame(run, event, node), roles == _ROLES[::-1], roles == _ROLES)
                for event, roles in made[node]
            ]
            effect = "it puts the variables before their gradients, and apply_gradients raises"
            for blame in callers.blamed(node, passings):
                if blame.keys is not None:
                    yield blame.finding(self._module, node, effect, Safety.SAFE)
                    continue
                message = f"{quoted(self._module, node)} {effect.removeprefix('it ')}"
                uses = blame.uses(self._module)
                if not blame.certain:
                    yield Finding(node, f"{message}. {blame.doubt}", Safety.ADVICE, uses=uses)
                    continue
                rows = [one for event, _ in made[node] for one in self._rows(event.arguments[1])]
                edits = self._edits(node, rows)
                yield Finding(node, message, Safety.SAFE, edits=edits, uses=uses, unanimous=blame.unanimous)

    def _role(self, value: Value) -> str:
        column = self._pairs.column(value)
        return column.role if column is not None else ""

    def _rows(self, given: Value) -> list[ast.Tuple]:
        """Return the pairs of a written list that are turned round."""
        found = []
        for one in given.data.items or ():
            items = one.data.items or () if one.kind is Kind.CONTAINER else ()
            if [self._role(item) for item in items] == _ROLES[::-1] and isinstance(one.node, ast.Tuple):
                found.append(one.node)
        return list(dict.fromkeys(found))

    def _edits(self, made: ast.AST, rows: list[ast.Tuple]) -> tuple[Edit, ...]:
        if isinstance(made, ast.Call):
            return (Edit(made, swap_arguments(0, 1)),)
        return tuple(
            Edit(old, expression(self._module.segment(new)))
            for one in (*rows, *(() if rows else (made,)))
            if isinstance(one, ast.Tuple) and len(one.elts) == 2  # noqa: PLR2004
            for old, new in zip(one.elts, reversed(one.elts), strict=True)
        )


def _frame(run: Trace, event: Event, made: ast.AST) -> Frame | None:
    """Return the call in which the pairs were made, when the update was made in it or below it."""
    home = function_of(run, made)
    return event.frame if event.function is home else frame_of(run, home, event.node, event.frame)


def _operands(made: ast.AST) -> tuple[ast.expr, ast.expr] | None:
    match made:
        case ast.Call(func=ast.Name(), args=[first, second]) | ast.Tuple(elts=[first, second]):
            return first, second
    return None


def _role(name: str) -> int | None:
    """Tell by the name of a parameter whether it takes gradients (0) or variables (1)."""
    found = words(name)
    is_gradient = not _GRADIENTS.isdisjoint(found)
    if is_gradient == (not _VARIABLES.isdisjoint(found)):
        return None
    return 0 if is_gradient else 1
