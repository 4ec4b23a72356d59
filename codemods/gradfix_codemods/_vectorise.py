"""Expressions of a branch or loop, written so that they hold for all elements of a tensor at once."""

from __future__ import annotations

import ast
import copy
from collections.abc import Sequence
from dataclasses import dataclass, field

from gradfix.flow.trace import Trace
from gradfix.flow.values import Kind
from gradfix.model import ImportNeeded
from gradfix.module import Module
from gradfix_codemods._rank import ELEMENTWISE, single
from gradfix_codemods._twins import named

_RISKY = frozenset({"log", "sqrt", "pow", "divide", "log1p", "norm", "rsqrt", "reciprocal"})
_LIBRARIES = ("tensorflow.", "keras.")


class Unfit(Exception):  # noqa: N818 - an answer, not an error
    """The branch or loop has no such form."""


@dataclass(slots=True)
class Writer:
    """Writes expressions of a file anew. ``risky`` tells that a branch not taken may give NaN in the gradient."""

    module: Module
    run: Trace
    imports: list[ImportNeeded] = field(default_factory=list)
    risky: bool = False
    index: str | None = None  # the loop's variable, which becomes ``:``
    elements: dict[str, str] = field(
        default_factory=dict
    )  # the loop's variables, and what they are elements of
    batches: set[str] = field(
        default_factory=set
    )  # the names whose elements may become the whole: ``y[i]``, ``y``
    summed_whole: bool = False

    def spell(self, name: str) -> str:
        """Return how the file writes an op, and note the import that this needs."""
        text, imports = named(self.module, name)
        self.imports += imports
        return text

    def where(self, test: ast.expr, yes: str, no: str) -> str:
        """Return the choice between two texts: ``tf.cond`` for a single test, where what is not taken could give NaN."""
        if self.risky and single(self.run, test) is True:
            self.risky = False
            return f"{self.spell('cond')}({self.condition(test)}, lambda: {yes}, lambda: {no})"
        return f"{self.spell('where')}({self.condition(test)}, {yes}, {no})"

    def condition(self, test: ast.expr) -> str:
        """Return a condition for tensors.

        Raises:
            Unfit: it has no such form.
        """
        match test:
            case ast.Compare(left=left, ops=ops, comparators=rights):
                if any(isinstance(op, (ast.Is, ast.IsNot, ast.In, ast.NotIn)) for op in ops):
                    raise Unfit
                if len(ops) == 1:
                    return self.value(test)
                operands = [left, *rights]
                parts = [
                    ast.Compare(a, [op], [b]) for a, op, b in zip(operands[:-1], ops, rights, strict=True)
                ]
                texts = [
                    f"{self.value(p.left)} {_SIGNS[type(p.ops[0])]} {self.value(p.comparators[0])}"
                    for p in parts
                ]
                return self._all("logical_and", texts)
            case ast.BoolOp(op=op, values=values):
                return self._all(
                    "logical_and" if isinstance(op, ast.And) else "logical_or",
                    [self.condition(v) for v in values],
                )
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return f"{self.spell('logical_not')}({self.condition(operand)})"
            case ast.Call() | ast.Name() if all(value.dtype == "bool" for value in self.run.values(test)):
                return self.value(test)
        raise Unfit

    def _all(self, name: str, texts: Sequence[str]) -> str:
        text = texts[0]
        for other in texts[1:]:
            text = f"{self.spell(name)}({text}, {other})"
        return text

    def value(self, node: ast.expr) -> str:
        """Return the text of an expression that may be computed whether or not its branch is taken.

        Raises:
            Unfit: it may have an effect, or is no elementwise function of the loop's variable.
        """
        self.check(node)
        if self.index is None and not self.elements:
            return " ".join(self.module.segment(node).split())
        return ast.unparse(node) if not self._loops(node) else self._rewritten(node)

    def check(self, node: ast.expr) -> None:
        """Raise ``Unfit`` when ``node`` does more than compute."""
        for one in ast.walk(node):
            if isinstance(
                one,
                (
                    ast.NamedExpr,
                    ast.Await,
                    ast.Yield,
                    ast.YieldFrom,
                    ast.Lambda,
                    ast.ListComp,
                    ast.GeneratorExp,
                ),
            ):
                raise Unfit
            if isinstance(one, ast.BinOp):
                risky = isinstance(one.op, ast.Div) and self._carries(one.right)
                self.risky = (
                    self.risky or risky or (isinstance(one.op, ast.Pow) and not _at_least_one(one.right))
                )
            if isinstance(one, ast.Call):
                name = self._library(one)
                if name is None:
                    raise Unfit
                divided = name == "divide" and len(one.args) > 1 and not self._carries(one.args[1])
                raised = name == "pow" and len(one.args) > 1 and _at_least_one(one.args[1])
                self.risky = self.risky or (name in _RISKY and not divided and not raised)

    def _carries(self, node: ast.expr) -> bool:
        return any(value.live or value.cut for value in self.run.values(node))

    def _library(self, call: ast.Call) -> str | None:
        """Return the name of the library function that is called, ``layer`` for a layer or model."""
        values = self.run.values(call.func)
        if values and all(value.kind in (Kind.LAYER, Kind.MODEL) for value in values):
            return "layer"
        names = {str(value.data) for value in values if value.kind is Kind.PATH}
        if len(names) != 1 or any(value.kind is not Kind.PATH for value in values):
            return None
        path = names.pop()
        if path == "builtins.abs":
            return "abs"
        name = path.rpartition(".")[2]
        return (
            name
            if path.startswith(_LIBRARIES) and not name.startswith(("print", "assert", "assign"))
            else None
        )

    # -- inside a loop ------------------------------------------------------------------------------

    def _loops(self, node: ast.AST) -> bool:
        loops = {self.index, *self.elements}
        return any(isinstance(one, ast.Name) and one.id in loops for one in ast.walk(node))

    def _rewritten(self, node: ast.expr) -> str:
        """Return ``node`` for all elements at once."""
        replaced = _Elements(self)
        tree = replaced.visit(copy.deepcopy(node))
        self._elementwise(node)
        return ast.unparse(tree)

    def _elementwise(self, node: ast.expr) -> None:
        match node:
            case ast.BinOp(left=left, right=right):
                self._elementwise(left)
                self._elementwise(right)
            case ast.UnaryOp(operand=operand):
                self._elementwise(operand)
            case ast.Compare(left=left, comparators=rights):
                for side in (left, *rights):
                    self._elementwise(side)
            case ast.Call():
                if self._library(node) not in ELEMENTWISE:
                    raise Unfit
                for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
                    if self._loops(argument):
                        self._elementwise(argument)
            case ast.Subscript() | ast.Name() if self._loops(node):
                return
            case ast.Constant():
                return
            case _:
                if any(
                    value.kind not in (Kind.CONST, Kind.NUMBER, Kind.SHAPE) for value in self.run.values(node)
                ):
                    raise Unfit


