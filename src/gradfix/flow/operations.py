"""What an operation does to the gradients of its operands: the one mechanism that all rules use."""

from __future__ import annotations

import ast
from dataclasses import replace

from gradfix.flow.joining import SEVERAL, leaves, merge_cuts, merge_live
from gradfix.flow.objects import Frame
from gradfix.flow.values import EVERY, Cut, Cuts, Kind, Live, Tapes, Token, Value
from gradfix.flow.weights import exposed

# A program of a few hundred lines takes a few hundred steps; the rest is for those that go in circles. One that uses
# them up loses findings, but gains none: what is not followed is unknown.
_STEPS_PER_LINE = 6
_LEAST_STEPS = 1500
_TRIAL_STEPS_PER_LINE = 2
_LEAST_TRIAL_STEPS = 500
_LEAVING = frozenset({"numpy", "conversion", "variable-copy", "predict", "numpy-function"})
_SPARE_STEPS = 1000  # for the other files of a program, all together


class Operations:
    """The part of the interpreter that computes values, under the tapes that are active, and counts its work.

    ``lines`` is the length of the file that is run.
    """

    def __init__(self, lines: int) -> None:
        self._lines = lines
        self._budget = _LEAST_STEPS + _STEPS_PER_LINE * lines
        self._spare = _SPARE_STEPS
        self.active: Tapes = frozenset()
        self.clock = 0
        self.steps = 0
        self.frame: Frame | None = None
        self._meetings: dict[tuple[Tapes, Tapes], Tapes] = {}
        self.building = False  # a functional model is being built: what runs, runs again under its tapes

    def tick(self) -> int:
        self.clock += 1
        return self.clock

    def step(self) -> None:
        self.steps += 1

    def shallow(self) -> bool:
        """Tell whether the work for this file is used up: loops run once, calls stay unknown."""
        return self.steps > self._budget

    def can_unroll(self) -> bool:
        return self.steps < self._budget // 2

    def spend_more(self, most: int) -> None:
        """Allow up to ``most`` steps more, for a file that the program uses."""
        more = min(self._spare, most)
        self._spare -= more
        self._budget += more

    def spend_at_most_on_trials(self) -> None:
        """Leave only so much work for trying out what nobody uses: large files hold many layers."""
        more = max(_LEAST_TRIAL_STEPS, _TRIAL_STEPS_PER_LINE * self._lines)
        self._budget = min(self._budget, self.steps + more)

    def derive(
        self,
        node: ast.AST,
        passing: tuple[Value, ...] = (),
        *,
        cutting: tuple[Value, ...] = (),
        reason: str = "non-differentiable",
        kind: Kind = Kind.TENSOR,
        dtype: str | None = None,
        weak: bool = False,
        lazy: bool = False,
        data: object = None,
    ) -> Value:
        """Return the result of an operation at ``node``.

        The gradient goes through to ``passing`` under the tapes that are active now, and ends here, for
        ``reason``, on its way to ``cutting``. A ``lazy`` operation does not compute yet.
        """
        live: Live = {}
        cut: Cuts = {}
        symbolic = False
        inputs: list[Value] = []
        lost = [leaf for operand in cutting for leaf in leaves(operand)] if cutting else []
        for leaf in lost:
            symbolic = symbolic or leaf.symbolic
        for operand in passing:
            for leaf in leaves(operand) if operand.kind in SEVERAL else (operand,):
                symbolic = symbolic or leaf.symbolic
                found = leaf.live or exposed(leaf)
                if found or leaf.cut:
                    inputs.append(leaf)
                    merge_live(live, found)
                    merge_cuts(cut, leaf.cut)
        if live and not (symbolic or lazy or self.building):
            active = after = self.active
            before: Tapes | None = active
            for token, tapes in live.items():
                if tapes is not before:  # most tokens come under the same tapes
                    before, after = tapes, active if tapes is EVERY else self.meeting(tapes, active)
                if tapes is not after:
                    live[token] = after
        for leaf in lost:
            found = leaf.live or exposed(leaf)
            if found:
                blame = (Cut(reason, node, "", weak, leaf),)
                merge_cuts(cut, dict.fromkeys(found, blame))
            if found or leaf.cut:
                inputs.append(leaf)
                older = _older(leaf.cut, found, reason)
                merge_cuts(cut, weakened(older) if weak else older)
        self.clock += 1
        self.steps += (len(live) + len(cut)) >> 3  # wide values are work too
        result = Value(
            kind,
            node,
            data,
            live=live,
            cut=cut,
            inputs=tuple(inputs),
            time=self.clock,
            dtype=dtype,
            symbolic=symbolic,
        )
        result.frame = self.frame
        if kind is Kind.UNKNOWN and not lazy:
            result.computed = any(leaf.kind is Kind.TENSOR or leaf.computed for leaf in inputs)
        return result

    def meeting(self, some: Tapes, others: Tapes) -> Tapes:
        """Return the tapes that are in both, always the same set for the same two."""
        found = self._meetings.get((some, others))
        if found is None:
            both = some & others
            found = self._meetings[some, others] = (
                others if both == others else some if both == some else both
            )
        return found

    def unknown(self, label: str, node: ast.AST | None, *operands: Value) -> Value:
        """Return something unknown: a live source of its own that everything passes through."""
        live: Live = {Token("unknown", label, node): EVERY}
        cut: Cuts = {}
        for operand in operands:
            merge_live(live, operand.live)
            merge_cuts(cut, operand.cut)
        return Value(Kind.UNKNOWN, node, live=live, cut=cut, inputs=operands, text=label)

    def leaf(self, kind: str, label: str, node: ast.AST | None, *, of: Kind = Kind.TENSOR) -> Value:
        """Return a fresh source of a gradient."""
        return Value(of, node, live={Token(kind, label, node): EVERY}, text=label)


def _older(cuts: Cuts, found: Live, reason: str) -> Cuts:
    """Return the cuts behind a value that are to blame beside the one that ends it now, for ``reason``.

    What was cut beside a way that came as far as here is not, but that what leaves TensorFlow comes back at once.
    """
    if not cuts or not found:
        return cuts
    leaving = reason in _LEAVING
    older: Cuts = {}
    for token, some in cuts.items():
        kept = tuple(cut for cut in some if leaving and cut.kind in _LEAVING) if token in found else some
        if kept:
            older[token] = kept
    return older


def weakened(cuts: Cuts) -> Cuts:
    """Return the cuts behind an index or a condition: they only take blame when nothing else does."""
    return {
        token: tuple(cut if cut.weak else replace(cut, weak=True) for cut in some)
        for token, some in cuts.items()
    }
