"""What Python's own functions do to a gradient."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from gradfix.flow.joining import join, leaves
from gradfix.flow.loops import UNROLL
from gradfix.flow.objects import Container, Function
from gradfix.flow.values import Kind, Value

if TYPE_CHECKING:
    from gradfix.flow.interpreter import Interpreter

_CONVERSIONS = frozenset({"float", "int", "bool", "complex"})
_SEQUENCES = frozenset({"list", "tuple", "set", "frozenset", "sorted", "reversed", "iter"})
_PLAIN = frozenset(
    {
        "len",
        "isinstance",
        "issubclass",
        "hasattr",
        "callable",
        "id",
        "hash",
        "type",
        "repr",
        "str",
        "print",
        "format",
        "ord",
    }
)


def call_builtin(
    run: Interpreter, name: str, args: list[Value], keywords: dict[str, Value], node: ast.Call
) -> Value:
    """Call a builtin function."""
    if name in _CONVERSIONS:
        return _convert(run, name, args, node)
    if name in _SEQUENCES:
        return _sequence(run, name, args, node)
    if name in _PLAIN:
        return _plain(run, name, args, node)
    handler = _HANDLERS.get(name)
    if handler is not None:
        return handler(run, args, keywords, node)
    if name[:1].isupper():
        return Value(Kind.UNKNOWN, node)
    return run.derive(node, (*args, *keywords.values()), kind=_kind(args))


def _kind(args: list[Value]) -> Kind:
    kinds = {leaf.kind for value in args for leaf in leaves(value)}
    if kinds & {Kind.TENSOR, Kind.VARIABLE}:
        return Kind.TENSOR
    if kinds <= {Kind.CONST, Kind.NUMBER, Kind.SHAPE}:
        return Kind.NUMBER
    return Kind.ARRAY if kinds <= {Kind.CONST, Kind.NUMBER, Kind.SHAPE, Kind.ARRAY} else Kind.UNKNOWN


def _convert(run: Interpreter, name: str, args: list[Value], node: ast.Call) -> Value:
    tensors = tuple(v for v in args if v.kind in (Kind.TENSOR, Kind.VARIABLE))
    if tensors:
        return run.derive(node, cutting=tensors, reason="conversion", kind=Kind.NUMBER)
    value = args[0] if args else None
    if value is not None and value.kind is Kind.CONST and isinstance(value.data, (int, float)):
        return Value(
            Kind.CONST, node, {"float": float, "int": int, "bool": bool}.get(name, float)(value.data)
        )
    return run.derive(node, tuple(args), kind=Kind.NUMBER)


def _sequence(run: Interpreter, name: str, args: list[Value], node: ast.Call) -> Value:
    sort = "tuple" if name == "tuple" else "list"
    if not args:
        return Value(Kind.CONTAINER, node, Container(sort, []))
    items = run.items(args[0])
    of = args[0].data.of if args[0].kind is Kind.CONTAINER else None
    if items is None or name in ("set", "sorted"):
        rest = run.element(args[0], None, node)
        return Value(Kind.CONTAINER, node, Container(sort, None, rest=rest, of=of))
    return Value(Kind.CONTAINER, node, Container(sort, items[::-1] if name == "reversed" else items, of=of))


def _plain(run: Interpreter, name: str, args: list[Value], node: ast.Call) -> Value:
    if name == "len" and args:
        items = run.items(args[0])
        if items is not None and not run.conditional:
            return Value(Kind.CONST, node, len(items))
    if name == "print":
        return Value(Kind.CONST, node, None)
    return Value(Kind.SHAPE if name == "len" else Kind.NUMBER, node)


def _range(run: Interpreter, args: list[Value], keywords: dict[str, Value], node: ast.Call) -> Value:
    del keywords
    if any(value.kind is Kind.TENSOR for value in args):
        run.note("branch", node, *[value for value in args if value.kind is Kind.TENSOR])
    numbers = [value.data for value in args if value.kind is Kind.CONST and isinstance(value.data, int)]
    if args and len(numbers) == len(args) and (len(numbers) < 3 or numbers[2] != 0):
        span = range(*numbers)
        if len(span) <= UNROLL // 2:
            return Value(Kind.CONTAINER, node, Container("list", [Value(Kind.CONST, node, i) for i in span]))
    return Value(Kind.CONTAINER, node, Container("list", None, rest=Value(Kind.NUMBER, node)))


def _zip(run: Interpreter, args: list[Value], keywords: dict[str, Value], node: ast.Call) -> Value:
    del keywords
    columns = [run.items(value) for value in args]
    if columns and all(column is not None for column in columns):
        rows = [
            Value(Kind.CONTAINER, node, Container("tuple", list(row)))
            for row in zip(*[c or [] for c in columns], strict=False)
        ]
        return Value(Kind.CONTAINER, node, Container("list", rows))
    row = [run.element(value, None, node) for value in args]
    rest = Value(Kind.CONTAINER, node, Container("tuple", row))
    return Value(Kind.CONTAINER, node, Container("list", None, rest=rest))


def _enumerate(run: Interpreter, args: list[Value], keywords: dict[str, Value], node: ast.Call) -> Value:
    del keywords
    items = run.items(args[0]) if args else []
    if items is not None:
        rows = [
            Value(Kind.CONTAINER, node, Container("tuple", [Value(Kind.CONST, node, i), item]))
            for i, item in enumerate(items)
        ]
        return Value(Kind.CONTAINER, node, Container("list", rows))
    row = Container("tuple", [Value(Kind.NUMBER, node), run.element(args[0], None, node)])
    return Value(Kind.CONTAINER, node, Container("list", None, rest=Value(Kind.CONTAINER, node, row)))


def _map(run: Interpreter, args: list[Value], keywords: dict[str, Value], node: ast.Call) -> Value:
    del keywords
    if len(args) < 2:
        return run.unknown("map", node)
    columns = [run.items(value) for value in args[1:]]
    if all(column is not None and len(column) <= UNROLL for column in columns):
        rows = list(zip(*[column or [] for column in columns], strict=False))
        return Value(
            Kind.CONTAINER, node, Container("list", [run.call(args[0], list(row), {}, node) for row in rows])
        )
    result = run.call(args[0], [run.element(value, None, node) for value in args[1:]], {}, node)
    return Value(Kind.CONTAINER, node, Container("list", None, rest=result))


def _filter(run: Interpreter, args: list[Value], keywords: dict[str, Value], node: ast.Call) -> Value:
    del keywords
    rest = run.element(args[-1], None, node) if args else None
    return Value(Kind.CONTAINER, node, Container("list", None, rest=rest))


def _sum(run: Interpreter, args: list[Value], keywords: dict[str, Value], node: ast.Call) -> Value:
    operands = (*args, *keywords.values())
    run.note_operands(node, operands)
    return run.derive(node, operands, kind=_kind(list(operands)))


def _dict(run: Interpreter, args: list[Value], keywords: dict[str, Value], node: ast.Call) -> Value:
    if not args and "**" not in keywords:
        return Value(Kind.CONTAINER, node, Container("dict", list(keywords.values()), list(keywords)))
    if len(args) == 1 and args[0].kind is Kind.CONTAINER and args[0].data.sort == "dict" and not keywords:
        return args[0]
    parts = [run.element(value, 1, node) for value in args] + list(keywords.values())
    return Value(Kind.CONTAINER, node, Container("dict", None, None, join(parts) if parts else None))


def _getattr(run: Interpreter, args: list[Value], keywords: dict[str, Value], node: ast.Call) -> Value:
    del keywords
    if len(args) > 1 and args[1].kind is Kind.CONST and isinstance(args[1].data, str):
        found = run.attribute(args[0], args[1].data, node)
        return join([found, args[2]], node) if len(args) > 2 else found
    return run.unknown("getattr", node, *args[:1])


def _setattr(run: Interpreter, args: list[Value], keywords: dict[str, Value], node: ast.Call) -> Value:
    del keywords
    if len(args) == 3 and args[1].kind is Kind.CONST and isinstance(args[1].data, str):
        run.set_attribute(args[0], args[1].data, args[2], node)
    return Value(Kind.CONST, node, None)


def _super(run: Interpreter, args: list[Value], keywords: dict[str, Value], node: ast.Call) -> Value:
    from gradfix.flow.calls import make_super

    del keywords
    return make_super(run, args, node)


def _round(run: Interpreter, args: list[Value], keywords: dict[str, Value], node: ast.Call) -> Value:
    del keywords
    return run.derive(node, cutting=tuple(args), reason="non-differentiable", kind=_kind(args))


def _next(run: Interpreter, args: list[Value], keywords: dict[str, Value], node: ast.Call) -> Value:
    del keywords
    return run.element(args[0], None, node) if args else run.unknown("next", node)


_HANDLERS = {
    "range": _range,
    "zip": _zip,
    "enumerate": _enumerate,
    "map": _map,
    "filter": _filter,
    "sum": _sum,
    "min": _sum,
    "max": _sum,
    "abs": _sum,
    "pow": _sum,
    "dict": _dict,
    "getattr": _getattr,
    "setattr": _setattr,
    "super": _super,
    "round": _round,
    "divmod": _round,
    "next": _next,
}


def call_functools(
    run: Interpreter, path: str, args: list[Value], keywords: dict[str, Value], node: ast.Call
) -> Value:
    """Call something of ``functools`` or ``itertools``."""
    if path == "functools.partial" and args:
        return _partial(run, args[0], args[1:], keywords, node)
    if path == "functools.reduce" and len(args) >= 2:
        items = run.items(args[1]) or [run.element(args[1], None, node)] * 2
        if len(args) > 2:
            items = [args[2], *items]
        result = items[0] if items else run.unknown("reduce", node)
        for item in items[1:UNROLL]:
            result = run.call(args[0], [result, item], {}, node)
        return result
    if path == "itertools.chain":
        parts = [run.element(value, None, node) for value in args]
        return Value(Kind.CONTAINER, node, Container("list", None, rest=join(parts) if parts else None))
    if path == "itertools.chain.from_iterable" and args:
        inner = run.element(run.element(args[0], None, node), None, node)
        return Value(Kind.CONTAINER, node, Container("list", None, rest=inner))
    return run.unknown(path.rpartition(".")[2], node, *args)


def _partial(
    run: Interpreter, function: Value, args: list[Value], keywords: dict[str, Value], node: ast.Call
) -> Value:
    if function.kind is Kind.FUNCTION:
        old: Function = function.data
        before = old.given or ((), {})
        given = ((*before[0], *args), {**before[1], **keywords})
        made = Function(old.node, old.home, old.owner, old.bound, old.defaults, old.decorators, given)
        return Value(Kind.FUNCTION, function.node, made)
    if function.kind is Kind.PATH:
        return Value(
            Kind.UNKNOWN,
            node,
            Partial(function, tuple(args), keywords),
            text=function.data.rpartition(".")[2],
        )
    return run.unknown("partial", node, function, *args, *keywords.values())


class Partial:
    """``functools.partial`` of a library function."""

    __slots__ = ("args", "function", "keywords")

    def __init__(self, function: Value, args: tuple[Value, ...], keywords: dict[str, Value]) -> None:
        self.function = function
        self.args = args
        self.keywords = keywords
