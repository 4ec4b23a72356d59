"""Proof that a rewrite touched nothing but what it was meant to touch."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from gradfix.model import Edit, Finding

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


@dataclass(frozen=True, slots=True, order=True)
class _Free:
    """Lines that may change, 1-based; ``last`` before ``first`` is the empty place before ``first``.

    With ``imports_only``, imports may come and go there, and nothing else.
    """

    first: int
    last: int
    imports_only: bool = False


@dataclass(frozen=True, slots=True)
class _Piece:
    """Some lines that may change, and the text behind them that may not."""

    free: str
    imports_only: bool
    kept: str


def untouched(before: str, tree: ast.Module, findings: Iterable[Finding], after: str) -> bool:
    """Tell whether everything outside the edited statements stands in ``after``, exact and in order.

    Free are the innermost statements around each anchor, the statements a move takes and the one it takes
    them into; between the others only imports may come and go. ``tree`` is the ``ast`` of ``before``.
    """
    lines = _LINE.findall(before)
    pieces = list(_pieces(lines, sorted([*_edited(tree, lines, findings), *_import_places(tree, lines)])))
    position = 0
    for piece in pieces[:-1]:
        found = _find_line(after, piece.kept, position)
        if found < 0 or not _may_become(piece, after[position:found]):
            return False
        position = found + len(piece.kept)
    last = pieces[-1]
    found = len(after) - len(last.kept)
    return found >= position and after.endswith(last.kept) and _may_become(last, after[position:found])


def _pieces(lines: Sequence[str], free: Iterable[_Free]) -> Iterator[_Piece]:
    end, text, imports_only = 0, "", True
    for one in free:
        if one.first - 1 > end:
            yield _Piece(text, imports_only, "".join(lines[end : one.first - 1]))
            end, text, imports_only = one.first - 1, "", True
        text += "".join(lines[end : max(end, one.last)])
        end = max(end, one.last)
        imports_only &= one.imports_only
    yield _Piece(text, imports_only, "".join(lines[end:]))


def _find_line(text: str, lines: str, start: int) -> int:
    """Return where ``lines`` stand in ``text`` at the beginning of a line, -1 if nowhere behind ``start``."""
    found = text.find(lines, start)
    while found > start and text[found - 1] not in "\r\n":
        found = text.find(lines, found + 1)
    return found


def _may_become(piece: _Piece, text: str) -> bool:
    if not piece.imports_only:
        return True
    try:
        return _without_imports(piece.free) == _without_imports(text)
    except SyntaxError:
        # Lines that are no whole statements: an import behind ``if …:`` on one line.
        return True


def _without_imports(text: str) -> list[str]:
    body = ast.parse(textwrap.dedent(text.lstrip("\x0c"))).body
    return [ast.dump(node) for node in body if not isinstance(node, (ast.Import, ast.ImportFrom, ast.Pass))]


def _edited(tree: ast.Module, lines: Sequence[str], findings: Iterable[Finding]) -> Iterator[_Free]:
    statements = [node for node in ast.walk(tree) if isinstance(node, ast.stmt)]
    for finding in findings:
        for edit in finding.edits:
            if not isinstance(edit, Edit):
                for statement in (*edit.statements, edit.into):
                    yield _with_comments(statement, lines)
            elif isinstance(edit.anchor, ast.stmt):
                yield _with_comments(edit.anchor, lines)
            else:
                yield _lines_of(_statement_of(edit.anchor, statements))


def _import_places(tree: ast.Module, lines: Sequence[str]) -> Iterator[_Free]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield _with_comments(node, lines, imports_only=True)
    first = _lines_of(tree.body[0]).first if tree.body else 1
    for line in range(1, first + 1):
        yield _Free(line, line - 1, imports_only=True)
    if ast.get_docstring(tree, clean=False) is not None:
        # Blank lines behind the docstring may be spaced anew around the first import.
        start = end = tree.body[0].end_lineno or 1
        while end < len(lines) and not lines[end].strip():
            end += 1
        yield _Free(start + 1, end, imports_only=True)


def _statement_of(anchor: ast.AST, statements: Iterable[ast.stmt]) -> ast.AST:
    """Return the innermost statement that spans ``anchor``."""
    start, end = _span(anchor)
    around = [node for node in statements if _span(node)[0] <= start and end <= _span(node)[1]]
    return max(around, key=_span, default=anchor)


def _span(node: ast.AST) -> tuple[tuple[int, int], tuple[int, int]]:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    first = decorators[0] if decorators else node
    start = (first.lineno, first.col_offset)  # type: ignore[attr-defined]
    return start, (node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]


def _lines_of(statement: ast.AST) -> _Free:
    (first, _), (last, _) = _span(statement)
    return _Free(first, last)


def _with_comments(statement: ast.stmt, lines: Sequence[str], *, imports_only: bool = False) -> _Free:
    """Return the lines of a statement that may go away, and take the comments before it along."""
    free = _lines_of(statement)
    first = free.first
    while first > 1 and (not lines[first - 2].strip() or lines[first - 2].lstrip().startswith("#")):
        first -= 1
    return _Free(first, free.last, imports_only)
