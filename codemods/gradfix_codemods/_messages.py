"""Words that several codemods share: what is lost, what happens then, and what to do."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import TYPE_CHECKING

from gradfix.flow.facts import Broken, Event
from gradfix.module import Module

if TYPE_CHECKING:
    from gradfix.flow.objects import Frame
    from gradfix_codemods._solutions import Solution

_MOST_NAMES = 3
_LONGEST = 48


def short(module: Module, node: ast.AST) -> str:
    """Return the source of ``node`` on one short line."""
    line = " ".join(module.segment(node).split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def where(module: Module, node: ast.AST, beside: ast.AST) -> str:
    """Say in which line ``node`` stands, and in which file if that is not the one that ``beside`` stands in.

    Nothing is said of notebooks, whose lines mean nothing to their readers.
    """
    home, line = module.home(node), node.lineno  # type: ignore[attr-defined]
    if home.path.endswith(".ipynb"):
        return ""
    return f" in line {line}" if home is module.home(beside) else f" in {home.path}:{line}"


def from_elsewhere(
    module: Module, node: ast.AST, places: Iterable[tuple[ast.AST, Frame | None]]
) -> tuple[ast.AST, ...]:
    """Return the innermost nodes of other files than that of ``node`` that led to ``places``, each with its call."""
    home = module.home(node)
    found: dict[ast.AST, None] = {}
    for start, above in places:
        place, frame = start, above
        while frame is not None and module.home(place) is home:
            place, frame = frame.node, frame.parent
        if module.home(place) is not home:
            found[place] = None
    return tuple(found)


def makings(module: Module, node: ast.AST, events: Iterable[Event], owner: object) -> tuple[ast.AST, ...]:
    """Return where other files make the object ``owner``, of whose class ``node`` is a part."""
    made = (event for event in events if event.kind == "instance" and event.arguments[0].data is owner)
    return from_elsewhere(module, node, ((event.node, event.frame) for event in made))


def labels(cause: Broken) -> str:
    """Name the weights that miss their gradient."""
    names = list(dict.fromkeys(token.label for token in cause.tokens if token.label))
    if not names:
        return "the weights"
    shown = [f"`{name}`" for name in names[:_MOST_NAMES]]
    if len(names) > _MOST_NAMES:
        shown.append("others")
    return shown[0] if len(shown) == 1 else ", ".join(shown[:-1]) + " and " + shown[-1]


def effect(module: Module, cause: Broken) -> str:
    """Say what the program does because of it."""
    if any(sink.kind == "loss" for sink in cause.sinks):
        return f"as a loss in `fit` it fails under Keras {module.keras}"
    if any(sink.kind == "model" for sink in cause.sinks):
        return "the model cannot train these weights"
    return "`tape.gradient` gives None" + (" for them, and the others train alone" if cause.partial else "")


def ways_out(solution: Solution) -> str:
    """Return the end of a message: why the fix is not safe, or why there is none."""
    if solution.plan is None:
        reason = solution.why_not
        return f" No automatic fix, because {reason}. Compute this part with TensorFlow functions, or keep it off the loss."
    if solution.plan.remarks:
        return " Unsafe, because " + "; ".join(solution.plan.remarks) + "."
    return ""
