"""Calls behind which TensorFlow does not see: ``predict``, ``numpy_function``, ``py_function``."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from gradfix import edits
from gradfix.arguments import argument_of
from gradfix.flow.facts import Broken, Event
from gradfix.flow.joining import leaves
from gradfix.flow.trace import Trace
from gradfix.flow.values import Kind, Value
from gradfix.flow.weights import exposed
from gradfix_codemods._twins import NoWay
from gradfix_codemods._way import CONVERTING, Plan

if TYPE_CHECKING:
    import libcst as cst

_INPUTS = 1


def cross(plan: Plan, cause: Broken) -> None:
    """Plan what takes the place of the call itself; the rest of the way follows.

    Raises:
        NoWay: nothing does.
    """
    if cause.reason == "predict":
        _predict(plan, cause)
    elif cause.reason == "numpy-function":
        _numpy_function(plan, cause)


def _predict(plan: Plan, cause: Broken) -> None:
    """Call the model. Its own weights train; for other sources it behaves as ``predict`` does."""
    node = cause.node
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        raise NoWay(f"`{plan.text(node)}` does not translate")
    if node.args and not isinstance(node.args[0], ast.Starred):
        given = "{arg0}"
    elif any(keyword.arg == "x" for keyword in node.keywords):
        given = "{x}"
    else:
        raise NoWay(f"`{plan.text(node)}` does not show its input")
    training = trains(plan.run, cause)
    if training and any(
        id(leaf) not in plan.values for value in plan.run.values(node) for leaf in leaves(value)
    ):
        plan.lower("the same call also predicts outside the tape, where `training=True` changes what dropout and "
                   "batch normalisation do")  # fmt: skip
    plan.add(node, edits.template(f"{{receiver}}({given}, training={training})"))


def trains(run: Trace, cause: Broken) -> bool:
    """Tell whether the gradient is wanted for the weights of the very model that predicts."""
    assert isinstance(cause.node, ast.Call)
    assert isinstance(cause.node.func, ast.Attribute)
    own = {token for value in run.values(cause.node.func.value) for token in exposed(value) or value.live}
    return any(token in own for token in cause.tokens)


def _numpy_function(plan: Plan, cause: Broken) -> None:
    events = [event for event in plan.run.happened("numpy_function") if event.node is cause.node]
    for event in events:
        function = event.keywords.get("function")
        if function is None or function.kind is not Kind.FUNCTION:
            raise NoWay("the body of the function is not known")
        body = event.keywords["body"]
        if not any(token.kind == "opaque" for leaf in leaves(body) for token in leaf.live):
            raise NoWay(f"what `{function.data.name}` computes has no gradient", by_nature=True)
        plan.values.update((id(value), value) for value in _values_of_body(body))
    plan.add(cause.node, _direct(cause.node))  # type: ignore[arg-type]


def _values_of_body(body: Value) -> list[Value]:
    found: dict[int, Value] = {}
    stack = list(leaves(body))
    while stack:
        value = stack.pop()
        if id(value) not in found and any(token.kind == "opaque" for token in (*value.live, *value.cut)):
            found[id(value)] = value
            stack.extend(value.inputs)
    return list(found.values())


def py_function_around(run: Trace, cause: Broken) -> Event | None:
    """Return the ``tf.py_function`` in whose body the gradient is cut."""
    around = set(run.ancestors(cause.node))
    for event in run.happened("py_function"):
        function = event.keywords["function"]
        if function.kind is Kind.FUNCTION and function.data.node in around:
            return event
    return None


def unwrap_py_function(plan: Plan, cause: Broken) -> None:
    """A body that is all TensorFlow after the fix needs no ``tf.py_function``."""
    event = py_function_around(plan.run, cause)
    if event is None or event.node in plan.changes:
        return
    for inner in ast.walk(event.keywords["function"].data.node):
        if isinstance(inner, ast.Call) and inner not in plan.changes and _needs_eager(plan, inner):
            return
    plan.add(event.node, _direct(event.node))  # type: ignore[arg-type]


def _needs_eager(plan: Plan, call: ast.Call) -> bool:
    if isinstance(call.func, ast.Attribute) and call.func.attr in CONVERTING:
        return True
    return any(
        v.kind is Kind.PATH and v.data.startswith(("numpy.", "math.", "builtins.print"))
        for v in plan.run.values(call.func)
    )


def _direct(node: ast.Call) -> Callable[[cst.CSTNode], cst.CSTNode]:
    """``tf.numpy_function(f, [a, b], T)`` → ``f(a, b)``."""
    function: int | str = 0 if node.args else "func"
    inputs: int | str = _INPUTS if len(node.args) > _INPUTS else "inp"

    def change(call: Any) -> Any:
        import libcst as cst

        body = argument_of(call, function).value
        given = argument_of(call, inputs).value
        if isinstance(body, cst.Lambda) and not body.lpar:
            body = body.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
        if isinstance(given, (cst.List, cst.Tuple)):
            args = [
                cst.Arg(e.value, star="*" if isinstance(e, cst.StarredElement) else "")
                for e in given.elements
            ]
        else:
            args = [cst.Arg(given, star="*")]
        return cst.Call(func=body, args=args, lpar=call.lpar, rpar=call.rpar)

    return change
