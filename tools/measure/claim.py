"""What a claim is: a NumPy name, its possible twins, and the calls on which they must agree."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tools.measure import inputs

Case = Callable[[], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Claim:
    """One NumPy name and its possible twins, the best first.

    ``tensors`` are NumPy's parameters that take tensors; ``cases`` are calls by NumPy's parameter names;
    ``rename`` translates names (``rename_for`` for one twin); ``defaults`` are arguments that the twin needs
    besides; without the keywords in ``need`` the values differ. A ``constant`` result has no gradient.
    ``doubtful`` cases do not decide: where one fails, the row says that this argument must not be of this kind.
    Arguments in ``same`` are only tried with the value that changes nothing (the tensor's own dtype).
    """

    numpy: str
    tf: tuple[str, ...]
    keras: tuple[str, ...]
    tensors: tuple[str, ...]
    cases: tuple[Case, ...]
    rename: Mapping[str, str] = field(default_factory=dict)
    rename_for: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    need: tuple[str, ...] = ()
    constant: bool = False
    attribute: bool = False
    positional: tuple[str, ...] = ()
    by_position: tuple[str, ...] = ()
    doubtful: tuple[tuple[str, str, Case], ...] = ()
    same: tuple[str, ...] = ()


def a(*shape: int, domain: str = "signed") -> Any:
    """A float32 array; domains: signed, positive, fraction (-1, 1), above (1, 3)."""
    match domain:
        case "positive":
            tensor = inputs.pos(*shape)
        case "fraction":
            tensor = inputs.unit(*shape) * 2.0 - 1.0
        case "above":
            tensor = inputs.big(*shape)
        case _:
            tensor = inputs.f(*shape)
    return tensor.numpy()


SHAPES: tuple[tuple[int, ...], ...] = ((), (5,), (3, 4), (2, 3, 4))
POSITIONAL = {
    "numpy.array": "object dtype",
    "numpy.asarray": "a dtype",
    "numpy.asanyarray": "a dtype",
    "numpy.ascontiguousarray": "a dtype",
    "numpy.float32": "x",
    "numpy.float64": "x",
    "numpy.float16": "x",
    "numpy.double": "x",
    "numpy.single": "x",
    "numpy.concatenate": "arrays axis",
    "numpy.concat": "arrays axis",
    "numpy.where": "condition x y",
    "numpy.dot": "a b",
    "numpy.vdot": "a b",
    "numpy.inner": "a b",
    "numpy.einsum": "subscripts *operands",
    "numpy.correlate": "a v mode",
}
