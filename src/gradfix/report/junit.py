"""JUnit XML: a test case for each file, a failure for each finding, an error for each problem."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape, quoteattr

from gradfix.model import FileResult
from gradfix.report import View
from gradfix.report._paint import printable
from gradfix.report.text import location

EDITS = False


def render(results: Iterable[FileResult], _view: View) -> Iterator[str]:
    """Yield one test suite."""
    every = list(results)
    failures = sum(len(result.remaining) for result in every)
    errors = sum(result.problem is not None for result in every)
    yield '<?xml version="1.0" encoding="utf-8"?>\n<testsuites>\n'
    yield f'  <testsuite name="gradfix" tests="{len(every)}" failures="{failures}" errors="{errors}">\n'
    for result in every:
        yield f'    <testcase classname="gradfix" name={_attribute(result.path)}>\n'
        for one in result.remaining:
            kind = f"{one.codemod} ({one.safety.value})"
            text = escape(printable(f"{location(one)}: {one.message}"))
            yield (
                f"      <failure type={_attribute(kind)} message={_attribute(one.message)}>{text}</failure>\n"
            )
        if result.problem is not None:
            yield f"      <error message={_attribute(str(result.problem))}/>\n"
        yield "    </testcase>\n"
    yield "  </testsuite>\n</testsuites>\n"


def _attribute(text: str) -> str:
    """Return ``text`` in quotes; XML has no way to write control characters."""
    return quoteattr(printable(text))
