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
    """One measured op. ``gradient`` maps a parameter's name to ``yes``, ``zero``, ``none``, or
    ``raises`` where TensorFlow has no gradient registered and ``tape.gradient`` raises a ``LookupError``.

    ``result`` is the kind of what comes out: ``float``, ``int``, ``bool``, ``other``, or one for each part of
    a tuple.
    """

    path: str
    parameters: tuple[str, ...]
    gradient: dict[str, str]
    result: str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Twin:
    """The function ``path`` that equals a NumPy function whose positional parameters are ``parameters``.

    ``keywords`` maps the NumPy parameters that were proven to the twin's names (a star marks the parameter
    that takes the rest), ``defaults`` are arguments that the twin needs besides, without those in ``needed``
    the values differ. ``refused`` are kinds of values that a parameter does not take, ``together`` names for a
    parameter another one without which it is not equal. A ``constant`` result carries no gradient.
    """

    numpy: str
    path: str
    parameters: tuple[str, ...]
    keywords: dict[str, str]
    defaults: dict[str, Any]
    needed: tuple[str, ...]
    refused: dict[str, list[str]]
    together: dict[str, str]
    constant: bool


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
    old = keras == 2
    result = _of_version(row.get("r2", row.get("r", "float")) if old else row.get("r", "float"), keras)
    parameters = row.get("p2", row.get("p", ())) if old else row.get("p", ())
    return Op(path, tuple(parameters), gradient, tuple(result) if isinstance(result, list) else result)


@functools.lru_cache(maxsize=1024)
def twin(path: str, family: str = "tensorflow", keras: int = 3) -> Twin | None:
    """Return the measured twin of a NumPy function (``numpy.sin``) or method (``numpy.ndarray.mean``).

    ``family`` is ``tensorflow`` or ``keras`` (``keras.ops``); ``keras`` the version, 2 or 3.
    """
    row = _table()["numpy"].get(path)
    key, suffix = ("tf", "") if family == "tensorflow" else ("keras", "k")
    if row is None:
        return None
    if f"{key}{keras}" in row:  # the twin of the older version is another one
        key, suffix = f"{key}{keras}", f"{suffix}{keras}"
    elif key not in row or row.get("only", str(keras)) != str(keras):
        return None
    return Twin(
        path,
        row[key],
        tuple(row.get("p", ())),
        dict(row.get("k" + suffix, row.get("k", {}))),
        dict(row.get("d" + suffix, {})),
        tuple(row.get("need", ())),
        dict(row.get("no" + suffix, {})),
        dict(row.get("with" + suffix, {})),
        bool(row.get("const", False)),
    )


def _of_version(value: Any, keras: int) -> Any:
    if isinstance(value, dict):
        return value.get(str(keras), next(iter(value.values())))
    return value
