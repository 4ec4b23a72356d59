"""The files of a project, each read and parsed once however many others import it."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Protocol

from gradfix.asked import BELOW, IMPORTERS, LEADS, LOCATE, READ, Answer, Asked, Question, contents, place
from gradfix.errors import GradfixError, SourceError
from gradfix.gate import asks, imports, mentions, mentions_libraries
from gradfix.locate import Listing, Located, Locator
from gradfix.module import Module
from gradfix.source import Disk, Source

# Characters of source whose syntax trees are kept: a tree takes about fifty bytes for each.
_KEPT = 2_000_000
# How many files are read to find out whether a program has anything to do with TensorFlow.
_FURTHEST, _NEAR = 60, 16
# Whether a file names TensorFlow, whether it asks for a gradient, and the files it imports.
_Outline = tuple[bool, bool, tuple[str, ...]]


class Files(Listing, Protocol):
    """Where programs can be read: this machine's disk, or what was sent to it."""

    def read(self, path: str) -> Source:
        """Return the file at ``path``.

        Raises:
            SourceError: it cannot be read or decoded.
        """


class Project:
    """Finds, reads and parses modules; keeps those that were used last.

    ``root`` (absolute) is what relative paths are relative to, ``top`` the directory that was asked about. ``asked``
    is told of each question and its answer.
    """

    def __init__(
        self,
        root: str,
        *,
        top: str | None = None,
        files: Files | None = None,
        settings: Mapping[str, object] | None = None,
        asked: Asked | None = None,
    ) -> None:
        self.root = root
        self.files = files or Disk()
        self.asked = asked
        self._settings = settings
        self._locator = Locator(self.files, top or root)
        self._modules: OrderedDict[str, Module | None] = OrderedDict()
        self._kept = 0
        self._contents: dict[str, Answer] = {}
        self._outlines: dict[str, _Outline] = {}

    def locate(self, importer: Module, level: int, name: str) -> Located | None:
        """Return the module of the project that an import in ``importer`` means."""
        path = self.absolute(importer.path)
        found = self._locator.locate(path, level, name)
        if self.asked is not None:
            self.asked.note((LOCATE, path, "." * level + name), place(found))
        return found

    def submodule(self, package: Located, name: str) -> Located | None:
        """Return the module ``name`` of a package."""
        found = self._locator.submodule(package, name)
        if self.asked is not None and package.directory is not None:
            self.asked.note((BELOW, package.directory, name), place(found))
        return found

    def absolute(self, path: str) -> str:
        """Return an absolute path without ``..``; two spellings of one path become the same."""
        return absolute_path(self.root, path)

    def read(self, path: str) -> Source:
        """Return the file at ``path``, which may be relative, under that name.

        Raises:
            SourceError: it cannot be read or decoded.
        """
        try:
            source = replace(self.files.read(self.absolute(path)), path=path)
        except SourceError as error:
            error.path = path
            raise
        if self.asked is not None:
            self.asked.note((READ, self.absolute(path), ""), contents(source))
        return source

    def text(self, path: str) -> str:
        """Return the text of the file at an absolute path, nothing if it cannot be read."""
        try:
            return self.read(path).text
        except SourceError:
            return ""

    def leads_to_gradients(self, path: str, text: str) -> bool:
        """Tell whether a file, or what it imports, asks for a gradient and knows TensorFlow.

        A file that asks itself may be far from the one that names TensorFlow; one that only calls something hands
        its work to a file that it imports.
        """
        start = self.absolute(path)
        found = self._leads(start, text)
        if self.asked is not None:
            self.asked.note((LEADS, start, ""), "yes" if found else None)
        return found

    def _leads(self, start: str, text: str) -> bool:
        self._outlines[start] = self._outline(start, text)
        asks_itself = self._outlines[start][1]
        seen, waiting = [start], [start]
        while waiting and len(seen) < (_FURTHEST if asks_itself else _NEAR):
            mentions, asking, imported = self._outlines_of(waiting.pop(0))
            if mentions and (asking or asks_itself):
                return True
            fresh = [one for one in imported if one not in seen]
            seen += fresh
            waiting += fresh
        return False

    def uses(self, path: str, other: str, name: str) -> bool:
        """Tell whether a file, as its text tells, uses ``name`` from the one at the absolute path ``other``."""
        try:
            text = self.read(path).text
        except SourceError:
            return False
        return mentions(text, name) and other in self.visit_imports([path])

    def importers(self, path: str, other: str) -> list[str]:
        """Return the files that a program leads to, as their texts tell, and that import the one at ``other``."""
        found = sorted(one for one in self.visit_imports([path]) if other in self._outlines_of(one)[2])
        if self.asked is not None:
            self.asked.note((IMPORTERS, self.absolute(path), other), "\0".join(found))
        return found

    def visit_imports(self, paths: Iterable[str]) -> set[str]:
        """Read everything that files import, at whatever remove, as their texts tell; return the paths."""
        waiting = [self.absolute(path) for path in paths]
        seen = set(waiting)
        while waiting:
            fresh = [one for one in self._outlines_of(waiting.pop())[2] if one not in seen]
            seen.update(fresh)
            waiting += fresh
        return seen

    def _outlines_of(self, path: str) -> _Outline:
        known = self._outlines.get(path)
        if known is None:
            try:
                text = self.files.read(path).text
            except SourceError:
                text = ""
            known = self._outlines[path] = self._outline(path, text)
        return known

    def _outline(self, path: str, text: str) -> _Outline:
        located = (self._locator.locate(path, level, name) for level, name in imports(text))
        imported = dict.fromkeys(one.path for one in located if one is not None and one.path is not None)
        return mentions_libraries(text), asks(text), tuple(imported)

    def imported(self, path: str) -> Module | None:
        """Return the module at an absolute path; None when it cannot be read or parsed.

        Why it cannot is told where the file itself is checked, not once more by everybody who imports it.
        """
        if path in self._modules:
            self._modules.move_to_end(path)
        else:
            held: Answer = None
            try:
                source = self.files.read(path)
                held = self._held(source)
                found: Module | None = Module.parse(
                    source.text, display_path(self.root, path), self._settings, self
                )
            except GradfixError:
                found = None
            self.keep(path, found)
            self._contents[path] = held
        if self.asked is not None and path in self._contents:
            self.asked.note((READ, path, ""), self._contents[path])
        return self._modules[path]

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
        self._contents[path] = self._held(source)
        # What the analysis makes of the file goes away with the copy.
        return Module(source.path, known.text, known.tree, known.keras, self)

    def with_module(self, module: Module) -> Project:
        """Return the same project, in which ``module`` stands for its file."""
        other = Project(self.root, files=self.files, settings=self._settings, asked=self.asked)
        other._locator = self._locator
        other._modules = self._modules.copy()
        other._kept = self._kept
        other._contents = self._contents.copy()
        other.keep(self.absolute(module.path), module)
        return other

    def keep(self, path: str, module: Module | None) -> None:
        """Let ``module`` stand for the file at the absolute ``path``, whatever the file says."""
        old = self._modules.pop(path, None)
        self._contents.pop(path, None)
        self._modules[path] = module
        self._kept += _size(module) - _size(old)
        while self._kept > _KEPT and len(self._modules) > 1:
            _, old = self._modules.popitem(last=False)
            self._kept -= _size(old)

    def answer(self, question: Question) -> Answer:
        """Return what an analysis would be told now that asks this question; see ``asked``."""
        kind, path, name = question
        if kind == LOCATE:
            bare = name.lstrip(".")
            return place(self._locator.locate(path, len(name) - len(bare), bare))
        if kind == IMPORTERS:
            return "\0".join(self.importers(path, name))
        if kind == BELOW:
            return place(self._locator.submodule(Located(None, path), name))
        try:
            source = self.files.read(path)
        except SourceError:
            return None
        if kind == READ:
            return contents(source)
        return "yes" if self._leads(path, source.text) else None

    def _held(self, source: Source) -> Answer:
        return contents(source) if self.asked is not None else None


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
