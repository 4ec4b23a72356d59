"""How expressions are evaluated."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from gradfix.flow.values import Container, Kind, Value, join

if TYPE_CHECKING:
    from gradfix.flow.interpreter import Interpreter

_PURE = {Kind.CONST, Kind.NUMBER, Kind.SHAPE}
_SHAPES = {"shape", "ndim", "dtype", "name", "rank", "size", "__name__", "device"}
_ALIVE = {"T", "real", "imag", "flat", "mT"}


def _constant(run: Interpreter, node: ast.Constant) -> Value:
    del run
    return Value(Kind.CONST, node, node.value)


def _name(run: Interpreter, node: ast.Name) -> Value:
    return run.lookup(node.id, node)


def _attribute(run: Interpreter, node: ast.Attribute) -> Value:
    return run.attribute(run.eval(node.value), node.attr, node)


def _call(run: Interpreter, node: ast.Call) -> Value:
    callee = run.eval(node.func)
    positional: list[Value] = []
    keywords: dict[str, Value] = {}
    for argument in node.args:
        if isinstance(argument, ast.Starred):
            value = run.eval(argument.value)
            items = run.items(value)
            positional += items if items is not None else [run.spread(value, argument)]
        else:
            positional.append(run.eval(argument))
    for keyword in node.keywords:
        value = run.eval(keyword.value)
        if keyword.arg is not None:
            keywords[keyword.arg] = value
        elif value.kind is Kind.CONTAINER and value.data.keys is not None:
            for key, item in zip(value.data.keys, value.data.items or ()):
                if isinstance(key, str):
                    keywords[key] = item
        else:
            keywords["**"] = value
    return run.call(callee, positional, keywords, node)


def _binary(run: Interpreter, node: ast.BinOp) -> Value:
    return run.binary(node, run.eval(node.left), node.op, run.eval(node.right))


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
        return run.derive(node, cutting=(left, right), reason="bitwise", kind=_numeric(left, right), dtype="bool")
    kind = _numeric(left, right)
    if isinstance(op, ast.FloorDiv):
        return run.derive(node, cutting=(left, right), reason="non-differentiable", kind=kind)
    dtype = left.dtype if left.dtype == right.dtype else (left.dtype or right.dtype)
    return run.derive(node, (left, right), kind=kind, dtype=dtype)


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
    if fold is not None and left.kind is right.kind is Kind.CONST and _small(left.data) and _small(right.data):
        try:
            return Value(Kind.CONST, node, fold(left.data, right.data))
        except (TypeError, ZeroDivisionError, ValueError, OverflowError):
            return Value(Kind.NUMBER, node)
    return Value(_numeric(left, right), node)


def _small(constant: object) -> bool:
    if isinstance(constant, (int, float)):
        return abs(constant) < 1e6  # noqa: PLR2004 - keeps a hostile file from building huge constants
    return isinstance(constant, str) and len(constant) < 200  # noqa: PLR2004


def _concatenate(node: ast.AST, left: Value, right: Value) -> Value:
    a, b = left.data, right.data
    if a.items is not None and b.items is not None and a.rest is b.rest is None:
        return Value(Kind.CONTAINER, node, Container(a.sort, a.items + b.items))
    parts = a.values() + b.values()
    return Value(Kind.CONTAINER, node, Container(a.sort, None, rest=join(parts) if parts else None))


def _repeat(node: ast.AST, left: Value, right: Value) -> Value:
    container, times = (left, right) if left.kind is Kind.CONTAINER else (right, left)
    data = container.data
    if times.kind is Kind.CONST and isinstance(times.data, int) and data.items and 0 < times.data <= 8:  # noqa: PLR2004
        return Value(Kind.CONTAINER, node, Container(data.sort, data.items * times.data))
    parts = data.values()
    return Value(Kind.CONTAINER, node, Container(data.sort, None, rest=join(parts) if parts else None))


def _unary(run: Interpreter, node: ast.UnaryOp) -> Value:
    operand = run.eval(node.operand)
    if isinstance(node.op, ast.Not):
        truth = run.truth(operand)
        if truth is not None:
            return Value(Kind.CONST, node, not truth)
        return run.derive(node, cutting=(operand,), reason="comparison", kind=Kind.NUMBER, weak=True)
    if operand.kind is Kind.CONST and isinstance(operand.data, (int, float)) and not isinstance(node.op, ast.Invert):
        return Value(Kind.CONST, node, -operand.data if isinstance(node.op, ast.USub) else operand.data)
    if operand.kind in _PURE and not (operand.live or operand.cut):
        return Value(operand.kind if operand.kind is not Kind.CONST else Kind.NUMBER, node)
    if isinstance(node.op, ast.Invert):
        kind = operand.kind if operand.kind in (Kind.TENSOR, Kind.ARRAY) else Kind.UNKNOWN
        return run.derive(node, cutting=(operand,), reason="bitwise", kind=kind, dtype="bool")
    kind = Kind.TENSOR if operand.kind is Kind.VARIABLE else operand.kind
    kind = kind if kind in (Kind.TENSOR, Kind.ARRAY, Kind.NUMBER) else Kind.UNKNOWN
    return run.derive(node, (operand,), kind=kind, dtype=operand.dtype)


def _boolean(run: Interpreter, node: ast.BoolOp) -> Value:
    values = [run.eval(part) for part in node.values]
    truths = [run.truth(value) for value in values]
    stop = isinstance(node.op, ast.Or)
    for value, truth in zip(values, truths):
        if truth is stop:
            return value
        if truth is None:
            break
    else:
        return values[-1]
    return join([value for value, truth in zip(values, truths) if truth is None or value is values[-1]], node)


_DECIDE: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


def _compare(run: Interpreter, node: ast.Compare) -> Value:
    left = run.eval(node.left)
    rights = [run.eval(right) for right in node.comparators]
    if len(rights) == 1:
        decided = _decide(run, left, node.ops[0], rights[0])
        if decided is not None:
            return Value(Kind.CONST, node, decided)
    operands = (left, *rights)
    if any(isinstance(op, (ast.Is, ast.IsNot, ast.In, ast.NotIn)) for op in node.ops):
        return Value(Kind.NUMBER, node)
    if all(value.kind in _PURE for value in operands):
        return Value(Kind.NUMBER, node)
    kind = Kind.TENSOR if any(v.kind in (Kind.TENSOR, Kind.VARIABLE) for v in operands) else Kind.UNKNOWN
    if kind is Kind.UNKNOWN and all(v.kind in (*_PURE, Kind.ARRAY) for v in operands):
        kind = Kind.ARRAY
    return run.derive(node, cutting=operands, reason="comparison", kind=kind, dtype="bool")


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


def _conditional(run: Interpreter, node: ast.IfExp) -> Value:
    test = run.eval(node.test)
    run.branches(node, test)
    truth = run.truth(test)
    if truth is not None:
        return run.eval(node.body if truth else node.orelse)
    run.conditional += 1
    values = [run.eval(node.body), run.eval(node.orelse)]
    run.conditional -= 1
    return join(values, node)


def _subscript(run: Interpreter, node: ast.Subscript) -> Value:
    owner = run.eval(node.value)
    index = run.eval(node.slice)
    return run.get_item(owner, index, node)


def _slice(run: Interpreter, node: ast.Slice) -> Value:
    parts = [run.eval(part) for part in (node.lower, node.upper, node.step) if part is not None]
    return run.derive(node, cutting=tuple(parts), reason="index", weak=True, kind=Kind.SHAPE)


def _sequence(run: Interpreter, node: ast.List | ast.Tuple | ast.Set) -> Value:
    items: list[Value] = []
    rest: Value | None = None
    for element in node.elts:
        if isinstance(element, ast.Starred):
            value = run.eval(element.value)
            inner = run.items(value)
            if inner is None:
                more = run.element(value, None, element)
                rest = more if rest is None else join([rest, more])
            else:
                items += inner
        else:
            items.append(run.eval(element))
    sort = "list" if isinstance(node, ast.List) else "tuple" if isinstance(node, ast.Tuple) else "set"
    if rest is not None:
        return Value(Kind.CONTAINER, node, Container(sort, None, rest=join([*items, rest])))
    return Value(Kind.CONTAINER, node, Container(sort, items))


def _dict(run: Interpreter, node: ast.Dict) -> Value:
    keys: list[Any] = []
    items: list[Value] = []
    rest: list[Value] = []
    for key, value in zip(node.keys, node.values):
        item = run.eval(value)
        if key is None:
            if item.kind is Kind.CONTAINER and item.data.keys is not None:
                keys += item.data.keys
                items += item.data.items or []
            else:
                rest.append(item)
            continue
        name = run.eval(key)
        keys.append(name.data if name.kind is Kind.CONST else name)
        items.append(item)
    return Value(Kind.CONTAINER, node, Container("dict", items, keys, join(rest) if rest else None))


def _comprehension(run: Interpreter, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> Value:
    found: list[Value] = []
    exact = _generate(run, node.generators, lambda: found.append(run.eval(node.elt)))
    if exact:
        return Value(Kind.CONTAINER, node, Container("list", found))
    return Value(Kind.CONTAINER, node, Container("list", None, rest=join(found) if found else None))


def _dict_comprehension(run: Interpreter, node: ast.DictComp) -> Value:
    keys: list[Any] = []
    items: list[Value] = []

    def collect() -> None:
        key = run.eval(node.key)
        keys.append(key.data if key.kind is Kind.CONST else key)
        items.append(run.eval(node.value))

    if _generate(run, node.generators, collect):
        return Value(Kind.CONTAINER, node, Container("dict", items, keys))
    return Value(Kind.CONTAINER, node, Container("dict", None, None, rest=join(items) if items else None))


def _generate(run: Interpreter, generators: list[ast.comprehension], body: Callable[[], None]) -> bool:
    """Run ``body`` for each element; return whether the elements are known one by one."""
    from gradfix.flow.statements import UNROLL, store  # noqa: PLC0415 - statements hold expressions

    scope = run.scope
    before = scope.names
    scope.names = dict(before)

    def nest(depth: int) -> bool:
        if depth == len(generators):
            body()
            return True
        generator = generators[depth]
        iterable = run.eval(generator.iter)
        items = run.items(iterable)
        exact = items is not None and len(items) <= UNROLL and run.can_unroll()
        if not exact or items is None:
            items = [run.iterate(iterable, generator.iter)]
        for item in items:
            store(run, generator.target, item)
            truths = [run.truth(run.eval(test)) for test in generator.ifs]
            if False in truths:
                continue
            exact = nest(depth + 1) and exact and None not in truths
        return exact

    exact = nest(0)
    scope.names = before
    return exact


def _lambda(run: Interpreter, node: ast.Lambda) -> Value:
    return run.make_function(node)


def _string(run: Interpreter, node: ast.JoinedStr) -> Value:
    for part in node.values:
        if isinstance(part, ast.FormattedValue):
            run.eval(part.value)
    return Value(Kind.NUMBER, node)


def _named(run: Interpreter, node: ast.NamedExpr) -> Value:
    value = run.eval(node.value)
    run.scope.bind(node.target.id, value)
    return value


def _starred(run: Interpreter, node: ast.Starred) -> Value:
    return run.eval(node.value)


def _await(run: Interpreter, node: ast.Await) -> Value:
    return run.eval(node.value)


def _yield(run: Interpreter, node: ast.Yield) -> Value:
    run.scope.yields.append(run.eval(node.value) if node.value is not None else Value(Kind.CONST, node, None))
    return run.unknown("yield", node)


def _yield_from(run: Interpreter, node: ast.YieldFrom) -> Value:
    run.scope.yields.append(run.iterate(run.eval(node.value), node))
    return run.unknown("yield", node)


EVALUATE: dict[type[ast.expr], Callable[..., Value]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Call: _call,
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.BoolOp: _boolean,
    ast.Compare: _compare,
    ast.IfExp: _conditional,
    ast.Subscript: _subscript,
    ast.Slice: _slice,
    ast.List: _sequence,
    ast.Tuple: _sequence,
    ast.Set: _sequence,
    ast.Dict: _dict,
    ast.ListComp: _comprehension,
    ast.SetComp: _comprehension,
    ast.GeneratorExp: _comprehension,
    ast.DictComp: _dict_comprehension,
    ast.Lambda: _lambda,
    ast.JoinedStr: _string,
    ast.NamedExpr: _named,
    ast.Starred: _starred,
    ast.Await: _await,
    ast.Yield: _yield,
    ast.YieldFrom: _yield_from,
}


def shape_like(name: str) -> bool:
    """Attributes of a tensor or array that say something about it and carry no gradient."""
    return name in _SHAPES


def part_of(name: str) -> bool:
    """Attributes of a tensor or array that are views of its values."""
    return name in _ALIVE

