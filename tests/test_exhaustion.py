"""An analysis that has used up its steps says less, and nothing that is not so.

But for what shows in a class by itself: then nobody is seen to call its objects, who could know better.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gradfix.codemod import load_codemods
from gradfix.flow import functions, operations
from gradfix.pool import check_many

ROOT = Path(__file__).parents[1]
CODEMODS = load_codemods()
PROJECTS = sorted(path for path in (ROOT / "tests" / "projects").iterdir() if path.is_dir())
FIXTURES = sorted((ROOT / "fixtures").iterdir())


def found(paths: list[Path], top: Path) -> set[tuple[str, int, str]]:
    results = check_many(map(str, paths), CODEMODS, jobs=1, top=str(top))
    every = [one for result in results for one in result.found]
    return {(one.path, one.place.line, one.codemod) for one in every if one.alone is None}


def programs(folder: Path) -> Iterator[Path]:
    return iter(sorted(path for path in folder.rglob("*.py") if path.name != "after.py"))


@pytest.fixture(params=[(40, 0, 0), (1500, 6, 1000)], ids=["few steps", "no run in other files"])
def tired(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    least, each, spare = request.param
    monkeypatch.setattr(operations, "_LEAST_STEPS", least)
    monkeypatch.setattr(operations, "_STEPS_PER_LINE", each)
    monkeypatch.setattr(operations, "_SPARE_STEPS", spare)
    monkeypatch.setattr(functions, "_MOST_BARREN_RUNS", 0)
    monkeypatch.setattr(functions, "_MOST_RUNS", 0)
    return monkeypatch


@pytest.mark.parametrize("folder", [*FIXTURES, *PROJECTS], ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_tired_analysis_finds_no_more_than_a_rested_one(folder: Path, tired: pytest.MonkeyPatch) -> None:
    paths = list(programs(folder))
    few = found(paths, folder)
    tired.undo()
    assert few <= found(paths, folder)
