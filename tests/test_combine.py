"""What the results of several files say of each other, and the command line over several files."""

from __future__ import annotations

import itertools
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from gradfix.codemod import load_codemods
from gradfix.engine import Options
from gradfix.model import FileResult, Safety
from gradfix.module import Module
from gradfix.pool import check_many
from tests.trees import planted

CODEMODS = load_codemods()
FIX = Options(fix=True)
LOSSES = """\
import numpy as np
import tensorflow as tf

def loss(w):
    return tf.constant(np.mean(w * w))
"""
TRAIN = """\
import tensorflow as tf
from losses import loss

w = tf.Variable([1.0, 2.0])
with tf.GradientTape() as tape:
    value = loss(w)
tape.gradient(value, w)
"""
CUT, USE, CALL = 5, 7, 6
STEPS = """\
import tensorflow as tf

def step(w, loss):
    with tf.GradientTape() as tape:
        value = loss(w)
    return tape.gradient(value, w)
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(planted(tmp_path, {"train.py": TRAIN, "losses.py": LOSSES}))
    return tmp_path


def gradfix(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "gradfix", *arguments],
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def found(results: list[FileResult]) -> list[tuple[str, int, str]]:
    return [(one.path, one.place.line, one.message) for result in results for one in result.found]


@pytest.mark.usefixtures("project")
def test_a_finding_stands_where_the_cut_is_and_names_its_use() -> None:
    train, losses = check_many(["train.py", "losses.py"], CODEMODS)

    assert train.found == ()
    (one,) = losses.found
    assert (one.path, one.place.line, one.safety) == ("losses.py", CUT, Safety.SAFE)
    assert [str(use) for use in one.uses] == [f"differentiated in train.py:{USE}"]
    assert one.message.endswith(f" (differentiated in train.py:{USE}).")


@pytest.mark.parametrize(("importers", "told"), [(2, ""), (3, ""), (4, " and 1 more"), (6, " and 3 more")])
def test_importers_share_one_finding(project: Path, importers: int, told: str) -> None:
    names = [f"train{number}.py" for number in range(importers)]
    planted(project, dict.fromkeys(names, TRAIN))

    (one,) = found(check_many([*names, "losses.py"], CODEMODS))

    named = ", ".join(f"{name}:{USE}" for name in names[:3])
    assert one[:2] == ("losses.py", CUT)
    assert one[2].endswith(f" (differentiated in {named}{told}).")


@pytest.mark.usefixtures("project")
def test_one_file_alone_points_to_the_cause() -> None:
    (result,) = check_many(["train.py"], CODEMODS, FIX)
    (one,) = result.found

    assert (one.path, one.place.line, one.safety) == ("train.py", USE, Safety.ADVICE)
    assert one.message.startswith(f"the cause lies in losses.py:{CUT}: ")
    assert {step.path for step in one.path_of_gradient if step.cut} == {"losses.py"}
    assert result.after is None

    done = gradfix("train.py")
    assert done.returncode == 1
    assert re.findall(r"^\S+\.py:\d+", done.stdout, re.MULTILINE) == [f"train.py:{USE}"]
    assert f"the cause lies in losses.py:{CUT}" in done.stdout
    assert done.stderr == ""


def test_a_comment_at_the_cut_silences_it_everywhere(project: Path) -> None:
    text = LOSSES.replace("w * w))", "w * w))  # gradfix: ignore[numpy-on-tensor]")
    planted(project, {"losses.py": text})

    assert found(check_many(["train.py", "losses.py"], CODEMODS)) == []
    assert found(check_many(["train.py"], CODEMODS)) == []
    planted(project, {"losses.py": text.replace("numpy-on-tensor", "loss-outside-tape")})
    assert len(found(check_many(["train.py", "losses.py"], CODEMODS))) == 1


def test_a_comment_at_the_use_silences_the_pointer(project: Path) -> None:
    planted(project, {"train.py": TRAIN.rstrip() + "  # gradfix: ignore\n"})

    assert found(check_many(["train.py"], CODEMODS)) == []


def test_apply_writes_only_what_was_given(project: Path) -> None:
    assert gradfix("--apply", "train.py").returncode == 1
    assert (project / "train.py").read_text() == TRAIN
    assert (project / "losses.py").read_text() == LOSSES

    done = gradfix("--apply", "train.py", "losses.py")
    assert (done.returncode, done.stderr) == (0, "")
    assert (project / "train.py").read_text() == TRAIN
    assert "tf.reduce_mean(w * w)" in (project / "losses.py").read_text()
    assert gradfix("train.py").returncode == 0


@pytest.mark.parametrize("importers", [1, 2, 3])
def test_a_repair_is_made_once_however_many_show_it(project: Path, importers: int) -> None:
    names = [f"train{number}.py" for number in range(importers)]
    planted(project, dict.fromkeys(names, TRAIN))

    *trains, losses = check_many([*names, "losses.py"], CODEMODS, FIX)

    assert [one.after for one in trains] == [None] * importers
    assert losses.after is not None
    assert losses.after.count("tf.reduce_mean") == 1
    assert (len(losses.found), losses.remaining, len(losses.fixed)) == (1, (), 1)


def test_a_function_is_judged_by_those_who_call_it(project: Path) -> None:
    alone = found(check_many([str(planted(project, {"steps.py": STEPS}) / "steps.py")], CODEMODS))
    call = "import tensorflow as tf\nfrom {source} import {loss}\nfrom steps import step\n\n"
    call += "w = tf.Variable([1.0, 2.0])\nstep(w, {loss})\n"
    good = "import tensorflow as tf\n\ndef good(w):\n    return tf.reduce_mean(w * w)\n"
    planted(
        project,
        {
            "good.py": good,
            "well.py": call.format(source="good", loss="good"),
            "badly.py": call.format(source="losses", loss="loss"),
        },
    )

    assert alone == []
    assert found(check_many(["good.py", "steps.py", "well.py"], CODEMODS)) == []
    (one,) = found(check_many(["losses.py", "steps.py", "badly.py"], CODEMODS))
    assert one[:2] == ("losses.py", CUT)
    assert one[2].endswith(" (differentiated in steps.py:6).")


def test_a_function_that_others_call_well_is_not_judged_as_if_nobody_did(project: Path) -> None:
    steps = """\
