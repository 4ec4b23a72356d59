"""Comments that keep gradfix silent: ``# gradfix: ignore``, ``ignore[name, name]`` and ``skip-file``."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

MARK = "gradfix:"
_COMMENT = re.compile(r"#\s*gradfix:\s*(?:(skip-file)\b|ignore(?:\[([^\]]*)\]|(?![\w\[-])))")


@dataclass(frozen=True, slots=True)
class Suppressions:
    """What the comments of one file ask for: line → names of codemods, empty for all of them."""

    skip_file: bool = False
    lines: Mapping[int, frozenset[str]] = field(default_factory=dict)

    def cover(self, node: ast.AST, codemod: str) -> bool:
        """Tell whether a comment on a line of ``node`` names ``codemod`` or all codemods.

        Of a class, function, loop or other compound statement only the head counts: a comment inside its
        body speaks of what stands there.
        """
        if not self.lines:
            return False
        return any(not names or codemod in names for line, names in self.lines.items() if line in _head(node))


NONE = Suppressions()


def suppressions(text: str) -> Suppressions:
    """Read the comments of ``text``, which must be valid Python."""
    if MARK not in text:
        return NONE
    lines: dict[int, frozenset[str]] = {}
    for line, comment in _comments(text):
        for match in _COMMENT.finditer(comment):
            if match[1]:
                return Suppressions(skip_file=True)
            names = frozenset(name.strip() for name in (match[2] or "").split(",") if name.strip())
            if match[2] is None or names:
                both = lines.get(line, names)
                lines[line] = both | names if both and names else frozenset()
    return Suppressions(lines=lines)


def _comments(text: str) -> Iterator[tuple[int, str]]:
    # The tokenizer splits at "\n" only; translated newlines keep the line numbers of the parser.
    stream = io.StringIO(text.replace("\r\n", "\n").replace("\r", "\n"))
    # It is also stricter than the parser about how a file may end; by then every comment was seen.
    with suppress(tokenize.TokenError, SyntaxError):
        for token in tokenize.generate_tokens(stream.readline):
            if token.type == tokenize.COMMENT and MARK in token.string:
                yield token.start[0], token.string


def _head(node: ast.AST) -> range:
    first: int = getattr(node, "lineno", 1)
    last: int = getattr(node, "end_lineno", None) or first
    body = getattr(node, "body", None)
    if isinstance(body, list) and body:
        last = max(first, body[0].lineno - 1)
    return range(first, last + 1)
