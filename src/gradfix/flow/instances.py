"""Objects of classes of the program: how they are made, and what the classes of Keras behind them do."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from gradfix.flow.functions import MAX_DEPTH, interpret_body
from gradfix.flow.objects import ClassInfo, Function, Instance
from gradfix.flow.records import fill, is_record
from gradfix.flow.values import Kind, Token, Value
from gradfix.flow.weights import weights

if TYPE_CHECKING:
    from gradfix.flow.interpreter import Interpreter


def make_instance(run: Interpreter, info: ClassInfo) -> Value:
    """Make an object of ``info`` without knowing its arguments."""
    return instantiate(run, info, [], {"**": run.unknown("**", info.node)}, info.node)


def instantiate(
    run: Interpreter, info: ClassInfo, args: list[Value], keywords: dict[str, Value], node: ast.AST
) -> Value:
    """Make an object: run ``__init__`` of the class or of its nearest base that has one."""
    instance = Instance(info, Token("object", info.node.name, node))
    value = Value(Kind.INSTANCE, node, instance, text=info.node.name)
    found = info.find("__init__")
    run.effects += 1
    if run.sketching and info.home.top is not run.top and any(map(_is_keras, info.library_bases())):
        instance.super_called = True
    elif found is not None and found[0].kind is Kind.FUNCTION:
        instance.ran.add("__init__")
        function: Function = found[0].data
        active = sum(one.node is function.node for one in run.calls)
        if active <= 1 and len(run.calls) < MAX_DEPTH and not run.shallow():
            interpret_body(run, function, [value, *args], keywords, node)
    elif is_record(run, info):
        fill(run, value, args, keywords, node)
    else:
        library_init(run, value, args, keywords, node)
    run.note("instance", node, value, *args, **keywords)
    return value


def _is_keras(base: str) -> bool:
    return base.startswith("keras.")


def library_init(
    run: Interpreter, value: Value, args: list[Value], keywords: dict[str, Value], node: ast.AST
) -> None:
    """Carry out ``super().__init__`` of a base that Keras ships, on an object of the program."""
    from gradfix.flow.models import functional

    instance: Instance = value.data
    instance.super_called = True
    bases = instance.cls.library_bases()
    if "keras.Model" in bases and ("inputs" in keywords or "outputs" in keywords or len(args) >= 2):
        instance.functional = functional(run, "keras.Model", args, keywords, node)
    if "keras.layers.Wrapper" in bases and (args or "layer" in keywords):
        instance.attributes["layer"] = keywords.get("layer", args[0] if args else run.unknown("layer", node))
    if any(
        keywords.get(key) is not None and keywords[key].kind is Kind.CONST and keywords[key].data is False
        for key in ("trainable",)
    ):
        for token in weights(value):
            token.trainable = False
