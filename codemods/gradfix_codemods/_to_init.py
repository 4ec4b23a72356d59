"""Moving what a method makes to ``__init__``."""

from __future__ import annotations

import ast
import builtins
import re
from typing import TYPE_CHECKING, Any

from gradfix.edits import append_statement, expression, remove
from gradfix.model import Edit

if TYPE_CHECKING:
    import libcst as cst

    from gradfix.edits import Change
    from gradfix.flow.objects import ClassInfo
    from gradfix.flow.rehearsal import Rehearsal

_LOOPS = (
    ast.For,
    ast.AsyncFor,
    ast.While,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
    ast.Lambda,
)
_BUILTINS = frozenset(dir(builtins))
_RESERVED = frozenset(
    "activation build built call compile dtype fit input inputs layers loss losses metrics name optimizer output outputs "
    "path predict stateful state summary trainable variables weights".split()
)


def to_init(run: Rehearsal, node: ast.Call, method: ast.FunctionDef) -> tuple[Edit, ...]:
    """Return the move of ``node`` from ``method`` to ``__init__``, or nothing when it cannot be moved."""
    for one in run.ancestors(node):
        if one is method:
            break
        if isinstance(one, _LOOPS):
            return ()
    if not method.args.args or any(_static(d) for d in method.decorator_list):
        return ()
    info = next((one for one in run.classes if method in one.node.body), None)
    if info is None:
        return ()
    receiver = method.args.args[0].arg
    init = next((s for s in info.node.body if isinstance(s, ast.FunctionDef) and s.name == "__init__"), None)
    known = _set_in(init, receiver) if init is not None else set()
    if init is None and (
        any("__init__" in base.members for base in info.ancestry()) or not info.library_bases()
    ):
        return ()
    if init is not None and isinstance(init.body[-1], (ast.Return, ast.Raise)):
        return ()
    if not _movable(run, node, receiver, known) or (
        init is not None and init.args.args[:1] and init.args.args[0].arg != receiver
    ):
        return ()
    statement = run.parents.get(node)
    taken = {n.attr for n in ast.walk(info.node) if isinstance(n, ast.Attribute)}
    taken |= {s.name for s in info.node.body if isinstance(s, ast.FunctionDef)}
    segment = _flush(run, node)
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)]):
            kept = f"{name}_layer" if name in _RESERVED else name
            edits = _local(statement, method, f"{receiver}.{kept}") if kept not in taken else ()
            made = f"{receiver}.{kept} = {segment}"
        case ast.Assign(targets=[ast.Attribute(value=ast.Name(id=owner), attr=name)]) if owner == receiver:
            edits = (Edit(statement, remove()),)
            made = _flush(run, statement)
        case ast.Call(func=func) if func is node:
            name = _free(_snake(run.module.segment(node.func).rpartition(".")[2]), taken)
            edits = (Edit(node, expression(f"{receiver}.{name}")),)
            made = f"{receiver}.{name} = {segment}"
        case _:
            return ()
    if not edits:
        return ()
    return (_put(info, init, receiver, made), *edits)


def _flush(run: Rehearsal, node: ast.Call | ast.Assign) -> str:
    """Return the source of ``node``, its further lines moved left as far as its first line stands right."""
    text = run.module.segment(node).replace("\r\n", "\n")
    if '"""' in text or "'''" in text:
        return text
    line = run.module.lines[node.lineno - 1]
    margin = line[: len(line) - len(line.lstrip())]
    return "\n".join(
        part.removeprefix(margin) if number else part for number, part in enumerate(text.split("\n"))
    )


def _static(decorator: ast.expr) -> bool:
    return isinstance(decorator, ast.Name) and decorator.id in ("staticmethod", "classmethod")


def _put(info: ClassInfo, init: ast.FunctionDef | None, receiver: str, made: str) -> Edit:
    if init is not None:
        return Edit(init, append_statement(made))
    text = f"def __init__({receiver}, **kwargs):\n    super().__init__(**kwargs)\n"
    text += "".join(f"    {line}\n" for line in made.split("\n"))
    return Edit(info.node, _new_method(text))


def _new_method(text: str) -> Change:
    """Put a method first into a class, behind its docstring, with a blank line on each side."""

    def change(node: cst.CSTNode) -> cst.CSTNode:
        import libcst as cst

        from gradfix import blocks
        from gradfix.cstree import parse_statements

        assert isinstance(node, cst.ClassDef)
        block = blocks.to_block(node.body)
        body: list[Any] = list(block.body)
        start = blocks.start_of_body(node, body)
        blank = cst.EmptyLine(indent=False)
        new = parse_statements(text)[0]
        if start > 0:
            new = new.with_changes(leading_lines=[blank])
        if start < len(body) and not any(line.comment is None for line in body[start].leading_lines):
            body[start] = body[start].with_changes(leading_lines=[blank, *body[start].leading_lines])
        return node.with_changes(body=block.with_changes(body=[*body[:start], new, *body[start:]]))

    return change


def _set_in(init: ast.FunctionDef, receiver: str) -> set[str]:
    return {
        n.attr
        for n in ast.walk(init)
        if isinstance(n, ast.Attribute)
        and isinstance(n.ctx, ast.Store)
        and isinstance(n.value, ast.Name)
        and n.value.id == receiver
    }


def _movable(run: Rehearsal, node: ast.Call, receiver: str, known: set[str]) -> bool:
    """Tell whether everything that ``node`` reads is there at the end of ``__init__``."""
    top = run.globals
    for one in ast.walk(node):
        if isinstance(one, (ast.Lambda, ast.NamedExpr, ast.Await, ast.Yield)):
            return False
        if isinstance(one, ast.Name) and one.id == receiver:
            around = run.parents.get(one)
            if not isinstance(around, ast.Attribute) or not (
                around.attr in known or around.attr == "add_weight"
            ):
                return False
        elif isinstance(one, ast.Name) and one.id not in top and one.id not in _BUILTINS:
            return False
    return True


def _local(statement: ast.Assign, method: ast.FunctionDef, kept: str) -> tuple[Edit, ...]:
    """Take the statement away and write the attribute where the local name is read."""
    target = statement.targets[0]
    assert isinstance(target, ast.Name)
    uses = [n for n in ast.walk(method) if isinstance(n, ast.Name) and n.id == target.id and n is not target]
    if not uses or any(not isinstance(n.ctx, ast.Load) or n.lineno < statement.lineno for n in uses):
        return ()
    return (Edit(statement, remove()), *(Edit(n, expression(kept)) for n in uses))


def _snake(name: str) -> str:
    """Name a layer as Keras names it by itself: ``SimpleRNN`` → ``simple_rnn``."""
    parted = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", re.sub(r"\W+", "", name))
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", parted).lower()


def _free(name: str, taken: set[str]) -> str:
    numbered = (f"{name}_{number}" for number in range(1, len(taken) + 2))
    return next(one for one in (name, *numbered) if one not in taken and one not in _RESERVED)
