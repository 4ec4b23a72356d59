"""What IPython reads beside Python, turned into Python and back: magics, shell commands, questions for help.

The rules are those of IPython (``IPython.core.inputtransformer2``): a logical line that begins with ``%``, ``!``,
``?``, ``,``, ``;`` or ``/``, an assignment of ``%magic`` or ``!command``, and a line that ends with ``?``. None of
them can be Python, so nothing has to be known of the rest of a cell but where its logical lines begin.
"""

from __future__ import annotations

import ast
import keyword
import re
import warnings
from dataclasses import dataclass, field

# Cell magics that run their cell as Python, in the namespace of the notebook.
PYTHON = frozenset("capture debug ipytest memit prun pyinstrument scalene snakeviz time timeit wandb".split())
# Line magics that read names of the program.
_READING = PYTHON | {"lprun", "mprun", "store"}
# Commands that IPython takes for magics without ``%``, when a cell holds nothing else.
_AUTOMATIC = frozenset("cat cd clear conda cp less ls man mamba mkdir more mv pip pwd rm rmdir uv".split())

_NEWLINE = re.compile(r"\r\n?|\n")
_SPECIAL = re.compile(r"[%!?]|^[ \t\f]*[,;/]", re.MULTILINE)
_BLANK = re.compile(r"[ \t\f]*")
_REST = re.compile(r"(?:[^\\\r\n]+|\\(?:\r\n?|\n)?)*")
_CELL_MAGIC = re.compile(
    r"(?:[ \t]*(?:\#[^\r\n]*)?(?:\r\n?|\n))*[ \t]*%%(?P<name>\w*)(?P<help>\??)(?P<rest>[^\r\n]*)(?:\r\n?|\n|\Z)"
)
_LINE_MAGIC = re.compile(r"%+[ \t]*(?P<name>\w+)[ \t]*")
_FIRST_WORD = re.compile(r"\s*(\w+)[ \t]+\S")
_INSERTED = re.compile(r"[{$][ \t]*([A-Za-z_]\w*)")
_NAME = re.compile(r"(?<![\w.])[A-Za-z_]\w*")
_TOKEN = re.compile(
    r"(?P<quote>'''|\"\"\"|'|\")"
    r"|\#[^\r\n]*"
    r"|(?P<open>[(\[{])|(?P<close>[)\]}])"
    r"|\\(?:\r\n?|\n)|(?P<newline>\r\n?|\n)"
    r"|(?P<assign>(?<![=!<>:+\-*/%&|^@])=(?:[ \t]|\\(?:\r\n?|\n))*(?=%[ \t]*[A-Za-z_]|!))"
    r"|(?P<help>\?\??[ \t]*(?=[\r\n]|\Z))"
)
_STRING_END = {
    "'''": re.compile(r"(?:\\.|[^\\])*?'''", re.DOTALL),
    '"""': re.compile(r'(?:\\.|[^\\])*?"""', re.DOTALL),
    "'": re.compile(r"(?:\\(?:\r\n|.)|[^\\\r\n'])*'?", re.DOTALL),
    '"': re.compile(r'(?:\\(?:\r\n|.)|[^\\\r\n"])*"?', re.DOTALL),
}


@dataclass(slots=True)
class Masks:
    """The stand-ins of one notebook: names that begin with ``word``, which occurs in none of its cells."""

    word: str
    pairs: list[tuple[str, str]] = field(default_factory=list)

    def name(self) -> str:
        """Return a name for the next stand-in."""
        return f"{self.word}{len(self.pairs)}_"

    def add(self, stand_in: str, original: str) -> str:
        """Let ``stand_in`` stand for ``original``, and return it."""
        self.pairs.append((stand_in, original))
        return stand_in


@dataclass(frozen=True, slots=True)
class Python:
    """The Python of a cell: ``head`` is a cell magic before it, ``names`` are those it reads, ``bound`` what it binds.

    ``shifts`` tell which lines of ``text`` (from 0 on) are longer than those of the cell, from which column on
    (from 0 on), and by how much.
    """

    text: str
    head: str = ""
    names: tuple[str, ...] = ()
    bound: str = ""
    shifts: tuple[tuple[int, int, int], ...] = ()