def _at_least_one(exponent: ast.expr) -> bool:
    return (
        isinstance(exponent, ast.Constant)
        and isinstance(exponent.value, (int, float))
        and exponent.value >= 1
    )


_SIGNS: dict[type[ast.cmpop], str] = {
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}


class _Elements(ast.NodeTransformer):
    """Turns ``y[i, 0]`` into ``y[:, 0]``, and the element of a batch into the batch."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        index = self.writer.index
        match node:
            case ast.Subscript(
                value=ast.Subscript(value=ast.Name() as owner, slice=ast.Name(id=first)), slice=rest
            ) if first == index and isinstance(rest, ast.Constant):
                return ast.Subscript(owner, ast.Tuple([ast.Slice(), rest], ast.Load()), ast.Load())
            case ast.Subscript(
                value=ast.Name() as owner, slice=ast.Tuple(elts=[ast.Name(id=first), *rest])
            ) if first == index:
                if rest and all(isinstance(part, ast.Constant) for part in rest):
                    return ast.Subscript(owner, ast.Tuple([ast.Slice(), *rest], ast.Load()), ast.Load())
            case ast.Subscript(value=ast.Name() as owner, slice=ast.Name(id=first)) if first == index:
                return self._whole(owner.id)
            case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant() as rest) if (
                name in self.writer.elements
            ):
                return ast.Subscript(
                    ast.Name(self.writer.elements[name], ast.Load()),
                    ast.Tuple([ast.Slice(), rest], ast.Load()),
                    ast.Load(),
                )
        raise Unfit

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id == self.writer.index:
            raise Unfit
        if node.id in self.writer.elements:
            return self._whole(self.writer.elements[node.id])
        return node

    def _whole(self, name: str) -> ast.Name:
        if name not in self.writer.batches:
            raise Unfit
        self.writer.summed_whole = True
        return ast.Name(name, ast.Load())
