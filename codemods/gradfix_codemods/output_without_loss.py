"""An output of a model that no loss is computed from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gradfix.codemod import Codemod
from gradfix.flow.structure import Compiled, Structure
from gradfix.flow.values import Kind, Token, Value
from gradfix.model import Finding, Safety

if TYPE_CHECKING:
    from gradfix.module import Module

_KERAS_3 = 3


class OutputWithoutLoss(Codemod):
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
    There is none: which loss was meant is for the program's author to say.

    ## When to leave it
    When the output is only looked at, and the loss of another output trains the layers that make it. gradfix
    is silent where no layer stays untrained.

    ## References
    `keras.Model.compile` (its argument `loss`).
    """

    gate = ("compile(",)

    def find(self, module: Module) -> Iterator[Finding]:
        """Yield each ``compile`` of this kind once."""
        done: set[int] = set()
        for one in module.flow.structure.compiled:
            node = one.expression or one.event.node
            missing = _missing(module.flow.structure, one)
            if id(node) in done or not missing or "add_loss" in module.text:
                continue
            done.add(id(node))
            absent = any(kind == "absent" for kind, _, _ in missing)
            names = ", ".join(name for _, name, _ in missing)
            outputs = f"output {names} has" if len(missing) == 1 else f"outputs {names} have"
            weights = ", ".join(dict.fromkeys(token.label for _, _, tokens in missing for token in tokens))
            if absent and module.keras >= _KERAS_3:
                effect = "Keras 3 raises ValueError, as the dict must have a key for each output"
            else:
                effect = f"Keras {module.keras} warns and trains without the weights of {weights}"
            yield Finding(node, f"The {outputs} no loss: {effect}. Give a loss, or take the output away.", Safety.ADVICE)


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
        states = ["none" if i >= len(data.items) or _is_none(data.items[i]) else "" for i in range(len(outputs))]
    elif None in names or not set(data.keys) <= set(names):
        return []
    else:
        given = dict(zip(data.keys, data.items, strict=True))
        states = ["absent" if name not in given else "none" if _is_none(given[name]) else "" for name in names]
    trained = {token for state, (_, output) in zip(states, outputs, strict=True) if not state for token in (*output.live, *output.cut)}
    found = []
    for position, (state, (_, output)) in enumerate(zip(states, outputs, strict=True)):
        lost = [token for token in output.live if token.kind in ("weight", "variable") and token.trainable and token not in trained]
        if state and lost and trained:
            found.append((state, f"`{names[position]}`" if names[position] else f"number {position + 1}", lost))
    return found


def _is_none(value: Value) -> bool:
    return value.kind is Kind.CONST and value.data is None
