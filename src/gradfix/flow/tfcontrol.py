"""TensorFlow functions that call functions: ``cond``, ``map_fn``, ``scan``, ``py_function``, ``numpy_function``."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from gradfix.flow.joining import join, leaves
from gradfix.flow.objects import Container
from gradfix.flow.values import EVERY, Kind, Token, Value

if TYPE_CHECKING:
    from gradfix.flow.interpreter import Interpreter

Keywords = dict[str, Value]


def numpy_function(run: Interpreter, args: list[Value], keywords: Keywords, node: ast.Call) -> Value:
    """Nothing comes back through ``numpy_function``, neither to its arguments nor to what its body reads."""
    function = args[0] if args else keywords.get("func")
    inputs = args[1] if len(args) > 1 else keywords.get("inp", Value(Kind.CONST, node))
    operands = list(leaves(inputs))
    body: Value | None = None
    if function is not None and function.kind is Kind.FUNCTION:
        given = Token("opaque", "argument", node)
        arrays = [Value(Kind.ARRAY, node, live={given: EVERY}) for _ in run.items(inputs) or operands]
        active, run.active = run.active, frozenset()
        body = run.call(function, arrays, {}, node)
        run.active = active
        operands += leaves(body)
    held = [
        Value(Kind.TENSOR, v.node, live=dict.fromkeys(tokens), inputs=(v,))
        for v in operands
        if (tokens := [token for token in v.live or v.cut if token.kind != "opaque"])
    ]
    result = run.derive(node, cutting=tuple(held), reason="numpy-function")
    told = {name: value for name, value in (("function", function), ("body", body)) if value is not None}
    run.note("numpy_function", node, result, **told)
    out = keywords.get("Tout", args[2] if len(args) > 2 else None)
    parts = run.items(out) if out is not None and out.kind is Kind.CONTAINER else None
    if parts is not None:
        return Value(Kind.CONTAINER, node, Container("list", [result] * len(parts)))
    return result


def py_function(run: Interpreter, args: list[Value], keywords: Keywords, node: ast.Call) -> Value:
    """``py_function`` runs its body eagerly: TensorFlow in it keeps its gradient (measured)."""
    function = args[0] if args else keywords.get("func")
    inputs = args[1] if len(args) > 1 else keywords.get("inp", Value(Kind.CONST, node))
    if function is None:
        return run.unknown("py_function", node)
    items = run.items(inputs)
    body = run.call(function, items if items is not None else [run.element(inputs, None, node)], {}, node)
    run.note("py_function", node, body, function=function, body=body)
    return body


def mapping(run: Interpreter, args: list[Value], keywords: Keywords, node: ast.Call) -> Value:
    """``map_fn``, ``vectorized_map``, ``map_structure``: the function sees one element."""
    function = args[0] if args else keywords.get("fn", keywords.get("f"))
    given = args[1:] or [v for k, v in keywords.items() if k in ("elems", "xs")]
    if function is None or not given:
        return run.unknown("map", node)
    elements = [run.element(v, None, node) if v.kind is not Kind.CONTAINER else v for v in given[:1]]
    return run.call(function, elements, {}, node)


def folding(run: Interpreter, args: list[Value], keywords: Keywords, node: ast.Call) -> Value:
    """``scan``, ``foldl``, ``foldr``: two rounds show what a state carries."""
    function = args[0] if args else keywords.get("fn", keywords.get("f"))
    elements = args[1] if len(args) > 1 else keywords.get("elems", keywords.get("xs"))
    start = keywords.get("initializer", keywords.get("init", args[2] if len(args) > 2 else None))
    if function is None or elements is None:
        return run.unknown("scan", node)
    one = run.element(elements, None, node) if elements.kind is not Kind.CONTAINER else elements
    state = start if start is not None else one
    first = run.call(function, [state, one], {}, node)
    return join([first, run.call(function, [first, one], {}, node)], node)


def condition(run: Interpreter, args: list[Value], keywords: Keywords, node: ast.Call) -> Value:
    """``tf.cond``: both ways are run and joined."""
    names = ("true_fn", "false_fn", "then_expression", "else_expression", "fn1", "fn2")
    ways = [*args[1:3], *(keywords[n] for n in names if n in keywords)]
    run.conditional += 1
    results = [run.call(way, [], {}, node) if way.kind is Kind.FUNCTION else way for way in ways]
    run.conditional -= 1
    return join(results, node) if results else run.unknown("cond", node)


def while_loop(run: Interpreter, args: list[Value], keywords: Keywords, node: ast.Call) -> Value:
    """``tf.while_loop``: two rounds of the body, joined."""
    body = args[1] if len(args) > 1 else keywords.get("body")
    state = args[2] if len(args) > 2 else keywords.get("loop_vars")
    if body is None or state is None:
        return run.unknown("while_loop", node)
    run.conditional += 1
    items = run.items(state) or [run.element(state, None, node)]
    first = run.call(body, items, {}, node)
    again = run.call(body, run.items(first) or [first], {}, node)
    run.conditional -= 1
    olds, news = run.items(first), run.items(again)
    if olds is not None and news is not None and len(olds) == len(news) == len(items):
        return Value(
            Kind.CONTAINER,
            node,
            Container("list", [join([*row]) for row in zip(items, olds, news, strict=False)]),
        )
    return join([state, first, again], node)


def first(run: Interpreter, args: list[Value], keywords: Keywords, node: ast.Call) -> Value:
    """A function that takes a function and gives one that does the same."""
    functions = [v for v in (*args, *keywords.values()) if v.kind in (Kind.FUNCTION, Kind.CLASS)]
    return functions[0] if functions else run.unknown("", node, *args)


def opaque(run: Interpreter, args: list[Value], keywords: Keywords, node: ast.Call) -> Value:
    """A function of which nothing is known."""
    return run.unknown("", node, *args, *keywords.values())
