"""What a function makes of its parameters, as its text tells."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Union

from gradfix.flow.joining import leaves
from gradfix.flow.values import Kind

if TYPE_CHECKING:
    from gradfix.flow.trace import Trace

Body = Union[ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda]
_OWN = ("self", "cls")
# What is read off a value so does not make the result one of its kind.
_DESCRIBES = ("shape", "dtype", "ndim", "size", "rank", "len", "name", "ones_like", "zeros_like")
_LABELS = frozenset("label labels target targets true truth ytrue gt onehot expected actual".split())
_PREDICTIONS = frozenset(
    "pred preds predicted prediction predictions ypred yhat hat logit logits output outputs prob probs "
    "probability probabilities score scores".split()
)


class Parameters:
    """The parameters of a function, and which of them its expressions come from."""

    def __init__(self, function: ast.AST) -> None:
        assert isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
        self.function: Body = function
        arguments = function.args
        self.positional = [one.arg for one in (*arguments.posonlyargs, *arguments.args)]
        self.names = [*self.positional, *(one.arg for one in arguments.kwonlyargs)]
        self._bound: dict[str, list[ast.expr]] = {}
        for node in ast.walk(function):
            for target, value in _bindings(node):
                for name in ast.walk(target):
                    if isinstance(name, ast.Name):
                        self._bound.setdefault(name.id, []).append(value)

    @property
    def name(self) -> str:
        return "lambda" if isinstance(self.function, ast.Lambda) else self.function.name

    def of(self, operands: Sequence[ast.expr], role: Callable[[str], int | None]) -> tuple[str, str] | None:
        """Return the two parameters that two expressions are, or are made of, each of another one.

        Settings, which have a default, do not count; of several that are left, the one counts that has a role by name.
        """
        first, second = (self._main(self.sources(one), role) for one in operands)
        return None if first is None or second is None or first == second else (first, second)

    def _main(self, sources: set[str], role: Callable[[str], int | None]) -> str | None:
        for some in (sources, sources - self._settings, {one for one in sources if role(one) is not None}):
            if len(some) == 1:
                return next(iter(some))
        return None

    @property
    def _settings(self) -> set[str]:
        arguments = self.function.args
        given = [*zip(reversed(self.positional), reversed(arguments.defaults), strict=False)]
        given += [
            (one.arg, default)
            for one, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
            if default is not None
        ]
        return {name for name, default in given if isinstance(default, ast.Constant)}

    def sources(self, node: ast.expr) -> set[str]:
        """Return the parameters that the value of an expression is made of."""
        found: set[str] = set()
        waiting, seen = [node], {id(node)}
        while waiting:
            for name in _read(waiting.pop()):
                if name in self.names and name not in _OWN:
                    found.add(name)
                for value in self._bound.get(name, ()):
                    if id(value) not in seen:
                        seen.add(id(value))
                        waiting.append(value)
        return found

    def only_used_in(self, operands: Sequence[ast.expr], names: Collection[str]) -> bool:
        """Tell whether the operands are the parameters themselves, which nothing else reads or changes."""
        used = {id(one) for one in operands}
        return all(isinstance(one, ast.Name) for one in operands) and not any(
            isinstance(node, ast.Name) and node.id in names and id(node) not in used
            for node in ast.walk(self.function)
        )

    def argument(self, call: ast.Call, offset: int | None, name: str) -> tuple[int | str, ast.expr] | None:
        """Return which argument of a call is bound to a parameter, when it is written out.

        ``offset`` is the number of parameters that are bound without the call; None for another function.
        """
        if offset is None or any(isinstance(one, ast.Starred) for one in call.args):
            return None
        if any(one.arg is None for one in call.keywords):
            return None
        at = self.positional.index(name) - offset if name in self.positional else len(call.args)
        if 0 <= at < len(call.args):
            return at, call.args[at]
        return next(((name, one.value) for one in call.keywords if one.arg == name), None)


def offset(run: Trace, call: ast.Call, function: ast.AST) -> int | None:
    """Return how many parameters a call of this very function leaves to others; None for another callee."""
    found: set[int | None] = set()
    for leaf in (leaf for value in run.values(call.func) for leaf in leaves(value)):
        if leaf.kind is Kind.FUNCTION and leaf.data.node is function:
            args, keywords = leaf.data.given if leaf.data.given is not None else ((), {})
            found.add(None if keywords else len(args) + (leaf.data.bound is not None))
        elif leaf.kind is Kind.INSTANCE:
            methods = [leaf.data.cls.find(name) for name in ("call", "__call__")]
            found.add(1 if function in [one[0].node for one in methods if one is not None] else None)
        else:
            found.add(None)
    return found.pop() if len(found) == 1 else None


def words(name: str) -> list[str]:
    """Return the words of a name."""
    return [one.lower() for one in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)]


def label_or_prediction(name: str) -> int | None:
    """Tell by the name of a parameter whether it takes labels (0) or a prediction (1)."""
    found = words(name)
    is_prediction = not _PREDICTIONS.isdisjoint(found)
    if is_prediction == (not _LABELS.isdisjoint(found)):
        return 0 if name == "y" else None
    return 1 if is_prediction else 0


def _read(node: ast.expr) -> Iterator[str]:
    """Yield the names whose values go into an expression."""
    waiting: list[ast.AST] = [node]
    while waiting:
        one = waiting.pop()
        match one:
            case ast.Name(id=name):
                yield name
            case ast.Attribute(attr=name) if name in _DESCRIBES:
                pass
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in _DESCRIBES:
                pass
            case _:
                waiting.extend(ast.iter_child_nodes(one))


def _bindings(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    match node:
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                yield from _pairs(target, value)
        case ast.AugAssign(target=target, value=value) | ast.NamedExpr(target=target, value=value):
            yield target, value
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            yield target, value
        case ast.For(target=target, iter=value) | ast.comprehension(target=target, iter=value):
            yield from _rounds(target, value)
        case ast.withitem(context_expr=value, optional_vars=ast.expr() as target):
            yield target, value


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[ast.expr, ast.expr]]:
    match target, value:
        case ast.Tuple(elts=targets), ast.Tuple(elts=values) if len(targets) == len(values):
            yield from zip(targets, values, strict=True)
        case _:
            yield target, value


def _rounds(target: ast.expr, value: ast.expr) -> Iterator[tuple[ast.expr, ast.expr]]:
    match target, value:
        case ast.Tuple(elts=targets), ast.Call(func=ast.Name(id="zip"), args=values) if len(targets) == len(
            values
        ):
            yield from zip(targets, values, strict=True)
        case _:
            yield target, value
