"""Variables: sources of a gradient, unless they are integers or not trainable."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from gradfix.flow.joining import leaves
from gradfix.flow.objects import VariableInfo
from gradfix.flow.values import EVERY, Kind, Token, Value

if TYPE_CHECKING:
    from gradfix.flow.interpreter import Interpreter


def variable(
    run: Interpreter,
    node: ast.AST,
    initial: Value | None,
    *,
    label: str,
    integer: bool,
    trainable: bool,
    owner: object = None,
) -> Value:
    """Make a variable; one that is integer is cut at birth, one that is not trainable is no source."""
    token = Token("variable", label, node, owner)
    token.trainable = trainable
    info = VariableInfo(token, node, trainable, integer, initial=initial)
    value = Value(
        Kind.VARIABLE, node, info, live={token: EVERY}, dtype="int" if integer else "float", text=label
    )
    if integer:
        from gradfix.flow.values import Cut

        value.live = {}
        value.cut = {token: (Cut("integer", node, label, value=value),)}
    if initial is not None:
        copied = [leaf for leaf in leaves(initial) if leaf.live or leaf.cut]
        if copied:
            lost = run.derive(node, cutting=tuple(copied), reason="variable-copy")
            value.cut = {**lost.cut, **value.cut}
            value.inputs = tuple(copied)
    run.note("variable", node, value)
    return value
