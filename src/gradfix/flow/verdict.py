"""The verdict over a sink: which sources the gradient reaches, and what cuts it from the others."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import TYPE_CHECKING

from gradfix.flow.facts import Broken, Sink
from gradfix.flow.joining import leaves, merge_cuts, merge_live
from gradfix.flow.paths import outermost, path_of, where_lost
from gradfix.flow.values import EVERY, Cut, Cuts, Kind, Live, Tape, Token, Value
from gradfix.flow.weights import weights

if TYPE_CHECKING:
    from gradfix.flow.interpreter import Interpreter

_PROVEN = ("weight", "variable", "watched")
_MOST = 4
# What a layer gives may be meant to have no gradient (an index, a mask); NumPy in it is never meant.
_IN_CALL = ("numpy", "conversion", "numpy-function")


def judge(run: Interpreter, sink: Sink, tape: Tape, sources: Value, target: Value) -> None:
    """Decide whether the gradient of ``target`` reaches ``sources`` under ``tape``, and note what cuts it."""
    live, cut = _flow(leaves(target))
    wanted, unwatched = _sources(run, tape, sources)
    if unwatched:
        _note_unwatched(run, sink, target, unwatched)
    if not wanted:
        return
    healthy = [token for token in wanted if _reached(token, live, tape)]
    lost = [token for token in wanted if token not in healthy]
    if healthy:
        lost = [token for token in lost if token.kind in _PROVEN and token.trainable]
    elif not any(token in live or token in cut for token in lost):
        if any(tapes is not EVERY and tape in tapes for tapes in live.values()):
            return
        if sink.kind == "call":  # of a layer alone, that counts which concerns its own weights
            return
        # Nothing at all is live in the target: whatever was cut on the way is to blame.
        lost = list(cut) or [token for token, tapes in live.items() if tapes is not EVERY]
    _blame(run, sink, tape, target, lost, live, cut, partial=bool(healthy))


def judge_loss(run: Interpreter, sink: Sink, tape: Tape, y_true: Value, y_pred: Value, result: Value) -> None:
    """Decide whether a loss lets the gradient through to ``y_pred``. Other live tokens do not save it."""
    live, cut = _flow(leaves(result))
    token = next(iter(y_pred.live))
    if _reached(token, live, tape):
        return
    if token in live or token in cut:
        _blame(run, sink, tape, result, [token], live, cut, partial=False)
        return
    truth = next(iter(y_true.live))
    if (
        (truth in live or truth in cut)
        and all(other.kind in ("y_true", "weight", "variable") for other in live)
        and not _symbolic(live)
    ):
        _add(run, Broken("ignored", sink.node, sink, result, [token], (), value=result))


def _symbolic(live: Live) -> bool:
    """Closures over Keras tensors (a VAE) connect a loss to the model without ``y_pred``."""
    return any(token.kind == "input" for token in live)


def _flow(values: Iterable[Value]) -> tuple[Live, Cuts]:
    live: Live = {}
    cut: Cuts = {}
    for value in values:
        merge_live(live, value.live)
        merge_cuts(cut, value.cut)
    return live, cut


def _reached(token: Token, live: Live, tape: Tape) -> bool:
    if token not in live:
        return False
    tapes = live[token]
    if token.kind == "watched" and token not in tape.watched:
        return False
    if not tape.automatic and token.kind in _PROVEN and token not in tape.watched:
        return False
    return tapes is EVERY or tape in tapes


def _sources(run: Interpreter, tape: Tape, sources: Value) -> tuple[list[Token], list[Value]]:
    """Return the tokens asked for, and the tensors among the sources that nobody watches."""
    found: dict[Token, None] = {}
    unwatched: list[Value] = []
    for leaf in leaves(sources):
        watched = [
            token for token in (*leaf.live, *leaf.cut) if token.kind == "watched" and token in tape.watched
        ]
        if watched:
            found.update(dict.fromkeys(watched))
        elif leaf.kind in (Kind.INSTANCE, Kind.LAYER, Kind.MODEL):
            found.update(dict.fromkeys(weights(leaf, trainable=True)))
        elif not tape.automatic and not tape.watched and not tape.escaped and is_weight(leaf):
            unwatched.append(leaf)
        elif leaf.kind is Kind.VARIABLE:
            found[leaf.data.token] = None
        elif leaf.kind is Kind.TENSOR and not tape.escaped and not _could_be_source(leaf, tape):
            if leaf.symbolic or not tape.watches_more:  # else it may be among what is watched
                unwatched.append(leaf)
        else:
            found.update(dict.fromkeys(leaf.live))
    del run
    return list(found), unwatched


def is_weight(leaf: Value) -> bool:
    """Tell whether a source is a variable, or a list of weights."""
    return leaf.kind is Kind.VARIABLE or any(token.kind in ("weight", "variable") for token in leaf.live)


def _could_be_source(leaf: Value, tape: Tape) -> bool:
    """A tensor has a gradient if it is watched, holds weights, or was computed under the tape."""
    if leaf.symbolic:
        return False
    return any(
        tapes is EVERY or tape in tapes for token, tapes in leaf.live.items() if token.kind != "watched"
    ) or (not leaf.live and bool(leaf.cut) and leaf.time > tape.entered)


def _blame(
    run: Interpreter,
    sink: Sink,
    tape: Tape,
    target: Value,
    lost: list[Token],
    live: Live,
    cut: Cuts,
    *,
    partial: bool,
) -> None:
    places: dict[tuple[str, int], tuple[str, ast.AST, Cut | Value, list[Token]]] = {}
    for token in lost:
        if token in live:
            value = where_lost(target, token, tape)
            if value is not None and value.node is not None and not tape.escaped:
                reason = _side(run, value, tape)
                if reason is not None:
                    node = outermost(value, tape)
                    places.setdefault((reason, id(node)), (reason, node, value, []))[3].append(token)
            continue
        cuts = cut.get(token, ())
        strong = [c for c in cuts if not c.weak]
        for one in _recorded(strong, token, tape) or strong or ([] if partial else list(cuts)):
            places.setdefault((one.kind, id(one.node)), (one.kind, one.node, one, []))[3].append(token)
    for reason, node, place, tokens in list(places.values())[:_MOST]:
        if sink.kind == "call" and (reason not in _IN_CALL or partial):
            continue
        path = path_of(run.module, target, tokens[0], node)
        _add(
            run,
            Broken(
                reason,
                node,
                sink,
                target,
                tokens,
                path,
                place if isinstance(place, Cut) else None,
                place.value if isinstance(place, Cut) else place,
                partial,
            ),
        )


def _recorded(cuts: list[Cut], token: Token, tape: Tape) -> list[Cut]:
    """The cuts of what the tape saw: the others cost it nothing."""
    found = []
    for cut in cuts:
        tapes = cut.value.live.get(token, EVERY) if cut.value is not None else EVERY
        if tapes is EVERY or tape in tapes:
            found.append(cut)
    return found


def _side(run: Interpreter, value: Value, tape: Tape) -> str | None:
    if value.time < tape.entered or any(start < value.time <= end for start, end in run.blind):
        return "outside-before"
    inside = any(start <= value.time <= end for start, end in tape.spans)
    return "outside-after" if tape.spans and not inside else None


def _note_unwatched(run: Interpreter, sink: Sink, target: Value, unwatched: list[Value]) -> None:
    first = unwatched[0]
    reason = "symbolic-source" if first.symbolic else "unwatched"
    node = sink.node
    if isinstance(node, ast.Call):
        given = (
            node.args[1]
            if len(node.args) > 1
            else next((k.value for k in node.keywords if k.arg == "sources"), None)
        )
        node = given if given is not None else node
    token = Token("watched", first.text or "source", first.node)
    _add(run, Broken(reason, node, sink, target, [token], (), value=first, sources=unwatched))


def _add(run: Interpreter, broken: Broken) -> None:
    key = (broken.reason, id(broken.node))
    known = run.broken.get(key)
    if known is None:
        run.broken[key] = broken
        known = broken
    known.sinks.append(broken.sink)
    known.targets.append(broken.target)
    known.partial = known.partial and broken.partial
