"""Text to libcst and back, with what libcst itself does not give back.

Some things in a valid file are lost when libcst parses it and writes it again (libcst 1.9): a form feed in
front of a statement, a final newline that is a lone carriage return, and, behind the last statement, blank
lines and comments that are indented in unusual ways. Form feeds go through libcst as comments; what stands
behind the last statement is kept from it where it would be lost.
"""

from __future__ import annotations

import io
import re
import tokenize
from dataclasses import dataclass

import libcst as cst

from gradfix.errors import RewriteError

NEWLINE = re.compile(r"\r\n?|\n")
_FORM_FEED = re.compile(r"(?:\A|(?<=[\r\n]))[ \t]*\f[ \t\f]*(?=[^\s#])")
_NO_CODE = re.compile(r"[ \t\f]*(?:#[^\r\n]*)?(?:\r\n?|\n)?")
_MARK = "#form-feed-of-line-"
_SILENT = {tokenize.NL, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT}


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed file.

    ``offsets`` gives for each line of the text (the first is 0) the byte offset in the text libcst saw to
    which a column of that line is added. ``form_feeds`` are what stood in front of the statements of a line,
    ``tail`` is what libcst did not see of the end of the file.
    """

    module: cst.Module
    offsets: tuple[int, ...]
    form_feeds: dict[int, str]
    tail: str = ""

    def text(self, module: cst.Module) -> str:
        """Return ``module``, made from this document's, as text."""
        code = module.code
        if self.form_feeds:
            marker = re.compile(rf"[ \t]*{_MARK}(\d+)(?:\r\n?|\n|\Z)")
            code = marker.sub(lambda found: self.form_feeds[int(found[1])], code)
        return code + self.tail


def parse(text: str) -> Document:
    """Parse ``text``.

    Raises:
        RewriteError: libcst cannot parse it, or does not give the same text back.
    """
    lines = _lines(text)
    form_feeds = _form_feeds(text, lines)
    document = _document(lines, form_feeds, len(lines))
    if document.text(document.module) != text:
        document = _document(lines, form_feeds, _end_of_code(lines))
    if document.text(document.module) != text:
        message = "libcst does not give the file back as it was"
        raise RewriteError(message)
    return document


def _document(lines: list[str], form_feeds: dict[int, str], end: int) -> Document:
    marked: list[str] = []
    offsets: list[int] = []
    position = 0
    for number, line in enumerate(lines[:end]):
        lead = form_feeds.get(number, "")
        mark = f"{_MARK}{number}{_newline_of(line)}" if lead else ""
        body = line[len(lead) :]
        offsets.append(position + len(mark) - len(lead))
        position += len(mark) + _length(body)
        marked.append(mark + body)
    try:
        module = cst.parse_module("".join(marked))
    except cst.ParserSyntaxError as error:
        message = f"libcst cannot parse the file: {error.message}"
        raise RewriteError(message, line=error.raw_line, column=error.raw_column) from error
    if marked and marked[-1].endswith("\r"):
        module = module.with_changes(has_trailing_newline=True)
    return Document(module, tuple(offsets), form_feeds, "".join(lines[end:]))


def _end_of_code(lines: list[str]) -> int:
    """Return the number of lines up to the last that is not blank or a comment."""
    end = len(lines)
    while end and _NO_CODE.fullmatch(lines[end - 1]):
        end -= 1
    return end


def _lines(text: str) -> list[str]:
    """Split as the parser of Python does: at newlines, never at form feeds or other separators."""
    ends = [found.end() for found in NEWLINE.finditer(text)]
    return [text[start:end] for start, end in zip([0, *ends], [*ends, len(text)], strict=True)]


def _newline_of(line: str) -> str:
    found = NEWLINE.search(line)
    return found[0] if found else "\n"


def _length(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())


def _form_feeds(text: str, lines: list[str]) -> dict[int, str]:
    if "\f" not in text or not _FORM_FEED.search(text):
        return {}
    starts = _statement_lines(text)
    leads = {}
    for number in starts:
        blank = len(lines[number]) - len(lines[number].lstrip(" \t\f"))
        lead = lines[number][: lines[number].rfind("\f", 0, blank) + 1]
        if lead:
            leads[number] = lead
    return leads


def _statement_lines(text: str) -> list[int]:
    """Return the lines that a logical line starts on; a form feed elsewhere is inside brackets or a string."""
    starts = []
    fresh = True
    for token in tokenize.generate_tokens(io.StringIO(NEWLINE.sub("\n", text)).readline):
        if fresh and token.type not in _SILENT and token.type != tokenize.ENDMARKER:
            starts.append(token.start[0] - 1)
            fresh = False
        if token.type == tokenize.NEWLINE:
            fresh = True
    return starts
