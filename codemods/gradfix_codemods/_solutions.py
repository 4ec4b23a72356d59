"""The cuts by NumPy, conversions, ``predict`` and ``numpy_function`` of a file, each with its plan, once for all codemods."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from gradfix.flow.facts import Broken
from gradfix.flow.joining import leaves
from gradfix.flow.remembered import remembered
from gradfix.flow.trace import Trace, trace
from gradfix.flow.values import Kind
from gradfix.model import Finding, Safety
from gradfix.module import Module
from gradfix_codemods import _boundaries
from gradfix_codemods._cuts import groups, values_on_way
from gradfix_codemods._twins import NoWay
from gradfix_codemods._way import CONVERTING, Plan

_REASONS = ("numpy", "conversion", "variable-copy", "predict", "numpy-function")


_OTHERS = ("non-differentiable", "zero-gradient", "integer-cast", "comparison", "stop-gradient", "metric")


@dataclass(frozen=True, slots=True)
class Solution:
    """Some cuts that one fix mends, reported at ``node`` by ``codemod``. ``why_not`` tells why there is no fix."""

    codemod: str
    node: ast.AST
    causes: tuple[Broken, ...]
    plan: Plan | None
    why_not: str = ""


def findings(module: Module, codemod: str) -> Iterator[tuple[Solution, Finding]]:
    """Yield what ``codemod`` has to report, with a finding that lacks only its message."""
    for solution in solutions(module):
        if solution.codemod == codemod:
            yield solution, _finding(solution)


def _finding(solution: Solution) -> Finding:
    plan = solution.plan
    path = solution.causes[0].path
    if plan is None:
        return Finding(solution.node, "", Safety.ADVICE, path)
    imports = tuple(dict.fromkeys(plan.imports))
    return Finding(solution.node, "", plan.safety, path, plan.edits, imports, tuple(sorted(plan.unused)))


@remembered
def solutions(module: Module) -> tuple[Solution, ...]:
    """Return the solutions of a file in the order of the text."""
    if not any(True for _ in module.flow.broken(*_REASONS)):
        return ()
    run = trace(module)
    found = [one for group in groups(run.causes(*_REASONS)) for one in _of_group(module, run, group)]
    return tuple(sorted(found, key=lambda one: (one.node.lineno, one.node.col_offset)))  # type: ignore[attr-defined]


def _of_group(module: Module, run: Trace, group: list[Broken]) -> list[Solution]:
    clusters = _clusters(module, run, group)
    plans: list[tuple[list[Broken], Plan]] = []
    beside: list[list[Broken]] = []
    why_not = by_nature = ""
    for cluster in clusters:
        try:
            plans.append((cluster, _planned(module, run, cluster)))
        except NoWay as reason:
            if reason.by_nature:
                by_nature = by_nature or str(reason)
                beside.append(cluster)
            else:
                why_not = why_not or str(reason)
                plans.append((cluster, Plan(module, run, cluster)))
    if not plans:
        return [_solution(run, cluster, Plan(module, run, cluster), by_nature) for cluster in beside]
    # What ends at a choice beside a way that can be mended (a target, an index) is no cause.
    # Half of a gradient is worse than none: when one way has no fix, none is taken.
    return [_solution(run, cluster, plan, why_not) for cluster, plan in plans]


def _planned(module: Module, run: Trace, causes: list[Broken]) -> Plan:
    companions = _companions(causes)
    if companions:
        try:
            return _carried_out(module, run, [*causes, *companions])
        except NoWay:
            pass  # an eager loss trains without them
    return _carried_out(module, run, causes)


def _carried_out(module: Module, run: Trace, causes: list[Broken]) -> Plan:
    plan = Plan(module, run, causes)
    for cause in causes:
        _boundaries.cross(plan, cause)
    plan.carry_out()
    if _is_cut_beside(run, causes):
        plan.lower("the same weights lose their gradient elsewhere too, and this cut may be meant")
    for cause in causes:
        _boundaries.unwrap_py_function(plan, cause)
    return plan


def _is_cut_beside(run: Trace, causes: list[Broken]) -> bool:
    """Tell whether something other than NumPy cuts the same weights from the same targets, on another way."""
    targets = {id(target) for cause in causes for target in cause.targets}
    tokens = {token for cause in causes for token in cause.tokens}
    return any(
        not tokens.isdisjoint(other.tokens) and any(id(target) in targets for target in other.targets)
        for other in run.causes(*_OTHERS)
    )


def _companions(causes: list[Broken]) -> list[Broken]:
    """Return the cuts of the labels in the same losses: `fit` hands symbolic labels to NumPy there."""
    known = {cause.node for cause in causes}
    found: dict[ast.AST, Broken] = {}
    for cause in causes:
        for leaf in leaves(cause.target) if cause.sink.kind == "loss" else ():
            for token, cuts in leaf.cut.items():
                for cut in cuts if token.kind == "y_true" else ():
                    if cut.kind in ("numpy", "conversion") and not cut.weak and cut.node not in known:
                        one = Broken(
                            cut.kind, cut.node, cause.sink, cause.target, [token], (), cut, cut.value
                        )
                        one.targets.append(cause.target)
                        found.setdefault(cut.node, one)
    return list(found.values())


def _clusters(module: Module, run: Trace, group: list[Broken]) -> list[list[Broken]]:
    """Put together the cuts whose fixes touch the same places, or of which one lies on the way of another."""
    found: list[tuple[set[ast.AST], list[Broken]]] = []
    for cause in group:
        touched: set[ast.AST] = {cause.node}
        try:
            plan = _planned(module, run, [cause])
            touched |= set(plan.changes)
        except NoWay:
            touched |= {
                v.node for v in values_on_way(run, cause) if v.kind is not Kind.TENSOR and v.node is not None
            }
        same = [one for one in found if one[0] & touched]
        found = [one for one in found if one not in same]
        found.append(
            (touched.union(*(one[0] for one in same)), [*(c for one in same for c in one[1]), cause])
        )
    return [causes for _, causes in found]


def _solution(run: Trace, causes: list[Broken], plan: Plan, why_not: str) -> Solution:
    first = min(causes, key=lambda one: (one.node.lineno, one.node.col_offset))  # type: ignore[attr-defined]
    ordered = (first, *(one for one in causes if one is not first))
    node: ast.AST = first.node
    event = next((e for c in causes if (e := _boundaries.py_function_around(run, c)) is not None), None)
    if event is not None:
        codemod, node = "numpy-function", event.node
    elif first.reason == "numpy-function":
        codemod = "numpy-function"
    elif first.reason == "predict":
        codemod = "predict-in-tape"
    elif first.reason == "numpy" or _meets_numpy(run, causes):
        codemod = "numpy-on-tensor"
    else:
        codemod = "tensor-converted"
    return Solution(codemod, node, ordered, None if why_not else plan, why_not)


def _meets_numpy(run: Trace, causes: list[Broken]) -> bool:
    """Tell whether a NumPy call or a method of an array stands behind a cut."""
    return any(
        isinstance(value.node, ast.Call) and value.kind is not Kind.TENSOR and _is_numpy(run, value.node)
        for cause in causes
        for value in values_on_way(run, cause)
        if value.node is not cause.node
    )


def _is_numpy(run: Trace, call: ast.Call) -> bool:
    if any(f.kind is Kind.PATH and f.data.startswith(("numpy.", "math.")) for f in run.values(call.func)):
        return True
    method = call.func
    if not isinstance(method, ast.Attribute) or method.attr in CONVERTING:
        return False
    return any(value.kind is Kind.ARRAY for value in run.values(method.value))
