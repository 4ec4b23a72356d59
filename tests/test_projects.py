"""Projects of several files, in which the cause and the use that makes it one stand in different ones.

``tests/harness/project.py`` tells what stands in ``tests/projects``. TensorFlow says what each project does; gradfix
must find the marked lines, all of them and nothing else, and repair what can be repaired.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.harness.client import observe, server_for
from tests.harness.project import (
    TRAINS,
    WRONG_LOSS,
    Place,
    Project,
    ProjectError,
    load_project,
    load_projects,
)

PROJECTS = load_projects(Path(__file__).with_name("projects"))
BROKEN = [project for project in PROJECTS if project.symptom != TRAINS]
REPAIRED = [project for project in PROJECTS if project.repaired]
ALONE = [project for project in PROJECTS if project.alone]


def name(value: object) -> str | None:
    return value.name if isinstance(value, Project) else None


def versions(projects: list[Project]) -> list[Any]:
    return [
        pytest.param(project, version, id=f"{project.name}-keras{version}")
        for version in (3, 2)
        for project in projects
        if version in project.keras
    ]


def copied(project: Project, tmp_path: Path) -> Path:
    """Return a copy of the project, which no configuration or ignore file of this repository reaches."""
    ignore = shutil.ignore_patterns("project.toml", "__pycache__")
    return Path(shutil.copytree(project.folder, tmp_path / project.name, ignore=ignore))


def gradfix(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in the folder, whose modules must not come before those of gradfix."""
    return subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; del sys.path[0]; from gradfix.cli import main; main()",
            *arguments,
        ],
        cwd=folder,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@cache
def report(project: Project, path: str) -> tuple[int, list[dict[str, Any]]]:
    """Return the exit code and the findings when gradfix is asked about ``path`` of a copy of the project."""
    with tempfile.TemporaryDirectory() as scratch:
        done = gradfix(copied(project, Path(scratch)), "--output-format", "json", path)
    assert done.stderr == ""
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return done.returncode, found


def names(message: str, place: Place) -> bool:
    """Tell whether a message holds the place; ``losses.py:12`` is not in ``my_losses.py:120``."""
    return re.search(rf"(?<![\w./-]){re.escape(str(place))}(?!\d)", message) is not None


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@cache
def start_all(keras: int) -> None:
    """Let the runs of all projects begin, so that they use every core."""
    for project in PROJECTS:
        if keras in project.keras:
            server_for(keras).submit(project.program())


@pytest.mark.tensorflow
@pytest.mark.parametrize(("project", "keras"), versions(PROJECTS), indirect=["keras"])
def test_tensorflow_shows_the_symptom(project: Project, keras: int) -> None:
    start_all(keras)
    assert project.problems(observe(project.program(), keras)) == []


@pytest.mark.tensorflow
@pytest.mark.parametrize(("project", "keras"), versions(REPAIRED), indirect=["keras"])
def test_it_trains_when_repaired(project: Project, keras: int, tmp_path: Path) -> None:
    folder = copied(project, tmp_path)
    done = gradfix(folder, "--apply", "--unsafe", ".")
    assert done.returncode == 0, done.stdout
    seen = observe(project.program(folder), keras)
    assert project.problems(seen, repaired=True) == []
    if project.symptom == WRONG_LOSS:
        assert seen.target != observe(project.program(), keras).target


@pytest.mark.parametrize("project", PROJECTS, ids=name)
def test_the_marked_lines_are_found_and_no_others(project: Project) -> None:
    code, found = report(project, ".")
    places = {(Place(one["path"], one["line"], one["cell"]), one["codemod"]) for one in found}
    assert places == project.cuts
    assert len(found) == len(places)
    assert code == (1 if project.cuts else 0)


@pytest.mark.parametrize("project", [project for project in BROKEN if project.uses], ids=name)
def test_a_finding_names_the_use_in_another_file(project: Project) -> None:
    _, found = report(project, ".")
    own = {use.path for use in project.uses}
    elsewhere = [one["message"] for one in found if one["path"] not in own]
    assert elsewhere
    for message in elsewhere:
        assert any(names(message, use) for use in project.uses), message


@pytest.mark.parametrize("project", ALONE, ids=name)
def test_one_file_alone_tells_where_the_cause_lies(project: Project) -> None:
    code, found = report(project, project.alone)
    uses = {(use.cell, use.line) for use in project.uses if use.path == project.alone}
    messages = [one["message"] for one in found if (one["cell"], one["line"]) in uses]
    assert code == 1
    for cause, codemod in project.cuts:
        if cause.path == project.alone:
            told = {(one["cell"], one["line"], one["codemod"]) for one in found}
            assert (cause.cell, cause.line, codemod) in told
        else:
            assert any(names(message, cause) for message in messages), cause


