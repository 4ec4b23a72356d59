"""Claims one by one: functions whose arguments have a form of their own.

Nothing here is believed; ``twins.py`` asks both sides.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from tools.measure import inputs
from tools.measure.claim import SHAPES, Case, Claim, a
from tools.measure.claims_regular import case_of


def claims(
    names: str,
    tf: str,
    keras: str,
    tensors: str,
    *cases: Case,
    need: str = "",
    positional: str = "",
    **more: Any,
) -> Iterator[Claim]:
    """One claim for each of ``names``; all lists of names are separated by spaces."""
    for name in names.split():
        yield Claim(
            f"numpy.{name}",
            tuple(f"tensorflow.{twin}" for twin in tf.split()),
            tuple(f"keras.ops.{twin}" for twin in keras.split()),
            tuple(tensors.split()),
            cases,
            need=tuple(need.split()),
            positional=tuple(positional.split()),
            **more,
        )


_AXIS_CASES = tuple(case_of("a", shape, axis=axis) for shape in SHAPES[1:] for axis in range(-1, len(shape)))
_JOINED = tuple(
    (lambda shape=shape, axis=axis: {"arrays": [a(*shape), a(*shape)], "axis": axis})
    for shape in SHAPES[1:]
    for axis in range(-1, len(shape))
)
_NO_AXIS = (("axis", "None", case_of("a", (3, 4), axis=None)),)
_JOINED_FLAT = (("axis", "None", lambda: {"arrays": [a(3), a(4)], "axis": None}),)
_JOINED_PLAIN = tuple((lambda shape=shape: {"arrays": [a(*shape), a(*shape)]}) for shape in SHAPES[1:])


def _special() -> Iterator[Claim]:
    # selection
    yield from claims(
        "where", "where", "where", "condition x y",
        lambda: {"condition": np.asarray(inputs.b(3, 4)), "x": a(3, 4), "y": a(3, 4)},
        lambda: {"condition": np.asarray(inputs.b(3, 4)), "x": a(3, 4), "y": 0.0},
        lambda: {"condition": np.asarray(inputs.b(3, 4)), "x": 0.0, "y": a(3, 4)},
        lambda: {"condition": np.asarray(inputs.b(4)), "x": a(3, 4), "y": a(4)},
        doubtful=(
            ("x", "int", lambda: {"condition": np.asarray(inputs.b(3, 4)), "x": 0, "y": a(3, 4)}),
            ("y", "int", lambda: {"condition": np.asarray(inputs.b(3, 4)), "x": a(3, 4), "y": 0}),
        ),
    )  # fmt: skip
    yield from claims(
        "clip", "clip_by_value", "clip", "a",
        *(case_of("a", shape, a_min=-0.5, a_max=0.5) for shape in SHAPES),
        lambda: {"a": a(3, 4), "a_min": -0.5, "a_max": a(4) * 0.1},
        lambda: {"a": a(3, 4), "a_min": -1, "a_max": 1},
        need="a_min a_max",
        doubtful=(
            ("a_min", "None", case_of("a", (3, 4), a_min=None, a_max=0.5)),
            ("a_max", "None", case_of("a", (3, 4), a_min=-0.5, a_max=None)),
        ),
        rename={"a_min": "x_min", "a_max": "x_max"},
        rename_for={"tensorflow.clip_by_value": {"a_min": "clip_value_min", "a_max": "clip_value_max"}},
    )  # fmt: skip
    yield from claims(
        "take", "gather", "take", "a",
        lambda: {"a": a(5), "indices": [0, 2, 2], "axis": 0},
        lambda: {"a": a(5, 3), "indices": [0, 2, 2], "axis": 0},
        lambda: {"a": a(5, 3), "indices": 1, "axis": 1},
        lambda: {"a": a(2, 3, 4), "indices": [[0, 1]], "axis": -1},
        need="indices axis",
        doubtful=(("indices", "negative", lambda: {"a": a(5, 3), "indices": -1, "axis": 0}),),
    )  # fmt: skip
    yield from claims(
        "take_along_axis", "experimental.numpy.take_along_axis", "take_along_axis", "arr",
        lambda: {"arr": a(3, 4), "indices": np.array([[0, 1], [2, 3], [1, 1]]), "axis": 1},
        lambda: {"arr": a(5), "indices": np.array([0, 3]), "axis": 0},
        need="indices axis",
        rename_for={"keras.ops.take_along_axis": {"arr": "x"}},
    )  # fmt: skip
    yield from claims(
        "sort", "sort", "sort", "a", *(case_of("a", shape) for shape in SHAPES[1:]), *_AXIS_CASES,
        doubtful=_NO_AXIS,
    )  # fmt: skip
    yield from claims(
        "diag", "experimental.numpy.diag", "diag", "v",
        lambda: {"v": a(4)},
        lambda: {"v": a(3, 4)},
        lambda: {"v": a(4), "k": 1},
    )  # fmt: skip
    yield from claims("diagflat", "experimental.numpy.diagflat", "diagflat", "v", lambda: {"v": a(4)})
    yield from claims(
        "diagonal", "experimental.numpy.diagonal", "diagonal", "a",
        lambda: {"a": a(3, 4)},
        lambda: {"a": a(3, 4, 2)},
        lambda: {"a": a(3, 4), "offset": 1},
        lambda: {"a": a(2, 3, 4), "axis1": 1, "axis2": 2},
    )  # fmt: skip
    # sums along an axis, differences
    yield from claims("cumsum", "cumsum", "cumsum", "a", *_AXIS_CASES, need="axis", doubtful=_NO_AXIS)
    yield from claims("cumprod", "math.cumprod", "cumprod", "a", *_AXIS_CASES, need="axis", doubtful=_NO_AXIS)
    yield from claims(
        "diff", "experimental.numpy.diff", "diff", "a",
        *(case_of("a", shape) for shape in SHAPES[1:]),
        *_AXIS_CASES,
        case_of("a", (6,), n=2),
    )  # fmt: skip
    yield from claims(
        "trapezoid", "", "trapezoid", "y",
        *(case_of("y", shape) for shape in SHAPES[1:]),
        case_of("y", (5,), dx=0.5),
        case_of("y", (3, 4), axis=0),
    )  # fmt: skip
    for name, share in (("quantile", 1.0), ("percentile", 100.0)):
        yield from claims(
            name, "", name, "a",
            case_of("a", (5,), q=0.3 * share),
            case_of("a", (3, 4), q=0.7 * share),
            case_of("a", (3, 4), q=0.7 * share, axis=0),
            case_of("a", (3, 4), q=0.7 * share, axis=1, keepdims=True),
            need="q",
        )  # fmt: skip
    # shape
    yield from claims(
        "reshape", "reshape", "reshape", "a",
        *(case_of("a", (3, 4), shape=shape) for shape in ((4, 3), [2, 6], -1, (-1, 2))),
        *(case_of("a", (2, 3, 4), shape=shape) for shape in ((6, 4), (-1,), (2, 12))),
        need="shape",
        rename_for={"keras.ops.reshape": {"shape": "newshape"}},
        positional="a shape order",
    )  # fmt: skip
    yield from claims(
        "expand_dims", "expand_dims", "expand_dims", "a",
        *(case_of("a", shape, axis=axis) for shape in SHAPES for axis in (0, -1)),
        need="axis",
        doubtful=(("axis", "tuple", case_of("a", (3, 4), axis=(0, 1))),),
    )  # fmt: skip
    yield from claims(
        "squeeze", "squeeze", "squeeze", "a",
        case_of("a", (3, 1, 4)),
        case_of("a", (1, 1)),
        case_of("a", (3, 4)),
        case_of("a", (3, 1, 4), axis=1),
        case_of("a", (1, 3, 1), axis=-1),
        case_of("a", (1, 3, 1), axis=(0, 2)),
    )  # fmt: skip
    yield from claims(
        "swapaxes", "experimental.numpy.swapaxes", "swapaxes", "a",
        case_of("a", (3, 4), axis1=0, axis2=1),
        case_of("a", (2, 3, 4), axis1=0, axis2=-1),
        need="axis1 axis2",
    )  # fmt: skip
    yield from claims(
        "moveaxis", "experimental.numpy.moveaxis", "moveaxis", "a",
        case_of("a", (3, 4), source=0, destination=1),
        case_of("a", (2, 3, 4), source=(0, 1), destination=(-1, 0)),
        need="source destination",
    )  # fmt: skip
    yield from claims(
        "concatenate concat",
        "concat",
        "concatenate",
        "arrays",
        *_JOINED_PLAIN,
        *_JOINED,
        defaults={"axis": 0},
        doubtful=_JOINED_FLAT,
    )
    yield from claims(
        "stack", "stack", "stack", "arrays", *_JOINED_PLAIN, *_JOINED, lambda: {"arrays": [a(), a()]}
    )
    yield from claims("vstack", "experimental.numpy.vstack", "vstack", "tup", *_tuples())
    yield from claims("hstack", "experimental.numpy.hstack", "hstack", "tup", *_tuples())
    yield from claims("dstack", "experimental.numpy.dstack", "dstack", "tup", *_tuples())
    yield from claims(
        "split", "split experimental.numpy.split", "split", "ary",
        case_of("ary", (6,), indices_or_sections=[1, 4]),
        case_of("ary", (6,), indices_or_sections=3),
        case_of("ary", (4, 3), indices_or_sections=2),
        case_of("ary", (4, 6), indices_or_sections=3, axis=1),
        need="indices_or_sections",
        rename_for={"tensorflow.split": {"indices_or_sections": "num_or_size_splits"}},
    )  # fmt: skip
    yield from claims(
        "tile", "tile experimental.numpy.tile", "tile", "A",
        case_of("A", (4,), reps=(2,)),
        case_of("A", (4,), reps=2),
        case_of("A", (3, 4), reps=(2, 1)),
        case_of("A", (4,), reps=(3, 1)),
        need="reps",
        rename_for={"keras.ops.tile": {"reps": "repeats"}},
    )  # fmt: skip
    yield from claims(
        "repeat", "repeat", "repeat", "a",
        case_of("a", (4,), repeats=2),
        case_of("a", (3, 4), repeats=2),
        case_of("a", (3, 4), repeats=2, axis=0),
        case_of("a", (3, 4), repeats=[1, 0, 2], axis=0),
        need="repeats",
    )  # fmt: skip
    yield from claims(
        "flip", "experimental.numpy.flip", "flip", "m",
        *(case_of("m", shape) for shape in SHAPES[1:]),
        *(case_of("m", (3, 4), axis=axis) for axis in (0, -1)),
    )  # fmt: skip
    yield from claims(
        "roll", "experimental.numpy.roll roll", "roll", "a",
        case_of("a", (5,), shift=2),
        case_of("a", (3, 4), shift=1),
        case_of("a", (3, 4), shift=-1, axis=1),
        need="shift",
    )  # fmt: skip
    yield from claims(
        "rot90", "experimental.numpy.rot90", "rot90", "m",
        case_of("m", (3, 4)),
        case_of("m", (3, 4), k=2),
        case_of("m", (2, 3, 4), axes=(1, 2)),
        rename_for={"keras.ops.rot90": {"m": "array"}},
    )  # fmt: skip
    yield from claims(
        "broadcast_to", "broadcast_to", "broadcast_to", "array",
        case_of("array", (4,), shape=(3, 4)),
        case_of("array", (), shape=(3,)),
        case_of("array", (3, 1), shape=[2, 3, 4]),
        need="shape",
    )  # fmt: skip
    yield from claims(
        "pad", "pad", "pad", "array",
        case_of("array", (4,), pad_width=[[1, 2]]),
        case_of("array", (3, 4), pad_width=((1, 1), (0, 2))),
        case_of("array", (3, 4), pad_width=((1, 1), (0, 2)), mode="constant"),
        case_of("array", (3, 4), pad_width=((1, 1), (0, 2)), mode="reflect"),
        case_of("array", (3, 4), pad_width=((1, 1), (0, 2)), constant_values=2.0),
        need="pad_width",
        rename_for={"tensorflow.pad": {"pad_width": "paddings"}},
    )  # fmt: skip
    yield from claims(
        "append", "experimental.numpy.append", "append", "arr values",
        lambda: {"arr": a(3), "values": a(2)},
        lambda: {"arr": a(3, 4), "values": a(2, 4), "axis": 0},
        rename_for={"keras.ops.append": {"arr": "x1", "values": "x2"}},
    )  # fmt: skip
    yield from claims(
        "vander", "experimental.numpy.vander", "vander", "x", case_of("x", (4,)), case_of("x", (4,), N=3)
    )
    yield from claims(
        "select", "experimental.numpy.select", "select", "choicelist",
        lambda: {"condlist": [np.array([True, False, False]), np.array([False, True, False])], "choicelist": [a(3), a(3)]},
        need="condlist",
    )  # fmt: skip
    for name in ("hsplit", "vsplit", "dsplit"):
        yield from claims(
            name, f"experimental.numpy.{name}", name, "ary", case_of("ary", (4, 4, 4), indices_or_sections=2),
            need="indices_or_sections",
        )  # fmt: skip
    yield from claims(
        "array_split", "", "array_split", "ary",
        case_of("ary", (7,), indices_or_sections=3),
        case_of("ary", (4, 5), indices_or_sections=2, axis=1),
        need="indices_or_sections",
    )  # fmt: skip
    yield from claims("corrcoef", "", "corrcoef", "x", case_of("x", (3, 6)))
    yield from claims("correlate", "", "correlate", "a v", lambda: {"a": a(6), "v": a(3)})
    yield from claims(
        "polyval", "experimental.numpy.polyval", "polyval", "p x", lambda: {"p": a(3), "x": a(5)}
    )
    yield from claims(
        "meshgrid", "meshgrid", "meshgrid", "*xi", lambda: {"*xi": [a(3), a(4)]},
        rename={"*xi": "*x"}, rename_for={"tensorflow.meshgrid": {"*xi": "*args"}}, positional="*xi",
    )  # fmt: skip
    yield from claims(
        "linalg.outer", "experimental.numpy.outer", "outer", "x1 x2", lambda: {"x1": a(3), "x2": a(4)}
    )
    yield from claims(
        "linalg.cross", "linalg.cross", "cross", "x1 x2",
        lambda: {"x1": a(3), "x2": a(3)},
        lambda: {"x1": a(4, 3), "x2": a(4, 3)},
    )  # fmt: skip
    yield from claims(
        "linalg.trace", "linalg.trace", "", "x", lambda: {"x": a(3, 3)}, lambda: {"x": a(2, 3, 3)}
    )
    for name in ("nancumsum", "nancumprod"):
        yield from claims(name, "", name, "a", *_AXIS_CASES, need="axis")
    yield from claims(
        "zeros_like",
        "zeros_like",
        "zeros_like",
        "a",
        *(case_of("a", shape) for shape in SHAPES),
        constant=True,
    )
    yield from claims(
        "ones_like", "ones_like", "ones_like", "a", *(case_of("a", shape) for shape in SHAPES), constant=True
    )
    for name, kind in (
        ("float32", "float32"),
        ("single", "float32"),
        ("float64", "float64"),
        ("double", "float64"),
    ):
        yield from claims(
            name, "cast", "cast", "x", *(case_of("x", shape) for shape in SHAPES), defaults={"dtype": kind}
        )


def _tuples() -> tuple[Case, ...]:
    return tuple((lambda shape=shape: {"tup": [a(*shape), a(*shape)]}) for shape in SHAPES[1:])


SPECIAL = tuple(_special())
