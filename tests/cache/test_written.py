"""What is written down: every field of a result comes back."""

from __future__ import annotations

import dataclasses
import enum
import itertools
import json
import types
from collections.abc import Iterator
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest

import gradfix
from gradfix.model import FileResult
from gradfix.plain import plain, read


def some(kind: Any, numbers: Iterator[int]) -> Any:
    """Return a value of a type that differs from every default."""
    origin, arguments = get_origin(kind), get_args(kind)
    if kind is str:
        return f"ä \udc80 {next(numbers)}"
    if kind is bool:
        return True
    if kind is int:
        return next(numbers)
    if origin in (Union, types.UnionType):
        return some(next(one for one in arguments if one is not type(None)), numbers)
    if origin is tuple:
        many = (arguments[0],) * 2 if arguments[-1] is Ellipsis else arguments
        return tuple(some(one, numbers) for one in many)
    if issubclass(kind, enum.Enum):
        return list(kind)[-1]
    hints = get_type_hints(kind)
    return kind(*(some(hints[field.name], numbers) for field in dataclasses.fields(kind)))


def test_every_field_of_a_result_comes_back() -> None:
    result = some(FileResult, itertools.count(1))
    for field in dataclasses.fields(FileResult):
        assert getattr(result, field.name) not in (field.default, None, (), ""), field.name

    written = json.dumps(plain(result))

    assert read(FileResult, json.loads(written)) == result
    assert read(FileResult, plain(FileResult("a.py"))) == FileResult("a.py")


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (str, 1),
        (int, True),
        (bool, 1),
        (tuple[str, ...], "text"),
        (tuple[str, int], ["a"]),
        (tuple[str, int], {"a": 1}),
        (FileResult, []),
        (FileResult, {"path": "a.py"}),
        (gradfix.model.Safety, "dangerous"),
    ],
)
def test_what_is_no_such_value_is_refused(kind: Any, data: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        read(kind, data)


def test_what_cannot_be_written_down_is_told() -> None:
    for value in ({}, b"", 1.5, object()):
        with pytest.raises(TypeError):
            plain(value)
        with pytest.raises(TypeError):
            read(type(value), None)
