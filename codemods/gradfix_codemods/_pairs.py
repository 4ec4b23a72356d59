"""Pairs of a loss and a prediction with one defect, and what else a repair of them would touch."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradfix.model import Finding, Safety

if TYPE_CHECKING:
    from gradfix.flow.structure import Pair
    from gradfix.module import Module
    from gradfix_codemods._spelling import Fix


@dataclass(frozen=True, slots=True)
class Group:
    """Pairs with one defect that are repaired together.

    ``conflict`` tells that the same loss or layer also serves a pair without the defect, ``doubt`` that it
    serves a prediction that is not known.
    """

    pairs: tuple[Pair, ...]
    conflict: bool
    doubt: bool

    @property
    def pair(self) -> Pair:
        return self.pairs[0]

    def finding(self, node: ast.AST, message: str, safety: Safety, fix: Fix | None) -> Finding:
        """Return a finding as safe as the fix and the other users of what it changes allow."""
        uses = tuple(pair.node for pair in self.pairs)
        if fix is None or self.conflict or not fix.edits:
            return Finding(node, message, Safety.ADVICE, uses=uses)
        if safety is Safety.SAFE and (self.doubt or not fix.local):
            safety = Safety.UNSAFE
        return Finding(node, message, safety, (), fix.edits, fix.imports, fix.unused, uses)


def groups(
    module: Module, wrong: Callable[[Pair], bool], by: str, *, both: Callable[[Pair], bool] | None = None
) -> Iterator[Group]:
    """Group the pairs for which ``wrong`` holds by what a fix changes.

    Args:
        module: the file.
        wrong: gets pairs with a known head.
        by: ``loss`` or ``layer``; each is changed once.
        both: tells for which of them a fix changes the other as well.
    """
    pairs = module.flow.structure.pairs
    found: dict[int, list[Pair]] = {}
    for pair in pairs:
        if pair.head is not None and wrong(pair):
            found.setdefault(_site(pair, by), []).append(pair)
    for same in found.values():
        sites = {_site(same[0], by)}
        sites.update(
            _site(pair, way) for pair in same if both is not None and both(pair) for way in ("loss", "layer")
        )
        others = [
            p for p in pairs if p not in same and not sites.isdisjoint((_site(p, "loss"), _site(p, "layer")))
        ]
        conflict = any(p.head is not None and not wrong(p) for p in others)
        yield Group(tuple(same), conflict, any(p.head is None for p in others))


def _site(pair: Pair, way: str) -> int:
    """Identify the expression that makes the loss, or the call that makes the last layer."""
    if way == "loss":
        return id(pair.loss.node or pair.node)
    return id(pair.head.layer.call) if pair.head is not None else 0


def each(pairs: Iterable[Pair], way: str) -> list[Pair]:
    """Return one pair for each loss or each layer."""
    return list({_site(pair, way): pair for pair in pairs}.values())
