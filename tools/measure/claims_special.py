"""Claims one by one: functions whose arguments have a form of their own, and the methods of arrays.

Nothing here is believed; ``twins.py`` asks both sides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from measure import inputs
from measure.claim import SHAPES, Case, Claim, a
from measure.claims_regular import case_of, reduction_cases


def _claim(
    names: str, tf: str, keras: str, tensors: str, *cases: Case, need: str = "", positional: str = "", **more: Any
) -> Iterator[Claim]:
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


def _spd() -> Any:
    return inputs.spd(3).numpy()


_AXIS_CASES = tuple(
    case_of("a", shape, axis=axis) for shape in SHAPES[1:] for axis in range(-1, len(shape))
)
_JOINED = tuple(
    (lambda shape=shape, axis=axis: {"arrays": [a(*shape), a(*shape)], "axis": axis})
    for shape in SHAPES[1:]
    for axis in range(-1, len(shape))
)
_NO_AXIS = (("axis", "None", case_of("a", (3, 4), axis=None)),)
_JOINED_FLAT = (("axis", "None", lambda: {"arrays": [a(3), a(4)], "axis": None}),)
_JOINED_PLAIN = tuple((lambda shape=shape: {"arrays": [a(*shape), a(*shape)]}) for shape in SHAPES[1:])
_NORM = (
    *(case_of("x", shape) for shape in SHAPES[1:]),
    *(case_of("x", shape, axis=axis) for shape, axis in (((5,), 0), ((3, 4), 0), ((3, 4), -1), ((2, 3, 4), 1))),
    *(case_of("x", shape, keepdims=True) for shape in SHAPES[1:]),
    *(case_of("x", (3, 4), axis=1, keepdims=keep) for keep in (True, False)),
    *(case_of("x", shape, ord=1) for shape in SHAPES[1:3]),
    *(case_of("x", (3, 4), ord=order) for order in (2, "fro", np.inf)),
    *(case_of("x", (3, 4), ord=order, axis=axis) for order in (1, 2, np.inf) for axis in (0, -1)),
)


def _special() -> Iterator[Claim]:
    # products
    yield from _claim(
        "matmul", "matmul experimental.numpy.matmul", "matmul", "x1 x2",
        lambda: {"x1": a(4), "x2": a(4)},
        lambda: {"x1": a(3, 4), "x2": a(4)},
        lambda: {"x1": a(3, 4), "x2": a(4, 2)},
        lambda: {"x1": a(2, 3, 4), "x2": a(2, 4, 2)},
        lambda: {"x1": a(2, 3, 4), "x2": a(4, 2)},
    )  # fmt: skip
    yield from _claim(
        "dot", "tensordot experimental.numpy.dot", "dot", "a b",
        lambda: {"a": a(4), "b": a(4)},
        lambda: {"a": a(3, 4), "b": a(4)},
        lambda: {"a": a(3, 4), "b": a(4, 2)},
        lambda: {"a": a(2, 3, 4), "b": a(4)},
        lambda: {"a": a(2, 3, 4), "b": a(2, 4, 2)},
        lambda: {"a": a(), "b": a(4)},
    )  # fmt: skip
    yield from _claim(
        "vdot", "experimental.numpy.vdot", "vdot", "a b",
        lambda: {"a": a(4), "b": a(4)},
        lambda: {"a": a(3, 4), "b": a(3, 4)},
    )  # fmt: skip
    yield from _claim(
        "inner", "experimental.numpy.inner", "inner", "a b",
        lambda: {"a": a(4), "b": a(4)},
        lambda: {"a": a(3, 4), "b": a(4)},
        lambda: {"a": a(3, 4), "b": a(2, 4)},
    )  # fmt: skip
    yield from _claim(
        "outer", "experimental.numpy.outer", "outer", "a b",
        lambda: {"a": a(4), "b": a(3)},
        lambda: {"a": a(3, 4), "b": a(2)},
    )  # fmt: skip
    yield from _claim(
        "tensordot", "experimental.numpy.tensordot tensordot", "tensordot", "a b",
        lambda: {"a": a(2, 3, 4), "b": a(3, 4, 2)},
        lambda: {"a": a(3, 4), "b": a(4, 2), "axes": 1},
        lambda: {"a": a(3, 4), "b": a(4, 3), "axes": [[0, 1], [1, 0]]},
        lambda: {"a": a(3), "b": a(4), "axes": 0},
    )  # fmt: skip
    yield from _claim(
        "kron", "experimental.numpy.kron", "kron", "a b",
        lambda: {"a": a(4), "b": a(3)},
        lambda: {"a": a(2, 3), "b": a(3, 2)},
    )  # fmt: skip
    yield from _claim(
        "cross", "experimental.numpy.cross linalg.cross", "cross", "a b",
        lambda: {"a": a(3), "b": a(3)},
        lambda: {"a": a(4, 3), "b": a(4, 3)},
    )  # fmt: skip
    yield from _claim(
        "einsum", "einsum", "einsum", "*operands",
        lambda: {"subscripts": "ij,jk->ik", "*operands": [a(3, 4), a(4, 2)]},
        lambda: {"subscripts": "i,i->", "*operands": [a(3), a(3)]},
        lambda: {"subscripts": "bij->bji", "*operands": [a(2, 3, 4)]},
        lambda: {"subscripts": "ii->i", "*operands": [a(3, 3)]},
        need="subscripts",
        rename={"*operands": "*operands"},
        rename_for={"tensorflow.einsum": {"subscripts": "equation", "*operands": "*inputs"}},
    )  # fmt: skip
    yield from _claim(
        "trace", "linalg.trace experimental.numpy.trace", "trace", "a",
        lambda: {"a": a(3, 3)},
        lambda: {"a": a(3, 4)},
        lambda: {"a": a(3, 4, 2)},
        lambda: {"a": a(3, 4), "offset": 1},
        lambda: {"a": a(2, 3, 4), "axis1": 1, "axis2": 2},
    )  # fmt: skip
    # linear algebra
    yield from _claim("linalg.norm", "norm", "norm", "x", *_NORM)
    yield from _claim("linalg.det", "linalg.det", "det", "a", lambda: {"a": _spd()}, lambda: {"a": a(2, 3, 3)})
    yield from _claim("linalg.inv", "linalg.inv", "inv", "a", lambda: {"a": _spd()})
    yield from _claim("linalg.pinv", "linalg.pinv", "pinv", "a", lambda: {"a": a(4, 3)}, lambda: {"a": a(3, 3)})
    yield from _claim("linalg.cholesky", "linalg.cholesky", "cholesky", "a", lambda: {"a": _spd()})
    yield from _claim("linalg.slogdet", "linalg.slogdet", "", "a", lambda: {"a": _spd()})
    yield from _claim(
        "linalg.eigvalsh", "linalg.eigvalsh", "", "a", lambda: {"a": inputs.sym(3).numpy()}, positional="a UPLO"
    )
    yield from _claim(
        "linalg.solve", "linalg.solve", "solve", "a b",
        lambda: {"a": _spd(), "b": a(3, 2)},
        lambda: {"a": _spd(), "b": a(3)},
    )  # fmt: skip
    # selection
    yield from _claim(
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
    yield from _claim(
        "clip", "clip_by_value", "clip", "a",
        *(case_of("a", shape, a_min=-0.5, a_max=0.5) for shape in SHAPES),
        lambda: {"a": a(3, 4), "a_min": -0.5, "a_max": a(4) + 2.0},
        lambda: {"a": a(3, 4), "a_min": -1, "a_max": 1},
        need="a_min a_max",
        doubtful=(
            ("a_min", "None", case_of("a", (3, 4), a_min=None, a_max=0.5)),
            ("a_max", "None", case_of("a", (3, 4), a_min=-0.5, a_max=None)),
        ),
        rename={"a_min": "x_min", "a_max": "x_max"},
        rename_for={"tensorflow.clip_by_value": {"a_min": "clip_value_min", "a_max": "clip_value_max"}},
    )  # fmt: skip
    yield from _claim(
        "take", "gather experimental.numpy.take", "take", "a",
        lambda: {"a": a(5, 3), "indices": -1, "axis": 0},
        lambda: {"a": a(5), "indices": [0, 2, 2], "axis": 0},
        lambda: {"a": a(5, 3), "indices": [0, 2, 2], "axis": 0},
        lambda: {"a": a(5, 3), "indices": 1, "axis": 1},
        lambda: {"a": a(2, 3, 4), "indices": [[0, 1]], "axis": -1},
        need="indices axis",
    )  # fmt: skip
    yield from _claim(
        "take_along_axis", "experimental.numpy.take_along_axis", "take_along_axis", "arr",
        lambda: {"arr": a(3, 4), "indices": np.array([[0, 1], [2, 3], [1, 1]]), "axis": 1},
        lambda: {"arr": a(5), "indices": np.array([0, 3]), "axis": 0},
        need="indices axis",
        rename_for={"keras.ops.take_along_axis": {"arr": "x"}},
    )  # fmt: skip
    yield from _claim(
        "sort", "sort", "sort", "a", *(case_of("a", shape) for shape in SHAPES[1:]), *_AXIS_CASES,
        doubtful=_NO_AXIS,
    )  # fmt: skip
    yield from _claim(
        "diag", "experimental.numpy.diag", "diag", "v",
        lambda: {"v": a(4)},
        lambda: {"v": a(3, 4)},
        lambda: {"v": a(4), "k": 1},
    )  # fmt: skip
    yield from _claim("diagflat", "experimental.numpy.diagflat", "diagflat", "v", lambda: {"v": a(4)})
    yield from _claim(
        "diagonal", "experimental.numpy.diagonal", "diagonal", "a",
        lambda: {"a": a(3, 4)},
        lambda: {"a": a(3, 4, 2)},
        lambda: {"a": a(3, 4), "offset": 1},
        lambda: {"a": a(2, 3, 4), "axis1": 1, "axis2": 2},
    )  # fmt: skip
    # sums along an axis, differences
    yield from _claim("cumsum", "cumsum", "cumsum", "a", *_AXIS_CASES, need="axis", doubtful=_NO_AXIS)
    yield from _claim("cumprod", "math.cumprod", "cumprod", "a", *_AXIS_CASES, need="axis", doubtful=_NO_AXIS)
    yield from _claim(
        "diff", "experimental.numpy.diff", "diff", "a",
        *(case_of("a", shape) for shape in SHAPES[1:]),
        *_AXIS_CASES,
        case_of("a", (6,), n=2),
    )  # fmt: skip
    yield from _claim(
        "trapezoid", "", "trapezoid", "y",
        *(case_of("y", shape) for shape in SHAPES[1:]),
        case_of("y", (5,), dx=0.5),
        case_of("y", (3, 4), axis=0),
    )  # fmt: skip
    for name, share in (("quantile", 1.0), ("percentile", 100.0)):
        yield from _claim(
            name, "", name, "a",
            case_of("a", (5,), q=0.3 * share),
            case_of("a", (3, 4), q=0.7 * share),
            case_of("a", (3, 4), q=0.7 * share, axis=0),
            case_of("a", (3, 4), q=0.7 * share, axis=1, keepdims=True),
            need="q",
        )  # fmt: skip
    # shape
    yield from _claim(
        "reshape", "reshape", "reshape", "a",
        *(case_of("a", (3, 4), shape=shape) for shape in ((4, 3), [2, 6], -1, (-1, 2))),
        *(case_of("a", (2, 3, 4), shape=shape) for shape in ((6, 4), (-1,), (2, 12))),
        need="shape",
        rename_for={"keras.ops.reshape": {"shape": "newshape"}},
        positional="a shape order",
    )  # fmt: skip
    yield from _claim(
        "expand_dims", "expand_dims", "expand_dims", "a",
        *(case_of("a", shape, axis=axis) for shape in SHAPES for axis in (0, -1)),
        need="axis",
        doubtful=(("axis", "tuple", case_of("a", (3, 4), axis=(0, 1))),),
    )  # fmt: skip
    yield from _claim(
        "squeeze", "squeeze", "squeeze", "a",
        case_of("a", (3, 1, 4)),
        case_of("a", (1, 1)),
        case_of("a", (3, 4)),
        case_of("a", (3, 1, 4), axis=1),
        case_of("a", (1, 3, 1), axis=-1),
        case_of("a", (1, 3, 1), axis=(0, 2)),
    )  # fmt: skip
    yield from _claim(
        "swapaxes", "experimental.numpy.swapaxes", "swapaxes", "a",
        case_of("a", (3, 4), axis1=0, axis2=1),
        case_of("a", (2, 3, 4), axis1=0, axis2=-1),
        need="axis1 axis2",
    )  # fmt: skip
    yield from _claim(
        "moveaxis", "experimental.numpy.moveaxis", "moveaxis", "a",
        case_of("a", (3, 4), source=0, destination=1),
        case_of("a", (2, 3, 4), source=(0, 1), destination=(-1, 0)),
        need="source destination",
    )  # fmt: skip
    yield from _claim("concatenate concat", "concat", "concatenate", "arrays", *_JOINED_PLAIN, *_JOINED, defaults={"axis": 0}, doubtful=_JOINED_FLAT)
    yield from _claim(
        "stack", "stack", "stack", "arrays", *_JOINED_PLAIN, *_JOINED, lambda: {"arrays": [a(), a()]}
    )
    yield from _claim("vstack", "experimental.numpy.vstack", "vstack", "tup", *_tuples())
    yield from _claim("hstack", "experimental.numpy.hstack", "hstack", "tup", *_tuples())
    yield from _claim("dstack", "experimental.numpy.dstack", "dstack", "tup", *_tuples())
    yield from _claim(
        "split", "split experimental.numpy.split", "split", "ary",
        case_of("ary", (6,), indices_or_sections=[1, 4]),
        case_of("ary", (6,), indices_or_sections=3),
        case_of("ary", (4, 3), indices_or_sections=2),
        case_of("ary", (4, 6), indices_or_sections=3, axis=1),
        need="indices_or_sections",
        rename_for={"tensorflow.split": {"indices_or_sections": "num_or_size_splits"}},
    )  # fmt: skip
    yield from _claim(
        "tile", "tile experimental.numpy.tile", "tile", "A",
        case_of("A", (4,), reps=(2,)),
        case_of("A", (4,), reps=2),
        case_of("A", (3, 4), reps=(2, 1)),
        case_of("A", (4,), reps=(3, 1)),
        need="reps",
        rename_for={"keras.ops.tile": {"reps": "repeats"}},
    )  # fmt: skip
    yield from _claim(
        "repeat", "repeat", "repeat", "a",
        case_of("a", (4,), repeats=2),
        case_of("a", (3, 4), repeats=2),
        case_of("a", (3, 4), repeats=2, axis=0),
        case_of("a", (3, 4), repeats=[1, 0, 2], axis=0),
        need="repeats",
    )  # fmt: skip
    yield from _claim(
        "flip", "experimental.numpy.flip", "flip", "m",
        *(case_of("m", shape) for shape in SHAPES[1:]),
        *(case_of("m", (3, 4), axis=axis) for axis in (0, -1)),
    )  # fmt: skip
    yield from _claim(
        "roll", "experimental.numpy.roll roll", "roll", "a",
        case_of("a", (5,), shift=2),
        case_of("a", (3, 4), shift=1),
        case_of("a", (3, 4), shift=-1, axis=1),
        need="shift",
    )  # fmt: skip
    yield from _claim(
        "rot90", "experimental.numpy.rot90", "rot90", "m",
        case_of("m", (3, 4)),
        case_of("m", (3, 4), k=2),
        case_of("m", (2, 3, 4), axes=(1, 2)),
        rename_for={"keras.ops.rot90": {"m": "array"}},
    )  # fmt: skip
    yield from _claim(
        "broadcast_to", "broadcast_to", "broadcast_to", "array",
        case_of("array", (4,), shape=(3, 4)),
        case_of("array", (), shape=(3,)),
        case_of("array", (3, 1), shape=[2, 3, 4]),
        need="shape",
    )  # fmt: skip
    yield from _claim(
        "pad", "pad", "pad", "array",
        case_of("array", (4,), pad_width=[[1, 2]]),
        case_of("array", (3, 4), pad_width=((1, 1), (0, 2))),
        case_of("array", (3, 4), pad_width=((1, 1), (0, 2)), mode="constant"),
        case_of("array", (3, 4), pad_width=((1, 1), (0, 2)), mode="reflect"),
        case_of("array", (3, 4), pad_width=((1, 1), (0, 2)), constant_values=2.0),
        need="pad_width",
        rename_for={"tensorflow.pad": {"pad_width": "paddings"}},
    )  # fmt: skip
    yield from _claim(
        "append", "experimental.numpy.append", "append", "arr values",
        lambda: {"arr": a(3), "values": a(2)},
        lambda: {"arr": a(3, 4), "values": a(2, 4), "axis": 0},
        rename_for={"keras.ops.append": {"arr": "x1", "values": "x2"}},
    )  # fmt: skip
    yield from _claim(
        "vander", "experimental.numpy.vander", "vander", "x", case_of("x", (4,)), case_of("x", (4,), N=3)
    )
    yield from _claim(
        "select", "experimental.numpy.select", "select", "choicelist",
        lambda: {"condlist": [np.array([True, False, False]), np.array([False, True, False])], "choicelist": [a(3), a(3)]},
        need="condlist",
    )  # fmt: skip
    for name in ("hsplit", "vsplit", "dsplit"):
        yield from _claim(
            name, f"experimental.numpy.{name}", name, "ary", case_of("ary", (4, 4, 4), indices_or_sections=2),
            need="indices_or_sections",
        )  # fmt: skip
    yield from _claim(
        "array_split", "", "array_split", "ary",
        case_of("ary", (7,), indices_or_sections=3),
        case_of("ary", (4, 5), indices_or_sections=2, axis=1),
        need="indices_or_sections",
    )  # fmt: skip
    yield from _claim("corrcoef", "", "corrcoef", "x", case_of("x", (3, 6)))
    yield from _claim("correlate", "", "correlate", "a v", lambda: {"a": a(6), "v": a(3)})
    yield from _claim("polyval", "experimental.numpy.polyval", "polyval", "p x", lambda: {"p": a(3), "x": a(5)})
    yield from _claim(
        "meshgrid", "meshgrid", "meshgrid", "*xi", lambda: {"*xi": [a(3), a(4)]},
        rename={"*xi": "*x"}, rename_for={"tensorflow.meshgrid": {"*xi": "*args"}}, positional="*xi",
    )  # fmt: skip
    yield from _claim("linalg.outer", "experimental.numpy.outer", "outer", "x1 x2", lambda: {"x1": a(3), "x2": a(4)})
    yield from _claim(
        "linalg.cross", "linalg.cross", "cross", "x1 x2",
        lambda: {"x1": a(3), "x2": a(3)},
        lambda: {"x1": a(4, 3), "x2": a(4, 3)},
    )  # fmt: skip
    yield from _claim(
        "linalg.trace", "linalg.trace", "", "x", lambda: {"x": a(3, 3)}, lambda: {"x": a(2, 3, 3)}
    )
    for name in ("nancumsum", "nancumprod"):
        yield from _claim(name, "", name, "a", *_AXIS_CASES, need="axis")
    yield from _claim("zeros_like", "zeros_like", "zeros_like", "a", *(case_of("a", shape) for shape in SHAPES), constant=True)
    yield from _claim("ones_like", "ones_like", "ones_like", "a", *(case_of("a", shape) for shape in SHAPES), constant=True)
    for name, kind in (("float32", "float32"), ("single", "float32"), ("float64", "float64"), ("double", "float64")):
        yield from _claim(name, "cast", "cast", "x", *(case_of("x", shape) for shape in SHAPES), defaults={"dtype": kind})


def _tuples() -> tuple[Case, ...]:
    return tuple((lambda shape=shape: {"tup": [a(*shape), a(*shape)]}) for shape in SHAPES[1:])


def _methods() -> Iterator[Claim]:
    reductions: Mapping[str, str] = {
        "sum": "reduce_sum", "mean": "reduce_mean", "max": "reduce_max", "min": "reduce_min",
        "prod": "reduce_prod", "std": "math.reduce_std", "var": "math.reduce_variance",
    }  # fmt: skip
    orders = {"max": "axis out keepdims", "min": "axis out keepdims", "std": "axis dtype out ddof keepdims"}
    orders["var"] = orders["std"]
    for name, twin in reductions.items():
        order = orders.get(name, "axis dtype out keepdims")
        yield from _claim(
            f"ndarray.{name}", twin, name, "self", *reduction_cases_of_self(), positional=f"self {order}"
        )
    along = tuple(case_of("self", shape, axis=axis) for shape in SHAPES[1:] for axis in range(-1, len(shape)))
    yield from _claim("ndarray.cumsum", "cumsum", "cumsum", "self", *along, need="axis", positional="self axis dtype out")
    yield from _claim(
        "ndarray.cumprod", "math.cumprod", "cumprod", "self", *along, need="axis", positional="self axis dtype out"
    )
    yield from _claim(
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
    yield from _claim(
        "ndarray.reshape", "reshape", "reshape", "self",
        case_of("self", (3, 4), **{"*shape": (4, 3)}),
        case_of("self", (2, 3, 4), **{"*shape": (-1, 4)}),
        case_of("self", (2, 3, 4), **{"*shape": (-1,)}),
        need="*shape",
        rename={"*shape": "shape"},
        rename_for={"keras.ops.reshape": {"*shape": "newshape"}},
        positional="self *shape",
    )  # fmt: skip
    yield from _claim(
        "ndarray.transpose", "transpose", "transpose", "self",
        case_of("self", (3, 4)),
        case_of("self", (2, 3, 4)),
        case_of("self", (2, 3, 4), **{"*axes": (2, 0, 1)}),
        rename={"*axes": "axes"},
        rename_for={"tensorflow.transpose": {"*axes": "perm"}},
        positional="self *axes",
    )  # fmt: skip
    yield from _claim(
        "ndarray.T", "transpose", "transpose", "self", *(case_of("self", shape) for shape in SHAPES[1:]),
        attribute=True, positional="self",
    )  # fmt: skip
    for name in ("flatten", "ravel"):
        yield from _claim(
            f"ndarray.{name}", "reshape", "ravel", "self", *(case_of("self", shape) for shape in SHAPES[1:]),
            defaults={"shape": [-1]}, positional="self order",
        )  # fmt: skip
    yield from _claim(
        "ndarray.squeeze", "squeeze", "squeeze", "self",
        case_of("self", (3, 1, 4)),
        case_of("self", (3, 1, 4), axis=1),
        positional="self axis",
    )  # fmt: skip
    yield from _claim(
        "ndarray.copy", "identity", "copy", "self", *(case_of("self", shape) for shape in SHAPES[1:]),
        positional="self order",
    )  # fmt: skip
    yield from _claim(
        "ndarray.astype", "cast", "cast", "self",
        *(case_of("self", shape, dtype=kind) for shape in SHAPES[1:] for kind in ("float32", "float64")),
        case_of("self", (3, 4), dtype=np.float32),
        need="dtype",
        positional="self dtype",
    )  # fmt: skip
    yield from _claim(
        "ndarray.dot", "tensordot experimental.numpy.dot", "dot", "self b",
        lambda: {"self": a(4), "b": a(4)},
        lambda: {"self": a(3, 4), "b": a(4)},
        lambda: {"self": a(3, 4), "b": a(4, 2)},
        lambda: {"self": a(2, 3, 4), "b": a(2, 4, 2)},
        positional="self b out",
        by_position=("b",),
    )  # fmt: skip
    yield from _claim(
        "ndarray.repeat", "repeat", "repeat", "self",
        case_of("self", (3, 4), repeats=2),
        case_of("self", (3, 4), repeats=2, axis=0),
        need="repeats",
        positional="self repeats axis",
    )  # fmt: skip
    yield from _claim(
        "ndarray.swapaxes", "experimental.numpy.swapaxes", "swapaxes", "self",
        case_of("self", (2, 3, 4), axis1=0, axis2=-1),
        need="axis1 axis2",
        positional="self axis1 axis2",
        by_position=("axis1", "axis2"),
    )  # fmt: skip
    yield from _claim(
        "ndarray.take", "gather experimental.numpy.take", "take", "self",
        case_of("self", (5, 3), indices=[-1, 2], axis=0),
        case_of("self", (5, 3), indices=[0, 2], axis=0),
        case_of("self", (5, 3), indices=[0, 2], axis=1),
        need="indices axis",
        positional="self indices axis",
    )  # fmt: skip
    yield from _claim(
        "ndarray.diagonal", "experimental.numpy.diagonal", "diagonal", "self", case_of("self", (3, 4)),
        positional="self offset axis1 axis2",
    )  # fmt: skip
    yield from _claim(
        "ndarray.trace", "linalg.trace", "trace", "self", case_of("self", (3, 4)), positional="self offset axis1 axis2"
    )
    yield from _claim(
        "ndarray.conj ndarray.conjugate", "math.conj", "conj", "self", case_of("self", (3, 4)), positional="self"
    )


def reduction_cases_of_self() -> tuple[Case, ...]:
    """As for functions, but a method has an array, not a list, before the dot."""
    return tuple(case for case in reduction_cases("self") if not isinstance(case()["self"], list))


SPECIAL = tuple(_special())
METHODS = tuple(_methods())
