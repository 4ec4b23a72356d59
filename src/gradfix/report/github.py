"""Workflow commands of GitHub Actions, which become annotations beside the code.

The form and its escapes: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gradfix.model import FileResult, Safety
from gradfix.report import View
from gradfix.report.text import location

EDITS = False

_LEVELS = {Safety.SAFE: "error", Safety.UNSAFE: "warning", Safety.ADVICE: "notice"}


def render(results: Iterable[FileResult], _view: View) -> Iterator[str]:
    """Yield one command for each finding that remains; one in a notebook, which has no lines there, at the top."""
    for result in results:
        for one in result.remaining:
            if one.place.cell is not None:
                listed = f"file={_property(one.path)},line=1,title=gradfix ({one.codemod})"
                yield f"::{_LEVELS[one.safety]} {listed}::{_data(f'{location(one)}: {one.message}')}\n"
                continue
            properties = {
                "file": one.path,
                "line": one.place.line,
                "endLine": one.place.end_line,
                "col": one.place.column,
                "endColumn": one.place.end_column,
                "title": f"gradfix ({one.codemod})",
            }
            if one.place.line != one.place.end_line:
                # Columns are only accepted for ranges on one line.
                del properties["col"], properties["endColumn"]
            listed = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items())
            yield f"::{_LEVELS[one.safety]} {listed}::{_data(one.message)}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
