"""The code cells of a notebook, as TensorFlow runs them: read by other means than those of gradfix."""

from __future__ import annotations

import json
import re
from pathlib import Path

_MAGIC = re.compile(r"^(\s*)(?:[%!].*|.*\?)$")
_ASSIGNED = re.compile(r"^(\s*\w+ = )[%!].*$")
_TIMED = re.compile(r"^(\s*)%time (?=.)")


def code_cells(path: Path) -> list[tuple[int, str]]:
    """Return the code cells of a notebook with their numbers, which count all cells."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [
        (number, "".join(cell["source"]))
        for number, cell in enumerate(cells, 1)
        if cell["cell_type"] == "code"
    ]


def script(path: Path) -> str:
    """Return what the cells do, without what only IPython can do."""
    cells = [source for _, source in code_cells(path) if not source.startswith("%%bash")]
    lines = "\n".join(cells).split("\n")
    return "\n".join(
        _MAGIC.sub(r"\1pass", _ASSIGNED.sub(r"\1None", _TIMED.sub(r"\1", line))) for line in lines
    )
