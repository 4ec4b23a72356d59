"""What the codemods about lost gradients share: what happens then, and what the expression at a cut calls."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from gradfix.flow.values import Kind, Token
from gradfix_codemods._twins import named

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gradfix.flow.facts import Broken
    from gradfix.flow.trace import Trace
    from gradfix.model import ImportNeeded
    from gradfix.module import Module

_MOST = 3


def weights(tokens: Iterable[Token]) -> str:
    """Name what misses its gradient, as part of a sentence."""
    names = list(dict.fromkeys(token.label for token in tokens if token.label))
    if not names:
        return "the weights"
    shown = [f"`{name}`" for name in names[:_MOST]] + (["others"] if len(names) > _MOST else [])
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def consequence(cause: Broken) -> str:
    """Say what the program does where the gradient is missing; measured, and alike in Keras 2 and 3."""
    kinds = {sink.kind for sink in cause.sinks}
    if "tape" in kinds or not kinds:
        ending = ", and the other weights train alone" if cause.partial else ""
        return f"`tape.gradient` gives None for {weights(cause.tokens)}{ending}"
    if "loss" in kinds:
        return '`fit` raises "No gradients provided for any variable" when this is the only loss'
    if cause.partial:
        return f"`fit` warns and trains without {weights(cause.tokens)}"
    return 'no weight gets a gradient: training raises "No gradients provided for any variable"'


def zero(cause: Broken) -> str:
    """Say what the program does where the gradient is zero."""
    return f"the gradient of {weights(cause.tokens)} is exactly zero, and nothing says so"


def paths(run: Trace, node: ast.AST) -> set[str]:
    """Return the canonical paths of the library functions that a call at ``node`` calls."""
    if not isinstance(node, ast.Call):
        return set()
    values = run.values(node.func)
    if not values or any(value.kind is not Kind.PATH for value in values):
        return set()
    return {str(value.data) for value in values}


def imports_of(found: Iterable[str]) -> tuple[str, ...]:
    """Return the imports that may be dropped when these functions are no longer called."""
    names: dict[str, None] = {}
    for path in found:
        parts = path.split(".")
        names.update((".".join(parts[:end]), None) for end in range(2, len(parts) + 1))
    return tuple(names)


def operand(call: ast.Call, *names: str) -> ast.expr | None:
    """Return the first argument of a call, or the one given by one of ``names``."""
    if call.args:
        return None if isinstance(call.args[0], ast.Starred) else call.args[0]
    return next((keyword.value for keyword in call.keywords if keyword.arg in names), None)


def key_of(call: ast.Call, argument: ast.expr) -> int | str:
    """Return the position or keyword of an argument of a call."""
    if argument in call.args:
        return call.args.index(argument)
    return next(
        keyword.arg for keyword in call.keywords if keyword.value is argument and keyword.arg is not None
    )


def statement_of(run: Trace, node: ast.AST) -> ast.stmt | None:
    """Return the innermost statement around ``node``."""
    return next((one for one in (node, *run.ancestors(node)) if isinstance(one, ast.stmt)), None)


def function_of(run: Trace, node: ast.AST) -> ast.AST | None:
    """Return the innermost function or lambda around ``node``; None at module level."""
    functions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
    return next((one for one in run.ancestors(node) if isinstance(one, functions)), None)


def keeps_name(statement: ast.stmt | None, value: ast.AST, name: ast.AST) -> bool:
    """Tell whether a statement says ``x = f(x)``, with ``value`` the call and ``name`` its argument."""
    match statement:
        case ast.Assign(targets=[target]) if statement.value is value:
            return ast.dump(name).replace("Load()", "Store()") == ast.dump(target) and isinstance(
                name, (ast.Name, ast.Attribute)
            )
    return False


def cheap(node: ast.expr) -> bool:
    """Tell whether ``node`` may be written twice: it has no effect, and costs next to nothing."""
    match node:
        case ast.Name() | ast.Constant():
            return True
        case ast.Attribute(value=value) | ast.UnaryOp(operand=value):
            return cheap(value)
        case ast.Subscript(value=value, slice=index):
            return cheap(value) and cheap_index(index)
        case ast.BinOp(left=left, right=right):
            simple = (ast.Name, ast.Constant, ast.Attribute)
            return isinstance(left, simple) and isinstance(right, simple) and cheap(left) and cheap(right)
    return False


def cheap_index(node: ast.expr) -> bool:
    """Tell whether an index may be written twice."""
    match node:
        case ast.Slice(lower=lower, upper=upper, step=step):
            return all(part is None or cheap(part) for part in (lower, upper, step))
        case ast.Tuple(elts=elements):
            return all(cheap_index(element) for element in elements)
    return cheap(node)


def _beside(module: Module, node: ast.Call, path: str, name: str) -> str | None:
    """Return how this file writes ``name`` of the library of ``path``, which is called at ``node``.

    ``K.round(x)`` has ``K.stop_gradient`` beside it. None when there is no such name without an import.
    """
    if isinstance(node.func, ast.Attribute):
        head = module.segment(node.func).rpartition(".")[0]
        package = path.rpartition(".")[0]
        if package in ("tensorflow", "keras.ops", "keras.backend"):
            return f"{head}.{name}"
    package = "keras.ops" if path.startswith("keras.ops.") else "tensorflow"
    return (
        module.spell(f"{package}.{name}")
        or module.spell(f"tensorflow.{name}")
        or module.spell(f"keras.ops.{name}")
    )


def near(module: Module, call: ast.Call, path: str, name: str) -> tuple[str, tuple[ImportNeeded, ...]]:
    """Return how the file writes an op of the library that is called at ``call``, and the import that needs."""
    text = _beside(module, call, path, name)
    return (text, ()) if text is not None else named(module, name)
