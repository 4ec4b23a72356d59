"""Measure every public callable: by a recipe where there is one, else by guessing from the parameters."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tools.measure import gradients, inputs
from tools.measure.gradients import FAILURES, Measurement
from tools.measure.inputs import Recipe
from tools.measure.namespaces import Callee, callees
from tools.measure.recipes import recipes_for
from tools.measure.skipped import reason_to_skip

SEEDS = (1, 2, 3)
PLANS: tuple[Callable[[], Any], ...] = (
    lambda: inputs.f(3, 4),
    lambda: inputs.unit(3, 4),
    lambda: inputs.spd(3),
    lambda: inputs.big(5),
    lambda: inputs.f(5),
    lambda: inputs.unit(2, 6, 6, 3),
    lambda: inputs.f(2, 3, 4),
    inputs.unit,
    lambda: [inputs.f(3, 4), inputs.f(3, 4)],
    lambda: inputs.c(3, 3),
)
FALLBACKS = 2
"""The shapes and ranges that a callable without a recipe is tried with, all required arguments alike;
the last ones only where the others fail: the sign of a complex number, say, has a gradient."""
GUESSES: dict[str, Callable[[], Any]] = {
    "axis": lambda: 0,
    "dtype": lambda: "float32",
    "k": lambda: 1,
    "name": lambda: "name",
    "seed": lambda: (1, 2),
    "shape": lambda: (3, 4),
}
NEVER_TENSORS = frozenset(
    [
        "name",
        "dtype",
        "axis",
        "axes",
        "seed",
        "shape",
        "num_classes",
        "training",
        "out_type",
        "keepdims",
        "size",
    ]
)


@dataclass(frozen=True, slots=True)
class Survey:
    """Measured rows by name, and the names without a row, each with its reason."""

    rows: dict[str, dict[str, Any]]
    aliases: dict[str, str]
    skipped: dict[str, str]
    failed: dict[str, str]

    @property
    def share(self) -> float:
        """Measured callables among those that take a float tensor."""
        return len(self.rows) / (len(self.rows) + len(self.failed))


def survey(only: Iterable[str] = ()) -> Survey:
    """Measure all callables, or those named in ``only``."""
    wanted = frozenset(only)
    result = Survey({}, {}, {}, {})
    for callee in callees():
        if wanted and wanted.isdisjoint((callee.name, *callee.aliases)):
            continue
        result.aliases.update(dict.fromkeys(callee.aliases, callee.name))
        reason = reason_to_skip((callee.name, *callee.aliases))
        if reason is not None:
            result.skipped[callee.name] = reason
            continue
        measurement, error = measure(callee)
        if measurement is None:
            table = result.failed if error else result.skipped
            table[callee.name] = error or "no tensor argument"
        else:
            result.rows[callee.name] = row(callee, measurement)
    return result


def measure(callee: Callee) -> tuple[Measurement | None, str]:
    """The joined answer of all calls that went well; or None and why (empty: nothing to give a tensor to)."""
    recipes = recipes_for((callee.name, *callee.aliases))
    attempts = list(recipes or _guesses(callee))
    joined = Measurement()
    error = ""
    for position, attempt in enumerate(attempts):
        if joined.calls and not recipes and position >= len(attempts) - FALLBACKS:
            break
        for seed in SEEDS if recipes else SEEDS[:1]:
            inputs.reset(seed)
            try:
                arguments = _by_name(callee, attempt())
                once = gradients.measure_call(callee.function, arguments)
            except FAILURES as failure:
                error = error or _short(failure)
                continue
            joined.add(once)
            if not recipes:
                _optional(callee, attempt, joined)
    if not joined.calls:
        return None, error
    if not joined.gradient:
        return None, "" if not recipes else "the recipe gives no float tensor"
    return joined, ""


def _short(failure: BaseException) -> str:
    if "Could not find device" in str(failure):
        return "no kernel for the CPU"
    first = next(iter(str(failure).splitlines()), "").partition("[[")[0]
    return re.sub(r"\{\{.*?\}\} ", "", f"{type(failure).__name__}: {first}")[:100].strip()


def _by_name(callee: Callee, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Spread the list under ``*`` over the positional parameters."""
    named = dict(arguments)
    values = list(named.pop("*", ()))
    spread: dict[str, Any] = {}
    for parameter in callee.parameters:
        if not values:
            break
        if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
            spread[f"*{parameter.name}"] = values
            values = []
        else:
            spread[parameter.name] = values.pop(0)
    return spread | named


def _guesses(callee: Callee) -> Iterator[Recipe]:
    names = gradients.required(callee.parameters)
    collecting = [p.name for p in callee.parameters if p.kind is inspect.Parameter.VAR_POSITIONAL]
    if collecting and not names:
        for plan in PLANS:
            yield functools.partial(_collected, f"*{collecting[0]}", plan)
        return
    if not names:
        names = [parameter.name for parameter in callee.parameters if parameter.name not in NEVER_TENSORS][:1]
    if names:
        for plan in PLANS:
            yield functools.partial(_alike, tuple(names), plan)


def _collected(name: str, plan: Callable[[], Any]) -> dict[str, Any]:
    return {name: [plan(), plan()]}


def _alike(names: tuple[str, ...], plan: Callable[[], Any]) -> dict[str, Any]:
    return {name: GUESSES.get(name, plan)() for name in names}


def _optional(callee: Callee, attempt: Recipe, joined: Measurement) -> None:
    """Give a tensor to each argument that has no value or a number as its default; keep it if a gradient comes."""
    given = _by_name(callee, attempt())
    for parameter in callee.parameters:
        default = parameter.default
        usual = default is None or (isinstance(default, float | int) and not isinstance(default, bool))
        if not usual or parameter.name in NEVER_TENSORS or parameter.name in given:
            continue
        if joined.gradient.get(parameter.name) == "yes":
            continue
        for value in (inputs.unit(), *(item for item in list(given.values())[:1])):
            try:
                once = gradients.measure_call(callee.function, {**given, parameter.name: value})
            except FAILURES:
                continue
            if once.gradient.get(parameter.name) == "yes":
                joined.gradient[parameter.name] = "yes"
                break


def row(callee: Callee, measurement: Measurement) -> dict[str, Any]:
    """A row of the table; a float result is not written down."""
    order = callee.positional
    names = sorted(measurement.gradient, key=lambda name: order.index(name) if name in order else len(order))
    found: dict[str, Any] = {"p": order, "g": {name: measurement.gradient[name] for name in names}}
    if measurement.result != "float":
        found["r"] = measurement.result
    if measurement.components:
        found["c"] = {name: measurement.components[name] for name in names if name in measurement.components}
    return found
