from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import ClassVar

from gradfix.codemod import FlowCodemod
from gradfix.edits import set_keyword
from gradfix.flow import Event
from gradfix.flow.values import Tape
from gradfix.model import Edit, Finding, Safety
from gradfix.module import Module
from gradfix_codemods._messages import where
from gradfix_codemods._statements import Statements, exclusive, leaves_loop

_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_BRANCHES = (ast.If, ast.IfExp, ast.Match, ast.Try)


class TapeUsedUp(FlowCodemod):
    """`tape.gradient` is called twice on a tape that is not persistent.

    ## What is wrong
    A tape gives one set of gradients. A second call, for another loss or other variables, in a loop over the
    layers or in a helper that is called twice, comes too late:

    ```python
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(x @ w + b))
    dw = tape.gradient(loss, w)
    db = tape.gradient(loss, b)
    ```

    ## Why the gradient is lost
    A tape frees what it recorded with its first gradient. The second call raises "A non-persistent
    GradientTape can only be used to compute one set of gradients (or jacobians)", also for a loss that has
    nothing in common with the first.

    ## What the fix does
    It makes the tape keep what it recorded:

    ```python
    with tf.GradientTape(persistent=True) as tape:
    ```

    The fix is safe: the program as written raises. The gradients of several sources of one loss can also be
    taken in one call: `dw, db = tape.gradient(loss, [w, b])`.

    ## When to leave it
    gradfix says nothing where the two calls stand in different branches, where the first one returns, where
    the tape is entered anew or reset between them, and where each call has a tape of its own.

    ## References
    `tf.GradientTape` in the TensorFlow API documentation; "Introduction to gradients and automatic
    differentiation" in the TensorFlow guide.
    """

    gate: ClassVar[tuple[str, ...]] = ("GradientTape",)
    afar = True

    def find(self, module: Module) -> Iterator[Finding]:
        tapes: dict[int, list[Event]] = {}
        for event in module.flow.events("gradient"):
            tape: Tape = event.arguments[0].data
            if not tape.persistent and _made_in_place(tape):
                tapes.setdefault(id(tape), []).append(event)
        places = Statements(module) if tapes else None
        seen: set[int] = set()
        for events in tapes.values():
            assert places is not None
            second = _second(places, events)
            tape = events[0].arguments[0].data
            if second is None or id(tape.call) in seen or _reset(module, tape):
                continue
            seen.add(id(tape.call))
            name = f"`{tape.name}`" if tape.name else "the tape"
            when = _when(module, events[0].node, second.node)
            message = (
                f"{name} is not persistent and gave its gradients{when}: this call raises a RuntimeError"
            )
            edits = (Edit(tape.call, set_keyword("persistent", "True")),) if tape.call is not None else ()
            yield Finding(second.node, message, Safety.SAFE, edits=edits)


def _when(module: Module, first: ast.AST, second: ast.AST) -> str:
    lines = [one.lineno for one in (first, second)]  # type: ignore[attr-defined]
    if lines[0] == lines[1] and module.home(first) is module.home(second):
        return " in the round before"
    return where(module, first, second) or " before"


def _made_in_place(tape: Tape) -> bool:
    """Tell whether the ``with`` makes the tape: one that is made before may be entered anew."""
    if tape.block is None or tape.escaped or not isinstance(tape.call, ast.Call) or tape.call.args:
        return False
    if any(keyword.arg is None for keyword in tape.call.keywords):
        return False
    given = next((k.value for k in tape.call.keywords if k.arg == "persistent"), None)
    plain = given is None or (isinstance(given, ast.Constant) and given.value is False)
    return plain and any(item.context_expr is tape.call for item in tape.block.items)


def _reset(module: Module, tape: Tape) -> bool:
    return tape.name is not None and f"{tape.name}.reset(" in module.text


def _second(places: Statements, events: list[Event]) -> Event | None:
    """Return the first request for gradients that surely follows another one on the same tape."""
    chains = [_chain(event) for event in events]
    for number, event in enumerate(events):
        for other in range(number):
            pair = next(
                ((a, b) for a, b in zip(chains[other], chains[number], strict=False) if a is not b), None
            )
            if pair is not None and not exclusive(places, *pair):
                return event
        repeated = number > 0 and any(_same(chains[other], chains[number]) for other in range(number))
        if _in_round(places, event, chains[number], repeated):
            return event
    return None


def _chain(event: Event) -> list[ast.AST]:
    """Return the calls that led to an event, outermost first, and its own."""
    found = [event.node]
    frame = event.frame
    while frame is not None:
        found.insert(0, frame.node)
        frame = frame.parent
    return found


def _same(one: list[ast.AST], other: list[ast.AST]) -> bool:
    return len(one) == len(other) and all(a is b for a, b in zip(one, other, strict=True))


def _in_round(places: Statements, event: Event, chain: list[ast.AST], repeated: bool) -> bool:
    """Tell whether a loop that does not make the tape anew asks for its gradient in each of its rounds."""
    tape: Tape = event.arguments[0].data
    if tape.call is None:
        return False
    kept = {id(one) for one in places.around(tape.call)}
    home = places.scope(tape.call)
    start = max(
        (number for number, node in enumerate(chain) if places.scope(node) is home), default=len(chain)
    )
    for node in chain[start:]:
        inner: ast.AST = node
        for outer in places.around(node):
            if id(outer) in kept or isinstance(outer, _BRANCHES):
                break
            if isinstance(outer, _COMPREHENSIONS) and inner is not outer.generators[0]:
                return True
            if isinstance(outer, _LOOPS) and repeated and inner in outer.body:
                return not leaves_loop(places, node, outer)
            inner = outer
    return False