@pytest.mark.parametrize("project", PROJECTS, ids=name)
def test_one_file_alone_is_all_that_is_reported(project: Project) -> None:
    path = project.alone or project.main
    code, found = report(project, path)
    assert {one["path"] for one in found} <= {path}
    assert code == (1 if found else 0)
    if project.symptom == TRAINS:
        assert found == []


@pytest.mark.parametrize("project", PROJECTS, ids=name)
def test_one_file_alone_is_all_that_is_written(project: Project, tmp_path: Path) -> None:
    folder = copied(project, tmp_path)
    before = contents(folder)
    gradfix(folder, "--apply", "--unsafe", project.alone or project.main)
    after = contents(folder)
    assert {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)} <= {
        project.alone or project.main
    }


@pytest.mark.parametrize(
    ("settings", "source", "complaint"),
    [
        ('symptom = "trains"', "", "missing ['run']"),
        ('run = "a.py"\nsymptom = "trains"\ncolour = 1', "", "unknown ['colour']"),
        ('run = "a.py"\nsymptom = "tired"', "x = 1  # cut: a-name", "unknown symptom 'tired'"),
        ('run = "a.py"\nsymptom = "trains"', "x = 1  # cut: a-name", "has marks"),
        ('run = "a.py"\nsymptom = "zero"', "", "no mark of a cut"),
        ('run = "a.py"\nsymptom = "zero"', "x = 1  # cut: a-name\ny = 1  # use", "a use in no other file"),
        ('run = "a.py"\nsymptom = "zero"\nalone = "b.py"', "x = 1  # cut: a-name", "no mark in the file"),
    ],
)
def test_a_wrong_project_is_refused(tmp_path: Path, settings: str, source: str, complaint: str) -> None:
    (tmp_path / "project.toml").write_text(settings, encoding="utf-8")
    (tmp_path / "a.py").write_text(source, encoding="utf-8")
    with pytest.raises(ProjectError) as refused:
        load_project(tmp_path)
    assert complaint in str(refused.value)


LOSS = "import numpy as np\nimport tensorflow as tf\n\ndef loss(w):\n    return {loss}\n"
HEALTHY = LOSS.format(loss="tf.reduce_mean(w * w)")
MISSING = LOSS.format(loss="tf.constant(np.mean(w * w))  # cut: numpy-on-tensor")
TRAIN = """\
import tensorflow as tf
from {source} import loss
w = tf.Variable([1.0, 2.0], name="w")
with tf.GradientTape() as tape:
    value = loss(w)
tape.gradient(value, w)
"""


def made(folder: Path, settings: str, **files: str) -> Project:
    folder.mkdir()
    for path, text in {"project.toml": settings, **files}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return load_project(folder)


@pytest.mark.tensorflow
@pytest.mark.parametrize("keras", [3, 2], indirect=True)
@pytest.mark.parametrize(
    ("settings", "path", "source", "losses"),
    [
        ('run = "bin/train.py"', "bin/train.py", "near", "bin/near.py"),
        ('run = "bin/train.py"\nsearch = ["lib"]', "bin/train.py", "far", "lib/far.py"),
        ('run = "pack.train"\nmodule = true', "pack/train.py", ".near", "pack/near.py"),
        ('run = "pack.train"\nmodule = true', "pack/train.py", "top", "top.py"),
    ],
    ids=["script", "search", "relative", "module"],
)
def test_a_project_starts_as_python_starts_it(
    tmp_path: Path, keras: int, settings: str, path: str, source: str, losses: str
) -> None:
    train = TRAIN.format(source=source)
    good = made(tmp_path / "good", f'{settings}\nsymptom = "trains"', **{path: train, losses: HEALTHY})
    bad = made(tmp_path / "bad", f'{settings}\nsymptom = "missing"', **{path: train, losses: MISSING})
    seen = {project: observe(project.program(), keras) for project in (good, bad)}
    assert good.problems(seen[good]) == []
    assert bad.problems(seen[bad]) == []
    assert seen[bad].missing[0].line == len(train.splitlines())
    assert "no gradient for w" in good.problems(seen[bad])[0]
    assert "still shows missing" in bad.problems(seen[bad], repaired=True)
    assert "does not show missing" in bad.problems(seen[good])
    assert not list(tmp_path.rglob("__pycache__"))
