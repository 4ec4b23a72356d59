"""Which file an import means: trees of empty files, asked for modules by name."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from gradfix.locate import Located, Locator
from gradfix.source import Disk
from tests.trees import planted

ROOT = "pyproject.toml "

# The tree, the importing file, the import as it is written, and what it means: a file, ``a/`` for a namespace
# package, or None.
CASES: dict[str, list[tuple[str, str, str, str | None]]] = {
    "relative": [
        ("p/__init__.py p/a.py p/b.py", "p/a.py", ".b", "p/b.py"),
        ("p/__init__.py p/a.py", "p/a.py", ".", "p/__init__.py"),
        ("p/__init__.py p/a.py", "p/a.py", ".b", None),
        ("p/__init__.py p/b.py p/q/__init__.py p/q/a.py", "p/q/a.py", "..b", "p/b.py"),
        ("p/__init__.py p/b.py p/q/__init__.py p/q/a.py", "p/q/a.py", "..", "p/__init__.py"),
        ("p/__init__.py p/r/b.py p/q/r/a.py", "p/q/r/a.py", "...r.b", "p/r/b.py"),
        ("p/__init__.py p/q/__init__.py p/a.py", "p/a.py", ".q", "p/q/__init__.py"),
        ("p/__init__.py p/q/__init__.py p/q/b.py p/a.py", "p/a.py", ".q.b", "p/q/b.py"),
        ("p/__init__.py p/b.py", "p/__init__.py", ".b", "p/b.py"),
        ("p/__init__.py p/numpy.py p/a.py", "p/a.py", ".numpy", "p/numpy.py"),
        ("p/b.py p/a.py", "p/a.py", ".", "p/"),
    ],
    "packages": [
        ("p/__init__.py a.py", "a.py", "p", "p/__init__.py"),
        ("p/__init__.py p/b.py a.py", "a.py", "p.b", "p/b.py"),
        ("p/__init__.py p/q/__init__.py p/q/b.py a.py", "a.py", "p.q.b", "p/q/b.py"),
        ("p/__init__.py p.py a.py", "a.py", "p", "p/__init__.py"),
        ("p/b.py p.py a.py", "a.py", "p", "p.py"),
        ("p/__init__.py a.py", "a.py", "p.b", None),
        ("b.py a.py", "a.py", "b.c", None),
        ("b.pyi b.so a.py", "a.py", "b", None),
    ],
    "namespace packages": [
        ("p/b.py a.py", "a.py", "p", "p/"),
        ("p/b.py a.py", "a.py", "p.b", "p/b.py"),
        ("p/q/b.py a.py", "a.py", "p.q", "p/q/"),
        ("p/q/b.py a.py", "a.py", "p.q.b", "p/q/b.py"),
        (ROOT + "p/b.py tools/p/__init__.py tools/a.py", "tools/a.py", "p", "tools/p/__init__.py"),
        (ROOT + "p/__init__.py tools/p/b.py tools/a.py", "tools/a.py", "p", "p/__init__.py"),
        ("data/x.csv a.py", "a.py", "data", None),
        ("data/2024-05/x.csv a.py", "a.py", "data", None),
        ("data/ a.py", "a.py", "data", None),
    ],
    "src": [
        (ROOT + "src/p/__init__.py src/p/b.py tests/a.py", "tests/a.py", "p.b", "src/p/b.py"),
        (ROOT + "src/p/__init__.py src/p/a.py src/p/b.py", "src/p/a.py", "p.b", "src/p/b.py"),
        (ROOT + "src/p/__init__.py p/__init__.py tests/a.py", "tests/a.py", "p", "p/__init__.py"),
        (ROOT + "src/p/b.py a.py", "a.py", "p.b", "src/p/b.py"),
        (ROOT + "src/src/b.py src/a.py", "src/a.py", "b", None),
    ],
    "scripts": [
        ("a.py b.py", "a.py", "b", "b.py"),
        (ROOT + "p/__init__.py p/b.py scripts/a.py", "scripts/a.py", "p.b", "p/b.py"),
        (ROOT + "b.py scripts/b.py scripts/a.py", "scripts/a.py", "b", "scripts/b.py"),
        (ROOT + "p/__init__.py p/b.py p/a.py", "p/a.py", "b", "p/b.py"),
        (ROOT + "b.py p/__init__.py p/b.py p/a.py", "p/a.py", "b", "b.py"),
        (ROOT + "other/b.py scripts/a.py", "scripts/a.py", "b", None),
    ],
    "libraries": [
        ("tensorflow.py a.py", "a.py", "tensorflow", None),
        ("keras/__init__.py keras/losses.py a.py", "a.py", "keras.losses", None),
        ("numpy/__init__.py a.py", "a.py", "numpy", None),
        ("random.py a.py", "a.py", "random", None),
        ("types.py a.py", "a.py", "types", None),
        ("tensorflow_tricks.py a.py", "a.py", "tensorflow_tricks", "tensorflow_tricks.py"),
        ("p/__init__.py p/random.py a.py", "a.py", "p.random", "p/random.py"),
    ],
    "its own name": [
        ("a.py", "a.py", "a", None),
        (ROOT + "torchlike.py tests/torchlike.py", "tests/torchlike.py", "torchlike", None),
        ("p/__init__.py", "p/__init__.py", ".", "p/__init__.py"),
        ("p/__init__.py", "p/__init__.py", "p", "p/__init__.py"),
        ("p/__init__.py p/b.py", "p/__init__.py", "p.b", "p/b.py"),
    ],
    "roots": [
        (ROOT + "b.py x/y/z/a.py", "x/y/z/a.py", "b", "b.py"),
        ("b.py in/pyproject.toml in/a.py", "in/a.py", "b", None),
        ("b.py in/setup.py in/x/a.py", "in/x/a.py", "b", None),
        ("b.py in/setup.cfg in/x/a.py", "in/x/a.py", "b", None),
        ("b.py in/.git/ in/x/a.py", "in/x/a.py", "b", None),
        ("b.py in/README.md in/x/a.py", "in/x/a.py", "b", "b.py"),
    ],
}


def meant(folder: Path, importer: str, written: str, top: str = "") -> str | None:
    """Return what an import means, relative to ``folder``; it is as in ``from <written> import …``."""
    name = written.lstrip(".")
    locator = Locator(Disk(), str(folder / top))
    return shown(locator.locate(str(folder / importer), len(written) - len(name), name), folder)


def shown(found: Located | None, folder: Path) -> str | None:
    if found is None:
        return None
    if found.path is None:
        assert found.directory is not None
        return os.path.relpath(found.directory, folder) + "/"
    if found.directory is not None:
        assert found.path == os.path.join(found.directory, "__init__.py")
    return os.path.relpath(found.path, folder)


@pytest.mark.parametrize(
    ("tree", "importer", "written", "file"),
    [
        pytest.param(*case, id=f"{group}-{case[1]}-{case[2]}-{case[3]}")
        for group, cases in CASES.items()
        for case in cases
    ],
)
def test_what_an_import_means(
    tmp_path: Path, tree: str, importer: str, written: str, file: str | None
) -> None:
    assert meant(planted(tmp_path, tree.split()), importer, written) == file


@pytest.mark.parametrize(("top", "file"), [("", "b.py"), ("x", None), ("x/y", None)])
def test_without_a_mark_a_project_ends_at_what_was_asked_about(
    tmp_path: Path, top: str, file: str | None
) -> None:
    planted(tmp_path, ["b.py", "x/y/a.py"])

    assert meant(tmp_path, "x/y/a.py", "b", top) == file


@pytest.mark.parametrize(
    ("tree", "written", "file"),
    [
        ("beside/b.py beside/a.py", "b", "beside/b.py"),
        ("b.py beside/a.py", "b", None),
        ("p/__init__.py p/b.py p/a.py", "p.b", "p/b.py"),
        ("c.py p/__init__.py p/a.py", "c", "c.py"),
    ],
)
def test_a_file_outside_of_what_was_asked_about_sees_its_package_at_most(
    tmp_path: Path, tree: str, written: str, file: str | None
) -> None:
    planted(tmp_path, ["asked/x.py", *tree.split()])
    importer = next(name for name in tree.split() if name.endswith("a.py"))

    assert meant(tmp_path, importer, written, "asked") == file


@pytest.mark.parametrize(
    ("tree", "package", "name", "file"),
    [
        ("p/__init__.py p/b.py", "p", "b", "p/b.py"),
        ("p/__init__.py p/b/__init__.py p/b.py", "p", "b", "p/b/__init__.py"),
        ("p/__init__.py p/b/c.py", "p", "b", "p/b/"),
        ("p/__init__.py p/b/c.txt", "p", "b", None),
        ("p/b.py", "p", "b", "p/b.py"),
        ("p.py b.py", "p", "b", None),
    ],
)
def test_submodules(tmp_path: Path, tree: str, package: str, name: str, file: str | None) -> None:
    planted(tmp_path, ["a.py", *tree.split()])
    locator = Locator(Disk(), str(tmp_path))
    found = locator.locate(str(tmp_path / "a.py"), 0, package)
    assert found is not None

    assert shown(locator.submodule(found, name), tmp_path) == file


def test_more_dots_than_directories_mean_nothing(tmp_path: Path) -> None:
    planted(tmp_path, ["p/__init__.py", "p/a.py"])

    assert meant(tmp_path, "p/a.py", "." * 60 + "no_such_module_up_there") is None


def test_each_directory_is_listed_once(tmp_path: Path) -> None:
    class Counting(Disk):
        def __init__(self) -> None:
            self.asked: Counter[str] = Counter()

        def entries(self, directory: str) -> Mapping[str, bool]:
            self.asked[directory] += 1
            return super().entries(directory)

    planted(tmp_path, ["pyproject.toml", "src/p/__init__.py", "src/p/b.py", "src/p/a.py", "tests/c.py"])
    files = Counting()
    locator = Locator(files, str(tmp_path))
    for importer in ("src/p/a.py", "src/p/b.py", "tests/c.py"):
        for name in ("p", "p.b", "q", "tests.c", "p.none"):
            locator.locate(str(tmp_path / importer), 0, name)

    assert set(files.asked.values()) == {1}
    assert str(tmp_path.parent) not in files.asked
