"""What the codemods about tapes share: names for messages, and causes that belong together."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from gradfix.flow.joining import leaves
from gradfix.flow.paths import history, outermost, shorten
from gradfix.flow.values import EVERY, Kind
from gradfix_codemods._statements import asks_for_gradient, movable, touch, updates

if TYPE_CHECKING:
    from gradfix.flow import Broken, Event, Sink
    from gradfix.flow.values import Token, Value
    from gradfix.module import Module
    from gradfix_codemods._statements import Statements

_MOST = 3


def names(tokens: Iterable[Token]) -> str:
    """Return the labels of some weights as part of a sentence."""
    found = list(dict.fromkeys(token.label for token in tokens if token.label))
    if not found:
        return "its sources"
    if len(found) > _MOST:
        return f"{', '.join(found[:_MOST])} and {len(found) - _MOST} more"
    return " and ".join([", ".join(found[:-1]), found[-1]]) if len(found) > 1 else found[0]


def quoted(module: Module, node: ast.AST) -> str:
    """Return the source of ``node`` for a message."""
    return f"`{shorten(module.segment(node))}`"


def rebound(module: Module) -> Iterator[tuple[Event, Broken]]:
    """Yield where a variable becomes a tensor of which a later round asks the gradient in vain."""
    unwatched = list(module.flow.broken("unwatched"))
    for event in module.flow.events("rebind") if unwatched else ():
        for one in unwatched:
            if any(source is new for source in one.sources for new in leaves(event.arguments[1])):
                yield event, one
                break


def tape_name(sink: Sink) -> str:
    """Return how the program calls the tape of a sink."""
    return f"`{sink.tape.name}`" if sink.tape is not None and sink.tape.name else "the tape"


def asks_for_zero(sink: Sink) -> bool:
    """Tell whether a request for gradients wants zeros where there is none."""
    call = sink.node
    given = (
        [k.value for k in call.keywords if k.arg == "unconnected_gradients"]
        if isinstance(call, ast.Call)
        else []
    )
    return any("zero" in ast.unparse(one).lower() for one in given)


def lost(sink: Sink, weights: str) -> str:
    """Say what the request for gradients returns for weights that are cut off."""
    return f"the gradient for {weights} is {'zero' if asks_for_zero(sink) else 'None'}"


def by_sink(found: Iterable[Broken]) -> list[list[Broken]]:
    """Group the causes that one request for gradients suffers from, first in the text first."""
    return _grouped((one.sink.node, one) for one in found)


def by_block(found: Iterable[Broken]) -> list[list[Broken]]:
    """Group the causes that the tapes of one block suffer from, first in the text first."""
    return _grouped(((one.sink.tape and one.sink.tape.block) or one.sink.node, one) for one in found)


def _grouped(found: Iterable[tuple[ast.AST, Broken]]) -> list[list[Broken]]:
    groups: dict[int, list[Broken]] = {}
    for node, one in found:
        groups.setdefault(id(node), []).append(one)
    return list(groups.values())


def tokens_of(group: Iterable[Broken]) -> list[Token]:
    """Return what the causes of a group cut off, each once."""
    return list(dict.fromkeys(token for one in group for token in one.tokens))


def sort_of(places: Statements, broken: Broken) -> str:
    """Tell which codemod a value computed before its tape is for: ``minimize``, ``transformed`` or ``forward``.

    Transformed are weights alone, without data, at another place than beside the block.
    """
    if broken.sink.kind == "minimize-value" or (
        broken.sink.kind == "minimize" and broken.sink.function is not None
    ):
        return "minimize"
    if broken.sink.kind == "model":
        return "transformed"
    frame = broken.value.frame if broken.value is not None else None
    begin = broken.sink.tape.entered if broken.sink.tape is not None else 0
    while frame is not None:
        if frame.name == "build" or (frame.name == "__init__" and 0 <= frame.end < begin):
            return "transformed"
        frame = frame.parent
    statement = places.statement(broken.node)
    block = broken.sink.tape.block if broken.sink.tape is not None else None
    if broken.value is None or statement is None or (block is not None and statement in places.block(block)):
        return "forward"
    inputs = _variables(broken.value)
    return "transformed" if inputs and len(places.reads(statement)) <= len(inputs) else "forward"


def passes_before(group: Iterable[Broken]) -> dict[Token, list[ast.AST]]:
    """Return, for each weight, every place in front of the tape that the target got it from.

    A cause is blamed on the first of them alone; the gradient is whole only when all are recorded.
    """
    found: dict[Token, list[ast.AST]] = {}
    for one in group:
        tape = one.sink.tape
        for token in one.tokens if tape is not None else ():
            assert tape is not None
            for value in history(one.target, token, alive=True):
                if value.time < tape.entered and value.node is not None and _fresh(value, token):
                    node = outermost(value, tape)
                    if node not in found.setdefault(token, []):
                        found[token].append(node)
    return found


def _fresh(value: Value, token: Token) -> bool:
    """Tell whether this value is the first of its row that a tape could have recorded and none did."""
    if value.live.get(token, EVERY) is EVERY or any(one.time == value.time for one in value.inputs):
        return False
    return all(one.live[token] is EVERY for one in value.inputs if token in one.live)


def call_of_helper(places: Statements, row: list[ast.stmt], call: ast.Call) -> ast.Call | None:
    """Return the call beside the block that leads to a request for gradients in another function."""
    if places.holder(row, call) is not None:
        return None
    for event in places.module.flow.events("gradient"):
        frame = event.frame if event.node is call else None
        while frame is not None:
            if isinstance(frame.node, ast.Call) and places.holder(row, frame.node) is not None:
                return frame.node
            frame = frame.parent
    return None


def with_followers(
    places: Statements, before: list[ast.stmt], lost: set[ast.stmt | None]
) -> list[ast.stmt] | None:
    """Return the statements ``lost``, and what must stay behind them, out of those in front of a block.

    None when one of them cannot move into the block.
    """
    if not lost <= set(before):
        return None
    moved: list[ast.stmt] = []
    for one in before:
        if _only_defined(places, one, before):
            continue
        if one in lost or any(places.ordered(earlier, one) for earlier in moved):
            if not movable(one) or updates(one) or asks_for_gradient(one):
                return None
            moved.append(one)
        elif updates(one):
            return None
    return moved


def _only_defined(places: Statements, one: ast.stmt, before: list[ast.stmt]) -> bool:
    """Tell whether a function is defined before the block and called nowhere before it: it reads names later."""
    if (
        not isinstance(one, ast.FunctionDef)
        or one.decorator_list
        or one.args.defaults
        or one.args.kw_defaults
    ):
        return False
    return not any(touch([one.name], places.reads(each)) for each in before if each is not one)


def _variables(value: Value) -> set[int]:
    """Return the identities of the variables that a value was computed from."""
    found: set[int] = set()
    waiting, seen = [value], {id(value)}
    while waiting:
        for one in waiting.pop().inputs:
            if one.kind is Kind.VARIABLE:
                found.add(id(one.data))
            elif id(one) not in seen:
                seen.add(id(one))
                waiting.append(one)
    return found
