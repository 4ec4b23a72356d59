"""Results that nobody reads, and the weights that are lost with them."""

from __future__ import annotations

import ast
import builtins
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradfix.flow.attributes import LIBRARY_METHODS
from gradfix.flow.joining import leaves
from gradfix.flow.objects import Instance, ModelInfo
from gradfix.flow.rehearsal import Called, Rehearsal, rehearse
from gradfix.flow.values import Kind, Token, Value
from gradfix.flow.weights import weights
from gradfix_codemods._layers import keras_instance, reached, targets, tokens

if TYPE_CHECKING:
    from gradfix.module import Module

    Scope = ast.Module | ast.FunctionDef | ast.AsyncFunctionDef

_WORDS = ("def call", "Model(", "GradientTape")
_COMPUTED = (ast.Call, ast.BinOp, ast.Subscript)
_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_MODELS = (Kind.LAYER, Kind.MODEL, Kind.INSTANCE)


@dataclass(frozen=True, slots=True, eq=False)
class Unread:
    """A statement whose value nobody reads.

    ``name`` is what it binds, ``over`` the statement that overwrites it. ``loop`` is the loop in which it
    overwrites itself: only its last value is read.
    """

    statement: ast.Assign | ast.AnnAssign | ast.Expr
    node: ast.expr
    name: str | None
    over: ast.stmt | None
    scope: ast.AST
    loop: ast.For | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Dropped:
    """A result that nobody reads, the weights that are lost with it, and who should have had them.

    ``owner`` is the layer or model in whose ``call`` it happens; ``models`` are the functional models that have
    the same inputs. With neither, a ``tape.gradient`` asks for the weights.
    """

    unread: Unread
    value: Value
    lost: frozenset[Token]
    owner: Value | None
    models: tuple[ModelInfo, ...] = ()


def unread(module: Module) -> Iterator[Unread]:
    """Yield the statements whose value is never read, from the text alone."""
    names = _Names()
    names.visit(module.tree)
    for scope, loads in names.loads.items():
        yield from _in_scope(scope, loads, names)


class _Names(ast.NodeVisitor):
    """Where each scope, with those inside it, reads its names."""

    def __init__(self) -> None:
        self.loads: dict[Scope, dict[str, list[tuple[int, int]]]] = {}
        self.shared: set[str] = set()
        self.methods: set[str] = set()
        self._around: list[dict[str, list[tuple[int, int]]]] = []

    def visit_Module(self, node: ast.Module) -> None:
        self._scope(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._scope(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._scope(node)

    def visit_Name(self, node: ast.Name) -> None:
        if not isinstance(node.ctx, ast.Store):
            self._read(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):
            self._read(node.target)
        self.generic_visit(node)

    def visit_Global(self, node: ast.Global) -> None:
        self.shared.update(node.names)

    def visit_Nonlocal(self, node: ast.Nonlocal) -> None:
        self.shared.update(node.names)

    def _scope(self, node: Scope) -> None:
        if not isinstance(node, ast.Module):
            self.methods.add(node.name)
        self.loads[node] = {}
        self._around.append(self.loads[node])
        self.generic_visit(node)
        self._around.pop()

    def _read(self, node: ast.Name) -> None:
        for loads in self._around:
            loads.setdefault(node.id, []).append((node.lineno, node.col_offset))


def _in_scope(scope: Scope, loads: dict[str, list[tuple[int, int]]], names: _Names) -> Iterator[Unread]:
    yield from _in_loops(scope, loads)
    for block, in_loop in _blocks(scope.body, in_loop=False):
        for index, statement in enumerate(block):
            match statement:
                case ast.Expr(value=ast.Call(func=func) as node):
                    if _may_be_layer(func, names):
                        yield Unread(statement, node, None, None, scope)
                case (
                    ast.Assign(targets=[ast.Name(id=name)], value=node)
                    | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as node)
                ):
                    if name.startswith("_") or name in names.shared or not isinstance(node, _COMPUTED):
                        continue
                    places = loads.get(name, [])
                    over = _overwritten(block[index + 1 :], name)
                    end = (statement.end_lineno or 0, statement.end_col_offset or 0)
                    last = (over.end_lineno or 0, over.end_col_offset or 0) if over is not None else None
                    if last is not None and not any(end < place < last for place in places):
                        yield Unread(statement, node, name, over, scope)
                    elif not places or (not in_loop and not any(place > end for place in places)):
                        yield Unread(statement, node, name, None, scope)


def _may_be_layer(func: ast.expr, names: _Names) -> bool:
    """Tell whether an expression that is called on its own may be a layer, not a function called for what it does."""
    match func:
        case ast.Call():
            return True
        case ast.Name(id=name):
            return name not in names.methods and not hasattr(builtins, name)
        case ast.Attribute(value=ast.Name(), attr=name):
            return name not in names.methods and name not in LIBRARY_METHODS
        case ast.Subscript():
            return True
    return False


def _in_loops(scope: Scope, loads: dict[str, list[tuple[int, int]]]) -> Iterator[Unread]:
    """Yield the statements of loops that bind a name which the loop never reads."""
    for block, _ in _blocks(scope.body, in_loop=False):
        for loop in block:
            if not isinstance(loop, ast.For):
                continue
            start, end = (loop.lineno, loop.col_offset), (loop.end_lineno or 0, loop.end_col_offset or 0)
            for statement in loop.body:
                match statement:
                    case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as node):
                        places = loads.get(name, [])
                        if places and not any(start < place < end for place in places):
                            yield Unread(statement, node, name, statement, scope, loop)


