"""The files of a project, each read and parsed once however many others import it."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol

from gradfix.errors import GradfixError, SourceError
from gradfix.gate import imports, mentions_libraries
from gradfix.locate import Listing, Located, Locator
from gradfix.module import Module
from gradfix.source import Disk, Source

# Characters of source whose syntax trees are kept: a tree takes about fifty bytes for each.
_KEPT = 3_000_000
# How many files are read to find out whether a program has anything to do with TensorFlow.
_FURTHEST = 40


class Files(Listing, Protocol):
    """Where programs can be read: this machine's disk, or what was sent to it."""

    def read(self, path: str) -> Source:
        """Return the file at ``path``.

        Raises:
            SourceError: it cannot be read or decoded.
        """


class Project:
    """Finds, reads and parses modules; keeps those that were used last.

    ``root`` (absolute) is what relative paths are relative to, ``top`` the directory that was asked about.
    """

    def __init__(
        self,
        root: str,
        *,
        top: str | None = None,
        files: Files | None = None,
        settings: Mapping[str, object] | None = None,
    ) -> None:
        self.root = root
        self.files = files or Disk()
        self._settings = settings
        self._locator = Locator(self.files, top or root)
        self._modules: OrderedDict[str, Module | None] = OrderedDict()
        self._kept = 0

    def locate(self, importer: Module, level: int, name: str) -> Located | None:
        """Return the module of the project that an import in ``importer`` means."""
        return self._locator.locate(self.absolute(importer.path), level, name)

    def submodule(self, package: Located, name: str) -> Located | None:
        """Return the module ``name`` of a package."""
        return self._locator.submodule(package, name)

    def absolute(self, path: str) -> str:
        """Return an absolute path without ``..``; two spellings of one path become the same."""
        return absolute_path(self.root, path)

    def read(self, path: str) -> Source:
        """Return the file at ``path``, which may be relative, under that name.

        Raises:
            SourceError: it cannot be read or decoded.
        """
        try:
            return replace(self.files.read(self.absolute(path)), path=path)
        except SourceError as error:
            error.path = path
            raise

    def leads_to_libraries(self, path: str, text: str) -> bool:
        """Tell whether a file that does not name TensorFlow or Keras imports one that does, at whatever remove."""
        seen = {self.absolute(path)}
        waiting = [(self.absolute(path), text)]
        while waiting and len(seen) < _FURTHEST:
            importer, text = waiting.pop()
            for level, name in imports(text):
                located = self._locator.locate(importer, level, name)
                if located is None or located.path is None or located.path in seen:
                    continue
                seen.add(located.path)
                other = self._text(located.path)
                if mentions_libraries(other):
                    return True
                waiting.append((located.path, other))
        return False

    def _text(self, path: str) -> str:
        try:
            return self.files.read(path).text
        except SourceError:
            return ""

    def imported(self, path: str) -> Module | None:
        """Return the module at an absolute path; None when it cannot be read or parsed.

        Why it cannot is told where the file itself is checked, not once more by everybody who imports it.
        """
        if path in self._modules:
            self._modules.move_to_end(path)
            return self._modules[path]
        try:
            source = self.files.read(path)
            found: Module | None = Module.parse(
                source.text, display_path(self.root, path), self._settings, self
            )
        except GradfixError:
            found = None
        self.keep(path, found)
        return found

    def parsed(self, source: Source) -> Module:
        """Return the module of a file that is checked itself.

        Raises:
            ParseError: it is not valid Python.
        """
        path = self.absolute(source.path)
        known = self._modules.get(path)
        if known is None or known.text != source.text:
            known = Module.parse(source.text, source.path, self._settings, self)
            self.keep(path, known)
        # What the analysis makes of the file goes away with the copy.
        return Module(source.path, known.text, known.tree, known.keras, self)

    def with_module(self, module: Module) -> Project:
        """Return the same project, in which ``module`` stands for its file."""
        other = Project(self.root, files=self.files, settings=self._settings)
        other._locator = self._locator
        other._modules = self._modules.copy()
        other._kept = self._kept
        other.keep(self.absolute(module.path), module)
        return other

    def keep(self, path: str, module: Module | None) -> None:
        """Let ``module`` stand for the file at the absolute ``path``, whatever the file says."""
        old = self._modules.pop(path, None)
        self._modules[path] = module
        self._kept += _size(module) - _size(old)
        while self._kept > _KEPT and len(self._modules) > 1:
            _, old = self._modules.popitem(last=False)
            self._kept -= _size(old)


def absolute_path(root: str, path: str) -> str:
    """Return ``path``, relative to ``root`` (absolute) or absolute itself, without ``..``."""
    return os.path.normpath(os.path.join(root, path))


def display_path(root: str, path: str) -> str:
    """Return how reports name an absolute path that nobody spelled: relative where it lies below ``root``."""
    return path.removeprefix(os.path.join(root, ""))


def project_top(root: str, asked: str) -> str:
    """Return where a project without any mark of its root ends: at the working directory, or what was asked about."""
    asked = os.path.abspath(asked)
    return root if os.path.join(asked, "").startswith(os.path.join(root, "")) else asked


def _size(module: Module | None) -> int:
    return len(module.text) if module is not None else 0
