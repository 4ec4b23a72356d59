"""Differentiable forms of operations that have no gradient: straight-through rounding, soft comparison, no cast."""

from __future__ import annotations

import ast

from gradfix import edits
from gradfix.flow.trace import Trace
from gradfix.flow.values import Kind
from gradfix.model import Edit
from gradfix.module import Module
from gradfix_codemods._lost import (
    cheap,
    function_of,
    keeps_name,
    key_of,
    near,
    operand,
    paths,
    statement_of,
)
from gradfix_codemods._onward import Onward, called, is_float_cast
from gradfix_codemods._rank import ELEMENTWISE
from gradfix_codemods._sigmoid import GREATER, Smooth, soft_comparison
from gradfix_codemods._statements import Statements
from gradfix_codemods._twins import named as spelled_op

STEPS = frozenset({"round", "floor", "ceil", "rint", "sign", "trunc"})
_SIMPLE = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Return, ast.Expr)
_LATER = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.IfExp, ast.BoolOp)


def smooth(module: Module, onward: Onward, node: ast.AST) -> Smooth | None:
    """Return the fix of the cut at ``node``, or None where there is none that is certain to carry a gradient."""
    run = onward.run
    match node:
        case ast.BinOp(op=ast.FloorDiv(), left=left, right=right) if cheap(left) and cheap(right):
            stop, imports = spelled_op(module, "stop_gradient")
            text = f"{{left}} / {{right}} + {stop}({{node}} - {{left}} / {{right}})"
            return _unless_cut_again(onward, Smooth(_THROUGH, (Edit(node, edits.template(text)),), imports))
        case ast.Compare():
            return soft_comparison(module, onward, node)
        case ast.Call():
            name = called(run, node)
            if name in STEPS:
                return _unless_cut_again(onward, _straight_through(module, run, node))
            if name in GREATER:
                return soft_comparison(module, onward, node)
            if name in ("argmax", "argmin"):
                return _hard_choice(module, onward, node)
            if name in ("cast", "to_int32", "to_int64"):
                return _without_cast(module, onward, node)
    return None


_THROUGH = "Straight-through: the value stays, the gradient passes as if nothing had been rounded"


def _unless_cut_again(onward: Onward, fix: Smooth | None) -> Smooth | None:
    return fix if fix is not None and onward.obstacle() is None else None


def _straight_through(module: Module, run: Trace, call: ast.Call) -> Smooth | None:
    """``tf.round(x)`` → ``x + tf.stop_gradient(tf.round(x) - x)``."""
    inner = operand(call, "x", "input")
    path = next(iter(paths(run, call)))
    if inner is None:
        return None
    stop, imports = near(module, call, path, "stop_gradient")
    key = key_of(call, inner)
    statement = statement_of(run, call)
    around = list(run.ancestors(call))
    fixed = not isinstance(statement, _SIMPLE) or any(
        isinstance(one, _LATER) for one in around[: around.index(statement)]
    )
    if cheap(inner) or (fixed and _repeatable(run, inner)):
        part = f"arg{key}" if isinstance(key, int) else key
        change = edits.template(f"{{{part}}} + {stop}({{node}} - {{{part}}})")
        return Smooth(_THROUGH, (Edit(call, change),), imports)
    if fixed or statement is None:
        return None
    name = Statements(module).free_name(call, "smooth", "smooth_value")
    change = edits.template(f"{name} + {stop}({{node}} - {name})")
    before = edits.insert_before(f"{name} = {module.segment(inner)}")
    return Smooth(
        _THROUGH, (Edit(statement, before), Edit(call, change), Edit(inner, edits.expression(name))), imports
    )


