"""What NumPy and Python's ``math`` do to a gradient: they end it, where a tensor is proven."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from gradfix.flow import dtypes
from gradfix.flow.joining import leaves
from gradfix.flow.values import Kind, Value

if TYPE_CHECKING:
    from gradfix.flow.interpreter import Interpreter

_ABOUT_SHAPE = frozenset(
    "shape ndim size zeros_like ones_like empty_like full_like zeros ones empty eye identity arange finfo iinfo dtype "
    "result_type isscalar iterable printoptions set_printoptions seterr errstate".split()
)
_TENSORS = frozenset({Kind.TENSOR, Kind.VARIABLE})


def call_numpy(
    run: Interpreter, path: str, args: list[Value], keywords: dict[str, Value], node: ast.Call
) -> Value:
    """Call a NumPy function. What is not proven to be a tensor passes, as an array would."""
    name = path.rpartition(".")[2]
    if name in _ABOUT_SHAPE or path.startswith(("numpy.random.", "numpy.testing.", "numpy.load")):
        return Value(Kind.ARRAY, node)
    if name == "flip" and args and args[0].kind is Kind.TENSOR:
        return run.derive(node, (args[0],))  # measured: it only indexes what has axes, and a tensor stays one
    operands = [leaf for value in (*args, *keywords.values()) for leaf in leaves(value)]
    run.note_operands(node, tuple(operands))
    tensors = tuple(leaf for leaf in operands if _is_tensor(leaf))
    others = tuple(leaf for leaf in operands if not _is_tensor(leaf))
    dtype = _dtype(name, args, keywords)
    return run.derive(node, others, cutting=tensors, reason="numpy", kind=Kind.ARRAY, dtype=dtype)


def _dtype(name: str, args: list[Value], keywords: dict[str, Value]) -> str | None:
    """Return the type of an array that is made of plain numbers, where it is proven."""
    given = keywords.get("dtype", args[1] if len(args) > 1 else None)
    if name not in ("array", "asarray") or not args:
        return None
    return dtypes.named(given) if given is not None else dtypes.of(args[0])


def _is_tensor(value: Value) -> bool:
    return value.kind in _TENSORS or value.computed


def call_math(
    run: Interpreter, path: str, args: list[Value], keywords: dict[str, Value], node: ast.Call
) -> Value:
    """Call a function of ``math``: a tensor becomes a Python float."""
    del path, keywords
    run.note_operands(node, tuple(args))
    tensors = tuple(value for value in args if _is_tensor(value))
    others = tuple(value for value in args if not _is_tensor(value))
    plain = (Kind.CONST, Kind.NUMBER, Kind.SHAPE)
    if not tensors and all(value.kind in plain and not (value.live or value.cut) for value in others):
        return Value(Kind.NUMBER, node)
    return run.derive(node, others, cutting=tensors, reason="numpy", kind=Kind.NUMBER)
