"""The cells of a notebook and the one text that is made of them: cutting it up again, and places within a cell.

Between the cells stand separators, each a string on a line of its own: a statement stays where it is when others
are rewritten, while a comment goes with the statement below it.
"""

from __future__ import annotations

import ast
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from gradfix.errors import ParseError, RewriteError
from gradfix.magics import Masks, python_of
from gradfix.model import Cell, Diagnostic, Notebook, Place, Problem, Use

_NEWLINE = re.compile(r"\r\n?|\n")
_WORD = "_notebook_"


def assembled(cells: Iterable[tuple[Cell, str]], word: str | None = None) -> tuple[str, Notebook]:
    """Return the text of a notebook.

    Args:
        cells: what is known of each code cell, and its source. Those that are not Python are left out.
        word: what stand-ins are made of; by default a word that no cell has.
    """
    cells = list(cells)
    word = word or _free_word([source for _, source in cells])
    masks = Masks(word)
    pieces: list[str] = []
    kept: list[Cell] = []
    shifts: list[tuple[int, int, int]] = []
    line = 1
    for cell, source in cells:
        python = python_of(source, masks)
        if python is None:
            continue
        separator = f'"{word}cell {cell.number}"'
        if python.names or python.bound:
            bound = f"{python.bound} = " if python.bound else ""
            separator += f"; {bound}{word}cell_{cell.number}({', '.join(python.names)})"
        piece = f"{separator}\n{python.text}\n"
        kept.append(replace(cell, separator=separator, line=line + 1, head=python.head))
        shifts += ((line + 1 + number, column, by) for number, column, by in python.shifts)
        pieces.append(piece)
        line += len(_NEWLINE.findall(piece))
    return "".join(pieces), Notebook(word, tuple(kept), tuple(masks.pairs), tuple(shifts))


def sources(notebook: Notebook, text: str) -> list[str]:
    """Return the source of each cell in ``text``, a rewritten text of the notebook.

    Raises:
        RewriteError: a separator or a stand-in is not there exactly once, or the cells would be read differently.
    """
    for stand_in, original in notebook.masked:
        if text.count(stand_in) != 1:
            message = f"the repair would break the line of {original.strip()!r}; not written"
            raise RewriteError(message)
    pieces = [piece for _, piece, _ in _cut(notebook, text)]
    found = [
        cell.head + _unmasked(notebook, piece) for cell, piece in zip(notebook.cells, pieces, strict=True)
    ]
    again, made = assembled(zip(notebook.cells, found, strict=True), notebook.word)
    read = [piece for _, piece, _ in _cut(made, again)]
    if [_unnumbered(made, piece) for piece in read] != [_unnumbered(made, piece) for piece in pieces]:
        message = "the repair would make something else of the notebook than its cells; not written"
        raise RewriteError(message)
    return found


def relocated(notebook: Notebook, text: str) -> Notebook:
    """Return where the cells stand in a rewritten text."""
    _, made = assembled(zip(notebook.cells, sources(notebook, text), strict=True), notebook.word)
    # A cell that nothing is left of may have no line any more.
    lines = [line for _, _, line in _cut(notebook, text)]
    moved = {cell.line: line - cell.line for cell, line in zip(made.cells, lines, strict=True)}
    return replace(
        made,
        cells=tuple(replace(cell, line=cell.line + moved[cell.line]) for cell in made.cells),
        shifts=tuple((line + moved[_at(made, line).line], start, by) for line, start, by in made.shifts),
    )


def changed(notebook: Notebook, before: str, after: str) -> Iterator[tuple[Cell, str, str]]:
    """Yield the cells that differ in two texts of a notebook, with both sources."""
    for cell, old, new in zip(
        notebook.cells, sources(notebook, before), sources(notebook, after), strict=True
    ):
        if old != new:
            yield cell, old, new


