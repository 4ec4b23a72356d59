"""Labels in another form than the loss takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gradfix.codemod import Codemod
from gradfix.flow.structure import Pair
from gradfix.model import Finding, Safety
from gradfix_codemods import _labels
from gradfix_codemods._losses import change_family
from gradfix_codemods._pairs import groups
from gradfix_codemods._spelling import head_text

if TYPE_CHECKING:
    from gradfix.module import Module


class LabelsDoNotFit(Codemod):
    """Find one-hot labels with a sparse loss, class numbers with a categorical one, and columns that differ.

    ## What is wrong
    `categorical_crossentropy` compares each row of outputs with a row of the same length (one-hot);
    `sparse_categorical_crossentropy` takes one class number for each row:

    ```python
    y = keras.utils.to_categorical(kinds, 4)
    model.compile("adam", "sparse_categorical_crossentropy")   # before
    model.compile("adam", "categorical_crossentropy")          # after
    ```

    ## Why the gradient is lost
    There is none: with Keras 2 and Keras 3 `fit` raises ValueError in its first step, as it does when the
    labels have more or fewer columns than the model has units.

    ## What the fix does
    The loss becomes the one that takes these labels, in the form in which it is written. Where the number of
    columns and of units differ, only the program's author knows which is meant: advice.

    ## When to leave it
    Never as it stands. Instead of the loss, the labels can be turned: `np.argmax(y, axis=1)` or
    `keras.utils.to_categorical(y)`.

    ## References
    `keras.losses.CategoricalCrossentropy`, `keras.losses.SparseCategoricalCrossentropy`,
    `keras.utils.to_categorical`.
    """

    gate = ("rossentropy",)

    def find(self, module: Module) -> Iterator[Finding]:
        """Yield each loss, or each layer, that does not fit the labels."""
        for group in groups(module, lambda pair: _other_family(module, pair) is not None, "loss"):
            pair = group.pair
            family = _other_family(module, pair)
            name = pair.loss.path.rpartition(".")[2]
            if family is None or pair.head is None:
                continue
            if family == "categorical":
                what = f"{name} wants one class number in each row, and the labels are one-hot"
            else:
                what = f"{name} wants one-hot rows, and the labels are class numbers"
            fix = change_family(module, pair, family) if not pair.loss.path.startswith("tensorflow.") else None
            message = f"{what}: it raises ValueError in the first step. Use {family}_crossentropy."
            message = message.replace("sparse_cross", "sparse_categorical_cross")
            yield group.finding(pair.loss.node or pair.node, message, Safety.SAFE, fix)
        for group in groups(module, lambda pair: _other_width(module, pair) is not None, "layer"):
            pair = group.pair
            columns = _other_width(module, pair)
            if pair.head is None or pair.head.layer.call is None:
                continue
            message = (
                f"`{head_text(module, pair.head)}` has {pair.head.width} units and the labels have {columns} columns: "
                f"{pair.loss.path.rpartition('.')[2]} raises ValueError. Make them the same."
            )
            yield Finding(pair.head.layer.call, message, Safety.ADVICE)


def _other_family(module: Module, pair: Pair) -> str | None:
    """Return the family of losses that the labels are for, when it is not this one."""
    head = pair.head
    if head is None or pair.loss.family not in ("categorical", "sparse") or not pair.loss.over_last_axis:
        return None
    if head.width == 1 or any(part.sort == "reshaping" for part in head.parts):
        return None
    labels = _labels.of(module, pair)
    if labels is None:
        return None
    if labels.sort == "one-hot" and pair.loss.family == "sparse":
        return "categorical" if labels.columns is None or head.width in (None, labels.columns) else None
    return "sparse" if labels.sort == "integers" and pair.loss.family == "categorical" else None


def _other_width(module: Module, pair: Pair) -> int | None:
    """Return how many columns the labels have, when that is not the number of units."""
    head = pair.head
    if head is None or head.width is None or pair.loss.family not in ("categorical", "binary"):
        return None
    labels = _labels.of(module, pair)
    if labels is None or labels.sort != "one-hot" or labels.columns is None or not pair.loss.over_last_axis:
        return None
    return labels.columns if labels.columns != head.width else None
