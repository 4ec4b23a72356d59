"""Cuts, the values behind them, and which cuts belong together."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from gradfix.flow.facts import Broken
from gradfix.flow.joining import leaves
from gradfix.flow.trace import Trace
from gradfix.flow.values import Value


def values_on_way(run: Trace, cause: Broken) -> list[Value]:
    """Return the values between a cut and the targets that miss it, both included.

    What an update of the weights carries into the next round of a loop is no part of it.
    """
    updates = {event.node for kind in ("gradient", "assign") for event in run.happened(kind)}
    back: dict[int, Value] = {}
    stack = [leaf for target in cause.targets for leaf in leaves(target)]
    while stack:
        value = stack.pop()
        if id(value) not in back and value.node not in updates and _is_cut_at(value, cause.node):
            back[id(value)] = value
            stack.extend(value.inputs)
    after: dict[int, list[Value]] = {}
    for value in back.values():
        for one in value.inputs:
            after.setdefault(id(one), []).append(value)
    found: dict[int, Value] = {}
    stack = [value for value in back.values() if value.node is cause.node]
    while stack:
        value = stack.pop()
        if id(value) not in found:
            found[id(value)] = value
            stack.extend(after.get(id(value), ()))
    return list(found.values())


def _is_cut_at(value: Value, node: ast.AST) -> bool:
    return any(cut.node is node for cuts in {id(c): c for c in value.cut.values()}.values() for cut in cuts)


def groups(causes: Iterable[Broken]) -> list[list[Broken]]:
    """Put together the causes that some target has in common: half of a gradient is worse than none."""
    found: list[tuple[set[int], list[Broken]]] = []
    for cause in causes:
        targets = {id(target) for target in cause.targets}
        same = [group for group in found if group[0] & targets]
        members = [one for group in same for one in group[1]]
        found = [group for group in found if group not in same]
        found.append((targets.union(*(group[0] for group in same)), [*members, cause]))
    return [members for _, members in found]
