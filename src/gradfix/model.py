"""The frozen values that pass between the layers of gradfix. Imports nothing of gradfix.

Two families: ``Finding``, ``Step``, ``Edit`` and ``Move`` refer to nodes of the ``ast`` and live as long as
the parsed file; ``Diagnostic``, ``Place``, ``PathStep``, ``TextEdit`` and ``FileResult`` are plain data, can
be pickled, and are what reports, editors and other processes see.
"""

from __future__ import annotations

import ast
import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Union

if TYPE_CHECKING:
    import libcst as cst

    Changed = Union[cst.CSTNode, cst.FlattenSentinel[cst.CSTNode], cst.RemovalSentinel]


class Safety(str, enum.Enum):
    """What a fix promises; see ``docs/safety.md``."""

    SAFE = "safe"
    UNSAFE = "unsafe"
    ADVICE = "advice"


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of the concrete syntax tree: ``change`` gets the *updated* node that stands at ``anchor``.

    ``anchor`` is a statement, call, name, attribute, constant or other expression of the ``ast``; never a
    parenthesised tuple or a generator expression, which have no counterpart with the same bytes.
    """

    anchor: ast.AST
    change: Callable[[cst.CSTNode], Changed]


@dataclass(frozen=True, slots=True)
class Move:
    """Statements that move, in order and with their comments, into the body of ``into``.

    ``statements`` stand in one block; ``into`` (a ``with``, function or other compound statement) stands in
    the same block or around it. ``at_end`` tells whether they go behind its body or before it.
    """

    statements: tuple[ast.stmt, ...]
    into: ast.stmt
    at_end: bool = True


@dataclass(frozen=True, slots=True)
class ImportNeeded:
    """``import module as alias`` (``name`` None) or ``from module import name [as alias]``."""

    module: str
    name: str | None = None
    alias: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the gradient's path, from the weight to the loss. ``cut`` marks the step that loses it."""

    node: ast.AST | None
    text: str
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """What a codemod found: a defect at ``node``, and the edits that repair it (empty for advice).

    All edits of a finding are carried out together or not at all. ``unused`` names imports (as
    ``module`` or ``module.name``) that may be dropped when nothing refers to them after the fix. ``uses`` are the
    nodes, perhaps of other files, that make a defect of what stands here, where the analysis does not know them
    as sinks. ``unanimous`` tells that the repair is only right when all that use what it changes show the finding.
    """

    node: ast.AST
    message: str
    safety: Safety
    path: tuple[Step, ...] = ()
    edits: tuple[Edit | Move, ...] = ()
    imports: tuple[ImportNeeded, ...] = ()
    unused: tuple[str, ...] = ()
    uses: tuple[ast.AST, ...] = ()
    unanimous: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A range of the source: 1-based lines; 1-based columns in characters; the end is exclusive.

    In a notebook, lines run through the text of all its cells until a result is shown; then ``cell`` is the
    1-based cell, and they are those within the cell.
    """

    line: int
    column: int
    end_line: int
    end_column: int
    cell: int | None = None


@dataclass(frozen=True, slots=True)
class PathStep:
    """A ``Step`` as plain data. ``path`` is the file when it is another one than that of the finding."""

    text: str
    place: Place | None
    cut: bool = False
    path: str | None = None


@dataclass(frozen=True, slots=True, order=True)
class Use:
    """The use, in another file, that makes a finding one: ``role`` says as what (``used as loss in``)."""

    path: str
    line: int
    column: int
    role: str
    cell: int | None = None

    def __str__(self) -> str:
        return f"{self.role} {self.spot}"

    @property
    def spot(self) -> str:
        """The file and line, as people read them."""
        return spelled(self.path, self.cell, self.line)


@dataclass(frozen=True, slots=True)
class TextEdit:
    """Replace the characters in ``place`` by ``text``."""

    place: Place
    text: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """A finding as plain data.

    ``fix`` is None for advice. ``uses`` lie in other files. ``origin`` is the place in the program that was run
    from which the cause was reached, when it stands in another file. ``root`` is the line of a function that nobody
    in the file calls, when it was found by running that, ``alone`` that of a class of which nobody in the file calls an
    object, when it shows in that class alone. ``within`` are the functions, classes and variables of the file's
    top level that it stands in and that its repair changes, which is right only when all that use them show it, if it
    is ``unanimous``.
    """

    codemod: str
    path: str
    place: Place
    message: str
    safety: Safety
    path_of_gradient: tuple[PathStep, ...] = ()
    fix: tuple[TextEdit, ...] | None = None
    uses: tuple[Use, ...] = ()
    origin: Place | None = None
    root: int | None = None
    alone: int | None = None
    within: tuple[str, ...] = ()
    unanimous: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a file could not be done: one line on standard error, exit code 2."""

    path: str
    message: str
    line: int | None = None
    column: int | None = None
    cell: int | None = None

    def __str__(self) -> str:
        return f"{spelled(self.path, self.cell, self.line, self.column)}: {self.message}"


def spelled(path: str, cell: int | None, *numbers: int | None) -> str:
    """Return ``path:line:column`` as people read it, with the cell of a notebook behind the path."""
    where = path if cell is None else f"{path}:cell {cell}"
    return ":".join([where, *(str(number) for number in numbers if number is not None)])


@dataclass(frozen=True, slots=True)
class Cell:
    """A code cell of a notebook that holds Python.

    ``number`` counts all cells from 1 on. ``separator`` is the line of the notebook's text that stands before the
    cell, ``line`` the line of that text where the cell begins. ``head`` is what stands in the cell and not in the
    text: a cell magic. From ``start`` to ``end`` its source stands in the file, in characters.
    """

    number: int
    separator: str
    line: int
    head: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Notebook:
    """How the one text of a notebook is made of its cells.

    ``word`` occurs in no cell; what stands for other things in the text is made of it. ``masked`` are such pieces
    of the text with what they stand for. ``shifts`` tell of lines, by line, how many characters they are longer in
    the text than in the cell, and from which column on.
    """

    word: str
    cells: tuple[Cell, ...]
    masked: tuple[tuple[str, str], ...] = ()
    shifts: tuple[tuple[int, int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class FileResult:
    """What became of one file.

    ``found`` are the findings of the file as it was read, ``remaining`` those that stay after the fixes that
    were asked for, ``fixed`` those that the new text repairs (it may hold findings that only later passes
    saw). ``before`` and ``after`` are the decoded text; ``after`` is None when nothing changes. ``elsewhere`` are
    findings in other files, to which this one leads; their paths are absolute. ``ran`` are functions of other
    files that it was seen to run and that ask for a gradient, ``lived`` classes of other files whose objects it was
    seen to call: absolute path and line.
    """

    path: str
    found: tuple[Diagnostic, ...] = ()
    remaining: tuple[Diagnostic, ...] = ()
    fixed: tuple[Diagnostic, ...] = ()
    before: str = ""
    after: str | None = None
    problem: Problem | None = None
    elsewhere: tuple[Diagnostic, ...] = ()
    ran: tuple[tuple[str, int], ...] = ()
    lived: tuple[tuple[str, int], ...] = ()
    notebook: Notebook | None = None
