"""A database of byte strings for one user. One that cannot be used is as good as none: nothing here ever fails."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import sqlite3

_T = TypeVar("_T")
VARIABLE = "GRADFIX_CACHE_DIR"
_FILE = "results.sqlite3"
_VERSION = 1
# Seconds to wait for another process that writes: to compute a few results again costs no more.
_PATIENCE = 0.5
_DAY = 86_400
_DAYS = 30
_BYTES = 200_000_000
_CHECK = 16
_DROP_A_THIRD = (
    "DELETE FROM results WHERE key IN"
    " (SELECT key FROM results ORDER BY used, rowid LIMIT (SELECT 1 + count(*) / 3 FROM results))"
)


def folder() -> str | None:
    """Return the directory of the cache, or None when there is no place for one."""
    named = os.environ.get(VARIABLE)
    if named:
        return os.path.abspath(named)
    from platformdirs import user_cache_dir

    found = user_cache_dir("gradfix", appauthor=False)
    return found if os.path.isabs(found) else None


class Store:
    """Values by keys. ``trouble`` says in words why it cannot be used, if so.

    Values that were not asked for in a month are dropped, and those asked for longest ago when there are too many.

    Args:
        directory: where the database lies; it is made.
        most: how many bytes it may take.
    """

    def __init__(self, directory: str, most: int = _BYTES) -> None:
        self.trouble: str | None = None
        self._path = os.path.join(directory, _FILE)
        self._most = most
        self._today = int(time.time() // _DAY)
        self._asked_again: list[bytes] = []
        self._wrote = False
        self._closed = False
        self._connection: sqlite3.Connection | None = None
        self._tried(lambda: self._open(directory), None)

    def holds(self, prefix: bytes) -> bool:
        """Tell whether there is any key that begins so."""
        command = "SELECT 1 FROM results WHERE key >= ? AND key < ? LIMIT 1"
        return self._tried(
            lambda: self._first(command, prefix, prefix + b"\xff" * 32) is not None, otherwise=False
        )

    def get(self, key: bytes) -> bytes | None:
        """Return the value that was put last under a key, if there is one and it is whole."""
        row = self._tried(lambda: self._first("SELECT value, used FROM results WHERE key = ?", key), None)
        if row is None:
            return None
        value, used = row
        if not isinstance(value, bytes) or value[:_CHECK] != _check(key, value[_CHECK:]):
            return None
        if used != self._today:
            self._asked_again.append(key)
        return value[_CHECK:]

    def put(self, values: Mapping[bytes, bytes]) -> None:
        """Keep values, all of them or none."""
        rows = [(key, _check(key, value) + value, self._today) for key, value in values.items()]
        if rows:
            self._wrote = True
            self._tried(lambda: self._change("INSERT OR REPLACE INTO results VALUES (?, ?, ?)", rows), None)

    def close(self) -> None:
        """Note which values were asked for, and drop what is old or too much."""
        again = [(self._today, key) for key in self._asked_again]
        if again:
            self._tried(lambda: self._change("UPDATE results SET used = ? WHERE key = ?", again), None)
        if self._wrote or again:
            self._tried(self._tidy, None)
        self._closed = True
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _open(self, directory: str) -> None:
        import sqlite3

        os.makedirs(directory, mode=0o700, exist_ok=True)
        # No transaction begins by itself.
        self._connection = sqlite3.connect(self._path, timeout=_PATIENCE, isolation_level=None)
        self._connection.execute("PRAGMA synchronous = NORMAL")
        (version,) = self._first("PRAGMA user_version") or (None,)
        if version == 0:
            self._connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
            self._connection.executescript(
                "BEGIN IMMEDIATE;"
                "CREATE TABLE IF NOT EXISTS results (key BLOB PRIMARY KEY, value BLOB NOT NULL, used INTEGER NOT NULL);"
                "CREATE INDEX IF NOT EXISTS results_used ON results (used);"
                f"PRAGMA user_version = {_VERSION};"
                "COMMIT"
            )
        elif version != _VERSION:
            raise OSError(f"{self._path} is of version {version}")

    def _tried(self, action: Callable[[], _T], otherwise: _T) -> _T:
        """Do something with the database; give it up when that fails."""
        if self.trouble is not None or self._closed:
            return otherwise
        try:
            import sqlite3
        except ImportError as error:  # Python can be built without it
            self.trouble = str(error)
            return otherwise
        try:
            return action()
        except (sqlite3.Error, OSError, ValueError) as error:
            self.trouble = f"{self._path}: {error}"
            if self._connection is not None:
                with suppress(sqlite3.Error):
                    self._connection.close()
                self._connection = None
            if type(error) is sqlite3.DatabaseError:
                # It is broken, not just busy or read-only: the next run begins a new one.
                with suppress(OSError):
                    os.unlink(self._path)
        return otherwise

    def _first(self, command: str, *values: object) -> tuple[object, ...] | None:
        assert self._connection is not None
        row: tuple[object, ...] | None = self._connection.execute(command, values).fetchone()
        return row

    def _change(self, command: str, rows: Sequence[tuple[object, ...]]) -> None:
        assert self._connection is not None
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            self._connection.executemany(command, rows)
            self._connection.execute("COMMIT")
        except BaseException:
            # Also on Ctrl-C. Whatever is wrong with the database then, the first error tells.
            with suppress(Exception):
                self._connection.rollback()
            raise

    def _tidy(self) -> None:
        assert self._connection is not None
        self._connection.execute("DELETE FROM results WHERE used < ?", (self._today - _DAYS,))
        while self._size() > self._most:
            if self._connection.execute(_DROP_A_THIRD).rowcount < 1:
                break
        # ``execute`` would give back a single page.
        self._connection.executescript("PRAGMA incremental_vacuum")

    def _size(self) -> int:
        pages, free, size = (
            int(str((self._first(f"PRAGMA {name}") or (0,))[0]))
            for name in ("page_count", "freelist_count", "page_size")
        )
        return (pages - free) * size


def _check(key: bytes, value: bytes) -> bytes:
    """Return what tells that a value is whole, and the one of this key."""
    return hashlib.sha256(key + value).digest()[:_CHECK]
