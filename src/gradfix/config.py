"""Settings: ``[tool.gradfix]`` in the nearest ``pyproject.toml``, and the choice of codemods by name."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gradfix.codemod import Codemod
from gradfix.errors import UsageError

_FILE = "pyproject.toml"
_NAME_KEYS = ("select", "ignore", "exclude")
_KEYS = (*_NAME_KEYS, "keras", "unsafe")


@dataclass(frozen=True, slots=True)
class Config:
    """What ``[tool.gradfix]`` says.

    ``select`` is None when the key is absent, which selects every codemod. ``exclude`` holds patterns as in a
    ``.gitignore``, relative to the directory of ``path``. ``keras`` is 2, 3, or None: found out per file.
    """

    path: str | None = None
    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    keras: int | None = None
    unsafe: bool = False

    @property
    def root(self) -> str:
        """The directory that ``exclude`` speaks of."""
        return os.path.dirname(os.path.abspath(self.path or _FILE))


def find_config(paths: Sequence[str]) -> Config:
    """Return the settings nearest to ``paths``: looked for from the directory they share, upwards.

    A ``pyproject.toml`` without a ``[tool.gradfix]`` table is passed over.

    Raises:
        UsageError: a file that mentions gradfix cannot be understood.
    """
    directory = shared_directory(paths)
    while True:
        path = os.path.join(directory, _FILE)
        if _mentions_gradfix(path):
            table = _table(path)
            if table is not None:
                return _config(path, table)
        parent = os.path.dirname(directory)
        if parent == directory:
            return Config()
        directory = parent


def read_config(path: str) -> Config:
    """Return the settings in the file at ``path``.

    Raises:
        UsageError: it cannot be read or understood, or has no ``[tool.gradfix]`` table.
    """
    table = _table(path)
    if table is None:
        raise UsageError("has no [tool.gradfix] table", path=path)
    return _config(path, table)


def choose(
    codemods: Iterable[Codemod],
    config: Config,
    select: Sequence[str] | None = None,
    ignore: Sequence[str] = (),
) -> tuple[Codemod, ...]:
    """Return the codemods that the configuration and the command line ask for.

    ``select`` and ``ignore`` are those of the command line: ``select`` takes the place of what the
    configuration says, ``ignore`` is taken off in the end.

    Raises:
        UsageError: a name that no codemod has.
    """
    every = {codemod.name: codemod for codemod in codemods}
    for names, key, path in (
        (config.select or (), "select", config.path),
        (config.ignore, "ignore", config.path),
        (select or (), "--select", None),
        (ignore, "--ignore", None),
    ):
        for name in names:
            if name not in every:
                message = f"{key}: {unknown('codemod', name, every)}"
                raise UsageError(message, path=path)
    if select:
        wanted = set(select)
    else:
        wanted = set(every if config.select is None else config.select) - set(config.ignore)
    return tuple(codemod for name, codemod in every.items() if name in wanted - set(ignore))


def unknown(kind: str, name: str, known: Iterable[str]) -> str:
    """Return ``unknown KIND 'NAME'``, with the nearest known name if there is one."""
    import difflib

    near = difflib.get_close_matches(name, list(known), n=1)
    return f"unknown {kind} {name!r}" + (f"; did you mean {near[0]!r}?" if near else "")


def shared_directory(paths: Sequence[str]) -> str:
    """Return the directory that all ``paths`` lie in."""
    absolute = [os.path.realpath(path) for path in paths] or [os.path.realpath(os.curdir)]
    directories = [path if os.path.isdir(path) else os.path.dirname(path) for path in absolute]
    try:
        return os.path.commonpath(directories)
    except ValueError:
        # Two drives of Windows share nothing.
        return directories[0]


def _mentions_gradfix(path: str) -> bool:
    # Most files say nothing about gradfix: they are neither parsed nor judged.
    try:
        with open(path, "rb") as stream:
            return b"gradfix" in stream.read()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", path=path) from error


def _table(path: str) -> Mapping[str, object] | None:
    """Return the ``[tool.gradfix]`` table of a TOML file."""
    toml = importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    try:
        with open(path, "rb") as stream:
            document = toml.load(stream)
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", path=path) from error
    except ValueError as error:
        raise UsageError(f"is not valid TOML: {error}", path=path) from error
    tool = document.get("tool", {})
    if not isinstance(tool, dict) or "gradfix" not in tool:
        return None
    table: object = tool["gradfix"]
    if not isinstance(table, dict):
        raise UsageError("[tool.gradfix] must be a table", path=path)
    return table


def _config(path: str, table: Mapping[str, object]) -> Config:
    for key in table:
        if key not in _KEYS:
            raise UsageError(f"[tool.gradfix]: {unknown('key', key, _KEYS)}", path=path)
    keras = table.get("keras")
    if keras is not None and (isinstance(keras, bool) or keras not in (2, 3)):
        raise UsageError(f"[tool.gradfix]: keras must be 2 or 3, not {keras!r}", path=path)
    unsafe = table.get("unsafe", False)
    if not isinstance(unsafe, bool):
        raise UsageError(f"[tool.gradfix]: unsafe must be true or false, not {unsafe!r}", path=path)
    return Config(
        path=path,
        select=_names(path, table, "select") if "select" in table else None,
        ignore=_names(path, table, "ignore"),
        exclude=_names(path, table, "exclude"),
        keras=keras if isinstance(keras, int) else None,
        unsafe=unsafe,
    )


def _names(path: str, table: Mapping[str, object], key: str) -> tuple[str, ...]:
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise UsageError(f"[tool.gradfix]: {key} must be a list of strings, not {value!r}", path=path)
    return tuple(value)
