from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import ClassVar

from gradfix.codemod import FlowCodemod
from gradfix.edits import expression, statement
from gradfix.flow.facts import Event
from gradfix.flow.rehearsal import Rehearsal, rehearse
from gradfix.flow.values import Kind, Token
from gradfix.flow.weights import weights
from gradfix.model import Edit, Finding, Safety
from gradfix.module import Module
from gradfix_codemods._layers import (
    class_of,
    from_gradient,
    function_of,
    guarded_event,
    keras_instance,
    reached,
    tokens,
)

_OPERATORS = {"assign": "", "assign_add": "+", "assign_sub": "-"}
_SOURCES = ("gradient", "jacobian", "apply_gradients", "minimize", "watch")
_PROJECTIONS = (
    "clip_by_value",
    "clip_by_norm",
    "clip",
    "relu",
    "maximum",
    "minimum",
    "abs",
    "l2_normalize",
    "normalize",
)
_TIGHT = (ast.Name, ast.Call, ast.Attribute, ast.Constant, ast.Subscript)


class AssignInForward(FlowCodemod):
    """A trainable weight is assigned during the forward pass, so it drifts with every call.

    ## What is wrong
    `call`, or a function that runs under the tape, changes a weight instead of computing a value from it:

    ```python
        def call(self, x):
            self.gain.assign(self.gain * 0.9)
            return x * self.gain
    ```

    ## Why the gradient is lost
    The gradient is there, but it is that of the new value, as if the assignment were a constant. And the weight
    moves with each call, in `predict` and `evaluate` too: what the optimizer learns is overwritten.

    ## What the fix does
    The new value gets a name of its own, and what follows in the function reads that:

    ```python
        def call(self, x):
            gain = self.gain * 0.9
            return x * gain
    ```

    The fix is unsafe: the model computes something else from the second call on. Where the assignment is
    conditional, or other methods read the weight, there is only advice.

    ## When to leave it
    gradfix says nothing about variables with `trainable=False` (moving averages, counters), about updates made
    from gradients, projections (a weight that is clipped or divided by its own norm), about weights that no
    result depends on, and outside `call` and tapes.

    ## References
    `tf.Variable.assign`, `keras.layers.Layer.add_weight`.
    """

    gate: ClassVar[tuple[str, ...]] = (".assign",)

    def find(self, module: Module) -> Iterator[Finding]:
        if "def call" not in module.text and "GradientTape" not in module.text:
            return
        run = rehearse(module)
        seen: set[ast.AST] = set()
        for event in run.events:
            if event.kind == "assign" and event.node not in seen and _is_forward(run, event):
                seen.add(event.node)
                yield _finding(run, event)


def _is_forward(run: Rehearsal, event: Event) -> bool:
    variable, given = event.arguments
    info = variable.data
    if not info.trainable or info.integer or not info.token.trainable or from_gradient(given):
        return False
    if not isinstance(event.node, ast.Call) or not isinstance(event.node.func, ast.Attribute):
        return False
    if guarded_event(run, event) or _is_projection(run, event):
        return False
    for one in run.calls_around(event):
        if keras_instance(one.value):
            if run.module.keras > 2 and info.path == "tensorflow.Variable":  # noqa: PLR2004 - Keras 3 does not train it
                return False
            names = []
            frame = event.frame
            while frame is not None:
                names.append(frame.name)
                frame = frame.parent
            inside = names[: names.index("call")] if "call" in names else ["build"]
            return not {"build", "__init__"} & set(inside) and _used(
                run, info.token, weights(one.value), one.result
            )
    for other in run.events:
        if other.kind == "gradient" and other.arguments[0].data in event.active and other.time > event.time:
            return info.token in tokens(other.arguments[2]) and info.token in reached(other.arguments[1])
    return False


def _used(run: Rehearsal, token: Token, held: list[Token], result: object) -> bool:
    if token not in held:
        return False
    return any(token in reached(one.result) for one in run.called if one.result is result)


def _finding(run: Rehearsal, event: Event) -> Finding:
    call = event.node
    assert isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)  # noqa: PT018 - asked before
    name = run.module.segment(call.func.value)
    message = (
        f"{name} is a trainable weight and is assigned in each forward pass: it drifts whatever is learned"
    )
    edits = _edits(run, call)
    if not edits:
        message += "; keep the new value in a local name, or make the variable with trainable=False"
    return Finding(call, message, Safety.UNSAFE if edits else Safety.ADVICE, edits=edits)


