"""SARIF 2.1.0, which code-scanning services read.

The form: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from gradfix import __version__
from gradfix.codemod import load_codemods
from gradfix.model import Diagnostic, FileResult, Place, Problem, Safety, Use
from gradfix.report import View
from gradfix.report.text import location

EDITS = True

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
# Where a place in a notebook is shown: the lines of its file are not those of its cells.
_TOP = {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 1}
_LEVELS = {Safety.SAFE: "error", Safety.UNSAFE: "warning", Safety.ADVICE: "note"}


def render(results: Iterable[FileResult], _view: View) -> Iterator[str]:
    """Yield one log with one run; problems with files become its notifications."""
    found: list[Diagnostic] = []
    problems: list[Problem] = []
    for result in results:
        found += result.remaining
        if result.problem is not None:
            problems.append(result.problem)
    names = sorted({one.codemod for one in found})
    run = {
        "tool": {"driver": {"name": "gradfix", "version": __version__, "rules": _rules(names)}},
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": not problems,
                "toolExecutionNotifications": [_notification(one) for one in problems],
            }
        ],
        "results": [_result(one, names.index(one.codemod)) for one in found],
    }
    yield json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rules(names: list[str]) -> list[dict[str, object]]:
    known = {codemod.name: codemod for codemod in load_codemods() if codemod.name in names}
    rules: list[dict[str, object]] = []
    for name in names:
        rule: dict[str, object] = {"id": name}
        if name in known:
            page = known[name].documentation
            rule["shortDescription"] = {"text": known[name].summary}
            rule["help"] = {"text": page, "markdown": page}
        rules.append(rule)
    return rules


def _result(one: Diagnostic, index: int) -> dict[str, object]:
    result: dict[str, object] = {
        "ruleId": one.codemod,
        "ruleIndex": index,
        "level": _LEVELS[one.safety],
        "message": {"text": _text(one)},
        "locations": [_location(one.path, one.place)],
        "properties": {"safety": one.safety.value},
    }
    steps = [
        {"location": _location(step.path or one.path, step.place) | {"message": {"text": step.text}}}
        for step in one.path_of_gradient
        if step.place is not None
    ]
    if steps:
        result["codeFlows"] = [{"threadFlows": [{"locations": steps}]}]
    if one.uses:
        result["relatedLocations"] = [_related(use, number) for number, use in enumerate(one.uses)]
    if one.fix and one.place.cell is None:
        replacements = [
            {"deletedRegion": _region(edit.place), "insertedContent": {"text": edit.text}} for edit in one.fix
        ]
        change = {"artifactLocation": {"uri": _uri(one.path)}, "replacements": replacements}
        description = {"text": f"{one.codemod} ({one.safety.value})"}
        result["fixes"] = [{"description": description, "artifactChanges": [change]}]
    return result


def _text(one: Diagnostic) -> str:
    return one.message if one.place.cell is None else f"{location(one)}: {one.message}"


def _notification(problem: Problem) -> dict[str, object]:
    place: dict[str, object] = {"artifactLocation": {"uri": _uri(problem.path)}}
    text = problem.message
    if problem.cell is not None:
        text = str(problem)
    elif problem.line is not None:
        region = {"startLine": problem.line}
        if problem.column is not None:
            region["startColumn"] = problem.column
        place["region"] = region
    return {
        "level": "error",
        "message": {"text": text},
        "locations": [{"physicalLocation": place}],
    }


def _location(path: str, place: Place) -> dict[str, object]:
    physical = {"artifactLocation": {"uri": _uri(path)}, "region": _region(place)}
    return {"physicalLocation": physical} | _logical(place.cell, place.line, place.column)


def _related(use: Use, number: int) -> dict[str, object]:
    region = {"startLine": use.line, "startColumn": use.column} if use.cell is None else _TOP
    place = {"artifactLocation": {"uri": _uri(use.path)}, "region": region}
    related: dict[str, object] = {"id": number, "physicalLocation": place, "message": {"text": str(use)}}
    return related | _logical(use.cell, use.line, use.column)


def _logical(cell: int | None, line: int, column: int) -> dict[str, object]:
    """Return the place in the cell of a notebook, which is none in its file."""
    if cell is None:
        return {}
    return {
        "logicalLocations": [{"name": f"cell {cell}", "fullyQualifiedName": f"cell {cell}:{line}:{column}"}]
    }


def _region(place: Place) -> dict[str, int]:
    if place.cell is not None:
        return _TOP
    return {
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
    }


def _uri(path: str) -> str:
    quoted = quote(path.replace(os.sep, "/"), errors="surrogateescape")
    return f"file://{quoted}" if os.path.isabs(path) else quoted
