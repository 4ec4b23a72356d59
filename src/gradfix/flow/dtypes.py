"""What kind of number a value or a dtype argument stands for."""

from __future__ import annotations

from gradfix.flow.joining import leaves
from gradfix.flow.values import Kind, Value

_INTEGERS = (
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "int",
    "long",
    "int_",
    "intp",
    "integer",
)
_FLOATS = (
    "float16",
    "float32",
    "float64",
    "bfloat16",
    "half",
    "double",
    "float",
    "complex64",
    "complex128",
    "float_",
)


def named(dtype: Value) -> str | None:
    """Return ``int``, ``float``, ``bool`` or ``string`` for a dtype argument such as ``tf.int32`` or ``"float32"``."""
    if dtype.kind is Kind.CONST and isinstance(dtype.data, str):
        name = dtype.data
    elif dtype.kind is Kind.PATH:
        name = dtype.data.rpartition(".")[2]
    else:
        return None
    if name in _INTEGERS:
        return "int"
    if name in _FLOATS:
        return "float"
    if name in ("bool", "bool_"):
        return "bool"
    return "string" if name in ("string", "str") else None


def of(value: Value) -> str | None:
    """Return the dtype that ``value`` has when it becomes a tensor, as far as that is proven."""
    if value.kind is Kind.CONST:
        if isinstance(value.data, bool):
            return "bool"
        if isinstance(value.data, int):
            return "int"
        return "float" if isinstance(value.data, float) else None
    if value.kind is Kind.CONTAINER:
        kinds = {of(leaf) for leaf in leaves(value)}
        if value.data.rest is None and kinds and None not in kinds:
            return "float" if "float" in kinds else "int" if kinds == {"int"} else None
        return None
    return value.dtype
