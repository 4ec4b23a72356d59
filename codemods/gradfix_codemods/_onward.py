"""What stands between a cut and the loss: does the gradient get through there, once the cut is mended?"""

from __future__ import annotations

import ast

from gradfix.flow.dtypes import named
from gradfix.flow.facts import Broken
from gradfix.flow.joining import leaves
from gradfix.flow.ops import lookup
from gradfix.flow.trace import Trace
from gradfix.flow.values import Kind, Value
from gradfix_codemods._lost import paths

_INTEGER_OPS = (ast.FloorDiv, ast.BitAnd, ast.BitOr, ast.BitXor, ast.LShift, ast.RShift)
_ENDING = frozenset(
    {"stop_gradient", "numpy_function", "py_func", "one_hot", "eval", "get_value", "convert_to_numpy"}
)
_CASTS = frozenset({"cast", "saturate_cast"})
_CHOOSING = {"where": slice(1, None), "gather": slice(1), "gather_nd": slice(1), "boolean_mask": slice(1)}


def behind(cause: Broken) -> list[Value]:
    """Return every value on the ways from the cut to the targets that miss it, both included."""
    back: dict[int, Value] = {}
    stack = [leaf for target in cause.targets for leaf in leaves(target)]
    while stack:
        value = stack.pop()
        if id(value) not in back and any(
            cut.node is cause.node for cuts in value.cut.values() for cut in cuts
        ):
            back[id(value)] = value
            stack.extend(value.inputs)
    return list(back.values())


class Onward:
    """The values behind a cut, up to the targets that miss it."""

    def __init__(self, run: Trace, cause: Broken) -> None:
        self.run = run
        self.cause = cause
        self.values = behind(cause)
        self._ids = {id(value) for value in self.values}
        self._after: dict[int, list[Value]] = {}
        for value in self.values:
            for one in value.inputs:
                self._after.setdefault(id(one), []).append(value)

    def holds(self, node: ast.AST) -> bool:
        """Tell whether the expression ``node`` lies on the way."""
        return any(id(leaf) in self._ids for value in self.run.values(node) for leaf in leaves(value))

    def readers(self, node: ast.AST) -> list[Value]:
        """Return what is computed directly from the results of ``node``, on the way or beside it."""
        found = {
            id(v): v
            for one in self.run.values(node)
            for v in self.run.readers.get(id(one), ())
            if v.node is not node
        }
        return list(found.values())

    def obstacle(self, *passed: ast.AST) -> ast.AST | None:
        """Return the first operation behind the cut and those ``passed`` that ends the gradient on every way; None if there is none."""
        through = (self.cause.node, *passed)
        targets = {id(leaf) for target in self.cause.targets for leaf in leaves(target)}
        waiting = [value for value in self.values if value.node is self.cause.node]
        done: set[int] = set()
        ends: list[ast.AST] = []
        while waiting:
            value = waiting.pop()
            if id(value) in done:
                continue
            done.add(id(value))
            if value.node not in through and value.node is not None and not self._passes(value):
                ends.append(value.node)
            elif id(value) in targets:
                return None
            else:
                waiting.extend(self._after.get(id(value), ()))
        return min(ends, key=lambda node: (node.lineno, node.col_offset), default=None)  # type: ignore[attr-defined]

    def _passes(self, value: Value) -> bool:
        if value.kind in (Kind.ARRAY, Kind.NUMBER):
            return False
        match value.node:
            case ast.Compare():
                return False
            case ast.BinOp(op=op) | ast.AugAssign(op=op):
                return not isinstance(op, _INTEGER_OPS)
            case ast.UnaryOp(op=op):
                return isinstance(op, (ast.USub, ast.UAdd))
            case ast.Subscript(value=owner):
                return self.holds(owner) or not self.holds(value.node.slice)
            case ast.Call() as call:
                return self._call_passes(call)
        return True

    def _call_passes(self, call: ast.Call) -> bool:
        if isinstance(call.func, ast.Attribute) and call.func.attr.startswith("assign"):
            return False
        if any(
            v.kind is Kind.OBJECT and v.data.path.startswith("keras.metrics.")
            for v in self.run.values(call.func)
        ):
            return False
        return all(self._path_passes(path, call) for path in paths(self.run, call))

    def _path_passes(self, path: str, call: ast.Call) -> bool:
        name = path.rpartition(".")[2]
        if name in _ENDING or path.startswith(
            ("numpy.", "math.", "builtins.int", "builtins.float", "builtins.round")
        ):
            return False
        if name in _CASTS:
            return is_float_cast(self.run, call)
        if name in _CHOOSING:
            return any(self.holds(node) for node in _operands(call)[_CHOOSING[name]])
        op = lookup(path, self.run.module.keras)
        if op is None:
            return not (path.startswith("keras.metrics.") and "accuracy" in name)
        for index, node in enumerate(call.args):
            parameter = op.parameters[index] if index < len(op.parameters) else ""
            if op.gradient.get(parameter, "yes") != "yes" and self.holds(node):
                return False
        return not any(
            op.gradient.get(k.arg or "", "yes") != "yes" and self.holds(k.value) for k in call.keywords
        )


def _operands(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(keyword.value for keyword in call.keywords)]


def is_float_cast(run: Trace, call: ast.AST | None) -> bool:
    """Tell whether a call casts to what is not an integer, a boolean or a string."""
    if not isinstance(call, ast.Call):
        return False
    names = {path.rpartition(".")[2] for path in paths(run, call)}
    if names <= {"to_float", "to_double"} and names:
        return True
    if not names or not names <= _CASTS:
        return False
    dtype = next(
        (k.value for k in call.keywords if k.arg == "dtype"), call.args[1] if len(call.args) > 1 else None
    )
    return dtype is not None and all(
        named(value) not in ("int", "bool", "string") for value in run.values(dtype)
    )


def called(run: Trace, call: ast.Call) -> str:
    """Return the name of the one function of TensorFlow or Keras that a call calls, else an empty text."""
    found = {
        path.rpartition(".")[2] for path in paths(run, call) if path.startswith(("tensorflow.", "keras."))
    }
    return found.pop() if len(found) == 1 else ""
