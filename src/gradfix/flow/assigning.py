"""Setting attributes of what a program made."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from gradfix.flow.joining import join
from gradfix.flow.objects import LibraryObject, VariableInfo
from gradfix.flow.values import Kind, Value
from gradfix.flow.weights import weights

if TYPE_CHECKING:
    from gradfix.flow.interpreter import Interpreter


def put(run: Interpreter, owner: Value, name: str, value: Value, node: ast.AST) -> None:
    """Carry out ``owner.name = value``."""
    run.effects += 1
    if name == "trainable":
        _set_trainable(run, owner, value, node)
    if owner.kind is Kind.CHOICE:
        for one in owner.data:
            put(run, one, name, value, node)
    elif owner.kind is Kind.INSTANCE:
        attributes = owner.data.attributes
        old = attributes.get(name)
        run.note_rebinding(node, old, value)
        if old is not None and run.maybe() and old is not value:
            value = join([old, value])
        if run.calls and run.calls[-1].bound is owner:
            owner.data.ran.add(run.calls[-1].name)
        attributes[name] = value
        run.note("set_attribute", node, owner, value)
    elif owner.kind is Kind.OBJECT and isinstance(owner.data, LibraryObject):
        owner.data.attributes[name] = value
    elif owner.kind is Kind.LAYER and (name in owner.data.arguments or name == "activation"):
        owner.data.arguments[name] = run.unknown(name, node) if run.conditional else value
    elif owner.kind is Kind.CLASS:
        owner.data.members[name] = value


def _set_trainable(run: Interpreter, owner: Value, value: Value, node: ast.AST) -> None:
    if value.kind is Kind.CONST and not run.conditional:
        for token in weights(owner):
            token.trainable = bool(value.data)
    elif value.kind is not Kind.CONST or value.data is False:
        for token in weights(owner):
            token.trainable = False
    if owner.kind is Kind.VARIABLE and isinstance(owner.data, VariableInfo):
        owner.data.trainable = bool(value.data)
    run.note("trainable", node, owner, value)
