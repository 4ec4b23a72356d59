"""Statements in blocks: lines made of several statements, and what becomes of comments and blank lines.

The rule for what stands above a statement: the comment lines that touch it belong to it and go where it
goes; blank lines, and comments above a blank line, belong to the block and stay.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import libcst as cst

from gradfix.cstree import Line
from gradfix.errors import RewriteError

Node = TypeVar("Node", bound=cst.CSTNode)
Renew = Callable[..., Any]
Lines = tuple[cst.EmptyLine, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a moved statement goes (``into``, ``at_end``), and its ``rank`` among those that go there."""

    into: int
    at_end: bool
    rank: tuple[int, int, int]


@dataclass(slots=True)
class Piece:
    """A line of a block after its edits: it stays (no ``place``), moves, or is gone (no ``line``)."""

    line: Line | None
    place: Place | None = None
    leading: Lines = ()


def is_small(node: cst.CSTNode) -> bool:
    """Tell whether ``node`` is a statement that can share a line with others."""
    return isinstance(node, cst.BaseSmallStatement)


def split_leading(lines: Sequence[cst.EmptyLine]) -> tuple[Lines, Lines]:
    """Return what stays in the block and what belongs to the statement below."""
    start = len(lines)
    while start and lines[start - 1].comment is not None:
        start -= 1
    return tuple(lines[:start]), tuple(lines[start:])


def pieces_of_line(
    line: cst.SimpleStatementLine,
    results: Sequence[Sequence[cst.CSTNode]],
    places: Sequence[Place | None],
    renew: Renew,
) -> list[Piece]:
    """Return the pieces a line falls into when each of its statements became the ``results`` beside it.

    Small statements that stay side by side keep sharing the line; lines and compound statements, which a
    change may put in, stand for themselves.
    """
    groups: list[tuple[list[cst.CSTNode], Place | None]] = []
    # The last group that stays and the last that leaves, while another small statement may join it.
    open_groups: dict[bool, list[cst.CSTNode]] = {}
    for nodes, place in zip(results, places, strict=True):
        for node in nodes:
            leaves = place is not None
            if is_small(node) and leaves in open_groups:
                open_groups[leaves].append(node)
                continue
            groups.append(([node], place))
            if is_small(node):
                open_groups[leaves] = groups[-1][0]
            else:
                open_groups.pop(leaves, None)
    if not groups:
        return [Piece(None, leading=tuple(line.leading_lines))]
    last = line.body[-1]
    pieces = []
    for nodes, place in groups:
        if not is_small(nodes[0]):
            pieces.append(Piece(_as_line(nodes[0]), place))
            continue
        end = nodes[-1]
        if isinstance(getattr(end, "semicolon", None), cst.Semicolon) and not (
            results[-1] and end is results[-1][-1] and isinstance(last.semicolon, cst.Semicolon)
        ):
            nodes[-1] = renew(end, semicolon=cst.MaybeSentinel.DEFAULT)
        pieces.append(Piece(cst.SimpleStatementLine(body=nodes), place))  # type: ignore[arg-type]
    if len(pieces) == 1 and is_small(groups[0][0][0]):
        pieces[0].line = renew(line, body=groups[0][0])
        return pieces
    _give_leading(pieces, [is_small(nodes[0]) for nodes, _ in groups], line, renew)
    if results[-1]:
        _give_trailing(pieces, groups, line, renew)
    return pieces


def _as_line(node: cst.CSTNode) -> Line:
    if isinstance(node, (cst.SimpleStatementLine, cst.BaseCompoundStatement)):
        return node
    message = f"a change put {type(node).__name__} where a statement stands"
    raise RewriteError(message)


def _give_leading(
    pieces: list[Piece], small: list[bool], line: cst.SimpleStatementLine, renew: Renew
) -> None:
    kept, attached = split_leading(line.leading_lines)
    owner = pieces[small.index(True) if True in small else 0]
    _put_above(owner, attached, renew)
    _put_above(pieces[0], kept, renew)


def _put_above(piece: Piece, lines: Lines, renew: Renew) -> None:
    if lines and piece.line is not None:
        piece.line = renew(piece.line, leading_lines=[*lines, *piece.line.leading_lines])


def _give_trailing(
    pieces: list[Piece],
    groups: list[tuple[list[cst.CSTNode], Place | None]],
    line: cst.SimpleStatementLine,
    renew: Renew,
) -> None:
    """The comment at the end of a line stays with its last statement."""
    small = [index for index, (nodes, _) in enumerate(groups) if is_small(nodes[0])]
    piece = pieces[small[-1] if small else -1]
    if isinstance(piece.line, cst.SimpleStatementLine) and piece.line.trailing_whitespace.comment is None:
        piece.line = renew(piece.line, trailing_whitespace=line.trailing_whitespace)