import numpy as np
import tensorflow as tf

def step(report):
    w = tf.Variable([1.0, 2.0])
    if report:
        with tf.GradientTape() as tape:
            value = tf.constant(np.mean(w))
        return tape.gradient(value, w)
    return None
"""
    call = "import tensorflow as tf\nfrom steps import step\nstep({report})\n"
    planted(
        project,
        {"steps.py": steps, "well.py": call.format(report=False), "badly.py": call.format(report=True)},
    )

    assert [one[:2] for one in found(check_many(["steps.py"], CODEMODS))] == [("steps.py", 8)]
    assert found(check_many(["steps.py", "well.py"], CODEMODS)) == []
    both = check_many(["steps.py", "well.py", "badly.py"], CODEMODS)
    assert [one[:2] for one in found(both)] == [("steps.py", 8)]


def test_the_order_and_the_number_of_processes_make_no_difference(project: Path) -> None:
    more = {f"train{number}.py": TRAIN for number in range(3)}
    planted(project, more)
    names = ["losses.py", *more]

    first = {one.path: one for one in check_many(names, CODEMODS, FIX, jobs=1)}
    assert sum(len(one.found) for one in first.values()) == 1
    for order in itertools.islice(itertools.permutations(names), 0, None, 5):
        assert {one.path: one for one in check_many(order, CODEMODS, FIX, jobs=1)} == first
    many = [*names, *planted_copies(project, 20)]
    assert check_many(many, CODEMODS, FIX, jobs=2) == check_many(many, CODEMODS, FIX, jobs=1)


def planted_copies(folder: Path, count: int) -> list[str]:
    names = [f"more{number:02}.py" for number in range(count)]
    planted(folder, dict.fromkeys(names, TRAIN))
    return names


@pytest.mark.usefixtures("project")
def test_an_excluded_file_is_looked_into_but_not_reported() -> None:
    done = gradfix("--exclude", "losses.py", ".")

    assert done.returncode == 1
    assert re.findall(r"^\S+\.py:\d+", done.stdout, re.MULTILINE) == [f"train.py:{USE}"]
    done = gradfix("--exclude", "train.py", ".")
    assert (done.returncode, done.stdout.count(".py:")) == (0, 0)


def test_a_broken_file_does_not_keep_the_others_from_being_done(project: Path) -> None:
    planted(project, {"broken.py": "import tensorflow as tf\ndef f(:\n"})

    done = gradfix("--apply", ".")

    assert done.returncode == 2
    assert done.stderr.startswith("broken.py:2:7: cannot parse")
    assert "tf.reduce_mean(w * w)" in (project / "losses.py").read_text()


def test_files_that_cannot_matter_are_not_parsed_in_a_large_project(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed: list[str] = []
    real = Module.parse.__func__  # type: ignore[attr-defined]

    def parse(cls: type[Module], text: str, path: str, *rest: object) -> Module:
        parsed.append(os.path.basename(path))
        module: Module = real(cls, text, path, *rest)
        return module

    monkeypatch.setattr(Module, "parse", classmethod(parse))
    plain = [f"plain{number:03}.py" for number in range(500)]
    planted(project, dict.fromkeys(plain, "x = 1\n"))

    few = check_many(["train.py", "losses.py", *plain[:3]], CODEMODS, jobs=1)
    assert set(parsed) == {"train.py", "losses.py", *plain[:3]}
    parsed.clear()
    many = check_many(["train.py", "losses.py", *plain], CODEMODS, jobs=1)
    assert set(parsed) == {"train.py", "losses.py"}
    assert found(many) == found(few) != []
