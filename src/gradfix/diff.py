"""Differences as text: unified diffs that ``git apply`` and ``patch`` take, and minimal edits.

The diffs of notebooks are for reading: no tool knows how to apply what is said of a cell.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterator
from dataclasses import replace

from gradfix.model import Notebook, Place, TextEdit, spelled

_PYTHON_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_NO_NEWLINE = "\\ No newline at end of file\n"
# What Git writes in quotes with an octal escape when it stands in a file's name.
_UNSAFE = re.compile(r'[\x00-\x1f"\\\x7f]')


def unified(before: str, after: str, path: str) -> str:
    """Return the unified diff of two texts, empty when they are equal.

    Lines end at LF alone, as for ``git`` and ``patch``; a lone CR or a form feed is part of its line.
    """
    lines = difflib.unified_diff(
        _diff_lines(before), _diff_lines(after), _label("a", path), _label("b", path), lineterm="\n"
    )
    return "".join(_headed(lines, path))


def unified_bytes(before: bytes, after: bytes, path: str) -> bytes:
    """Return the unified diff of two files, byte for byte in their own encoding."""
    if before == after:
        return b""
    # Latin-1 maps every byte to one character and back.
    old, new = before.decode("latin-1"), after.decode("latin-1")
    head, body = _split_head(unified(old, new, path))
    return os.fsencode(head) + body.encode("latin-1")


def unified_cells(notebook: Notebook, before: str, after: str, path: str) -> str:
    """Return a unified diff of each cell that differs in two texts of a notebook, headed by its number."""
    from gradfix.cells import changed

    pieces: list[str] = []
    for cell, old, new in changed(notebook, before, after):
        label = spelled(path, cell.number)
        # A cell has no newline at its end, which nobody needs to be told.
        before_lines, after_lines = (_diff_lines(f"{text}\n" if text else "") for text in (old, new))
        pieces += difflib.unified_diff(before_lines, after_lines, label, label, lineterm="\n")
    return "".join(pieces)


def cell_edits(notebook: Notebook, before: str, after: str) -> tuple[TextEdit, ...]:
    """Return the edits of all cells that differ in two texts of a notebook, see ``text_edits``; they name their cell."""
    from gradfix.cells import changed

    return tuple(
        TextEdit(replace(edit.place, cell=cell.number), edit.text)
        for cell, old, new in changed(notebook, before, after)
        for edit in text_edits(old, new)
    )


def text_edits(before: str, after: str) -> tuple[TextEdit, ...]:
    """Return the edits that make ``after`` from ``before``: in order, apart from each other, trimmed."""
    old, new = _PYTHON_LINE.findall(before), _PYTHON_LINE.findall(after)
    edits = []
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        if tag != "equal":
            edits.append(_trimmed(old, start, "".join(old[start:end]), "".join(new[new_start:new_end])))
    return tuple(edits)


def _trimmed(lines: list[str], line: int, old: str, new: str) -> TextEdit:
    """Return the edit of ``old``, which starts at ``lines[line]``, without what both have at their ends."""
    prefix = _shared(old, new)
    suffix = _shared(old[prefix:][::-1], new[prefix:][::-1])
    while prefix and _splits(old, prefix) | _splits(new, prefix):
        prefix -= 1
    while suffix and _splits(old, len(old) - suffix) | _splits(new, len(new) - suffix):
        suffix -= 1
    start = _position(lines, line, prefix)
    end = _position(lines, line, len(old) - suffix)
    return TextEdit(Place(*start, *end), new[prefix : len(new) - suffix])


def _shared(one: str, other: str) -> int:
    """Return how many characters both begin with."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((index for index, (a, b) in pairs if a != b), min(len(one), len(other)))


def _splits(text: str, index: int) -> bool:
    """Tell whether ``index`` lies within a word, which reads badly, or a CRLF, which is one newline."""
    around = text[max(index - 1, 0) : index + 1]
    return len(around) == 2 and (around == "\r\n" or around.replace("_", "a").isalnum())


def _position(lines: list[str], line: int, offset: int) -> tuple[int, int]:
    while line < len(lines) and offset >= len(lines[line]):
        if line == len(lines) - 1 and not lines[line].endswith(("\r", "\n")):
            break
        offset -= len(lines[line])
        line += 1
    return line + 1, offset + 1


def _diff_lines(text: str) -> list[str]:
    lines = text.split("\n")
    last = lines.pop()
    return [line + "\n" for line in lines] + ([last] if last else [])


def _headed(lines: Iterator[str], path: str) -> Iterator[str]:
    # A name with a space must be ended by a tab, or readers take part of it for a time stamp.
    end = "\t\n" if " " in path else "\n"
    for number, line in enumerate(lines):
        if number < 2:
            yield line.rstrip("\n") + end
        else:
            yield line if line.endswith("\n") else f"{line}\n{_NO_NEWLINE}"


def _split_head(text: str) -> tuple[str, str]:
    end = text.index("\n", text.index("\n") + 1) + 1
    return text[:end], text[end:]


def _name(path: str) -> str:
    """Return the path as a patch names it: relative to here if it is below here, with slashes."""
    if os.path.isabs(path):
        relative = os.path.relpath(path)
        path = path.lstrip(os.sep) if relative.startswith(os.pardir) else relative
    return path.replace(os.sep, "/").removeprefix("./")


def _label(side: str, path: str) -> str:
    name = f"{side}/{_name(path)}"
    quoted = _UNSAFE.sub(lambda match: f"\\{ord(match[0]):03o}", name)
    return name if quoted == name else f'"{quoted}"'
