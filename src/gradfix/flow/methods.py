"""Methods of values whose class does not stand in the file: tensors, tapes, models, lists, variables."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from gradfix.flow import container_methods, containers, sinks
from gradfix.flow.joining import merge_cuts
from gradfix.flow.objects import Applied, Instance, ModelInfo
from gradfix.flow.values import EVERY, Kind, Token, Value
from gradfix.flow.variables import variable
from gradfix.flow.weights import exposed

if TYPE_CHECKING:
    from gradfix.flow.interpreter import Interpreter

Keywords = dict[str, Value]
Method = Callable[["Interpreter", Value, list[Value], Keywords, ast.Call], "Value | None"]
_MODELS = frozenset({Kind.MODEL, Kind.INSTANCE})
_TENSORS = frozenset({Kind.TENSOR, Kind.VARIABLE})
_OF_MAPPINGS = frozenset(
    {"items", "keys", "values", "get", "pop", "setdefault", "update"}
)  # no tensor has them
_REDUCING = frozenset({"argmax", "argmin", "argsort", "round", "any", "all", "nonzero", "searchsorted"})


def call(
    run: Interpreter, receiver: Value, name: str, args: list[Value], keywords: Keywords, node: ast.Call
) -> Value | None:
    """Call a method, or return None when nothing is known of it."""
    if receiver.kind is Kind.TAPE:
        return sinks.tape_method(run, receiver, name, args, keywords, node)
    if receiver.kind is Kind.CONTAINER:
        return container_methods.call(run, receiver, name, args, node)
    method = _METHODS.get(name)
    if method is not None:
        done = method(run, receiver, args, keywords, node)
        if done is not None:
            return done
    if receiver.kind is Kind.ARRAY or receiver.kind in _TENSORS:
        return _numeric(run, receiver, name, args, keywords, node)
    if receiver.kind in (Kind.SHAPE, Kind.NUMBER, Kind.CONST):
        return Value(Kind.SHAPE, node)
    return None


def _numeric(
    run: Interpreter, receiver: Value, name: str, args: list[Value], keywords: Keywords, node: ast.Call
) -> Value:
    kind = receiver.kind if receiver.kind is Kind.ARRAY else Kind.TENSOR
    if name in ("get_shape", "set_shape", "shape"):
        return Value(Kind.SHAPE, node)
    if name in _OF_MAPPINGS:
        return containers.contents(receiver, node)
    operands = (receiver, *args, *keywords.values())
    data = Applied(f".{name}", (receiver, *args), keywords)
    if name in _REDUCING:
        return run.derive(
            node, cutting=operands, reason="non-differentiable", kind=kind, dtype="int", data=data
        )
    if name == "astype" and args and _is_integer(args[0]):
        return run.derive(node, cutting=operands, reason="integer-cast", kind=kind, dtype="int", data=data)
    return run.derive(node, operands, kind=kind, data=data)


def _is_integer(dtype: Value) -> bool:
    from gradfix.flow.dtypes import named

    return named(dtype) in ("int", "bool")


def _numpy(
    run: Interpreter, receiver: Value, args: list[Value], keywords: Keywords, node: ast.Call
) -> Value | None:
    del args, keywords
    if receiver.kind in (Kind.TENSOR, Kind.VARIABLE, Kind.UNKNOWN):
        return run.derive(node, cutting=(receiver,), reason="conversion", kind=Kind.ARRAY)
    return None


def _item(
    run: Interpreter, receiver: Value, args: list[Value], keywords: Keywords, node: ast.Call
) -> Value | None:
    del args, keywords
    if receiver.kind in _TENSORS:
        return run.derive(node, cutting=(receiver,), reason="conversion", kind=Kind.NUMBER)
    return None


def _predict(
    run: Interpreter, receiver: Value, args: list[Value], keywords: Keywords, node: ast.Call
) -> Value | None:
    if receiver.kind is Kind.INSTANCE:
        bases = receiver.data.cls.library_bases()
        known = any(base in ("keras.Model", "keras.Sequential") for base in bases)
    else:
        known = receiver.kind is Kind.MODEL or (
            receiver.kind is Kind.UNKNOWN and receiver.text in run.scope.top.unit.modelish
        )
    if not known:
        return None
    given = args[0] if args else keywords.get("x", Value(Kind.CONST, node))
    held = Value(Kind.UNKNOWN, node, live=exposed(receiver) or receiver.live)
    return run.derive(node, cutting=(held, given), reason="predict", kind=Kind.ARRAY)


def _compile(
    run: Interpreter, receiver: Value, args: list[Value], keywords: Keywords, node: ast.Call
) -> Value | None:
    if receiver.kind in _MODELS or "loss" in keywords:
        sinks.compiled(run, receiver, args, keywords, node)
        return Value(Kind.CONST, node, None)
    return None


def _fit(
    run: Interpreter, receiver: Value, args: list[Value], keywords: Keywords, node: ast.Call
) -> Value | None:
    run.note("fit", node, receiver, *args, **keywords)
    if receiver.kind is Kind.INSTANCE:
        instance: Instance = receiver.data
        step = instance.cls.find("train_step")
        if step is not None and step[0].kind is Kind.FUNCTION:
            data = run.unknown("data", node)
            run.call(run.attribute(receiver, "train_step", node), [data], {}, node)
    if receiver.kind in _MODELS:
        return Value(Kind.UNKNOWN, node)
    return None


def _add(
    run: Interpreter, receiver: Value, args: list[Value], keywords: Keywords, node: ast.Call
) -> Value | None:
    layer = args[0] if args else keywords.get("layer")
    info = receiver.data if isinstance(receiver.data, ModelInfo) else None
    if info is None and isinstance(receiver.data, Instance):
        info = receiver.data.functional
    if info is None or layer is None or info.layers is None:
        return None
    run.effects += 1
    info.layers.append(layer)
    if run.conditional > info.depth:
        info.open = True
        info.sure = len(info.layers)
    run.note("add", node, receiver, layer)
    return Value(Kind.CONST, node, None)


def _pop(
    run: Interpreter, receiver: Value, args: list[Value], keywords: Keywords, node: ast.Call
) -> Value | None:
    del args, keywords
    if isinstance(receiver.data, ModelInfo) and receiver.data.layers:
        run.effects += 1
        receiver.data.layers.pop()
        receiver.data.sure = min(receiver.data.sure, len(receiver.data.layers))
        return Value(Kind.CONST, node, None)
    return None


def _add_weight(
    run: Interpreter, receiver: Value, args: list[Value], keywords: Keywords, node: ast.Call
) -> Value | None:
    from gradfix.flow.dtypes import named

    if receiver.kind is not Kind.INSTANCE:
        return None
    dtype = keywords.get("dtype")
    flag = keywords.get("trainable")
    if flag is None:
        trainable = not any(base.startswith("keras.metrics.") for base in receiver.data.cls.library_bases())
    else:
        trainable = not (flag.kind is Kind.CONST and flag.data is False)
    label = keywords.get("name")
    value = variable(
        run,
        node,
        None,
        label=label.data if label is not None and isinstance(label.data, str) else "weight",
        integer=dtype is not None and named(dtype) in ("int", "bool"),
        trainable=trainable,
        owner=receiver.data,
    )
    del args
    value.data.path = "add_weight"
    receiver.data.weights.append(value.data.token)
    return value


def _assign(
    run: Interpreter, receiver: Value, args: list[Value], keywords: Keywords, node: ast.Call
) -> Value | None:
    if receiver.kind is Kind.CHOICE:
        for one in receiver.data:
            _assign(run, one, args, keywords, node)
        return Value(Kind.CONST, node, None)
    if receiver.kind is not Kind.VARIABLE or not (args or keywords):
        return None
    given = args[0] if args else next(iter(keywords.values()))
    run.effects += 1
    receiver.data.stored.append((node, given))
    lost = run.derive(node, cutting=(given,), reason="assign")
    cut = dict(receiver.cut)
    merge_cuts(cut, lost.cut)
    cut.pop(receiver.data.token, None) if not receiver.data.integer else None
    receiver.cut = cut
    receiver.inputs = (*receiver.inputs[-3:], lost)
    run.note("assign", node, receiver, given)
    return receiver


def _value(
    run: Interpreter, receiver: Value, args: list[Value], keywords: Keywords, node: ast.Call
) -> Value | None:
    if receiver.kind is Kind.VARIABLE:
        return run.derive(node, (receiver,), dtype=receiver.dtype)
    del args, keywords
    return None


def _add_loss(
    run: Interpreter, receiver: Value, args: list[Value], keywords: Keywords, node: ast.Call
) -> Value | None:
    if receiver.kind is Kind.INSTANCE or receiver.kind is Kind.MODEL:
        run.note("add_loss", node, receiver, *args, **keywords)
        return Value(Kind.CONST, node, None)
    return None


def _minimize(
    run: Interpreter, receiver: Value, args: list[Value], keywords: Keywords, node: ast.Call
) -> Value | None:
    if receiver.kind in (Kind.OBJECT, Kind.UNKNOWN):
        return sinks.minimized(run, receiver, args, keywords, node)
    return None


def _apply(
    run: Interpreter, receiver: Value, args: list[Value], keywords: Keywords, node: ast.Call
) -> Value | None:
    run.note("apply_gradients", node, receiver, *args, **keywords)
    return Value(Kind.UNKNOWN, node)


def _result(
    run: Interpreter, receiver: Value, args: list[Value], keywords: Keywords, node: ast.Call
) -> Value | None:
    del args, keywords
    if receiver.kind is Kind.OBJECT and receiver.data.path.startswith("keras.metrics."):
        seen = receiver.data.attributes.get("seen")
        operands = (seen,) if seen is not None else ()
        return run.derive(node, cutting=operands, reason="metric")
    return None


def _update_state(
    run: Interpreter, receiver: Value, args: list[Value], keywords: Keywords, node: ast.Call
) -> Value | None:
    if receiver.kind is Kind.OBJECT and receiver.data.path.startswith("keras.metrics."):
        run.effects += 1
        both = run.derive(node, (*args, *keywords.values()))
        receiver.data.attributes["seen"] = both
        return Value(Kind.CONST, node, None)
    return None


def _strategy_run(
    run: Interpreter, receiver: Value, args: list[Value], keywords: Keywords, node: ast.Call
) -> Value | None:
    """``strategy.run(fn, args=(…))`` calls ``fn``."""
    function = args[0] if args else keywords.get("fn")
    if function is None or function.kind not in (Kind.FUNCTION, Kind.CHOICE):
        return None
    given = keywords.get("args", args[1] if len(args) > 1 else None)
    items = run.items(given) if given is not None else []
    if items is None:
        return None
    del receiver
    return run.call(function, items, {}, node)


def _get_layer(
    run: Interpreter, receiver: Value, args: list[Value], keywords: Keywords, node: ast.Call
) -> Value | None:
    del run, args, keywords
    if receiver.kind is not Kind.MODEL:
        return None
    return Value(
        Kind.UNKNOWN, node, live={**exposed(receiver), Token("unknown", "layer", node): EVERY}, text="layer"
    )


_METHODS: dict[str, Method] = {
    "numpy": _numpy,
    "eval": _item,
    "item": _item,
    "tolist": _item,
    "predict": _predict,
    "predict_on_batch": _predict,
    "compile": _compile,
    "fit": _fit,
    "fit_generator": _fit,
    "train_on_batch": _fit,
    "add": _add,
    "pop": _pop,
    "add_weight": _add_weight,
    "add_variable": _add_weight,
    "assign": _assign,
    "assign_add": _assign,
    "assign_sub": _assign,
    "value": _value,
    "read_value": _value,
    "add_loss": _add_loss,
    "minimize": _minimize,
    "apply_gradients": _apply,
    "result": _result,
    "update_state": _update_state,
    "run": _strategy_run,
    "experimental_run_v2": _strategy_run,
    "get_layer": _get_layer,
}
