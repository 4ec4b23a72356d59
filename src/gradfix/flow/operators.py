"""Arithmetic, comparisons, ``and``, ``or`` and ``not``."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from gradfix.flow import dtypes
from gradfix.flow.joining import join
from gradfix.flow.objects import Container
from gradfix.flow.values import Kind, Value

if TYPE_CHECKING:
    from gradfix.flow.interpreter import Interpreter

_PURE = {Kind.CONST, Kind.NUMBER, Kind.SHAPE}


_FOLD: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}


def binary(run: Interpreter, node: ast.AST, left: Value, op: ast.operator, right: Value) -> Value:
    """Evaluate ``left op right``."""
    kinds = {left.kind, right.kind}
    if kinds <= _PURE and not (left.live or left.cut or right.live or right.cut):
        return _fold(node, left, op, right)
    if isinstance(op, ast.Add) and kinds == {Kind.CONTAINER}:
        return _concatenate(node, left, right)
    if isinstance(op, ast.Mult) and Kind.CONTAINER in kinds:
        return _repeat(node, left, right)
    if isinstance(op, (ast.BitAnd, ast.BitOr, ast.BitXor, ast.LShift, ast.RShift)):
        return run.derive(
            node, cutting=(left, right), reason="bitwise", kind=_numeric(left, right), dtype="bool"
        )
    kind = _numeric(left, right)
    if isinstance(op, ast.FloorDiv):
        return run.derive(node, cutting=(left, right), reason="non-differentiable", kind=kind)
    return run.derive(node, (left, right), kind=kind, dtype=_dtype(left, op, right, kind))


def _dtype(left: Value, op: ast.operator, right: Value, kind: Kind) -> str | None:
    """Return the type of a result: NumPy widens to floats, TensorFlow goes by its tensors."""
    if kind is Kind.ARRAY:
        sorts = {dtypes.of(left), dtypes.of(right)}
        found = "float" if "float" in sorts else "int" if sorts == {"int"} else None
    else:
        known = [one.dtype for one in (left, right) if one.kind is not Kind.ARRAY and one.dtype is not None]
        found = known[0] if known else None
    return "float" if found == "int" and isinstance(op, ast.Div) else found


def _numeric(left: Value, right: Value) -> Kind:
    kinds = {left.kind, right.kind}
    if kinds & {Kind.TENSOR, Kind.VARIABLE}:
        return Kind.TENSOR
    if Kind.UNKNOWN in kinds or Kind.CHOICE in kinds:
        return Kind.UNKNOWN
    if Kind.ARRAY in kinds:
        return Kind.ARRAY
    if kinds <= _PURE:
        return Kind.SHAPE if Kind.SHAPE in kinds else Kind.NUMBER
    return Kind.UNKNOWN


def _fold(node: ast.AST, left: Value, op: ast.operator, right: Value) -> Value:
    fold = _FOLD.get(type(op))
    if (
        fold is not None
        and left.kind is right.kind is Kind.CONST
        and _small(left.data)
        and _small(right.data)
    ):
        try:
            return Value(Kind.CONST, node, fold(left.data, right.data))
        except (TypeError, ZeroDivisionError, ValueError, OverflowError):
            return Value(Kind.NUMBER, node)
    return Value(_numeric(left, right), node)


def _small(constant: object) -> bool:
    if isinstance(constant, (int, float)):
        return abs(constant) < 1e6
    return isinstance(constant, str) and len(constant) < 200


def _concatenate(node: ast.AST, left: Value, right: Value) -> Value:
    a, b = left.data, right.data
    if a.items is not None and b.items is not None and a.rest is b.rest is None:
        return Value(Kind.CONTAINER, node, Container(a.sort, a.items + b.items))
    parts = a.values() + b.values()
    return Value(Kind.CONTAINER, node, Container(a.sort, None, rest=join(parts) if parts else None))


def _repeat(node: ast.AST, left: Value, right: Value) -> Value:
    container, times = (left, right) if left.kind is Kind.CONTAINER else (right, left)
    data = container.data
    if times.kind is Kind.CONST and isinstance(times.data, int) and data.items and 0 < times.data <= 8:
        return Value(Kind.CONTAINER, node, Container(data.sort, data.items * times.data))
    parts = data.values()
    return Value(Kind.CONTAINER, node, Container(data.sort, None, rest=join(parts) if parts else None))


def unary(run: Interpreter, node: ast.UnaryOp) -> Value:
    """Evaluate ``not x``, ``-x``, ``+x`` or ``~x``."""
    operand = run.eval(node.operand)
    if isinstance(node.op, ast.Not):
        truth = run.truth(operand)
        if truth is not None:
            return Value(Kind.CONST, node, not truth)
        return run.derive(node, cutting=(operand,), reason="comparison", kind=Kind.NUMBER, weak=True)
    if (
        operand.kind is Kind.CONST
        and isinstance(operand.data, (int, float))
        and not isinstance(node.op, ast.Invert)
    ):
        return Value(Kind.CONST, node, -operand.data if isinstance(node.op, ast.USub) else operand.data)
    if operand.kind in _PURE and not (operand.live or operand.cut):
        return Value(operand.kind if operand.kind is not Kind.CONST else Kind.NUMBER, node)
    if isinstance(node.op, ast.Invert):
        flags = operand.kind if operand.kind in (Kind.TENSOR, Kind.ARRAY) else Kind.UNKNOWN
        return run.derive(node, cutting=(operand,), reason="bitwise", kind=flags, dtype="bool")
    kind: Kind = Kind.TENSOR if operand.kind is Kind.VARIABLE else operand.kind
    if kind not in (Kind.TENSOR, Kind.ARRAY, Kind.NUMBER):
        kind = Kind.UNKNOWN
    return run.derive(node, (operand,), kind=kind, dtype=operand.dtype)


def boolean(run: Interpreter, node: ast.BoolOp) -> Value:
    """Evaluate ``and`` and ``or``: what decides it, where that is known."""
    values = [run.eval(part) for part in node.values]
    truths = [run.truth(value) for value in values]
    stop = isinstance(node.op, ast.Or)
    for value, truth in zip(values, truths, strict=False):
        if truth is stop:
            return value
        if truth is None:
            break
    else:
        return values[-1]
    return join(
        [value for value, truth in zip(values, truths, strict=False) if truth is None or value is values[-1]],
        node,
    )


_DECIDE: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


def compare(run: Interpreter, node: ast.Compare) -> Value:
    """Evaluate a comparison: decided where both sides are constants, else a place where a gradient ends."""
    left = run.eval(node.left)
    rights = [run.eval(right) for right in node.comparators]
    if len(rights) == 1:
        decided = _decide(run, left, node.ops[0], rights[0])
        if decided is not None:
            return Value(Kind.CONST, node, decided)
    operands = (left, *rights)
    if any(isinstance(op, (ast.Is, ast.IsNot, ast.In, ast.NotIn)) for op in node.ops):
        return Value(Kind.NUMBER, node)
    if all(value.kind in _PURE for value in operands) or _asks_for_identity(run, node, operands):
        return Value(Kind.NUMBER, node)
    kind = Kind.TENSOR if any(v.kind in (Kind.TENSOR, Kind.VARIABLE) for v in operands) else Kind.UNKNOWN
    if kind is Kind.UNKNOWN and all(v.kind in (*_PURE, Kind.ARRAY) for v in operands):
        kind = Kind.ARRAY
    return run.derive(node, cutting=operands, reason="comparison", kind=kind, dtype="bool")


def _asks_for_identity(run: Interpreter, node: ast.Compare, operands: tuple[Value, ...]) -> bool:
    """Tell whether ``==`` asks Keras 3 if two of its symbolic tensors are the same one (measured): outside any ``call``."""
    return (
        run.module.keras > 2
        and all(isinstance(op, (ast.Eq, ast.NotEq)) for op in node.ops)
        and any(value.symbolic for value in operands)
        and all(function.name != "call" for function in run.calls)
    )


def _decide(run: Interpreter, left: Value, op: ast.cmpop, right: Value) -> bool | None:
    if isinstance(op, (ast.Is, ast.IsNot)):
        if right.kind is Kind.CONST and right.data is None:
            same = run.is_none(left)
            return None if same is None else same == isinstance(op, ast.Is)
        if left.kind is right.kind is Kind.CONST and isinstance(right.data, bool):
            return (left.data is right.data) == isinstance(op, ast.Is)
        return None
    if isinstance(op, (ast.In, ast.NotIn)):
        items = run.items(right)
        if left.kind is Kind.CONST and items is not None and all(item.kind is Kind.CONST for item in items):
            return any(item.data == left.data for item in items) == isinstance(op, ast.In)
        return None
    decide = _DECIDE.get(type(op))
    if decide is not None and left.kind is right.kind is Kind.CONST:
        try:
            return bool(decide(left.data, right.data))
        except TypeError:
            return None
    return None
