"""What a ``tf.data.Dataset`` gives, as far as it is provably what it was made of."""

from __future__ import annotations

import ast

from gradfix.flow.objects import Applied, Function
from gradfix.flow.values import Kind, Value

_PASSING = frozenset(
    ".as_numpy_iterator .batch .cache .prefetch .repeat .shard .shuffle .skip .take .with_options".split()
)
_SLICES = ("tensorflow.data.Dataset.from_tensor_slices", "tensorflow.data.Dataset.from_tensors")


def parts(dataset: Value, *, batched: bool = False) -> list[Value] | None:
    """Return the columns of a dataset: one for inputs alone, two for pairs; None when they are not known.

    What a function of ``map`` makes is an unknown value, when it is provably one tensor. ``batched`` asks for
    a dataset of batches; any other is None then.
    """
    maps: list[Value] = []
    while isinstance(dataset.data, Applied) and dataset.data.args:
        data = dataset.data
        if data.path in _SLICES:
            return None if batched else _through(maps, _columns(data))
        if data.path == "tensorflow.data.Dataset.range":
            return None if batched else _through(maps, [Value(Kind.UNKNOWN, dataset.node)])
        if data.path == ".map" and len(data.args) > 1:
            maps.append(data.args[1])
        elif data.path not in _PASSING:
            return None
        batched = batched and data.path != ".batch"
        dataset = data.args[0]
    return None


def element(value: Value) -> Value | None:
    """Return the column of a dataset that ``value`` is: ``y`` in ``for x, y in dataset``."""
    outer = value.data
    if not isinstance(outer, Applied) or outer.path != "[]" or len(outer.args) != 2:  # noqa: PLR2004
        return None
    inner, index = outer.args[0].data, outer.args[1]
    if not isinstance(inner, Applied) or inner.path != "[]" or len(inner.args) != 1:
        return None
    columns = parts(inner.args[0], batched=True)
    if columns is None or index.kind is not Kind.CONST or not isinstance(index.data, int):
        return None
    return columns[index.data] if len(columns) > 1 and 0 <= index.data < len(columns) else None


def _through(maps: list[Value], columns: list[Value] | None) -> list[Value] | None:
    for function in reversed(maps):
        columns = _mapped(function, columns) if columns is not None else None
    return columns


def _columns(data: Applied) -> list[Value] | None:
    if len(data.args) != 1:
        return None
    given = data.args[0]
    if given.kind is not Kind.CONTAINER:
        return [given]
    inside = given.data
    return list(inside.items) if inside.sort == "tuple" and inside.items and inside.rest is None else None


def _mapped(function: Value, before: list[Value]) -> list[Value] | None:
    """Return what a function given to ``map`` makes of the columns."""
    if not isinstance(function.data, Function):
        return None
    node = function.data.node
    own = node.args.args[1:] if function.data.bound is not None else node.args.args
    names = [argument.arg for argument in own]
    returned = [node.body] if isinstance(node, ast.Lambda) else _returned(node)
    if len(returned) != 1 or len(names) != len(before):
        return None
    match returned[0]:
        case ast.Tuple(elts=made):
            return [_kept(node, one, names, before) for one in made]
        case (
            ast.BinOp()
            | ast.UnaryOp()
            | ast.Call(func=ast.Attribute(attr="cast" | "clip_by_value" | "reshape"))
        ):
            return [Value(Kind.UNKNOWN, returned[0])]
    return None


def _returned(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.expr | None]:
    return [one.value for one in ast.walk(node) if isinstance(one, ast.Return)]


def _kept(node: ast.AST, made: ast.expr, names: list[str], before: list[Value]) -> Value:
    """Return the column that the function hands on as it got it, else an unknown value."""
    if isinstance(made, ast.Name) and made.id in names:
        stores = (
            one for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)
        )
        if all(one.id != made.id for one in stores):
            return before[names.index(made.id)]
    written = [made]
    if isinstance(made, ast.Name):
        written = [
            one.value for one in ast.walk(node) if isinstance(one, ast.Assign) and _binds(one, made.id)
        ]
    match written:
        case [ast.Call(func=ast.Attribute(value=ast.Name(), attr="one_hot"))]:
            return Value(Kind.TENSOR, made, Applied("tensorflow.one_hot", (Value(Kind.UNKNOWN, made),), {}))
    return Value(Kind.UNKNOWN, made)


def _binds(assign: ast.Assign, name: str) -> bool:
    return any(
        isinstance(one, ast.Name) and one.id == name for target in assign.targets for one in ast.walk(target)
    )
