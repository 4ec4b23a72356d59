"""The command line with a cache: the same bytes, whatever became of it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gradfix.store import VARIABLE
from tests.cache.running import (
    OTHER,
    TRAIN,
    database,
    write,
)
from tests.trees import planted

Gradfix = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture
def gradfix_in(project: Path, tmp_path: Path) -> Gradfix:
    planted(project, {f"m{number:02}.py": TRAIN if number % 3 else OTHER for number in range(20)})
    write("broken.py", "def f(:\n")

    def gradfix(*arguments: str, cache: str = "cache") -> subprocess.CompletedProcess[bytes]:
        environment = {**os.environ, VARIABLE: str(tmp_path / cache)}
        command = [sys.executable, "-m", "gradfix", *arguments]
        return subprocess.run(command, env=environment, capture_output=True, timeout=120, check=False)

    return gradfix


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--diff"],
        ["--output-format", "json"],
        ["--statistics"],
        ["--output-format", "sarif", "--jobs", "2"],
    ],
    ids=" ".join,
)
def test_the_report_is_the_same_bytes(arguments: list[str], gradfix_in: Gradfix, tmp_path: Path) -> None:
    bare = gradfix_in(*arguments, "--no-cache", cache="none")
    assert bare.returncode == 2
    assert bare.stdout
    assert not (tmp_path / "none").exists()
    for jobs in ([], [], ["--jobs", "1"], ["--jobs", "3"]):
        again = gradfix_in(*arguments, *([] if "--jobs" in arguments else jobs))
        assert (again.returncode, again.stdout, again.stderr) == (
            bare.returncode,
            bare.stdout,
            bare.stderr,
        )
    told = gradfix_in(*arguments, "-v").stderr
    assert b"24 of 25 results from the cache" in told


def test_applied_fixes_are_seen_by_the_next_run(gradfix_in: Gradfix) -> None:
    assert b"numpy-on-tensor" in gradfix_in().stdout
    assert b"numpy-on-tensor" in gradfix_in("--diff").stdout + gradfix_in().stdout
    applied = gradfix_in("--apply")
    assert b"broken.py" in applied.stderr
    assert "tf.reduce_mean(w * w)" in Path("losses.py").read_text(encoding="utf-8")
    for _ in range(2):
        after, bare = gradfix_in(), gradfix_in("--no-cache")
        assert (after.returncode, after.stdout, after.stderr) == (
            bare.returncode,
            bare.stdout,
            bare.stderr,
        )
        assert b"numpy-on-tensor" not in after.stdout
        assert gradfix_in("--diff").stdout == b""


def test_a_cache_that_cannot_be_used_is_told_when_asked(gradfix_in: Gradfix, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("in the way")
    quiet, verbose = gradfix_in(), gradfix_in("-v")
    assert quiet.stdout == verbose.stdout == gradfix_in("--no-cache").stdout
    assert b"cache" not in quiet.stderr
    assert b"the cache could not be used: " in verbose.stderr


def test_small_runs_and_standard_input_keep_nothing(gradfix_in: Gradfix, tmp_path: Path) -> None:
    for path in ("train.py", "losses.py"):
        gradfix_in(path)
    gradfix_in("-")
    assert not (tmp_path / "cache").exists()
    gradfix_in(".")
    assert database(tmp_path / "cache").is_file()


def test_runs_at_once_do_not_disturb_each_other(gradfix_in: Gradfix) -> None:
    expected = gradfix_in("--no-cache").stdout
    for _ in range(2):
        with ThreadPoolExecutor(4) as threads:
            reports = list(threads.map(lambda _: gradfix_in("--jobs", "1"), range(4)))
        assert {one.stdout for one in reports} == {expected}
        assert not any(b"Traceback" in one.stderr for one in reports)
    assert b"24 of 25 results from the cache" in gradfix_in("-v").stderr
