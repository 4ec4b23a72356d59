"""The public packages that the benchmarks look at, in pinned versions, and folders of copies of their files."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

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

WIDER: dict[str, str] = json.loads(Path(__file__).with_name("wider.json").read_text(encoding="utf-8"))
"""More packages, for the precision run alone. What they showed was mended, so they are no test of what is unseen."""


@dataclass(frozen=True, slots=True)
class Files:
    """A folder (or one file) that every tool is given, and what is in it."""

    path: Path
    files: int
    lines: int


def fetch(corpus: Path, pins: Mapping[str, str] = PINS) -> None:
    """Download and unpack each package of ``pins`` that is not in ``corpus`` yet, without its dependencies.

    Raises:
        subprocess.CalledProcessError: when pip cannot download a package.
    """
    for name, version in pins.items():
        if (corpus / name).is_dir():
            continue
        downloads = corpus / "downloads" / name
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(downloads)]
        pip.append(f"{name}=={version}")
        old = [
            "--only-binary",
            ":all:",
            "--python-version",
            "3.8",
        ]  # wheels of packages that are not made any more
        if pins is PINS or subprocess.run([*pip, *old], check=False).returncode:
            subprocess.run(pip, check=True)
        # Moved when complete: an interrupted run must not leave half a package behind.
        unpacked = downloads / "unpacked"
        shutil.rmtree(unpacked, ignore_errors=True)
        archives = sorted(downloads.iterdir())
        unpacked.mkdir()
        for archive in archives:
            if archive.suffix in (".whl", ".zip"):
                with zipfile.ZipFile(archive) as wheel:
                    for inside in wheel.namelist():
                        wheel.extract(inside, unpacked)
            else:
                with tarfile.open(archive) as sources:
                    for member in sources:
                        sources.extract(member, unpacked, filter="data")
        unpacked.rename(corpus / name)


def python_files(corpus: Path, names: Iterable[str] = PINS) -> list[Path]:
    """Return the Python files of the packages, sorted within each package."""
    return [path for name in names for path in sorted((corpus / name).rglob("*.py")) if path.is_file()]


def shuffled(corpus: Path, paths: Iterable[Path]) -> list[Path]:
    """Return the files in an order without pattern that is the same everywhere."""
    return sorted(
        paths, key=lambda path: hashlib.sha256(path.relative_to(corpus).as_posix().encode()).digest()
    )


def spread(paths: Sequence[Path], count: int) -> list[Path]:
    """Return ``count`` of the files, evenly chosen; all when there are no more."""
    if count >= len(paths):
        return list(paths)
    return [paths[number * len(paths) // count] for number in range(count)]


def copied(corpus: Path, paths: Sequence[Path], folder: Path, added: bytes = b"") -> Files:
    """Copy files into a new ``folder``, as they lie in ``corpus``, each with ``added`` behind its last line.

    Copies keep all tools to the same files, whatever ignore files and settings lie around the corpus.
    """
    lines = 0
    for path in paths:
        content = path.read_bytes()
        target = folder / path.relative_to(corpus)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content + added)
        lines += content.count(b"\n")
    return Files(folder, len(paths), lines)