def pieces_of_compound(
    statement: cst.BaseCompoundStatement,
    results: Sequence[cst.CSTNode],
    place: Place | None,
    renew: Renew,
) -> list[Piece]:
    """Return the pieces that a compound statement and what was put beside it make."""
    if not results:
        return [Piece(None, leading=tuple(statement.leading_lines))]
    pieces = []
    for node in results:
        whole = cst.SimpleStatementLine(body=[node]) if is_small(node) else _as_line(node)  # type: ignore[list-item]
        pieces.append(Piece(whole, place))
    if len(pieces) > 1 and type(results[0]) is not type(statement):
        for piece in pieces[1:]:
            if piece.line is not None and type(piece.line) is type(statement):
                kept, attached = split_leading(piece.line.leading_lines)
                piece.line = renew(piece.line, leading_lines=attached)
                _put_above(pieces[0], kept, renew)
                break
    elif len(pieces) == 1 and type(results[0]) is not type(statement):
        own = pieces[0].line
        if own is not None and not own.leading_lines:
            _put_above(pieces[0], tuple(statement.leading_lines), renew)
    return pieces


def assemble(
    pieces: Sequence[Piece], footer: Sequence[cst.EmptyLine], renew: Renew, *, tight: bool = True
) -> tuple[list[Line], Lines, list[tuple[Place, Line]]]:
    """Return the lines that stay, the footer, and the lines that leave for another block.

    ``tight`` tells that a line which has become the first of the block has no blank lines above it.
    """
    staying: list[Line] = []
    leaving: list[tuple[Place, Line]] = []
    left_behind: Lines = ()
    departed = False
    run: Place | None = None
    for piece in pieces:
        departed = departed or piece.line is None or piece.place is not None
        if piece.line is None:
            left_behind = _stack(left_behind, split_leading(piece.leading)[0])
        elif piece.place is None:
            run = None
            line = piece.line
            above = _above(left_behind, tuple(line.leading_lines))
            if tight and departed and not staying:
                above = _without_blank(above)
            if above != tuple(line.leading_lines):
                line = renew(line, leading_lines=above)
            left_behind = ()
            staying.append(line)
        else:
            line = piece.line
            if not (run is not None and _same_target(run, piece.place)):
                kept, attached = split_leading(line.leading_lines)
                left_behind = _stack(left_behind, kept)
                line = renew(line, leading_lines=attached) if kept else line
            run = piece.place
            leaving.append((piece.place, line))
    if any(line.comment for line in left_behind):
        footer = [*left_behind, *footer]
    return staying, tuple(footer), leaving


def _same_target(one: Place, other: Place) -> bool:
    return one.into == other.into and one.at_end == other.at_end


def _stack(above: Lines, below: Lines) -> Lines:
    """Join what several departed statements left, without piling up blank lines."""
    if not any(line.comment for line in (*above, *below)):
        return max(above, below, key=len)
    return above + below


def _above(left: Lines, own: Lines) -> Lines:
    if own and own[0].comment is None and not any(line.comment for line in left):
        return own
    while left and own and left[-1].comment is None and own[0].comment is None:
        left = left[:-1]
    return left + own


def _without_blank(lines: Lines) -> Lines:
    start = next((index for index, line in enumerate(lines) if line.comment), len(lines))
    return lines[start:]


def to_block(body: cst.BaseSuite) -> cst.IndentedBlock:
    """Return a suite as an indented block; ``with tape: x = 1`` becomes two lines."""
    if isinstance(body, cst.IndentedBlock):
        return body
    if not isinstance(body, cst.SimpleStatementSuite):
        message = f"cannot put statements into {type(body).__name__}"
        raise RewriteError(message)
    line = cst.SimpleStatementLine(body=body.body, trailing_whitespace=body.trailing_whitespace)
    return cst.IndentedBlock(body=[line])


def docstring_length(body: Sequence[cst.BaseStatement]) -> int:
    """Return 1 when the first line of ``body`` is a docstring, else 0."""
    match body[0] if body else None:
        case cst.SimpleStatementLine(body=[cst.Expr(value=cst.SimpleString() | cst.ConcatenatedString())]):
            return 1
        case _:
            return 0


def start_of_body(owner: cst.CSTNode, body: Sequence[cst.BaseStatement]) -> int:
    """Return where the body of ``owner`` starts, behind the docstring that only definitions have."""
    return docstring_length(body) if isinstance(owner, (cst.FunctionDef, cst.ClassDef)) else 0


def is_import(statement: cst.CSTNode) -> bool:
    """Tell whether ``statement`` is a line of nothing but imports."""
    return isinstance(statement, cst.SimpleStatementLine) and all(
        isinstance(small, (cst.Import, cst.ImportFrom)) for small in statement.body
    )


def starts_tight(block: cst.Module | cst.IndentedBlock) -> bool:
    """Tell whether no comment stands right above the first statement of ``block``."""
    return not isinstance(block, cst.Module) or not block.header or block.header[-1].comment is None


def is_bare_pass(line: cst.BaseStatement) -> bool:
    """Tell whether ``line`` is nothing but ``pass``, without a comment."""
    return (
        isinstance(line, cst.SimpleStatementLine)
        and len(line.body) == 1
        and isinstance(line.body[0], cst.Pass)
        and not any(above.comment for above in line.leading_lines)
        and line.trailing_whitespace.comment is None
    )


def pass_line() -> cst.SimpleStatementLine:
    """Return a line that says ``pass``."""
    return cst.SimpleStatementLine(body=[cst.Pass()])
