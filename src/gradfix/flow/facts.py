"""What the analysis found, for codemods to read."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gradfix.flow.objects import Frame
from gradfix.flow.values import Cut, Tape, Tapes, Token, Value

if TYPE_CHECKING:
    from gradfix.model import Step


@dataclass(frozen=True, slots=True, eq=False)
class Event:
    """Something that happened while the program ran, with the values it happened to.

    Kinds: ``compile``, ``fit``, ``gradient``, ``apply_gradients``, ``minimize``, ``loss``, ``layer``,
    ``layer_call``, ``model``, ``variable``, ``assign``, ``trainable``, ``branch``, ``rebind``, ``instance``,
    ``add_loss``, ``add``, ``compiled`` (the model, and what its symbolic call gave), ``loss_function`` (what was
    given to ``compile``, its two arguments, its result). ``arguments`` and ``keywords`` are described where the
    event is noted.
    """

    kind: str
    node: ast.AST
    arguments: tuple[Value, ...]
    keywords: dict[str, Value]
    statement: ast.stmt | None
    function: ast.AST | None
    active: Tapes
    time: int
    frame: Frame | None = None


@dataclass(slots=True, eq=False)
class Called:
    """One call of a layer or model: ``value(*inputs) == result``, between two times of the clock."""

    value: Value
    result: Value
    inputs: tuple[Value, ...]
    node: ast.AST
    start: int
    end: int
    active: Tapes

    def holds(self, time: int) -> bool:
        """Tell whether what happened at ``time`` happened during this call."""
        return self.start < time <= self.end


@dataclass(frozen=True, slots=True, eq=False)
class Sink:
    """A place where a gradient is asked for: ``tape.gradient``, a loss given to ``compile``, ``minimize``.

    ``frame`` is the call in which that happens, None at the top level.
    """

    kind: str
    node: ast.AST
    tape: Tape | None = None
    function: ast.AST | None = None
    label: str = "loss"
    frame: Frame | None = None


@dataclass(slots=True, eq=False)
class Broken:
    """A cause: the gradient of ``tokens`` ends at ``node``.

    ``reason`` is the kind of the cut, or one of ``outside-before``, ``outside-after``, ``unwatched``,
    ``unused``. ``partial`` tells that other sources of the same sink are healthy.
    """

    reason: str
    node: ast.AST
    sink: Sink
    target: Value
    tokens: list[Token]
    path: tuple[Step, ...]
    cut: Cut | None = None
    value: Value | None = None
    partial: bool = False
    sinks: list[Sink] = field(default_factory=list)
    targets: list[Value] = field(default_factory=list)
    sources: list[Value] = field(default_factory=list)  # the tensors that nobody watches
