"""NumPy's functions and their twins: proven by equal values on random float32 inputs, gradient present."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from tools.measure import gradients, inputs
from tools.measure.claim import POSITIONAL, Case, Claim
from tools.measure.claims_algebra import ALGEBRA
from tools.measure.claims_methods import METHODS
from tools.measure.claims_regular import regular
from tools.measure.claims_special import SPECIAL
from tools.measure.gradients import FAILURES
from tools.measure.namespaces import resolve

CLAIMS = (*regular(), *ALGEBRA, *SPECIAL, *METHODS)
ROOTS = {"tensorflow": tf, "keras": keras}


@dataclass(frozen=True, slots=True)
class Proof:
    """A twin that was proven: keywords, arguments it needs besides, kinds of values it refuses,
    and keywords that are only equal together with another one.
    """

    twin: str
    keywords: dict[str, str]
    defaults: dict[str, Any]
    refused: dict[str, list[str]]
    together: dict[str, str]


def twins() -> dict[str, dict[str, Any]]:
    """The rows of the table's section ``numpy``; a claim that is not proven has no row."""
    return {claim.numpy: row for claim in CLAIMS if exists(claim) and (row := _row(claim))}


def _row(claim: Claim) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for key, suffix, candidates in (("tf", "", claim.tf), ("keras", "k", claim.keras)):
        proof = next((found for name in candidates if (found := prove(claim, name)) is not None), None)
        if proof is not None:
            row[key] = proof.twin
            parts = {"k": proof.keywords, "d": proof.defaults, "no": proof.refused, "with": proof.together}
            row.update({part + suffix: value for part, value in parts.items() if value})
    if not row:
        return row
    row["p"] = positional(claim)
    marks = {
        "need": list(claim.need),
        "same": list(claim.same),
        "const": claim.constant,
        "property": claim.attribute,
    }
    row.update({key: value for key, value in marks.items() if value})
    if row.get("kk") == row.get("k"):
        row.pop("kk", None)
    return row


def exists(claim: Claim) -> bool:
    """Whether this NumPy has the function or method."""
    return resolve(np, claim.numpy.removeprefix("numpy.")) is not None


