"""Compares what TensorFlow shows of a fixture with what the fixture claims."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from fnmatch import fnmatch

from tests.harness.case import Case
from tests.harness.client import observe, server_for
from tests.harness.observation import Observation, Source

_ABOUT_TRAINING = re.compile(r"gradient|logits|softmax|sigmoid|trainable|single unit|loss", re.IGNORECASE)
_NO_GRADIENT = re.compile(r"gradients do not exist|no gradients provided", re.IGNORECASE)
_NOT_OURS = ("Timeout", "Crash", "SyntaxError", "ImportError", "ModuleNotFoundError", "NameError")
"""Ways to end that tell nothing about a gradient: such a program is broken for another reason."""
_RELATIVE = 1e-5


def judge(case: Case, keras: int | None = None) -> list[str]:
    """Run the programs of a case and return what is wrong with them; an empty list is praise.

    ``keras`` limits the runs to one version; by default all versions of the case are run.
    """
    problems = []
    for version in case.keras if keras is None else (keras,):
        seen = {which: observe(case.path(which), version) for which in case.files}
        problems += [f"Keras {version}: {problem}" for problem in compare(case, seen)]
    return problems


def submit(cases: Iterable[Case], keras: int) -> None:
    """Start the runs of many cases, so that later calls of ``judge`` find them done."""
    for case in cases:
        if keras in case.keras:
            for which in case.files:
                server_for(keras).submit(case.path(which))


def compare(case: Case, seen: dict[str, Observation]) -> list[str]:
    """Return the problems of a case whose programs were seen to do this."""
    problems = []
    if "before" in seen:
        problems += _broken(case, seen["before"], seen.get("after"))
    if "after" in seen:
        problems += [f"after.py: {text}" for text in ailments(seen["after"], case.idle, each_source=True)]
        if case.symptom in _SHOWS and _SHOWS[case.symptom](seen["after"]):
            problems.append(f"after.py still shows {case.symptom}")
        if not seen["after"].sources and not case.note:
            problems.append("after.py asks for no gradient")
        if case.same_loss:
            problems += _same_loss(seen["before"], seen["after"])
    if "unchanged" in seen:
        problems += [
            f"unchanged.py: {text}" for text in ailments(seen["unchanged"], case.idle, each_source=False)
        ]
        if not seen["unchanged"].sources and not case.note:
            problems.append("unchanged.py asks for no gradient, and case.toml has no note that says why")
    return problems


def _broken(case: Case, before: Observation, after: Observation | None) -> list[str]:
    problems = []
    if case.symptom == "wrong-loss":
        if before.exception:
            problems.append(f"before.py raises {before.exception}")
        if after and before.target and after.target and _close(before.target, after.target):
            problems.append("before.py has the same loss as after.py")
    elif not case.note and not _SHOWS[case.symptom](before):
        problems.append(f"before.py does not show {case.symptom}")
    if case.symptom not in {"raises", "missing"} and before.exception and not case.note:
        problems.append(f"before.py raises {before.exception}")
    if before.exception and before.exception.startswith(_NOT_OURS):
        problems.append(f"before.py: {before.exception}")
    if case.says and not any(case.says in text for text in (before.exception or "", *before.warnings)):
        problems.append(f"before.py never says {case.says!r}")
    return problems


def shows(symptom: str, seen: Observation) -> bool:
    """Tell whether a run has this symptom; the wrong loss is not one that a run shows by itself."""
    return _SHOWS[symptom](seen)


def ailments(seen: Observation, idle: tuple[str, ...] = (), *, each_source: bool) -> list[str]:
    """Return what a healthy program must not have; a gradient of zero counts for each source, or only for all.

    ``idle`` names, with ``*``, the sources that rightly get no gradient.
    """
    if seen.exception:
        return [f"line {seen.exception_line}: {seen.exception}"]
    sources = [source for source in seen.sources if not any(fnmatch(source.name, p) for p in idle)]
    problems = [f"no gradient for {_place(source)}" for source in sources if source.is_missing]
    problems += [f"the gradient of {_place(source)} is not finite" for source in sources if not source.finite]
    zero = [source for source in sources if source.is_zero]
    if zero and (each_source or len(zero) == len(sources)):
        problems += [f"the gradient of {_place(source)} is zero" for source in zero]
    if not idle:
        problems += [text for text in seen.warnings if _NO_GRADIENT.search(text)]
    if any(not math.isfinite(value) for fit in seen.fits for value in fit.losses):
        problems.append("a loss of fit is not finite")
    return problems


def _same_loss(before: Observation, after: Observation) -> list[str]:
    if before.target is None or after.target is None:
        return ["same_loss: one of the programs has no target to compare"]
    if not _close(before.target, after.target):
        return [f"same_loss: {before.target[:3]} before, {after.target[:3]} after"]
    return []


def _close(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return len(one) == len(other) and all(
        math.isclose(a, b, rel_tol=_RELATIVE, abs_tol=1e-7) for a, b in zip(one, other, strict=True)
    )


def _place(source: Source) -> str:
    return f"{source.name} at line {source.line}"


def _is_missing(seen: Observation) -> bool:
    return bool(seen.missing) or any(_NO_GRADIENT.search(t) for t in (seen.exception or "", *seen.warnings))


_SHOWS: dict[str, Callable[[Observation], bool]] = {
    "raises": lambda seen: seen.exception is not None,
    "missing": _is_missing,
    "zero": lambda seen: bool(seen.zero),
    "nan": lambda seen: (
        bool(seen.not_finite) or any(math.isnan(value) for fit in seen.fits for value in fit.losses)
    ),
    "untracked": lambda seen: bool(seen.idle),
    "constant-loss": lambda seen: seen.constant_loss,
    "warns": lambda seen: any(_ABOUT_TRAINING.search(text) for text in seen.warnings),
}
