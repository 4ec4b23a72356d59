"""What was measured, as Markdown tables."""

from __future__ import annotations

import os
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks._corpus import Files
from benchmarks._measure import Memory, Run
from benchmarks._tools import BARE, FLOOR, RUFF, Tool

# Below this a figure has decimals that can be told apart.
_SMALL = 10


@dataclass(slots=True)
class Row:
    """What was measured of a tool.

    Args:
        tool: which.
        runs: the timed runs.
        whole: the files that the figures are about.
        memory: peak memory.
        part: over how many files it ran when these were not all.
        scaled: the seconds that follow for all files then.
    """

    tool: Tool
    runs: list[Run]
    whole: Files
    memory: Memory
    part: int | None = None
    scaled: float | None = None

    @property
    def best(self) -> float:
        """The least seconds."""
        return self.scaled if self.scaled is not None else min(run.seconds for run in self.runs)

    @property
    def median(self) -> float:
        """The median of the seconds."""
        return self.scaled if self.scaled is not None else statistics.median(run.seconds for run in self.runs)


def table(title: str, files: Files, rows: Sequence[Row]) -> list[str]:
    """Return the table of one set of files, with the errors of the tools below it."""
    lines = [
        f"### {title}",
        "",
        f"{files.files:,} {'file' if files.files == 1 else 'files'}, {files.lines:,} lines.",
        "",
        "| tool | best s | median s | files/s | lines/s | peak MB: PSS (RSS) | times ast.parse | times ruff |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for row in rows:
        name = row.tool.name if row.part is None else f"{row.tool.name} (scaled: {row.part} files, one run)"
        idle = row.tool is BARE
        cells = [
            name,
            _seconds(row.best),
            _seconds(row.median) if len(row.runs) > 1 else "",
            "" if idle else _figure(files.files / row.best),
            "" if idle else _figure(files.lines / row.best),
            _megabytes(row.memory),
            *_ratios(row, rows),
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return [*lines, *_failures(rows)]


def growth_table(groups: Sequence[Sequence[Row]]) -> list[str]:
    """Return how the cost of each tool grows with the files: one group of rows for each number of files."""
    lines = [
        "### Growth",
        "",
        "| files | lines | tool | best s | median s | s per 1,000 files | peak MB: PSS (RSS) | times ast.parse | times ruff |",
        "|--:|--:|---|--:|--:|--:|--:|--:|--:|",
    ]
    for rows in groups:
        for row in rows:
            cells = [
                f"{row.whole.files:,}",
                f"{row.whole.lines:,}",
                row.tool.name,
                _seconds(row.best),
                _seconds(row.median),
                _seconds(row.best * 1000 / row.whole.files),
                _megabytes(row.memory),
                *_ratios(row, rows),
            ]
            lines.append("| " + " | ".join(cells) + " |")
    return [*lines, *_failures([row for rows in groups for row in rows])]


def _failures(rows: Sequence[Row]) -> list[str]:
    """Return what went wrong, once for each tool and number of files: its time may be that of half the work."""
    failures = []
    for row in rows:
        for run in row.runs:
            if run.code not in row.tool.fine:
                said = f": {run.said}".replace(f"{row.whole.path}{os.sep}", "") if run.said else ""
                failures.append(
                    f"- error of {row.tool.name} on {row.whole.files:,} files: exit code {run.code}{said}"
                )
                break
    return ["", *failures] if failures else []


def _seconds(value: float) -> str:
    return f"{value:.3f}" if value < _SMALL else f"{value:,.1f}"


def _figure(value: float) -> str:
    return f"{value:.1f}" if value < _SMALL else f"{value:,.0f}"


def _ratios(row: Row, rows: Sequence[Row]) -> list[str]:
    return [f"{row.best / next(one.best for one in rows if one.tool is tool):.2f}" for tool in (FLOOR, RUFF)]


def _megabytes(memory: Memory) -> str:
    if not memory.proportional:
        return ""
    return f"{memory.proportional / 1e6:,.0f} ({memory.resident / 1e6:,.0f})"
