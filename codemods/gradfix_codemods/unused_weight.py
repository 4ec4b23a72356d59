from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from typing import ClassVar

from gradfix.codemod import FlowCodemod
from gradfix.flow.joining import leaves
from gradfix.flow.objects import Instance, ModelInfo
from gradfix.flow.rehearsal import Called, Rehearsal, rehearse
from gradfix.flow.values import Kind, Token, Value
from gradfix.flow.weights import weights
from gradfix.model import Finding, Safety
from gradfix.module import Module
from gradfix_codemods._layers import class_of, function_of, keras_instance, reached, targets
from gradfix_codemods._messages import makings
from gradfix_codemods._program import BY_HAND, nodes, reads
from gradfix_codemods._unread import dropped

_KERAS_3 = 3
_INDIRECT = ("getattr", "vars", "locals", "eval")
_LISTED = ("layers", "_layers", "submodules", "__dict__")


class UnusedWeight(FlowCodemod):
    """A weight is made, but nothing that the model gives depends on it.

    ## What is wrong
    `__init__` or `build` makes a trainable weight that `call` never reads:

    ```python
        def build(self, shape):
            self.shift = self.add_weight(shape=(shape[-1],), initializer="zeros")
            self.scale = self.add_weight(shape=(shape[-1],), initializer="ones")

        def call(self, x):
            return x + self.shift
    ```

    Or a layer is made and never called. Or a layer of the file gives several results, and the model reads only those that do not depend on it (the
    pooler of a text encoder of which only the sequence is used).

    ## Why the gradient is lost
    The loss does not depend on the weight. Keras warns "Gradients do not exist for variables" and trains
    without it; `tape.gradient` gives `None`. A layer of Keras that is never called does not even make weights.

    ## What the fix does
    Nothing is changed: only the author knows which use was meant. The ways out are to read the weight in
    `call`, to take it away, or to make it with `trainable=False`.

    ## When to leave it
    gradfix says nothing when the attribute is read anywhere in the file, or of an object in another file of the
    program, for weights with `trainable=False`, and for classes that read their attributes by name (`getattr`,
    `vars`). The warning is harmless where the weight is there for another use of the layer.

    ## References
    `keras.layers.Layer.add_weight`.
    """

    gate: ClassVar[tuple[str, ...]] = ("add_weight", "Variable", "Layer", "Model")

    def find(self, module: Module) -> Iterator[Finding]:
        if "def call" not in module.text:
            return
        run = rehearse(module)
        known = {token for one in dropped(module) for token in one.lost}
        seen: set[ast.AST | None] = set()
        for token, name, owner in [*_never_read(run), *_result_not_used(run)]:
            if token.node in seen or token in known or not isinstance(token.node, ast.Call):
                continue
            seen.add(token.node)
            called = any(one.value.kind is Kind.LAYER and one.value.data.token is token for one in run.called)
            message = _message(name, owner.cls.node.name, token, called=called)
            uses = makings(run.module, token.node, run.events, owner)
            yield Finding(token.node, message, Safety.ADVICE, uses=uses)


def _message(name: str, owner: str, token: Token, *, called: bool) -> str:
    if token.kind == "variable":
        return (
            f"{name} of {owner} is a weight that call() never reads: it gets no gradient, and Keras warns; "
            "read it, take it away, or make it with trainable=False"
        )
    if called:
        return (
            f"{name} of {owner} is computed, but nothing that the model gives depends on it: it gets no gradient; "
            "use its result, or set its trainable to False"
        )
    return f"{name} of {owner} is never called: it has no weights, and the model trains without it; call it, or take it away"


def _never_read(run: Rehearsal) -> Iterator[tuple[Token, str, Instance]]:
    """Weights and layers that are set on a layer and never read from it again."""
    supply = {token for value in targets(run) for token in reached(value)}
    given: set[Token] | None = None
    for event in run.events:
        if event.kind != "set_attribute" or not isinstance(event.node, ast.Attribute):
            continue
        owner, value = event.arguments
        name = event.node.attr
        token = _trained(run, value)
        if token is None or token in supply or not keras_instance(owner) or _is_loaded(run, name):
            continue
        if getattr(function_of(run, event.node), "name", "") not in ("__init__", "build"):
            continue
        calls = [c for c in run.called if c.value.data is owner.data]
        if not calls or any(_unknown(c.result) for c in calls) or _indirect(owner.data):
            continue
        if given is None:
            given = {token for one in run.called for token in reached(one.result)}
        if token not in given and not _takes_all(run):
            yield token, f"self.{name}", owner.data


