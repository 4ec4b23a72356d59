"""How much the analysis does, and what it leaves behind."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest

from gradfix.codemod import load_codemods
from gradfix.pool import Scan, check_many
from tests.test_linking import TRAIN
from tests.trees import planted

ROOT = Path(__file__).parents[1]
CODEMODS = load_codemods()
TIMED = """\
import time

def timed(function):
    def wrapper(*args):
        start = time.time()
        result = function(*args)
        print(function.__name__, time.time() - start)
        return result
    return wrapper
"""
NESTED = """\
import numpy as np
import tensorflow as tf
from timing import timed

@timed
def error(w):
    return tf.constant(np.mean(w * w))

@timed
def total(w):
    return error(w) + 1.0

@timed
def loss(w):
    return total(w)
"""


def registry(count: int) -> str:
    """Return a module that registers ``count`` losses, of which the last one rounds."""
    losses = "".join(f"@register('{n}')\ndef l{n}(w):\n    return tf.reduce_sum(w)\n\n" for n in range(count))
    last = "@register('last')\ndef last(w):\n    return tf.reduce_sum(tf.round(w))\n"
    return f"import tensorflow as tf\nfrom registry import register\n\n{losses}{last}"


REGISTER = """\
LOSSES = {}

def register(name):
    def keep(function):
        LOSSES[name] = function
        return function
    return keep
"""


@pytest.mark.parametrize(
    ("files", "line"),
    [
        ({"losses.py": NESTED, "timing.py": TIMED}, 7),
        ({"losses.py": registry(40) + "\nloss = last\n", "registry.py": REGISTER}, 166),
    ],
    ids=["a decorator around one function and those that it calls", "many of a kind"],
)
def test_what_is_run_often_is_seen_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str], line: int
) -> None:
    train = TRAIN.format(imports="from losses import loss", use="loss(w)")
    monkeypatch.chdir(planted(tmp_path, {**files, "train.py": train}))

    found = [one for result in check_many([*files, "train.py"], CODEMODS) for one in result.found]

    assert [(one.path, one.place.line) for one in found] == [("losses.py", line)]


def test_helpers_that_branch_out_cost_no_more_than_a_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gradfix.flow.interpreter import Interpreter

    def steps(calls: int) -> int:
        helper = "def helper(n):\n    return [helper(n - 1), helper(n - 2), helper(n - 3)]\n"
        use = "w + " + " + ".join(f"len(helper({n}))" for n in range(calls))
        train = TRAIN.format(imports="from helpers import helper", use=use)
        monkeypatch.chdir(planted(tmp_path / str(calls), {"helpers.py": helper, "train.py": train}))
        runs: list[int] = []
        before = Interpreter.release

        def release(run: Interpreter) -> None:
            runs.append(run.steps)
            before(run)

        with monkeypatch.context() as patch:
            patch.setattr(Interpreter, "release", release)
            list(Scan(["train.py"], CODEMODS, jobs=1).results())
        return max(runs)

    assert steps(400) < 2 * steps(40)


def test_programs_that_are_done_are_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    from gradfix.flow.interpreter import Interpreter

    monkeypatch.chdir(ROOT)
    scan = Scan([str(path) for path in sorted((ROOT / "tests" / "programs").glob("*.py"))], CODEMODS, jobs=1)

    def left() -> int:
        """Return how many objects nobody holds and only Python's search for circles finds."""
        gc.collect()
        gc.disable()
        try:
            list(scan.results())
            return gc.collect()
        finally:
            gc.enable()

    left()  # the first run makes what stays: tables, caches, modules
    released = left()
    monkeypatch.setattr(Interpreter, "release", lambda _run: None)

    assert 10 * released < left()
