"""Words that several codemods share: what is lost, what happens then, and what to do."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from gradfix.flow.facts import Broken
from gradfix.module import Module

if TYPE_CHECKING:
    from gradfix_codemods._solutions import Solution

_MOST_NAMES = 3
_LONGEST = 48


def short(module: Module, node: ast.AST) -> str:
    """Return the source of ``node`` on one short line."""
    line = " ".join(module.segment(node).split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


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
