"""Putting a branch that was forgotten into the one concatenation behind it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from gradfix.edits import expression
from gradfix.flow.joining import leaves
from gradfix.flow.objects import LayerInfo
from gradfix.model import Edit
from gradfix_codemods._layers import function_of, reached

if TYPE_CHECKING:
    from gradfix.flow.rehearsal import Rehearsal
    from gradfix.flow.values import Value
    from gradfix_codemods._unread import Dropped

_JOINING = ("concatenate", "Concatenate")
_RECURRENT = ("LSTM", "GRU", "SimpleRNN")
_KEEPING = (
    *(
        "Dense",
        "Dropout",
        "BatchNormalization",
        "LayerNormalization",
        "Activation",
        "ReLU",
        "LeakyReLU",
        "ELU",
    ),
    *("PReLU", "Softmax", "GaussianNoise", "GaussianDropout", "Normalization", "Rescaling"),
)
_DEPTH = 30
_MATRIX = 2


def joined(run: Rehearsal, one: Dropped) -> Edit | None:
    """Add the branch to the parts of the concatenation, when an input of the model reaches nothing without it."""
    if len({id(info.call) for info in one.models}) != 1 or one.unread.name is None:
        return None
    info = one.models[0]
    assert info.inputs is not None and info.outputs is not None  # noqa: PT018 - chosen so
    given = {token for token in reached(info.inputs) if token.kind == "input"}
    if not (given & reached(one.value)) - reached(info.outputs):
        return None
    lists = [
        parts for node in run.parents if (parts := _parts(node)) is not None and _behind(run, parts, one)
    ]
    if len(lists) != 1:
        return None
    parts, ranks = lists[0], _Ranks(run)
    values = [one.value, *(value for part in parts.elts for value in run.values(part))]
    found = {ranks.of(value) for value in values}
    if len(found) != 1 or None in found:
        return None
    names = [*(run.module.segment(part) for part in parts.elts), one.unread.name]
    return Edit(parts, expression(f"[{', '.join(names)}]"))


def _parts(node: ast.AST) -> ast.List | None:
    """Return what a concatenation takes."""
    match node:
        case ast.Call(func=ast.Call(func=func), args=[ast.List() as parts]):
            pass
        case ast.Call(func=func, args=[ast.List() as parts, *_]):
            pass
        case _:
            return None
    name = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
    named = all(isinstance(part, ast.Name) for part in parts.elts)
    return parts if name in _JOINING and named and len(parts.elts) > 1 else None


def _behind(run: Rehearsal, parts: ast.List, one: Dropped) -> bool:
    return parts.lineno > one.unread.node.lineno and function_of(run, parts) is function_of(
        run, one.unread.node
    )


class _Ranks:
    """How many axes the Keras tensors of a program have, as far as the layers that made them say so."""

    def __init__(self, run: Rehearsal) -> None:
        self.made = {id(e.arguments[1]): e for e in run.events if e.kind == "layer_call"}
        self.inputs = {id(e.arguments[0]): e.node for e in run.events if e.kind == "input"}

    def of(self, value: Value, depth: int = 0) -> int | None:
        """Return how many axes ``value`` has; None when that is not known."""
        event = self.made.get(id(value))
        if event is None or depth > _DEPTH:
            return _rank_of_input(self.inputs.get(id(value)))
        layer, _, *given = event.arguments
        if not isinstance(layer.data, LayerInfo):
            return None
        name = layer.data.path.rpartition(".")[2]
        steps = layer.data.argument("return_sequences")
        if name.startswith("Global") or name == "Flatten" or (name in _RECURRENT and steps is None):
            return _MATRIX
        ranks = {self.of(leaf, depth + 1) for one in given for leaf in leaves(one)}
        return ranks.pop() if name in _KEEPING and len(ranks) == 1 else None


def _rank_of_input(node: ast.AST | None) -> int | None:
    """Return the number of axes that ``Input((8, 8, 3))`` gives."""
    if not isinstance(node, ast.Call):
        return None
    given = [k.value for k in node.keywords if k.arg == "shape"] or node.args[:1]
    match given:
        case [ast.Tuple(elts=sizes) | ast.List(elts=sizes)]:
            return len(sizes) + 1
    return None
