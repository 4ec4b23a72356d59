"""What a model that is fitted without labels, or compiled without a loss, is most likely meant to learn."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from gradfix import edits
from gradfix.flow.heads import Head, units
from gradfix.flow.objects import LayerInfo
from gradfix.flow.values import Value
from gradfix.model import Edit
from gradfix_codemods import _labels
from gradfix_codemods._spelling import Fix
from gradfix_codemods._statements import Statements

if TYPE_CHECKING:
    from gradfix.flow.structure import Compiled
    from gradfix.module import Module

_SIDES = (
    *(
        ("x", "y"),
        ("X", "y"),
        ("X", "Y"),
        ("inputs", "targets"),
        ("inputs", "labels"),
        ("features", "labels"),
    ),
    *(
        ("features", "targets"),
        ("images", "labels"),
        ("data", "labels"),
        ("data", "targets"),
        ("texts", "labels"),
    ),
)


def give_labels(module: Module, one: Compiled, call: ast.Call, *, dataset: bool) -> Fix | None:
    """Give ``fit`` the labels that stand beside its inputs, or the inputs where the model rebuilds them."""
    given = call.args[0] if call.args else next((k.value for k in call.keywords if k.arg == "x"), None)
    if given is None or isinstance(given, ast.Starred):
        return None
    if dataset:
        if not _rebuilds(module, one) or not isinstance(given, (ast.Name, ast.Attribute, ast.Call)):
            return None
        return Fix((Edit(given, edits.template("{node}.map(lambda x: (x, x))")),), local=False)
    text = _beside(module, call, given)
    checks: tuple[Edit, ...] = ()
    if text is None:
        if not _rebuilds(module, one) or not isinstance(given, (ast.Name, ast.Attribute, ast.Subscript)):
            return None
        text = module.segment(given)
        shown = next((k.value for k in call.keywords if k.arg == "validation_data"), None)
        if isinstance(shown, ast.Name):
            checks = (Edit(shown, edits.expression(f"({shown.id}, {shown.id})")),)
    change = _second(text) if call.args else edits.set_keyword("y", text)
    return Fix((Edit(call, change), *checks), local=False)


def _second(text: str) -> Callable[[Any], Any]:
    """Add a second positional argument, behind the first."""

    def change(node: Any) -> Any:
        import libcst as cst

        first, *rest = node.args
        comma = first.comma if rest else cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
        new = cst.Arg(
            cst.parse_expression(text), comma=first.comma, whitespace_after_arg=first.whitespace_after_arg
        )
        first = first.with_changes(comma=comma, whitespace_after_arg=cst.SimpleWhitespace(""))
        return node.with_changes(args=[first, new, *rest])

    return change


def _beside(module: Module, call: ast.Call, given: ast.expr) -> str | None:
    """Return the labels of ``x_train``: ``y_train``, when the program has it."""
    inner = given.value if isinstance(given, ast.Subscript) else given
    places = Statements(module)
    if isinstance(inner, ast.Name):
        name, scopes = inner.id, [places.scope(call), module.tree]
        names = [one for scope in scopes for one in ast.walk(scope) if isinstance(one, ast.Name)]
        bound = {one.id for one in names if isinstance(one.ctx, ast.Store) and one.lineno < call.lineno}
        bound |= {one.arg for one in ast.walk(scopes[0]) if isinstance(one, ast.arg)}
    elif isinstance(inner, ast.Attribute) and isinstance(inner.value, ast.Name):
        name = inner.attr
        bound = {
            one.attr
            for one in ast.walk(module.tree)
            if isinstance(one, ast.Attribute) and isinstance(one.ctx, ast.Store)
        }
    else:
        return None
    for side, other in _SIDES:
        found = re.sub(rf"(?<![A-Za-z]){side}(?![a-z])|(?<=[a-z]){side}$|^{side}(?=[a-z])", other, name)
        if found != name and found in bound:
            whole = module.segment(inner)
            return f"{whole[: len(whole) - len(name)]}{found}{module.segment(given)[len(whole) :]}"
    return None


def _rebuilds(module: Module, one: Compiled) -> bool:
    """Tell whether the model is narrower inside than at its end, as an autoencoder is."""
    if len(one.outputs) != 1:
        return False
    output = one.outputs[0][1]
    head = module.flow.structure.heads.of(output)
    if head is None or head.units is None:
        return False
    made = [event.arguments[0].data for event in module.flow.events("layer")]
    widths = [
        units(info)
        for info in made
        if isinstance(info, LayerInfo) and info.token in output.live and info is not head.layer
    ]
    return any(width is not None and width < head.units for width in widths)


def loss_for(head: Head | None, labels: Value | None) -> str | None:
    """Return the name of the loss for an output, as far as its activation and its labels say."""
    if head is None:
        return None
    part = head.activation
    if part is None or part.name in ("relu", "softplus", "tanh"):
        known = _labels.known(labels) if labels is not None else None
        return "mse" if known is None or head.width == 1 else None
    if part.name == "sigmoid":
        return "binary_crossentropy"
    known = _labels.known(labels) if labels is not None else None
    if part.name != "softmax" or known is None or head.width == 1:
        return None
    return "categorical_crossentropy" if known.sort == "one-hot" else "sparse_categorical_crossentropy"
