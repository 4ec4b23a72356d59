from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from gradfix.codemod import FlowCodemod
from gradfix.edits import add_base, expression, prepend_statement
from gradfix.flow.joining import leaves
from gradfix.flow.objects import ClassInfo, Instance, ModelInfo
from gradfix.flow.rehearsal import Called, Rehearsal, rehearse
from gradfix.flow.values import Kind, Token, Value
from gradfix.flow.weights import weights
from gradfix.model import Edit, Finding, Safety
from gradfix.module import Module
from gradfix_codemods._layers import given_by_itself, keras_instance, proven
from gradfix_codemods._program import BY_HAND, collects_weights, nodes

if TYPE_CHECKING:
    import libcst as cst

_OF_KERAS = frozenset(
    "dtype input inputs layers losses metrics name output outputs path trainable variables weights".split()
)


_CALLED = ("call", "__call__")


class NotALayer(FlowCodemod):
    """A class holds layers and has a `call`, but it is no Keras layer: its weights belong to no model.

    ## What is wrong
    A part of a model is a plain Python class:

    ```python
    class Block:
        def __init__(self, units):
            self.dense = keras.layers.Dense(units)

        def call(self, x):
            return self.dense(x)
    ```

    ## Why the gradient is lost
    A model looks for weights in the layers it holds. It does not look into other objects, so
    `model.trainable_weights` lacks those of the block and they are never trained; nothing is said. Called like a
    layer, or put into a `Sequential`, the object raises.

    ## What the fix does
    It gives the class the base `keras.layers.Layer` and calls `super().__init__()` first in `__init__`:

    ```python
    class Block(keras.layers.Layer):
        def __init__(self, units):
            super().__init__()
            self.dense = keras.layers.Dense(units)
    ```

    A method `__call__` becomes `call`, for Keras has a `__call__` of its own. The fix is unsafe: weights that stood
    still begin to train, and checkpoints hold more of them. Where the class uses names for itself that mean
    something else in a layer (`self.name`, `self.weights`), or is called with numbers, there is only advice.

    ## When to leave it
    gradfix says nothing about classes that no model of the file uses, that have any base but `object`, whose
    weights the program lists, names where it trains, or looks for in all attributes of an object (`vars`), or whose weights the model holds in another way too; and about helpers that are
    called on symbolic inputs, whose layers the functional model finds.

    ## References
    `keras.layers.Layer`; "Making new layers and models via subclassing" in the Keras guides.
    """

    gate: ClassVar[tuple[str, ...]] = ("call",)
    afar = True

    def find(self, module: Module) -> Iterator[Finding]:
        if not any(_plain(info) or _holds(info) for info in module.flow.all_classes):
            return
        if collects_weights(module):
            return
        run = rehearse(module)
        used: dict[ast.AST, tuple[ClassInfo, str]] = {}
        for value, how in _uses(run):
            info: ClassInfo = value.data.cls
            if (_plain(info) or _holds(info)) and proven(value) and not _trained_by_hand(run, value):
                used.setdefault(info.node, (info, how))
        for info, how in used.values():
            if _plain(info):
                yield _finding(run, info, how)
            else:
                message = f"{info.node.name} keeps layers and is none itself: {how}; keep them in a list or in a layer"
                yield Finding(info.node, message, Safety.ADVICE)


def _plain(info: ClassInfo) -> bool:
    """Tell whether a class is called like a layer, and has no base."""
    bases = [base for base in info.bases if not (base.kind is Kind.PATH and base.data == "builtins.object")]
    if bases or info.node.keywords or info.node.decorator_list:
        return False
    if not any(name in info.members and info.members[name].kind is Kind.FUNCTION for name in _CALLED):
        return False
    return not any(name in info.members for name in (*BY_HAND, "__getattr__", "__setattr__"))


def _holds(info: ClassInfo) -> bool:
    """Tell whether a class without a base may keep layers for others to call."""
    if info.bases or info.node.keywords or info.node.decorator_list:
        return False
    return not any(name in info.members for name in (*BY_HAND, *_CALLED, "__getattr__", "__setattr__"))


def _uses(run: Rehearsal) -> Iterator[tuple[Value, str]]:
    """Yield the plain objects that models use, and what comes of it."""
    instances = {id(e.arguments[0].data): e.arguments[0] for e in run.events if e.kind == "instance"}
    owners = {**instances, **{id(v.data): v for v in run.instances.values()}}
    for owner in owners.values():
        if keras_instance(owner) and not any(name in owner.data.cls.members for name in BY_HAND):
            tracked = _tracked(owner)
            name = owner.data.cls.node.name
            for value in _plain_parts(list(owner.data.attributes.values())):
                if not proven(value) & tracked and _called_in(run, owner, value):
                    yield value, f"{name} does not track its weights, and they are never trained"
    for event in run.events:
        if event.kind in ("model", "add"):
            data = event.arguments[0].data
            for layer in (data.layers or ()) if isinstance(data, ModelInfo) else ():
                for leaf in leaves(layer):
                    if leaf.kind is Kind.INSTANCE:
                        yield leaf, "Keras raises when it is added to a Sequential"
    for one in run.called:
        if one.value.kind is Kind.INSTANCE and "__call__" not in one.value.data.cls.members:
            yield from _called_like_one(one)


