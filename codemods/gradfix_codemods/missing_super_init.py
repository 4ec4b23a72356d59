from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import ClassVar

from gradfix.codemod import FlowCodemod
from gradfix.edits import prepend_statement
from gradfix.flow.objects import ClassInfo
from gradfix.flow.values import Kind
from gradfix.model import Edit, Finding, Safety
from gradfix.module import Module

_RAISES = {
    "layer": "Keras raises as soon as a layer or weight is set on it or it is called",
    "loss": "Keras raises an AttributeError when the loss is called",
    "metric": "Keras raises when the metric makes its first variable",
}
_PLAIN = {
    "keras.layers.Layer",
    "keras.Model",
    "keras.Sequential",
    "keras.losses.Loss",
    "keras.metrics.Metric",
}
_LOOKING = frozenset("super setattr getattr hasattr isinstance type id print repr str vars".split())
_HANDED_ON = ("name", "dtype", "trainable")


class MissingSuperInit(FlowCodemod):
    """`__init__` of a Keras layer, model, loss or metric does not call `super().__init__()`.

    ## What is wrong
    `Layer`, `Model`, `Loss` and `Metric` set up their bookkeeping in `__init__`. A subclass that defines its
    own `__init__` and never calls the one of its base starts without it:

    ```python
    class Scale(keras.layers.Layer):
        def __init__(self, units):
            self.dense = keras.layers.Dense(units)
    ```

    ## Why the gradient is lost
    The object cannot track weights, so there is nothing to train: a layer or model raises a `RuntimeError` or
    an `AttributeError` when a sublayer is assigned to it or when it is called, under Keras 2 and Keras 3. A
    loss raises an `AttributeError` when it is called.

    ## What the fix does
    It calls `super().__init__()` as the first statement, and hands on `**kwargs`, `name`, `dtype` and
    `trainable` where `__init__` takes them and does nothing else with them. What the `__init__` of a base in the
    file wants is handed on where this one takes arguments of the same names.

    ```python
    class Scale(keras.layers.Layer):
        def __init__(self, units):
            super().__init__()
            self.dense = keras.layers.Dense(units)
    ```

    The fix is safe: the class as written cannot be used.

    ## When to leave it
    gradfix says nothing where any method of the class calls an `__init__` of a base, where a class has no `call` and
    keeps nothing but settings, where a class that derives from
    it does so by another name, where the class defines `__call__`, `__new__` or `__setattr__` itself, where a base is
    not known, and for bases that need no set-up: callbacks, initializers, constraints, regularizers, `tf.Module`,
    learning-rate schedules, `keras.utils.Sequence`.

    ## References
    `keras.layers.Layer`, `keras.Model`, `keras.losses.Loss`, `keras.metrics.Metric` in the Keras API
    documentation.
    """

    gate: ClassVar[tuple[str, ...]] = ("Layer", "Model", "Loss", "Metric", "Sequential", "Wrapper")
    afar = True

    def find(self, module: Module) -> Iterator[Finding]:
        for info in module.flow.classes:
            sort = _sort(info)
            method = _own_init(info)
            if sort is None or method is None or _calls_base_init(info, method) or info.node.decorator_list:
                continue
            if (sort == "layer" and not _is_used_as_layer(info)) or _sets_up_elsewhere(info, method):
                continue
            if any(_sets_up_keras(other, info) for other in module.flow.all_classes):
                continue
            message = f"{info.node.name}.__init__ does not call super().__init__(): {_RAISES[sort]}"
            arguments = _arguments(info, method)
            if arguments is None:
                yield Finding(
                    method, f"{message}. Its base wants arguments: call it with them", Safety.ADVICE
                )
                continue
            edit = Edit(method, prepend_statement(f"super().__init__({arguments})"))
            yield Finding(method, message, Safety.SAFE, edits=(edit,))


def _sort(info: ClassInfo) -> str | None:
    """Return which Keras base the class has, when every base is known."""
    bases = info.library_bases()
    if (
        not bases
        or info.has_unknown_base()
        or any(name in info.members for name in ("__new__", "__setattr__"))
    ):
        return None
    if any(info.find(name) is not None for name in ("__call__",)):
        return None
    nearest = bases[0]
    if nearest in ("keras.Model", "keras.Sequential") or nearest.startswith("keras.layers."):
        return "layer"
    if nearest.startswith("keras.losses."):
        return "loss"
    return "metric" if nearest.startswith("keras.metrics.") else None


