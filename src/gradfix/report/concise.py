"""One line for each finding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gradfix.model import FileResult
from gradfix.report import View
from gradfix.report._paint import Painter
from gradfix.report._summary import Tally
from gradfix.report.text import location

EDITS = False


def render(results: Iterable[FileResult], view: View) -> Iterator[str]:
    """Yield ``path:line:column: codemod[safety] message`` for what remains, and the summary."""
    paint = Painter(colour=view.colour)
    tally = Tally()
    for result in tally.through(results):
        for one in result.remaining:
            message = " ".join(one.message.split())
            yield paint(
                [
                    (f"{location(one)}: ", "bold"),
                    (one.codemod, "bold red"),
                    (f"[{one.safety.value}] {message}\n", ""),
                ]
            )
    if not view.quiet:
        yield tally.summary(view) + "\n"
