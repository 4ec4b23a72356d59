"""Methods of lists, tuples, sets and dicts."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from gradfix.flow import containers
from gradfix.flow.joining import join, leaves
from gradfix.flow.objects import Container
from gradfix.flow.values import Kind, Value

if TYPE_CHECKING:
    from gradfix.flow.interpreter import Interpreter


def call(run: Interpreter, receiver: Value, name: str, args: list[Value], node: ast.Call) -> Value | None:
    """Call a method of a list, tuple, set or dict."""
    data: Container = receiver.data
    match name, args:
        case (("append" | "add" | "appendleft"), [value]):
            containers.append(run, receiver, value)
        case "extend", [more]:
            containers.extend(run, receiver, more, node)
        case "insert", [_, value]:
            containers.append(run, receiver, value)
        case "update", [more] if more.kind is Kind.CONTAINER:
            run.effects += 1
            for value in more.data.values():
                data.rest = value if data.rest is None else join([data.rest, value])
        case "items", []:
            return _pairs(data, node)
        case "keys", []:
            return receiver
        case "values", []:
            return Value(
                Kind.CONTAINER,
                node,
                Container("list", list(data.items) if data.items is not None else None, rest=data.rest),
            )
        case "copy", []:
            items = list(data.items) if data.items is not None else None
            keys = list(data.keys) if data.keys is not None else None
            return Value(Kind.CONTAINER, node, Container(data.sort, items, keys, data.rest, data.of))
        case (("get" | "setdefault" | "pop"), _) if data.sort == "dict":
            found = containers.get(run, receiver, args[0], node) if args else run.unknown(name, node)
            return join([found, *args[1:2]], node) if len(args) > 1 else found
        case "pop", _:
            run.effects += 1
            if data.items and not args and not run.conditional:
                return data.items.pop()
            return containers.element(run, receiver, None, node)
        case (("reverse" | "sort" | "clear"), _):
            run.effects += 1
            if data.items is not None and name == "reverse":
                data.items.reverse()
        case (("numpy" | "mean" | "sum" | "shape"), _):
            return run.derive(node, (receiver,), kind=Kind.UNKNOWN)
        case _:
            return (
                run.derive(node, (receiver, *args), kind=Kind.UNKNOWN)
                if any(True for _ in leaves(receiver))
                else None
            )
    return Value(Kind.CONST, node, None)


def _pairs(data: Container, node: ast.AST) -> Value:
    if data.keys is not None and data.items is not None and data.rest is None:
        pairs = [
            Value(
                Kind.CONTAINER,
                node,
                Container("tuple", [k if isinstance(k, Value) else Value(Kind.CONST, node, k), v]),
            )
            for k, v in zip(data.keys, data.items, strict=False)
        ]
        return Value(Kind.CONTAINER, node, Container("list", pairs))
    values = data.values()
    element = join(values) if values else Value(Kind.UNKNOWN, node)
    pair = Value(Kind.CONTAINER, node, Container("tuple", [Value(Kind.UNKNOWN, node), element]))
    return Value(Kind.CONTAINER, node, Container("list", None, rest=pair))
