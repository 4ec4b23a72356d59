"""What ``apply_gradients`` gets: gradients, and the variables they were taken for."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from gradfix.flow import Event, Flow
from gradfix.flow.joining import leaves
from gradfix.flow.objects import Gradients, Instance, LayerInfo, ModelInfo
from gradfix.flow.values import EVERY, Kind, Token, Value

_STATISTICS = ("BatchNormalization", "SyncBatchNormalization", "Normalization", "SpectralNormalization")
_BOUND = 400


@dataclass(frozen=True, slots=True)
class Column:
    """One side of the pairs: what it holds, and of which request the gradients are."""

    role: str
    value: Value
    event: Event | None = None


class Columns:
    """Recognises gradients and variables by their values."""

    def __init__(self, flow: Flow) -> None:
        self._by_node = {id(event.node): event for event in flow.events("gradient")}

    def column(self, value: Value) -> Column | None:
        """Return what a value is, None when that is not proven."""
        if row(value) is not None:
            return None
        if value.kind in (Kind.CONTAINER, Kind.CHOICE):
            given = value.data.values() if value.kind is Kind.CONTAINER else value.data
            parts = [self.column(part) for part in given]
            roles = {part.role if part is not None else "" for part in parts}
            return parts[0] if len(roles) == 1 and parts else None
        if _is_variable(value):
            return Column("variables", value)
        event = self._request(value)
        return Column("gradients", value, event) if event is not None else None

    def _request(self, value: Value) -> Event | None:
        waiting, seen = [value], {id(value)}
        while waiting and len(seen) < _BOUND:
            one = waiting.pop(0)
            data = one.data if isinstance(one.data, Gradients) else None
            event = self._by_node.get(id(data.node if data is not None else one.node))
            if event is not None:
                return event
            for part in one.inputs:
                if id(part) not in seen:
                    seen.add(id(part))
                    waiting.append(part)
        return None


def row(pairs: Value) -> Value | None:
    """Return one of the pairs, when the argument of ``apply_gradients`` is a row of pairs."""
    if pairs.kind is not Kind.CONTAINER:
        return None
    one: Value | None = pairs.data.rest
    if one is None:
        one = next(iter(pairs.data.items or ()), None)
    if (
        one is None
        or one.kind is not Kind.CONTAINER
        or one.data.sort != "tuple"
        or len(one.data.items or ()) != 2  # noqa: PLR2004
    ):
        return None
    return one


def tokens(value: Value) -> frozenset[Token]:
    """Return the weights among some variables."""
    return frozenset(token for leaf in leaves(value) for token in leaf.live)


def weights_attribute(value: Value) -> ast.Attribute | None:
    """Return the ``model.trainable_variables`` or the like that a list of variables comes from."""
    one = value.data.rest if value.kind is Kind.CONTAINER else value
    node = one.node if one is not None else None
    return node if isinstance(node, ast.Attribute) else None


def has_statistics(model: Value | None) -> bool:
    """Tell whether a model holds variables that are not trained in front of others that are."""
    if model is None:
        return False
    kinds = [path.rpartition(".")[2] in _STATISTICS for path in _layers(model, set())]
    return any(kinds[:-1])


def _layers(value: Value, seen: set[int]) -> list[str]:
    """Return the paths of the layers with weights that a model holds, in order."""
    data = value.data
    if id(data) in seen:
        return []
    seen.add(id(data))
    if isinstance(data, LayerInfo):
        own = [data.path] if data.token is not None else []
        return own + [inner for one in data.inner for inner in _layers(one, seen)]
    if isinstance(data, ModelInfo) and data.layers is None and data.outputs is not None:
        # The last layer of a functional model is the first that its output was computed with.
        found = dict.fromkeys(token for leaf in leaves(data.outputs) for token in leaf.live)
        return [token.owner for token in reversed(found) if isinstance(token.owner, str)]
    if isinstance(data, ModelInfo):
        return [inner for one in data.layers or () for inner in _layers(one, seen)]
    if isinstance(data, Instance):
        parts = [leaf for one in data.attributes.values() for leaf in leaves(one)]
        return [inner for one in parts for inner in _layers(one, seen)]
    return []


def _is_variable(value: Value) -> bool:
    if value.kind is Kind.VARIABLE:
        return True
    if (
        value.kind is not Kind.TENSOR
        or not value.live
        or any(tapes is not EVERY for tapes in value.live.values())
    ):
        return False
    if value.inputs:
        return all(_is_variable(one) for one in value.inputs)
    return isinstance(value.node, ast.Attribute) and all(
        token.kind in ("weight", "variable") for token in value.live
    )
