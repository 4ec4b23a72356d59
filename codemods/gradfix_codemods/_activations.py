"""Writing another activation of the last layer."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from gradfix import edits
from gradfix.flow.values import Kind, Value
from gradfix.model import Edit
from gradfix_codemods._spelling import Fix, argument, import_of, only_use, quoted, rename, spelled

if TYPE_CHECKING:
    from gradfix.flow.heads import Head, Part
    from gradfix.module import Module


def change_activation(module: Module, part: Part, new: str) -> Fix | None:
    """Write another activation (``sigmoid`` or ``softmax``) in the form in which this one is written."""
    call = part.call
    if call is None:
        return None
    if part.form == "op":
        return _change_op(module, part, call, new)
    if part.given is None and part.form != "argument":
        return _change_class(module, part, call, new)
    expression = argument(call, "activation", 0 if part.form == "layer" else 1)
    if expression is None:
        if part.form != "argument" or any(keyword.arg is None for keyword in call.keywords):
            return None
        # It is the layer's default, or functools.partial gave it: what the call says goes before both.
        return Fix((Edit(call, edits.set_keyword("activation", quoted(module, new))),))
    return _change_given(module, part.given, expression, new) if part.given is not None else None


def change_activations(module: Module, parts: Iterable[Part], new: str) -> Fix | None:
    """Write another activation for parts of one layer, which may get theirs from several places."""
    different = {id(part.given.node if part.given is not None else part.call): part for part in parts}
    fixes = [change_activation(module, part, new) for part in different.values()]
    if any(fix is not None and fix.imports for fix in fixes[1:]) or None in fixes:
        return None
    changes = {id(edit.anchor): edit for fix in fixes if fix is not None for edit in fix.edits}
    first = fixes[0]
    return (
        replace(first, edits=tuple(changes.values()), local=first.local and len(fixes) == 1)
        if first is not None
        else None
    )


def _change_class(module: Module, part: Part, call: ast.Call, new: str) -> Fix | None:
    """Write ``Activation("sigmoid")`` where ``Softmax()`` or ``ReLU()`` stands."""
    path = "keras.layers.Activation"
    fix = rename(module, call.func, part.path, path)
    if fix is None:
        return None
    if isinstance(call.func, ast.Attribute):
        text = f"{module.segment(call.func.value)}.Activation"
    elif isinstance(call.func, ast.Name) and import_of(module, call.func.id) is not None:
        text = module.aliases.get(path, "Activation")
    else:
        text, _ = spelled(module, path)
    name = next((f", name={module.segment(k.value)}" for k in call.keywords if k.arg == "name"), "")
    whole = Edit(call, edits.expression(f"{text}({quoted(module, new)}{name})"))
    return Fix((whole, *fix.edits[1:]), fix.imports, fix.unused)


def _change_given(module: Module, given: Value, expression: ast.expr, new: str) -> Fix | None:
    if given.kind is Kind.CONST and isinstance(given.data, str) and isinstance(given.node, ast.Constant):
        local = given.node is expression or only_use(module, given.node)
        return Fix((Edit(given.node, edits.replace_string(new)),), local=local)
    if given.kind is Kind.PATH:
        home = given.data.rpartition(".")[0]
        if home in ("tensorflow", "tensorflow.math"):
            home = "tensorflow.nn"
        return rename(module, expression, given.data, f"{home}.{new}")
    if given.node is expression:
        return Fix((Edit(expression, edits.expression(quoted(module, new))),))
    return None


def _change_op(module: Module, part: Part, call: ast.Call, new: str) -> Fix | None:
    home = part.path.rpartition(".")[0]
    if home in ("tensorflow", "tensorflow.math"):
        home = "tensorflow.nn"
    if len(call.args) != 1 or any(keyword.arg not in ("axis", "name") for keyword in call.keywords):
        return None
    fix = rename(module, call.func, part.path, f"{home}.{new}")
    axis = [keyword for keyword in call.keywords if keyword.arg == "axis"]
    if fix is None or not axis:
        return fix
    return Fix((*fix.edits, Edit(call, edits.drop_argument("axis"))), fix.imports, fix.unused)


def add_activation(module: Module, head: Head, new: str) -> Fix | None:
    """Give the last layer an activation. None when something stands between it and the output."""
    call = head.layer.call
    if call is None or any(part.sort in ("pooling", "reshaping") for part in head.parts):
        return None
    written = next((part for part in head.parts if part.given is not None), None)
    if (
        written is not None
        and written.given is not None
        and written.given.kind is Kind.CONST
        and written.given.data == "linear"
    ):
        return change_activation(module, written, new)
    if (
        written is not None
        and written.form == "argument"
        and not any(k.arg == "activation" for k in call.keywords)
    ):
        return Fix((Edit(call, edits.set_argument(1, quoted(module, new))),))
    if written is not None and written.form != "argument":
        return None
    return Fix((Edit(call, edits.set_keyword("activation", quoted(module, new))),))
