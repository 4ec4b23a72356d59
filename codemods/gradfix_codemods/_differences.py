"""Where a tensor does otherwise than the array it takes the place of, although both would be spelled the same."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from gradfix.flow.joining import leaves
from gradfix.flow.values import Kind, Value
from gradfix_codemods._twins import NoWay

if TYPE_CHECKING:
    from gradfix_codemods._way import Plan

_PYTHON_TYPES = frozenset({"int", "float", "bool", "complex", "object", "str"})
_NAMES = frozenset(
    "float16 float32 float64 bfloat16 half double int8 int16 int32 int64 uint8 uint16 uint32 uint64 bool".split()
)
_MODES = ("constant", "reflect", "symmetric")
_IN_PLACE = frozenset({"fill", "sort", "put", "resize", "itemset", "partition", "setflags", "setfield"})
_OF_DTYPES = frozenset({"name", "is_floating", "is_integer", "base_dtype", "as_numpy_dtype"})
_ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow, ast.Mod, ast.FloorDiv, ast.MatMult)
_TESTS = (ast.If, ast.IfExp, ast.While, ast.Assert, ast.BoolOp)


def check_dtype(node: ast.expr) -> None:
    """Refuse what NumPy takes as a dtype and TensorFlow does not, or reads as another one: ``int``, ``"f8"``.

    Raises:
        NoWay: it is one of these.
    """
    match node:
        case ast.Name(id=name) if name in _PYTHON_TYPES:
            raise NoWay(f"Python's `{name}` is another dtype for NumPy than for TensorFlow")
        case ast.Constant(value=str(name)) if name not in _NAMES:
            raise NoWay(f'TensorFlow has no dtype "{name}"')


def check_call(plan: Plan, node: ast.Call, path: str) -> None:
    """Refuse arguments that the counterpart in TensorFlow reads otherwise.

    Raises:
        NoWay: there is such an argument.
    """
    given = {keyword.arg: keyword.value for keyword in node.keywords}
    if "ndmin" in given:
        raise NoWay("`ndmin` has no counterpart in TensorFlow")
    if path == "numpy.pad":
        width = node.args[1] if len(node.args) > 1 else given.get("pad_width")
        mode = node.args[2] if len(node.args) > 2 else given.get("mode")  # noqa: PLR2004
        if not _is_nested(width):
            raise NoWay("`tf.pad` needs the widths of each axis")
        if mode is not None and not (isinstance(mode, ast.Constant) and mode.value in _MODES):
            raise NoWay(f"`tf.pad` knows the modes {', '.join(_MODES)} only")
    elif path == "numpy.flip":
        axis = node.args[1] if len(node.args) > 1 else given.get("axis")
        if axis is None or not all(
            value.kind is Kind.CONST and isinstance(value.data, int) for value in plan.run.values(axis)
        ):
            raise NoWay("the counterpart of `np.flip` takes one axis")


def _is_nested(width: ast.expr | None) -> bool:
    return (
        isinstance(width, (ast.List, ast.Tuple))
        and bool(width.elts)
        and all(isinstance(one, (ast.List, ast.Tuple)) for one in width.elts)
    )


def is_added(plan: Plan, node: ast.Call) -> bool:
    """Tell whether the list that ``.tolist()`` gives is used as only a list can be."""
    made = {id(value) for value in plan.run.values(node)}
    for reader, values in plan.run.seen.items():
        if not made.isdisjoint(values):
            parent = plan.run.parents.get(reader)
            while isinstance(parent, ast.Subscript):
                parent = plan.run.parents.get(parent)
            if isinstance(parent, (ast.BinOp, ast.AugAssign, ast.Attribute, ast.Compare)):
                return True
    return False


def look_at(plan: Plan, becoming: dict[int, Value]) -> None:
    """Look for what is done with the values that become tensors, and that tensors do not allow.

    Raises:
        NoWay: there is something of the kind.
    """
    compared: dict[int, Value] = {}
    for node, values in list(plan.run.seen.items()):
        if any(id(leaf) in becoming for value in values.values() for leaf in leaves(value)):
            _check_use(plan, node)
            parent = plan.run.parents.get(node)
            if isinstance(parent, ast.Compare):
                compared.update(
                    (id(value), value) for value in plan.run.values(parent) if value.kind is not Kind.CONST
                )
    for node, values in list(plan.run.seen.items()) if compared else ():
        if not compared.keys().isdisjoint(values):
            _check_truths(plan, node)


def _check_use(plan: Plan, node: ast.expr) -> None:
    parent = plan.run.parents.get(node)
    match parent:
        case ast.BinOp(op=ast.MatMult()) | ast.AugAssign(op=ast.MatMult()):
            raise NoWay(
                "NumPy's `@` takes vectors, and TensorFlow's does not; use `tf.linalg.matvec` or `tf.tensordot`"
            )
        case ast.keyword(arg="out"):
            raise NoWay(f"`{plan.text(node)}` is written in place, which a tensor does not allow")
        case ast.Attribute(attr=name) if name in _IN_PLACE and isinstance(
            plan.run.parents.get(parent), ast.Call
        ):
            raise NoWay(f"`{plan.text(node)}` is written in place, which a tensor does not allow")
        case ast.Attribute(attr="dtype"):
            around = plan.run.parents.get(parent)
            if isinstance(around, ast.Attribute) and around.attr not in _OF_DTYPES:
                raise NoWay(f"`{plan.text(around)}` is known of arrays only")
            if isinstance(around, (ast.Call, ast.keyword)):
                call = around if isinstance(around, ast.Call) else plan.run.parents.get(around)
                if isinstance(call, ast.Call) and _is_numpy(plan, call):
                    raise NoWay(f"`{plan.text(parent)}` is given to NumPy")


def _is_numpy(plan: Plan, call: ast.Call) -> bool:
    return (
        any(
            value.kind is Kind.PATH and str(value.data).startswith("numpy.")
            for value in plan.run.values(call.func)
        )
        and call not in plan.changes
    )


def _check_truths(plan: Plan, node: ast.expr) -> None:
    """A comparison of arrays counts as numbers; one of tensors does not, and has none of their methods."""
    match plan.run.parents.get(node):
        case ast.BinOp(op=op) | ast.AugAssign(op=op) if isinstance(op, _ARITHMETIC):
            raise NoWay("NumPy counts with comparisons, and TensorFlow does not; use `tf.cast`")
        case ast.Attribute():
            raise NoWay(f"`{plan.text(node)}` has methods of an array")
        case ast.UnaryOp(op=ast.USub()):
            raise NoWay("NumPy counts with comparisons, and TensorFlow does not; use `tf.cast`")
