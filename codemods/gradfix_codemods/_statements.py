"""Where statements stand, what they read and write, and which of them have to stay in order."""

from __future__ import annotations

import ast
import functools
import textwrap
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Union

from gradfix.flow.trace import parents

if TYPE_CHECKING:
    from gradfix.module import Module

Scope = Union[ast.Module, ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda]
_SCOPES = (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_FIXED = (ast.Return, ast.Raise, ast.Yield, ast.YieldFrom, ast.Await, ast.Global, ast.Nonlocal, *_DEFINITIONS)
_ASSIGNING = frozenset({"apply", "apply_gradients", "assign", "assign_add", "assign_sub", "minimize"})
_UPDATES = _ASSIGNING | {"set_weights", "load_weights", "fit", "train_on_batch"}
_DERIVATIVES = frozenset({"gradient", "jacobian", "batch_jacobian"})
_MUTATING = frozenset(
    {"append", "extend", "insert", "pop", "remove", "clear", "update", "add", "setdefault", "sort"}
)


class Statements:
    """The places of the nodes of a module."""

    def __init__(self, module: Module) -> None:
        self.module = module

    @functools.cached_property
    def parent(self) -> dict[ast.AST, ast.AST]:
        """The node around each node."""
        return parents(self.module)

    @functools.cached_property
    def imported(self) -> set[str]:
        """The names that the imports of the file bind."""
        return {
            (alias.asname or alias.name).partition(".")[0]
            for node in self.parent
            if isinstance(node, (ast.Import, ast.ImportFrom))
            for alias in node.names
        }

    def around(self, node: ast.AST) -> Iterator[ast.AST]:
        """Yield the nodes around ``node``, innermost first."""
        found = self.parent.get(node)
        while found is not None:
            yield found
            found = self.parent.get(found)

    def statement(self, node: ast.AST) -> ast.stmt | None:
        """Return the innermost statement that holds ``node``."""
        return next((one for one in (node, *self.around(node)) if isinstance(one, ast.stmt)), None)

    def scope(self, node: ast.AST) -> Scope:
        """Return the function, lambda or module that ``node`` runs in."""
        return next((one for one in self.around(node) if isinstance(one, _SCOPES)), self.module.tree)

    def block(self, statement: ast.stmt) -> list[ast.stmt]:
        """Return the row of statements that ``statement`` stands in."""
        for _, value in ast.iter_fields(self.parent[statement]):
            if isinstance(value, list) and any(one is statement for one in value):
                return value
        return [statement]

    def holder(self, block: list[ast.stmt], node: ast.AST) -> ast.stmt | None:
        """Return the statement of ``block`` that holds ``node``, without a function between them."""
        for one in (node, *self.around(node)):
            if isinstance(one, ast.stmt) and any(one is each for each in block):
                return one
            if isinstance(one, _SCOPES):
                return None
        return None

    def text(self, statement: ast.stmt) -> str:
        """Return the lines of a statement with its comments, or the statement alone when it shares a line."""
        lines, first, last = self.module.lines, statement.lineno - 1, statement.end_lineno or statement.lineno
        before = lines[first].encode()[: statement.col_offset].decode()
        after = lines[last - 1].encode()[statement.end_col_offset or 0 :].decode().strip()
        if before.strip() or (after and not after.startswith("#")):
            return self.module.segment(statement)
        while first > 0 and lines[first - 1].strip().startswith("#"):
            first -= 1
        return textwrap.dedent("".join(lines[first:last]))

    def free_name(self, node: ast.AST, *names: str) -> str:
        """Return the first of ``names`` that the function around ``node`` does not use, else a numbered one."""
        used = {one.id for one in ast.walk(self.scope(node)) if isinstance(one, ast.Name)}
        used |= {one.arg for one in ast.walk(self.scope(node)) if isinstance(one, ast.arg)} | self.imported
        numbered = (f"{names[-1]}_{number}" for number in range(2, len(used) + 3))
        return next(name for name in (*names, *numbered) if name not in used)

    def reads(self, node: ast.AST) -> set[str]:
        """Return the dotted names that running ``node`` reads."""
        own = {
            one.id
            for part in ast.walk(node)
            if isinstance(part, _COMPREHENSIONS)
            for generator in part.generators
            for one in ast.walk(generator.target)
            if isinstance(one, ast.Name)
        } | {one.arg for one in ast.walk(node) if isinstance(one, ast.arg)}
        return {path for path in self._loaded(node) if path.partition(".")[0] not in own}

    def _loaded(self, node: ast.AST) -> Iterator[str]:
        waiting = [node]
        while waiting:
            one = waiting.pop()
            path = dotted(one)
            if path is None or not isinstance(one, ast.expr):
                waiting.extend(ast.iter_child_nodes(one))
            elif not isinstance(getattr(one, "ctx", None), ast.Store):
                if path.partition(".")[0] not in self.imported:
                    yield path
            elif isinstance(self.parent.get(one), ast.AugAssign):
                yield path

    def writes(self, node: ast.AST) -> set[str]:
        """Return the dotted names that running ``node`` binds or changes."""
        found: set[str] = set()
        for one in ast.walk(node):
            place: ast.AST | None = None
            if isinstance(one, (ast.Name, ast.Attribute, ast.Subscript)) and not isinstance(
                one.ctx, ast.Load
            ):
                place = one.value if isinstance(one, ast.Subscript) else one
            elif isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute):
                alone = isinstance(self.parent.get(one), ast.Expr)
                place = one.func.value if alone or one.func.attr in _MUTATING | _UPDATES else None
            elif isinstance(one, _DEFINITIONS):
                found.add(one.name)
            while isinstance(place, (ast.Subscript, ast.Call)):
                place = place.value if isinstance(place, ast.Subscript) else place.func
            path = None if place is None else dotted(place)
            if path is not None and path.partition(".")[0] not in self.imported:
                found.add(path)
        return found

    def needed(
        self, between: list[ast.stmt], wanted: set[str], inner: ast.With | ast.AsyncWith | None = None
    ) -> list[ast.stmt] | None:
        """Return the statements that make the names ``wanted``, and those that must stay in front of one of them.

        None when one of them cannot move: it updates variables, asks for gradients, or leaves the function.
        Gradients of the tapes inside the block ``inner`` may be asked for in it, too.
        """
        tapes = _tapes_inside(inner) if inner is not None else frozenset()
        moved: list[ast.stmt] = []
        wanted = set(wanted)
        for one in reversed(between):
            if self.writes(one) & wanted or any(self.ordered(one, later) for later in moved):
                if not movable(one) or updates(one) or asks_for_gradient(one, tapes):
                    return None
                moved.insert(0, one)
                wanted |= self.reads(one)
        return moved

    def ordered(self, first: ast.AST, second: ast.AST) -> bool:
        """Tell whether ``second`` must stay behind ``first``."""
        written, later = self.writes(first), self.writes(second)
        return touch(written, self.reads(second) | later) or touch(self.reads(first), later)


