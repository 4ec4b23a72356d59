"""What methods, properties and operators do to the gradient of a tensor or a variable."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from tools.measure import gradients, inputs
from tools.measure.gradients import FAILURES

UNARY: dict[str, Callable[[Any], Any]] = {
    "abs": operator.abs,
    "neg": operator.neg,
    "pos": operator.pos,
    "round": round,
    "invert": operator.invert,
    "getitem": lambda x: x[1:],
    "getitem ...": lambda x: x[..., 0],
    "getitem mask": lambda x: x[x > 0.0],
    "iter": lambda x: tf.stack(list(x)),
    "float": lambda x: float(x[0, 0]),
    "int": lambda x: int(x[0, 0]),
    "bool": lambda x: bool(x[0, 0]),
    "len": len,
}
BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": lambda x, y: operator.pow(abs(x) + 0.1, y),
    "@": operator.matmul,
    "divmod": divmod,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "&": operator.and_,
    "|": operator.or_,
    "^": operator.xor,
}
TENSOR: dict[str, Callable[[Any], Any]] = {
    "numpy": lambda x: x.numpy(),
    "eval": lambda x: x.eval(),
    "ref": lambda x: x.ref(),
    "get_shape": lambda x: x.get_shape(),
    "set_shape": lambda x: (x.set_shape((3, 3)), x)[1],
    "shape": lambda x: x.shape,
    "dtype": lambda x: x.dtype,
    "ndim": lambda x: x.ndim,
    "device": lambda x: x.device,
    "name": lambda x: x.name,
    "op": lambda x: x.op,
    "graph": lambda x: x.graph,
    "__array__": lambda x: x.__array__(),
    "__round__": lambda x: x.__round__(),
    "__copy__": lambda x: x.__copy__(),
    "cpu": lambda x: x.cpu(),
    "gpu": lambda x: x.gpu(),
    "consumers": lambda x: x.consumers(),
    "experimental_ref": lambda x: x.experimental_ref(),
    "item": lambda x: x.item(),
    "tolist": lambda x: x.tolist(),
    "astype": lambda x: x.astype("float32"),
    "reshape": lambda x: x.reshape(9),
    "mean": lambda x: x.mean(),
    "sum": lambda x: x.sum(),
    "T": lambda x: x.T,
    "detach": lambda x: x.detach(),
}
VARIABLE: dict[str, Callable[[Any], Any]] = {
    "value": lambda v: v.value(),
    "read_value": lambda v: v.read_value(),
    "numpy": lambda v: v.numpy(),
    "initialized_value": lambda v: v.initialized_value(),
    "sparse_read": lambda v: v.sparse_read([0, 1]),
    "gather_nd": lambda v: v.gather_nd([[0, 0]]),
    "handle": lambda v: v.handle,
    "shape": lambda v: v.shape,
    "trainable": lambda v: v.trainable,
    "eval": lambda v: v.eval(),
    "ref": lambda v: v.ref(),
    "__array__": lambda v: v.__array__(),
}
ASSIGNMENTS = ("assign", "assign_add", "assign_sub")


def operators() -> dict[str, str]:
    """Each Python operator: the answer for its tensor operands (the worse one, where they differ)."""
    found: dict[str, str] = {}
    for name, one in UNARY.items():
        found[name] = _answer(one, {"x": inputs.f(3, 3)})
    for name, two in BINARY.items():
        found[name] = _answer(two, {"x": inputs.f(3, 3), "y": inputs.pos(3, 3)})
    return found


def methods() -> dict[str, str]:
    """Each method or property, as ``tensorflow.Tensor.name`` and so on: ``yes``, ``none``, or what it raises."""
    found: dict[str, str] = {}
    for name, use in TENSOR.items():
        found[f"tensorflow.Tensor.{name}"] = _answer(use, {"x": inputs.f(3, 3)})
    for name, use in VARIABLE.items():
        found[f"tensorflow.Variable.{name}"] = _answer(use, {"x": inputs.var(3, 3)})
    for name in ASSIGNMENTS:
        found[f"tensorflow.Variable.{name}"] = _assigned(inputs.var(3), name)
    if hasattr(keras, "Variable"):
        for name, use in {**VARIABLE, "value": lambda v: v.value}.items():
            found[f"keras.Variable.{name}"] = _answer(use, {"x": keras.Variable(inputs.f(3, 3))})
        for name in ASSIGNMENTS:
            found[f"keras.Variable.{name}"] = _assigned(keras.Variable(inputs.f(3)), name)
    return found


def _answer(use: Callable[..., Any], arguments: dict[str, Any]) -> str:
    try:
        measurement = gradients.measure_call(lambda **given: use(*given.values()), arguments)
    except FAILURES as failure:
        return type(failure).__name__
    answers = measurement.gradient.values()
    return min(answers, key=gradients.ORDER.index) if answers else "none"


def _assigned(variable: Any, name: str) -> str:
    """Whether the value that was assigned gets a gradient when the variable is read afterwards."""
    value = inputs.f(3)
    with tf.GradientTape() as tape:
        tape.watch(value)
        getattr(variable, name)(value)
        target = tf.reduce_sum(tf.convert_to_tensor(variable) * inputs.f(3))
    return gradients.answer_for(tape.gradient(target, value))
