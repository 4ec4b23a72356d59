"""Databases that are broken, busy, foreign, poisoned or full."""

from __future__ import annotations

import os
import shutil
import sqlite3
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from gradfix.store import Store
from tests.cache.running import (
    FIX,
    OTHER,
    database,
    run,
    write,
)


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
