"""What the rewriting engine knows of libcst's nodes: walking them, making them from text, parentheses.

This module imports libcst at its top, which takes longer than reading a file. It is therefore imported only
inside functions, by ``rewrite`` and by the changes of ``edits``.
"""

from __future__ import annotations

import functools
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields

import libcst as cst

from gradfix.errors import RewriteError

Line = cst.SimpleStatementLine | cst.BaseCompoundStatement

_LAYOUT = {
    "lpar",
    "rpar",
    "semicolon",
    "comma",
    "leading_lines",
    "trailing_whitespace",
    "lines_after_decorators",
    "header",
    "footer",
    "newline",
    "indent",
}

# How tightly an operator binds; the language reference's table of operator precedence, turned around.
_NAMED, _TUPLE, _CONDITION, _OR, _AND, _NOT, _COMPARISON = range(-1, 6)
_UNARY, _POWER, _AWAIT, _ATOM = 12, 13, 14, 15
_BINARY: dict[type[cst.BaseBinaryOp], int] = {
    cst.BitOr: 6,
    cst.BitXor: 7,
    cst.BitAnd: 8,
    cst.LeftShift: 9,
    cst.RightShift: 9,
    cst.Add: 10,
    cst.Subtract: 10,
    cst.Multiply: 11,
    cst.Divide: 11,
    cst.FloorDivide: 11,
    cst.Modulo: 11,
    cst.MatrixMultiply: 11,
    cst.Power: _POWER,
}


@functools.cache
def field_names(kind: type[cst.CSTNode]) -> tuple[str, ...]:
    """Return the fields of a node class that can hold code, in order."""
    return tuple(
        field.name
        for field in fields(kind)
        if field.name not in _LAYOUT and not field.name.startswith("whitespace")
    )


def children(node: cst.CSTNode) -> Iterator[tuple[str, cst.CSTNode]]:
    """Yield the children of ``node`` that are code, each with the field it stands in."""
    for name in field_names(type(node)):
        value = getattr(node, name)
        if isinstance(value, cst.CSTNode):
            yield name, value
        elif isinstance(value, (tuple, list)):
            for item in value:
                if isinstance(item, cst.CSTNode):
                    yield name, item


def walk(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Yield ``node`` and everything in it that is code, outermost first."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting.extend(child for _, child in children(current))


def parse_expression(text: str) -> cst.BaseExpression:
    """Return ``text`` as a node.

    The text is not parsed under the configuration of a module, so that its newlines and indentation are
    *default* ones: they are written as the module has them that the node ends up in.

    Raises:
        RewriteError: ``text`` is not an expression.
    """
    try:
        return cst.parse_expression(text.strip())
    except cst.ParserSyntaxError as error:
        message = f"not an expression: {text!r}"
        raise RewriteError(message) from error


def parse_statements(text: str) -> list[Line]:
    """Return the statements of ``text``, which may be indented as a whole.

    Raises:
        RewriteError: ``text`` is not a row of statements.
    """
    try:
        return list(cst.parse_module(textwrap.dedent(text).strip("\n") + "\n").body)
    except cst.ParserSyntaxError as error:
        message = f"not statements: {text!r}"
        raise RewriteError(message) from error


def replaced(node: cst.CSTNode, swap: Callable[[cst.CSTNode], cst.CSTNode | None]) -> cst.CSTNode:
    """Return ``node`` with each node in it for which ``swap`` gives another one replaced.

    Replaced expressions get the parentheses that their new place demands.
    """
    other = swap(node)
    if other is not None:
        return other
    changes: dict[str, object] = {}
    for name in field_names(type(node)):
        value = getattr(node, name)
        if isinstance(value, cst.CSTNode):
            new = _placed(replaced(value, swap), value, node, name)
            if new is not value:
                changes[name] = new
        elif isinstance(value, (tuple, list)):
            items = [_placed(replaced(item, swap), item, node, name) for item in value]
            if any(new is not old for new, old in zip(items, value, strict=True)):
                changes[name] = items
    return node.with_changes(**changes) if changes else node


def _placed(new: cst.CSTNode, old: cst.CSTNode, parent: cst.CSTNode, field: str) -> cst.CSTNode:
    return new if new is old else fitted(new, old, parent, field)


def fitted(new: cst.CSTNode, old: cst.CSTNode, parent: cst.CSTNode, field: str) -> cst.CSTNode:
    """Return ``new`` with the parentheses it needs to stand where ``old`` stands, in ``field`` of ``parent``."""
    if not isinstance(new, cst.BaseExpression) or new.lpar:
        return new
    if not isinstance(old, cst.BaseExpression):
        return new
    if old.lpar and binding(new) < _ATOM:
        return new.with_changes(lpar=old.lpar, rpar=old.rpar)
    loose = binding(new) < min(demand(parent, field), bare_binding(old))
    return parenthesized(new) if loose or (_breaks_line(new) and not _breaks_line(old)) else new


def parenthesized(node: cst.BaseExpression) -> cst.BaseExpression:
    """Return ``node`` in parentheses."""
    return node.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])


