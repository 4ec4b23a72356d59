"""A parsed file and its facts, each computed once and shared by all codemods."""

from __future__ import annotations

import ast
import functools
import re
import warnings
from bisect import bisect_right
from collections.abc import Mapping
from typing import TYPE_CHECKING

from gradfix.errors import ParseError
from gradfix.model import Place
from gradfix.names import bindings

if TYPE_CHECKING:
    from gradfix.flow import Flow
    from gradfix.flow.outline import Outline
    from gradfix.flow.units import Unit
    from gradfix.project import Project

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)?")


class Module:
    """One file: its text, its syntax tree, and what the analysis knows about it.

    ``project`` finds the modules it imports; without one they stay unknown. ``ran_elsewhere`` are the lines of
    functions that other programs run, so that they need not be run on their own; ``lived_elsewhere`` those of classes
    whose objects other programs call, which know better what is wrong with them. ``shared`` are the names of functions
    that other programs use and find nothing wrong with.
    """

    def __init__(
        self,
        path: str,
        text: str,
        tree: ast.Module,
        keras: int = 3,
        project: Project | None = None,
        entry: Module | None = None,
    ) -> None:
        self.path = path
        self.text = text
        self.tree = tree
        self.keras = keras
        self.project = project
        self._entry = entry
        self._words: dict[str, bool] = {}
        self.ran_elsewhere: frozenset[int] = frozenset()
        self.lived_elsewhere: frozenset[int] = frozenset()
        self.shared: frozenset[str] = frozenset()

    @classmethod
    def parse(
        cls,
        text: str,
        path: str = "<stdin>",
        config: Mapping[str, object] | None = None,
        project: Project | None = None,
    ) -> Module:
        """Parse decoded ``text`` without byte-order mark.

        Args:
            text: the file's characters, newlines as they stand in the file.
            path: the name used in messages.
            config: the settings: ``keras`` (2 or 3) holds for every file, ``pinned`` for those that
                do not say it themselves (``tf_keras``, ``TF_USE_LEGACY_KERAS``).
            project: where to look for what it imports.

        Raises:
            ParseError: the text is not valid Python; carries line and column.
        """
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(text, path)
        except SyntaxError as error:
            raise ParseError(
                f"cannot parse: {error.msg}", path=path, line=error.lineno, column=error.offset
            ) from None
        except ValueError as error:
            raise ParseError(f"cannot parse: {error}", path=path) from None
        except (RecursionError, MemoryError):
            raise ParseError("cannot parse: nested too deeply", path=path) from None
        settings = config or {}
        keras = settings.get("keras") or _keras_of(text) or settings.get("pinned") or 3
        module = cls(path, text, tree, 2 if keras == 2 else 3, project)
        if (
            keras != 2
            and project is not None
            and not settings.get("keras")
            and module._takes_legacy_keras(project)
        ):
            module.keras = 2
        return module

    def _takes_legacy_keras(self, project: Project) -> bool:
        """Tell whether the name ``keras`` comes from a file of the project that means ``tf_keras`` by it."""
        if "keras" not in self.text:
            return False
        return any(
            (located := project.locate(self, node.level, node.module or "")) is not None
            and located.path is not None
            and _keras_of(project.text(located.path)) == 2
            for node in _top_level_imports(self.tree.body)
            if isinstance(node, ast.ImportFrom) and any(alias.name == "keras" for alias in node.names)
        )

    @property
    def entry(self) -> Module:
        """The program: the file that is run."""
        return self._entry or self

    def seen_from(self, entry: Module) -> Module:
        """Return this file as a part of the program ``entry``."""
        keras = min(self.keras, entry.keras)
        seen = Module(self.path, self.text, self.tree, keras, self.project, entry)
        seen.shared = self.shared
        return seen

    @functools.cached_property
    def lines(self) -> list[str]:
        """The physical lines as the parser counts them, with their ends."""
        if "\r" in self.text:
            return [line for line in _LINE.findall(self.text) if line]
        *whole, last = self.text.split("\n")
        return [f"{line}\n" for line in whole] + ([last] if last else [])

    @functools.cached_property
    def flow(self) -> Flow:
        """The gradient-flow analysis of the program, as far as it concerns this file."""
        from gradfix.flow import analyse

        return analyse(self) if self.entry is self else self.entry.flow.seen_in(self)

    @functools.cached_property
    def unit(self) -> Unit:
        """What the interpreter reads off the text before it runs this file."""
        from gradfix.flow.units import Unit

        return Unit(self)

    @functools.cached_property
    def outline(self) -> Outline:
        """Which statements of the top level bind which names."""
        from gradfix.flow.outline import Outline

        return Outline(self.tree)

    @functools.cached_property
    def others(self) -> list[Module]:
        """The modules that the program ``entry`` was seen to use beside this one; grows while it is analysed."""
        return (
            []
            if self.entry is self
            else [self.entry, *(one for one in self.entry.others if one.tree is not self.tree)]
        )

    def program(self) -> list[Module]:
        """Return all files that the analysis sees as one program with this one, this one first."""
        if self.project is not None:
            self.flow  # noqa: B018 - which files the program uses shows when it is run
        return [self, *self.others]

    def has(self, word: str) -> bool:
        """Tell whether ``word`` stands anywhere in this file."""
        known = self._words.get(word)
        if known is None:
            known = self._words[word] = word in self.text
        return known

    def mentions(self, *words: str) -> bool:
        """Tell whether one of the words stands in any file of the program."""
        return any(one.has(word) for one in self.program() for word in words)

    def home(self, node: ast.AST) -> Module:
        """Return the module of the program that ``node`` stands in, this one if in doubt."""
        if not self.others or self.owns(node):
            return self
        return next((one for one in self.others if one.owns(node)), self)

    def holds(self, node: ast.AST) -> bool:
        """Tell whether ``node`` stands in this file, where the program has others."""
        return not self.others or self.owns(node)

    def owns(self, node: ast.AST) -> bool:
        """Tell whether ``node`` stands in this file."""
        return node is self.tree if not hasattr(node, "lineno") else self._around(node) is not None

    def within(self, node: ast.AST) -> str | None:
        """Return the name of what ``node`` stands in at the top level: a function, a class, a variable; or None."""
        match self._around(node) if hasattr(node, "lineno") else None:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                return name
            case ast.Assign(targets=[ast.Name(id=name), *_]) | ast.AnnAssign(target=ast.Name(id=name)):
                return name
        return None

    def class_around(self, node: ast.AST) -> ast.ClassDef | None:
        """Return the class of the top level that ``node`` stands in, or None."""
        around = self._around(node) if hasattr(node, "lineno") else None
        return around if isinstance(around, ast.ClassDef) else None

    def _around(self, node: ast.AST) -> ast.stmt | None:
        """Return the statement of the top level that ``node`` stands in, None when it stands in another file."""
        line: int = node.lineno  # type: ignore[attr-defined]
        body = self.tree.body
        at = bisect_right(self._starts, line) - 1
        # Several statements may share a line, and decorators stand before the line of what they decorate.
        near = body[max(0, at - 1) : at + 2]
        return next((statement for statement in near if id(node) in self._inside(statement)), None)

    @functools.cached_property
    def _starts(self) -> list[int]:
        return [statement.lineno for statement in self.tree.body]

    def _inside(self, statement: ast.stmt) -> set[int]:
        known = self._nodes.get(statement)
        if known is None:
            known = self._nodes[statement] = {id(node) for node in ast.walk(statement)}
        return known

    @functools.cached_property
    def _nodes(self) -> dict[ast.stmt, set[int]]:
        return {}

    @functools.cached_property
    def aliases(self) -> dict[str, str]:
        """Canonical path → the name this file's module level binds to it, first import first."""
        found: dict[str, str] = {}
        for node in _top_level_imports(self.tree.body):
            for name, path in bindings(node):
                if name != "*":
                    found.setdefault(path, name)
        return found

    def spell(self, path: str) -> str | None:
        """Return how this file writes a canonical path, or None when no import of it leads there.

        ``tensorflow.sin`` is ``tf.sin`` under ``import tensorflow as tf``; ``keras.losses.MSE`` is
        ``tf.keras.losses.MSE`` under the same import.
        """
        head, tail = path, ""
        while head:
            if head in self.aliases:
                return self.aliases[head] + tail
            head, _, last = head.rpartition(".")
            tail = f".{last}{tail}"
        if path.startswith("keras.") and "tensorflow" in self.aliases:
            return f"{self.aliases['tensorflow']}.{path}"
        return None

    def place(self, node: ast.AST) -> Place:
        """Return where ``node`` stands: 1-based lines, 1-based columns in characters, end exclusive."""
        if self.others:
            home = self.home(node)
            if home is not self:
                return home.place(node)
        line, start, end_line, end = _extent(node)
        return Place(line, self._column(line, start), end_line, self._column(end_line, end))

    def segment(self, node: ast.AST) -> str:
        """Return the exact source text of ``node``."""
        if self.others:
            home = self.home(node)
            if home is not self:
                return home.segment(node)
        line, start, end_line, end = _extent(node)
        if line == end_line:
            text = self.lines[line - 1]
            return text[start:end] if text.isascii() else text.encode()[start:end].decode()
        first = self.lines[line - 1].encode()[start:].decode()
        last = self.lines[end_line - 1].encode()[:end].decode()
        return "".join([first, *self.lines[line : end_line - 1], last])

    def _column(self, line: int, offset: int) -> int:
        text = self.lines[line - 1] if line <= len(self.lines) else ""
        if text.isascii():
            return offset + 1
        return len(text.encode()[:offset].decode()) + 1


def _extent(node: ast.AST) -> tuple[int, int, int, int]:
    return node.lineno, node.col_offset, node.end_lineno, node.end_col_offset  # type: ignore[attr-defined]


def _top_level_imports(body: list[ast.stmt]) -> list[ast.Import | ast.ImportFrom]:
    found: list[ast.Import | ast.ImportFrom] = []
    for statement in body:
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            found.append(statement)
        elif isinstance(statement, (ast.Try, ast.If)):
            found += _top_level_imports(statement.body)
    return found


# Measured: TensorFlow Addons 0.23, the last one, cannot be imported beside Keras 3. In a `try` it may be missing.
_ADDONS = re.compile(r"^(?:import|from)[ ]tensorflow_addons\b", re.MULTILINE)


def _keras_of(text: str) -> int | None:
    legacy = "TF_USE_LEGACY_KERAS" in text and re.search(r"TF_USE_LEGACY_KERAS\W+1", text)
    if "tf_keras" in text or legacy or ("tensorflow_addons" in text and _ADDONS.search(text)):
        return 2
    return None
