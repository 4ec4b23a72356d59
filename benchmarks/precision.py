"""What gradfix says about public code that its authors hold to be right.

usage: python benchmarks/precision.py --fetch CORPUS     download the pinned packages (no dependencies)
       python benchmarks/precision.py CORPUS             run gradfix over them and compare with the judged list
       python benchmarks/precision.py CORPUS --unjudged  print what is not judged yet, ready to be judged

Every finding must stand in ``benchmarks/judged.json``, judged true or false with a reason. The exit code is 1
when a finding is not judged, or is judged false.
"""

from __future__ import annotations

import argparse
import collections
import json
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from gradfix.codemod import load_codemods
from gradfix.engine import Options
from gradfix.model import Diagnostic, FileResult
from gradfix.pool import check_many

PINS = {
    "adversarial-robustness-toolbox": "1.20.1",
    "alibi-detect": "0.13.0",
    "autokeras": "3.0.0",
    "deepchem": "2.8.0",
    "deepxde": "1.15.0",
    "dm-sonnet": "2.0.2",
    "gpflow": "2.11.2",
    "keras": "3.15.1",
    "keras-cv": "0.9.0",
    "keras-hub": "0.32.0",
    "keras-tuner": "1.4.8",
    "spektral": "1.3.1",
    "tensor2tensor": "1.15.7",
    "tensorflow-addons": "0.23.0",
    "tensorflow-gan": "2.1.0",
    "tensorflow-privacy": "0.9.0",
    "tensorflow-probability": "0.25.0",
    "tensorflow-recommenders": "0.7.7",
    "tensorflow-similarity": "0.17.1",
    "tf-agents": "0.19.0",
    "tf-keras": "2.21.0",
    "tf-models-official": "2.20.0",
    "transformers": "4.44.0",
}
JUDGED = Path(__file__).with_name("judged.json")


@dataclass(frozen=True, slots=True)
class Key:
    """A finding's identity across versions of gradfix: the file, the codemod and the flagged line's text."""

    path: str
    codemod: str
    line: str


def fetch(corpus: Path) -> None:
    """Download and unpack each package of ``PINS`` that is not in ``corpus`` yet."""
    downloads = corpus / "downloads"
    for name, version in PINS.items():
        folder = corpus / name
        if folder.is_dir():
            continue
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--dest",
            str(downloads / name),
        ]
        subprocess.run([*command, f"{name}=={version}"], check=True)
        folder.mkdir(parents=True)
        for archive in (downloads / name).iterdir():
            if archive.suffix in (".whl", ".zip"):
                with zipfile.ZipFile(archive) as unpacked:
                    for name_inside in unpacked.namelist():
                        unpacked.extract(name_inside, folder)
            else:
                with tarfile.open(archive) as sources:
                    for member in sources:
                        sources.extract(member, folder, filter="data")


def scan(corpus: Path) -> tuple[list[FileResult], int]:
    """Check every Python file of the packages; return the results and the number of lines."""
    paths = [str(path) for name in PINS for path in sorted((corpus / name).rglob("*.py")) if path.is_file()]
    results = list(check_many(paths, load_codemods(), Options()))
    return results, sum(result.before.count("\n") for result in results)


def key_of(corpus: Path, result: FileResult, found: Diagnostic) -> Key:
    """Return the identity of a finding."""
    line = result.before.splitlines()[found.place.line - 1].strip()
    return Key(Path(result.path).relative_to(corpus).as_posix(), found.codemod, line)


def main() -> int:
    """Fetch, or scan and compare."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--fetch", action="store_true")
    parser.add_argument("--unjudged", action="store_true")
    options = parser.parse_args()
    if options.fetch:
        fetch(options.corpus)
        return 0
    judged = {
        Key(entry["path"], entry["codemod"], entry["line"]): entry for entry in json.loads(JUDGED.read_text())
    }
    results, lines = scan(options.corpus)
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
