"""Results that are kept: the same with and without them, whatever changes."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Union

import pytest

from gradfix import cache as caches
from gradfix import pool
from gradfix.asked import Asked
from gradfix.cache import Cache
from gradfix.engine import Options, check_path
from gradfix.identity import Identity, identity
from gradfix.model import FileResult
from gradfix.pool import Scan
from gradfix.store import Store
from tests.cache.running import (
    CODEMODS,
    FILES,
    FIX,
    HEALTHY,
    HIDDEN,
    LOSSES,
    OTHER,
    TRAIN,
    python_files,
    run,
    write,
)
from tests.trees import planted

Change = Mapping[str, Union[str, bytes, Path, None]]
PROJECTS = sorted(path.parent for path in Path(__file__).parents[1].glob("projects/*/project.toml"))
DEEP = {"losses.py": LOSSES, "a/b/train.py": TRAIN}
ATTRIBUTE = TRAIN.replace("from losses import loss", "import pack").replace("loss(w)", "pack.losses.loss(w)")
SCRIPT = "from steps import step\n\nstep()\n"
STEPS = "from far import w, loss, tape\n\ndef step():\n    with tape() as t:\n        v = loss(w)\n    t.gradient(v, w)\n"
FAR = LOSSES + "\nw = tf.Variable([1.0])\ntape = tf.GradientTape\n"
SCALE = "import keras\nclass M(keras.Model):\n    pass\n"
SILENT = LOSSES.replace("w * w))", "w * w))  # gradfix: ignore")
KEPT = "KEPT = []\n\ndef keep(f):\n    KEPT.append(f)\n    return f\n"
KEEPING = LOSSES.replace("\ndef", "from kept import keep\n\n@keep\ndef")
LAST = TRAIN.replace("from losses import loss", "import parts\nfrom kept import KEPT").replace(
    "loss(w)", "KEPT[-1](w)"
)
CHANGES: dict[str, tuple[dict[str, str], Change]] = {
    "the imported file": (FILES, {"losses.py": HEALTHY}),
    "the importer": (FILES, {"train.py": TRAIN.replace("loss(w)", "w * w")}),
    "another line for the same": (FILES, {"losses.py": "\n\n" + LOSSES}),
    "a package goes before the module": (FILES, {"losses/__init__.py": HEALTHY}),
    "the file is gone": (FILES, {"losses.py": None}),
    "the file is moved into src": (FILES, {"losses.py": None, "src/losses.py": HEALTHY}),
    "what led nowhere leads somewhere": ({"train.py": TRAIN}, {"losses.py": LOSSES}),
    "a submodule comes": ({"train.py": ATTRIBUTE, "pack/__init__.py": ""}, {"pack/losses.py": LOSSES}),
    "the package binds what was a submodule": (
        {"train.py": ATTRIBUTE, "pack/__init__.py": "", "pack/losses.py": LOSSES},
        {"pack/__init__.py": "losses = None\n"},
    ),
    "an import hidden in the text": ({"train.py": HIDDEN, "losses.py": LOSSES}, {"losses.py": HEALTHY}),
    "a hidden import leads somewhere": ({"train.py": HIDDEN}, {"losses.py": LOSSES}),
    "another module registers a loss": (
        {"train.py": LAST, "kept.py": KEPT, "parts.py": ""},
        {"parts.py": "import losses\n", "losses.py": KEEPING},
    ),
    "a file further away": (
        {"script.py": SCRIPT, "steps.py": STEPS, "far.py": FAR},
        {"far.py": FAR.replace("tf.constant(np.mean(w * w))", "tf.reduce_mean(w * w)")},
    ),
    "whether a script has to do with gradients": (
        {
            "script.py": SCRIPT,
            "steps.py": STEPS,
            "far.py": "from farther import *\n",
            "farther.py": "x = 1\n",
        },
        {"farther.py": FAR},
    ),
    "a pyproject.toml moves the root": (DEEP, {"a/pyproject.toml": ""}),
    "a setup.py moves the root": (DEEP, {"a/b/setup.py": ""}),
    "a .git moves the root": (DEEP, {"a/b/.git/": ""}),
    "the file cannot be decoded": (FILES, {"losses.py": LOSSES.encode() + b"# \xff\n"}),
    "another encoding": (FILES, {"losses.py": b"# coding: latin-1\n" + LOSSES.encode()}),
    "the file cannot be parsed": (FILES, {"losses.py": LOSSES + "def f(:\n"}),
    "the file becomes a directory": (FILES, {"losses.py": None, "losses.py/": ""}),
    "a link leads nowhere": (FILES, {"losses.py": Path("nowhere.py")}),
    "a link leads elsewhere": (FILES, {"healthy.txt": HEALTHY, "losses.py": Path("healthy.txt")}),
    "a comment silences it": (FILES, {"losses.py": SILENT}),
    "a comment silences the file": (FILES, {"losses.py": "# gradfix: skip-file\n" + LOSSES}),
    "the Keras of a file": (
        {"train.py": SCALE + TRAIN, "losses.py": LOSSES},
        {"train.py": "import tf_keras\n" + TRAIN},
    ),
}


def carry_out(change: Change) -> None:
    """Write texts and links; None removes a file, a path that ends with ``/`` is a new directory."""
    for path, content in change.items():
        Path(path).unlink(missing_ok=True)
        if path.endswith("/"):
            Path(path).mkdir()
        elif isinstance(content, Path):
            Path(path).symlink_to(content)
        elif content is not None:
            write(path, content)


@pytest.mark.parametrize("options", [Options(), FIX], ids=["report", "fix"])
@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_seen(
    change: str, options: Options, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files, changed = CHANGES[change]
    monkeypatch.chdir(planted(tmp_path / "project", files))
    before = run(tmp_path / "cache", options)
    assert run(tmp_path / "cache", options) == before
    carry_out(changed)

    after = run(None, options)

    assert run(tmp_path / "cache", options) == after
    assert after != before, "nothing would show that the cache is stale"
    assert run(tmp_path / "cache", options) == after


SETTINGS: dict[str, dict[str, Any]] = {
    "fix": {"options": FIX},
    "unsafe": {"options": Options(fix=True, unsafe=True)},
    "edits": {"options": Options(edits=True)},
    "keras": {"options": Options(keras=2)},
    "pinned": {"options": Options(pinned=2)},
    "not thorough": {"options": Options(thorough=False)},
    "select": {"codemods": tuple(one for one in CODEMODS if one.name == "numpy-on-tensor")},
    "ignore": {"codemods": tuple(one for one in CODEMODS if one.name != "numpy-on-tensor")},
}
KERAS = """\
import keras
import tensorflow as tf

