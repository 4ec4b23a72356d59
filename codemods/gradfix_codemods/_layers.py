"""What several codemods ask about layers and models: who trains which weights, who holds whom, what is guarded."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from gradfix.flow.joining import leaves
from gradfix.flow.objects import Gradients, Instance, LayerInfo, ModelInfo
from gradfix.flow.rehearsal import is_keras
from gradfix.flow.values import Kind, Token, Value
from gradfix.flow.weights import weights

if TYPE_CHECKING:
    from gradfix.flow.facts import Event
    from gradfix.flow.rehearsal import Rehearsal

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_WEIGHTS = ("weight", "variable")
_HOLDERS = (Kind.INSTANCE, Kind.LAYER, Kind.MODEL)


def keras_instance(value: Value) -> bool:
    """Tell whether a value is an object of a layer or model class of the file."""
    return value.kind is Kind.INSTANCE and is_keras(value.data.cls)


def tokens(value: Value) -> set[Token]:
    """Return the weights that a value is, holds, or was computed from."""
    found: set[Token] = set()
    for leaf in leaves(value):
        if leaf.kind in _HOLDERS:
            found.update(weights(leaf))
        elif leaf.kind is Kind.VARIABLE:
            found.add(leaf.data.token)
        else:
            found.update(leaf.live)
    return {token for token in found if token.kind in _WEIGHTS}


def proven(value: Value) -> set[Token]:
    """Return the weights of an object that the file shows being made, without those that are only thinkable."""
    return {token for token in weights(value) if token.kind in _WEIGHTS}


def reached(value: Value) -> set[Token]:
    """Return every token that a value was computed from, whether its gradient was cut or not."""
    return {token for leaf in leaves(value) for some in (leaf.live, leaf.cut) for token in some}


def trained_together(run: Rehearsal) -> list[set[Token]]:
    """Return the weights that each ``fit``, ``tape.gradient`` and ``minimize`` of the program trains."""
    groups = []
    for event in run.events:
        if event.kind == "gradient":
            groups.append(tokens(event.arguments[2]))
        elif event.kind == "fit":
            groups.append({token for token in tokens(event.arguments[0]) if token.trainable})
        elif event.kind == "minimize":
            given = (
                *event.arguments[2:3],
                *(event.keywords[k] for k in ("var_list",) if k in event.keywords),
            )
            groups += [tokens(value) for value in given]
    return [group for group in groups if group]


def given_by_itself(run: Rehearsal) -> set[Token]:
    """Return the variables that the program names when it asks for gradients or updates."""
    found: set[Token] = set()
    for event in run.events:
        if event.kind in ("gradient", "minimize", "apply_gradients"):
            for value in (*event.arguments[1:], *event.keywords.values()):
                found |= {leaf.data.token for leaf in leaves(value) if leaf.kind is Kind.VARIABLE}
    if run.module.mentions("watched_variables"):
        for event in run.events:
            if event.kind == "variable":
                found.add(event.arguments[0].data.token)
    return found


def targets(run: Rehearsal) -> Iterator[Value]:
    """Yield what the program takes gradients of, or adds to its losses."""
    for event in run.events:
        if event.kind == "gradient":
            yield event.arguments[1]
        elif event.kind == "add_loss":
            yield from event.arguments[1:]
        elif event.kind == "minimize":
            yield from (value for value in event.arguments[1:2] if value.kind is not Kind.FUNCTION)


def holds(outer: Value, inner: object, depth: int = 6) -> bool:
    """Tell whether ``outer`` is, or keeps as a part, the object with the payload ``inner``."""
    for leaf in leaves(outer):
        data = leaf.data
        if data is inner:
            return True
        parts: list[Value] = []
        if isinstance(data, Instance):
            parts = list(data.attributes.values())
        elif isinstance(data, LayerInfo):
            parts = list(data.inner)
        elif isinstance(data, ModelInfo):
            parts = list(data.layers or ())
        if depth and any(holds(part, inner, depth - 1) for part in parts):
            return True
    return False


def from_gradient(value: Value) -> bool:
    """Tell whether a value was computed from what ``tape.gradient`` returned."""
    waiting = list(leaves(value))
    seen: set[int] = set()
    while waiting and len(seen) < 400:  # noqa: PLR2004 - an update is short
        one = waiting.pop()
        if isinstance(one.data, Gradients):
            return True
        if id(one) not in seen:
            seen.add(id(one))
            waiting += one.inputs
    return False


def function_of(run: Rehearsal, node: ast.AST) -> ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | None:
    """Return the function that ``node`` stands in."""
    return next((one for one in run.ancestors(node) if isinstance(one, FUNCTIONS)), None)


def class_of(run: Rehearsal, node: ast.AST) -> ast.ClassDef | None:
    """Return the class whose method ``node`` stands in, directly or in a nested function."""
    return next((one for one in run.ancestors(node) if isinstance(one, ast.ClassDef)), None)


def guarded(run: Rehearsal, node: ast.AST) -> bool:
    """Tell whether ``node`` runs only when something of its object is missing (``if self.w is None``)."""
    for one in run.ancestors(node):
        if isinstance(one, FUNCTIONS):
            return False
        if isinstance(one, (ast.If, ast.IfExp)) and _asks_for_state(one.test):
            return True
        if isinstance(one, ast.Try):
            return True
    return False


def _asks_for_state(test: ast.expr) -> bool:
    for node in ast.walk(test):
        match node:
            case ast.Attribute(value=ast.Name()) | ast.Call(func=ast.Name(id="hasattr" | "getattr")):
                return True
            case ast.Compare(ops=[ast.Is() | ast.In() | ast.NotIn()]):
                return True
    return False


def guarded_event(run: Rehearsal, event: Event) -> bool:
    """Tell whether an event, or a call on the way to it, is guarded."""
    if guarded(run, event.node):
        return True
    frame = event.frame
    while frame is not None:
        if guarded(run, frame.node):
            return True
        frame = frame.parent
    return False


def quote(text: str) -> str:
    """Return the quotation mark that a file uses more."""
    plain = text.replace('"""', "").replace("'''", "")
    return "'" if plain.count("'") > plain.count('"') else '"'
