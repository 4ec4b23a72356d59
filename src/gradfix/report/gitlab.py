"""The code-quality report of GitLab.

The form: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator

from gradfix.model import FileResult, Place, Safety
from gradfix.report import View
from gradfix.report.text import location

EDITS = False

_SEVERITIES = {Safety.SAFE: "major", Safety.UNSAFE: "minor", Safety.ADVICE: "info"}


def render(results: Iterable[FileResult], _view: View) -> Iterator[str]:
    """Yield one array; a fingerprint stays the same when lines move. Findings in notebooks stand at the top."""
    rows = []
    seen: Counter[str] = Counter()
    for result in results:
        for one in result.remaining:
            key = f"{one.path}\0{one.codemod}\0{one.message}"
            seen[key] += 1
            identity = f"{key}\0{seen[key]}".encode("utf-8", "surrogateescape")
            place, description = one.place, one.message
            if place.cell is not None:
                description = f"{location(one)}: {description}"
                place = Place(1, 1, 1, 1)
            rows.append(
                {
                    "description": description,
                    "check_name": one.codemod,
                    "fingerprint": hashlib.sha256(identity).hexdigest(),
                    "severity": _SEVERITIES[one.safety],
                    "location": {
                        "path": one.path.removeprefix("./"),
                        "lines": {"begin": place.line, "end": place.end_line},
                    },
                }
            )
    yield json.dumps(rows, indent=2) + "\n"
