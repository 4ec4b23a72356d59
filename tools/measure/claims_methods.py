"""Claims about the methods of NumPy's arrays. Nothing here is believed; ``twins.py`` asks both sides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from tools.measure.claim import SHAPES, Case, Claim, a
from tools.measure.claims_regular import case_of, reduction_cases
from tools.measure.claims_special import claims


def _methods() -> Iterator[Claim]:
    reductions: Mapping[str, str] = {
        "sum": "reduce_sum", "mean": "reduce_mean", "max": "reduce_max", "min": "reduce_min",
        "prod": "reduce_prod", "std": "math.reduce_std", "var": "math.reduce_variance",
    }  # fmt: skip
    orders = {"max": "axis out keepdims", "min": "axis out keepdims", "std": "axis dtype out ddof keepdims"}
    orders["var"] = orders["std"]
    for name, twin in reductions.items():
        order = orders.get(name, "axis dtype out keepdims")
        yield from claims(
            f"ndarray.{name}", twin, name, "self", *reduction_cases_of_self(), positional=f"self {order}"
        )
    along = tuple(case_of("self", shape, axis=axis) for shape in SHAPES[1:] for axis in range(-1, len(shape)))
    yield from claims(
        "ndarray.cumsum", "cumsum", "cumsum", "self", *along, need="axis", positional="self axis dtype out"
    )
    yield from claims(
        "ndarray.cumprod",
        "math.cumprod",
        "cumprod",
        "self",
        *along,
        need="axis",
        positional="self axis dtype out",
    )
    yield from claims(
        "ndarray.clip", "clip_by_value", "clip", "self",
        *(case_of("self", shape, min=-0.5, max=0.5) for shape in SHAPES[1:]),
        need="min max",
        doubtful=(
            ("min", "None", case_of("self", (3, 4), min=None, max=0.5)),
            ("max", "None", case_of("self", (3, 4), min=-0.5, max=None)),
        ),
        rename={"min": "x_min", "max": "x_max"},
        rename_for={"tensorflow.clip_by_value": {"min": "clip_value_min", "max": "clip_value_max"}},
        positional="self min max out",
    )  # fmt: skip
    yield from claims(
        "ndarray.reshape", "reshape", "reshape", "self",
        case_of("self", (3, 4), **{"*shape": (4, 3)}),
        case_of("self", (2, 3, 4), **{"*shape": (-1, 4)}),
        case_of("self", (2, 3, 4), **{"*shape": (-1,)}),
        need="*shape",
        rename={"*shape": "shape"},
        rename_for={"keras.ops.reshape": {"*shape": "newshape"}},
        positional="self *shape",
    )  # fmt: skip
    yield from claims(
        "ndarray.transpose", "transpose", "transpose", "self",
        case_of("self", (3, 4)),
        case_of("self", (2, 3, 4)),
        case_of("self", (2, 3, 4), **{"*axes": (2, 0, 1)}),
        rename={"*axes": "axes"},
        rename_for={"tensorflow.transpose": {"*axes": "perm"}},
        positional="self *axes",
    )  # fmt: skip
    yield from claims(
        "ndarray.T", "transpose", "transpose", "self", *(case_of("self", shape) for shape in SHAPES[1:]),
        attribute=True, positional="self",
    )  # fmt: skip
    for name in ("flatten", "ravel"):
        yield from claims(
            f"ndarray.{name}", "reshape", "ravel", "self", *(case_of("self", shape) for shape in SHAPES[1:]),
            defaults={"shape": [-1]}, positional="self order",
        )  # fmt: skip
    yield from claims(
        "ndarray.squeeze", "squeeze", "squeeze", "self",
        case_of("self", (3, 1, 4)),
        case_of("self", (3, 1, 4), axis=1),
        positional="self axis",
    )  # fmt: skip
    yield from claims(
        "ndarray.copy", "identity", "copy", "self", *(case_of("self", shape) for shape in SHAPES[1:]),
        positional="self order",
    )  # fmt: skip
    yield from claims(
        "ndarray.astype", "cast", "cast", "self",
        *(case_of("self", shape, dtype=kind) for shape in SHAPES[1:] for kind in ("float32", "float64")),
        case_of("self", (3, 4), dtype=np.float32),
        need="dtype",
        positional="self dtype",
    )  # fmt: skip
    yield from claims(
        "ndarray.dot", "tensordot experimental.numpy.dot", "dot", "self b",
        lambda: {"self": a(4), "b": a(4)},
        lambda: {"self": a(3, 4), "b": a(4)},
        lambda: {"self": a(3, 4), "b": a(4, 2)},
        lambda: {"self": a(2, 3, 4), "b": a(2, 4, 2)},
        positional="self b out",
        by_position=("b",),
    )  # fmt: skip
    yield from claims(
        "ndarray.repeat", "repeat", "repeat", "self",
        case_of("self", (3, 4), repeats=2),
        case_of("self", (3, 4), repeats=2, axis=0),
        need="repeats",
        positional="self repeats axis",
    )  # fmt: skip
    yield from claims(
        "ndarray.swapaxes", "experimental.numpy.swapaxes", "swapaxes", "self",
        case_of("self", (2, 3, 4), axis1=0, axis2=-1),
        need="axis1 axis2",
        positional="self axis1 axis2",
        by_position=("axis1", "axis2"),
    )  # fmt: skip
    yield from claims(
        "ndarray.take", "gather", "take", "self",
        case_of("self", (5, 3), indices=[0, 2], axis=0),
        case_of("self", (5, 3), indices=[0, 2], axis=1),
        need="indices axis",
        doubtful=(("indices", "negative", case_of("self", (5, 3), indices=[-1, 2], axis=0)),),
        positional="self indices axis",
    )  # fmt: skip
    yield from claims(
        "ndarray.diagonal", "experimental.numpy.diagonal", "diagonal", "self", case_of("self", (3, 4)),
        positional="self offset axis1 axis2",
    )  # fmt: skip
    yield from claims(
        "ndarray.trace",
        "linalg.trace",
        "trace",
        "self",
        case_of("self", (3, 4)),
        positional="self offset axis1 axis2",
    )
    yield from claims(
        "ndarray.conj ndarray.conjugate",
        "math.conj",
        "conj",
        "self",
        case_of("self", (3, 4)),
        positional="self",
    )


def reduction_cases_of_self() -> tuple[Case, ...]:
    """As for functions, but a method has an array, not a list, before the dot."""
    return tuple(case for case in reduction_cases("self") if not isinstance(case()["self"], list))


METHODS = tuple(_methods())