def binding(node: cst.CSTNode) -> int:
    """Return how tightly ``node`` binds: the looser, the smaller."""
    return _ATOM if isinstance(node, cst.BaseExpression) and node.lpar else bare_binding(node)


def bare_binding(node: cst.CSTNode) -> int:
    """Return how tightly ``node`` would bind without its own parentheses."""
    match node:
        case cst.NamedExpr() | cst.Yield():
            return _NAMED
        case cst.Tuple() | cst.GeneratorExp():
            return _TUPLE
        case cst.IfExp() | cst.Lambda():
            return _CONDITION
        case cst.BooleanOperation():
            return _OR if isinstance(node.operator, cst.Or) else _AND
        case cst.Comparison():
            return _COMPARISON
        case cst.BinaryOperation():
            return _BINARY[type(node.operator)]
        case cst.UnaryOperation():
            return _NOT if isinstance(node.operator, cst.Not) else _UNARY
        case cst.Await():
            return _AWAIT
        case cst.Integer():
            return _ATOM - 1
        case _:
            return _ATOM


_DEMANDS: Mapping[tuple[type[cst.CSTNode], str], int] = {
    (cst.Attribute, "value"): _ATOM,
    (cst.Call, "func"): _ATOM,
    (cst.Subscript, "value"): _ATOM,
    (cst.Await, "expression"): _ATOM,
    (cst.Comparison, "left"): _COMPARISON + 1,
    (cst.ComparisonTarget, "comparator"): _COMPARISON + 1,
    (cst.StarredElement, "value"): _COMPARISON + 1,
    (cst.StarredDictElement, "value"): _COMPARISON + 1,
    (cst.IfExp, "body"): _OR,
    (cst.IfExp, "test"): _OR,
    (cst.CompFor, "iter"): _OR,
    (cst.CompIf, "test"): _OR,
    (cst.FormattedStringExpression, "expression"): _OR,
    (cst.If, "test"): _NAMED,
    (cst.While, "test"): _NAMED,
    (cst.Assign, "value"): _TUPLE,
    (cst.AssignTarget, "target"): _TUPLE,
    (cst.AugAssign, "value"): _TUPLE,
    (cst.AnnAssign, "value"): _TUPLE,
    (cst.Return, "value"): _TUPLE,
    (cst.Expr, "value"): _TUPLE,
    (cst.For, "iter"): _TUPLE,
    (cst.For, "target"): _TUPLE,
    (cst.Index, "value"): _TUPLE,
}


def demand(parent: cst.CSTNode, field: str) -> int:
    """Return how tightly an expression must bind to stand bare in ``field`` of ``parent``."""
    match parent:
        case cst.BinaryOperation(operator=cst.Power()):
            return _AWAIT if field == "left" else _UNARY
        case cst.BinaryOperation() | cst.BooleanOperation():
            return bare_binding(parent) + (field == "right")
        case cst.UnaryOperation():
            return bare_binding(parent)
        case _:
            return _DEMANDS.get((type(parent), field), _CONDITION)


def _breaks_line(node: cst.CSTNode) -> bool:
    """Tell whether ``node`` has a line break that only brackets around it make legal."""
    if getattr(node, "lpar", ()):
        return False
    for field in fields(node):
        value = getattr(node, field.name)
        if isinstance(value, cst.ParenthesizedWhitespace) and not _inside_brackets(node, field.name):
            return True
    match node:
        case cst.List() | cst.Dict() | cst.Set() | cst.BaseComp():
            return False
        case cst.FormattedString() | cst.SimpleString():
            return False
        case cst.Call():
            return _breaks_line(node.func)
        case cst.Subscript():
            return _breaks_line(node.value)
        case _:
            return any(_breaks_line(child) for _, child in children(node))


def _inside_brackets(node: cst.CSTNode, field: str) -> bool:
    return isinstance(node, cst.Call) and field == "whitespace_before_args"
