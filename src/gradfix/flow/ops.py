"""The measured table: what each public op does to a gradient. See ``docs/measured.md``."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("ops.json")


@dataclass(frozen=True, slots=True)
class Op:
    """One measured op. ``gradient`` maps a parameter's name to ``yes``, ``zero`` or ``none``.

    ``result`` is the kind of what comes out: ``float``, ``int``, ``bool``, ``other``, or one for each part of
    a tuple.
    """

    path: str
    parameters: tuple[str, ...]
    gradient: dict[str, str]
    result: str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Twin:
    """The TensorFlow function that equals a NumPy function. ``keywords`` maps NumPy's names to the twin's."""

    numpy: str
    parameters: tuple[str, ...]
    tensorflow: str | None
    keras: str | None
    keywords: dict[str, str]
    condition: dict[str, Any]


@functools.cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    return table


@functools.lru_cache(maxsize=4096)
def lookup(path: str, keras: int = 3) -> Op | None:
    """Return what was measured of the op with this canonical path, under Keras 2 or 3."""
    table = _table()
    row = table["ops"].get(path) or table["ops"].get(table["aliases"].get(path, ""))
    if row is None:
        return None
    gradient = {name: _of_version(value, keras) for name, value in row.get("g", {}).items()}
    result = _of_version(row.get("r", "float"), keras)
    return Op(path, tuple(row.get("p", ())), gradient, tuple(result) if isinstance(result, list) else result)


@functools.lru_cache(maxsize=1024)
def twin(path: str) -> Twin | None:
    """Return the measured twin of a NumPy function (``numpy.sin``) or method (``numpy.ndarray.mean``)."""
    row = _table()["numpy"].get(path)
    if row is None:
        return None
    condition = row.get("only", {})
    return Twin(
        path,
        tuple(row.get("p", ())),
        row.get("tf"),
        row.get("keras"),
        dict(row.get("k", {})),
        condition if isinstance(condition, dict) else {},
    )


def _of_version(value: Any, keras: int) -> Any:
    if isinstance(value, dict):
        return value.get(str(keras), next(iter(value.values())))
    return value
