"""Programs that lose their gradient behind every construct of the language that the interpreter knows.

The line that cuts it carries the comment ``# cut``. TensorFlow agrees that something is lost there.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from gradfix.module import Module
from tests.harness.client import observe

PROGRAMS = sorted(Path(__file__).with_name("programs").glob("*.py"))
NEVER_RUN = {"train_step", "unknown_model", "np_in_call_alone"}
"""Programs that only define what loses the gradient: there is nothing in them to run."""


def marked(path: Path) -> set[int]:
    """Return the lines that carry the mark."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return {number for number, line in enumerate(lines, 1) if line.endswith("# cut")}


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_the_cut_is_found(path: Path) -> None:
    module = Module.parse(path.read_text(encoding="utf-8"), str(path))
    found = {module.place(one.node).line for one in module.flow.all_broken()}
    assert found & marked(path)


@pytest.mark.tensorflow
@pytest.mark.parametrize(
    "path", [path for path in PROGRAMS if path.stem not in NEVER_RUN], ids=lambda path: path.stem
)
def test_tensorflow_agrees(path: Path) -> None:
    seen = observe(path)
    assert seen.exception or seen.missing or seen.zero
