"""A cross-entropy over classes on an output of one unit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gradfix.codemod import FlowCodemod
from gradfix.flow.heads import Head
from gradfix.flow.structure import Pair
from gradfix.model import Finding, Safety
from gradfix_codemods import _labels
from gradfix_codemods._activations import add_activation
from gradfix_codemods._losses import change_family
from gradfix_codemods._pairs import each, groups
from gradfix_codemods._spelling import head_text

if TYPE_CHECKING:
    from gradfix.module import Module

_WITH_LOGITS = "tensorflow.nn."


class CategoricalLossOnSingleUnit(FlowCodemod):
    """Find a categorical cross-entropy on a model whose output is a single unit.

    ## What is wrong
    `categorical_crossentropy` compares a distribution over classes with one-hot labels. A single unit is a
    distribution over one class. The program means a yes-or-no answer, for which the loss is
    `binary_crossentropy`:

    ```python
    model.add(Dense(1, activation="sigmoid"))
    model.compile(loss="categorical_crossentropy", optimizer="adam")   # before
    model.compile(loss="binary_crossentropy", optimizer="adam")        # after
    ```

    ## Why the gradient is lost
    Keras divides the outputs by their sum, and one number divided by itself is 1, whatever the weights are: the
    loss is 0 for every input (about 1e-7 after clipping) and the gradient is zero. Behind Keras's sigmoid, and
    with `from_logits=True`, the loss is 0 as well, but the gradient of each row is one minus its label: it does
    not depend on what the model says, and the weights drift. Where the unit can be exactly 0 (ReLU), the loss is
    NaN. Keras 2 and Keras 3 only warn. `sparse_categorical_crossentropy` knows no other class than 0: on a CPU a
    label of 1 raises `InvalidArgumentError`.

    ## What the fix does
    The loss becomes the binary cross-entropy in the form in which it is written: a name, a function, a class
    with its arguments. A last layer without an activation gets `activation="sigmoid"`, unless the loss is told
    `from_logits=True`. Imports follow.

    ## When to leave it
    When the labels have several columns, the layer and not the loss is wrong: it needs one unit for each
    class and a softmax.

    ## References
    `keras.losses.CategoricalCrossentropy`, `keras.losses.BinaryCrossentropy`.
    """

    gate = ("ategorical_crossentropy", "ategoricalCrossentropy", "softmax_cross_entropy_with_logits")
    afar = True

    def find(self, module: Module) -> Iterator[Finding]:
        """Yield each loss of this kind once."""
        for group in groups(module, lambda pair: _is_wrong(module, pair), "loss", both=_wants_sigmoid):
            pair = group.pair
            assert pair.head is not None
            safety = Safety.SAFE
            fix = change_family(module, pair, "binary")
            if pair.loss.path.startswith(_WITH_LOGITS):
                fix = None
            elif pair.loss.path.startswith(("keras.backend.", "keras.ops.")):
                safety = Safety.UNSAFE  # the binary one keeps the last axis
            for one in each(group.pairs, "layer"):
                if fix is not None and one.head is not None and _wants_sigmoid(one):
                    sigmoid = add_activation(module, one.head, "sigmoid")
                    fix = fix + sigmoid if sigmoid is not None else None
            yield group.finding(pair.loss.node or pair.node, _message(module, pair, pair.head), safety, fix)


def _is_wrong(module: Module, pair: Pair) -> bool:
    head = pair.head
    if head is None or head.width != 1 or pair.loss.family not in ("categorical", "sparse"):
        return False
    if pair.loss.from_logits is None or not pair.loss.over_last_axis:
        return False
    part = head.activation
    if part is not None and part.name in ("?", "softmax"):
        return False
    return (_labels.columns(module, pair) or 1) == 1


def _wants_sigmoid(pair: Pair) -> bool:
    return pair.head is not None and pair.head.activation is None and not pair.loss.from_logits


def _message(module: Module, pair: Pair, head: Head) -> str:
    name = pair.loss.path.rpartition(".")[2]
    where = f"{name} on the single unit of `{head_text(module, head)}`"
    part = head.activation
    remedy = "For yes or no use binary_crossentropy."
    if pair.loss.family == "sparse":
        return f"{where} knows only class 0: a label of 1 raises InvalidArgumentError on a CPU. {remedy}"
    if pair.loss.path.startswith(_WITH_LOGITS):
        remedy = "For yes or no use tf.nn.sigmoid_cross_entropy_with_logits."
        return f"{where} is 0 for every input, and its gradient does not depend on the output. {remedy}"
    if part is not None and part.name == "relu":
        return (
            f"{where} divides it by itself: nothing is learned, and the loss is NaN where it is 0. {remedy}"
        )
    if pair.loss.from_logits or (part is not None and part.name == "sigmoid"):
        why = "is 0 for every input, and its gradient does not depend on the output: the weights drift"
    else:
        why = "is the same for every input: the gradient is zero"
    return f"{where} {why}; Keras {module.keras} only warns. {remedy}"
