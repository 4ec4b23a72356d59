from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import ClassVar

from gradfix.codemod import FlowCodemod
from gradfix.edits import expression
from gradfix.flow.facts import Event
from gradfix.flow.joining import leaves
from gradfix.flow.objects import Instance, ModelInfo
from gradfix.flow.rehearsal import Rehearsal, rehearse
from gradfix.flow.values import Kind, Token, Value
from gradfix.model import Edit, Finding, Safety
from gradfix.module import Module
from gradfix_codemods._layers import FUNCTIONS, function_of, reached


class DisconnectedInput(FlowCodemod):
    """The inputs of a functional model are not those that its outputs are computed from.

    ## What is wrong
    `keras.Model(inputs, outputs)` gets another `Input`, or not all of them:

    ```python
    features = keras.Input((5,))
    other = keras.Input((5,))
    price = layers.Dense(1)(features)
    model = keras.Model(inputs=other, outputs=price)
    ```

    ## Why the gradient is lost
    There is no model to train: Keras follows the outputs back to their inputs, finds one that it was not given,
    and raises a `ValueError` when the model is made, under Keras 2 ("Graph disconnected") and Keras 3.

    ## What the fix does
    An input that no output depends on is replaced by the one that is missing; where the layers behind it begin
    with one other tensor (the code of an encoder, say), they begin with the input instead. When no input is idle,
    the missing ones are added:

    ```python
    model = keras.Model(inputs=features, outputs=price)
    ```

    The fix is safe: the program as written raises. Where several inputs could be meant there is only advice.

    ## When to leave it
    gradfix says nothing when every `Input` that the outputs need is given, or a tensor computed from it; an
    input that is given and not needed is fine. It says nothing where an output comes from something unknown.

    ## References
    `keras.Model`, `keras.Input`; "The Functional API" in the Keras guides.
    """

    afar = True
    gate: ClassVar[tuple[str, ...]] = ("Input",)

    def find(self, module: Module) -> Iterator[Finding]:
        if not any(_missing(info) for info in _models(module.flow.events("model", "instance"))):
            return
        run = rehearse(module)
        named = {next(iter(e.arguments[0].live)): e for e in run.events if e.kind == "input"}
        found: dict[ast.AST, list[ModelInfo]] = {}
        for info in _models(iter(run.events)):
            if info.call is not None:
                found.setdefault(info.call, []).append(info)
        for node, infos in found.items():
            if all(set(_missing(info)) & set(named) for info in infos):
                yield _finding(run, node, infos[0], named)


def _models(events: Iterator[Event]) -> Iterator[ModelInfo]:
    for event in events:
        info = event.arguments[0].data if event.kind in ("model", "instance") else None
        if isinstance(info, Instance):
            info = info.functional
        if isinstance(info, ModelInfo) and info.inputs is not None and info.outputs is not None:
            yield info


def _missing(info: ModelInfo) -> list[Token]:
    """Return the inputs that the outputs come from and that the model was not given."""
    assert info.inputs is not None and info.outputs is not None  # noqa: PT018 - chosen so
    inputs, outputs = list(leaves(info.inputs)), list(leaves(info.outputs))
    if any(leaf.kind is not Kind.TENSOR for leaf in (*inputs, *outputs)):
        return []
    given = reached(info.inputs)
    return [
        token
        for token in _in_order(outputs)
        if token.kind == "input" and token.label == "Input" and token not in given
    ]


def _in_order(values: list[Value]) -> list[Token]:
    """Return the tokens of some values in the order in which they were made."""
    found = {token for value in values for token in reached(value)}
    return sorted(found, key=lambda t: (getattr(t.node, "lineno", 0), getattr(t.node, "col_offset", 0)))


def _finding(run: Rehearsal, node: ast.AST, info: ModelInfo, named: dict[Token, Event]) -> Finding:
    missing = [token for token in _missing(info) if token in named]
    names = [_name(run, named[token], node) for token in missing]
    told = ", ".join(name for name in names if name is not None) or "an Input"
    message = (
        f"The outputs come from {told}, which is not among the model's inputs: Keras raises a ValueError here"
    )
    edits = _edits(run, node, info, names) if None not in names else ()
    ways = "" if edits else "; give the model the inputs that its outputs are computed from"
    return Finding(node, message + ways, Safety.SAFE if edits else Safety.ADVICE, edits=edits)


