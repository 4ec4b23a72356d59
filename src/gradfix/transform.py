"""Carries the edits of some findings out on one tree, and tells which of them were lost on the way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import libcst as cst

from gradfix import blocks
from gradfix.blocks import Piece, Place
from gradfix.cstree import Line, field_names, fitted
from gradfix.errors import RewriteError
from gradfix.model import Edit, Finding, Move
from gradfix.reach import Reach, Result

Node = TypeVar("Node", bound=cst.CSTNode)


@dataclass(slots=True)
class Target:
    """What happens at one node of the tree."""

    changes: list[tuple[int, Edit]] = field(default_factory=list)
    place: Place | None = None
    mover: int | None = None
    receives: set[bool] = field(default_factory=set)
    after: list[Line] = field(default_factory=list)


class Transform:
    """One run over a module. ``nodes`` gives the counterpart of each anchor, ``parents`` that of each node."""

    def __init__(
        self,
        module: cst.Module,
        nodes: Mapping[Any, cst.CSTNode],
        parents: Mapping[cst.CSTNode, tuple[cst.CSTNode, str]],
        findings: Mapping[int, Finding],
        added: Mapping[cst.CSTNode | None, Sequence[Line]],
    ) -> None:
        self._module = module
        self._parents = parents
        self._targets: dict[cst.CSTNode, Target] = defaultdict(Target)
        self._results: list[Result] = []
        self._markers: dict[tuple[int, bool], cst.SimpleStatementLine] = {}
        self._leaving: dict[tuple[int, bool], list[tuple[Place, Line]]] = defaultdict(list)
        self._movers: dict[tuple[int, bool], set[int]] = defaultdict(set)
        self._first = list(added.get(None, ()))
        self.lost: set[int] = set()
        for index, finding in findings.items():
            for edit in finding.edits:
                self._register(index, edit, nodes)
        for node, lines in added.items():
            if node is not None:
                self._targets[node].after = list(lines)
        self._needed: set[cst.CSTNode] = {module}
        for node in list(self._targets):
            current = node
            while current not in self._needed:
                self._needed.add(current)
                current = parents[current][0]

    def _register(self, index: int, edit: Edit | Move, nodes: Mapping[Any, cst.CSTNode]) -> None:
        if isinstance(edit, Edit):
            self._targets[nodes[edit.anchor]].changes.append((index, edit))
            return
        into = nodes[edit.into]
        key = (id(into), edit.at_end)
        self._targets[into].receives.add(edit.at_end)
        self._movers[key].add(index)
        start = min((statement.lineno for statement in edit.statements), default=0)
        for number, statement in enumerate(edit.statements):
            target = self._targets[nodes[statement]]
            target.place = Place(*key, rank=(start, index, number))
            target.mover = index

    def run(self) -> cst.Module:
        """Return the new module. ``lost`` holds the findings of which an edit is not in it."""
        (module,) = self._visit(self._module)
        self._find_lost(module)
        if self.lost:
            return self._module
        new = self._filled(module)
        assert isinstance(new, cst.Module)
        return new

    def _renew(self, old: Node, **changes: Any) -> Node:
        new: Node = old.with_changes(**changes)
        for result in self._results:
            for index, node in enumerate(result.nodes):
                if node is old:
                    result.nodes[index] = new
        return new

    # -- rebuilding, innermost first ---------------------------------------------------------------

    def _visit(self, node: cst.CSTNode) -> list[cst.CSTNode]:
        if node not in self._needed:
            return [node]
        earlier = len(self._results)
        nodes = [self._suite(node) if isinstance(node, cst.SimpleStatementSuite) else self._rebuilt(node)]
        target = self._targets.get(node)
        if target is None:
            return nodes
        for owner, edit in target.changes:
            nodes = self._changed(node, nodes, owner, edit, earlier)
        for at_end in sorted(target.receives):
            self._mark(node, nodes, at_end)
        return nodes

    def _rebuilt(self, node: cst.CSTNode) -> cst.CSTNode:
        if isinstance(node, (cst.Module, cst.IndentedBlock)):
            return self._block(node)
        changes: dict[str, Any] = {}
        for name in field_names(type(node)):
            value = getattr(node, name)
            if isinstance(value, cst.CSTNode) and value in self._needed:
                changes[name] = _single(self._visit(value), value)
            elif isinstance(value, (list, tuple)) and any(item in self._needed for item in value):
                changes[name] = [new for item in value for new in self._visit(item)]
        try:
            return node.with_changes(**changes)
        except cst.CSTValidationError:
            # A word stands without a space beside what was in brackets before: ``return(x)``, ``not(x)``.
            safe = {name: self._enclosed(value) for name, value in changes.items()}
            return node.with_changes(**safe)

    def _enclosed(self, value: Any) -> Any:
        if isinstance(value, cst.BaseExpression) and not value.lpar:
            return self._renew(value, lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
        return value

    def _block(self, block: cst.Module | cst.IndentedBlock) -> cst.CSTNode:
        pieces = [Piece(line) for line in self._first] if isinstance(block, cst.Module) else []
        gap = bool(pieces)
        for statement in block.body:
            new = self._pieces(statement)
            if gap:
                self._set_apart(new)
            pieces += new
            added = self._targets[statement].after if statement in self._targets else []
            pieces += [Piece(line) for line in added]
            gap = bool(added) and not blocks.is_import(statement)
        body, footer, leaving = blocks.assemble(
            pieces, block.footer, self._renew, tight=blocks.starts_tight(block)
        )
        self._take(leaving)
        if not body and isinstance(block, cst.IndentedBlock):
            body = [blocks.pass_line()]
        return block.with_changes(body=body, footer=footer)

    def _set_apart(self, pieces: Sequence[Piece]) -> None:
        """Put a blank line between the first import of a module and what follows it."""
        line = next((piece.line for piece in pieces if piece.line is not None), None)
        if line is not None and (not line.leading_lines or line.leading_lines[0].comment is not None):
            above = [cst.EmptyLine(indent=False), *line.leading_lines]
            pieces[0].line = self._renew(line, leading_lines=above)

    def _pieces(self, statement: cst.BaseStatement) -> list[Piece]:
        if statement not in self._needed:
            assert isinstance(statement, (cst.SimpleStatementLine, cst.BaseCompoundStatement))
            return [Piece(statement)]
        if isinstance(statement, cst.SimpleStatementLine):
            results = [self._visit(small) for small in statement.body]
            return blocks.pieces_of_line(statement, results, self._places(statement.body), self._renew)
        assert isinstance(statement, cst.BaseCompoundStatement)
        (place,) = self._places([statement])
        return blocks.pieces_of_compound(statement, self._visit(statement), place, self._renew)

    def _places(self, statements: Iterable[cst.CSTNode]) -> list[Place | None]:
        return [self._targets[node].place if node in self._targets else None for node in statements]

    def _suite(self, suite: cst.SimpleStatementSuite) -> cst.BaseSuite:
        line = cst.SimpleStatementLine(body=suite.body, trailing_whitespace=suite.trailing_whitespace)
        results = [self._visit(small) for small in suite.body]
        pieces = blocks.pieces_of_line(line, results, self._places(suite.body), self._renew)
        body, _, leaving = blocks.assemble(pieces, (), self._renew)
        self._take(leaving)
        match body:
            case []:
                return suite.with_changes(body=[cst.Pass()])
            case [cst.SimpleStatementLine() as only] if not only.leading_lines:
                return suite.with_changes(body=only.body)
            case _:
                return cst.IndentedBlock(body=body)

    def _take(self, leaving: Iterable[tuple[Place, Line]]) -> None:
        for place, line in leaving:
            self._leaving[place.into, place.at_end].append((place, line))

    # -- one edit ----------------------------------------------------------------------------------

    def _changed(
        self, old: cst.CSTNode, nodes: list[cst.CSTNode], owner: int, edit: Edit, earlier: int
    ) -> list[cst.CSTNode]:
        index = _index_of_kind(nodes, type(old))
        try:
            made = _as_list(edit.change(nodes[index]))
            if len(made) == 1 and isinstance(old, cst.BaseExpression):
                made = [fitted(made[0], old, *self._parents[old])]
        except (RewriteError, cst.CSTValidationError) as error:
            raise RewriteError(str(error), line=getattr(edit.anchor, "lineno", None)) from error
        inner = [result for result in self._results[earlier:] if not result.consumed]
        if inner:
            within = Reach(made)
            for result in inner:
                if result.owner == owner:
                    result.consumed = not within.holds(result)
                elif not result.nodes and not isinstance(old, cst.BaseCompoundStatement):
                    self.lost.add(result.owner)
        self._results.append(Result(owner, list(made)))
        return [*nodes[:index], *made, *nodes[index + 1 :]]

    # -- moved statements --------------------------------------------------------------------------

    def _mark(self, old: cst.CSTNode, nodes: list[cst.CSTNode], at_end: bool) -> None:
        """Put a stand-in where the statements that move into ``old`` go; they may not be known yet."""
        index = next((i for i, node in enumerate(nodes) if type(node) is type(old)), None)
        if index is None:
            return
        block = blocks.to_block(nodes[index].body)  # type: ignore[attr-defined]
        body = list(block.body)
        if len(body) == 1 and blocks.is_bare_pass(body[0]):
            body = []
        marker = blocks.pass_line()
        footer = block.footer
        if at_end:
            marker = marker.with_changes(leading_lines=footer)
            footer = ()
            body.append(marker)
        else:
            body.insert(blocks.start_of_body(old, body), marker)
        self._markers[id(old), at_end] = marker
        block = self._renew(block, body=body, footer=footer)
        nodes[index] = self._renew(nodes[index], body=block)

    def _filled(self, node: cst.CSTNode) -> cst.CSTNode:
        """Return ``node`` with the moved statements in the places of their stand-ins."""
        if not self._markers:
            return node
        changes: dict[str, Any] = {}
        for name in ("body", "orelse", "finalbody", "handlers", "cases"):
            value = getattr(node, name, None)
            if isinstance(value, (cst.BaseSuite, cst.Else, cst.Finally, cst.If)):
                changes[name] = self._filled(value)
            elif isinstance(value, (list, tuple)) and not isinstance(node, cst.SimpleStatementLine):
                if isinstance(node, (cst.Module, cst.IndentedBlock)):
                    self._fill_block(node, changes)
                elif not isinstance(node, cst.SimpleStatementSuite):
                    changes[name] = [self._filled(item) for item in value]
        return node.with_changes(**changes) if changes else node

    def _fill_block(self, block: cst.Module | cst.IndentedBlock, changes: dict[str, Any]) -> None:
        keys = {id(marker): key for key, marker in self._markers.items()}
        body: list[cst.CSTNode] = []
        for line in block.body:
            key = keys.get(id(line))
            if key is None:
                body.append(self._filled(line))
                continue
            arrived = [self._filled(moved) for moved in self._arrivals(key)]
            above = self._markers[key].leading_lines
            if arrived and above:
                first: Any = arrived[0]
                arrived[0] = first.with_changes(leading_lines=[*above, *first.leading_lines])
            elif above:
                changes["footer"] = above
            body += arrived
        if not body and isinstance(block, cst.IndentedBlock):
            body = [blocks.pass_line()]
        changes["body"] = body

    def _arrivals(self, key: tuple[int, bool]) -> list[Line]:
        return [line for _, line in sorted(self._leaving[key], key=lambda item: item[0].rank)]

    # -- what was lost -----------------------------------------------------------------------------

    def _find_lost(self, module: cst.CSTNode) -> None:
        reach = Reach([module])
        waiting = dict(self._markers)
        while present := [key for key, marker in waiting.items() if id(marker) in reach.ids]:
            for key in present:
                del waiting[key]
                reach.add(self._arrivals(key))
        for key, movers in self._movers.items():
            if key in waiting or key not in self._markers or reach.twice(self._markers[key]):
                self.lost |= movers
        self.lost |= {
            result.owner for result in self._results if not result.consumed and not reach.holds(result)
        }


def _as_list(changed: Any) -> list[cst.CSTNode]:
    if isinstance(changed, cst.RemovalSentinel):
        return []
    if isinstance(changed, cst.FlattenSentinel):
        return list(changed)
    if isinstance(changed, cst.CSTNode):
        return [changed]
    message = f"a change returned {type(changed).__name__} instead of a node"
    raise RewriteError(message)


def _index_of_kind(nodes: Sequence[cst.CSTNode], kind: type[cst.CSTNode]) -> int:
    if len(nodes) == 1:
        return 0
    for index, node in enumerate(nodes):
        if type(node) is kind:
            return index
    message = f"two changes of one {kind.__name__}, of which the first took it away"
    raise RewriteError(message)


def _single(nodes: Sequence[cst.CSTNode], old: cst.CSTNode) -> cst.CSTNode:
    if len(nodes) == 1:
        return nodes[0]
    message = f"a change put {len(nodes)} nodes in the place of one {type(old).__name__}"
    raise RewriteError(message)
