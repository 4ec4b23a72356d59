"""Labels in another form than the loss takes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from gradfix import edits
from gradfix.codemod import FlowCodemod
from gradfix.flow.structure import Pair
from gradfix.model import Edit, Finding, Safety
from gradfix_codemods import _labels
from gradfix_codemods._activations import change_activation
from gradfix_codemods._losses import change_family
from gradfix_codemods._pairs import Group, each, groups
from gradfix_codemods._spelling import Fix, argument, head_text, is_inside, spelled

if TYPE_CHECKING:
    from gradfix.module import Module


class LabelsDoNotFit(FlowCodemod):
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
    columns and of units differ, the layer gets as many units as there are columns; a single sigmoid unit with its
    binary loss becomes a softmax with the categorical one. That is unsafe, as the labels may be the wrong side.

    ## When to leave it
    Never as it stands. Instead of the loss, the labels can be turned: `np.argmax(y, axis=1)` or
    `keras.utils.to_categorical(y)`.

    ## References
    `keras.losses.CategoricalCrossentropy`, `keras.losses.SparseCategoricalCrossentropy`,
    `keras.utils.to_categorical`.
    """

    gate = ("rossentropy",)
    afar = True

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
            fix = (
                change_family(module, pair, family) if not pair.loss.path.startswith("tensorflow.") else None
            )
            message = f"{what}: it raises ValueError in the first step. Use {family}_crossentropy."
            message = message.replace("sparse_cross", "sparse_categorical_cross")
            if fix is None and family == "sparse" and (fix := _as_rows(module, group)) is not None:
                message = f"{what}: it raises ValueError in the first step. Use keras.utils.to_categorical on the labels."
            yield group.finding(pair.loss.node or pair.node, message, Safety.SAFE, fix)
        for group in groups(module, lambda pair: _other_width(module, pair) is not None, "layer"):
            pair = group.pair
            columns = _other_width(module, pair)
            if pair.head is None or pair.head.layer.call is None:
                continue
            message = (
                f"`{head_text(module, pair.head)}` has {pair.head.width} unit{'s' if pair.head.width != 1 else ''} and the labels have {columns} columns: "
                f"{pair.loss.path.rpartition('.')[2]} raises ValueError. Make them the same."
            )
            yield group.finding(
                pair.head.layer.call, message, Safety.UNSAFE, _as_wide(module, group, columns)
            )


def _as_rows(module: Module, group: Group) -> Fix | None:
    """Turn the labels of ``fit`` into one-hot rows, for a loss that has arguments of its own kind."""
    pair = group.pair
    fits = [fit for one in module.flow.structure.compiled if one.event.node is pair.node for fit in one.fits]
    if len(group.pairs) != 1 or len(fits) != 1 or not isinstance(fits[0].node, ast.Call):
        return None
    call = fits[0].node
    given = argument(call, "y", 1)
    if given is None or pair.outputs != 1 or pair.head is None or pair.head.width is None:
        return None
    if any(keyword.arg in ("validation_data", None) for keyword in call.keywords):
        return None
    name, imports = spelled(module, "keras.utils.to_categorical")
    whole = edits.template(f"{name}({{node}}, {pair.head.width})")
    return Fix((Edit(given, whole),), imports)


def _as_wide(module: Module, group: Group, columns: int | None) -> Fix | None:
    """Give the layer a unit for each column; the one unit of yes or no becomes a softmax over classes."""
    head = group.pair.head
    if head is None or columns is None or any(part.sort == "reshaping" for part in head.parts):
        return None
    given = head.layer.argument("units", 0)
    if given is None or not isinstance(given.node, ast.Constant) or head.layer.call is None:
        return None
    fix = Fix(
        (Edit(given.node, edits.expression(str(columns))),), local=is_inside(given.node, head.layer.call)
    )
    part = head.activation
    if head.width != 1 or part is None or part.name != "sigmoid":
        return fix
    changes = [change_activation(module, part, "softmax")]
    binary = [pair for pair in each(group.pairs, "loss") if pair.loss.family == "binary"]
    changes += [change_family(module, pair, "categorical") for pair in binary]
    return sum((one for one in changes if one is not None), fix) if None not in changes else None


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