def _called_like_one(one: Called) -> Iterator[tuple[Value, str]]:
    if any(leaf.symbolic for given in one.inputs for leaf in leaves(given)):
        yield one.value, "it cannot be called like a layer"


def _trained_by_hand(run: Rehearsal, value: Value) -> bool:
    """Tell whether the program names weights of the object where it trains, or asks a part of it for its weights."""
    held = proven(value)
    if held & given_by_itself(run):
        return True
    return any(
        held & set(weights(leaf))
        for node in nodes(run.module, BY_HAND)
        if isinstance(node, ast.Attribute) and node.attr in BY_HAND and isinstance(node.ctx, ast.Load)
        for one in run.values(node.value)
        for leaf in leaves(one)
        if leaf.kind in (Kind.LAYER, Kind.MODEL) or _is_plain(leaf)
    )


def _tracked(owner: Value) -> set[Token]:
    """Return the weights that the owner holds other than through plain objects."""
    found: set[Token] = set(owner.data.weights)
    for value in owner.data.attributes.values():
        for leaf in leaves(value):
            if not _is_plain(leaf):
                found.update(weights(leaf))
    return found


def _plain_parts(values: list[Value]) -> Iterator[Value]:
    for value in values:
        yield from (leaf for leaf in leaves(value) if _is_plain(leaf))


def _is_plain(value: Value) -> bool:
    if not isinstance(value.data, Instance) or value.data.cls.has_unknown_base():
        return False
    return all(base == "builtins.object" for base in value.data.cls.library_bases())


def _called_in(run: Rehearsal, owner: Value, value: Value) -> bool:
    """Tell whether the owner's results are computed from the weights of ``value``."""
    held = proven(value)
    return any(
        one.value.data is owner.data and held & {token for leaf in leaves(one.result) for token in leaf.live}
        for one in run.called
    )


def _finding(run: Rehearsal, info: ClassInfo, how: str) -> Finding:
    name = info.node.name
    message = f"{name} holds weights but is no Keras layer: {how}"
    base = run.module.spell("keras.layers.Layer")
    method = info.members.get("__call__") if "call" not in info.members else None
    if base is None or _has_names_of_keras(info) or (method is not None and not _takes_tensors(run, info)):
        ways = "derive it from keras.layers.Layer and name its method call"
        return Finding(info.node, f"{message}; {ways}", Safety.ADVICE)
    edits = [_with_base(info.node, base)]
    init = next((s for s in info.node.body if isinstance(s, ast.FunctionDef) and s.name == "__init__"), None)
    if init is not None and not _calls_init(init):
        edits.append(Edit(init, prepend_statement("super().__init__()")))
    if method is not None:
        edits.append(Edit(method.data.node, _named_call))
    return Finding(info.node, message, Safety.UNSAFE, edits=tuple(edits))


def _named_call(node: cst.CSTNode) -> cst.CSTNode:
    import libcst as cst

    return cst.ensure_type(node, cst.FunctionDef).with_changes(name=cst.Name("call"))


def _has_names_of_keras(info: ClassInfo) -> bool:
    """Tell whether the class uses names for itself that mean something else in a layer."""
    for node in ast.walk(info.node):
        match node:
            case ast.Attribute(value=ast.Name(id="self"), attr=name, ctx=ast.Store()) if name in _OF_KERAS:
                return True
            case ast.FunctionDef(name="build", args=arguments) if len(arguments.args) != 2:  # noqa: PLR2004
                return True
    return False


def _takes_tensors(run: Rehearsal, info: ClassInfo) -> bool:
    """A layer of Keras 3 takes no numbers or flags by position."""
    return not any(
        isinstance(one.value.data, Instance)
        and one.value.data.cls is info
        and isinstance(one.node, ast.Call)
        and (
            len(one.node.args) + len(one.node.keywords) == 0
            or any(_is_plain_data(run, a) for a in one.node.args)
        )
        for one in run.called
    )


def _is_plain_data(run: Rehearsal, node: ast.expr) -> bool:
    kinds = {leaf.kind for value in run.values(node) for leaf in leaves(value) if leaf.data is not None}
    return isinstance(node, ast.Starred) or bool(kinds & {Kind.CONST, Kind.NUMBER, Kind.FUNCTION})


def _with_base(node: ast.ClassDef, base: str) -> Edit:
    if node.bases:
        return Edit(node.bases[0], expression(base))
    return Edit(node, add_base(base))


def _calls_init(init: ast.FunctionDef) -> bool:
    return any(isinstance(n, ast.Attribute) and n.attr == "__init__" for n in ast.walk(init))
