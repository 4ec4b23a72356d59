"""Claims about products and linear algebra. Nothing here is believed; ``twins.py`` asks both sides."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from tools.measure import inputs
from tools.measure.claim import SHAPES, Claim, a
from tools.measure.claims_regular import case_of
from tools.measure.claims_special import claims


def _spd() -> Any:
    return inputs.spd(3).numpy()


_NORM = (
    *(case_of("x", shape) for shape in SHAPES[1:]),
    *(
        case_of("x", shape, axis=axis)
        for shape, axis in (((5,), 0), ((3, 4), 0), ((3, 4), -1), ((2, 3, 4), 1))
    ),
    *(case_of("x", shape, keepdims=True) for shape in SHAPES[1:]),
    *(case_of("x", (3, 4), axis=1, keepdims=keep) for keep in (True, False)),
    *(case_of("x", shape, ord=1) for shape in SHAPES[1:3]),
    *(case_of("x", (3, 4), ord=order) for order in (2, "fro", np.inf)),
    *(case_of("x", (3, 4), ord=order, axis=axis) for order in (1, 2, np.inf) for axis in (0, -1)),
)


def _algebra() -> Iterator[Claim]:
    # products
    yield from claims(
        "matmul", "matmul experimental.numpy.matmul", "matmul", "x1 x2",
        lambda: {"x1": a(4), "x2": a(4)},
        lambda: {"x1": a(3, 4), "x2": a(4)},
        lambda: {"x1": a(3, 4), "x2": a(4, 2)},
        lambda: {"x1": a(2, 3, 4), "x2": a(2, 4, 2)},
        lambda: {"x1": a(2, 3, 4), "x2": a(4, 2)},
    )  # fmt: skip
    yield from claims(
        "dot", "tensordot experimental.numpy.dot", "dot", "a b",
        lambda: {"a": a(4), "b": a(4)},
        lambda: {"a": a(3, 4), "b": a(4)},
        lambda: {"a": a(3, 4), "b": a(4, 2)},
        lambda: {"a": a(2, 3, 4), "b": a(4)},
        lambda: {"a": a(2, 3, 4), "b": a(2, 4, 2)},
        lambda: {"a": a(), "b": a(4)},
    )  # fmt: skip
    yield from claims(
        "vdot", "experimental.numpy.vdot", "vdot", "a b",
        lambda: {"a": a(4), "b": a(4)},
        lambda: {"a": a(3, 4), "b": a(3, 4)},
    )  # fmt: skip
    yield from claims(
        "inner", "experimental.numpy.inner", "inner", "a b",
        lambda: {"a": a(4), "b": a(4)},
        lambda: {"a": a(3, 4), "b": a(4)},
        lambda: {"a": a(3, 4), "b": a(2, 4)},
    )  # fmt: skip
    yield from claims(
        "outer", "experimental.numpy.outer", "outer", "a b",
        lambda: {"a": a(4), "b": a(3)},
        lambda: {"a": a(3, 4), "b": a(2)},
    )  # fmt: skip
    yield from claims(
        "tensordot", "experimental.numpy.tensordot tensordot", "tensordot", "a b",
        lambda: {"a": a(2, 3, 4), "b": a(3, 4, 2)},
        lambda: {"a": a(3, 4), "b": a(4, 2), "axes": 1},
        lambda: {"a": a(3, 4), "b": a(4, 3), "axes": [[0, 1], [1, 0]]},
        lambda: {"a": a(3), "b": a(4), "axes": 0},
    )  # fmt: skip
    yield from claims(
        "kron", "experimental.numpy.kron", "kron", "a b",
        lambda: {"a": a(4), "b": a(3)},
        lambda: {"a": a(2, 3), "b": a(3, 2)},
    )  # fmt: skip
    yield from claims(
        "cross", "experimental.numpy.cross linalg.cross", "cross", "a b",
        lambda: {"a": a(3), "b": a(3)},
        lambda: {"a": a(4, 3), "b": a(4, 3)},
    )  # fmt: skip
    yield from claims(
        "einsum", "einsum", "einsum", "*operands",
        lambda: {"subscripts": "ij,jk->ik", "*operands": [a(3, 4), a(4, 2)]},
        lambda: {"subscripts": "i,i->", "*operands": [a(3), a(3)]},
        lambda: {"subscripts": "bij->bji", "*operands": [a(2, 3, 4)]},
        lambda: {"subscripts": "ii->i", "*operands": [a(3, 3)]},
        need="subscripts",
        rename={"*operands": "*operands"},
        rename_for={"tensorflow.einsum": {"subscripts": "equation", "*operands": "*inputs"}},
    )  # fmt: skip
    yield from claims(
        "trace", "linalg.trace experimental.numpy.trace", "trace", "a",
        lambda: {"a": a(3, 3)},
        lambda: {"a": a(3, 4)},
        lambda: {"a": a(3, 4, 2)},
        lambda: {"a": a(3, 4), "offset": 1},
        lambda: {"a": a(2, 3, 4), "axis1": 1, "axis2": 2},
    )  # fmt: skip
    # linear algebra
    yield from claims("linalg.norm", "norm", "norm", "x", *_NORM)
    yield from claims(
        "linalg.det", "linalg.det", "det", "a", lambda: {"a": _spd()}, lambda: {"a": a(2, 3, 3)}
    )
    yield from claims("linalg.inv", "linalg.inv", "inv", "a", lambda: {"a": _spd()})
    yield from claims(
        "linalg.pinv", "linalg.pinv", "pinv", "a", lambda: {"a": a(4, 3)}, lambda: {"a": a(3, 3)}
    )
    yield from claims("linalg.cholesky", "linalg.cholesky", "cholesky", "a", lambda: {"a": _spd()})
    yield from claims("linalg.slogdet", "linalg.slogdet", "", "a", lambda: {"a": _spd()})
    yield from claims(
        "linalg.eigvalsh",
        "linalg.eigvalsh",
        "",
        "a",
        lambda: {"a": inputs.sym(3).numpy()},
        positional="a UPLO",
    )
    yield from claims(
        "linalg.solve", "linalg.solve", "solve", "a b",
        lambda: {"a": _spd(), "b": a(3, 2)},
        lambda: {"a": _spd(), "b": a(3)},
    )  # fmt: skip


ALGEBRA = tuple(_algebra())