def _name(run: Rehearsal, event: Event, at: ast.AST) -> str | None:
    """Return the name by which the model's call can read this input."""
    function = function_of(run, event.node)
    if function is not None and function not in [n for n in run.ancestors(at) if isinstance(n, FUNCTIONS)]:
        return None
    statement = run.parents.get(event.node)
    target: ast.expr | None = None
    match statement:
        case ast.Assign(targets=[ast.Name() as target]):
            pass
        case ast.Tuple(elts=parts) if isinstance(around := run.parents.get(statement), ast.Assign):
            match around.targets:
                case [ast.Tuple(elts=targets)] if len(targets) == len(parts):
                    target = targets[parts.index(event.node)]  # type: ignore[arg-type]
    if not isinstance(target, ast.Name):
        return None
    bound = [
        n
        for n in run.parents
        if isinstance(n, ast.Name) and n.id == target.id and isinstance(n.ctx, ast.Store)
    ]
    same = [n for n in bound if function_of(run, n) is function]
    return target.id if len(same) == 1 else None


def _edits(run: Rehearsal, node: ast.AST, info: ModelInfo, names: list[str | None]) -> tuple[Edit, ...]:
    given = _inputs(node)
    assert info.outputs is not None
    if given is None or any(name is None for name in names):
        return ()
    needed = reached(info.outputs)
    parts = given.elts if isinstance(given, (ast.List, ast.Tuple)) else [given]
    if any(isinstance(part, ast.Starred) for part in parts) or isinstance(given, ast.Dict):
        return ()
    idle = [part for part in parts if not any(reached(value) & needed for value in run.values(part))]
    text = [run.module.segment(part) for part in parts]
    if len(idle) == 1:
        taken = _meant_for(run, node, idle[0])
        if taken:
            return tuple(Edit(one, expression(text[parts.index(idle[0])])) for one in taken)
    if len(idle) == len(names) == 1 and names[0] is not None:
        return (Edit(idle[0], expression(names[0])),)
    if (
        idle
        or isinstance(given, ast.Tuple)
        or any(v.kind is Kind.CONTAINER for part in parts for v in run.values(part))
    ):
        return ()
    return (
        Edit(given, expression(f"[{', '.join([*text, *(name for name in names if name is not None)])}]")),
    )


def _meant_for(run: Rehearsal, node: ast.AST, idle: ast.expr) -> list[ast.Name]:
    """Return where the layers behind an idle input take another tensor, when they take one only, that is no input."""
    function = function_of(run, node)
    names = [n for n in run.parents if isinstance(n, ast.Name) and function_of(run, n) is function]
    if not isinstance(idle, ast.Name) or [n for n in names if n.id == idle.id and n is not idle][1:]:
        return []
    made = [n for n in names if n.id == idle.id and isinstance(n.ctx, ast.Store)]
    statement = run.parents.get(made[0]) if made else None
    if not isinstance(statement, ast.Assign):
        return []
    entries = {id(e.arguments[0]) for e in run.events if e.kind == "input"}
    start, end = statement.end_lineno or 0, getattr(node, "lineno", 0)
    bound = {n.id for n in names if isinstance(n.ctx, ast.Store) and start < n.lineno < end}
    taken = [
        n
        for n in names
        if isinstance(n.ctx, ast.Load)
        and start < n.lineno < end
        and n.id not in bound
        and any(leaf.symbolic for value in run.values(n) for leaf in leaves(value))
    ]
    values = [leaf for n in taken for value in run.values(n) for leaf in leaves(value)]
    if len({n.id for n in taken}) != 1 or any(id(value) in entries for value in values):
        return []
    return taken


def _inputs(node: ast.AST) -> ast.expr | None:
    if not isinstance(node, ast.Call) or any(isinstance(a, ast.Starred) for a in node.args):
        return None
    given = {k.arg: k.value for k in node.keywords}
    found = given.get("inputs", given.get("input"))
    return found if found is not None else (node.args[0] if node.args else None)
