"""The file of a notebook: which language it speaks, its code cells, and new sources for some of them.

The JSON is read with the place of every source, so that a new one takes exactly the place of the old one and all
else in the file stays as it is.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from json import JSONDecodeError

from gradfix.cells import assembled, changed
from gradfix.errors import SourceError
from gradfix.model import Cell, Notebook

_FORMAT = 4
_DECODER = json.JSONDecoder()
_SPACE = re.compile(r"[ \t\r\n]*")
_ESCAPED = re.compile(r"(?<!\\)(?:\\\\)*\\u(?!00[0-7])")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_PYTHON = ("python", "ipython", "pyspark")


def opened(raw: bytes, path: str) -> tuple[str, Notebook]:
    """Return the text of a notebook and how it is made of cells; an empty file is one without cells.

    Raises:
        SourceError: it is not a notebook, not one of format 4, or in another language than Python.
    """
    text = _decoded(raw, path)
    if not text.strip():
        return assembled(())
    document = _Document(text)
    try:
        document.read()
    except JSONDecodeError as error:
        message = f"is not valid JSON: {error.msg}"
        raise SourceError(message, path=path, line=error.lineno, column=error.colno) from error
    except RecursionError as error:
        raise SourceError("is not a notebook: nested too deeply", path=path) from error
    fault = document.fault()
    if fault is not None:
        raise SourceError(fault, path=path)
    return assembled(document.code())


def spliced(raw: bytes, notebook: Notebook, before: str, after: str) -> bytes:
    """Return the file with the sources of those cells that differ in two texts of the notebook.

    Raises:
        RewriteError: the new text cannot be cut into cells.
    """
    text = raw.removeprefix(codecs.BOM_UTF8).decode()
    for cell, _, source in reversed(list(changed(notebook, before, after))):
        text = text[: cell.start] + _value(text, cell, source) + text[cell.end :]
    bom = codecs.BOM_UTF8 if raw.startswith(codecs.BOM_UTF8) else b""
    return bom + text.encode()


def speaks_python(raw: bytes) -> bool:
    """Tell whether a notebook is one in Python, by a look at its metadata alone; in doubt it is."""
    for key, name in ((b'"language_info"', "name"), (b'"kernelspec"', "language")):
        at = raw.rfind(key)
        if at < 0:
            continue
        rest = raw[at + len(key) : at + 4096].decode("utf-8", "replace").lstrip(" \t\r\n:")
        try:
            value, _ = _DECODER.raw_decode(rest)
        except (JSONDecodeError, RecursionError):
            continue
        if isinstance(value, dict) and isinstance(value.get(name), str):
            return _is_python(value[name])
    return True


def _decoded(raw: bytes, path: str) -> str:
    body = raw.removeprefix(codecs.BOM_UTF8)
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        raise SourceError(f"cannot be decoded as utf-8: {error.reason}", path=path, line=line) from error


def _is_python(language: str) -> bool:
    return language.lower().startswith(_PYTHON)


@dataclass(slots=True)
class _Found:
    """A cell as the file has it."""

    members: dict[str, object] = field(default_factory=dict)
    start: int = 0
    end: int = 0

    @property
    def is_code(self) -> bool:
        """Tell whether it is one in the language of the notebook."""
        metadata = self.members.get("metadata")
        editor = metadata.get("vscode") if isinstance(metadata, dict) else None
        language = editor.get("languageId") if isinstance(editor, dict) else None
        own = not isinstance(language, str) or _is_python(language)
        return self.members.get("cell_type") == "code" and own

    @property
    def source(self) -> str | None:
        """The source as one text; None when it is none."""
        match self.members.get("source"):
            case str(text):
                return text
            case list(lines) if all(isinstance(line, str) for line in lines):
                return "".join(lines)
            case _:
                return None


class _Document:
    """JSON that may be a notebook."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.is_object = False
        self.members: dict[str, object] = {}
        self.cells: list[_Found] | None = None

    def read(self) -> None:
        """Read it.

        Raises:
            JSONDecodeError: it is not JSON.
        """
        text = self.text
        start = _skip(text, 0)
        self.is_object = text[start] == "{"
        end = _members(text, start, self._member) if self.is_object else _DECODER.raw_decode(text, start)[1]
        end = _skip(text, end)
        if end != len(text):
            raise JSONDecodeError("Extra data", text, end)

    def fault(self) -> str | None:
        """Return why it is no notebook in Python, None when it is one."""
        version = self.members.get("nbformat")
        if not self.is_object or not isinstance(version, int):
            return "is not a notebook"
        if version != _FORMAT:
            return f"is a notebook of format {version}; only format {_FORMAT} is read"
        if self.cells is None:
            return "is not a notebook: it has no cells"
        for number, cell in enumerate(self.cells, 1):
            if cell.is_code and cell.source is None:
                return f"is not a notebook: cell {number} has no source"
        language = self._language()
        return None if _is_python(language) else f"is a notebook in {language}, not in Python"

    def code(self) -> list[tuple[Cell, str]]:
        """Return the code cells with their sources."""
        return [
            (Cell(number, "", 0, "", cell.start, cell.end), cell.source or "")
            for number, cell in enumerate(self.cells or (), 1)
            if cell.is_code
        ]

    def _language(self) -> str:
        metadata = self.members.get("metadata")
        for key, name in (("language_info", "name"), ("kernelspec", "language")):
            value = metadata.get(key) if isinstance(metadata, dict) else None
            if isinstance(value, dict) and isinstance(value.get(name), str):
                return str(value[name])
        return "python"

    def _member(self, key: str, start: int) -> int:
        if key != "cells" or self.text[start : start + 1] != "[":
            self.members[key], end = _DECODER.raw_decode(self.text, start)
            return end
        self.cells = []
        return _elements(self.text, start, "]", self._cell)

    def _cell(self, start: int) -> int:
        assert self.cells is not None
        cell = _Found()
        self.cells.append(cell)
        if self.text[start : start + 1] != "{":
            return _DECODER.raw_decode(self.text, start)[1]

        def member(key: str, start: int) -> int:
            cell.members[key], end = _DECODER.raw_decode(self.text, start)
            if key == "source":
                cell.start, cell.end = start, end
            return end

        return _members(self.text, start, member)


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _members(text: str, start: int, read: Callable[[str, int], int]) -> int:
    """Let ``read`` read the values of an object, by key and start; it returns the end. Return the object's end."""

    def member(at: int) -> int:
        if text[at : at + 1] != '"':
            raise JSONDecodeError("Expecting property name enclosed in double quotes", text, at)
        key, at = _DECODER.raw_decode(text, at)
        at = _skip(text, at)
        if text[at : at + 1] != ":":
            raise JSONDecodeError("Expecting ':' delimiter", text, at)
        return read(key, _skip(text, at + 1))

    return _elements(text, start, "}", member)


