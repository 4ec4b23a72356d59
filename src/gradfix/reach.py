"""Whether what an edit made is still there in the end: told by the identity of nodes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import libcst as cst

from gradfix.cstree import children, walk


@dataclass(slots=True)
class Result:
    """What one edit made: all ``nodes`` must be in the end result, or the edit of ``owner`` is lost."""

    owner: int
    nodes: list[cst.CSTNode]
    consumed: bool = False


class Reach:
    """The nodes that can be reached from some roots."""

    def __init__(self, roots: Iterable[cst.CSTNode]) -> None:
        self.ids: dict[int, int] = defaultdict(int)
        self._shapes: set[tuple[object, ...]] = set()
        self.add(roots)

    def add(self, roots: Iterable[cst.CSTNode]) -> None:
        for root in roots:
            for node in walk(root):
                self.ids[id(node)] += 1
                self._shapes.add(_shape(node))

    def holds(self, result: Result) -> bool:
        """Tell whether all nodes of a result are there: themselves, or only with other parentheses."""
        return all(
            id(node) in self.ids or (_has_parts(node) and _shape(node) in self._shapes)
            for node in result.nodes
        )

    def twice(self, node: cst.CSTNode) -> bool:
        return self.ids[id(node)] > 1


def _shape(node: cst.CSTNode) -> tuple[object, ...]:
    return type(node), *(id(child) for _, child in children(node))


def _has_parts(node: cst.CSTNode) -> bool:
    """Empty statements are all alike, so that one stands for the other; other leaves are themselves only."""
    return isinstance(node, (cst.Pass, cst.Break, cst.Continue)) or next(children(node), None) is not None
