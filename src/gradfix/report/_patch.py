"""A diff for a terminal: colours and line numbers, by rich."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from gradfix.model import FileResult
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
                (f"  {one.place.line}:{one.place.column}  ", "dim"),
                (one.codemod, "bold red"),
                (f"  {one.safety.value}", style),
                (f"  {printable(one.message)}\n", ""),
            ]
        )
    old, new = _LINE.findall(result.before), _LINE.findall(result.after)
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
    yield "\n"


def _row(width: int, before: int | None, after: int | None, sign: str, line: str) -> Iterator[Span]:
    numbers = ("" if number is None else str(number + 1) for number in (before, after))
    yield "  " + " ".join(f"{number:>{width}}" for number in numbers), "dim"
    yield f" {sign} {printable(line.rstrip().expandtabs(4))}\n", _STYLES[sign]
