"""``optimizer.minimize`` of a computed loss, written with a tape."""

from __future__ import annotations

import ast
import textwrap

from gradfix.edits import remove, statement
from gradfix.flow import Broken
from gradfix.model import Edit
from gradfix_codemods._inline import inlined
from gradfix_codemods._statements import Statements, dotted, touch, updates

_SHORT = 40


def taped(places: Statements, group: list[Broken]) -> tuple[Edit, ...]:
    """Return the edits that put the making of a loss under a tape, and ``apply_gradients`` for ``minimize``.

    Nothing is returned when the call is more than a statement of its own, does not list its variables, or the
    loss is made elsewhere.
    """
    call = group[0].sink.node
    after = places.statement(call)
    if not isinstance(call, ast.Call) or not isinstance(after, ast.Expr) or after.value is not call:
        return ()
    loss, variables = _argument(call, 0, "loss"), _argument(call, 1, "var_list")
    known = {"loss", "var_list"} >= {keyword.arg for keyword in call.keywords}
    tape_class = places.module.spell("tensorflow.GradientTape")
    if loss is None or variables is None or not known or tape_class is None:
        return ()
    if isinstance(variables, ast.Lambda) or not isinstance(call.func, ast.Attribute):
        return ()
    segment = places.module.segment
    made: ast.expr | None = loss.body if isinstance(loss, ast.Lambda) else loss
    inside: tuple[Edit, ...] = ()
    if group[0].sink.kind == "minimize" and not isinstance(loss, ast.Lambda):
        # A function by its name: what it returns is computed in it, and the block calls it.
        statements = {places.statement(one.node) for one in group}
        inside = (
            inlined(places, next(iter(statements)), group[0].sink.function) if len(statements) == 1 else ()
        )
        if not inside:
            return ()
        moved: list[ast.stmt] | None = []
        text, made = f"{segment(loss)}()", None
    else:
        moved = _moved(places, group, after, made or loss)
        text = segment(made or loss)
    if moved is None:
        return ()
    tape = places.free_name(call, "tape", "loss_tape")
    name = text if isinstance(made, ast.Name) else places.free_name(call, "loss", "minimized")
    body = [_text(places, one, first=one is moved[0]) for one in moved]
    if not isinstance(made, ast.Name):
        body.append(f"{name} = ({text})" if "\n" in text else f"{name} = {text}")
    block = f"with {tape_class}() as {tape}:\n" + textwrap.indent("\n".join(body), "    ")
    listed = segment(variables)
    before = ""
    if dotted(variables) is None and (
        len(listed) > _SHORT or not isinstance(variables, (ast.List, ast.Tuple))
    ):
        before, listed = f"{(other := places.free_name(call, 'variables', 'trained'))} = {listed}\n", other
    optimizer = segment(call.func.value)
    step = f"{before}{optimizer}.apply_gradients(zip({tape}.gradient({name}, {listed}), {listed}))"
    if not moved or places.block(moved[0]) is not places.block(after):
        away = tuple(Edit(one, remove()) for one in moved)
        return *inside, *away, Edit(after, statement(f"{block}\n{step}"))
    rest = tuple(Edit(one, remove()) for one in moved[1:])
    return Edit(moved[0], statement(block)), *rest, Edit(after, statement(step))


def _moved(places: Statements, group: list[Broken], after: ast.stmt, loss: ast.expr) -> list[ast.stmt] | None:
    """Return the statements that make the loss, from the first that reads a variable."""
    inside = set(ast.walk(loss))
    made = [places.statement(one.node) for one in group if one.node not in inside]
    row = places.block(made[0]) if made and made[0] is not None else places.block(after)
    last = places.holder(row, after)
    if last is None or not all(one in row for one in made):
        return None
    start = min((row.index(one) for one in made if one is not None), default=row.index(last))
    between = row[start : row.index(last)]
    moved = places.needed(between, places.reads(loss))
    if moved is None or any(updates(one) for one in between) or not all(one in moved for one in made):
        return None
    return moved if last is after or _may_repeat(places, moved, last, after) else None


def _may_repeat(places: Statements, moved: list[ast.stmt], loop: ast.stmt, after: ast.stmt) -> bool:
    """Tell whether statements before a loop may run in each of its rounds instead, right before ``after``."""
    if not isinstance(loop, (ast.For, ast.While)) or after not in loop.body:
        return False
    read = set().union(*(places.reads(one) for one in moved))
    written = set().union(*(places.writes(one) for one in moved))
    others = [one for one in loop.body if one is not after]
    bound = set().union(*(places.writes(one) for one in others), places.writes(after)) | _targets(loop)
    head = loop.iter if isinstance(loop, ast.For) else loop.test
    early = [head, *loop.body[: loop.body.index(after)]]
    if touch(written, bound) or touch(bound, read) or any(touch(written, places.reads(one)) for one in early):
        return False
    return not any(isinstance(one, ast.AugAssign) for one in moved)


def _targets(loop: ast.For | ast.While) -> set[str]:
    return (
        {one.id for one in ast.walk(loop.target) if isinstance(one, ast.Name)}
        if isinstance(loop, ast.For)
        else set()
    )


def _text(places: Statements, one: ast.stmt, *, first: bool) -> str:
    lines = places.text(one).rstrip().splitlines()
    while first and lines[0].lstrip().startswith("#"):
        lines.pop(0)
    return "\n".join(lines)


def _argument(call: ast.Call, position: int, name: str) -> ast.expr | None:
    if len(call.args) > position:
        return call.args[position]
    return next((keyword.value for keyword in call.keywords if keyword.arg == name), None)