def _edits(run: Rehearsal, call: ast.Call) -> tuple[Edit, ...]:
    assert isinstance(call.func, ast.Attribute)
    holder = run.parents.get(call)
    around = run.parents.get(holder) if isinstance(holder, ast.Expr) else None
    if not isinstance(around, (ast.FunctionDef, ast.With)) or holder not in around.body:
        return ()
    owner = call.func.value
    wanted = _local_name(run, owner, around)
    value = _new_value(run, call)
    if wanted is None or value is None or _read_elsewhere(run, owner, function_of(run, call)):
        return ()
    rest = around.body[around.body.index(holder) + 1 :]
    later = [
        n
        for s in rest
        for n in ast.walk(s)
        if isinstance(n, ast.expr) and ast.dump(n) == ast.dump(owner) and not _is_source(run, n)
    ]
    if not later or any(
        _is_receiver(run, n) or function_of(run, n) is not function_of(run, call) for n in later
    ):
        return ()
    return (Edit(holder, statement(f"{wanted} = {value}")), *(Edit(n, expression(wanted)) for n in later))


def _local_name(run: Rehearsal, owner: ast.expr, around: ast.AST) -> str | None:
    """Return a free name for the new value."""
    match owner:
        case ast.Attribute(value=ast.Name(), attr=wanted):
            pass
        case ast.Name(id=name):
            wanted = f"{name}_value"
        case _:
            return None
    scope = function_of(run, around) if isinstance(around, ast.With) else around
    parts = list(ast.walk(scope if scope is not None else run.module.tree))
    names = {n.id for n in parts if isinstance(n, ast.Name)} | {
        n.arg for n in parts if isinstance(n, ast.arg)
    }
    free = (one for one in (wanted, f"{wanted}_value", f"new_{wanted}") if one not in names)
    return next(free, None)


def _new_value(run: Rehearsal, call: ast.Call) -> str | None:
    """Write what the variable would have become."""
    assert isinstance(call.func, ast.Attribute)
    match call.args, call.keywords:
        case ([given], []) | ([], [ast.keyword(arg="value" | "delta", value=given)]):
            value = run.module.segment(given)
        case _:
            return None
    if call.func.attr not in _OPERATORS:
        return None
    operator = _OPERATORS[call.func.attr]
    if not operator:
        return value
    right = value if isinstance(given, _TIGHT) else f"({value})"
    return f"{run.module.segment(call.func.value)} {operator} {right}"


def _is_source(run: Rehearsal, node: ast.expr) -> bool:
    """Tell whether the variable itself is meant: a source of a gradient, or what an optimizer updates."""
    for one in run.ancestors(node):
        if isinstance(one, ast.stmt):
            return False
        if isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute) and one.func.attr in _SOURCES:
            return True
    return False


def _is_projection(run: Rehearsal, event: Event) -> bool:
    """Tell whether the new value is the old one put back into its bounds: doing it twice changes nothing."""
    variable, _ = event.arguments
    assert isinstance(event.node, ast.Call)
    match [*event.node.args, *(keyword.value for keyword in event.node.keywords)]:
        case [ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name))] if name in _PROJECTIONS:
            return True
        case [ast.BinOp(left=left, op=ast.Div(), right=right)]:
            itself = any(v.kind is Kind.VARIABLE and v.data is variable.data for v in run.values(left))
            return itself and any(variable.data.token in reached(v) for v in run.values(right))
    return False


def _is_receiver(run: Rehearsal, node: ast.expr) -> bool:
    """Tell whether a method of the variable is called, or it is itself handed on to be changed."""
    parent = run.parents.get(node)
    return isinstance(parent, ast.Attribute) and parent.attr not in ("shape", "dtype", "name")


def _read_elsewhere(run: Rehearsal, owner: ast.expr, function: ast.AST | None) -> bool:
    """Tell whether other methods of the class read the weight."""
    if not isinstance(owner, ast.Attribute) or function is None:
        return False
    around = class_of(run, function)
    if around is None:
        return False
    for method in around.body:
        if method is function or getattr(method, "name", "") in ("__init__", "build", "get_config"):
            continue
        for node in ast.walk(method):
            if isinstance(node, ast.Attribute) and node.attr == owner.attr and isinstance(node.ctx, ast.Load):
                return True
    return False