def _blocks(body: list[ast.stmt], *, in_loop: bool) -> Iterator[tuple[list[ast.stmt], bool]]:
    """Yield the rows of statements of a scope, without those of the functions and classes in it."""
    yield body, in_loop
    for statement in body:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        inside = in_loop or isinstance(statement, _LOOPS)
        for name in ("body", "orelse", "finalbody"):
            inner = getattr(statement, name, None)
            if inner:
                yield from _blocks(inner, in_loop=inside)
        for handler in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
            yield from _blocks(handler.body, in_loop=inside)


def _overwritten(rest: list[ast.stmt], name: str) -> ast.stmt | None:
    for statement in rest:
        match statement:
            case ast.Assign(targets=[ast.Name(id=other)]) if other == name:
                return statement
            case ast.If() | ast.For() | ast.While() | ast.Try() | ast.Return() | ast.Raise():
                return None
    return None


@functools.lru_cache(maxsize=2)
def dropped(module: Module) -> tuple[Dropped, ...]:
    """Return the results that nobody reads and that take weights with them."""
    if not any(word in module.text for word in _WORDS):
        return ()
    candidates = list(unread(module))
    if not candidates:
        return ()
    run = rehearse(module)
    supply = _Supply(run)
    found = []
    for one in candidates:
        values = run.values(one.node)
        losses = [loss for value in values if (loss := _loss(run, supply, one, value)) is not None]
        if losses and (one.loop is not None or len(losses) == len(values)):
            found.append(losses[0])
    return tuple(found)


class _Supply:
    """The weights that something in the program is computed from."""

    def __init__(self, run: Rehearsal) -> None:
        self.targets: set[Token] = set()
        for value in targets(run):
            self.targets |= reached(value)
        self.asked: set[Token] = set()
        for event in run.events:
            if event.kind == "gradient":
                self.asked |= tokens(event.arguments[2])
        infos: list[ModelInfo] = []
        for event in run.events:
            data = event.arguments[0].data if event.arguments else None
            if event.kind == "model" and isinstance(data, ModelInfo):
                infos.append(data)
            elif event.kind == "instance" and isinstance(data, Instance) and data.functional is not None:
                infos.append(data.functional)
        self.models = [info for info in infos if info.inputs is not None and info.outputs is not None]
        self.of_models: set[Token] = set()
        for info in self.models:
            assert info.outputs is not None  # chosen so
            self.of_models |= reached(info.outputs)


def _loss(run: Rehearsal, supply: _Supply, one: Unread, value: Value) -> Dropped | None:
    if not _from_layers(run, one):
        return None
    made = {
        token
        for leaf in leaves(value)
        for token in leaf.live
        if token.kind in ("weight", "variable") and token.trainable
    }
    made -= supply.targets
    if not made:
        return None
    time = max((leaf.time for leaf in leaves(value)), default=0)
    around = [c for c in run.called if c.holds(time) and keras_instance(c.value) and c.result is not value]
    for call in sorted(around, key=lambda c: -c.start):
        lost = {t for t in made if t in set(weights(call.value)) and not _elsewhere(run, call, t)}
        if lost:
            return Dropped(one, value, frozenset(lost), call.value)
    if around:
        return None
    if any(leaf.symbolic for leaf in leaves(value)):
        return _off_the_model(supply, one, value, made - supply.of_models)
    lost = made & supply.asked
    return Dropped(one, value, frozenset(lost), None) if lost else None


def _from_layers(run: Rehearsal, one: Unread) -> bool:
    """An expression on its own must be the call of a layer; anything else is called for what it does."""
    if not isinstance(one.node, ast.Call):
        return isinstance(one.node, (ast.BinOp, ast.Subscript)) and one.name is not None
    kinds = {leaf.kind for value in run.values(one.node.func) for leaf in leaves(value)}
    return (
        bool(kinds)
        and kinds <= {*_MODELS, Kind.FUNCTION, Kind.PATH}
        and (one.name is not None or kinds <= set(_MODELS))
    )


def _elsewhere(run: Rehearsal, call: Called, token: Token) -> bool:
    """Tell whether a result counts on ``token``: that of the owner itself, or of a call outside the owner's."""
    own = [c for c in run.called if c.value.data is call.value.data]
    for one in run.called:
        inside = one not in own and any(c.start <= one.start and one.end <= c.end for c in own)
        if not inside and token in reached(one.result):
            return True
    return False


def _off_the_model(supply: _Supply, one: Unread, value: Value, lost: set[Token]) -> Dropped | None:
    inputs = {token for token in reached(value) if token.kind == "input"}
    models = []
    for info in supply.models:
        assert info.inputs is not None and info.outputs is not None  # noqa: PT018 - chosen so
        if inputs & reached(info.inputs):
            if any(leaf.kind is not Kind.TENSOR for leaf in leaves(info.outputs)):
                return None
            models.append(info)
    return Dropped(one, value, frozenset(lost), None, tuple(models)) if lost and models else None
