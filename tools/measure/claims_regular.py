"""Claims that come in families: element by element, of two arguments, reductions, changes of shape.

A line of a table: NumPy's names : twins in TensorFlow : twins in ``keras.ops`` : domain.
Nothing here is believed; ``twins.py`` asks both sides.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from tools.measure.claim import SHAPES, Case, Claim, a

PERM = {"tensorflow.transpose": {"axes": "perm"}}
_UNARY = """
abs absolute fabs : abs : abs
sqrt : sqrt : sqrt : positive
square : square : square
exp : exp : exp
expm1 : math.expm1 : expm1
exp2 : experimental.numpy.exp2 : exp2
log : math.log : log : positive
log1p : math.log1p : log1p : positive
log2 : experimental.numpy.log2 : log2 : positive
log10 : experimental.numpy.log10 : log10 : positive
sin : sin : sin
cos : cos : cos
tan : tan : tan
arcsin asin : asin : arcsin : fraction
arccos acos : acos : arccos : fraction
arctan atan : atan : arctan
sinh : sinh : sinh
cosh : cosh : cosh
tanh : tanh : tanh
arcsinh asinh : asinh : arcsinh
arccosh acosh : acosh : arccosh : above
arctanh atanh : atanh : arctanh : fraction
negative : negative : negative
positive : identity : copy
reciprocal : math.reciprocal : reciprocal : positive
cbrt : experimental.numpy.cbrt : cbrt : positive
deg2rad radians : experimental.numpy.deg2rad : deg2rad
rad2deg degrees : experimental.numpy.rad2deg : rad2deg
sinc : experimental.numpy.sinc : sinc
i0 : math.bessel_i0 : i0
conj conjugate : math.conj : conj
real : math.real : real
nan_to_num : : nan_to_num
copy : identity : copy
array asarray asanyarray ascontiguousarray : convert_to_tensor : convert_to_tensor
"""
_BINARY = """
add : add : add
subtract : subtract : subtract
multiply : multiply : multiply
divide true_divide : divide : divide : positive
power pow float_power : pow : power : positive
maximum : maximum : maximum
minimum : minimum : minimum
fmax : : fmax
fmin : : fmin
arctan2 atan2 : atan2 : arctan2
hypot : experimental.numpy.hypot : hypot
logaddexp : experimental.numpy.logaddexp : logaddexp
logaddexp2 : experimental.numpy.logaddexp2 : logaddexp2
mod remainder : math.floormod : mod : positive
fmod : experimental.numpy.fmod : fmod : positive
"""
_REDUCTIONS = """
sum : reduce_sum : sum
mean : reduce_mean : mean
max amax : reduce_max : max
min amin : reduce_min : min
prod : reduce_prod : prod
std : math.reduce_std : std
var : math.reduce_variance : var
ptp : experimental.numpy.ptp : ptp
median : : median
nansum : experimental.numpy.nansum : nansum
nanmean : experimental.numpy.nanmean : nanmean
nanprod : experimental.numpy.nanprod : nanprod
nanmax : : nanmax
nanmin : : nanmin
nanstd : : nanstd
nanvar : : nanvar
nanmedian : : nanmedian
average : reduce_mean experimental.numpy.average : average
"""
_SHAPE_CHANGES = """
transpose permute_dims : transpose : transpose
ravel : experimental.numpy.ravel : ravel
fliplr : experimental.numpy.fliplr : fliplr
flipud : experimental.numpy.flipud : flipud
tril : experimental.numpy.tril : tril
triu : experimental.numpy.triu : triu
matrix_transpose linalg.matrix_transpose : linalg.matrix_transpose :
"""


def _rows(text: str) -> Iterator[tuple[str, tuple[str, ...], tuple[str, ...], str]]:
    for line in text.strip().splitlines():
        names, tf_names, keras_names, *domain = (part.strip() for part in line.split(":"))
        for name in names.split():
            yield (
                f"numpy.{name}",
                tuple(f"tensorflow.{twin}" for twin in tf_names.split()),
                tuple(f"keras.ops.{twin}" for twin in keras_names.split()),
                domain[0] if domain else "signed",
            )


def _unary() -> Iterator[Claim]:
    named = dict.fromkeys(("asarray", "asanyarray", "ascontiguousarray", "copy"), "a")
    named |= {"array": "object", "real": "val"}
    for name, tf_names, keras_names, domain in _rows(_UNARY):
        short = name.removeprefix("numpy.")
        argument = named.get(short, "x")
        shapes = SHAPES[1:] if short in ("sinc", "ascontiguousarray") else SHAPES
        cases = [case_of(argument, shape, domain) for shape in shapes]
        same: tuple[str, ...] = ()
        if tf_names == ("tensorflow.convert_to_tensor",):
            cases += [_nested(argument), case_of(argument, (3, 4), dtype=np.float32)]
            same = ("dtype",)
        yield Claim(name, tf_names, keras_names, (argument,), tuple(cases), same=same)


def case_of(argument: str, shape: tuple[int, ...], domain: str = "signed", /, **rest: Any) -> Case:
    return lambda: {argument: a(*shape, domain=domain), **rest}


def _nested(argument: str) -> Case:
    return lambda: {argument: [[a(), a()], [a(), a()]]}


def _binary() -> Iterator[Claim]:
    for name, tf_names, keras_names, domain in _rows(_BINARY):
        cases: list[Case] = [_pair(shape, shape, domain) for shape in SHAPES]
        cases += [_pair((3, 4), (4,), domain), _pair((4,), (3, 4), domain), _pair((3, 1), (1, 4), domain)]
        numbers = tuple(
            (argument, kind, _with_number(domain, argument == "x1", number))
            for argument in ("x1", "x2")
            for kind, number in (("float", 2.0), ("int", 2))
        )
        yield Claim(name, tf_names, keras_names, ("x1", "x2"), tuple(cases), doubtful=numbers)


def _pair(left: tuple[int, ...], right: tuple[int, ...], domain: str) -> Case:
    return lambda: {"x1": a(*left, domain=domain), "x2": a(*right, domain=domain) + np.float32(0.1)}


def _with_number(domain: str, first: bool, number: float) -> Case:
    def case() -> dict[str, Any]:
        array = a(3, 4, domain=domain)
        return {"x1": number, "x2": array} if first else {"x1": array, "x2": number}

    return case


def reduction_cases(argument: str) -> tuple[Case, ...]:
    """Without and with ``axis`` and ``keepdims``, one to three dimensions."""
    cases = [case_of(argument, shape) for shape in SHAPES[1:]]
    axes: list[tuple[tuple[int, ...], Any]] = [((5,), 0), ((5,), -1), ((3, 4), None)]
    axes += [((3, 4), axis) for axis in (0, 1, -1, (0, 1))] + [
        ((2, 3, 4), axis) for axis in (0, -2, (0, 2), (1, -1))
    ]
    cases += [case_of(argument, shape, axis=axis) for shape, axis in axes]
    cases += [case_of(argument, shape, keepdims=keep) for shape in SHAPES[1:] for keep in (True, False)]
    cases += [case_of(argument, shape, axis=axis, keepdims=True) for shape, axis in axes]
    return tuple(cases)


def _reductions() -> Iterator[Claim]:
    for name, tf_names, keras_names, _ in _rows(_REDUCTIONS):
        listed = (("a", "list", lambda: {"a": [a(3), a(3)]}),)
        yield Claim(name, tf_names, keras_names, ("a",), reduction_cases("a"), doubtful=listed)


def _shape_changes() -> Iterator[Claim]:
    for name, tf_names, keras_names, _ in _rows(_SHAPE_CHANGES):
        argument = {"tril": "m", "triu": "m", "fliplr": "m", "flipud": "m", "matrix_transpose": "x"}.get(
            name.rpartition(".")[2], "a"
        )
        shapes = SHAPES[1:]
        if argument in "mx" and not name.endswith("flipud"):
            shapes = SHAPES[2:]
        cases = [case_of(argument, shape) for shape in shapes]
        if "transpose" in name or "permute" in name:
            cases += [case_of(argument, (2, 3, 4), axes=axes) for axes in ((2, 0, 1), [0, 2, 1])]
        if name.endswith(("tril", "triu")):
            cases += [case_of(argument, (3, 4), k=k) for k in (-1, 1)]
        yield Claim(name, tf_names, keras_names, (argument,), tuple(cases), rename_for=PERM)


def regular() -> tuple[Claim, ...]:
    """All claims of this module."""
    return (*_unary(), *_binary(), *_reductions(), *_shape_changes())
