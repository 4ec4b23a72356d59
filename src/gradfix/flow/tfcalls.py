"""What TensorFlow's and Keras's functions do to a gradient: the measured table, and the few with rules of their own."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from gradfix.flow import dtypes, tfcontrol
from gradfix.flow.joining import leaves
from gradfix.flow.objects import Container
from gradfix.flow.ops import Op, lookup
from gradfix.flow.values import Kind, Tape, Value
from gradfix.flow.variables import variable

if TYPE_CHECKING:
    from gradfix.flow.interpreter import Interpreter

Keywords = dict[str, Value]
_ABOUT_SHAPE = frozenset(
    "shape size rank zeros_like ones_like zeros ones fill eye range linspace shape_n int_shape ndim dtype "
    "broadcast_static_shape broadcast_dynamic_shape get_static_value name_scope device floatx epsilon Assert "
    "assert_equal assert_less print print_tensor TensorShape init_scope control_dependencies "
    "learning_phase image_data_format empty empty_like full full_like arange identity_n_shape".split()
)
_TESTS_OF_ELEMENTS = frozenset(
    {"is_nan", "is_inf", "is_finite", "is_non_decreasing", "is_strictly_increasing"}
)
_LISTS = frozenset({"dynamic_partition", "meshgrid", "split", "unstack"})
_RANDOM = ("tensorflow.random.", "keras.random.", "tensorflow.compat.v1.random")
_LOSSES = ("keras.losses.", "keras.metrics.", "tensorflow.nn.", "keras.ops.", "keras.backend.")


def call_tensorflow(
    run: Interpreter, path: str, args: list[Value], keywords: Keywords, node: ast.Call
) -> Value:
    """Call a function of TensorFlow or Keras."""
    name = path.rpartition(".")[2]
    if path.startswith(("tensorflow.nest.", "keras.tree.", "keras.utils.tree.")):
        return _nest(run, name, args, keywords, node)
    handler = _HANDLERS.get(path) or _BY_NAME.get(name)
    if handler is not None:
        return handler(run, args, keywords, node)
    if name.startswith("is_") and name not in _TESTS_OF_ELEMENTS:
        return Value(
            Kind.NUMBER, node
        )  # what a tensor is, not what it holds: `is_sparse`, `is_symbolic_tensor`
    if name in _ABOUT_SHAPE:
        return Value(Kind.TENSOR, node, dtype="int" if name in ("shape", "size", "rank") else None)
    if path.startswith(_LOSSES):
        run.note("loss", node, Value(Kind.PATH, node, path), *args, **keywords)
    op = _measured(run, path)
    if op is not None:
        result = apply(run, op, args, keywords, node)
        return Value(Kind.CONTAINER, node, Container("list", None, rest=result)) if name in _LISTS else result
    operands = (*args, *keywords.values())
    if path.startswith("keras.metrics.") and "accuracy" in name:
        return run.derive(node, cutting=operands, reason="non-differentiable")
    if name[:1].isupper() and not name.isupper():
        return run.unknown(name, node, *operands)
    return run.derive(node, operands)


def _measured(run: Interpreter, path: str) -> Op | None:
    op = lookup(path, run.module.keras)
    if op is None and path.startswith("keras.metrics."):
        op = lookup("keras.losses." + path.rpartition(".")[2], run.module.keras)
    return op


def apply(run: Interpreter, op: Op, args: list[Value], keywords: Keywords, node: ast.Call) -> Value:
    """Call a measured op: each argument passes, or is cut, as measured."""
    passing: list[Value] = []
    cutting: list[Value] = []
    zero: list[Value] = []
    default = "none" if op.gradient and set(op.gradient.values()) == {"none"} else None
    for index, value in enumerate(args):
        parameter = op.parameters[index] if index < len(op.parameters) else ""
        _sort(op.gradient.get(parameter, default), value, passing, cutting, zero)
    for parameter, value in keywords.items():
        _sort(op.gradient.get(parameter), value, passing, cutting, zero)
    run.note_operands(node, tuple(args))
    whole = op.result if isinstance(op.result, str) else "float"
    if whole in ("int", "bool") and passing:
        cutting += passing
        passing = []
    weak = bool(passing) and not zero
    reason = "zero-gradient" if zero and not cutting else "non-differentiable"
    result = run.derive(
        node, tuple(passing), cutting=(*cutting, *zero), reason=reason, weak=weak, dtype=whole
    )
    if isinstance(op.result, tuple):
        parts = [
            result
            if sort == "float" or not isinstance(sort, str)  # a list of states
            else run.derive(node, cutting=(*passing, *cutting), reason="non-differentiable", dtype=sort)
            for sort in op.result
        ]
        return Value(Kind.CONTAINER, node, Container("tuple", parts))
    return result


def _sort(
    gradient: str | None, value: Value, passing: list[Value], cutting: list[Value], zero: list[Value]
) -> None:
    if gradient in ("none", "raises"):
        cutting.append(value)
    elif gradient == "zero":
        zero.append(value)
    elif gradient == "yes" or any(leaf.live or leaf.cut for leaf in leaves(value)):
        passing.append(value)


def _tape(run: Interpreter, args: list[Value], keywords: Keywords, node: ast.Call) -> Value:
    persistent = keywords.get("persistent", args[0] if args else None)
    automatic = keywords.get("watch_accessed_variables", args[1] if len(args) > 1 else None)
    tape = Tape(
        node,
        persistent=persistent is not None and persistent.data is not False,
        automatic=automatic is None or automatic.data is not False,
    )
    del run
    return Value(Kind.TAPE, node, tape, text="tape")


def _variable(run: Interpreter, args: list[Value], keywords: Keywords, node: ast.Call) -> Value:
    initial = args[0] if args else keywords.get("initial_value", keywords.get("initializer"))
    dtype = keywords.get("dtype")
    sort = dtypes.named(dtype) if dtype is not None else None
    if sort is None and initial is not None:
        sort = dtypes.of(initial)
    flag = keywords.get("trainable", args[1] if len(args) > 1 else None)
    label = keywords.get("name")
    trainable = not (flag is not None and flag.kind is Kind.CONST and flag.data is False)
    name = label.data if label is not None and isinstance(label.data, str) else _target(run, node)
    if initial is not None and initial.kind is Kind.FUNCTION:
        initial = run.call(initial, [], {}, node)
    owner = run.calls[-1].bound if run.calls else None
    return variable(
        run,
        node,
        initial,
        label=name,
        integer=sort in ("int", "bool"),
        trainable=trainable,
        owner=owner.data if owner else None,
    )


def _target(run: Interpreter, node: ast.Call) -> str:
    statement = run.statement
    if isinstance(statement, ast.Assign) and statement.value is node:
        target = statement.targets[0]
        if isinstance(target, ast.Name):
            return target.id
        if isinstance(target, ast.Attribute):
            return target.attr
    return "variable"


def _cast(run: Interpreter, args: list[Value], keywords: Keywords, node: ast.Call) -> Value:
    value = args[0] if args else keywords.get("x", keywords.get("value"))
    dtype = keywords.get("dtype", args[1] if len(args) > 1 else None)
    if value is None:
        return run.unknown("cast", node)
    sort = dtypes.named(dtype) if dtype is not None else None
    if sort in ("int", "bool", "string"):
        return run.derive(node, cutting=(value,), reason="integer-cast", dtype=sort)
    return run.derive(node, (value,), dtype=sort)


def _as_tensor(run: Interpreter, args: list[Value], keywords: Keywords, node: ast.Call) -> Value:
    if not args and not keywords:
        return run.unknown("tensor", node)
    value = args[0] if args else next(iter(keywords.values()))
    dtype = keywords.get("dtype", args[1] if len(args) > 1 else None)
    sort = dtypes.named(dtype) if dtype is not None else dtypes.of(value)
    if sort in ("int", "bool"):
        return run.derive(node, cutting=(value,), reason="integer-cast", dtype=sort)
    return run.derive(node, (value,), dtype=sort)


def _constant(run: Interpreter, args: list[Value], keywords: Keywords, node: ast.Call) -> Value:
    """``tf.constant`` copies the value of a variable; a tensor goes through it unharmed (both measured)."""
    variables = tuple(v for v in (*args[:1], *keywords.values()) if v.kind is Kind.VARIABLE)
    if variables:
        return run.derive(node, cutting=variables, reason="conversion", dtype="float")
    return _as_tensor(run, args, keywords, node)


def _nest(run: Interpreter, name: str, args: list[Value], keywords: Keywords, node: ast.Call) -> Value:
    """``tf.nest`` rearranges values and computes nothing."""
    operands = [*args, *keywords.values()]
    if name in ("is_nested", "is_sequence"):
        return Value(Kind.NUMBER, node)
    if name == "map_structure":
        return tfcontrol.mapping(run, args, keywords, node)
    if (
        name == "flatten"
        and operands
        and operands[0].kind is Kind.CONTAINER
        and operands[0].data.rest is None
    ):
        return Value(Kind.CONTAINER, node, Container("list", list(leaves(operands[0]))))
    return run.derive(node, tuple(operands), kind=Kind.UNKNOWN, lazy=True)


def _stop(run: Interpreter, args: list[Value], keywords: Keywords, node: ast.Call) -> Value:
    return run.derive(node, cutting=(*args, *keywords.values()), reason="stop-gradient")


def _evaluate(run: Interpreter, args: list[Value], keywords: Keywords, node: ast.Call) -> Value:
    return run.derive(node, cutting=(*args, *keywords.values()), reason="conversion", kind=Kind.ARRAY)


def _one_hot(run: Interpreter, args: list[Value], keywords: Keywords, node: ast.Call) -> Value:
    return run.derive(node, cutting=(*args, *keywords.values()), reason="non-differentiable")


def _where(run: Interpreter, args: list[Value], keywords: Keywords, node: ast.Call) -> Value:
    ordered = [*args, *keywords.values()]
    if len(ordered) == 1:
        return run.derive(node, cutting=tuple(ordered), reason="non-differentiable", dtype="int")
    return run.derive(node, tuple(ordered[1:]), cutting=tuple(ordered[:1]), reason="condition", weak=True)


def _gather(run: Interpreter, args: list[Value], keywords: Keywords, node: ast.Call) -> Value:
    ordered = [*args, *keywords.values()]
    return run.derive(node, tuple(ordered[:1]), cutting=tuple(ordered[1:]), reason="index", weak=True)


def _identity(run: Interpreter, args: list[Value], keywords: Keywords, node: ast.Call) -> Value:
    return run.derive(node, (*args, *keywords.values()))


def _zeros(run: Interpreter, args: list[Value], keywords: Keywords, node: ast.Call) -> Value:
    dtype = keywords.get("dtype", args[1] if len(args) > 1 else None)
    del run
    return Value(Kind.TENSOR, node, dtype=dtypes.named(dtype) if dtype is not None else "float")


def _random(run: Interpreter, args: list[Value], keywords: Keywords, node: ast.Call) -> Value:
    """Random numbers: the parameters of the distribution pass (``mean``, ``stddev``), shapes say nothing."""
    names = ("mean", "stddev", "minval", "maxval", "alpha", "beta", "lam")
    return run.derive(node, (*args[1:3], *(keywords[n] for n in names if n in keywords)), dtype="float")


Handler = Callable[["Interpreter", list[Value], Keywords, ast.Call], Value]
_HANDLERS: dict[str, Handler] = {
    "tensorflow.GradientTape": _tape,
    "tensorflow.Variable": _variable,
    "tensorflow.get_variable": _variable,
    "tensorflow.numpy_function": tfcontrol.numpy_function,
    "tensorflow.py_func": tfcontrol.numpy_function,
    "tensorflow.py_function": tfcontrol.py_function,
    "tensorflow.recompute_grad": tfcontrol.first,
    "tensorflow.custom_gradient": tfcontrol.opaque,
    "tensorflow.grad_pass_through": tfcontrol.first,
    "tensorflow.zeros": _zeros,
    "tensorflow.ones": _zeros,
    "tensorflow.where": _where,
    "keras.ops.where": _where,
    "tensorflow.constant": _constant,
    "keras.backend.constant": _constant,
    "tensorflow.convert_to_tensor": _as_tensor,
    "keras.ops.convert_to_tensor": _as_tensor,
    "keras.ops.array": _as_tensor,
    "tensorflow.random.normal": _random,
    "tensorflow.random.uniform": _random,
    "tensorflow.random.truncated_normal": _random,
    "keras.random.normal": _random,
    "keras.random.uniform": _random,
    "keras.backend.random_normal": _random,
    "keras.backend.random_uniform": _random,
}
_BY_NAME: dict[str, Handler] = {
    "cast": _cast,
    "saturate_cast": _cast,
    "to_float": _identity,
    "identity": _identity,
    "ensure_shape": _gather,
    "stop_gradient": _stop,
    "eval": _evaluate,
    "get_value": _evaluate,
    "convert_to_numpy": _evaluate,
    "make_ndarray": _evaluate,
    "map_fn": tfcontrol.mapping,
    "vectorized_map": tfcontrol.mapping,
    "map_structure": tfcontrol.mapping,
    "vectorize": tfcontrol.first,
    "scan": tfcontrol.folding,
    "foldl": tfcontrol.folding,
    "foldr": tfcontrol.folding,
    "cond": tfcontrol.condition,
    "switch": tfcontrol.condition,
    "smart_cond": tfcontrol.condition,
    "while_loop": tfcontrol.while_loop,
    "one_hot": _one_hot,
    "gather": _gather,
    "gather_nd": _gather,
    "batch_gather": _gather,
    "boolean_mask": _gather,
    "embedding_lookup": _gather,
    "switch_case": tfcontrol.opaque,
}
