"""An array that a loop fills row by row: a list and ``tf.stack`` hold the gradient."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from gradfix import edits
from gradfix.flow.facts import Broken
from gradfix.flow.values import Kind
from gradfix_codemods._twins import named

if TYPE_CHECKING:
    from gradfix_codemods._way import Plan

_MAKERS = ("numpy.zeros", "numpy.empty", "numpy.ones", "numpy.full")
_JUMPS = (ast.Break, ast.Continue, ast.Return)


def fill(plan: Plan, cause: Broken) -> bool:
    """Plan ``rows = []``, ``rows.append(x)`` and ``rows = tf.stack(rows)``; False when the loop is another one."""
    store = cause.node
    statement = plan.run.parents.get(store)
    match store, statement:
        case (
            ast.Subscript(value=ast.Name(id=array), slice=ast.Name(id=index)),
            ast.Assign(targets=[_], value=given),
        ):
            pass
        case _:
            return False
    loop = plan.run.parents.get(statement)
    if not isinstance(loop, ast.For) or not _counts(plan, loop, index):
        return False
    made = _made(plan, loop, array, store)
    if made is None:
        return False
    assert isinstance(made.value, ast.Call)
    if not _same_length(made.value, loop):
        plan.lower(f"rows of `{array}` that the loop does not fill would be missing")
    text, imports = named(plan.module, "stack")
    segment = plan.module.segment(given)
    plan.imports += imports
    plan.changes[made.value] = [edits.expression("[]")]
    plan.statements[statement] = edits.statement(f"{array}.append({segment})")
    plan.statements[loop] = edits.insert_after(f"{array} = {text}({array})")
    plan.filled.add(store)
    return True


def _counts(plan: Plan, loop: ast.For, index: str) -> bool:
    """Tell whether the loop counts ``index`` up from zero and leaves out no round."""
    match loop:
        case ast.For(
            target=ast.Name(id=name),
            iter=ast.Call(func=ast.Name(id="range") as function, args=[_], keywords=[]),
        ):
            path = "builtins.range"
        case ast.For(
            target=ast.Tuple(elts=[ast.Name(id=name), _]),
            iter=ast.Call(func=ast.Name(id="enumerate") as function, args=[_], keywords=[]),
        ):
            path = "builtins.enumerate"
        case _:
            return False
    known = all(value.kind is Kind.PATH and value.data == path for value in plan.run.values(function))
    inside = [node for statement in loop.body for node in ast.walk(statement)]
    return (
        known
        and name == index
        and not loop.orelse
        and not any(isinstance(node, _JUMPS) for node in inside)
        and not any(_binds(statement, index) for statement in loop.body)
    )


def _made(plan: Plan, loop: ast.For, array: str, store: ast.Subscript) -> ast.Assign | None:
    """Return what makes the array, in the block of the loop, when nothing reads it until the loop is over."""
    around = plan.run.parents[loop]
    block = next(body for body in _blocks(around) if loop in body)
    before = block[: block.index(loop)]
    made = next((one for one in reversed(before) if _binds(one, array)), None)
    if not isinstance(made, ast.Assign) or len(made.targets) != 1 or not isinstance(made.value, ast.Call):
        return None
    paths = [value.data for value in plan.run.values(made.value.func) if value.kind is Kind.PATH]
    between = [*before[before.index(made) + 1 :], loop]
    uses = [node for one in between for node in ast.walk(one) if _is_name(node, array)]
    if uses != [store.value] or not paths or any(path not in _MAKERS for path in paths):
        return None
    return made


def _blocks(node: ast.AST) -> Iterator[list[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        found = getattr(node, name, None)
        if isinstance(found, list):
            yield found


def _binds(statement: ast.stmt, name: str) -> bool:
    names = (node for node in ast.walk(statement) if isinstance(node, ast.Name) and node.id == name)
    return any(not isinstance(node.ctx, ast.Load) for node in names)


def _is_name(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _same_length(maker: ast.Call, loop: ast.For) -> bool:
    """Tell whether the array was made with as many rows as the loop has rounds."""
    if not maker.args or not isinstance(loop.iter, ast.Call):
        return False
    shape = maker.args[0]
    rows = shape.elts[0] if isinstance(shape, (ast.Tuple, ast.List)) and shape.elts else shape
    rounds = ast.unparse(loop.iter.args[0])
    if isinstance(loop.target, ast.Tuple):
        return ast.unparse(rows) in (f"len({rounds})", f"{rounds}.shape[0]")
    return ast.unparse(rows) == rounds