def _takes_all(run: Rehearsal) -> bool:
    """Tell whether a ``call`` takes the weights of another layer as a list, whatever their names."""
    found: bool | None = run.answers.get("takes all")
    if found is None:
        found = run.answers["takes all"] = any(
            isinstance(inner, ast.Attribute) and inner.attr in BY_HAND and isinstance(inner.ctx, ast.Load)
            for node in nodes(run.module, BY_HAND)
            if isinstance(node, ast.FunctionDef) and node.name == "call"
            for inner in ast.walk(node)
        )
    return found


def _is_loaded(run: Rehearsal, name: str) -> bool:
    """Tell whether the program reads an attribute of this name, of whatever object; mostly the analysis saw it read."""
    return (
        name in _loads(run, "seen", lambda: run.nodes)
        or name in _loads(run, "all", lambda: run.parents)
        or reads(run.module, name)
    )


def _loads(run: Rehearsal, which: str, nodes: Callable[[], Iterable[ast.AST]]) -> set[str]:
    found: set[str] | None = run.answers.get(("loads", which))
    if found is None:
        read = (n for n in nodes() if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Load))
        found = run.answers["loads", which] = {node.attr for node in read}
    return found


def _trained(run: Rehearsal, value: Value) -> Token | None:
    """Return the token of a weight, or of a layer with weights, that Keras would train."""
    token: Token | None = value.data.token if value.kind in (Kind.VARIABLE, Kind.LAYER) else None
    if token is None or not token.trainable:
        return None
    if value.kind is Kind.VARIABLE and not value.data.trainable:
        return None
    untracked = value.kind is Kind.VARIABLE and value.data.path == "tensorflow.Variable"
    return None if untracked and run.module.keras == _KERAS_3 else token


def _unknown(result: Value) -> bool:
    """Tell whether a ``call`` gives something that is not known, as one does that only raises."""
    return any(token.kind == "unknown" and token.label == "call" for token in reached(result))


def _indirect(owner: Instance) -> bool:
    for info in owner.cls.ancestry():
        for node in ast.walk(info.node):
            match node:
                case ast.Name(id=name) if name in _INDIRECT:
                    return True
                case ast.Attribute(value=ast.Name(id="self"), attr=name) if name in _LISTED:
                    return True
    return False


def _result_not_used(run: Rehearsal) -> Iterator[tuple[Token, str, Instance]]:
    """Weights that one of several results depends on, which the model around does not read."""
    models = [
        e.arguments[0].data
        for e in run.events
        if e.kind == "model"
        and isinstance(e.arguments[0].data, ModelInfo)
        and e.arguments[0].data.outputs is not None
    ]
    supply = {token for value in targets(run) for token in reached(value)}
    for one in run.called:
        if (
            not keras_instance(one.value)
            or one.result.kind is not Kind.CONTAINER
            or one.result.data.rest is not None
        ):
            continue
        held = set(weights(one.value))
        parts = [reached(part) & held for part in one.result.data.items or ()]
        if len(parts) < 2:  # noqa: PLR2004 - one result cannot be read in part
            continue
        used = _used(run, one, models)
        if used is None:
            continue
        # One of the results is used, another is not.
        some = [part for part in parts if part & used]
        for part in parts:
            for token in part - used - supply if some else ():
                if token.kind == "weight" and token.trainable and token.node is not None:
                    yield token, _name(run, token), one.value.data


def _used(run: Rehearsal, one: Called, models: list[ModelInfo]) -> set[Token] | None:
    """Return what the models, or the layer around, that call ``one`` depend on; None when that is not known."""
    if any(given.symbolic for given in _flat(one)):
        given = {token for value in _flat(one) for token in reached(value)}
        used: set[Token] = set()
        near = [
            info
            for info in models
            if info.inputs is not None and info.outputs is not None and given & reached(info.inputs)
        ]
        for info in near:
            assert info.outputs is not None  # chosen so
            if any(leaf.kind is not Kind.TENSOR for leaf in leaves(info.outputs)):
                return None
            used |= reached(info.outputs)
        return used if near else None
    around = [
        c
        for c in run.called
        if c is not one and c.start <= one.start and one.end <= c.end and keras_instance(c.value)
    ]
    if not around or any(
        not _inside(c, one) and c.value.data is one.value.data and c is not one for c in run.called
    ):
        return None
    outer = max(around, key=lambda c: c.start)
    used = set()
    for call in run.called:
        if call.value.data is outer.value.data:
            if any(leaf.kind is not Kind.TENSOR for leaf in leaves(call.result)):
                return None
            used |= reached(call.result)
    return used


def _inside(call: Called, one: Called) -> bool:
    return call.node is one.node


def _flat(one: Called) -> list[Value]:
    return [leaf for value in one.inputs for leaf in leaves(value)]


def _name(run: Rehearsal, token: Token) -> str:
    assert token.node is not None  # the caller looked
    parent = run.parents.get(token.node)
    if isinstance(parent, ast.Assign) and class_of(run, token.node) is not None:
        return run.module.segment(parent.targets[0])
    return token.label
