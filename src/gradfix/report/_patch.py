"""A diff for a terminal: colours and line numbers, by rich."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from gradfix.model import FileResult, Place
from gradfix.report._paint import Painter, Span, printable

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_AROUND = 3
_STYLES = {"-": "red", "+": "green", " ": "dim"}


def render(result: FileResult) -> Iterator[str]:
    """Yield the changes of one file, headed by the fixes that make them, unsafe ones marked."""
    if result.after is None:
        return
    paint = Painter(colour=True)
    yield paint([(f"{result.path}\n", "bold")])
    for one in result.fixed:
        style = "green" if one.safety.value == "safe" else "bold yellow"
        yield paint(
            [
                (f"  {_spot(one.place)}  ", "dim"),
                (one.codemod, "bold red"),
                (f"  {one.safety.value}", style),
                (f"  {printable(one.message)}\n", ""),
            ]
        )
    if result.notebook is None:
        yield from _changes(result.before, result.after, paint)
    else:
        from gradfix.cells import changed

        for cell, before, after in changed(result.notebook, result.before, result.after):
            yield paint([(f"  cell {cell.number}\n", "bold")])
            # The last line of a cell has no newline, and is the same line with one.
            old, new = (f"{text}\n" if text else "" for text in (before, after))
            yield from _changes(old, new, paint)
    yield "\n"


def _spot(place: Place) -> str:
    cell = f"cell {place.cell}:" if place.cell is not None else ""
    return f"{cell}{place.line}:{place.column}"


def _changes(before_text: str, after_text: str, paint: Painter) -> Iterator[str]:
    old, new = _LINE.findall(before_text), _LINE.findall(after_text)
    width = len(str(max(len(old), len(new))))
    for index, group in enumerate(difflib.SequenceMatcher(None, old, new).get_grouped_opcodes(_AROUND)):
        if index:
            yield paint([(f"  {'┄' * (2 * width + 1)}\n", "dim")])
        for tag, old_start, old_end, new_start, new_end in group:
            if tag == "equal":
                numbers = zip(range(old_start, old_end), range(new_start, new_end), strict=True)
                for before, after in numbers:
                    yield paint(_row(width, before, after, " ", old[before]))
                continue
            for number in range(old_start, old_end):
                yield paint(_row(width, number, None, "-", old[number]))
            for number in range(new_start, new_end):
                yield paint(_row(width, None, number, "+", new[number]))


def _row(width: int, before: int | None, after: int | None, sign: str, line: str) -> Iterator[Span]:
    numbers = ("" if number is None else str(number + 1) for number in (before, after))
    yield "  " + " ".join(f"{number:>{width}}" for number in numbers), "dim"
    yield f" {sign} {printable(line.rstrip().expandtabs(4))}\n", _STYLES[sign]
