"""Write what is made from the codemods: their pages in docs/codemods and the table in README.md.

::

    python tools/make_docs.py            write
    python tools/make_docs.py --check    write nothing; exit with 1 when something has drifted
"""

from __future__ import annotations

import difflib
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from gradfix.codemod import Codemod, load_codemods
from tests.harness.case import load_cases

PAGES = ROOT / "docs" / "codemods"
README = ROOT / "README.md"
START, END = "<!-- codemods: made by tools/make_docs.py -->", "<!-- /codemods -->"


def main() -> int:
    """Write or check; returns the exit code."""
    wanted = generated()
    stale = [path for path in sorted(PAGES.glob("*.md")) if path not in wanted]
    drifted = [path for path, text in wanted.items() if not path.exists() or path.read_text("utf-8") != text]
    if "--check" in sys.argv[1:]:
        for path in stale + drifted:
            print(f"{path.relative_to(ROOT)} has drifted: run python tools/make_docs.py", file=sys.stderr)
        return 1 if stale or drifted else 0
    for path in stale:
        path.unlink()
    PAGES.mkdir(parents=True, exist_ok=True)
    for path in drifted:
        path.write_text(wanted[path], encoding="utf-8")
    return 0


def generated() -> dict[Path, str]:
    """Return the text of every generated file.

    Raises:
        ValueError: README.md has lost the marks between which the table stands.
    """
    codemods = load_codemods()
    pages = {PAGES / f"{codemod.name}.md": page(codemod) for codemod in codemods}
    readme = README.read_text(encoding="utf-8")
    if readme.count(START) != 1 or readme.count(END) != 1:
        message = f"README.md must hold {START} and {END} once"
        raise ValueError(message)
    before, _, rest = readme.partition(START)
    after = rest.partition(END)[2]
    return {**pages, README: f"{before}{START}\n{table(codemods)}{END}{after}"}


def page(codemod: Codemod) -> str:
    """Return the page of a codemod: its docstring, and the shortest of its fixtures as a diff."""
    text = f"# {codemod.name}\n\n{codemod.documentation.rstrip()}\n"
    example = shortest_diff(codemod.name)
    return f"{text}\n## Example\n\n```diff\n{example}```\n" if example else text


def shortest_diff(name: str) -> str:
    """Return the whole of the shortest changing fixture of a codemod as a diff, empty when there is none."""
    folder = ROOT / "fixtures" / name
    cases = [case for case in load_cases(folder) if "after" in case.files] if folder.is_dir() else []
    pairs = [tuple(case.path(which).read_text("utf-8") for which in ("before", "after")) for case in cases]
    if not pairs:
        return ""
    before, after = (text.splitlines(keepends=True) for text in min(pairs, key=lambda pair: len(pair[0])))
    return "".join(list(difflib.unified_diff(before, after, n=len(before)))[3:])


def table(codemods: tuple[Codemod, ...]) -> str:
    """Return the table of the codemods as Markdown."""
    rows = (f"| [{one.name}](docs/codemods/{one.name}.md) | {one.summary} |\n" for one in codemods)
    return "| codemod | what is wrong |\n|---|---|\n" + "".join(rows)


if __name__ == "__main__":
    raise SystemExit(main())
