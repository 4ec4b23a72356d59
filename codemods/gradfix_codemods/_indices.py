"""The index of an array, when the array becomes a tensor."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from gradfix import edits
from gradfix.flow.joining import leaves
from gradfix.flow.values import Kind, Value
from gradfix_codemods._twins import NoWay, Rewriting, families, named

if TYPE_CHECKING:
    from gradfix_codemods._way import Plan

_KINDS_OF_INDEX = frozenset({Kind.CONST, Kind.NUMBER, Kind.SHAPE})
_GIVE_INTEGERS = (
    "numpy.arange",
    "numpy.argsort",
    "numpy.argmax",
    "numpy.argmin",
    "numpy.random.randint",
    "numpy.random.permutation",
)
# Functions that give one number, and how many positional arguments they may have then.
_GIVE_ONE = {
    "numpy.argmax": 1,
    "numpy.argmin": 1,
    "numpy.random.choice": 1,
    "numpy.random.randint": 2,
}


def check_index(plan: Plan, node: ast.Subscript) -> None:
    """A tensor takes integers, slices and masks for an index; arrays of integers need ``tf.gather``.

    Raises:
        NoWay: the index may be something else.
    """
    if not any(id(v) in plan.values and v.kind is not Kind.TENSOR for v in plan.run.values(node)):
        return
    if not any(id(v) in plan.values and v.kind is not Kind.CONTAINER for v in plan.run.values(node.value)):
        return
    if plain_index(plan, node.slice):
        return
    gathered = _gathered(plan, node.slice) if families(plan.module)[0] == "tensorflow" else None
    if gathered is None:
        raise NoWay(f"a tensor does not take the index of `{plan.text(node)}`")
    text, imports = named(plan.module, "gather")
    plan.add(node, Rewriting(edits.template(f"{text}({{value}}, {gathered})"), imports))


def _gathered(plan: Plan, index: ast.expr) -> str | None:
    """Return the arguments of ``tf.gather`` that take what the index takes."""
    parts = index.elts if isinstance(index, ast.Tuple) else [index]
    *before, last = parts
    text = plan.module.segment(last).replace("{", "{{").replace("}", "}}")
    if not _integers(plan, last):
        return None
    if all(isinstance(part, ast.Slice) and part.lower is part.upper is part.step is None for part in before):
        return f"{text}, axis={len(before)}" if before else text
    if len(before) == 1 and _from(plan, before[0], "numpy.arange"):
        return f"{text}, batch_dims=1"
    return None


def _integers(plan: Plan, node: ast.expr) -> bool:
    """Tell whether an index is proven to be an array or a list of integers."""
    values = plan.run.values(node)
    if values and all(value.kind is Kind.CONTAINER and value.data.sort == "list" for value in values):
        return all(
            leaf.kind is Kind.CONST and type(leaf.data) is int for value in values for leaf in leaves(value)
        )
    return bool(values) and _from(plan, node, *_GIVE_INTEGERS)


def _from(plan: Plan, node: ast.expr, *paths: str) -> bool:
    for value in plan.run.values(node):
        if value.kind is not Kind.ARRAY or not isinstance(value.node, ast.Call):
            return False
        functions = plan.run.values(value.node.func)
        known = value.dtype == "int" or any(f.kind is Kind.PATH and f.data in paths for f in functions)
        if not known and not _of_integers(plan, value.node):
            return False
    return True


def _of_integers(plan: Plan, call: ast.Call) -> bool:
    """``np.array([0, 2])``."""
    if not any(
        f.kind is Kind.PATH and f.data in ("numpy.array", "numpy.asarray") for f in plan.run.values(call.func)
    ):
        return False
    return (
        len(call.args) == 1
        and not call.keywords
        and isinstance(call.args[0], ast.List)
        and _integers(plan, call.args[0])
    )


def plain_index(plan: Plan, index: ast.expr) -> bool:
    """Tell whether a tensor takes this index as an array takes it."""
    match index:
        case ast.Slice() | ast.Constant():
            return True
        case ast.UnaryOp(operand=inner):
            return plain_index(plan, inner)
        case ast.Tuple(elts=parts):
            return all(plain_index(plan, part) for part in parts)
    values = plan.run.values(index)
    if any(value.kind is Kind.PATH and value.data.endswith("newaxis") for value in values):
        return True
    if all(value.kind in _KINDS_OF_INDEX or _one_integer(plan, value) for value in values):
        return True
    return all(value.kind in (Kind.TENSOR, Kind.ARRAY) and value.dtype == "bool" for value in values)


def _one_integer(plan: Plan, value: Value) -> bool:
    """Tell whether NumPy gives one number here: what indexes with it has drawn or chosen one position."""
    call = value.node
    if value.kind is not Kind.ARRAY or not isinstance(call, ast.Call):
        return False
    paths = {str(f.data) for f in plan.run.values(call.func) if f.kind is Kind.PATH}
    name = paths.pop() if len(paths) == 1 else ""
    most = _GIVE_ONE.get(name)
    return (
        most is not None
        and len(call.args) <= most
        and all(k.arg not in ("size", "axis", None) for k in call.keywords)
    )
