"""An output that is not a probability, given to a cross-entropy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gradfix.codemod import FlowCodemod
from gradfix.flow.structure import Pair
from gradfix.model import Finding, Safety
from gradfix_codemods._activations import change_activations
from gradfix_codemods._pairs import groups
from gradfix_codemods._spelling import head_text

if TYPE_CHECKING:
    from gradfix.module import Module

_RANGES = {
    "relu": "0 and more",
    "relu6": "0 to 6",
    "leaky_relu": "any number",
    "elu": "-1 and more",
    "selu": "any number",
    "softplus": "0 and more",
    "softsign": "-1 to 1",
    "tanh": "-1 to 1",
    "gelu": "any number",
    "swish": "any number",
    "silu": "any number",
    "exponential": "0 and more",
}


class UnboundedOutput(FlowCodemod):
    """Find a last activation such as ReLU or tanh in front of a cross-entropy that takes probabilities.

    ## What is wrong
    A cross-entropy wants probabilities, from 0 to 1, which a sigmoid (yes or no, several answers at once) or a
    softmax (one of several classes) gives. ReLU gives 0 and anything above:

    ```python
    model.add(Dense(1, activation="relu"))      # before
    model.add(Dense(1, activation="sigmoid"))   # after
    model.compile("adam", loss="binary_crossentropy")
    ```

    ## Why the gradient is lost
    Keras clips the outputs to the range from 1e-7 to 1 - 1e-7; an output outside gets no gradient, and a ReLU
    at 0 gives none either. A unit that is 0 for every input is dead from then on. In
    `categorical_crossentropy` the outputs are divided by their sum: where all are 0, the loss is NaN.

    ## What the fix does
    The activation becomes `sigmoid` for a binary cross-entropy, `softmax` for a categorical one, in the form in
    which it is written. The fix is unsafe: it changes what the model computes.

    ## When to leave it
    When the outputs are scaled to probabilities in another place that gradfix does not see.

    ## References
    `keras.losses.BinaryCrossentropy`, `keras.activations.relu`, `keras.activations.sigmoid`.
    """

    gate = ("rossentropy",)
    afar = True

    def find(self, module: Module) -> Iterator[Finding]:
        """Yield each activation of this kind once."""
        for group in groups(module, _is_wrong, "layer"):
            pair = group.pair
            part = pair.head.activation if pair.head is not None else None
            if pair.head is None or part is None:
                continue
            new = "sigmoid" if pair.loss.family == "binary" else "softmax"
            parts = [
                one.head.activation
                for one in group.pairs
                if one.head is not None and one.head.activation is not None
            ]
            fits = pair.head.is_last(part) and len({one.loss.family == "binary" for one in group.pairs}) == 1
            name = pair.loss.path.rpartition(".")[2]
            nan = (
                " and is NaN where all are 0"
                if part.name.startswith("relu") and new == "softmax" and pair.loss.family == "categorical"
                else ""
            )
            message = (
                f"{part.name} in `{head_text(module, pair.head)}` gives {_RANGES[part.name]}, which {name} takes for "
                f"probabilities{nan}: outputs outside of 0 to 1 are clipped and get no gradient. Use {new}."
            )
            node = part.call or pair.node
            yield group.finding(
                node, message, Safety.UNSAFE, change_activations(module, parts, new) if fits else None
            )


def _is_wrong(pair: Pair) -> bool:
    head, loss = pair.head, pair.loss
    if head is None or not loss.family or loss.from_logits is not False:
        return False
    part = head.activation
    return part is not None and part.name in _RANGES and (loss.family == "binary" or head.width != 1)
