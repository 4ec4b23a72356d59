"""Imports that fixes need, and imports that nothing needs any more after them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence

import libcst as cst

from gradfix import blocks
from gradfix.blocks import Piece
from gradfix.cstree import Line, parse_statements
from gradfix.model import Finding, ImportNeeded, Move

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_END_OF_IMPORTS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.With, ast.For, ast.While)


def additions(
    module: cst.Module, tree: ast.Module, findings: Sequence[Finding]
) -> dict[cst.CSTNode | None, list[Line]]:
    """Return the import lines to add, by the statement of ``module`` they go behind (None: to the top).

    They go behind the last import that stands in the module's own block before its first definition and
    before what is changed; without one, behind the docstring. What the module's own block imports already,
    also in a ``try``, is not added; an import inside a function does not count.
    """
    missing: dict[ImportNeeded, None] = {}
    limit = len(tree.body)
    for finding in findings:
        first = _first_statement(tree, finding)
        new = [needed for needed in finding.imports if not _imported(tree, needed, first)]
        if new:
            missing.update(dict.fromkeys(new))
            limit = min(limit, first)
    if not missing:
        return {}
    lines = [line for needed in missing for line in parse_statements(_import_text(needed))]
    return _placed(module, limit, lines)


def _placed(module: cst.Module, limit: int, lines: list[Line]) -> dict[cst.CSTNode | None, list[Line]]:
    body = module.body
    docstring = blocks.docstring_length(body)
    behind: int | None = docstring - 1 if docstring else None
    found = False
    for index, statement in enumerate(body[: _lines_before(module, limit)]):
        if blocks.is_import(statement):
            behind, found = index, True
        elif isinstance(statement, (cst.FunctionDef, cst.ClassDef, cst.With, cst.For, cst.While)):
            break
    if not found and behind is not None:
        lines[0] = lines[0].with_changes(leading_lines=[cst.EmptyLine(indent=False)])
    return {None if behind is None else body[behind]: lines}


def _lines_before(module: cst.Module, limit: int) -> int:
    """Return how many lines of ``module`` hold its first ``limit`` statements, or a part of them."""
    count = 0
    for index, line in enumerate(module.body):
        count += len(line.body) if isinstance(line, cst.SimpleStatementLine) else 1
        if count > limit:
            return index
    return len(module.body)


def _import_text(needed: ImportNeeded) -> str:
    alias = f" as {needed.alias}" if needed.alias else ""
    if needed.name is None:
        return f"import {needed.module}{alias}"
    return f"from {needed.module} import {needed.name}{alias}"


def _first_statement(tree: ast.Module, finding: Finding) -> int:
    """Return the index of the module's first statement that ``finding`` changes something in."""
    anchors = [
        anchor
        for edit in finding.edits
        for anchor in ((*edit.statements, edit.into) if isinstance(edit, Move) else (edit.anchor,))
    ]
    first = min(getattr(anchor, "lineno", 1) for anchor in anchors)
    for index, statement in enumerate(tree.body):
        if first <= (statement.end_lineno or statement.lineno):
            return index
    return len(tree.body)


def _imported(tree: ast.Module, needed: ImportNeeded, first: int) -> bool:
    """Tell whether the module's block imports ``needed`` before its statement number ``first`` runs."""
    runs_later = first < len(tree.body) and isinstance(tree.body[first], _SCOPES)
    body = tree.body if runs_later else tree.body[:first]
    return any(_imports(statement, needed) for statement in _own_imports(body))


