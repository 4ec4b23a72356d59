"""Calling a dotted name of a library: which file knows about it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from gradfix.flow import models
from gradfix.flow.functions import TRANSPARENT
from gradfix.flow.joining import leaves
from gradfix.flow.npcalls import call_math, call_numpy
from gradfix.flow.objects import Applied, Container, LibraryObject, ModelInfo
from gradfix.flow.pycalls import call_builtin, call_functools
from gradfix.flow.records import named_tuple
from gradfix.flow.tfcalls import call_tensorflow
from gradfix.flow.values import EVERY, Kind, Token, Value

if TYPE_CHECKING:
    from gradfix.flow.interpreter import Interpreter

_OBJECTS = (
    "keras.optimizers.",
    "keras.losses.",
    "keras.metrics.",
    "keras.initializers.",
    "keras.regularizers.",
    "keras.constraints.",
    "keras.callbacks.",
    "tensorflow.train.",
)
_NUMERIC = frozenset({Kind.TENSOR, Kind.ARRAY})
_OPAQUE_LAYERS = frozenset({"keras.layers.Layer", "keras.layers.TFSMLayer", "keras.layers.InputSpec"})


def call(run: Interpreter, path: str, args: list[Value], keywords: dict[str, Value], node: ast.Call) -> Value:
    """Call the library function or class with this canonical path."""
    result = _dispatch(run, path, args, keywords, node)
    if result.data is None and result.node is node and result.kind in _NUMERIC:
        result.data = Applied(path, tuple(args), keywords)
    return result


def _dispatch(
    run: Interpreter, path: str, args: list[Value], keywords: dict[str, Value], node: ast.Call
) -> Value:
    if path in TRANSPARENT and path.partition(".")[0] != "builtins":
        functions = [one for value in args for one in leaves(value) if one.kind is Kind.FUNCTION]
        return functions[0] if functions else Value(Kind.PATH, node, path)
    top, _, rest = path.partition(".")
    name = path.rpartition(".")[2]
    match top:
        case "builtins":
            return call_builtin(run, rest, args, keywords, node)
        case "functools" | "itertools":
            return call_functools(run, path, args, keywords, node)
        case "math":
            return call_math(run, path, args, keywords, node)
        case "numpy":
            return call_numpy(run, path, args, keywords, node)
        case "keras":
            return _keras(run, path, name, args, keywords, node)
        case "tensorflow":
            if name[:1].isupper() and path.startswith(_OBJECTS):
                return _object(path, args, keywords, node)
            return call_tensorflow(run, path, args, keywords, node)
        case "collections" if name == "namedtuple" and not keywords:
            return named_tuple(run, args, node)
        case "copy":
            return args[0] if args else run.unknown(name, node)
    return foreign(run, name, args, keywords, node)


def foreign(
    run: Interpreter, name: str, args: list[Value], keywords: dict[str, Value], node: ast.Call
) -> Value:
    """Call something of a library that gradfix does not know."""
    callee = Value(Kind.UNKNOWN, node, live={Token("unknown", name, node): EVERY}, text=name)
    from gradfix.flow.calls import unknown

    return unknown(run, callee, args, keywords, node)


def _keras(
    run: Interpreter, path: str, name: str, args: list[Value], keywords: dict[str, Value], node: ast.Call
) -> Value:
    if path == "keras.Input":
        return _input(run, keywords, node)
    if path in ("keras.Sequential", "keras.Model"):
        return models.model(run, path, args, keywords, node)
    if path == "keras.InputLayer":
        path = "keras.layers.InputLayer"
    if path.startswith("keras.layers.") and path not in _OPAQUE_LAYERS:
        if name[:1].isupper():
            return models.layer(run, path, args, keywords, node)
        return _merge(run, path, args, keywords, node)
    functional = name.isupper() and name != "AUC" and not path.startswith("keras.optimizers.")  # losses.MSE
    if path.startswith(_OBJECTS) and name[:1].isupper() and not functional:
        return _object(path, args, keywords, node)
    if path.startswith("keras.applications.") and name[:1].isupper():
        info = ModelInfo(path, node, Token("weight", name, node, path), None, open=True, loaded=True)
        if any(
            k in keywords and keywords[k].kind is Kind.CONST and keywords[k].data is None
            for k in ("weights",)
        ):
            info.loaded = False
        return Value(Kind.MODEL, node, info, text=name)
    if path.startswith("keras.datasets.") and name == "load_data":
        return _dataset(path, keywords, node)
    if path == "keras.models.clone_model" and args:
        return _clone(run, args[0], node)
    if path in ("keras.losses.get", "keras.losses.deserialize") and args:
        return args[0]
    if path == "keras.Variable" or name == "variable":
        made = call_tensorflow(run, "tensorflow.Variable", args, keywords, node)
        made.data.path = path
        return made
    if path == "keras.activations.get" and args:
        return args[0]
    return call_tensorflow(run, path, args, keywords, node)


def _input(run: Interpreter, keywords: dict[str, Value], node: ast.Call) -> Value:
    value = run.leaf("input", "Input", node)
    value.symbolic = True
    dtype = keywords.get("dtype")
    if dtype is not None and isinstance(dtype.data, str) and dtype.data.startswith("int"):
        value.dtype = "int"
    run.note("input", node, value, **keywords)
    return value


def _merge(
    run: Interpreter, path: str, args: list[Value], keywords: dict[str, Value], node: ast.Call
) -> Value:
    """``layers.add([a, b])`` and its like: a layer made and called at once."""
    name = path.rpartition(".")[2]
    if name in ("deserialize", "serialize"):
        return run.unknown(name, node)
    return run.derive(node, (*args, *keywords.values()), dtype="float")


def _dataset(path: str, keywords: dict[str, Value], node: ast.Call) -> Value:
    """``(x_train, y_train), (x_test, y_test)`` as NumPy arrays."""
    parts = [
        Value(
            Kind.ARRAY,
            node,
            Applied(f"{path}.{part}", (), keywords),
            dtype="int" if part == "labels" else None,
        )
        for part in ("inputs", "labels")
    ]
    pairs = [Value(Kind.CONTAINER, node, Container("tuple", list(parts))) for _ in range(2)]
    return Value(Kind.CONTAINER, node, Container("tuple", pairs))


def _object(path: str, args: list[Value], keywords: dict[str, Value], node: ast.Call) -> Value:
    arguments: dict[str | int, Value] = dict(enumerate(args))
    arguments.update(keywords)
    return Value(Kind.OBJECT, node, LibraryObject(path, node, arguments), text=path.rpartition(".")[2])


def _clone(run: Interpreter, value: Value, node: ast.Call) -> Value:
    """A clone has the same structure and weights of its own: no layer of the original."""
    token = Token("weight", "clone", node)
    if isinstance(value.data, ModelInfo):
        old = value.data
        info = ModelInfo(old.path, node, token, None, open=True)
        return Value(Kind.MODEL, node, info, text="clone")
    del run
    return Value(Kind.UNKNOWN, node, live={token: EVERY}, text="model")
