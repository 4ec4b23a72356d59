"""Results that nobody reads, and the weights that are lost with them."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradfix.flow.joining import leaves
from gradfix.flow.objects import Instance, ModelInfo
from gradfix.flow.rehearsal import Called, Rehearsal, is_keras, rehearse
from gradfix.flow.remembered import remembered
from gradfix.flow.values import Kind, Token, Value
from gradfix.flow.weights import weights
from gradfix_codemods._bindings import Unread, unread
from gradfix_codemods._layers import keras_instance, reached, targets, tokens

if TYPE_CHECKING:
    from gradfix.module import Module

_WORDS = ("def call", "Model(", "GradientTape")
_WEIGHTS = ("weight", "variable")
_FILLED = ("dict", "list")
_SEVERAL = (Kind.CONTAINER, Kind.CHOICE)
_MODELS = (Kind.LAYER, Kind.MODEL, Kind.INSTANCE)


@dataclass(frozen=True, slots=True, eq=False)
class Dropped:
    """A result that nobody reads, the weights that are lost with it, and who should have had them.

    ``owner`` is the layer or model in whose ``call`` it happens; ``models`` are the functional models that have
    the same inputs. With neither, a ``tape.gradient`` asks for the weights.
    """

    unread: Unread
    value: Value
    lost: frozenset[Token]
    owner: Value | None
    models: tuple[ModelInfo, ...] = ()


@remembered
def dropped(module: Module) -> tuple[Dropped, ...]:
    """Return the results that nobody reads and that take weights with them."""
    if not module.mentions(*_WORDS):
        return ()
    flow = module.flow
    if (
        not any(is_keras(info) for info in flow.all_classes)
        and next(flow.events("model", "gradient"), None) is None
    ):
        return ()
    run = rehearse(module)
    supply = _Supply(run)
    if not _some_lost(run, supply):
        return ()
    found = []
    for one in unread(module):
        values = [taken for value in run.values(one.node) if (taken := one.taken(value)) is not None]
        losses = [loss for value in values if (loss := _loss(run, supply, one, value)) is not None]
        if losses and (one.loop is not None or len(losses) == len(values)):
            found.append(losses[0])
    return tuple(found)


class _Supply:
    """The weights that something in the program is computed from."""

    def __init__(self, run: Rehearsal) -> None:
        self.targets: set[Token] = set()
        for value in targets(run):
            self.targets |= reached(value)
        self.asked: set[Token] = set()
        for event in run.events:
            if event.kind == "gradient":
                self.asked |= tokens(event.arguments[2])
        # What a tape is asked for, and no loss counts on, though a result may.
        self.never = (
            set() if any(e.kind in ("fit", "minimize") for e in run.events) else self.asked - self.targets
        )
        infos: list[ModelInfo] = []
        for event in run.events:
            data = event.arguments[0].data if event.arguments else None
            if event.kind == "model" and isinstance(data, ModelInfo):
                infos.append(data)
            elif event.kind == "instance" and isinstance(data, Instance) and data.functional is not None:
                infos.append(data.functional)
        self.models = [info for info in infos if info.inputs is not None and info.outputs is not None]
        self.of_models: set[Token] = set()
        for info in self.models:
            assert info.outputs is not None  # chosen so
            self.of_models |= reached(info.outputs)


def _some_lost(run: Rehearsal, supply: _Supply) -> bool:
    """Tell whether any weight is lost at all: only then it is worth reading the text for where."""
    if supply.asked - supply.targets:
        return True
    used: dict[int, set[Token]] = {}
    owners: dict[int, Value] = {}
    for one in run.called:
        if keras_instance(one.value):
            owners[id(one.value.data)] = one.value
            used.setdefault(id(one.value.data), set()).update(reached(one.result))
    for key, owner in owners.items():
        held = {t for t in weights(owner, trainable=True) if t.kind in _WEIGHTS}
        if held - used[key] - supply.targets:
            return True
    return bool(supply.models) and any(
        leaf.symbolic and any(_is_lost(token, supply) for token in leaf.live)
        for value in run.evaluated
        if value.symbolic or value.kind in _SEVERAL
        for leaf in leaves(value)
    )


def _is_lost(token: Token, supply: _Supply) -> bool:
    return (
        token.kind in _WEIGHTS
        and token.trainable
        and token not in supply.of_models
        and token not in supply.targets
    )


def _loss(run: Rehearsal, supply: _Supply, one: Unread, value: Value) -> Dropped | None:
    if not _from_layers(run, one):
        return None
    made = {
        token for leaf in leaves(value) for token in leaf.live if token.kind in _WEIGHTS and token.trainable
    }
    made -= supply.targets
    if not made:
        return None
    time = max((leaf.time for leaf in leaves(value)), default=0)
    around = [c for c in run.called if c.holds(time) and keras_instance(c.value) and c.node is not one.node]
    for call in sorted(around, key=lambda c: -c.start):
        lost = {
            t
            for t in made
            if t in set(weights(call.value)) and (t in supply.never or not _elsewhere(run, call, t))
        }
        if lost:
            return Dropped(one, value, frozenset(lost), call.value)
    if around:
        return None
    if any(leaf.symbolic for leaf in leaves(value)):
        return _off_the_model(supply, one, value, made - supply.of_models)
    lost = made & supply.asked
    return Dropped(one, value, frozenset(lost), None) if lost else None


def _from_layers(run: Rehearsal, one: Unread) -> bool:
    """An expression on its own must be the call of a layer; anything else is called for what it does."""
    if not isinstance(one.node, ast.Call):
        return isinstance(one.node, (ast.BinOp, ast.Subscript)) and one.name is not None
    if _fills(run, one.node):
        return False
    kinds = {leaf.kind for value in run.values(one.node.func) for leaf in leaves(value)}
    return (
        bool(kinds)
        and kinds <= {*_MODELS, Kind.FUNCTION, Kind.PATH}
        and (one.name is not None or kinds <= set(_MODELS))
    )


def _fills(run: Rehearsal, call: ast.Call) -> bool:
    """Tell whether a call is handed a named list or dict beside its input, and may leave its results there."""
    beside = [*call.args[1:], *(keyword.value for keyword in call.keywords)]
    return any(
        isinstance(one, ast.Name)
        and any(value.kind is Kind.CONTAINER and value.data.sort in _FILLED for value in run.values(one))
        for one in beside
    )


def _elsewhere(run: Rehearsal, call: Called, token: Token) -> bool:
    """Tell whether a result counts on ``token``: that of the owner itself, or of a call outside the owner's."""
    own = [c for c in run.called if c.value.data is call.value.data]
    for one in run.called:
        inside = one not in own and any(c.start <= one.start and one.end <= c.end for c in own)
        if not inside and token in reached(one.result):
            return True
    return False


def _off_the_model(supply: _Supply, one: Unread, value: Value, lost: set[Token]) -> Dropped | None:
    inputs = {token for token in reached(value) if token.kind == "input"}
    models = []
    for info in supply.models:
        assert info.inputs is not None and info.outputs is not None  # noqa: PT018 - chosen so
        if inputs & reached(info.inputs):
            if any(leaf.kind is not Kind.TENSOR for leaf in leaves(info.outputs)):
                return None
            models.append(info)
    return Dropped(one, value, frozenset(lost), None, tuple(models)) if lost and models else None
