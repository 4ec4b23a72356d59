"""NumPy's functions and their twins: proven by equal values on random float32 inputs, gradient present."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from measure import gradients, inputs
from measure.claim import POSITIONAL, Case, Claim
from measure.claims_regular import regular
from measure.claims_special import METHODS, SPECIAL
from measure.gradients import FAILURES
from measure.namespaces import resolve

CLAIMS = (*regular(), *SPECIAL, *METHODS)
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
    marks = {"need": list(claim.need), "same": list(claim.same), "const": claim.constant, "property": claim.attribute}
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
        return bool(chosen) and all(
            _equal(claim, function, case, known, defaults, gradient=keys == base) for case in chosen
        )

    if not holds(base, base):
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
        if argument in keywords and not _equal(claim, function, case, known, defaults, gradient=True):
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
    known = {key: value for key, value in rename.items() if value in signature or value.removeprefix("*") in collecting}
    return known | {key: key for key in used if key not in rename and key in signature}


def _equal(
    claim: Claim, function: Any, case: Case, known: Mapping[str, str], defaults: Mapping[str, Any], *, gradient: bool
) -> bool:
    inputs.reset(7)
    values = case()
    try:
        with np.errstate(all="ignore"):
            expected = call_numpy(claim, values)
    except FAILURES:
        return False
    translated = {known[key]: value for key, value in values.items()}
    given = {
        **{key: value for key, value in defaults.items() if key not in translated},
        **{known[key]: to_tensors(value) for key, value in values.items()},
    }
    ordered = {name: given[name] for name in inspect.signature(function).parameters if name in given} | {
        name: value for name, value in given.items() if name.startswith("*")
    }
    try:
        actual = gradients.call(function, ordered)
        if not all(map(same, flat(expected), flat(actual))) or len(list(flat(expected))) != len(list(flat(actual))):
            return False
        if claim.constant or not gradient:
            return True
        measured = gradients.measure_call(function, ordered)
    except FAILURES:
        return False
    return bool(measured.gradient) and all(answer == "yes" for answer in measured.gradient.values())


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
        case np.ndarray() | np.float32():
            return tf.constant(value)
        case list() | tuple() if any(isinstance(item, np.ndarray | np.float32) for item in value):
            return type(value)(to_tensors(item) for item in value)
        case _:
            return value


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
