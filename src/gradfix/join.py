r"""From nodes of the ``ast`` to nodes of libcst: the same kind, the same first byte, the same last byte.

Statements join without their last byte, over which the two parsers differ where a semicolon ends a line; no
two statements of a kind start together. Columns of the ``ast`` count UTF-8 bytes in a line; lines end at ``\n``, ``\r\n`` and ``\r`` only.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import libcst as cst
from libcst.metadata import ByteSpanPositionProvider, MetadataWrapper

from gradfix.errors import RewriteError
from gradfix.layout import Document

_STRING = (cst.SimpleString, cst.ConcatenatedString, cst.FormattedString)

KINDS: dict[type[ast.AST], tuple[type[cst.CSTNode], ...]] = {
    # statements
    ast.FunctionDef: (cst.FunctionDef,),
    ast.AsyncFunctionDef: (cst.FunctionDef,),
    ast.ClassDef: (cst.ClassDef,),
    ast.Return: (cst.Return,),
    ast.Delete: (cst.Del,),
    ast.Assign: (cst.Assign,),
    ast.AugAssign: (cst.AugAssign,),
    ast.AnnAssign: (cst.AnnAssign,),
    ast.For: (cst.For,),
    ast.AsyncFor: (cst.For,),
    ast.While: (cst.While,),
    ast.If: (cst.If,),
    ast.With: (cst.With,),
    ast.AsyncWith: (cst.With,),
    ast.Match: (cst.Match,),
    ast.Raise: (cst.Raise,),
    ast.Try: (cst.Try,),
    ast.Assert: (cst.Assert,),
    ast.Import: (cst.Import,),
    ast.ImportFrom: (cst.ImportFrom,),
    ast.Global: (cst.Global,),
    ast.Nonlocal: (cst.Nonlocal,),
    ast.Expr: (cst.Expr,),
    ast.Pass: (cst.Pass,),
    ast.Break: (cst.Break,),
    ast.Continue: (cst.Continue,),
    # expressions
    ast.BoolOp: (cst.BooleanOperation,),
    ast.NamedExpr: (cst.NamedExpr,),
    ast.BinOp: (cst.BinaryOperation,),
    ast.UnaryOp: (cst.UnaryOperation,),
    ast.Lambda: (cst.Lambda,),
    ast.IfExp: (cst.IfExp,),
    ast.Dict: (cst.Dict,),
    ast.Set: (cst.Set,),
    ast.List: (cst.List,),
    ast.ListComp: (cst.ListComp,),
    ast.SetComp: (cst.SetComp,),
    ast.DictComp: (cst.DictComp,),
    ast.Await: (cst.Await,),
    ast.Yield: (cst.Yield,),
    ast.YieldFrom: (cst.Yield,),
    ast.Compare: (cst.Comparison,),
    ast.Call: (cst.Call,),
    ast.JoinedStr: _STRING,
    ast.Constant: (*_STRING, cst.Integer, cst.Float, cst.Imaginary, cst.Ellipsis, cst.Name),
    ast.Attribute: (cst.Attribute,),
    ast.Subscript: (cst.Subscript,),
    ast.Starred: (cst.StarredElement, cst.Arg),
    ast.Name: (cst.Name,),
    # parts
    ast.ExceptHandler: (cst.ExceptHandler,),
    ast.keyword: (cst.Arg,),
}


def span(document: Document, anchor: ast.AST) -> tuple[int, int]:
    """Return the first byte of ``anchor`` and the one behind its last, as libcst counts them."""
    node: Any = anchor
    offsets = document.offsets
    return offsets[node.lineno - 1] + node.col_offset, offsets[node.end_lineno - 1] + node.end_col_offset


def join(document: Document, anchors: Iterable[ast.AST]) -> dict[ast.AST, cst.CSTNode]:
    """Return the node of libcst for each of ``anchors``.

    Raises:
        RewriteError: an anchor has no counterpart, or more than one.
    """
    wanted: dict[tuple[int, int], list[ast.AST]] = defaultdict(list)
    for anchor in dict.fromkeys(anchors):
        if type(anchor) not in KINDS:
            raise _no_counterpart(anchor, "cannot be an anchor")
        wanted[_key(anchor, *span(document, anchor))].append(anchor)
    found: dict[ast.AST, cst.CSTNode] = {}
    # The parser makes each node once, so the wrapper need not copy the tree to tell them apart.
    wrapper = MetadataWrapper(document.module, unsafe_skip_copy=True)
    for node, place in wrapper.resolve(ByteSpanPositionProvider).items():
        for anchor in wanted.get(_key(node, place.start, place.start + place.length), ()):
            if isinstance(node, KINDS[type(anchor)]) and _same_word(anchor, node):
                if anchor in found:
                    raise _no_counterpart(anchor, "stands for two nodes")
                found[anchor] = node
    for anchors_here in wanted.values():
        for anchor in anchors_here:
            if anchor not in found:
                raise _no_counterpart(anchor, "was not found")
    return found


def _key(node: ast.AST | cst.CSTNode, start: int, end: int) -> tuple[int, int]:
    is_statement = isinstance(node, (ast.stmt, cst.BaseSmallStatement, cst.BaseCompoundStatement))
    return (start, -1) if is_statement else (start, end)


def _same_word(anchor: ast.AST, node: cst.CSTNode) -> bool:
    """Tell names apart from what Python 3.11 places wrongly inside f-strings."""
    match anchor, node:
        case ast.Name(id=word), cst.Name(value=other):
            return word == other or not other.isascii()
        case ast.Attribute(attr=word), cst.Attribute(attr=cst.Name(value=other)):
            return word == other or not other.isascii()
        case _:
            return True


def _no_counterpart(anchor: ast.AST, what: str) -> RewriteError:
    message = f"the {type(anchor).__name__} to be changed {what} in the concrete syntax tree"
    column = getattr(anchor, "col_offset", None)
    return RewriteError(
        message, line=getattr(anchor, "lineno", None), column=None if column is None else column + 1
    )
