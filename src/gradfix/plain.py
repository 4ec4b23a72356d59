"""Frozen values as what JSON can hold, and back: by the fields and types of their classes, so that none is forgotten.

Reading makes values of the given types and nothing else, whatever the text says.
"""

from __future__ import annotations

import dataclasses
import enum
import functools
import types
from collections.abc import Callable
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

_T = TypeVar("_T")
Reader = Callable[[Any], Any]


def plain(value: object) -> object:
    """Return a value as lists, texts, numbers and None.

    Raises:
        TypeError: something in it is none of what ``read`` knows.
    """
    if isinstance(value, enum.Enum):
        return value.value
    if value is None or isinstance(value, (str, int)):
        return value
    if isinstance(value, tuple):
        return [plain(one) for one in value]
    if dataclasses.is_dataclass(value):
        return [plain(getattr(value, field.name)) for field in dataclasses.fields(value)]
    raise TypeError(f"cannot be written down: {value!r}")


def read(kind: type[_T], data: object) -> _T:
    """Return the value of type ``kind`` that ``plain`` wrote down.

    Raises:
        ValueError: it is no such value.
        TypeError: a type occurs in ``kind`` that cannot be written down.
    """
    reader: Callable[[Any], _T] = _reader(kind)  # type: ignore[arg-type]
    return reader(data)


@functools.cache
def _reader(kind: Any) -> Reader:
    origin, arguments = get_origin(kind), get_args(kind)
    if kind in (str, int, bool):
        return functools.partial(_itself, kind)
    if origin in (Union, types.UnionType) and len(arguments) == 2 and type(None) in arguments:
        (inner,) = (one for one in arguments if one is not type(None))
        return functools.partial(_perhaps, _reader(inner))
    if origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:
        return functools.partial(_many, _reader(arguments[0]))
    if origin is tuple and Ellipsis not in arguments:
        return functools.partial(_each, tuple, [_reader(one) for one in arguments])
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return kind
    if dataclasses.is_dataclass(kind):
        hints = get_type_hints(kind)
        make: Any = kind
        readers = [_reader(hints[field.name]) for field in dataclasses.fields(kind)]
        return functools.partial(_each, lambda values: make(*values), readers)
    raise TypeError(f"cannot be written down: {kind}")


def _itself(kind: type, data: Any) -> Any:
    if type(data) is not kind:
        raise ValueError(f"not {kind.__name__}: {data!r}")
    return data


def _perhaps(reader: Reader, data: Any) -> Any:
    return None if data is None else reader(data)


def _many(reader: Reader, data: Any) -> Any:
    return tuple(map(reader, _itself(list, data)))


def _each(make: Callable[[list[Any]], Any], readers: list[Reader], data: Any) -> Any:
    if len(_itself(list, data)) != len(readers):
        raise ValueError(f"{len(readers)} values expected: {data!r}")
    return make([reader(one) for reader, one in zip(readers, data, strict=True)])
