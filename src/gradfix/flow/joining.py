"""Where ways meet: the value that is any of several, and what is inside of containers."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from gradfix.flow.values import EVERY, Cuts, Kind, Live, Token, Value

SEVERAL = frozenset({Kind.CONTAINER, Kind.CHOICE})


def leaves(value: Value) -> Sequence[Value]:
    """Return the values inside containers and choices, and the value itself otherwise."""
    if value.kind not in SEVERAL:
        return (value,)
    found: list[Value] = []
    stack: list[tuple[Value, int]] = [(value, 0)]
    while stack:
        one, depth = stack.pop()
        if one.kind is Kind.CONTAINER and depth < 4:
            if one.live and (one.data.rest is not None or not one.data.items):
                found.append(one)
            stack += [(item, depth + 1) for item in reversed(one.data.values())]
        elif one.kind is Kind.CHOICE:
            stack += [(item, depth + 1) for item in reversed(one.data)]
        else:
            found.append(one)
    return found


def join(values: list[Value], node: ast.AST | None = None) -> Value:
    """Return the value that is any of ``values``: live where any is live, cut where any is cut."""
    if len(values) == 1:
        return values[0]
    unique = list({id(value): value for value in values}.values())
    if len(unique) == 1:
        return unique[0]
    kinds = {value.kind for value in unique}
    if Kind.IMPORT in kinds:
        return join([value.data.resolve() if value.kind is Kind.IMPORT else value for value in unique], node)
    first = unique[0]
    if kinds == {Kind.CONST} and all(_same_constant(value.data, first.data) for value in unique):
        return first
    if kinds == {Kind.PATH} and all(value.data == first.data for value in unique):
        return first
    if len(kinds) == 1 and first.kind in _IDENTITY and all(value.data is first.data for value in unique):
        return first
    if kinds & _ALTERNATIVES:
        return _choice(unique, node)
    live: Live = {}
    cut: Cuts = {}
    for value in unique:
        merge_live(live, value.live)
        merge_cuts(cut, value.cut)
    kind = first.kind if len(kinds) == 1 else _mixed(kinds)
    if kind in (Kind.CONST, *_IDENTITY):
        kind = Kind.NUMBER if kind is Kind.CONST else Kind.UNKNOWN
    dtypes = {value.dtype for value in unique}
    joined = Value(
        kind,
        node,
        live=live,
        cut=cut,
        inputs=tuple(unique),
        time=max(value.time for value in unique),
        dtype=first.dtype if len(dtypes) == 1 else None,
        symbolic=any(value.symbolic for value in unique),
    )
    joined.computed = any(value.computed or value.kind is Kind.TENSOR for value in unique)
    joined.watched = next((value.watched for value in unique if value.watched is not None), None)
    return joined


_IDENTITY = frozenset(
    {
        Kind.VARIABLE,
        Kind.LAYER,
        Kind.MODEL,
        Kind.INSTANCE,
        Kind.CLASS,
        Kind.FUNCTION,
        Kind.TAPE,
        Kind.CONTAINER,
        Kind.OBJECT,
        Kind.MODULE,
    }
)


_ALTERNATIVES = _IDENTITY | {Kind.CHOICE, Kind.PATH}


_MAX_CHOICES = 4


def _choice(values: list[Value], node: ast.AST | None) -> Value:
    flat: list[Value] = []
    for value in values:
        for one in value.data if value.kind is Kind.CHOICE else (value,):
            same = any(one is other or (one.data is not None and one.data is other.data) for other in flat)
            if not same:
                flat.append(one)
    if len(flat) == 1:
        return flat[0]
    live: Live = {}
    cut: Cuts = {}
    for one in flat:
        merge_live(live, one.live)
        merge_cuts(cut, one.cut)
    if len(flat) > _MAX_CHOICES:
        token = Token("unknown", "one of many", node)
        live[token] = EVERY
        return Value(Kind.UNKNOWN, node, live=live, cut=cut, inputs=tuple(flat))
    return Value(Kind.CHOICE, node, tuple(flat), live=live, cut=cut, inputs=tuple(flat))


def _same_constant(a: object, b: object) -> bool:
    return type(a) is type(b) and a == b


def _mixed(kinds: set[Kind]) -> Kind:
    if kinds <= {Kind.CONST, Kind.NUMBER}:
        return Kind.NUMBER
    if kinds <= {Kind.CONST, Kind.NUMBER, Kind.TENSOR}:
        return Kind.TENSOR
    if kinds <= {Kind.CONST, Kind.NUMBER, Kind.ARRAY}:
        return Kind.ARRAY
    return Kind.UNKNOWN


def merge_live(into: Live, other: Live) -> None:
    """Add ``other`` to ``into``: recorded by a tape if either way is."""
    if not into:
        into.update(other)
        return
    for token, tapes in other.items():
        if token not in into:
            into[token] = tapes
        else:
            have = into[token]
            if have is not EVERY and have is not tapes:
                into[token] = EVERY if tapes is EVERY else have | tapes


def merge_cuts(into: Cuts, other: Cuts) -> None:
    """Add the cuts of ``other`` to ``into``, each place once; a place that is weak only on one way is not weak."""
    if not into:
        into.update(other)
        return
    for token, cuts in other.items():
        have = into.get(token)
        if have is None:
            into[token] = cuts
        elif have is not cuts and any(cut not in have for cut in cuts):
            fresh = {(id(cut.node), cut.kind): cut for cut in have if cut.weak}
            new = tuple(c for c in cuts if all(c.node is not h.node or c.kind != h.kind for h in have))
            strong = {
                id(fresh[key]): c for c in cuts if not c.weak and (key := (id(c.node), c.kind)) in fresh
            }
            if new or strong:
                into[token] = tuple(strong.get(id(h), h) for h in have) + new