def python_of(source: str, masks: Masks) -> Python | None:
    """Return the Python of a cell, as many lines as it has; None when it is not Python."""
    head, bound = "", ""
    names: tuple[str, ...] = ()
    while (found := _CELL_MAGIC.match(source, len(head))) and not found["help"]:
        if found["name"] not in PYTHON:
            return None
        if found["name"] == "capture":
            bound = next((word for word in found["rest"].split() if word.isidentifier()), bound)
        else:
            names += _names(found["rest"])
        head = source[: found.end()]
    body = source[len(head) :]
    text, shifts = _Cell(body, masks).masked() if _SPECIAL.search(body) else (body, ())
    word = _FIRST_WORD.match(body)
    if word and word[1] in _AUTOMATIC and not _parses(text):
        return None
    return Python(text, head, names, bound, shifts)


class _Cell:
    """One cell on its way into Python."""

    def __init__(self, source: str, masks: Masks) -> None:
        self.source = source
        self.masks = masks
        self.pieces: list[str] = []
        self.shifts: list[tuple[int, int, int]] = []
        self.kept = 0

    def masked(self) -> tuple[str, tuple[tuple[int, int, int], ...]]:
        source, at = self.source, 0
        while at < len(source):
            start = _matched(_BLANK, source, at)
            at = self.escaped(start) if source[start : start + 1] in set("%!?,;/") else self.plain(start)
            newline = _NEWLINE.match(source, at)
            at = newline.end() if newline else at
        return "".join([*self.pieces, source[self.kept :]]), tuple(self.shifts)

    def escaped(self, start: int) -> int:
        """Mask a line that begins with a sign of IPython; return its end."""
        end = _matched(_REST, self.source, start)
        magic = _LINE_MAGIC.match(self.source, start, end)
        code = self.source[magic.end() : end] if magic else ""
        if magic and magic["name"] == "time" and magic[0][-1] in " \t" and _is_simple(code):
            stand_in = f"{self.masks.name()};"
            column = start - max(self.source.rfind(sign, 0, start) for sign in "\r\n") - 1
            line = len(_NEWLINE.findall(self.source, 0, start))
            self.shifts.append((line, column, len(stand_in) - len(magic[0])))
            self.put(start, magic.end(), stand_in)
        else:
            self.mask(start, end)
        return end

    def plain(self, start: int) -> int:
        """Mask what is not Python at the end of a logical line; return the end of the line."""
        source, depth, at = self.source, 0, start
        while token := _TOKEN.search(source, at):
            at = token.end()
            if token["quote"]:
                closed = _STRING_END[token["quote"]].match(source, at)
                at = closed.end() if closed else len(source)
            elif token["open"]:
                depth += 1
            elif token["close"]:
                depth = max(0, depth - 1)
            elif depth:
                continue
            elif token["newline"]:
                return token.start()
            elif token["assign"]:
                end = _matched(_REST, source, at)
                self.mask(at, end)
                return end
            elif token["help"]:
                self.mask(start, at)
                return at
        return len(source)

    def mask(self, start: int, end: int) -> None:
        """Let an expression of as many lines stand for a piece of the cell; it reads what that may read."""
        original = self.source[start:end]
        names = ", ".join(_read(original))
        name, breaks = self.masks.name(), "".join(_NEWLINE.findall(original))
        stand_in = f"{name}({names}{breaks})" if names else f"({name}{breaks})" if breaks else name
        self.put(start, end, stand_in)

    def put(self, start: int, end: int, stand_in: str) -> None:
        self.pieces += self.source[self.kept : start], self.masks.add(stand_in, self.source[start:end])
        self.kept = end


def _matched(pattern: re.Pattern[str], text: str, start: int) -> int:
    """Return the end of a pattern that matches everywhere."""
    found = pattern.match(text, start)
    return found.end() if found else start


def _read(original: str) -> tuple[str, ...]:
    """Return the names of the program that a line of IPython's may read."""
    magic = _LINE_MAGIC.match(original)
    if magic and magic["name"] in _READING:
        return _names(original[magic.end() :])
    if original[0] == "/":
        return _names(original)
    if original[0] == "?" or original.rstrip().endswith("?"):
        return _names(original)[:1]
    return tuple(dict.fromkeys(_INSERTED.findall(original)))


def _names(code: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in _NAME.findall(code) if not keyword.iskeyword(name)))


def _is_simple(code: str) -> bool:
    """Tell whether ``code`` is one line of statements without blocks."""
    if not code or _NEWLINE.search(code):
        return False
    tree = _parsed(code)
    return tree is not None and bool(tree.body) and not any(hasattr(one, "body") for one in tree.body)


def _parses(text: str) -> bool:
    return _parsed(text) is not None


def _parsed(text: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