class Scale(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.scale = tf.Variable(1.0)

    def call(self, x):
        return x * self.scale
"""


@pytest.mark.usefixtures("project")
def test_settings_are_kept_apart(tmp_path: Path) -> None:
    write("scale.py", KERAS)
    usual = run(tmp_path / "cache")
    seen = {setting: run(None, **more) for setting, more in SETTINGS.items()}
    assert len({json.dumps(dataclasses.asdict(one)) for results in seen.values() for one in results}) > 8
    for _ in range(2):
        for setting, more in SETTINGS.items():
            assert run(tmp_path / "cache", **more) == seen[setting], setting
        assert run(tmp_path / "cache") == usual


@pytest.mark.parametrize("folder", PROJECTS, ids=lambda path: path.name)
def test_any_file_of_a_project_may_change(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = Path(shutil.copytree(folder, tmp_path / "project"))
    monkeypatch.chdir(copy)
    store = tmp_path / "cache"
    original = run(store, FIX)
    for path in python_files():
        text = Path(path).read_text(encoding="utf-8")
        for changed in ("", text.replace("np.", "tf."), "\n" + text, None):
            if changed is None:
                Path(path).unlink()
            else:
                write(path, changed)
            assert run(store, FIX) == run(None, FIX), (path, changed)
            write(path, text)
        package = Path(path).with_suffix("")
        if not package.exists():
            write(f"{package}/__init__.py", "")
            assert run(store, FIX) == run(None, FIX), package
            shutil.rmtree(package)
    assert run(store, FIX) == original


@pytest.mark.usefixtures("project")
def test_what_holds_is_not_checked_again(tmp_path: Path, checked: list[str]) -> None:
    first = run(tmp_path / "cache")
    assert sorted(checked) == python_files()
    checked.clear()
    for path in python_files():
        os.utime(path, (1, 1))

    assert run(tmp_path / "cache") == first
    assert checked == []


@pytest.mark.parametrize(
    ("changed", "again"),
    [
        ("other.py", ["other.py"]),
        ("plain.py", ["plain.py"]),
        ("losses.py", ["losses.py", "train.py"]),
        ("new.py", ["new.py"]),
    ],
)
@pytest.mark.usefixtures("project")
def test_only_what_a_change_concerns_is_checked_again(
    changed: str, again: list[str], tmp_path: Path, checked: list[str]
) -> None:
    run(tmp_path / "cache")
    checked.clear()
    write(changed, FILES.get(changed, OTHER) + "\n\n")

    run(tmp_path / "cache")

    assert sorted(checked) == again


@pytest.mark.usefixtures("project")
def test_two_versions_of_a_file_are_kept(tmp_path: Path, checked: list[str]) -> None:
    run(tmp_path / "cache")
    write("other.py", "x = 2\n")
    run(tmp_path / "cache")
    checked.clear()
    write("other.py", OTHER)

    run(tmp_path / "cache")

    assert checked == []


def test_other_code_is_another_cache(
    project: Path, tmp_path: Path, checked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(tmp_path / "cache")
    checked.clear()
    other = dataclasses.replace(identity(), code="another")
    monkeypatch.setattr(caches, "identity", _as_identity(other, other))
    run(tmp_path / "cache")
    assert sorted(checked) == python_files()
    checked.clear()
    run(tmp_path / "cache")
    assert checked == []

    monkeypatch.setattr(caches, "identity", _as_identity(dataclasses.replace(other, code="first"), other))
    for _ in range(2):
        checked.clear()
        run(tmp_path / "cache")
        assert sorted(checked) == python_files(), "the code changed in the middle of the run"
    assert project.is_dir()


def _as_identity(now: Identity, later: Identity) -> Any:
    def identity() -> Identity:
        return now

    identity.__wrapped__ = lambda: later  # type: ignore[attr-defined]
    return identity


def test_another_directory_is_another_cache(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(tmp_path / "cache", FIX)
    for folder in (planted(tmp_path / "twin", FILES), project.parent):
        monkeypatch.chdir(folder)
        assert run(tmp_path / "cache", FIX) == run(None, FIX)


@pytest.mark.usefixtures("project")
def test_a_file_that_changes_in_the_middle_of_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:

    def check_and_change(path: str, *rest: Any) -> FileResult:
        result = check_path(path, *rest)
        write("losses.py", HEALTHY)
        return result

    monkeypatch.setattr(pool, "check_path", check_and_change)
    stale = run(tmp_path / "cache")
    monkeypatch.setattr(pool, "check_path", check_path)

    assert run(tmp_path / "cache") == run(None) != stale


def test_two_answers_to_one_question_hold_nothing() -> None:
    asked = Asked()
    asked.note(("read", "a.py", ""), "1")
    asked.note(("read", "a.py", ""), "1")
    assert asked.answers() == {("read", "a.py", ""): "1"}
    asked.note(("read", "a.py", ""), "2")
    assert asked.answers() is None
    asked.begin()
    assert asked.answers() == {}


@pytest.mark.usefixtures("project")
def test_problems_are_not_kept(tmp_path: Path, checked: list[str]) -> None:
    write("broken.py", "def f(:\n")
    first = run(tmp_path / "cache")
    checked.clear()

    assert run(tmp_path / "cache") == first
    assert checked == ["broken.py"]


@pytest.mark.usefixtures("project")
def test_a_run_that_is_broken_off_keeps_what_was_done(tmp_path: Path, checked: list[str]) -> None:
    results = Scan(python_files(), CODEMODS, jobs=1, cache=Cache(Store(str(tmp_path / "cache")))).results()
    next(results)
    next(results)
    results.close()  # type: ignore[attr-defined]
    done = list(checked)
    checked.clear()

    run(tmp_path / "cache")

    assert len(done) == 2
    assert sorted(checked) == sorted(set(python_files()) - set(done))


@pytest.mark.parametrize("how", ["one process", "two processes", "threads"])
def test_the_cache_is_the_same_wherever_it_was_computed(how: str, project: Path, tmp_path: Path) -> None:
    planted(project, {f"m{number:02}.py": HIDDEN for number in range(20)})
    expected = run(None, FIX)
    with ThreadPoolExecutor(1) as threads:
        executor = threads if how == "threads" else None
        more: dict[str, Any] = {"jobs": 2 if how == "two processes" else 1, "executor": executor}
        assert run(tmp_path / "cache", FIX, **more) == expected
        assert run(tmp_path / "cache", FIX, **more) == expected
    store = Store(str(tmp_path / "cache"))
    cache = Cache(store)
    list(Scan(python_files(), CODEMODS, FIX, cache=cache).results())
    assert cache.known == len(python_files())
