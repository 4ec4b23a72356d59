"""Differentiable forms of operations that have no gradient: straight-through rounding, soft comparison, no cast."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradfix import edits
from gradfix.flow.trace import Trace
from gradfix.flow.values import Kind
from gradfix.model import Edit, ImportNeeded
from gradfix.module import Module
from gradfix_codemods._lost import (
    cheap,
    function_of,
    keeps_name,
    key_of,
    operand,
    paths,
    spelled_like,
    statement_of,
)
from gradfix_codemods._onward import Onward, is_float_cast
from gradfix_codemods._rank import ELEMENTWISE
from gradfix_codemods._statements import Statements
from gradfix_codemods._twins import named as spelled_op

if TYPE_CHECKING:
    import libcst as cst

    from gradfix.model import Changed

STEPS = frozenset({"round", "floor", "ceil", "rint", "sign", "trunc"})
_GREATER = {"greater": True, "greater_equal": True, "less": False, "less_equal": False}
_SIMPLE = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Return, ast.Expr)
_LATER = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.IfExp, ast.BoolOp)
_TEMPERATURE = "TEMPERATURE"


@dataclass(frozen=True, slots=True)
class Smooth:
    """What a fix consists of, and what it does in words."""

    told: str
    edits: tuple[Edit, ...]
    imports: tuple[ImportNeeded, ...] = ()


def smooth(module: Module, onward: Onward, node: ast.AST) -> Smooth | None:
    """Return the fix of the cut at ``node``, or None where there is none that is certain to carry a gradient."""
    run = onward.run
    match node:
        case ast.BinOp(op=ast.FloorDiv(), left=left, right=right) if cheap(left) and cheap(right):
            stop, imports = spelled_op(module, "stop_gradient")
            text = f"{{left}} / {{right}} + {stop}({{node}} - {{left}} / {{right}})"
            return _unless_cut_again(onward, Smooth(_THROUGH, (Edit(node, edits.template(text)),), imports))
        case ast.Compare():
            return _soft_comparison(module, onward, node)
        case ast.Call():
            name = _name(run, node)
            if name in STEPS:
                return _unless_cut_again(onward, _straight_through(module, run, node))
            if name in _GREATER:
                return _soft_comparison(module, onward, node)
            if name in ("cast", "to_int32", "to_int64"):
                return _without_cast(module, onward, node)
    return None


_THROUGH = "Straight-through: the value stays, the gradient passes as if nothing had been rounded"


def _unless_cut_again(onward: Onward, fix: Smooth | None) -> Smooth | None:
    return fix if fix is not None and onward.obstacle() is None else None


def _name(run: Trace, call: ast.Call) -> str:
    found = {path.rpartition(".")[2] for path in paths(run, call) if path.startswith(("tensorflow.", "keras."))}
    return found.pop() if len(found) == 1 else ""


def _near(module: Module, call: ast.Call, path: str, name: str) -> tuple[str, tuple[ImportNeeded, ...]]:
    """Return how the file writes an op of the library that is called at ``call``, and the import that needs."""
    text = spelled_like(module, call, path, name)
    return (text, ()) if text is not None else spelled_op(module, name)


def _straight_through(module: Module, run: Trace, call: ast.Call) -> Smooth | None:
    """``tf.round(x)`` → ``x + tf.stop_gradient(tf.round(x) - x)``."""
    inner = operand(call, "x", "input")
    path = next(iter(paths(run, call)))
    if inner is None:
        return None
    stop, imports = _near(module, call, path, "stop_gradient")
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
    return Smooth(_THROUGH, (Edit(statement, before), Edit(call, change), Edit(inner, edits.expression(name))), imports)


def _soft_comparison(module: Module, onward: Onward, node: ast.Compare | ast.Call) -> Smooth | None:
    """``tf.cast(a > b, tf.float32)`` → ``tf.sigmoid((a - b) / TEMPERATURE)``."""
    run = onward.run
    sides = _sides(run, node)
    readers = [value.node for value in onward.readers(node) if value.node is not None]
    if sides is None or not readers:
        return None
    around = run.parents.get(node)
    weights = _two_numbers(run, around, node)
    casts = [one for one in readers if isinstance(one, ast.Call) and is_float_cast(run, one)]
    if (weights is None and len(casts) < len(readers)) or onward.obstacle(*readers) is not None:
        return None
    reader = around if weights is not None else casts[0]
    assert isinstance(reader, ast.Call)
    path = next(iter(paths(run, reader)))
    sigmoid, imports = _near(module, reader, path, "sigmoid")
    temperature, made = _temperature(module, run, node)
    if temperature is None:
        return None
    greater, smaller = _parenthesised(module, sides[0], last=False), _parenthesised(module, sides[1], last=True)
    difference = greater if _is_zero(sides[1]) and cheap(sides[0]) else f"({greater} - {smaller})"
    if isinstance(sides[0], ast.BinOp) and difference == greater:
        difference = f"({greater})"
    text = f"{sigmoid}({difference} / {temperature})"
    if weights is not None and weights != ("1", "0"):
        high, low = weights
        text = f"1.0 - {text}" if weights == ("0", "1") else f"{low} + ({high} - {low}) * {text}"
    place = around if weights is not None or around is casts[0] else node
    assert place is not None
    told = f"A sigmoid with a temperature, here {temperature}, rises where this jumps"
    return Smooth(told, (*made, Edit(place, edits.expression(text))), imports)


def _sides(run: Trace, node: ast.Compare | ast.Call) -> tuple[ast.expr, ast.expr] | None:
    """Return the two sides of a comparison, first the one that shall be greater."""
    if isinstance(node, ast.Compare):
        if len(node.ops) != 1 or not isinstance(node.ops[0], (ast.Gt, ast.GtE, ast.Lt, ast.LtE)):
            return None
        left, right = node.left, node.comparators[0]
        return (left, right) if isinstance(node.ops[0], (ast.Gt, ast.GtE)) else (right, left)
    if len(node.args) < 2 or any(isinstance(argument, ast.Starred) for argument in node.args):  # noqa: PLR2004
        return None
    left, right = node.args[:2]
    return (left, right) if _GREATER[_name(run, node)] else (right, left)


def _two_numbers(run: Trace, around: ast.AST | None, node: ast.AST) -> tuple[str, str] | None:
    """Return what ``tf.where(node, 1.0, 0.0)`` chooses between: numbers, ones and zeros."""
    if not isinstance(around, ast.Call) or _name(run, around) != "where" or len(around.args) != 3 or around.args[0] is not node:  # noqa: PLR2004
        return None
    found = [_number(run, argument) for argument in around.args[1:]]
    return (found[0], found[1]) if found[0] is not None and found[1] is not None else None


def _number(run: Trace, node: ast.expr) -> str | None:
    match node:
        case ast.Constant(value=int() | float() as value):
            return f"{value:g}" if value in (0, 1) else repr(float(value))
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            return repr(-float(value))
        case ast.Call():
            return {"ones_like": "1", "zeros_like": "0"}.get(_name(run, node))
    return None


def _parenthesised(module: Module, node: ast.expr, *, last: bool) -> str:
    text = module.segment(node)
    loose = (ast.Compare, ast.BoolOp, ast.IfExp, ast.Lambda, ast.NamedExpr)
    if isinstance(node, loose) or (last and isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub))):
        return f"({text})"
    return f"({text})" if "\n" in text else text


def _is_zero(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and not isinstance(node.value, bool) and node.value in (0, 0.0)


def _repeatable(run: Trace, node: ast.expr) -> bool:
    """Tell whether a short expression of elementwise functions may stand twice where no statement can be added."""
    match node:
        case ast.BinOp(left=left, right=right):
            return _repeatable(run, left) and _repeatable(run, right)
        case ast.UnaryOp(operand=inner):
            return _repeatable(run, inner)
        case ast.Call(args=args, keywords=[]):
            names = {path.rpartition(".")[2] for path in paths(run, node)}
            return bool(names) and names <= ELEMENTWISE and all(_repeatable(run, argument) for argument in args)
    return cheap(node)


def _temperature(module: Module, run: Trace, node: ast.AST) -> tuple[str | None, tuple[Edit, ...]]:
    """Return the name of the temperature, and the edit that makes it where the file has none yet."""
    for statement in module.tree.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=float())) if name == _TEMPERATURE:
                return name, ()
    if any(isinstance(one, ast.Name) and one.id == _TEMPERATURE for one in ast.walk(module.tree)):
        return None, ()
    own = next((one for one in module.tree.body if one is node or one in set(run.ancestors(node))), None)
    before = module.tree.body[: module.tree.body.index(own)] if own is not None else []
    imports = [one for one in before if isinstance(one, (ast.Import, ast.ImportFrom))]
    if not imports:
        return None, ()
    return _TEMPERATURE, (Edit(imports[-1], _below),)


def _below(node: cst.CSTNode) -> Changed:
    """Put the temperature under a statement, with a blank line between."""
    import libcst as cst

    line = cst.parse_statement(f"{_TEMPERATURE} = 0.1")
    return cst.FlattenSentinel([node, line.with_changes(leading_lines=[cst.EmptyLine(indent=False)])])


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
        if not isinstance(reader.node, ast.BinOp) or not any(id(reader) == id(value) for value in onward.values):
            return None
        sides = [reader.node.left, reader.node.right]
        other = next((side for side in sides if not onward.holds(side)), None)
        if other is not None and any(value.dtype == "int" and value.kind is not Kind.CONST for value in run.values(other)):
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
    if len(places) != 1 or not isinstance(cast, ast.Call) or _name(run, cast) != "cast":
        return None
    if any(len({id(v.node) for v in run.readers.get(id(value), ())}) > 1 for value in run.values(cast)):
        return None
    if function_of(run, cast) is not function_of(run, other):
        return None
    dtype = next((k.value for k in cast.keywords if k.arg == "dtype"), cast.args[1] if len(cast.args) > 1 else None)
    match dtype:
        case ast.Attribute():
            return Edit(dtype, lambda node: node.with_changes(attr=node.attr.with_changes(value="float32")))  # type: ignore[attr-defined]
        case ast.Constant(value=str()):
            return Edit(dtype, edits.replace_string("float32"))
    return None
