"""The way a gradient takes: from the history of values to steps that a person can read."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from gradfix.flow.joining import leaves
from gradfix.flow.values import EVERY, Tape, Token, Value
from gradfix.model import Step

if TYPE_CHECKING:
    from gradfix.flow.objects import Frame
    from gradfix.module import Module

_LONGEST = 36
_STEPS = 6
_BOUND = 4000


def where_lost(target: Value, token: Token, tape: Tape) -> Value | None:
    """Return the earliest value on the way to ``token`` that ``tape`` did not record, though it could have.

    Of the rounds of a loop, the last one counts.
    """
    latest: dict[int, Value] = {}
    for value in history(target, token, alive=True):
        tapes = value.live.get(token, EVERY)
        if tapes is EVERY or tape in tapes or value.node is None:
            continue
        before = [u for u in value.inputs if token in u.live]
        joined = any(u.time == value.time and u.node is value.node for u in value.inputs)
        fresh = all(u.live[token] is EVERY or tape in (u.live[token] or ()) for u in before)
        known = latest.get(id(value.node))
        if fresh and not joined and (known is None or value.time > known.time):
            latest[id(value.node)] = value
    return min(latest.values(), key=lambda value: value.time, default=None)


def outermost(value: Value, tape: Tape) -> ast.AST:
    """Return the outermost call around ``value`` that ``tape`` missed as a whole.

    What a constructor or ``build`` computes stays blamed where it is computed: the call that makes the object
    is right as it stands.
    """
    assert value.node is not None
    node, frame = value.node, value.frame
    while frame is not None and frame.name not in ("__init__", "build"):
        before = 0 <= frame.end < tape.entered or _in_build(frame)
        after = 0 <= tape.left < frame.start
        if not (before or after):
            break
        node, frame = frame.node, frame.parent
    return node


def _in_build(frame: Frame) -> bool:
    """Tell whether a call was made while a layer was built, which no tape records whenever it happens."""
    outer = frame.parent
    while outer is not None and outer.name != "build":
        outer = outer.parent
    return outer is not None


def history(target: Value, token: Token, *, alive: bool = False) -> list[Value]:
    """Return every value that carries ``token``, alive or cut, from the target backwards.

    ``alive`` leaves out what lies behind a cut.
    """
    found: list[Value] = []
    seen: set[int] = set()
    stack = list(leaves(target))
    while stack and len(found) < _BOUND:
        value = stack.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        carries = token in value.live or (token in value.cut and not alive)
        if carries or value.kind.name == "CHOICE":
            found.append(value)
            stack.extend(value.inputs)
    return found


def path_of(module: Module, target: Value, token: Token, node: ast.AST) -> tuple[Step, ...]:
    """Return the steps from the weight over the place of the cut to the target."""
    parents: dict[int, Value | None] = {}
    queue = list(leaves(target))
    for value in queue:
        parents[id(value)] = None
    place: Value | None = None
    for value in queue:
        if value.node is node and not any(u.node is node and token in u.cut for u in value.inputs):
            place = value
            break
        for u in value.inputs:
            if id(u) not in parents and (token in u.live or token in u.cut) and len(queue) < _BOUND:
                parents[id(u)] = value
                queue.append(u)
    after: list[Value] = []
    here = place
    while here is not None:
        after.append(here)
        here = parents[id(here)]
    before: list[Value] = []
    here = place
    while here is not None and len(before) < _BOUND:
        here = next((u for u in here.inputs if token in u.live or token in u.cut), None)
        if here is not None:
            before.append(here)
    steps = [Step(None, token.label)] if token.label else []
    last: ast.AST | None = token.node
    for value in [*reversed(before), *after]:
        if value.node is None or value.node is last or not hasattr(value.node, "lineno"):
            continue
        last = value.node
        text = shorten(module.segment(value.node))
        if text and (not steps or steps[-1].text != text):
            steps.append(Step(value.node, text, cut=value.node is node))
    return _elide(steps)


def _elide(steps: list[Step]) -> tuple[Step, ...]:
    """Keep both ends and the cut; leave out what stands between when the way is long."""
    if len(steps) <= _STEPS:
        return tuple(steps)
    at = next((i for i, step in enumerate(steps) if step.cut), len(steps) - 1)
    keep = sorted({0, 1, at - 1, at, at + 1, len(steps) - 1} & set(range(len(steps))))
    return tuple(steps[i] for i in keep)


def shorten(text: str) -> str:
    """Return a source text short enough for a picture: one line, its tail cut off."""
    line = " ".join(text.split())
    if len(line) <= _LONGEST:
        return line
    head, paren, _ = line.partition("(")
    if paren and len(head) <= _LONGEST:
        return f"{head}(…)"
    return line[: _LONGEST - 1] + "…"
