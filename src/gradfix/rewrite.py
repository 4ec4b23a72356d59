"""From findings to new text: the only place where edits are carried out.

libcst is imported by the first call that has something to change, not before.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gradfix.errors import RewriteError
from gradfix.model import Edit, Finding, Move

if TYPE_CHECKING:
    import libcst as cst

    from gradfix.layout import Document


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A new text, the findings whose edits are all in it, and those left for the next pass.

    A finding is deferred when it changes a node that an earlier finding changes too, or when a change of
    another finding throws away what it did. Findings without edits are in neither.
    """

    text: str
    applied: tuple[Finding, ...]
    deferred: tuple[Finding, ...]


def rewrite(text: str, tree: ast.Module, findings: Sequence[Finding]) -> Rewritten:
    """Carry out the edits of ``findings`` on ``text``, of which ``tree`` is the ``ast``.

    Each finding is carried out whole or not at all, and at least one of those with edits is. What no edit
    touches stays byte for byte: newlines, tabs, form feeds, comments, a missing final newline.

    Args:
        text: the decoded file without a byte-order mark.
        tree: ``ast.parse(text)``; the anchors are nodes of it.
        findings: in any order; the earlier in the file wins a collision.

    Raises:
        RewriteError: libcst cannot parse the file, an anchor has no counterpart in its tree, a change does
            not fit what it was given, or the new text is not valid Python.
    """
    active = {index: finding for index, finding in enumerate(findings) if finding.edits}
    if not active:
        return Rewritten(text, (), ())
    from gradfix import layout

    try:
        document = layout.parse(text)
        new, applied = _Session(document, tree, active).run()
    except RecursionError as error:
        message = "the file is nested too deeply"
        raise RewriteError(message) from error
    return Rewritten(
        new,
        tuple(active[index] for index in sorted(applied)),
        tuple(finding for index, finding in active.items() if index not in applied),
    )


class _Session:
    """The findings of one file on their way into its text."""

    def __init__(self, document: Document, tree: ast.Module, findings: dict[int, Finding]) -> None:
        from gradfix.cstree import children
        from gradfix.join import join

        self._document = document
        self._tree = tree
        self._findings = findings
        self._nodes = join(document, _anchors(findings.values()))
        self._parents: dict[cst.CSTNode, tuple[cst.CSTNode, str]] = {}
        waiting: list[cst.CSTNode] = [document.module]
        while waiting:
            parent = waiting.pop()
            for name, child in children(parent):
                self._parents[child] = parent, name
                waiting.append(child)

    def run(self) -> tuple[str, set[int]]:
        chosen = self._without_clashes()
        first = chosen[0]
        while True:
            module, lost = self._attempt(chosen)
            if not lost:
                return self._text(module, chosen), set(chosen)
            if chosen == [first]:
                message = "the edits of one finding undo each other"
                raise RewriteError(message, line=_place(self._findings[first])[0])
            # Two findings may each undo the other; then the first goes alone.
            chosen = [index for index in chosen if index not in lost] or [first]

    def _without_clashes(self) -> list[int]:
        """Return the findings, first in the file first, without those that claim a node claimed before."""
        claimed: set[tuple[str, Any]] = set()
        chosen = []
        for index in sorted(self._findings, key=lambda index: _place(self._findings[index])):
            claims = {
                ("move" if moved else "edit", self._nodes[anchor])
                for anchor, moved in _claims(self._findings[index])
            }
            if claims.isdisjoint(claimed):
                claimed |= claims
                chosen.append(index)
        return chosen

    def _attempt(self, chosen: Sequence[int]) -> tuple[cst.Module, set[int]]:
        import libcst as cst

        from gradfix.imports import additions
        from gradfix.transform import Transform

        findings = {index: self._findings[index] for index in chosen}
        try:
            added = additions(self._document.module, self._tree, list(findings.values()))
            transform = Transform(self._document.module, self._nodes, self._parents, findings, added)
            module = transform.run()
        except (cst.CSTValidationError, cst.ParserSyntaxError) as error:
            raise RewriteError(str(error), line=_place(findings[chosen[0]])[0]) from error
        return module, transform.lost

    def _text(self, module: cst.Module, chosen: Sequence[int]) -> str:
        from gradfix.imports import without_unused

        line = _place(self._findings[chosen[0]])[0]
        text = self._document.text(module)
        tree = _parsed(text, line)
        unused = {name for index in chosen for name in self._findings[index].unused}
        smaller = without_unused(module, tree, unused) if unused else module
        if smaller is module:
            return text
        text = self._document.text(smaller)
        _parsed(text, line)
        return text


def _parsed(text: str, line: int) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError) as error:
            message = f"the result is not valid Python: {error}"
            raise RewriteError(message, line=line) from error


def _claims(finding: Finding) -> Iterator[tuple[ast.AST, bool]]:
    """Yield the nodes a finding changes, and whether it moves them; two findings may move into one node."""
    for edit in finding.edits:
        if isinstance(edit, Edit):
            yield edit.anchor, False
        else:
            for statement in edit.statements:
                yield statement, True


def _anchors(findings: Any) -> Iterator[ast.AST]:
    for finding in findings:
        for anchor, _ in _claims(finding):
            yield anchor
        for edit in finding.edits:
            if isinstance(edit, Move):
                yield edit.into


def _place(finding: Finding) -> tuple[int, int, int, int]:
    """Return where the first anchor stands; of two that start together the outer one is first."""
    return min(
        (node.lineno, node.col_offset, -node.end_lineno, -node.end_col_offset)
        for node in _anchors_of(finding)
    )


def _anchors_of(finding: Finding) -> Iterator[Any]:
    return _anchors([finding])