def _own_imports(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in body:
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            yield statement
        elif isinstance(statement, (ast.Try, ast.With)) or (
            isinstance(statement, ast.If) and "TYPE_CHECKING" not in ast.unparse(statement.test)
        ):
            yield from _own_imports(statement.body)


def _imports(statement: ast.stmt, needed: ImportNeeded) -> bool:
    match statement:
        case ast.Import(names=names) if needed.name is None:
            if needed.alias is None:
                return any(
                    alias.asname is None and f"{alias.name}.".startswith(f"{needed.module}.")
                    for alias in names
                )
            return any((alias.name, alias.asname) == (needed.module, needed.alias) for alias in names)
        case ast.ImportFrom(module=needed.module, level=0, names=names) if needed.name is not None:
            wanted = needed.name, needed.alias or needed.name
            return any((alias.name, alias.asname or alias.name) == wanted for alias in names)
        case _:
            return False


def without_unused(module: cst.Module, tree: ast.Module, names: Iterable[str]) -> cst.Module:
    """Return ``module`` without those of the imports ``names`` that nothing in ``tree`` refers to.

    A name counts as referred to wherever it is read or bound otherwise, in any scope, and when a string that
    could be an annotation or an item of ``__all__`` holds it. ``import x as x`` is a re-export and stays; so
    do imports under ``if`` and in ``try``.
    """
    return _Unused(frozenset(names), frozenset(_referred(tree))).clean(module)


def _referred(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name):
                yield name
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                yield from names
            case ast.Constant(value=str(text)) if len(text) < 1000:
                yield from _referred_in_string(text)


def _referred_in_string(text: str) -> Iterator[str]:
    try:
        inner = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in ast.walk(inner):
        if isinstance(node, ast.Name):
            yield node.id


class _Unused:
    """Takes imports away; ``entries`` are ``module`` or ``module.name``."""

    def __init__(self, entries: frozenset[str], referred: frozenset[str]) -> None:
        self._entries = entries
        self._referred = referred

    def clean(self, node: cst.Module) -> cst.Module:
        pieces, changed = self._pieces(node.body)
        if not changed:
            return node
        body, footer, _ = blocks.assemble(pieces, node.footer, _renew, tight=blocks.starts_tight(node))
        return node.with_changes(body=body, footer=footer)

    def _pieces(self, body: Sequence[cst.BaseStatement]) -> tuple[list[Piece], bool]:
        pieces: list[Piece] = []
        changed = False
        for line in body:
            new = self._statement(line)
            changed |= new is not line
            pieces.append(Piece(None, leading=tuple(line.leading_lines)) if new is None else Piece(new))  # type: ignore[attr-defined]
        return pieces, changed

    def _statement(self, line: cst.BaseStatement) -> Line | None:
        if isinstance(line, (cst.FunctionDef, cst.ClassDef)) and isinstance(line.body, cst.IndentedBlock):
            pieces, changed = self._pieces(line.body.body)
            if not changed:
                return line
            body, footer, _ = blocks.assemble(pieces, line.body.footer, _renew)
            block = line.body.with_changes(body=body or [blocks.pass_line()], footer=footer)
            return line.with_changes(body=block)
        if not isinstance(line, cst.SimpleStatementLine):
            assert isinstance(line, cst.BaseCompoundStatement)
            return line
        smalls = [self._small(small) for small in line.body]
        if all(new is old for new, old in zip(smalls, line.body, strict=True)):
            return line
        left = [small for small in smalls if small is not None]
        if not left:
            return None
        left[-1] = left[-1].with_changes(semicolon=line.body[-1].semicolon)
        return line.with_changes(body=left)

    def _small(self, small: cst.BaseSmallStatement) -> cst.BaseSmallStatement | None:
        if isinstance(small, cst.Import):
            left = [alias for alias in small.names if not self._unused("", alias)]
            names: Sequence[cst.ImportAlias] = small.names
        elif isinstance(small, cst.ImportFrom) and not isinstance(small.names, cst.ImportStar):
            if small.relative or small.module is None:
                return small
            prefix = cst.Module([]).code_for_node(small.module) + "."
            left = [alias for alias in small.names if not self._unused(prefix, alias)]
            names = small.names
        else:
            return small
        if len(left) == len(names):
            return small
        if not left:
            return None
        left[-1] = left[-1].with_changes(comma=names[-1].comma)
        return small.with_changes(names=left)

    def _unused(self, prefix: str, alias: cst.ImportAlias) -> bool:
        name = alias.evaluated_name
        bound = alias.evaluated_alias
        if bound == name:
            return False
        local = bound or name.partition(".")[0]
        return prefix + name in self._entries and local not in self._referred


def _renew(node: cst.CSTNode, **changes: object) -> cst.CSTNode:
    return node.with_changes(**changes)
