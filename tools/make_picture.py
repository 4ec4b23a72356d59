"""Write docs/diff.svg, the picture in README.md: what ``gradfix --diff`` shows of an example on a terminal.

::

    python tools/make_picture.py            write
    python tools/make_picture.py --check    write nothing; exit with 1 when the picture has drifted
"""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs" / "diff.svg"
EXAMPLE = "examples/tides.py"
WIDTH = 116

_FONTS = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)


def main() -> int:
    """Write or check; returns the exit code."""
    picture = draw(run())
    if "--check" in sys.argv[1:]:
        if PICTURE.exists() and PICTURE.read_text(encoding="utf-8") == picture:
            return 0
        print("docs/diff.svg has drifted: run python tools/make_picture.py", file=sys.stderr)
        return 1
    PICTURE.write_text(picture, encoding="utf-8")
    return 0


def run() -> str:
    """Return what gradfix prints, with the colours of a terminal.

    Raises:
        RuntimeError: it did not end as a run that shows a diff does.
    """
    quiet = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
    done = subprocess.run(
        [sys.executable, "-m", "gradfix", "--diff", EXAMPLE],
        cwd=ROOT,
        env={**quiet, "FORCE_COLOR": "1", "PYTHONIOENCODING": "utf-8", "COLUMNS": str(WIDTH)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode != 1:
        message = f"gradfix --diff {EXAMPLE} ended with {done.returncode}: {done.stderr}"
        raise RuntimeError(message)
    return done.stdout


def draw(output: str) -> str:
    """Return the output of a terminal as SVG, with whatever font for code the viewer has."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, legacy_windows=False)
    console.print(Text("$ gradfix --diff " + EXAMPLE, style="bold"))
    console.print(Text.from_ansi(output.rstrip()))
    svg = console.export_svg(title="gradfix", unique_id="gradfix")
    return _FONTS.sub("", svg)


if __name__ == "__main__":
    raise SystemExit(main())
