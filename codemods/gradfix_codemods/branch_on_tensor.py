"""The codemod ``branch-on-tensor``."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

from gradfix import edits
from gradfix.codemod import FlowCodemod
from gradfix.flow.facts import Event
from gradfix.flow.paths import shorten
from gradfix.flow.trace import Trace, trace
from gradfix.flow.values import Kind
from gradfix.model import Edit, Finding, Safety
from gradfix.module import Module
from gradfix_codemods._choices import chosen, summed
from gradfix_codemods._lost import paths
from gradfix_codemods._messages import from_elsewhere
from gradfix_codemods._rank import single
from gradfix_codemods._statements import Statements
from gradfix_codemods._vectorise import Unfit, Writer

_IN_FIT = ("y_true", "y_pred", "input")
_TRAINED = ("weight", "variable", "y_pred")
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


class BranchOnTensor(FlowCodemod):
    """Python's `if`, `for` or `while` decides on the values of a tensor.

    ## What is wrong

    A loss or a `call()` asks a tensor for its truth, or counts through a batch:

    ```python
    if error > 0:                                                # before
        cost = 5.0 * error
    else:
        cost = -error

    cost = tf.where(error > 0, 5.0 * error, -error)              # after
    ```

    ## Why the gradient is lost

    Inside `fit` the tensors are symbolic and have no values yet. Measured: Keras 3 raises on every `if`, `while`,
    `for` and `range()` over a tensor in a loss or a `call()`, because AutoGraph does not reach them there. Keras 2
    converts them, and they train, but an `if` on a tensor of many elements raises, there and everywhere else: such a
    tensor has no single truth. An `if` on a single number trains in an eager tape and in a `tf.function`.

    ## What the fix does

    An `if` becomes `tf.where`, a loop that sums over the batch becomes `tf.reduce_sum`, with equal values. This is
    safe, for the program raises as it is. Where a branch holds a logarithm, a root or a division, `tf.where` could
    give NaN in the gradient of the branch that is not taken: a test of a single number becomes `tf.cond`, and for a
    test of many the fix is *unsafe*. It is unsafe too where the elements of the loop may have several numbers, which
    the sum takes together. Other loops get advice.

    ## When to leave it

    Branches on configuration, `training`, `None` and shapes are decided in Python and right as they are, and so are
    loops over layers and metrics that run eagerly.

    ## References

    TensorFlow: `tf.where`, `tf.cond`, `tf.while_loop`; the guide "Better performance with tf.function".
    """

    gate: ClassVar[tuple[str, ...]] = ("if ", "for ", "while ", "if(", "while(")
    afar = True

    def find(self, module: Module) -> Iterator[Finding]:
        eager = module.mentions("run_eagerly", "run_functions_eagerly")
        if not _may_decide(module, eager=eager):
            return
        run, places = trace(module), Statements(module)
        told: set[ast.AST] = set()
        for node, in_fit, many, events in _places(run, eager=eager):
            if in_fit and (many or module.keras > 2 or _zips(run, node)):  # noqa: PLR2004
                serious = True
            elif many:
                serious = False
            else:
                continue
            if node not in told and not any(around in told for around in run.ancestors(node)):
                finding = _finding(module, run, places, node, serious=serious)
                if finding is not None:
                    told.add(node)
                    yield replace(finding, uses=_uses(module, node, events))


def _may_decide(module: Module, *, eager: bool) -> bool:
    """Tell whether any branch counts, or any loss has a loop: only then it is worth looking at values."""
    if any(
        _in_fit(event) or (_trained(event) and module.holds(event.node))
        for event in module.flow.events("branch")
    ):
        return True
    losses = () if eager else _losses(module.flow.events("loss_function"))
    return any(isinstance(node, ast.For) for loss in losses for node in ast.walk(loss))


def _uses(module: Module, node: ast.AST, events: list[Event]) -> tuple[ast.AST, ...]:
    """Return where other files compile what leads to a branch, or call it."""
    tokens = [t for e in events if _in_fit(e) for v in e.arguments for t in (*v.live, *v.cut)]
    compiled = [(t.node, None) for t in tokens if t.kind in _IN_FIT and t.node is not None]
    return from_elsewhere(module, node, compiled or [(event.node, event.frame) for event in events])


def _places(run: Trace, *, eager: bool) -> Iterator[tuple[ast.AST, bool, bool, list[Event]]]:
    """Yield branches and loops over tensors in the order of the text, with what happened there.

    With it comes whether ``fit`` runs them, and whether the tensors hold many numbers.
    """
    found: dict[ast.AST, tuple[bool, bool]] = {}
    happened: dict[ast.AST, list[Event]] = {}
    for event in () if eager else run.happened("loss_function"):
        for function in _losses(iter([event])):
            for node in ast.walk(function):
                if isinstance(node, ast.For) and _over_tensor(run, node.iter):
                    found[node] = (True, False)
                    happened.setdefault(node, []).append(event)
    for event in run.happened("branch"):
        if not (_in_fit(event) or run.module.holds(event.node)):
            continue
        place = run.parents.get(event.node) if isinstance(event.node, ast.Call) else event.node
        if not isinstance(place, (ast.If, ast.IfExp, ast.While, ast.For)):
            continue
        in_fit = not eager and _in_fit(event) and not _decorated(run, place)
        many = isinstance(place, (ast.If, ast.IfExp)) and single(run, place.test) is False and _trained(event)
        old = found.get(place, (False, many))
        found[place] = (old[0] or in_fit, old[1] and many)
        happened.setdefault(place, []).append(event)
    for node in sorted(found, key=lambda one: (one.lineno, one.col_offset)):  # type: ignore[attr-defined]
        yield (node, *found[node], happened[node])


def _losses(events: Iterator[Event]) -> Iterator[ast.AST]:
    """Yield the functions that ``compile`` was given as losses."""
    for event in events:
        loss, given = event.arguments[0], isinstance(event.node, ast.Call)
        method = loss.data.cls.find("call") if loss.kind is Kind.INSTANCE else None
        function = method[0] if method is not None else loss
        if (
            given
            and function.kind is Kind.FUNCTION
            and not getattr(function.data.node, "decorator_list", None)
        ):
            yield function.data.node


def _decorated(run: Trace, node: ast.AST) -> bool:
    return any(
        getattr(one, "decorator_list", None) for one in run.ancestors(node) if isinstance(one, _FUNCTIONS)
    )


def _in_fit(event: Event) -> bool:
    return any(
        t.kind in _IN_FIT and isinstance(t.node, ast.Call) for v in event.arguments for t in (*v.live, *v.cut)
    )


def _trained(event: Event) -> bool:
    under = bool(event.active) or getattr(event.function, "name", "") == "call"
    return under and any(t.kind in _TRAINED for v in event.arguments for t in (*v.live, *v.cut))


def _over_tensor(run: Trace, iterable: ast.expr) -> bool:
    match iterable:
        case ast.Call(func=ast.Name(id="range"), args=args):
            return any(value.kind is Kind.TENSOR for argument in args for value in run.values(argument))
        case ast.Call(func=ast.Name(id="zip" | "enumerate"), args=args):
            return any(single(run, argument) is False for argument in args)
        case ast.Call() if any(path.endswith(".range") for path in paths(run, iterable)):
            return True
    return single(run, iterable) is False


def _zips(run: Trace, node: ast.AST) -> bool:
    match node:
        case ast.For(iter=ast.Call(func=ast.Name(id="zip" | "enumerate"))):
            return _over_tensor(run, node.iter)
    return False


def _finding(
    module: Module, run: Trace, places: Statements, node: ast.AST, *, serious: bool
) -> Finding | None:
    writer = Writer(module, run)
    test = node.iter if isinstance(node, ast.For) else node.test  # type: ignore[attr-defined]
    text = f"`{shorten(module.segment(test))}`"
    what = "loops over" if isinstance(node, (ast.For, ast.While)) else "decides on"
    message = f"Python {what} the tensor {text}: "
    if serious:
        message += f"`fit` raises under Keras {module.keras}"
    else:
        message += "TensorFlow raises when it has more than one element"
    try:
        changes = _changes(module, run, places, writer, node)
    except Unfit:
        if not serious:
            return None
        advice = "Use `tf.where`, `tf.reduce_sum` over a mask, or `tf.cond` and `tf.while_loop`"
        return Finding(node, f"{message}. {advice}", Safety.ADVICE)
    safety, remark = Safety.SAFE, ""
    if writer.risky:
        safety, remark = Safety.UNSAFE, ". Unsafe: the branch that is not taken may give NaN in the gradient"
    elif writer.summed_whole:
        safety, remark = Safety.UNSAFE, ". Unsafe: the sum goes over all numbers of an element too"
    return Finding(
        node, message + remark, safety, edits=changes, imports=tuple(dict.fromkeys(writer.imports))
    )


def _changes(
    module: Module, run: Trace, places: Statements, writer: Writer, node: ast.AST
) -> tuple[Edit, ...]:
    match node:
        case ast.IfExp():
            return (
                Edit(
                    node,
                    edits.expression(
                        writer.where(node.test, writer.value(node.body), writer.value(node.orelse))
                    ),
                ),
            )
        case ast.If():
            block = places.block(node)
            after = block[block.index(node) + 1 :]
            text, taken = chosen(writer, node, after)
            if taken and len(after) > 1:
                raise Unfit
            return (Edit(node, edits.statement(text)), *(Edit(one, edits.remove()) for one in taken))
        case ast.For():
            return _without_loop(module, run, places, writer, node)
    raise Unfit


def _without_loop(
    module: Module, run: Trace, places: Statements, writer: Writer, loop: ast.For
) -> tuple[Edit, ...]:
    match loop:
        case ast.For(target=ast.Name(id=name), iter=ast.Call(args=[count], keywords=[])) if _whole_batch(
            run, count
        ):
            writer.index = name
        case ast.For(target=ast.Tuple(elts=targets), iter=ast.Call(func=ast.Name(id="zip"), args=args)):
            if len(targets) != len(args) or not _names(*targets, *args):
                raise Unfit
            writer.elements = {
                module.segment(t): module.segment(a) for t, a in zip(targets, args, strict=True)
            }
        case _:
            raise Unfit
    writer.batches = {
        node.id for node in ast.walk(loop) if isinstance(node, ast.Name) and _is_batch(run, node)
    }
    name, text = summed(writer, loop)
    block = places.block(loop)
    before = block[block.index(loop) - 1] if block.index(loop) else None
    match before:
        case ast.Assign(targets=[ast.Name(id=start)], value=ast.Constant(value=int() | float() as zero)) if (
            start == name and not zero
        ):
            return (Edit(before, edits.remove()), Edit(loop, edits.statement(f"{name} = {text}")))
    return (Edit(loop, edits.statement(f"{name} += {text}")),)


def _names(*nodes: ast.AST) -> bool:
    return all(isinstance(node, ast.Name) for node in nodes)


def _is_batch(run: Trace, node: ast.AST) -> bool:
    """Tell whether a name is ``y_true`` or ``y_pred``, which Keras brings to one shape."""
    tokens = {token.kind for value in run.values(node) for token in value.live}
    return bool(tokens & {"y_true", "y_pred"}) and single(run, node) is False


def _whole_batch(run: Trace, count: ast.expr) -> bool:
    """Tell whether a loop's count is the length of the batch: ``tf.shape(y)[0]``, ``y.shape[0]``, ``len(y)``."""
    match count:
        case ast.Subscript(value=ast.Call(func=function, args=[_, *_]), slice=ast.Constant(value=0)):
            names = [value.data for value in run.values(function) if value.kind is Kind.PATH]
            return bool(names) and all(str(name).endswith(".shape") for name in names)
        case ast.Subscript(value=ast.Attribute(attr="shape"), slice=ast.Constant(value=0)):
            return True
        case ast.Call(func=ast.Name(id="len"), args=[_]):
            return True
        case ast.Name():
            origins = [value.node for value in run.values(count)]
            return bool(origins) and all(
                isinstance(one, ast.Subscript) and _whole_batch(run, one) for one in origins
            )
    return False
