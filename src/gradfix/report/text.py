"""The report for people: each finding with its gradient's path drawn below it, then a summary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gradfix.model import Diagnostic, FileResult, PathStep, Safety, spelled
from gradfix.report import View
from gradfix.report._paint import Painter, Span, printable
from gradfix.report._summary import Tally

EDITS = False

_STYLES = {Safety.SAFE: "green", Safety.UNSAFE: "yellow", Safety.ADVICE: "blue"}
# How a step is reached: (along the gradient, over the cut).
_UNICODE = ("──▶", "✂")
_ASCII = ("-->", "-x-")


def render(results: Iterable[FileResult], view: View) -> Iterator[str]:
    """Yield the findings that remain, one block each, and the summary."""
    paint = Painter(colour=view.colour)
    tally = Tally()
    for result in tally.through(results):
        for one in result.remaining:
            yield paint(_block(one, _UNICODE if view.unicode else _ASCII))
    if not view.quiet:
        yield tally.summary(view) + "\n"


def location(one: Diagnostic) -> str:
    """Return ``path:line:column``, with the cell of a notebook behind the path."""
    return spelled(one.path, one.place.cell, one.place.line, one.place.column)


def _block(one: Diagnostic, signs: tuple[str, str]) -> Iterator[Span]:
    yield location(one), "bold"
    yield "  ", ""
    yield one.codemod, "bold red"
    yield "  ", ""
    yield one.safety.value, _STYLES[one.safety]
    yield "\n", ""
    for line in one.message.splitlines():
        yield f"  {printable(line)}\n", ""
    if one.path_of_gradient:
        yield "    ", ""
        yield from _picture(one.path_of_gradient, signs)
        yield "\n", ""
    yield "\n", ""


def _picture(steps: tuple[PathStep, ...], signs: tuple[str, str]) -> Iterator[Span]:
    arrow, scissors = signs
    for number, step in enumerate(steps):
        if step.cut:
            yield f"{' ' if number else ''}{scissors} ", "bold red"
        elif number:
            yield f" {arrow} ", "dim"
        yield printable(step.text), "bold red" if step.cut else ""