def check_cells(notebook: Notebook, text: str, path: str, tree: ast.Module | None) -> None:
    """Make sure that each cell is Python by itself, and does not reach into the next one.

    Args:
        notebook: the cells.
        text: the text of the notebook.
        path: of the notebook, for messages.
        tree: what the text parses to; None when it does not.

    Raises:
        ParseError: a cell is not valid Python; its place is one of the text.
    """
    if tree is not None:
        starts = {
            node.lineno
            for node in tree.body
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        }
        if all(cell.line - 1 in starts for cell in notebook.cells):
            return
    for cell, piece, _ in _cut(notebook, text):
        try:
            # Under its own name the parser would look up lines, and with them columns, in the file.
            ast.parse(piece, "<cell>")
        except SyntaxError as error:
            line = None if error.lineno is None else cell.line - 1 + error.lineno
            raise ParseError(
                f"cannot parse: {error.msg}", path=path, line=line, column=error.offset
            ) from None
        except (ValueError, RecursionError, MemoryError):
            # What is wrong with the whole text is told by whoever parsed that.
            continue


def in_cell(notebook: Notebook, place: Place) -> Place:
    """Return a place of the text as one of its cell; one that is told so already stays."""
    if place.cell is not None or not notebook.cells:
        return place
    cell = _at(notebook, place.line)
    line, end_line = _line(cell, place.line), _line(cell, place.end_line)
    start, end = (
        _column(notebook, place.line, place.column),
        _column(notebook, place.end_line, place.end_column),
    )
    return Place(line, start, end_line, end, cell.number)


def use_in_cell(notebook: Notebook, use: Use) -> Use:
    """Return a use in a notebook as one in its cell."""
    place = in_cell(notebook, Place(use.line, use.column, use.line, use.column))
    return replace(use, line=place.line, column=place.column, cell=place.cell)


def problem_in_cell(notebook: Notebook, problem: Problem) -> Problem:
    """Return a problem with the text of a notebook as one with its cell."""
    if problem.line is None or problem.cell is not None:
        return problem
    place = in_cell(notebook, Place(problem.line, problem.column or 1, problem.line, problem.column or 1))
    column = None if problem.column is None else place.column
    return replace(problem, line=place.line, column=column, cell=place.cell)


def in_cells(one: Diagnostic, own: Notebook | None, other: Callable[[str], Notebook | None]) -> Diagnostic:
    """Return a finding with all its places in cells, but for its uses.

    Args:
        one: the finding.
        own: its file, if that is a notebook.
        other: tells of the path of another file which notebook it is.
    """

    def told(place: Place | None, path: str | None) -> Place | None:
        notebook = own if path is None else other(path)
        return place if place is None or notebook is None else in_cell(notebook, place)

    return replace(
        one,
        place=told(one.place, None) or one.place,
        path_of_gradient=tuple(
            replace(step, place=told(step.place, step.path)) for step in one.path_of_gradient
        ),
    )


def _free_word(texts: Sequence[str]) -> str:
    word, number = _WORD, 1
    while any(word in text for text in texts):
        number += 1
        word = f"{_WORD}{number}_"
    return word


def _cut(notebook: Notebook, text: str) -> Iterator[tuple[Cell, str, int]]:
    """Yield the cells with what stands between their separator and the next one, and the line where that begins."""
    mark = re.compile(rf'^"{notebook.word}cell \d+".*$\n?', re.MULTILINE)
    found = list(mark.finditer(text))
    lines = [one[0].rstrip("\n") for one in found]
    if lines != [cell.separator for cell in notebook.cells] or (found and found[0].start()):
        message = "the repair would not leave the cells of the notebook apart; not written"
        raise RewriteError(message)
    ends = [*(one.start() for one in found[1:]), len(text)]
    line = 1
    for cell, one, end in zip(notebook.cells, found, ends, strict=False):
        yield cell, text[one.end() : end].removesuffix("\n"), line + 1
        line += len(_NEWLINE.findall(text, one.start(), end))


def _unmasked(notebook: Notebook, piece: str) -> str:
    for stand_in, original in notebook.masked:
        piece = piece.replace(stand_in, original)
    return piece


def _unnumbered(notebook: Notebook, text: str) -> str:
    return re.sub(rf"{notebook.word}\d+_", notebook.word, text)


def _at(notebook: Notebook, line: int) -> Cell:
    lines = [cell.line - 1 for cell in notebook.cells]
    return notebook.cells[max(0, bisect_right(lines, line) - 1)]


def _line(cell: Cell, line: int) -> int:
    return max(1, line - cell.line + 1) + len(_NEWLINE.findall(cell.head))


def _column(notebook: Notebook, line: int, column: int) -> int:
    for shifted, start, by in notebook.shifts:
        if shifted == line and column > start:
            return max(start + 1, column - by)
    return column
