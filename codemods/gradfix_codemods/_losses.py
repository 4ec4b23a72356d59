"""Writing another loss in the form in which a loss is written."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from gradfix import edits
from gradfix.model import Edit, ImportNeeded
from gradfix_codemods._spelling import Fix, import_of, is_inside, only_use, rename, spelled

if TYPE_CHECKING:
    from gradfix.flow.structure import Loss, Pair
    from gradfix.module import Module

CLASSES = {
    "categorical": "CategoricalCrossentropy",
    "sparse": "SparseCategoricalCrossentropy",
    "binary": "BinaryCrossentropy",
}
FUNCTIONS = {
    "categorical": "categorical_crossentropy",
    "sparse": "sparse_categorical_crossentropy",
    "binary": "binary_crossentropy",
}


def change_family(module: Module, pair: Pair, family: str) -> Fix | None:
    """Write another cross-entropy in the form in which the loss is written."""
    loss = pair.loss
    if loss.node is None:
        return None
    if loss.form == "name":
        new = CLASSES[family] if loss.path[:1].isupper() else FUNCTIONS[family]
        return Fix(
            (Edit(loss.node, edits.replace_string(new)),),
            local=is_inside(loss.node, pair.node) or only_use(module, loss.node),
        )
    if _stands_in_the_way(loss, family):
        return None
    new = CLASSES[family] if loss.form == "class" else FUNCTIONS[family]
    expression = loss.call.func if loss.call is not None else loss.node
    return rename(module, expression, loss.path, f"{loss.path.rpartition('.')[0]}.{new}")


def _stands_in_the_way(loss: Loss, family: str) -> bool:
    """Tell whether the loss has an argument that the other one does not take, or takes in another place."""
    first = 3 if loss.form == "called" else 1
    more = any(isinstance(key, int) and key >= first for key in loss.arguments)
    smoothed = "label_smoothing" in loss.arguments and family == "sparse"
    moved = more and "sparse" in (loss.family, family)
    return smoothed or moved or "ignore_class" in loss.arguments or "**" in loss.arguments


def expect_logits(module: Module, pair: Pair) -> Fix | None:
    """Let the loss take logits; a loss given by name or as a function becomes the class."""
    loss = pair.loss
    if loss.node is None or not loss.family:
        return None
    if loss.call is not None:
        if 0 in loss.arguments and loss.form == "class":
            return Fix((Edit(loss.call, edits.set_argument(0, "True")),))
        if loss.form == "called" and "from_logits" not in loss.arguments and 2 in loss.arguments:  # noqa: PLR2004
            return Fix((Edit(loss.call, edits.set_argument(2, "True")),))
        return Fix((Edit(loss.call, edits.set_keyword("from_logits", "True")),))
    path = f"keras.losses.{CLASSES[loss.family]}"
    name, imports = spelled(module, path)
    old = import_of(module, loss.node.id) if isinstance(loss.node, ast.Name) else None
    unused = (f"{old[0].module}.{old[1].name}",) if old is not None else ()
    if old is not None and module.spell(path) is None:
        name, imports = CLASSES[loss.family], (ImportNeeded(str(old[0].module), CLASSES[loss.family]),)
    local = is_inside(loss.node, pair.node) or only_use(module, loss.node)
    return Fix((Edit(loss.node, edits.expression(f"{name}(from_logits=True)")),), imports, unused, local)


def expect_probabilities(loss: Loss) -> Fix | None:
    """Drop ``from_logits=True``."""
    if loss.call is None:
        return None
    for position, key in enumerate(("from_logits", 0 if loss.form == "class" else 2)):
        if key in loss.arguments:
            last = isinstance(key, str) or len([k for k in loss.arguments if isinstance(k, int)]) == key + 1
            change = edits.drop_argument(key) if last else edits.set_argument(key, "False")
            del position
            return Fix((Edit(loss.call, change),))
    return None