def _elements(text: str, start: int, closing: str, read: Callable[[int], int]) -> int:
    """Let ``read`` read what stands in brackets, by its start; it returns the end. Return what is behind them."""
    at = _skip(text, start + 1)
    if text[at : at + 1] == closing:
        return at + 1
    while True:
        at = _skip(text, read(at))
        sign = text[at : at + 1]
        if sign == closing:
            return at + 1
        if sign != ",":
            raise JSONDecodeError("Expecting ',' delimiter", text, at)
        at = _skip(text, at + 1)


def _value(text: str, cell: Cell, source: str) -> str:
    """Return the JSON of a source, written as the old one in ``text`` is."""
    old = text[cell.start : cell.end]
    escapes = _ESCAPED.search(old) or (_ESCAPED.search(text) and text.isascii())
    plain = not old.isascii() or not escapes
    if not old.startswith("["):
        return _string(source, plain=plain)
    items: list[tuple[int, int]] = []

    def item(start: int) -> int:
        _, end = _DECODER.raw_decode(old, start)
        items.append((start, end))
        return end

    _elements(old, 0, "]", item)
    # Lines that stay keep their spelling, whatever it is.
    known = {_DECODER.decode(old[start:end]): old[start:end] for start, end in items}
    lines = [known.get(line) or _string(line, plain=plain) for line in _LINE.findall(source)]
    if not lines:
        return "[]"
    opening = old[1 : items[0][0]] if items else ""
    closing = old[items[-1][1] : -1] if items else ""
    between = old[items[0][1] : items[1][0]] if len(items) > 1 else f",{opening or ' '}"
    return f"[{opening}{between.join(lines)}{closing}]"


def _string(text: str, *, plain: bool) -> str:
    lonely = any("\ud800" <= char <= "\udfff" for char in text)
    return json.dumps(text, ensure_ascii=lonely or not plain)
