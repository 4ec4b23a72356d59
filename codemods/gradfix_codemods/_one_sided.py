"""Helpers that stop the gradient of one of their parameters and let that of another pass: on purpose."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradfix.flow.values import Kind
from gradfix_codemods._cuts import values_on_way
from gradfix_codemods._lost import function_of, operand
from gradfix_codemods._parameters import Parameters, label_or_prediction, offset

if TYPE_CHECKING:
    from gradfix.flow.facts import Broken
    from gradfix.flow.objects import Frame
    from gradfix.flow.trace import Trace
    from gradfix.flow.values import Value

_HIGHEST = 4
_DATA = frozenset({Kind.TENSOR, Kind.UNKNOWN, Kind.ARRAY})


@dataclass(frozen=True, slots=True)
class OneSided:
    """``node`` is the call that gives weights to the parameter that is ``stopped``, or the stop if that is not known."""

    node: ast.AST
    helper: str
    stopped: str
    passing: str


def one_sided(run: Trace, cause: Broken) -> OneSided | None:
    """Return the helper that stops what it takes for one parameter, with another one that passes."""
    node = cause.node
    inner = operand(node, "input", "variables", "variable") if isinstance(node, ast.Call) else None
    if inner is None:
        return None
    for value in values_on_way(run, cause):
        found = _above(run, cause, inner, value.frame) if value.node is node else None
        if found is not None:
            return found
    return None


def _above(run: Trace, cause: Broken, inner: ast.expr, frame: Frame | None) -> OneSided | None:
    node: ast.AST = cause.node
    for _ in range(_HIGHEST):
        function = function_of(run, node)
        if frame is None or function is None:
            return None
        parameters = Parameters(function)
        sources = parameters.sources(inner)
        call = frame.node
        left = offset(run, call, function) if isinstance(call, ast.Call) else None
        carrying = [name for name in sources if _carries(cause, _given(run, parameters, call, left, name))]
        if len(carrying) != 1:
            return None
        stopped = carrying[0]
        given = parameters.argument(call, left, stopped) if isinstance(call, ast.Call) else None
        if given is None and any(token.kind == "y_pred" for token in cause.tokens):
            return None
        for other in parameters.names:
            values = _given(run, parameters, call, left, other)
            if other not in sources and _passes(run, cause, parameters, other, stopped, values):
                return OneSided(call if given is not None else cause.node, parameters.name, stopped, other)
        if given is None:
            return None
        node, inner, frame = call, given[1], frame.parent
    return None


def _passes(
    run: Trace, cause: Broken, parameters: Parameters, other: str, stopped: str, values: list[Value]
) -> bool:
    """Tell whether the function lets the gradient of its parameter ``other`` pass."""
    if label_or_prediction(stopped) == 1 and label_or_prediction(other) != 1:
        return False
    weights = {t for value in values for t in value.live if t.kind in ("weight", "variable")}
    if weights:
        return any(value.kind in _DATA for value in values) and not weights <= set(cause.tokens)
    if not values or any(value.kind not in _DATA for value in values):
        return False
    held = {id(one) for stop in _stops(run, parameters) for one in ast.walk(stop)}
    return any(id(one) not in held for one in _names(parameters, other))


def _stops(run: Trace, parameters: Parameters) -> list[ast.Call]:
    """Return the calls of ``stop_gradient`` in a function."""
    return [
        node
        for node in ast.walk(parameters.function)
        if isinstance(node, ast.Call)
        and any(str(value.data).endswith(".stop_gradient") for value in run.values(node.func))
    ]


def _names(parameters: Parameters, name: str) -> list[ast.Name]:
    return [
        node
        for node in ast.walk(parameters.function)
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
    ]


def _given(run: Trace, parameters: Parameters, call: ast.AST, left: int | None, name: str) -> list[Value]:
    """Return the values that a call, or whatever calls the function, gives to a parameter."""
    found = parameters.argument(call, left, name) if isinstance(call, ast.Call) else None
    nodes: list[ast.expr] = [found[1]] if found is not None else [*_names(parameters, name)]
    return [value for node in nodes for value in run.values(node)]


def _carries(cause: Broken, values: list[Value]) -> bool:
    return any(token in value.live and value.kind in _DATA for value in values for token in cause.tokens)
