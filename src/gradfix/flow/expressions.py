"""How expressions are evaluated."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from gradfix.flow.comprehensions import comprehension, dict_comprehension
from gradfix.flow.joining import join
from gradfix.flow.objects import Container
from gradfix.flow.operators import boolean, compare, unary
from gradfix.flow.values import Kind, Value

if TYPE_CHECKING:
    from gradfix.flow.interpreter import Interpreter


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
            pairs = zip(value.data.keys, value.data.items or (), strict=False)
            keywords.update({key: item for key, item in pairs if isinstance(key, str)})
        else:
            keywords["**"] = value
    return run.call(callee, positional, keywords, node)


def _binary(run: Interpreter, node: ast.BinOp) -> Value:
    return run.binary(node, run.eval(node.left), node.op, run.eval(node.right))


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
    for key, value in zip(node.keys, node.values, strict=False):
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
    ast.UnaryOp: unary,
    ast.BoolOp: boolean,
    ast.Compare: compare,
    ast.IfExp: _conditional,
    ast.Subscript: _subscript,
    ast.Slice: _slice,
    ast.List: _sequence,
    ast.Tuple: _sequence,
    ast.Set: _sequence,
    ast.Dict: _dict,
    ast.ListComp: comprehension,
    ast.SetComp: comprehension,
    ast.GeneratorExp: comprehension,
    ast.DictComp: dict_comprehension,
    ast.Lambda: _lambda,
    ast.JoinedStr: _string,
    ast.NamedExpr: _named,
    ast.Starred: _starred,
    ast.Await: _await,
    ast.Yield: _yield,
    ast.YieldFrom: _yield_from,
}
