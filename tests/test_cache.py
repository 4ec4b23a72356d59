"""Results that are kept: the same bytes with and without them, whatever changes, and whatever becomes of them."""

from __future__ import annotations

import dataclasses
import enum
import itertools
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import types
import zlib
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest

import gradfix
from gradfix import cache as caches
from gradfix import pool
from gradfix.asked import Asked
from gradfix.cache import Cache
from gradfix.codemod import Codemod, load_codemods
from gradfix.engine import Options, check_path
from gradfix.identity import Identity, identity
from gradfix.model import FileResult
from gradfix.plain import plain, read
from gradfix.pool import Scan
from gradfix.store import VARIABLE, Store
from tests.trees import planted

Change = Mapping[str, Union[str, bytes, Path, None]]
CODEMODS = load_codemods()
FIX = Options(fix=True)
PROJECTS = sorted(path.parent for path in Path(__file__).with_name("projects").glob("*/project.toml"))
LOSSES = """\
import numpy as np
import tensorflow as tf

def loss(w):
    return tf.constant(np.mean(w * w))
"""
HEALTHY = LOSSES.replace("tf.constant(np.mean(w * w))", "tf.reduce_mean(w * w)")
TRAIN = """\
import tensorflow as tf
from losses import loss

w = tf.Variable([1.0, 2.0])
with tf.GradientTape() as tape:
    value = loss(w)
tape.gradient(value, w)
"""
OTHER = "import tensorflow as tf\nx = tf.constant(1.0)\n"
FILES = {"train.py": TRAIN, "losses.py": LOSSES, "other.py": OTHER, "plain.py": "x = 1\n"}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = planted(tmp_path / "project", FILES)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that are checked and not taken from the cache, without those that are checked once more."""
    paths: list[str] = []

    def noted(path: str, *rest: Any) -> FileResult:
        paths.append(path)
        return check_path(path, *rest)

    monkeypatch.setattr(pool, "check_path", noted)
    return paths


def python_files() -> list[str]:
    return sorted(str(path) for path in Path().rglob("*.py"))


def run(
    store: Path | Store | None,
    options: Options = Options(),  # noqa: B008 - frozen
    codemods: tuple[Codemod, ...] = CODEMODS,
    **more: Any,
) -> list[FileResult]:
    """Check all files of the working directory, with the cache in ``store``."""
    cache = None if store is None else Cache(store if isinstance(store, Store) else Store(str(store)))
    scan = Scan(python_files(), codemods, options, jobs=more.pop("jobs", 1), cache=cache, **more)
    return scan.settle(scan.results())


def write(path: str, text: str | bytes) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_bytes(text.encode() if isinstance(text, str) else text)


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


DEEP = {"losses.py": LOSSES, "a/b/train.py": TRAIN}
ATTRIBUTE = TRAIN.replace("from losses import loss", "import pack").replace("loss(w)", "pack.losses.loss(w)")
HIDDEN = TRAIN.replace("from losses", "x = 1; from losses")
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


# What is written down.


def some(kind: Any, numbers: Iterator[int]) -> Any:
    """Return a value of a type that differs from every default."""
    origin, arguments = get_origin(kind), get_args(kind)
    if kind is str:
        return f"ä \udc80 {next(numbers)}"
    if kind is bool:
        return True
    if kind is int:
        return next(numbers)
    if origin in (Union, types.UnionType):
        return some(next(one for one in arguments if one is not type(None)), numbers)
    if origin is tuple:
        many = (arguments[0],) * 2 if arguments[-1] is Ellipsis else arguments
        return tuple(some(one, numbers) for one in many)
    if issubclass(kind, enum.Enum):
        return list(kind)[-1]
    hints = get_type_hints(kind)
    return kind(*(some(hints[field.name], numbers) for field in dataclasses.fields(kind)))


def test_every_field_of_a_result_comes_back() -> None:
    result = some(FileResult, itertools.count(1))
    for field in dataclasses.fields(FileResult):
        assert getattr(result, field.name) not in (field.default, None, (), ""), field.name

    written = json.dumps(plain(result))

    assert read(FileResult, json.loads(written)) == result
    assert read(FileResult, plain(FileResult("a.py"))) == FileResult("a.py")


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (str, 1),
        (int, True),
        (bool, 1),
        (tuple[str, ...], "text"),
        (tuple[str, int], ["a"]),
        (tuple[str, int], {"a": 1}),
        (FileResult, []),
        (FileResult, {"path": "a.py"}),
        (gradfix.model.Safety, "dangerous"),
    ],
)
def test_what_is_no_such_value_is_refused(kind: Any, data: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        read(kind, data)


def test_what_cannot_be_written_down_is_told() -> None:
    for value in ({}, b"", 1.5, object()):
        with pytest.raises(TypeError):
            plain(value)
        with pytest.raises(TypeError):
            read(type(value), None)


# Databases that are broken, busy, foreign, poisoned or full.


def database(folder: Path) -> Path:
    return folder / "results.sqlite3"


def _garbage(folder: Path) -> None:
    database(folder).write_bytes(b"no database" * 1000)


def _truncated(folder: Path) -> None:
    raw = database(folder).read_bytes()
    database(folder).write_bytes(raw[: len(raw) // 2])


def _damaged(folder: Path) -> None:
    raw = bytearray(database(folder).read_bytes())
    raw[5000:] = bytes(255 - byte for byte in raw[5000:])
    database(folder).write_bytes(raw)


def _without_table(folder: Path) -> None:
    _changed(folder, "DROP TABLE results")


def _newer(folder: Path) -> None:
    _changed(folder, "PRAGMA user_version = 2")


def _no_directory(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.write_text("in the way")


def _read_only(folder: Path) -> None:
    database(folder).chmod(0o400)
    folder.chmod(0o500)


def _changed(folder: Path, command: str, *values: object) -> None:
    connection = sqlite3.connect(database(folder))
    connection.execute(command, values)
    connection.commit()
    connection.close()


@pytest.mark.parametrize(
    "harm", [_garbage, _truncated, _damaged, _without_table, _newer, _no_directory, _read_only]
)
@pytest.mark.usefixtures("project")
def test_a_database_that_cannot_be_used_changes_nothing(harm: Callable[[Path], None], tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    expected = run(folder, FIX)
    harm(folder)
    for turn in range(3):
        assert run(folder, FIX) == expected
        write("other.py", OTHER + "\n" * (turn + 1))
    assert run(folder, FIX) == run(None, FIX)


@pytest.mark.parametrize("harm", [_garbage, _truncated, _damaged])
@pytest.mark.usefixtures("project")
def test_a_broken_database_is_begun_anew(
    harm: Callable[[Path], None], tmp_path: Path, checked: list[str]
) -> None:
    run(tmp_path / "cache")
    harm(tmp_path / "cache")
    store = Store(str(tmp_path / "cache"))
    run(store)
    assert store.trouble is not None
    run(tmp_path / "cache")
    checked.clear()
    run(tmp_path / "cache")
    assert checked == []


@pytest.mark.usefixtures("project")
def test_a_database_that_another_holds_is_done_without(tmp_path: Path) -> None:
    expected = run(tmp_path / "cache")
    holder = sqlite3.connect(database(tmp_path / "cache"), isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    store = Store(str(tmp_path / "cache"))

    assert run(store) == expected
    assert "locked" in str(store.trouble)
    holder.close()
    assert database(tmp_path / "cache").exists()
    assert run(tmp_path / "cache") == expected


POISON = [
    b"cos\nsystem\n(S'touch poisoned'\ntR.",
    b"__import__('os').system('touch poisoned')",
    b"[[],[]]",
    b'[{"read": 1}, []]',
    b'[{"nonsense": {"": {"": null}}}, []]',
    b'[{}, ["train.py"]]',
    b"[" * 100_000,
    b"\xff\xfe",
    b"null",
    b"",
]


@pytest.mark.parametrize("poison", POISON, ids=range(len(POISON)))
@pytest.mark.parametrize("how", ["compressed", "as it is", "without the check"])
@pytest.mark.usefixtures("project")
def test_a_poisoned_value_is_no_value(how: str, poison: bytes, tmp_path: Path) -> None:
    expected = run(tmp_path / "cache")
    connection = sqlite3.connect(database(tmp_path / "cache"))
    keys = [key for (key,) in connection.execute("SELECT key FROM results")]
    connection.close()
    value = zlib.compress(poison) if how == "compressed" else poison
    for key in keys:
        if how == "without the check":
            _changed(tmp_path / "cache", "UPDATE results SET value = ? WHERE key = ?", value, key)
        else:
            store = Store(str(tmp_path / "cache"))
            store.put({key: value})
            store.close()

    assert run(tmp_path / "cache") == expected
    assert not Path("poisoned").exists()


@pytest.mark.usefixtures("project")
def test_a_value_under_the_key_of_another_is_no_value(tmp_path: Path) -> None:
    expected = run(tmp_path / "cache")
    _changed(tmp_path / "cache", "UPDATE results SET value = (SELECT value FROM results LIMIT 1)")
    assert run(tmp_path / "cache") == expected


def test_values_that_nobody_asks_for_are_dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def on_day(day: int) -> Store:
        monkeypatch.setattr("gradfix.store.time.time", lambda: day * 86_400.0)
        return Store(str(tmp_path))

    store = on_day(100)
    store.put({b"a": b"1", b"b": b"2"})
    store.close()
    store = on_day(120)
    assert store.get(b"a") == b"1"
    store.close()
    store = on_day(131)
    store.put({b"c": b"3"})
    store.close()
    store = on_day(131)
    assert [store.get(key) for key in (b"a", b"b", b"c")] == [b"1", None, b"3"]
    store.close()


def test_a_cache_does_not_grow_beyond_its_bound(tmp_path: Path) -> None:
    for turn in range(20):
        store = Store(str(tmp_path), most=500_000)
        store.put({f"{turn}.{number}".encode(): os.urandom(1000) for number in range(100)})
        store.close()
        assert database(tmp_path).stat().st_size <= 500_000
    store = Store(str(tmp_path), most=500_000)
    assert store.get(b"19.99") is not None
    assert store.get(b"0.0") is None
    assert not store.holds(b"0.")
    assert store.holds(b"19.")
    store.close()


# The command line.


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
