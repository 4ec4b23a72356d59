"""A parsed file and its facts, each computed once and shared by all codemods."""

from __future__ import annotations

import ast
import functools
import re
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING

from gradfix.errors import ParseError
from gradfix.model import Place
from gradfix.names import bindings

if TYPE_CHECKING:
    from gradfix.flow import Flow

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)?")


class Module:
    """One file: its text, its syntax tree, and what the analysis knows about it."""

    def __init__(self, path: str, text: str, tree: ast.Module, keras: int = 3) -> None:
        self.path = path
        self.text = text
        self.tree = tree
        self.keras = keras

    @classmethod
    def parse(cls, text: str, path: str = "<stdin>", config: Mapping[str, object] | None = None) -> Module:
        """Parse decoded ``text`` without byte-order mark.

        Args:
            text: the file's characters, newlines as they stand in the file.
            path: the name used in messages.
            config: the project's settings: ``keras`` (2 or 3) holds for every file, ``pinned`` for those that
                do not say it themselves (``tf_keras``, ``TF_USE_LEGACY_KERAS``).

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
        return cls(path, text, tree, 2 if keras == 2 else 3)

    @functools.cached_property
    def lines(self) -> list[str]:
        """The physical lines as the parser counts them, with their ends."""
        if "\r" in self.text:
            return [line for line in _LINE.findall(self.text) if line]
        *whole, last = self.text.split("\n")
        return [f"{line}\n" for line in whole] + ([last] if last else [])

    @functools.cached_property
    def flow(self) -> Flow:
        """The gradient-flow analysis of this file."""
        from gradfix.flow import analyse

        return analyse(self)

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
        line, start, end_line, end = _extent(node)
        return Place(line, self._column(line, start), end_line, self._column(end_line, end))

    def segment(self, node: ast.AST) -> str:
        """Return the exact source text of ``node``."""
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


def _keras_of(text: str) -> int | None:
    legacy = "TF_USE_LEGACY_KERAS" in text and re.search(r"TF_USE_LEGACY_KERAS\W+1", text)
    if "tf_keras" in text or legacy:
        return 2
    return None
