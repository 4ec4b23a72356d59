"""Raw outputs given to a cross-entropy that takes probabilities."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gradfix.codemod import FlowCodemod
from gradfix.flow.structure import Pair
from gradfix.model import Finding, Safety
from gradfix_codemods._losses import CLASSES, expect_logits
from gradfix_codemods._pairs import groups
from gradfix_codemods._spelling import head_text

if TYPE_CHECKING:
    from gradfix.module import Module


class LogitsExpectedProbabilities(FlowCodemod):
    """Find a model without a final activation whose cross-entropy takes its outputs for probabilities.

    ## What is wrong
    The last layer gives any real numbers (logits); the loss, with its default `from_logits=False`, wants
    probabilities:

    ```python
    model.add(Dense(10))
    model.compile("adam", loss="sparse_categorical_crossentropy")                       # before
    model.compile("adam", loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))   # after
    ```

    ## Why the gradient is lost
    Keras clips what it takes for probabilities to the range from 1e-7 to 1 - 1e-7. Outputs below 0 or above 1
    lie outside, where the clipped value does not move: their gradient is zero. What is left is the gradient of a
    wrong loss. Nothing is raised and Keras does not warn; the model trains badly, or not at all.

    ## What the fix does
    The loss is told `from_logits=True`. A loss that is given by name or as a function becomes the class, as
    names cannot say it; imports follow. Other arguments stay.

    ## When to leave it
    When the outputs are read as probabilities elsewhere (`predict(x) > 0.5`), give the last layer a sigmoid
    or softmax instead. That is why the fix is unsafe: it changes what a training program computes.

    ## References
    `keras.losses.BinaryCrossentropy`, `keras.losses.CategoricalCrossentropy`,
    `keras.losses.SparseCategoricalCrossentropy`: the argument `from_logits`.
    """

    gate = ("_crossentropy", "Crossentropy")
    afar = True

    def find(self, module: Module) -> Iterator[Finding]:
        """Yield each loss of this kind once."""
        for group in groups(module, _is_wrong, "loss"):
            pair = group.pair
            assert pair.head is not None
            name = pair.loss.path.rpartition(".")[2]
            last = "softmax" if pair.loss.family != "binary" else "sigmoid"
            message = (
                f"{name} takes the raw outputs of `{head_text(module, pair.head)}` for probabilities: outside of 0 to 1 "
                f"they are clipped and get no gradient. Say from_logits=True"
                f"{'' if pair.loss.call else f' on {CLASSES[pair.loss.family]}'}, or end in a {last}."
            )
            yield group.finding(
                pair.loss.node or pair.node, message, Safety.UNSAFE, expect_logits(module, pair)
            )


def _is_wrong(pair: Pair) -> bool:
    head, loss = pair.head, pair.loss
    if head is None or not loss.family or loss.from_logits is not False or head.activation is not None:
        return False
    return loss.family == "binary" or head.width != 1