def _hard_choice(module: Module, onward: Onward, call: ast.Call) -> Smooth | None:
    """``tf.one_hot(tf.argmax(p, axis=-1), n)`` → ``p + tf.stop_gradient(tf.one_hot(...) - p)``."""
    run = onward.run
    inner = operand(call, "input", "x")
    axis = next(
        (k.value for k in call.keywords if k.arg in ("axis", "dimension")),
        call.args[1] if len(call.args) > 1 else None,
    )
    readers = [value.node for value in onward.readers(call)]
    first = readers[0] if len(readers) == 1 else None
    if (
        inner is None
        or axis is None
        or not cheap(inner)
        or not isinstance(first, ast.Call)
        or called(run, call) == "argmin"
    ):
        return None
    if (
        called(run, first) != "one_hot"
        or run.parents.get(call) is not first
        or ast.unparse(axis) not in ("-1", "1")
    ):
        return None
    if onward.obstacle(first) is not None or any(
        k.arg not in ("depth", "num_classes", "dtype") for k in first.keywords
    ):
        return None
    if any(
        "crossentropy" in called(run, one.node) for one in onward.values if isinstance(one.node, ast.Call)
    ):
        return None  # a cross-entropy clips probabilities of zero and one: the gradient is zero there
    stop, imports = near(module, first, next(iter(paths(run, first))), "stop_gradient")
    text = module.segment(inner).replace("{", "{{").replace("}", "}}")
    change = edits.template(f"{text} + {stop}({{node}} - {text})")
    return Smooth(
        "Straight-through: the choice stays hard, the gradient goes to what it was made from",
        (Edit(first, change),),
        imports,
    )


def _repeatable(run: Trace, node: ast.expr) -> bool:
    """Tell whether a short expression of elementwise functions may stand twice where no statement can be added."""
    match node:
        case ast.BinOp(left=left, right=right):
            return _repeatable(run, left) and _repeatable(run, right)
        case ast.UnaryOp(operand=inner):
            return _repeatable(run, inner)
        case ast.Call(args=args, keywords=[]):
            names = {path.rpartition(".")[2] for path in paths(run, node)}
            return (
                bool(names) and names <= ELEMENTWISE and all(_repeatable(run, argument) for argument in args)
            )
    return cheap(node)


def _without_cast(module: Module, onward: Onward, call: ast.Call) -> Smooth | None:
    """Drop the cast of a float to an integer whose result is made a float again, or only calculated with."""
    run = onward.run
    inner = operand(call, "x", "value")
    if inner is None or onward.obstacle() is not None:
        return None
    partners: list[Edit] = []
    for reader in onward.readers(call):
        if is_float_cast(run, reader.node):
            continue
        if not isinstance(reader.node, ast.BinOp) or not any(
            id(reader) == id(value) for value in onward.values
        ):
            return None
        sides = [reader.node.left, reader.node.right]
        other = next((side for side in sides if not onward.holds(side)), None)
        if other is not None and any(
            value.dtype == "int" and value.kind is not Kind.CONST for value in run.values(other)
        ):
            edit = _as_float(run, other)
            if edit is None:
                return None
            partners.append(edit)
    statement = statement_of(run, call)
    own = Edit(call, edits.unwrap_argument(key_of(call, inner)))
    if statement is not None and keeps_name(statement, call, inner):
        own = Edit(statement, edits.remove())
    return Smooth("The integer is not needed here: without the cast the gradient passes", (own, *partners))


def _as_float(run: Trace, other: ast.expr) -> Edit | None:
    """Return the edit that makes ``tf.cast(y, tf.int32)`` a cast to ``tf.float32``."""
    places = {id(value.node): value.node for value in run.values(other)}
    cast = next(iter(places.values()))
    if len(places) != 1 or not isinstance(cast, ast.Call) or called(run, cast) != "cast":
        return None
    if any(len({id(v.node) for v in run.readers.get(id(value), ())}) > 1 for value in run.values(cast)):
        return None
    if function_of(run, cast) is not function_of(run, other):
        return None
    dtype = next(
        (k.value for k in cast.keywords if k.arg == "dtype"), cast.args[1] if len(cast.args) > 1 else None
    )
    match dtype:
        case ast.Attribute():
            return Edit(dtype, lambda node: node.with_changes(attr=node.attr.with_changes(value="float32")))  # type: ignore[attr-defined]
        case ast.Constant(value=str()):
            return Edit(dtype, edits.replace_string("float32"))
    return None
