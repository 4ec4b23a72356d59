"""Which file an import means: the project's own modules and packages, found without running anything.

The order is that of the import system (https://docs.python.org/3/reference/import.html): in each directory a
regular package before a module, and a namespace package only when no directory has either. Which directories
will be on ``sys.path`` is not written in the program, so every one that projects are run from counts: the
directory of the file (``python train.py``), those above it up to the root of the project (``python -m``,
``pytest``, an installed package), and ``src`` in each of them. What is installed is never looked at.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

_ROOT_MARKS = ("pyproject.toml", "setup.py", "setup.cfg", ".git")
# These are told by their names, and a folder that is called like one of them is no reason to doubt it.
_LIBRARIES = frozenset({"tensorflow", "keras", "tf_keras", "numpy", "scipy", "torch", "jax"})
_KNOWN = _LIBRARIES | frozenset(sys.stdlib_module_names)
_INIT = "__init__.py"


class Listing(Protocol):
    """Where directories can be listed."""

    def entries(self, directory: str) -> Mapping[str, bool]:
        """Return the names in ``directory``, and whether each is a directory; nothing if it has none."""


@dataclass(frozen=True, slots=True)
class Located:
    """A module of the project.

    ``path`` is its file, None for a namespace package. ``directory`` is where its submodules lie, None for a
    plain module. Both are absolute.
    """

    path: str | None
    directory: str | None = None


def located_at(path: str) -> Located:
    """Return the module whose file is at the absolute ``path``."""
    directory, name = os.path.split(path)
    return Located(path, directory if name == _INIT else None)


class Locator:
    """Finds modules by their names; remembers what it found."""

    def __init__(self, listing: Listing, top: str) -> None:
        self._listing = listing
        self._top = top
        self._entries: dict[str, Mapping[str, bool]] = {}
        self._roots: dict[str, tuple[str, ...]] = {}
        self._found: dict[tuple[str, int, str], Located | None] = {}

    def locate(self, importer: str, level: int, name: str) -> Located | None:
        """Return the module that ``from <level dots><name> import …`` in the file ``importer`` means.

        ``importer`` is an absolute path. None: it is not a module of the project.
        """
        directory = os.path.dirname(importer)
        key = (directory, level, name)
        if key not in self._found:
            parts = name.split(".") if name else []
            self._found[key] = (
                self._relative(directory, level, parts) if level else self._absolute(directory, parts)
            )
        found = self._found[key]
        # A plain module that asks for its own name means a library; a package means itself.
        itself = found is not None and found.path == importer and found.directory is None
        return None if itself and not level else found

    def submodule(self, package: Located, name: str) -> Located | None:
        """Return the module ``name`` of a package."""
        if package.directory is None:
            return None
        return self._step(package.directory, name) or self._namespace(package.directory, name)

    def _relative(self, directory: str, level: int, parts: list[str]) -> Located | None:
        for _ in range(level - 1):
            directory = os.path.dirname(directory)
        found: Located | None = Located(self._file(directory, _INIT), directory)
        for part in parts:
            found = self.submodule(found, part) if found is not None else None
        return found

    def _absolute(self, directory: str, parts: list[str]) -> Located | None:
        if not parts or parts[0] in _KNOWN:
            return None
        roots = self._roots_of(directory)
        for first in (self._step, self._namespace):
            for root in roots:
                found = first(root, parts[0])
                for part in parts[1:]:
                    found = self.submodule(found, part) if found is not None else None
                if found is not None:
                    return found
        return None

    def _step(self, directory: str, name: str) -> Located | None:
        package = os.path.join(directory, name)
        if self._names(directory).get(name) and self._file(package, _INIT) is not None:
            return Located(os.path.join(package, _INIT), package)
        path = self._file(directory, f"{name}.py")
        return Located(path) if path is not None else None

    def _namespace(self, directory: str, name: str) -> Located | None:
        if not self._names(directory).get(name):
            return None
        inside = os.path.join(directory, name)
        # A folder without any program in it is data, not a package.
        return Located(None, inside) if any(map(_may_hold_modules, self._names(inside).items())) else None

    def _roots_of(self, directory: str) -> tuple[str, ...]:
        known = self._roots.get(directory)
        if known is None:
            known = self._roots[directory] = tuple(self._candidates(directory))
        return known

    def _candidates(self, directory: str) -> list[str]:
        outside: list[str] = []
        inside: list[str] = []
        root, here = self._project(directory), directory
        while True:
            names = self._names(here)
            (inside if _INIT in names else outside).append(here)
            if names.get("src") and os.path.basename(here) != "src":
                outside.append(os.path.join(here, "src"))
            parent = os.path.dirname(here)
            if here in (root, parent) or (root is None and _INIT not in names):
                # The directory of a package is on the path only when a file in it is run by its name.
                return [*outside, *inside]
            here = parent

    def _project(self, directory: str) -> str | None:
        """Return the root of the project around ``directory``: marked as one, or what gradfix was asked about."""
        here = directory
        while not any(mark in self._names(here) for mark in _ROOT_MARKS):
            parent = os.path.dirname(here)
            if parent == here:
                return (
                    self._top if os.path.join(directory, "").startswith(os.path.join(self._top, "")) else None
                )
            here = parent
        return here

    def _file(self, directory: str, name: str) -> str | None:
        return os.path.join(directory, name) if self._names(directory).get(name) is False else None

    def _names(self, directory: str) -> Mapping[str, bool]:
        known = self._entries.get(directory)
        if known is None:
            known = self._entries[directory] = self._listing.entries(directory)
        return known


def _may_hold_modules(entry: tuple[str, bool]) -> bool:
    name, is_directory = entry
    return name.endswith(".py") or (is_directory and name.isidentifier())
