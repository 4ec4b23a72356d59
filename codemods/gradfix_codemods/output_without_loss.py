"""An output of a model that no loss is computed from."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from gradfix import edits
from gradfix.codemod import FlowCodemod
from gradfix.flow.structure import Compiled, Structure
from gradfix.flow.values import Kind, Token, Value
from gradfix.model import Edit, Finding, Safety
from gradfix_codemods._spelling import quoted
from gradfix_codemods._targets import loss_for

if TYPE_CHECKING:
    from gradfix.flow.facts import Event
    from gradfix.module import Module

_KERAS_3 = 3


class OutputWithoutLoss(FlowCodemod):
    """Find a model with several outputs that is compiled with a loss for only some of them.

    ## What is wrong
    A model has several outputs, and the list or dict of losses leaves one out or says `None`:

    ```python
    model = keras.Model(x, [next_value, regime])
    model.compile("adam", loss=["mse", None])
    ```

    ## Why the gradient is lost
    Only what a loss is computed from gets a gradient. Layers that lead to the other output alone stay as they
    were initialised: Keras 2 and Keras 3 warn that gradients do not exist for their variables, and train the
    rest. With a dict that lacks the name of an output Keras 3 raises ValueError; Keras 2 leaves it out.

    ## What the fix does
    Where None stands and `fit` gets labels for that output, it becomes the loss that goes with the last
    activation: `binary_crossentropy` for a sigmoid, a categorical one for a softmax, `mse` for a linear output.
    That is a guess, and so unsafe. Elsewhere the loss is for the program's author to say.

    ## When to leave it
    When the output is only looked at, and the loss of another output trains the layers that make it. gradfix
    is silent where no layer stays untrained.

    ## References
    `keras.Model.compile` (its argument `loss`).
    """

    gate = ("compile(",)
    afar = True

    def find(self, module: Module) -> Iterator[Finding]:
        """Yield each ``compile`` of this kind once."""
        done: set[int] = set()
        for one in module.flow.structure.compiled:
            node = one.expression or one.event.node
            missing = _missing(module.flow.structure, one)
            if id(node) in done or not missing or module.mentions("add_loss"):
                continue
            done.add(id(node))
            absent = any(kind == "absent" for kind, _, _ in missing)
            names = ", ".join(name for _, name, _ in missing)
            outputs = f"output {names} has" if len(missing) == 1 else f"outputs {names} have"
            weights = ", ".join(dict.fromkeys(token.label for _, _, tokens in missing for token in tokens))
            if absent and module.keras >= _KERAS_3 and not _is_dict(one.result):
                effect = "Keras 3 raises ValueError, as the dict must have a key for each output"
            else:
                effect = f"Keras {module.keras} warns and trains without the weights of {weights}"
            message = f"The {outputs} no loss: {effect}. Give a loss, or take the output away."
            changes = _given(module, one, missing)
            yield Finding(node, message, Safety.UNSAFE if changes else Safety.ADVICE, (), changes)


def _is_dict(result: Value) -> bool:
    """Tell whether a model gives its outputs in a dict: Keras 3 then takes losses for some of them (measured)."""
    return result.kind is Kind.CONTAINER and result.data.sort == "dict"


def _given(module: Module, one: Compiled, missing: list[tuple[str, str, list[Token]]]) -> tuple[Edit, ...]:
    """Write a loss where None stands, for outputs whose labels ``fit`` gets."""
    structure = module.flow.structure
    assert one.loss is not None  # _missing looked
    data = one.loss.data
    found: list[Edit] = []
    for position, (key, output) in enumerate(one.outputs):
        name = structure.output_name(key, output)
        if data.keys is None:
            item = data.items[position] if position < len(data.items) else None
        else:
            item = dict(zip(data.keys, data.items, strict=True)).get(name)
        if item is None or not _is_none(item) or not isinstance(item.node, ast.Constant):
            continue
        labels = [_labels_of(fit, position, name) for fit in one.fits]
        loss = loss_for(structure.heads.of(output), labels[0]) if labels and None not in labels else None
        if loss is not None:
            found.append(Edit(item.node, edits.expression(quoted(module, loss))))
    return tuple(found) if len(found) == len(missing) else ()


def _labels_of(fit: Event, position: int, name: str | None) -> Value | None:
    """Return the labels of one output in a list or dict of labels."""
    given = fit.keywords.get("y", fit.arguments[2] if len(fit.arguments) > 2 else None)  # noqa: PLR2004
    if (
        given is None
        or given.kind is not Kind.CONTAINER
        or given.data.items is None
        or given.data.rest is not None
    ):
        return None
    data = given.data
    if data.keys is None:
        found = data.items[position] if position < len(data.items) else None
    else:
        found = dict(zip(data.keys, data.items, strict=True)).get(name)
    return None if found is None or _is_none(found) else found


def _missing(structure: Structure, one: Compiled) -> list[tuple[str, str, list[Token]]]:
    """Return the outputs without a loss: how it is missing, their names, the weights that only they use."""
    outputs = one.outputs
    loss = one.loss
    if len(outputs) < 2 or loss is None or loss.kind is not Kind.CONTAINER:  # noqa: PLR2004
        return []
    data = loss.data
    if data.items is None or data.rest is not None:
        return []
    names = [structure.output_name(key, output) for key, output in outputs]
    if data.keys is None:
        states = [
            "none" if i >= len(data.items) or _is_none(data.items[i]) else "" for i in range(len(outputs))
        ]
    elif None in names or not set(data.keys) <= set(names):
        return []
    else:
        given = dict(zip(data.keys, data.items, strict=True))
        states = [
            "absent" if name not in given else "none" if _is_none(given[name]) else "" for name in names
        ]
    trained = {
        token
        for state, (_, output) in zip(states, outputs, strict=True)
        if not state
        for token in (*output.live, *output.cut)
    }
    found = []
    for position, (state, (_, output)) in enumerate(zip(states, outputs, strict=True)):
        lost = [
            token
            for token in output.live
            if token.kind in ("weight", "variable") and token.trainable and token not in trained
        ]
        if state and lost and trained:
            found.append(
                (state, f"`{names[position]}`" if names[position] else f"number {position + 1}", lost)
            )
    return found


def _is_none(value: Value) -> bool:
    return value.kind is Kind.CONST and value.data is None