def _own_init(info: ClassInfo) -> ast.FunctionDef | None:
    method = info.members.get("__init__")
    if method is None or method.kind is not Kind.FUNCTION:
        return None
    node = method.data.node
    return node if isinstance(node, ast.FunctionDef) and not node.decorator_list else None


def _is_used_as_layer(info: ClassInfo) -> bool:
    """Tell whether a class has a ``call``, or its objects keep more than settings: else nothing in them is Keras's."""
    if info.find("call") is not None:
        return True
    assigned = (node for node in ast.walk(info.node) if isinstance(node, (ast.Assign, ast.AnnAssign)))
    return any(
        isinstance(target, ast.Attribute)
        and not isinstance(node.value, (ast.Name, ast.Constant, ast.Attribute))
        for node in assigned
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
    )


def _sets_up_elsewhere(info: ClassInfo, method: ast.FunctionDef) -> bool:
    """Tell whether ``__init__`` has another method, or a function that it hands itself to, call an ``__init__``."""
    own = method.args.args[0].arg if method.args.args else ""
    for node in ast.walk(method):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=called)) if name == own:
                found = info.find(called)
                if found is not None and found[0].kind is Kind.FUNCTION and _inits(found[0].data.node):
                    return True
            case ast.Call(func=ast.Name(id=called), args=[ast.Name(id=name), *_]) if name == own:
                if called not in _LOOKING:
                    return True
    return False


def _inits(node: ast.AST) -> bool:
    return any(isinstance(one, ast.Attribute) and one.attr == "__init__" for one in ast.walk(node))


def _calls_base_init(info: ClassInfo, method: ast.FunctionDef) -> bool:
    """Tell whether anything in the class, a helper method included, calls an ``__init__``: mostly its own does."""
    for statement in method.body:
        match statement:
            case ast.Expr(value=ast.Call(func=ast.Attribute(attr="__init__"))):
                return True
    for node in ast.walk(info.node):
        match node:
            case ast.Call(func=ast.Attribute(attr="__init__")):
                return True
            case ast.Call(func=ast.Name(id="super"), args=[]) if not _is_receiver(info.node, node):
                return True
    return False


def _sets_up_keras(info: ClassInfo, base: ClassInfo) -> bool:
    """Tell whether a class that derives from ``base`` calls another ``__init__`` than that one by name."""
    if info is base or base not in info.ancestry():
        return False
    for node in ast.walk(info.node):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id=name) | ast.Attribute(attr=name), attr="__init__")
            ):
                if name != base.node.name:
                    return True
    return False


def _is_receiver(tree: ast.AST, call: ast.Call) -> bool:
    return any(isinstance(node, ast.Attribute) and node.value is call for node in ast.walk(tree))


def _arguments(info: ClassInfo, method: ast.FunctionDef) -> str | None:
    """Return what to hand on to the base, or None when it wants more than ``__init__`` was given."""
    taken: set[str] | None = None
    required: list[str] = []
    base = next((a.members["__init__"] for a in info.ancestry()[1:] if "__init__" in a.members), None)
    if base is not None and base.kind is Kind.FUNCTION:
        arguments = base.data.node.args
        wanted = [a.arg for a in (*arguments.posonlyargs, *arguments.args)][1:]
        required = wanted[: len(wanted) - len(arguments.defaults)]
        if None in arguments.kw_defaults or not set(required) <= _parameters(method):
            return None
        if arguments.kwarg is None:
            taken = {*wanted, *(a.arg for a in arguments.kwonlyargs)}
    elif info.library_bases()[0] not in _PLAIN:
        return None
    given = [
        f"{name}={name}" for name in _HANDED_ON if name in _parameters(method) and not _read(method, name)
    ]
    rest = method.args.kwarg
    if taken is not None:
        given = [text for text in given if text.partition("=")[0] in taken]
    elif rest is not None and not _read(method, rest.arg):
        given.append(f"**{rest.arg}")
    return ", ".join([*required, *(text for text in given if text.partition("=")[0] not in required)])


def _parameters(method: ast.FunctionDef) -> set[str]:
    return {a.arg for a in (*method.args.posonlyargs, *method.args.args, *method.args.kwonlyargs)}


def _read(method: ast.FunctionDef, name: str) -> bool:
    return any(isinstance(node, ast.Name) and node.id == name for s in method.body for node in ast.walk(s))
