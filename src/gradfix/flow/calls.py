"""Calling a value, whatever it is."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable
from typing import TYPE_CHECKING

from gradfix.flow import functions, instances, library, methods, models
from gradfix.flow.joining import join, leaves
from gradfix.flow.objects import Instance, LibraryObject, Member, Super
from gradfix.flow.ops import lookup
from gradfix.flow.pycalls import Partial
from gradfix.flow.values import EVERY, Kind, Token, Value
from gradfix.names import canonical

if TYPE_CHECKING:
    from gradfix.flow.interpreter import Interpreter

BUILTINS = frozenset(name for name in dir(builtins) if not name.startswith("_")) | {"__name__", "__file__"}

# What these packages hold, and no star import of another one brings.
_ONLY = {
    "keras.models": frozenset({"Model", "Sequential"}),
    "keras.optimizers": frozenset(
        "Adadelta Adafactor Adagrad Adam AdamW Adamax Ftrl Lion Nadam Optimizer RMSprop SGD".split()
    ),
    "keras.callbacks": frozenset(
        "BackupAndRestore CSVLogger Callback CallbackList EarlyStopping History LambdaCallback "
        "LearningRateScheduler ModelCheckpoint ProgbarLogger ReduceLROnPlateau RemoteMonitor TensorBoard "
        "TerminateOnNaN".split()
    ),
}
_MERGES = frozenset({"add", "average", "concatenate", "dot", "maximum", "minimum", "multiply", "subtract"})


def star(package: str, name: str) -> str | None:
    """Return the canonical path of ``name`` under ``from package import *``, when there can be one."""
    path = canonical(f"{package}.{name}")
    if name[:1].isupper() and package.startswith("keras"):
        homes = [home for home, names in _ONLY.items() if name in names]
        elsewhere = homes and package not in (*homes, "keras")
        return None if elsewhere or (package in _ONLY and package not in homes) else path
    if package == "keras.layers" and name in _MERGES:
        return path
    if name in ("keras", "layers", "losses", "models", "optimizers", "backend", "K"):
        return canonical(f"{package}.{'backend' if name == 'K' else name}")
    return path if package in ("tensorflow", "numpy") and lookup(path) is not None else None


def call(
    run: Interpreter, callee: Value, args: list[Value], keywords: dict[str, Value], node: ast.Call
) -> Value:
    """Call ``callee``."""
    known = _CALLS.get(callee.kind)
    if known is not None:
        return known(run, callee, args, keywords, node)
    data = callee.data
    if isinstance(data, Member):
        if isinstance(data.receiver.data, Super):
            return _super(run, data.receiver.data, data.name, args, keywords, node)
        done = methods.call(run, data.receiver, data.name, args, keywords, node)
        if done is not None:
            return done
    elif isinstance(data, Partial):
        return call(run, data.function, [*data.args, *args], {**data.keywords, **keywords}, node)
    return unknown(run, callee, args, keywords, node)


def _path(
    run: Interpreter, callee: Value, args: list[Value], keywords: dict[str, Value], node: ast.Call
) -> Value:
    return library.call(run, callee.data, args, keywords, node)


def _class(
    run: Interpreter, callee: Value, args: list[Value], keywords: dict[str, Value], node: ast.Call
) -> Value:
    return instances.instantiate(run, callee.data, args, keywords, node)


def _any_of(
    run: Interpreter, callee: Value, args: list[Value], keywords: dict[str, Value], node: ast.Call
) -> Value:
    results = [call(run, one, args, keywords, node) for one in callee.data if one.kind is not Kind.CONST]
    return join(results, node) if results else run.unknown("", node)


def unknown(
    run: Interpreter, callee: Value, args: list[Value], keywords: dict[str, Value], node: ast.Call
) -> Value:
    """Call something unknown: everything passes through, and it is a live source itself."""
    passing = [callee, *args, *keywords.values()]
    for value in (*args, *keywords.values()):
        functions.let_go(value)
        passing += (_as_callback(run, one, node) for one in leaves(value) if _may_be_called(run, one))
    name = callee.text or ""
    if not callee.live:
        passing.append(Value(Kind.UNKNOWN, node, live={Token("unknown", name, node): EVERY}))
    lazy = name[:1].isupper()
    kind = Kind.TENSOR if name in run.scope.top.unit.modelish else Kind.UNKNOWN
    result = run.derive(node, tuple(passing), kind=kind, lazy=lazy)
    if kind is Kind.UNKNOWN:  # it may be an object with weights of its own
        result.live = {**result.live, Token("unknown", name, node): EVERY}
    result.text = _assigned_name(run, node) or name
    return result


def _assigned_name(run: Interpreter, node: ast.Call) -> str | None:
    """The name that the result of a call gets, for messages and to know a model by it."""
    match run.statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if value is node:
            return name
        case ast.Assign(targets=[ast.Attribute(attr=name)], value=value) if value is node:
            return name
    return None


def _may_be_called(run: Interpreter, value: Value) -> bool:
    return value.kind is Kind.FUNCTION and not isinstance(value.node, ast.Lambda) and len(run.calls) < 4


def _as_callback(run: Interpreter, function: Value, node: ast.Call) -> Value:
    """What a function gives that is handed to something unknown, which may call it."""
    arguments = function.data.node.args
    count = len(arguments.args) - (function.data.bound is not None)
    given = [run.unknown("argument", node) for _ in range(max(count, 0))]
    run.conditional += 1
    result = functions.call(run, function, given, {}, node)
    run.conditional -= 1
    return result


def _object(
    run: Interpreter, callee: Value, args: list[Value], keywords: dict[str, Value], node: ast.Call
) -> Value:
    data: LibraryObject = callee.data
    operands = (*args, *keywords.values())
    if data.path.startswith("keras.metrics."):
        return run.derive(node, cutting=operands, reason="metric")
    if data.path.startswith("keras.losses."):
        run.note("loss", node, Value(Kind.OBJECT, data.call, data), *args, **keywords)
    return run.derive(node, operands)


_CALLS: dict[Kind, Callable[..., Value]] = {
    Kind.PATH: _path,
    Kind.FUNCTION: functions.call,
    Kind.CLASS: _class,
    Kind.LAYER: models.call_layer,
    Kind.MODEL: models.call_model,
    Kind.INSTANCE: models.call_instance,
    Kind.OBJECT: _object,
    Kind.CHOICE: _any_of,
}


def make_super(run: Interpreter, args: list[Value], node: ast.Call) -> Value:
    """Evaluate ``super()`` or ``super(Class, self)`` in the method that runs."""
    function = run.calls[-1] if run.calls else None
    for frame in reversed(run.calls):
        if frame.owner is not None:
            function = frame
            break
    if function is None or function.owner is None:
        return run.unknown("super", node)
    scope = run.scope
    while scope.function is not function and scope.parent is not None:
        scope = scope.parent
    names = [a.arg for a in function.node.args.args]
    owner = args[1] if len(args) > 1 else scope.names.get(names[0]) if names else None
    cls = args[0].data if args and args[0].kind is Kind.CLASS else function.owner
    if owner is None or not isinstance(owner.data, Instance):
        return run.unknown("super", node)
    return Value(Kind.UNKNOWN, node, Super(owner, cls))


def _super(
    run: Interpreter, data: Super, name: str, args: list[Value], keywords: dict[str, Value], node: ast.Call
) -> Value:
    """A method of a base outside the file, called through ``super()``."""
    if name == "__init__":
        instances.library_init(run, data.owner, args, keywords, node)
        return Value(Kind.CONST, node, None)
    if name in ("build", "__setattr__"):
        return Value(Kind.CONST, node, None)
    done = (
        methods.call(run, data.owner, name, args, keywords, node)
        if name in ("compile", "fit", "add_weight")
        else None
    )
    if done is not None:
        return done
    return run.derive(node, (data.owner, *args, *keywords.values()), kind=Kind.UNKNOWN)