def positional(claim: Claim) -> list[str]:
    """NumPy's own parameter names, in positional order."""
    if claim.positional:
        return list(claim.positional)
    if claim.numpy in POSITIONAL:
        return POSITIONAL[claim.numpy].split()
    function = resolve(np, claim.numpy.removeprefix("numpy."))
    if isinstance(function, np.ufunc):
        return ["x"] if function.nin == 1 else ["x1", "x2"]
    return [
        parameter.name
        for parameter in inspect.signature(function).parameters.values()
        if parameter.kind in (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    ]


def prove(claim: Claim, name: str) -> Proof | None:
    """The twin with the keywords that it understands, or None if it is no twin."""
    root, _, dotted = name.partition(".")
    function = resolve(ROOTS[root], dotted)
    if function is None:
        return None
    cases = [(frozenset(case()), case) for case in claim.cases]
    known = _translation(claim, name, function, frozenset().union(*(keys for keys, _ in cases)))
    signature = inspect.signature(function).parameters
    defaults = {key: value for key, value in claim.defaults.items() if key in signature}
    base = {*claim.tensors, *claim.need}
    if not base <= known.keys():
        return None

    def holds(keys: set[str], inside: set[str]) -> bool:
        chosen = [case for given, case in cases if keys <= given <= inside]
        return bool(chosen) and all(equal(claim, function, case, known, defaults) for case in chosen)

    if not holds(base, base):
        return None
    usual = [case for given, case in cases if given == base]
    if not claim.constant and not gradient_is_there(function, usual, known, defaults):
        return None
    accepted = set(base)
    for keyword in sorted(known.keys() - base):
        if holds({keyword}, accepted | {keyword}):
            accepted.add(keyword)
    together: dict[str, str] = {}
    for keyword in sorted(known.keys() - accepted):
        for other in sorted(known.keys() - base - {keyword}):
            if keyword not in together and holds({keyword, other}, accepted | {keyword, other}):
                together[keyword] = other
    keywords = {key: value for key, value in known.items() if key in accepted or key in together}
    refused: dict[str, list[str]] = {}
    for argument, kind, case in claim.doubtful:
        if argument in keywords and not equal(claim, function, case, known, defaults):
            refused.setdefault(argument, []).append(kind)
    return Proof(name, keywords, defaults, refused, together)


def _translation(claim: Claim, name: str, function: Any, used: frozenset[str]) -> dict[str, str]:
    """NumPy's parameter names to the twin's: as the claim says, by the same name, tensors by their order."""
    signature = inspect.signature(function).parameters
    rename = dict(claim.rename) | dict(claim.rename_for.get(name, {}))
    order = [parameter for parameter in signature if parameter not in rename.values()]
    for tensor in claim.tensors:
        if tensor not in rename:
            rename[tensor] = tensor if tensor in signature else order[0]
            if rename[tensor] in order:
                order.remove(rename[tensor])
    collecting = {p.name for p in signature.values() if p.kind is p.VAR_POSITIONAL}
    known = {
        key: value
        for key, value in rename.items()
        if value in signature or value.removeprefix("*") in collecting
    }
    return known | {key: key for key in used if key not in rename and key in signature}


def equal(
    claim: Claim, function: Any, case: Case, known: Mapping[str, str], defaults: Mapping[str, Any]
) -> bool:
    """Whether NumPy and the twin give the same shapes and values for one call."""
    inputs.reset(7)
    values = case()
    try:
        with np.errstate(all="ignore"):
            expected = list(flat(call_numpy(claim, values)))
        actual = list(flat(gradients.call(function, _arguments(function, values, known, defaults))))
    except FAILURES:
        return False
    return len(expected) == len(actual) and all(map(same, expected, actual))


def gradient_is_there(
    function: Any, cases: Iterable[Case], known: Mapping[str, str], defaults: Mapping[str, Any]
) -> bool:
    """No tensor argument is ever without a gradient, and each has one that is not zero at least once."""
    joined = gradients.Measurement()
    for case in cases:
        inputs.reset(7)
        once = gradients.measure_call(function, _arguments(function, case(), known, defaults))
        if not {"none", "raises"}.isdisjoint(once.gradient.values()):
            return False
        joined.add(once)
    return bool(joined.gradient) and set(joined.gradient.values()) == {"yes"}


def _arguments(
    function: Any, values: Mapping[str, Any], known: Mapping[str, str], defaults: Mapping[str, Any]
) -> dict[str, Any]:
    given = dict(defaults) | {known[key]: to_tensors(value) for key, value in values.items()}
    ordered = {name: given[name] for name in inspect.signature(function).parameters if name in given}
    return ordered | {name: value for name, value in given.items() if name.startswith("*")}


def call_numpy(claim: Claim, values: Mapping[str, Any]) -> Any:
    """Call the function or the method of the first tensor."""
    if claim.numpy.startswith("numpy.ndarray."):
        rest = {key: value for key, value in values.items() if key != "self"}
        method = getattr(values["self"], claim.numpy.removeprefix("numpy.ndarray."))
        if claim.attribute:
            return method
        star = next((rest.pop(key) for key in list(rest) if key.startswith("*")), ())
        names = positional(claim)[1:]
        return method(*star, *(rest[key] for key in names if key in rest and key in claim.by_position), **{
            key: value for key, value in rest.items() if key not in claim.by_position
        })  # fmt: skip
    function = resolve(np, claim.numpy.removeprefix("numpy."))
    names = positional(claim)
    rest = dict(values)
    before = []
    for name in names:
        if name not in rest or name.startswith("*"):
            break
        before.append(rest.pop(name))
    star = next((rest.pop(key) for key in list(rest) if key.startswith("*")), ())
    return function(*before, *star, **rest)


def to_tensors(value: Any) -> Any:
    """Arrays to tensors, within lists and tuples as well."""
    match value:
        case list() | tuple():
            return type(value)(to_tensors(item) for item in value)
        case _:
            return tf.constant(value) if isinstance(value, np.ndarray | np.float32) else value


def flat(value: Any) -> Iterator[Any]:
    """The arrays of a result."""
    if isinstance(value, list | tuple):
        for item in value:
            yield from flat(item)
    else:
        yield value


def same(expected: Any, actual: Any) -> bool:
    """Equal shape, and equal values to the precision of float32."""
    left, right = np.asarray(expected), np.asarray(actual)
    return left.shape == right.shape and np.allclose(left, right, rtol=2e-4, atol=1e-5, equal_nan=True)
