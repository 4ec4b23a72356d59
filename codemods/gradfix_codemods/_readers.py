"""Who else reads what becomes a tensor, and whether a tensor will do."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from gradfix import edits
from gradfix.flow.joining import leaves
from gradfix.flow.objects import Function, Member
from gradfix.flow.values import Kind, Value
from gradfix_codemods import _differences
from gradfix_codemods._indices import plain_index
from gradfix_codemods._twins import NoWay, Rewriting, named

if TYPE_CHECKING:
    from gradfix_codemods._way import Plan

_OF_TENSORS = frozenset({"shape", "ndim", "dtype", "numpy", "device", "get_shape", "name", "set_shape"})
_TENSORS = frozenset({Kind.TENSOR, Kind.VARIABLE})
_NO_ARRAYS = _TENSORS | {Kind.CONST, Kind.NUMBER, Kind.SHAPE}
_KNOWN = _TENSORS | {Kind.OBJECT, Kind.MODEL, Kind.LAYER, Kind.INSTANCE, Kind.TAPE}
_NEEDS_NUMBERS = frozenset({"round", "divmod", "set", "frozenset", "hash", "dict", "complex", "range"})
_HANDING_ON = frozenset(
    f"builtins.{name}"
    for name in "sum min max abs enumerate zip reversed list tuple iter next sorted".split()
)
_ENDS = (ast.Attribute, ast.Compare)


def look_at(plan: Plan) -> None:
    """Check every expression that holds a value which becomes a tensor, and convert it back where that is needed.

    Raises:
        NoWay: a reader needs an array, and cannot have it.
    """
    becoming = _becoming(plan)
    _differences.look_at(plan, becoming)
    _look_for_arrays(plan, becoming)
    for node, values in list(plan.run.seen.items()):
        mine = [value for value in values.values() if id(value) in becoming]
        if mine and isinstance(getattr(node, "ctx", None), (ast.Load, type(None))):
            _reader(plan, node, plan.run.parents.get(node), list(values.values()), becoming)


def _look_for_arrays(plan: Plan, becoming: dict[int, Value]) -> None:
    """Other callers may give arrays to the same place: they would get tensors back."""
    for node in plan.fed:
        if plan.run.operands.get(id(node), set()) <= _NO_ARRAYS:
            continue
        for value in plan.run.values(node):
            if not any(
                one.kind in _TENSORS or id(one) in becoming or id(one) in plan.values for one in value.inputs
            ):
                plan.lower(
                    "the same code is also reached with values that are no tensors, and would give them tensors"
                )


def _becoming(plan: Plan) -> dict[int, Value]:
    """Return the values that are arrays or numbers now and tensors after the fix."""
    found: dict[int, Value] = {}
    updates = {event.node for kind in ("gradient", "assign") for event in plan.run.happened(kind)}
    stack = [leaf for node in plan.changes for value in plan.run.values(node) for leaf in leaves(value)]
    stack += [value for value in plan.values.values() if value.node in plan.filled]
    while stack:
        value = stack.pop()
        if id(value) not in found and value.kind not in _TENSORS and value.node not in updates:
            found[id(value)] = value
            later = plan.run.readers.get(id(value), ())
            stack += [after for after in later if after.node in plan.changes or not _stops(plan, after)]
    return found


def _stops(plan: Plan, value: Value) -> bool:
    """Tell whether an operation makes no tensor of a tensor: a NumPy call that stays, a conversion, an unknown."""
    node = value.node
    if isinstance(node, ast.Call):
        functions = plan.run.values(node.func)
        return not any(f.kind in (Kind.FUNCTION, Kind.INSTANCE) or _hands_on(f) for f in functions)
    return isinstance(node, _ENDS)


def _hands_on(function: Value) -> bool:
    return function.kind is Kind.PATH and function.data in _HANDING_ON


def _reader(
    plan: Plan, node: ast.expr, parent: ast.AST | None, values: list[Value], becoming: dict[int, Value]
) -> None:
    if parent in plan.changes or parent in plan.filled:
        return
    match parent:
        case ast.Attribute(attr=name):
            call = plan.run.parents.get(parent)
            translated = isinstance(call, ast.Call) and call.func is parent and call in plan.changes
            if not translated and parent not in plan.changes and name not in _OF_TENSORS:
                _convert(plan, node, values, becoming)
        case ast.Subscript(value=owner, slice=index) if owner is node:
            if not isinstance(parent.ctx, ast.Load):
                raise NoWay(f"`{plan.text(parent)}` is written in place, which a tensor does not allow")
            if not plain_index(plan, index) and not any(
                id(v) in plan.values for v in plan.run.values(parent)
            ):
                _convert(plan, node, values, becoming)
        case ast.Subscript(value=owner):
            if any(v.kind in (Kind.CONTAINER, Kind.UNKNOWN) for v in plan.run.values(owner)):
                _convert(plan, node, values, becoming)
        case ast.List(elts=together) | ast.Tuple(elts=together):
            _beside(plan, parent, together, becoming)
        case ast.Dict() if node in parent.keys:
            _convert(plan, node, values, becoming)
        case ast.Set():
            _convert(plan, node, values, becoming)
        case ast.AugAssign(value=value) if value is node and not plan_reaches(plan, parent):
            _augmented(plan, parent, node, values, becoming)
        case ast.keyword():
            _argument(plan, node, plan.run.parents.get(parent), values, becoming)
        case ast.Call():
            _argument(plan, node, parent, values, becoming)


def _beside(plan: Plan, inputs: ast.AST, together: list[ast.expr], becoming: dict[int, Value]) -> None:
    """Keras 3 takes arrays or tensors as the inputs of a layer, but not some of each."""
    call = plan.run.parents.get(inputs)
    if plan.module.keras < 3 or not isinstance(call, ast.Call) or inputs not in call.args:  # noqa: PLR2004
        return
    if not any(value.kind in (Kind.LAYER, Kind.MODEL) for value in plan.run.values(call.func)):
        return
    for one in together:
        values = [value for value in plan.run.values(one) if id(value) not in becoming]
        if one not in plan.changes and any(value.kind in (Kind.ARRAY, Kind.UNKNOWN) for value in values):
            text, imports = named(plan.module, "convert_to_tensor")
            plan.add(one, Rewriting(edits.template(f"{text}({{node}})"), imports))


def plan_reaches(plan: Plan, statement: ast.AugAssign) -> bool:
    """Tell whether an augmented assignment stands on the way itself."""
    return any(value.node is statement for value in plan.values.values())


def _augmented(
    plan: Plan, statement: ast.AugAssign, node: ast.expr, values: list[Value], becoming: dict[int, Value]
) -> None:
    """An array that a tensor is added to in place stays an array, a running total of numbers would not."""
    kinds = {value.kind for value in plan.run.values(statement.target)}
    if not kinds & _TENSORS:
        _convert(plan, node, values, becoming)


def _argument(
    plan: Plan, node: ast.expr, call: ast.AST | None, values: list[Value], becoming: dict[int, Value]
) -> None:
    if not isinstance(call, ast.Call) or call in plan.changes or node is call.func:
        return
    if any(id(v) in plan.values for v in plan.run.values(call)):
        return
    for function in plan.run.values(call.func):
        if function.kind is Kind.PATH:
            _library(plan, node, call, str(function.data), values, becoming)
            return
        if function.kind in (Kind.FUNCTION, Kind.CLASS, Kind.LAYER, Kind.MODEL, Kind.OBJECT, Kind.INSTANCE):
            return
        if isinstance(function.data, Member) and function.data.receiver.kind is Kind.CONTAINER:
            if all(value.kind is Kind.NUMBER for value in values) and not _collected(
                plan, function.data.receiver
            ):
                _convert(plan, node, values, becoming)
            return
        if isinstance(function.data, Member) and function.data.receiver.kind in _KNOWN:
            return
    _convert(plan, node, values, becoming)


def _collected(plan: Plan, container: Value) -> bool:
    """Tell whether what is put into this list is read off it again on the way."""
    for reader, found in plan.run.seen.items():
        if any(value.data is container.data for value in found.values() if value.kind is Kind.CONTAINER):
            parent = plan.run.parents.get(reader)
            if isinstance(parent, (ast.For, ast.comprehension, ast.Subscript, ast.BinOp, ast.Starred)):
                return True
            if isinstance(parent, ast.Call) and any(id(v) in plan.values for v in plan.run.values(parent)):
                return True
    return False


def _library(
    plan: Plan, node: ast.expr, call: ast.Call, path: str, values: list[Value], becoming: dict[int, Value]
) -> None:
    top, _, name = path.partition(".")
    if top == "builtins":
        if name == "isinstance" and call.args[0] is node:
            raise NoWay(f"`{plan.text(call)}` asks for an array")
        if name in _NEEDS_NUMBERS:
            _convert(plan, node, values, becoming)
    elif top in ("numpy", "math"):
        if in_graph(plan, call):
            raise NoWay(f"`{plan.text(call)}` needs an array, and cannot have one inside a graph")
        if path.startswith("numpy.random."):  # probabilities that are not an array must add up more exactly
            _convert(plan, node, values, becoming)
    elif top not in ("tensorflow", "keras", "functools", "itertools", "copy"):
        _convert(plan, node, values, becoming)


def _convert(plan: Plan, node: ast.expr, values: list[Value], becoming: dict[int, Value]) -> None:
    """Let this reader have what it had before."""
    if in_graph(plan, node):
        raise NoWay(f"`{plan.text(node)}` is also needed as an array, which a graph does not give")
    if any(id(value) not in becoming and value.kind not in _TENSORS for value in values):
        raise NoWay(f"`{plan.text(node)}` is sometimes an array and would sometimes be a tensor")
    number = all(value.kind is Kind.NUMBER for value in values)
    plan.add(node, edits.template("float({node})" if number else "{node}.numpy()"))


def in_graph(plan: Plan, node: ast.AST) -> bool:
    """Tell whether the code at ``node`` is traced: under ``tf.function``, or called by ``fit``."""
    functions = {around for around in plan.run.ancestors(node) if isinstance(around, ast.FunctionDef)}
    for function in plan.run.functions:
        if function.node in functions and _is_traced(function):
            return True
    return any(sink.kind in ("loss", "model") for cause in plan.causes for sink in cause.sinks) and bool(
        functions
    )


def _is_traced(function: Function) -> bool:
    return any(d.kind is Kind.PATH and d.data == "tensorflow.function" for d in function.decorators)