def dotted(node: ast.AST) -> str | None:
    """Return ``self.w`` for the expression of that name, None for what is not a row of names."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        owner = dotted(node.value)
        return None if owner is None else f"{owner}.{node.attr}"
    return None


def touch(some: Iterable[str], others: set[str]) -> bool:
    """Tell whether one of the names is one of the others, a part of it, or has it as a part."""
    return any(
        one == other or one.startswith(f"{other}.") or other.startswith(f"{one}.")
        for one in some
        for other in others
    )


def movable(statement: ast.stmt) -> bool:
    """Tell whether a statement means the same when it moves into a ``with`` block beside it."""
    if isinstance(statement, (ast.Pass, ast.Break, ast.Continue, ast.Import, ast.ImportFrom, ast.Delete)):
        return False
    if any(isinstance(one, _FIXED) for one in ast.walk(statement)):
        return False
    return isinstance(statement, _LOOPS) or not any(
        isinstance(one, (ast.Break, ast.Continue)) for one in ast.walk(statement)
    )


def asks_for_gradient(node: ast.AST, apart: frozenset[str] = frozenset()) -> bool:
    """Tell whether ``node`` uses a tape, apart from those of these names."""
    return any(
        isinstance(one, ast.Attribute) and one.attr in _DERIVATIVES and dotted(one.value) not in apart
        for one in ast.walk(node)
    )


def _tapes_inside(block: ast.With | ast.AsyncWith) -> frozenset[str]:
    """Return the names that ``with`` statements inside a block bind."""
    names = (
        dotted(item.optional_vars)
        for statement in block.body
        for one in ast.walk(statement)
        if isinstance(one, (ast.With, ast.AsyncWith))
        for item in one.items
        if item.optional_vars is not None
    )
    return frozenset(name for name in names if name is not None)


def updates(node: ast.AST) -> bool:
    """Tell whether ``node`` changes the values of variables."""
    return any(
        isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute) and one.func.attr in _UPDATES
        for one in ast.walk(node)
    )


def exclusive(places: Statements, first: ast.AST, second: ast.AST) -> bool:
    """Tell whether the program may never run both nodes, of which ``first`` ran earlier."""
    above = list(places.around(first))
    known = {id(one) for one in above}
    meeting = next((one for one in places.around(second) if id(one) in known), None)
    if meeting is None or meeting in (first, second):
        return False
    one, other = _child(places, meeting, first), _child(places, meeting, second)
    if isinstance(meeting, (ast.If, ast.IfExp)):
        sides = [_field(meeting, each) for each in (one, other)]
        return ("test" not in sides and sides[0] != sides[1]) or _ends(places, first, meeting)
    if isinstance(meeting, ast.Match):
        return one is not meeting.subject
    if isinstance(meeting, ast.Try) and "handlers" in {_field(meeting, each) for each in (one, other)}:
        return _field(meeting, other) != "finalbody"
    tests = [_tests(places, each, meeting) for each in (first, second)]
    return _ends(places, first, meeting) or bool(tests[0] and tests[1] and tests[0] != tests[1])


def leaves_loop(places: Statements, node: ast.AST, loop: ast.AST) -> bool:
    """Tell whether the loop surely ends after ``node`` ran."""
    return _ends(places, node, places.parent[loop])


def _ends(places: Statements, node: ast.AST, around: ast.AST) -> bool:
    """Tell whether the row of statements around ``node`` is left for good, before ``around`` goes on."""
    one: ast.AST | None = places.statement(node)
    while isinstance(one, ast.stmt) and one is not around and places.parent[one] is not around:
        row = places.block(one)
        position = next((number for number, each in enumerate(row) if each is one), 0)
        if any(isinstance(each, (ast.Return, ast.Raise, ast.Break, ast.Continue)) for each in row[position:]):
            return True
        one = places.statement(places.parent[one])
    return isinstance(one, ast.Return)


def _child(places: Statements, outer: ast.AST, node: ast.AST) -> ast.AST:
    while places.parent[node] is not outer:
        node = places.parent[node]
    return node


def _field(outer: ast.AST, child: ast.AST) -> str:
    for name, value in ast.iter_fields(outer):
        if value is child or (isinstance(value, list) and any(one is child for one in value)):
            return name
    return ""


def _tests(places: Statements, node: ast.AST, around: ast.AST) -> list[str]:
    """Return the conditions between ``around`` and ``node``."""
    found: list[str] = []
    for one in places.around(node):
        if one is around:
            break
        if isinstance(one, (ast.If, ast.IfExp)):
            found.append(ast.unparse(one.test))
        elif isinstance(one, (ast.Match, ast.ExceptHandler)):
            found.append(type(one).__name__)
    return found
