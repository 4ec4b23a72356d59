"""Which weights an object holds."""

from __future__ import annotations

from collections.abc import Iterator

from gradfix.flow.objects import Container, Instance, LayerInfo, ModelInfo, VariableInfo
from gradfix.flow.values import EVERY, Kind, Live, Token, Value

_NOTHING: Live = {}
_OBJECTS = frozenset({Kind.INSTANCE, Kind.LAYER, Kind.MODEL})
_HOLDERS = frozenset({Kind.INSTANCE, Kind.LAYER, Kind.MODEL, Kind.CONTAINER, Kind.CHOICE, Kind.VARIABLE})


def exposed(value: Value) -> Live:
    """Return the weights that a value hands on when it is given to something unknown."""
    if value.kind in _OBJECTS:
        live: Live = dict.fromkeys(weights(value), EVERY)
        if value.kind is Kind.INSTANCE:
            live[value.data.token] = EVERY
        return live
    return _NOTHING


def weights(value: Value, *, trainable: bool = False) -> list[Token]:
    """Return the tokens of all weights that ``value`` holds, each once, in the order they were made."""
    found: dict[Token, None] = {}
    for token in _walk(value, set()):
        if token.trainable or not trainable:
            found[token] = None
    return list(found)


def _walk(value: Value, seen: set[int]) -> Iterator[Token]:
    if value.kind not in _HOLDERS:
        if value.kind is Kind.UNKNOWN:
            yield from (token for token in value.live if token.kind in ("unknown", "parameter", "object"))
        return
    data = value.data
    if id(data) in seen:
        return
    seen.add(id(data))
    match data:
        case VariableInfo(token=token):
            yield token
        case LayerInfo(token=token, inner=inner):
            if token is not None:
                yield token
            for one in inner:
                yield from _walk(one, seen)
        case ModelInfo():
            yield from _model(data, seen)
        case Instance():
            if data.cls.has_unknown_base():
                yield data.token
            yield from data.weights
            for one in list(data.attributes.values()):
                yield from _walk(one, seen)
            if data.functional is not None:
                yield from _model(data.functional, seen)
        case Container():
            for one in data.values():
                yield from _walk(one, seen)
        case tuple():
            for one in data:
                yield from _walk(one, seen)


def _model(model: ModelInfo, seen: set[int]) -> Iterator[Token]:
    if model.open:
        yield model.token
    for layer in model.layers or ():
        yield from _walk(layer, seen)
    if model.outputs is not None:
        for output in (
            model.outputs,
            *(model.outputs.data.values() if model.outputs.kind is Kind.CONTAINER else ()),
        ):
            for tokens in (output.live, output.cut):
                yield from (
                    token for token in tokens if token.kind in ("weight", "variable", "unknown", "object")
                )
