"""The programs in ``examples/`` do not train; after ``gradfix --apply`` they do. TensorFlow says so."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gradfix.codemod import load_codemods
from gradfix.engine import Options, check_path
from tests.harness.client import observe

EXAMPLES = sorted((Path(__file__).parents[1] / "examples").glob("*.py"))
FEWEST_EXAMPLES = 3
FEWEST_BUGS = 3
BUGS = {"missing-super-init", "numpy-on-tensor", "loss-outside-tape", "categorical-loss-on-single-unit"}
MUCH_LESS = 0.75

_LOSS = re.compile(r"loss: ([\d.]+) -> ([\d.]+)")

EACH = pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
UNDER_BOTH = pytest.mark.parametrize("keras", [3, 2], indirect=True)


def gradfix(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "gradfix", *map(str, arguments)], capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="session")
def repaired(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with copies of the examples, after ``gradfix --apply``."""
    folder = tmp_path_factory.mktemp("repaired")
    for example in EXAMPLES:
        shutil.copy(example, folder)
    done = gradfix("--apply", folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= FEWEST_EXAMPLES


@EACH
def test_an_example_has_several_bugs(example: Path) -> None:
    assert gradfix(example).returncode == 1
    assert len(bugs_of(example)) >= FEWEST_BUGS


def test_the_examples_have_all_the_bugs() -> None:
    assert set().union(*map(bugs_of, EXAMPLES)) >= BUGS


def bugs_of(example: Path) -> set[str]:
    """Return what is repaired; some of it is seen only after another repair."""
    return {one.codemod for one in check_path(str(example), load_codemods(), Options(fix=True)).fixed} & BUGS


@EACH
def test_nothing_remains_after_the_repair(example: Path, repaired: Path) -> None:
    done = gradfix(repaired / example.name)
    assert done.returncode == 0, done.stdout + done.stderr


@EACH
def test_the_repair_touches_little(example: Path, repaired: Path) -> None:
    before = example.read_text(encoding="utf-8").splitlines()
    after = (repaired / example.name).read_text(encoding="utf-8").splitlines()
    comments = [line.strip() for line in before if line.strip().startswith("#")]
    assert [line.strip() for line in after if line.strip().startswith("#")] == comments
    assert len(set(before) - set(after)) <= 8
    assert len(set(after) - set(before)) <= 12


@pytest.mark.tensorflow
@pytest.mark.slow
@EACH
@UNDER_BOTH
def test_an_example_fails(example: Path, keras: int) -> None:
    assert observe(example, keras).exception is not None


@pytest.mark.tensorflow
@pytest.mark.slow
@EACH
@UNDER_BOTH
def test_one_repair_is_not_enough(example: Path, keras: int, tmp_path: Path) -> None:
    copy = Path(shutil.copy(example, tmp_path))
    gradfix("--apply", "--select", "missing-super-init", copy)
    assert copy.read_text(encoding="utf-8") != example.read_text(encoding="utf-8")
    seen = observe(copy, keras)
    assert seen.exception is not None
    assert "super" not in seen.exception


@pytest.mark.tensorflow
@pytest.mark.slow
@EACH
@UNDER_BOTH
def test_a_repaired_example_trains(example: Path, keras: int, repaired: Path) -> None:
    seen = observe(repaired / example.name, keras)
    assert seen.exception is None
    assert seen.sources
    assert seen.missing == seen.not_finite == []
    losses = [(float(first), float(last)) for first, last in _LOSS.findall(seen.output)]
    assert losses, seen.output
    assert all(last < MUCH_LESS * first for first, last in losses), seen.output
