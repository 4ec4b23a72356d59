"""A comparison made soft: a sigmoid with a named temperature in place of a jump from 0 to 1."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradfix import edits
from gradfix.flow.trace import Trace
from gradfix.model import Edit, ImportNeeded
from gradfix.module import Module
from gradfix_codemods._lost import near, paths
from gradfix_codemods._onward import Onward, called, is_float_cast

if TYPE_CHECKING:
    import libcst as cst

    from gradfix.model import Changed

GREATER = {"greater": True, "greater_equal": True, "less": False, "less_equal": False}
_TEMPERATURE = "TEMPERATURE"


@dataclass(frozen=True, slots=True)
class Smooth:
    """What a fix consists of, and what it does in words."""

    told: str
    edits: tuple[Edit, ...]
    imports: tuple[ImportNeeded, ...] = ()


def soft_comparison(module: Module, onward: Onward, node: ast.Compare | ast.Call) -> Smooth | None:
    """``tf.cast(a > b, tf.float32)`` → ``tf.sigmoid((a - b) / TEMPERATURE)``; so too for ``tf.where`` of two numbers."""
    run = onward.run
    sides = _sides(run, node)
    readers = [value.node for value in onward.readers(node) if value.node is not None]
    around = run.parents.get(node)
    if sides is None or not readers:
        return None
    if around is not None and _logic(run, around) is not None:
        return _soft_logic(module, onward, node)
    if onward.obstacle(*readers) is not None:
        return None
    choices = {id(one): numbers for one in readers if (numbers := _two_numbers(run, one)) is not None}
    if any(id(one) not in choices and not is_float_cast(run, one) for one in readers):
        return None
    first = readers[0]
    assert isinstance(first, ast.Call)
    sigmoid, imports = near(module, first, next(iter(paths(run, first))), "sigmoid")
    temperature, made = _temperature(module, run, node)
    if temperature is None:
        return None
    text = f"{sigmoid}({_difference(module, *sides)} / {temperature})"
    told = f"A sigmoid with a temperature, here {temperature}, rises where this jumps"
    if any(one is around for one in readers):
        assert around is not None
        change = edits.expression(_between(choices.get(id(around)), text))
        return Smooth(told, (*made, Edit(around, change)), imports)
    changes = [Edit(node, edits.expression(text))]
    for one in readers:
        if id(one) in choices:
            assert isinstance(one, ast.Call)
            changes.append(
                Edit(one, edits.expression(_between(choices[id(one)], module.segment(one.args[0]))))
            )
    return Smooth(told, (*made, *changes), imports)


def _between(numbers: tuple[float, float] | None, text: str) -> str:
    """Return what rises from the second number to the first as ``text`` rises from 0 to 1."""
    if numbers is None or numbers == (1, 0):
        return text
    high, low = numbers
    rise = "" if abs(high - low) == 1 else f"{abs(high - low)!r} * "
    if low == 0 and high > 0:
        return rise + text
    return f"{low!r} {'+' if high > low else '-'} {rise}{text}"


def _soft_logic(module: Module, onward: Onward, node: ast.AST) -> Smooth | None:
    """``tf.cast(tf.logical_and(a > b, c), tf.float32)`` → the product of the sigmoid and of ``c`` as a float."""
    run = onward.run
    climbed = [node]
    while (around := run.parents.get(climbed[-1])) is not None and _logic(run, around) is not None:
        climbed.append(around)
    top, cast = climbed[-1], around
    if (
        len(climbed) == 1
        or not isinstance(cast, ast.Call)
        or not isinstance(top, ast.expr)
        or not is_float_cast(run, cast)
    ):
        return None
    if (
        cast.args[:1] != [top]
        or len(onward.readers(top)) != 1
        or onward.obstacle(*climbed[1:], cast) is not None
    ):
        return None
    path = next(iter(paths(run, cast)))
    sigmoid, imports = near(module, cast, path, "sigmoid")
    temperature, made = _temperature(module, run, node)
    hard = module.segment(cast).replace(module.segment(top), "{}", 1)

    def soft(part: ast.expr) -> str:
        logic = _logic(run, part)
        if logic is not None:
            texts = [soft(one) for one in logic[1]]
            if logic[0] == "not":
                return f"(1.0 - {texts[0]})"
            if logic[0] == "and":
                return " * ".join(texts)
            return f"(1.0 - {' * '.join(f'(1.0 - {text})' for text in texts)})"
        comparison = isinstance(part, ast.Compare) or (
            isinstance(part, ast.Call) and called(run, part) in GREATER
        )
        if part is node or (
            comparison
            and any(token in value.cut for value in run.values(part) for token in onward.cause.tokens)
        ):
            assert isinstance(part, (ast.Compare, ast.Call))
            sides = _sides(run, part)
            if sides is not None:
                return f"{sigmoid}({_difference(module, *sides)} / {temperature})"
        return hard.format(module.segment(part))

    if temperature is None or "{" in module.segment(cast) or _sides(run, node) is None:  # type: ignore[arg-type]
        return None
    told = f"Products of sigmoids with a temperature, here {temperature}, rise where this jumps"
    return Smooth(told, (*made, Edit(cast, edits.expression(soft(top)))), imports)


def _logic(run: Trace, node: ast.AST) -> tuple[str, list[ast.expr]] | None:
    """Return and, or, not and the operands of a logical operation on tensors."""
    match node:
        case ast.BinOp(op=ast.BitAnd(), left=left, right=right):
            return "and", [left, right]
        case ast.BinOp(op=ast.BitOr(), left=left, right=right):
            return "or", [left, right]
        case ast.UnaryOp(op=ast.Invert(), operand=operand):
            return "not", [operand]
        case ast.Call(args=args, keywords=[]):
            name = called(run, node).removeprefix("logical_")
            return (name, args) if name in ("and", "or", "not") and called(run, node) != name else None
    return None


def _difference(module: Module, greater: ast.expr, smaller: ast.expr) -> str:
    text = _parenthesised(module, greater, last=False)
    if not _is_zero(smaller):
        return f"({text} - {_parenthesised(module, smaller, last=True)})"
    return text if isinstance(greater, (ast.Name, ast.Attribute, ast.Subscript, ast.Call)) else f"({text})"


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
    return (left, right) if GREATER[called(run, node)] else (right, left)


def _two_numbers(run: Trace, node: ast.AST) -> tuple[float, float] | None:
    """Return what ``tf.where(c, 1.0, 0.0)`` chooses between: numbers, ones and zeros."""
    if not isinstance(node, ast.Call) or called(run, node) != "where" or not node.args:
        return None
    ways = [
        *node.args[1:],
        *(keyword.value for keyword in node.keywords if keyword.arg in ("x", "y", "x1", "x2")),
    ]
    found = [_number(run, way) for way in ways] if len(ways) == 2 else [None, None]  # noqa: PLR2004
    return (found[0], found[1]) if found[0] is not None and found[1] is not None else None


def _number(run: Trace, node: ast.expr) -> float | None:
    match node:
        case ast.Constant(value=int() | float() as value):
            return float(value)
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            return -float(value)
        case ast.Call():
            return {"ones_like": 1.0, "zeros_like": 0.0}.get(called(run, node))
    return None


def _parenthesised(module: Module, node: ast.expr, *, last: bool) -> str:
    text = module.segment(node)
    loose = (ast.Compare, ast.BoolOp, ast.IfExp, ast.Lambda, ast.NamedExpr)
    if isinstance(node, loose) or (
        last and isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub))
    ):
        return f"({text})"
    return f"({text})" if "\n" in text else text


def _is_zero(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and not isinstance(node.value, bool) and node.value in (0, 0.0)


def _temperature(module: Module, run: Trace, node: ast.AST) -> tuple[str | None, tuple[Edit, ...]]:
    """Return the name of the temperature, and the edit that makes it where the file has none yet."""
    for statement in module.tree.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=float())) if (
                name == _TEMPERATURE
            ):
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
