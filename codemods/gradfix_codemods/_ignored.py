"""Losses that do not read the prediction: where the tape or ``compile`` sees one, and which operand is wrong."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Union

from gradfix.flow.facts import Event
from gradfix.flow.joining import leaves
from gradfix.flow.trace import Trace
from gradfix.flow.values import Kind, Tape, Token, Value
from gradfix.flow.weights import exposed
from gradfix_codemods._lost import paths

Body = Union[ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.With, ast.AsyncWith]
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_DEEPEST = 4
_PREDICTION_KEYS = ("y_pred", "logits", "output")
_LOSS_PATHS = ("keras.losses.", "keras.metrics.", "keras.backend.", "keras.ops.", "tensorflow.nn.")


@dataclass(frozen=True, slots=True)
class Ignored:
    """``body`` computes a loss, never reads ``prediction`` in it, and knows the labels as ``truth``.

    ``use`` is where it is compiled, or where its gradient is asked for.
    """

    body: Body
    truth: str | None
    prediction: str
    use: ast.AST
    in_fit: bool
    only_truth: bool = True


def ignored(run: Trace) -> Iterator[Ignored]:
    """Yield each such loss once."""
    told: set[ast.AST] = set()
    causes = list(run.causes("ignored"))
    results = {id(target) for cause in causes for target in cause.targets}
    for event in run.happened("loss_function") if causes else ():
        body = _function(event.arguments[0])
        if body is not None and body not in told and id(event.arguments[3]) in results:
            told.add(body)
            kinds = {token.kind for leaf in leaves(event.arguments[3]) for token in leaf.live}
            truth, prediction = event.arguments[1].text, event.arguments[2].text or "y_pred"
            body, truth, prediction = _innermost(run, body, truth, prediction)
            yield Ignored(body, truth, prediction, event.node, in_fit=True, only_truth=kinds <= {"y_true"})
    for event in run.happened("gradient"):
        found = _under_tape(run, event)
        if found is not None and found.body not in told:
            told.add(found.body)
            yield found


def _function(loss: Value) -> Body | None:
    """Return the function of the program that computes a loss."""
    method = loss.data.cls.find("call") if loss.kind is Kind.INSTANCE else None
    function = method[0] if method is not None else loss
    node = function.data.node if function.kind is Kind.FUNCTION else None
    return node if isinstance(node, _FUNCTIONS) else None


def _innermost(run: Trace, body: Body, truth: str | None, prediction: str) -> tuple[Body, str | None, str]:
    """Follow the prediction to the function that it is handed on to; return that with the names it has there."""
    for _ in range(_DEEPEST):
        calls = [
            node
            for node in _inside(body)
            if isinstance(node, ast.Call) and any(name == prediction for _, name in _names_given(node))
        ]
        functions = {
            v.data.node: v.data for node in calls for v in run.values(node.func) if v.kind is Kind.FUNCTION
        }
        stored = any(
            isinstance(node, ast.Name) and node.id == prediction and isinstance(node.ctx, ast.Store)
            for node in _inside(body)
        )
        if len(calls) != 1 or len(functions) != 1 or stored:
            break
        function = next(iter(functions.values()))
        arguments = function.node.args
        names = [a.arg for a in (*arguments.posonlyargs, *arguments.args)][function.bound is not None :]
        inner = {
            outer: key if isinstance(key, str) else names[key]
            for key, outer in _names_given(calls[0])
            if isinstance(key, str) or key < len(names)
        }
        if prediction not in inner:
            break
        body, truth, prediction = function.node, inner.get(truth or ""), inner[prediction]
    return body, truth, prediction


def _names_given(call: ast.Call) -> Iterator[tuple[int | str, str]]:
    """Yield the plain names among the arguments of a call, with their positions or keywords."""
    for position, one in enumerate(call.args):
        if isinstance(one, ast.Name):
            yield position, one.id
    for keyword in call.keywords:
        if keyword.arg is not None and isinstance(keyword.value, ast.Name):
            yield keyword.arg, keyword.value.id


def _under_tape(run: Trace, event: Event) -> Ignored | None:
    tape: Tape = event.arguments[0].data
    target, block = list(leaves(event.arguments[1])), tape.block
    if block is None or not target or any(v.live or v.cut or v.kind is not Kind.TENSOR for v in target):
        return None
    wanted = {token for leaf in leaves(event.arguments[2]) for token in _tokens(leaf)}
    for call in (node for node in ast.walk(block) if isinstance(node, ast.Call)):
        function = next((v.data for v in run.values(call.func) if v.kind is Kind.FUNCTION), None)
        results = run.values(call)
        if (
            function is None
            or not results
            or any(v.live or v.cut or v.kind is not Kind.TENSOR for v in results)
        ):
            continue
        names = [a.arg for a in (*function.node.args.posonlyargs, *function.node.args.args)][
            function.bound is not None :
        ]
        given = [*zip(names, call.args, strict=False), *((k.arg, k.value) for k in call.keywords if k.arg)]
        lost = [name for name, node in given if _carries(run, node, wanted)]
        others = [name for name, node in given if name not in lost and not isinstance(node, ast.Constant)]
        if len(lost) == 1:
            return Ignored(function.node, others[0] if others else None, lost[0], event.node, in_fit=False)
    unread = [
        name for name, node in _assigned(block) if _carries(run, node, wanted) and not _read(run, block, name)
    ]
    return Ignored(block, None, unread[0], event.node, in_fit=False) if len(unread) == 1 else None


def _tokens(leaf: Value) -> set[Token]:
    return {leaf.data.token} if leaf.kind is Kind.VARIABLE else set(exposed(leaf) or leaf.live)


def _carries(run: Trace, node: ast.AST, wanted: set[Token]) -> bool:
    return any(token in wanted for value in run.values(node) for leaf in leaves(value) for token in leaf.live)


def _assigned(block: ast.With | ast.AsyncWith) -> Iterator[tuple[str, ast.expr]]:
    for statement in block.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield name, value


def _read(run: Trace, block: ast.AST, name: str) -> bool:
    around = next((one for one in run.ancestors(block) if isinstance(one, _FUNCTIONS)), None)
    nodes = ast.walk(around) if around is not None else iter(run.seen)
    return any(
        isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load) for node in nodes
    )


def wrong_operand(run: Trace, found: Ignored) -> ast.expr | None:
    """Return the operand that ought to be the prediction, where the formula shows it."""
    for node in _inside(found.body):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name == found.prediction:
                operand = _only_truth(found, value)
                if operand is not None:
                    return operand
            case ast.BinOp(op=ast.Sub(), left=left, right=right) if _same(left, right):
                return _truth_in(run, found, right)
            case ast.Call() if len(node.args) + len(node.keywords) > 1:
                second = _prediction_of(run, found, node)
                if second is not None:
                    return _truth_in(run, found, second)
    return None


def _inside(body: Body) -> Iterator[ast.AST]:
    """Yield the nodes of a function or block in the order of the text, without those of inner functions."""
    waiting: list[ast.AST] = list(reversed(body.body)) if isinstance(body.body, list) else [body.body]
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, _FUNCTIONS):
            waiting.extend(reversed(list(ast.iter_child_nodes(node))))


def _same(left: ast.expr, right: ast.expr) -> bool:
    return ast.dump(left) == ast.dump(right) and not isinstance(left, ast.Constant)


def _only_truth(found: Ignored, value: ast.expr) -> ast.expr | None:
    names = [one for one in ast.walk(value) if isinstance(one, ast.Name)]
    truths = [one for one in names if one.id == found.truth]
    return truths[0] if len(truths) == 1 and all(one.id != found.prediction for one in names) else None


def _truth_in(run: Trace, found: Ignored, operand: ast.expr) -> ast.expr | None:
    """Return the name in ``operand`` that stands for the labels."""
    if isinstance(operand, ast.Name) or found.truth is None:
        return operand
    names = [one for one in ast.walk(operand) if isinstance(one, ast.Name) and _is_truth(run, found, one)]
    return names[0] if len(names) == 1 else None


def _is_truth(run: Trace, found: Ignored, node: ast.expr) -> bool:
    if found.in_fit:
        return any(token.kind == "y_true" for value in run.values(node) for token in value.live)
    return isinstance(node, ast.Name) and node.id == found.truth


def _prediction_of(run: Trace, found: Ignored, call: ast.Call) -> ast.expr | None:
    """Return what a loss gets for the prediction when both of its operands are labels."""
    if any(isinstance(argument, ast.Starred) for argument in call.args):
        return None
    second = (
        call.args[1]
        if len(call.args) > 1
        else next((k.value for k in call.keywords if k.arg in _PREDICTION_KEYS), None)
    )
    first = (
        call.args[0]
        if call.args
        else next((k.value for k in call.keywords if k.arg in ("y_true", "labels")), None)
    )
    if first is None or second is None or isinstance(second, ast.Constant):
        return None
    if _same(first, second):
        return second
    is_loss = any(path.startswith(_LOSS_PATHS) and "entropy" in path for path in paths(run, call))
    is_loss = is_loss or any(
        path.startswith(("keras.losses.", "keras.metrics.")) for path in paths(run, call)
    )
    is_loss = is_loss or any(
        v.kind is Kind.OBJECT and v.data.path.startswith("keras.losses.") for v in run.values(call.func)
    )
    return (
        second if is_loss and found.in_fit and all(_from_truth(run, one) for one in (first, second)) else None
    )


def _from_truth(run: Trace, node: ast.expr) -> bool:
    return any(
        token.kind == "y_true" for value in run.values(node) for leaf in leaves(value) for token in leaf.live
    )
