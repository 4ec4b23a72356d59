"""Whether a tensor is a single number, as far as the operations that made it show."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from gradfix.flow.trace import Trace
from gradfix.flow.values import Kind, Value
from gradfix_codemods._lost import paths

ELEMENTWISE = frozenset(
    {
        *(
            "abs",
            "square",
            "sqrt",
            "exp",
            "log",
            "log1p",
            "sigmoid",
            "tanh",
            "relu",
            "softplus",
            "cast",
            "maximum",
            "minimum",
        ),
        *(
            "pow",
            "add",
            "subtract",
            "multiply",
            "divide",
            "clip",
            "clip_by_value",
            "squared_difference",
            "negative",
        ),
        *(
            "greater",
            "less",
            "greater_equal",
            "less_equal",
            "equal",
            "not_equal",
            "logical_and",
            "logical_or",
            "logical_not",
        ),
        *("cosh", "sin", "cos", "expm1", "identity", "sign"),
    }
)
_REDUCING = frozenset(
    {
        *(
            "reduce_sum",
            "reduce_mean",
            "reduce_max",
            "reduce_min",
            "reduce_prod",
            "reduce_any",
            "reduce_all",
            "reduce_std",
        ),
        *(
            "sum",
            "mean",
            "max",
            "min",
            "prod",
            "any",
            "all",
            "std",
            "norm",
            "reduce_logsumexp",
            "reduce_variance",
            "add_n",
        ),
    }
)
_BATCHES = ("y_true", "y_pred", "input")
_MAKE_BATCHES = (Kind.LAYER, Kind.MODEL)
_DEPTH = 12


def single(run: Trace, node: ast.AST, depth: int = 0) -> bool | None:
    """Tell whether ``node`` is a scalar: False when it has the batch's axis, None when that is not known."""
    values = run.values(node)
    return _agree(_of_value(run, value, depth + 1) for value in values) if values else None


def _agree(answers: Iterable[bool | None]) -> bool | None:
    found = set(answers)
    return found.pop() if len(found) == 1 else None


def _together(run: Trace, nodes: Iterable[ast.AST], depth: int) -> bool | None:
    """The shape of an elementwise operation: as large as its largest operand."""
    found = {single(run, node, depth) for node in nodes}
    return False if False in found else True if found == {True} else None


def _of_value(run: Trace, value: Value, depth: int) -> bool | None:
    if value.kind in (Kind.CONST, Kind.NUMBER, Kind.SHAPE):
        return True
    if depth > _DEPTH or value.kind not in (Kind.TENSOR, Kind.ARRAY):
        return None
    if not value.inputs and any(token.kind in _BATCHES and token.node is value.node for token in value.live):
        return False
    match value.node:
        case ast.BinOp(left=left, right=right):
            return _together(run, (left, right), depth)
        case ast.Compare(left=left, comparators=rights):
            return _together(run, (left, *rights), depth)
        case ast.UnaryOp(operand=operand):
            return single(run, operand, depth)
        case ast.Subscript(value=ast.Call() | ast.Name() as owner, slice=ast.Constant()) if _of_layer(
            run, owner
        ):
            return False  # one row of a batch
        case ast.Call(func=ast.Attribute(value=owner, attr="numpy")):
            return single(run, owner, depth)
        case ast.Call() as call:
            return _of_call(run, call, depth)
    return None


def _of_layer(run: Trace, node: ast.expr) -> bool:
    calls = [value.node for value in run.values(node)]
    return bool(calls) and all(
        isinstance(call, ast.Call)
        and all(f.kind in _MAKE_BATCHES for f in run.values(call.func) or (Value(Kind.UNKNOWN),))
        for call in calls
    )


def _of_call(run: Trace, call: ast.Call, depth: int) -> bool | None:
    """The answer for a call, worked out once: what is called in a loop has hundreds of values."""
    key = ("single", call, depth)
    if key not in run.answers:
        run.answers[key] = _rank_of_call(run, call, depth)
    answer: bool | None = run.answers[key]
    return answer


def _rank_of_call(run: Trace, call: ast.Call, depth: int) -> bool | None:
    functions = run.values(call.func)
    if functions and all(function.kind in _MAKE_BATCHES for function in functions):
        return False
    names = {path.rpartition(".")[2] for path in paths(run, call)}
    if not names:
        return None
    if names <= _REDUCING:
        return True if len(call.args) == 1 and not call.keywords else None
    return _together(run, call.args, depth) if names <= ELEMENTWISE else None
