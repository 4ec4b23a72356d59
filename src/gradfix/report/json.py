"""One JSON array of objects, one object for each finding."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from gradfix.model import Diagnostic, FileResult, Place
from gradfix.report import View

EDITS = True


def render(results: Iterable[FileResult], _view: View) -> Iterator[str]:
    """Yield the array piece by piece; an empty array when nothing remains."""
    yield "["
    separator = "\n"
    for result in results:
        for one in result.remaining:
            yield separator + _indented(json.dumps(_object(one), indent=2))
            separator = ",\n"
    yield "]\n" if separator == "\n" else "\n]\n"


def _object(one: Diagnostic) -> dict[str, object]:
    return {
        "codemod": one.codemod,
        "path": one.path,
        **_range(one.place),
        "message": one.message,
        "safety": one.safety.value,
        "uses": [
            {"path": use.path, "cell": use.cell, "line": use.line, "column": use.column, "role": use.role}
            for use in one.uses
        ],
        "path_of_gradient": [
            {"text": step.text, "cut": step.cut, "path": step.path, **_range(step.place)}
            for step in one.path_of_gradient
        ],
        "fix": None if one.fix is None else [{**_range(edit.place), "text": edit.text} for edit in one.fix],
    }


def _range(place: Place | None) -> dict[str, int | None]:
    if place is None:
        return dict.fromkeys(("cell", "line", "column", "end_line", "end_column"))
    return {
        "cell": place.cell,
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line,
        "end_column": place.end_column,
    }


def _indented(text: str) -> str:
    return "\n".join("  " + line for line in text.split("\n"))
