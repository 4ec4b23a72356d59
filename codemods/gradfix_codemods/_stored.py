"""Using a value in place of the variable it was assigned to."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from gradfix import edits
from gradfix.flow.facts import Broken
from gradfix.flow.joining import leaves
from gradfix.flow.trace import Trace
from gradfix.flow.values import Kind
from gradfix.model import Edit
from gradfix.module import Module
from gradfix_codemods._lost import function_of, key_of, operand, statement_of
from gradfix_codemods._onward import behind
from gradfix_codemods._statements import Statements

if TYPE_CHECKING:
    import libcst as cst

    from gradfix.edits import Change
    from gradfix.model import Changed

_READ = ("read_value", "value")
_ABOUT = ("shape", "dtype", "name", "device", "numpy", "handle", "trainable")
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_SIGNS = {"assign_add": "+", "assign_sub": "-"}


def is_update(run: Trace, cause: Broken) -> bool:
    """Tell whether the value assigned was made from a gradient: a step of training, which is no way to a loss."""
    gradients = {event.node for event in run.happened("gradient")}
    waiting = [cause.value] if cause.value is not None else []
    done: set[int] = set()
    while waiting:
        value = waiting.pop()
        if value.node in gradients:
            return True
        if id(value) not in done:
            done.add(id(value))
            waiting.extend(value.inputs)
    return False


class Stored:
    """A variable that a cut went through, and the block in which it is assigned and read."""

    def __init__(self, module: Module, run: Trace, places: Statements, cause: Broken, call: ast.Call) -> None:
        assert isinstance(call.func, ast.Attribute)
        self.module = module
        self.run = run
        self.places = places
        self.cause = cause
        self.call = call
        self.owner = call.func.value
        self.method = call.func.attr
        self.tokens = {
            leaf.data.token
            for value in run.values(self.owner)
            for leaf in leaves(value)
            if leaf.kind is Kind.VARIABLE
        }

    def changes(self) -> tuple[Edit, ...]:
        """Return the edits that use the value in place of the variable, or none when that is not certain."""
        if len(self.tokens) != 1:
            return ()
        found = self._straight() or self._local()
        returned = any(isinstance(self.run.parents.get(edit.anchor), ast.Return) for edit in found)
        return () if returned and self._is_wanted_itself() else found

    def _is_wanted_itself(self) -> bool:
        """Tell whether anything outside the function reads the variable, or does with it what only variables do.

        Then a value that is returned in its place is not enough, or too little.
        """
        function = function_of(self.run, self.call)
        inside = {id(node) for node in ast.walk(function)} if function is not None else set()
        way = {id(value) for value in behind(self.cause)}
        for node, values in self.run.seen.items():
            if id(node) in inside or not any(
                leaf.kind is Kind.VARIABLE and leaf.data.token in self.tokens
                for value in values.values()
                for leaf in leaves(value)
            ):
                continue
            around = self.run.parents.get(node)
            if isinstance(around, ast.Attribute):
                if around.attr not in (*_ABOUT, *_READ) and not isinstance(node, ast.Attribute):
                    return True
            elif isinstance(node, ast.Attribute) and _matters(self.run, node, way):
                return True
        return False

    def _straight(self) -> tuple[Edit, ...]:
        """The variable is read behind the assignment in the same block: the value takes its place."""
        call, statement, given = self.call, statement_of(self.run, self.call), operand(self.call, "value")
        if self.method != "assign" or statement is None or given is None or not self._is_tensor(given):
            return ()
        results = [call] if isinstance(statement, ast.Assign) and statement.value is call else []
        if not results and not (isinstance(statement, ast.Expr) and statement.value is call):
            return ()
        simple = isinstance(given, ast.Name)
        name = given.id if isinstance(given, ast.Name) else self._free_name()
        reads = list(self._reads(statement, name))
        if not reads and not results:
            return ()
        found = [Edit(read, edits.expression(name)) for read in reads]
        before = "" if simple else f"{name} = {self.module.segment(given)}\n"
        if results:
            own = f"{self.module.segment(call.func)}({name})"
            return (
                *found,
                Edit(statement, edits.insert_before(before + own)),
                Edit(call, edits.expression(name)),
            )
        if not simple:
            found += [Edit(statement, edits.insert_before(before)), Edit(given, edits.expression(name))]
        return tuple(found)

    def _reads(self, statement: ast.stmt, name: str) -> Iterator[ast.expr]:
        """Yield the expressions behind ``statement`` that read the variable on the way to the loss."""
        way = {id(value) for value in behind(self.cause)}
        block = self.places.block(statement)
        for later in block[block.index(statement) + 1 :]:
            found = [node for node in _expressions(later) if self._is_variable(node)]
            if any(_is_assigned(self.run, node) for node in found):
                return
            for node in found:
                read = _whole_read(self.run, node)
                if read is not None and _matters(self.run, read, way):
                    yield read
            if name in self.places.writes(later):
                return

    def _local(self) -> tuple[Edit, ...]:
        """The variable holds the steps of a computation: a local name holds them too, and is read instead."""
        first = self._first()
        if first is None:
            return ()
        block = self.places.block(first)
        name = self._free_name()
        found: list[Edit] = []
        read = False
        for later in block[block.index(first) :]:
            for node in list(_expressions(later)):
                if not self._is_variable(node):
                    continue
                if _is_assigned(self.run, node):
                    edit = self._assignment(node, name)
                    if edit is None:
                        return ()
                    found.append(edit)
                elif statement_of(self.run, node) is not first:
                    whole = _whole_read(self.run, node)
                    if whole is not None:
                        read = True
                        found.append(Edit(whole, edits.expression(name)))
        return tuple(found) if read else ()

    def _first(self) -> ast.stmt | None:
        """Return the assignment that stands before every other use of the variable in its function."""
        function = function_of(self.run, self.call)
        if function is None:
            return None
        calls = [
            node
            for node in ast.walk(function)
            if isinstance(node, ast.Attribute)
            and self._is_variable(node.value)
            and _is_assigned(self.run, node.value)
        ]
        first = min(calls, key=lambda node: (node.lineno, node.col_offset))
        statement = statement_of(self.run, first)
        if (
            statement is None
            or function_of(self.run, first) is not function
            or self._assigned_elsewhere(function)
        ):
            return None
        block = self.places.block(statement)
        return statement if self.places.holder(block, self.call) is not None else None

    def _assigned_elsewhere(self, function: ast.AST) -> bool:
        """Tell whether the function calls another one that assigns the variable."""
        writers = {
            getattr(event.function, "name", "lambda")
            for event in self.run.happened("assign")
            if event.arguments[0].kind is Kind.VARIABLE
            and event.arguments[0].data.token in self.tokens
            and event.function is not function
        }
        called = {
            node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            for node in ast.walk(function)
            if isinstance(node, ast.Call)
        }
        return bool(writers & called)

    def _assignment(self, node: ast.expr, name: str) -> Edit | None:
        """Return the edit that makes ``v.assign(x)`` two statements: ``name = x`` and ``v.assign(name)``."""
        around = self.run.parents.get(node)
        call = self.run.parents.get(around) if around is not None else None
        statement = statement_of(self.run, node)
        if (
            not isinstance(around, ast.Attribute)
            or not isinstance(call, ast.Call)
            or not isinstance(statement, ast.Expr)
        ):
            return None
        given = operand(call, "value", "delta")
        if statement.value is not call or given is None or len(call.args) + len(call.keywords) != 1:
            return None
        key = key_of(call, given)
        part = f"{{arg{key}}}" if isinstance(key, int) else f"{{{key}}}"
        if around.attr == "assign":
            if not self._is_tensor(given):
                return None
            return Edit(statement, _named_first(name, part))
        sign = _SIGNS.get(around.attr)
        if sign is None:
            return None
        start = name if statement is not self._first() else self.module.segment(node)
        return Edit(statement, _named_first(name, f"{start} {sign} {part}"))

    def _is_tensor(self, node: ast.expr) -> bool:
        values = [leaf for value in self.run.values(node) for leaf in leaves(value)]
        return bool(values) and all(leaf.kind in (Kind.TENSOR, Kind.UNKNOWN) for leaf in values)

    def _is_variable(self, node: ast.expr) -> bool:
        values = self.run.values(node)
        return bool(values) and all(v.kind is Kind.VARIABLE and v.data.token in self.tokens for v in values)

    def _free_name(self) -> str:
        owner = self.owner
        last = (
            owner.attr
            if isinstance(owner, ast.Attribute)
            else owner.id
            if isinstance(owner, ast.Name)
            else "value"
        )
        return self.places.free_name(self.call, f"new_{last}")


def _named_first(name: str, value: str) -> Change:
    """Turn ``v.assign(x)`` into ``name = x`` and ``v.assign(name)``; ``value`` is a template of what is named."""

    def change(node: cst.CSTNode) -> Changed:
        import libcst as cst

        call = cst.ensure_type(cst.ensure_type(node, cst.Expr).value, cst.Call)
        named = edits.template(value)(call)
        assert isinstance(named, cst.BaseExpression)
        function = cst.ensure_type(call.func, cst.Attribute).with_changes(attr=cst.Name("assign"))
        again = cst.Expr(call.with_changes(func=function, args=[cst.Arg(cst.Name(name))]))
        first = cst.Assign([cst.AssignTarget(cst.Name(name))], named)
        return cst.FlattenSentinel([cst.SimpleStatementLine([first]), cst.SimpleStatementLine([again])])

    return change


def _expressions(node: ast.AST) -> Iterator[ast.expr]:
    """Yield the names and attributes read in a statement, but not those in functions, which run later."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, (ast.Name, ast.Attribute)) and isinstance(one.ctx, ast.Load):
            yield one
        if not isinstance(one, _FUNCTIONS):
            waiting.extend(ast.iter_child_nodes(one))


def _is_assigned(run: Trace, node: ast.expr) -> bool:
    around = run.parents.get(node)
    return isinstance(around, ast.Attribute) and around.attr.startswith(("assign", "scatter"))


def _whole_read(run: Trace, node: ast.expr) -> ast.expr | None:
    """Return what reads the value: the variable, or ``v.read_value()`` around it; None for ``v.shape``."""
    around = run.parents.get(node)
    if not isinstance(around, ast.Attribute):
        return node
    call = run.parents.get(around)
    if around.attr in _READ:
        return call if isinstance(call, ast.Call) and call.func is around else around
    return None if around.attr in _ABOUT else node


def _matters(run: Trace, read: ast.expr, way: set[int]) -> bool:
    """Tell whether what is computed from a read lies on the way to the loss."""
    for node in run.ancestors(read):
        if isinstance(node, ast.expr) and any(
            id(leaf) in way for value in run.values(node) for leaf in leaves(value)
        ):
            return True
        if isinstance(node, (ast.Return, ast.Assign)):
            return True
        if isinstance(node, ast.stmt):
            return False
    return False
