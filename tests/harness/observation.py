"""What TensorFlow showed of one run of a program. Plain data: it travels between processes as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

ZERO = 5e-7
"""A gradient whose largest element is not above this is called zero: rounding leaves less, training more."""


@dataclass(frozen=True)
class Source:
    """One source of a ``tape.gradient`` call, over all executions of that call.

    ``line`` is the line of the program that led to the call (the call itself, or ``fit``). ``executions``
    counts the gradients seen, ``missing`` how many of them were ``None``, ``largest`` is the largest absolute
    element of the others, and ``finite`` tells whether all of them were free of NaN and infinity.
    """

    line: int
    name: str
    executions: int
    missing: int
    largest: float
    finite: bool

    @property
    def is_missing(self) -> bool:
        return 0 < self.executions == self.missing

    @property
    def is_zero(self) -> bool:
        return self.executions > self.missing and self.finite and self.largest <= ZERO


@dataclass(frozen=True)
class Fit:
    """One call of ``Model.fit``: the loss of each epoch and the number of trainable weights afterwards."""

    losses: tuple[float, ...]
    trainable_weights: int


@dataclass(frozen=True)
class Observation:
    """One run of one program.

    ``exception`` is the type and the first telling line of what ended the program, ``exception_line`` the
    last line of the program in the traceback. ``targets`` are the elements of each target of
    ``tape.gradient``, in the order of execution. ``idle`` names the trainable floating-point variables that
    were a source of no gradient call and whose values never changed.
    """

    exception: str | None = None
    exception_line: int | None = None
    sources: tuple[Source, ...] = ()
    targets: tuple[tuple[float, ...], ...] = ()
    fits: tuple[Fit, ...] = ()
    idle: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    output: str = ""
    seconds: float = 0.0
    versions: dict[str, str] = field(default_factory=dict)

    @property
    def missing(self) -> list[Source]:
        return [source for source in self.sources if source.is_missing]

    @property
    def zero(self) -> list[Source]:
        return [source for source in self.sources if source.is_zero]

    @property
    def not_finite(self) -> list[Source]:
        return [source for source in self.sources if not source.finite]

    @property
    def constant_loss(self) -> bool:
        """Whether some ``fit`` of several epochs, or else every target, kept one value from start to end."""
        series = [fit.losses for fit in self.fits if len(fit.losses) > 1]
        if not series:
            firsts = tuple(sum(target) for target in self.targets)
            series = [firsts] if len(firsts) > 1 else []
        return any(max(values) - min(values) <= 1e-6 for values in series)

    @property
    def target(self) -> tuple[float, ...] | None:
        """The elements of the first target, or the first epoch's loss when no target was seen."""
        if self.targets:
            return self.targets[0]
        return self.fits[0].losses[:1] if self.fits else None

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Observation:
        """Rebuild an observation from decoded JSON."""
        return cls(
            **{
                **data,
                "sources": tuple(Source(**source) for source in data["sources"]),
                "targets": tuple(tuple(target) for target in data["targets"]),
                "fits": tuple(Fit(tuple(fit["losses"]), fit["trainable_weights"]) for fit in data["fits"]),
                "idle": tuple(data["idle"]),
                "warnings": tuple(data["warnings"]),
            }
        )

    def describe(self) -> str:
        """Return a few lines for people."""
        lines = []
        if self.exception:
            lines.append(f"raises at line {self.exception_line}: {self.exception}")
        for title, chosen in (
            ("missing", self.missing),
            ("zero", self.zero),
            ("not finite", self.not_finite),
            ("healthy", [s for s in self.sources if not s.is_missing and not s.is_zero and s.finite]),
        ):
            if chosen:
                lines.append(f"{title}: " + ", ".join(f"{s.name} (line {s.line})" for s in chosen))
        if not self.sources:
            lines.append("no gradient was asked for")
        if self.targets:
            first, last = (
                ", ".join(f"{v:.6g}" for v in target[:3]) for target in (self.targets[0], self.targets[-1])
            )
            lines.append(f"target: {first} at first, {last} at last, {len(self.targets)} times")
        lines += [
            f"fit: {fit.trainable_weights} trainable weights, losses "
            + ", ".join(f"{loss:.6g}" for loss in fit.losses[:1] + fit.losses[-1:])
            for fit in self.fits
        ]
        if self.constant_loss:
            lines.append("the loss is constant")
        if self.idle:
            lines.append("never trained: " + ", ".join(self.idle))
        lines += [f"warning: {message}" for message in self.warnings]
        return "\n".join(lines)
