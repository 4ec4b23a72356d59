"""What gradfix says about public code that its authors hold to be right.

usage: python benchmarks/precision.py --fetch CORPUS     download the pinned packages (no dependencies)
       python benchmarks/precision.py CORPUS             run gradfix over them and compare with the judged list
       python benchmarks/precision.py CORPUS --unjudged  print what is not judged yet, ready to be judged
       python benchmarks/precision.py CORPUS --wider     the same with the packages of wider.json (also with --fetch)

Every finding must stand in ``benchmarks/judged.json``, judged true or false with a reason. The exit code is 1
when a finding is not judged, or is judged false.
"""

from __future__ import annotations

import argparse
import collections
import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks._corpus import PINS, WIDER, fetch, python_files
from gradfix.codemod import load_codemods
from gradfix.engine import Options
from gradfix.model import Diagnostic, FileResult
from gradfix.pool import check_many
from gradfix.source import read

JUDGED = Path(__file__).with_name("judged.json")


@dataclass(frozen=True, slots=True)
class Key:
    """A finding's identity across versions of gradfix: the file, the codemod and the flagged line's text."""

    path: str
    codemod: str
    line: str


def scan(corpus: Path, names: Iterable[str]) -> tuple[list[FileResult], int]:
    """Check every Python file of the packages; return the results and the number of lines."""
    paths = [str(path) for path in python_files(corpus, names)]
    results = list(check_many(paths, load_codemods(), Options()))
    return results, sum(read(path).text.count("\n") for path in paths)


def key_of(corpus: Path, result: FileResult, found: Diagnostic) -> Key:
    """Return the identity of a finding."""
    line = read(result.path).text.splitlines()[found.place.line - 1].strip()
    return Key(Path(result.path).relative_to(corpus).as_posix(), found.codemod, line)


def main() -> int:
    """Fetch, or scan and compare."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--fetch", action="store_true")
    parser.add_argument("--unjudged", action="store_true")
    parser.add_argument("--wider", action="store_true")
    options = parser.parse_args()
    pins = WIDER if options.wider else PINS
    if options.fetch:
        fetch(options.corpus, pins)
        return 0
    judged = {
        Key(entry["path"], entry["codemod"], entry["line"]): entry for entry in json.loads(JUDGED.read_text())
    }
    results, lines = scan(options.corpus, pins)
    counts: collections.Counter[tuple[str, str, str]] = collections.Counter()
    bad = 0
    for result in results:
        if result.problem is not None:
            counts["problem", "", ""] += 1
            print(result.problem)
        for found in result.found:
            entry = judged.get(key_of(options.corpus, result, found))
            verdict = entry["verdict"] if entry else "unjudged"
            counts[found.codemod, found.safety.value, verdict] += 1
            if verdict != "true":
                bad += 1
            if entry is None and options.unjudged:
                key = key_of(options.corpus, result, found)
                print(
                    json.dumps(
                        {
                            "path": key.path,
                            "codemod": key.codemod,
                            "line": key.line,
                            "verdict": "?",
                            "reason": "",
                        }
                    )
                )
                print(
                    f"  {result.path}:{found.place.line}: {found.safety.value}: {found.message}",
                    file=sys.stderr,
                )
    print(f"{len(results)} files, {lines} lines, {sum(counts.values())} findings and problems")
    for (codemod, safety, verdict), count in sorted(counts.items()):
        print(f"{codemod:36} {safety:8} {verdict:10} {count}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
