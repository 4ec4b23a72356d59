"""The initial value of a ``tf.Variable`` as the shape and initializer of a Keras weight."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradfix.flow.values import Kind

if TYPE_CHECKING:
    from gradfix.flow.rehearsal import Rehearsal

_FILLED = {"zeros": "zeros", "ones": "ones"}
_RANDOM = {
    "normal": ("RandomNormal", ("mean", "stddev"), {"stddev": "1.0"}),
    "truncated_normal": ("TruncatedNormal", ("mean", "stddev"), {"stddev": "1.0"}),
    "uniform": ("RandomUniform", ("minval", "maxval"), {"minval": "0.0", "maxval": "1.0"}),
}
_PLAIN_DTYPES = ("float32", "tf.float32", "tensorflow.float32", "np.float32")


@dataclass(frozen=True, slots=True)
class Initial:
    """``shape`` and ``initializer`` as source text; ``dtype`` too when it is not the default."""

    shape: str
    initializer: str
    dtype: str | None = None


def translate(run: Rehearsal, value: ast.expr, mark: str) -> Initial | None:
    """Return the weight that starts as the expression ``value``, or None when none is known to.

    Args:
        run: the rehearsal of the module ``value`` stands in.
        value: what ``tf.Variable`` was given.
        mark: the quotation mark of the file.
    """
    match value:
        case ast.Constant(value=float() | int()) | ast.UnaryOp(op=ast.USub(), operand=ast.Constant()):
            return _constant(run, value, mark)
        case ast.Call(func=func, args=args, keywords=keywords):
            given: dict[str | int, ast.expr] = dict(enumerate(args))
            given.update({k.arg: k.value for k in keywords if k.arg is not None})
            if len(given) == len(args) + len(keywords) and not any(isinstance(a, ast.Starred) for a in args):
                return _called(run, func, given, mark)
    return None


def _constant(run: Rehearsal, value: ast.expr, mark: str) -> Initial | None:
    number = ast.literal_eval(value)
    if isinstance(number, bool):
        return None
    known = {0.0: "zeros", 1.0: "ones"}.get(float(number))
    if known is not None:
        return Initial("()", f"{mark}{known}{mark}")
    constant = run.module.spell("keras.initializers.Constant")
    return Initial("()", f"{constant}({run.module.segment(value)})") if constant else None


def _called(run: Rehearsal, func: ast.expr, given: dict[str | int, ast.expr], mark: str) -> Initial | None:
    path = next((str(v.data) for v in run.values(func) if v.kind is Kind.PATH), None)
    if path is None:
        return _from_object(run, func, given)
    package, _, name = path.rpartition(".")
    shape = _shape(run, given.pop("shape", given.pop(0, None)))
    given.pop("name", None)
    if shape is None or package not in ("tensorflow", "tensorflow.random", "keras.ops", "keras.random"):
        return None
    if name in _FILLED and package in ("tensorflow", "keras.ops"):
        dtype, fine = _dtype(run, given.pop("dtype", given.pop(1, None)))
        return Initial(shape, f"{mark}{_FILLED[name]}{mark}", dtype) if fine and not given else None
    if name in _RANDOM and package == "tensorflow.random":
        made, parameters, defaults = _RANDOM[name]
        given.pop("seed", None)
        dtype, fine = _dtype(run, given.pop("dtype", given.pop(3, None)))
        initializer = run.module.spell(f"keras.initializers.{made}")
        arguments = _arguments(run, given, parameters, defaults)
        if initializer and fine and arguments is not None:
            return Initial(shape, f"{initializer}({arguments})", dtype)
    return None


def _arguments(
    run: Rehearsal, given: dict[str | int, ast.expr], parameters: tuple[str, ...], defaults: dict[str, str]
) -> str | None:
    """Write ``mean, stddev`` or ``minval, maxval`` as they were written, with TensorFlow's defaults."""
    parts = []
    seen = set()
    for index, parameter in enumerate(parameters):
        if index + 1 in given:
            parts.append(run.module.segment(given[index + 1]))
            seen.add(parameter)
    for parameter in parameters:
        if parameter in given:
            parts.append(f"{parameter}={run.module.segment(given[parameter])}")
            seen.add(parameter)
    if any(key not in parameters and key not in (1, 2) for key in given):
        return None
    return ", ".join([*parts, *(f"{name}={text}" for name, text in defaults.items() if name not in seen)])


def _from_object(run: Rehearsal, func: ast.expr, given: dict[str | int, ast.expr]) -> Initial | None:
    """``GlorotUniform()(shape=…)``: the initializer itself is handed on."""
    shape = _shape(run, given.pop("shape", given.pop(0, None)))
    dtype, fine = _dtype(run, given.pop("dtype", given.pop(1, None)))
    if shape is None or given or not fine or not any(_is_initializer(run, v.node) for v in run.values(func)):
        return None
    return Initial(shape, run.module.segment(func), dtype)


def _is_initializer(run: Rehearsal, made: ast.AST | None) -> bool:
    if not isinstance(made, ast.Call):
        return False
    for value in run.values(made.func):
        path = str(value.data) if value.kind is Kind.PATH else ""
        if path.startswith("keras.initializers.") or path.endswith("_initializer"):
            return True
    return False


def _shape(run: Rehearsal, shape: ast.expr | None) -> str | None:
    """Return a shape as a tuple, or None where it is not certain to be one: initializers take a number, too."""
    match shape:
        case None:
            return None
        case ast.List(elts=parts):
            inside = ", ".join(run.module.segment(part) for part in parts)
            return f"({inside},)" if len(parts) == 1 else f"({inside})"
        case ast.Constant() | ast.BinOp() | ast.Subscript(slice=ast.Constant() | ast.UnaryOp()):
            if isinstance(shape, ast.BinOp) and _is_tuple(run, shape):
                return run.module.segment(shape)
            return f"({run.module.segment(shape)},)"
        case ast.Name(id=name) | ast.Attribute(attr=name) if "shape" not in name and not _is_tuple(
            run, shape
        ):
            whole = {type(v.data) is int for v in run.values(shape) if v.kind is Kind.CONST}
            return f"({run.module.segment(shape)},)" if whole == {True} else None
    return run.module.segment(shape)


def _is_tuple(run: Rehearsal, shape: ast.expr) -> bool:
    """Tell whether a shape is a tuple, or a sum of such."""
    if isinstance(shape, ast.BinOp):
        return _is_tuple(run, shape.left) or _is_tuple(run, shape.right)
    if isinstance(shape, (ast.Tuple, ast.List)):
        return True
    found = run.values(shape)
    return (
        bool(found)
        and all(value.kind in (Kind.CONTAINER, Kind.SHAPE) for value in found)
        and not isinstance(shape, ast.Subscript)
    )


def _dtype(run: Rehearsal, dtype: ast.expr | None) -> tuple[str | None, bool]:
    """Return the text of a data type that is not the default, and whether it can be handed on."""
    if dtype is None:
        return None, True
    text = run.module.segment(dtype).strip("'\"")
    if text in _PLAIN_DTYPES:
        return None, True
    return run.module.segment(dtype), "float" in text
