"""``fit`` with nothing to compare the outputs with."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from gradfix import edits
from gradfix.codemod import FlowCodemod
from gradfix.flow.objects import Applied, Instance, ModelInfo
from gradfix.flow.structure import Compiled
from gradfix.flow.values import Kind, Value
from gradfix.model import Edit, Finding, Safety
from gradfix_codemods import _datasets
from gradfix_codemods._spelling import Fix, quoted, show
from gradfix_codemods._targets import give_labels, loss_for

if TYPE_CHECKING:
    from gradfix.flow.facts import Event
    from gradfix.module import Module

_KERAS_3 = 3
_OTHER_LOSSES = ("add_loss", "regularizer", "train_step", "compute_loss", "compiled_loss")
_TENSORS = (
    "tensorflow.random.",
    "tensorflow.constant",
    "tensorflow.convert_to_tensor",
    "tensorflow.zeros",
    "tensorflow.ones",
)
_LIBRARY = frozenset({Kind.CONST, Kind.PATH, Kind.OBJECT})


class FitWithoutLabels(FlowCodemod):
    """Find a call of `fit` that gives no labels, no loss, or pairs that Keras takes for inputs.

    ## What is wrong
    `fit` needs something to compare the outputs with: an argument `y`, or data in pairs. A generator must yield
    a tuple; a list stands for several inputs:

    ```python
    while True:
        yield [x, y]   # before
        yield x, y     # after
    ```

    ## Why the gradient is lost
    Nothing is trained. Without labels, and without a loss, `fit` raises ValueError with Keras 2 and Keras 3. A
    generator that yields lists raises ValueError with Keras 3; Keras 2 trains with it, and gradfix is silent.

    ## What the fix does
    The list that a generator yields becomes a tuple. The other fixes are unsafe: `x_train` gets the `y_train`
    beside it, a model that is narrower inside than at its end (an autoencoder) its own inputs, and `compile` the
    loss that the last activation and the labels ask for. Where none of this is to be seen: advice.

    ## When to leave it
    When the model computes its loss by itself (`add_loss`, `train_step`), neither labels nor a loss are needed;
    gradfix is silent then.

    ## References
    `keras.Model.fit` (its arguments `x` and `y`), `keras.Model.compile`, `keras.Model.add_loss`.
    """

    gate = ("fit(",)
    afar = True

    def find(self, module: Module) -> Iterator[Finding]:
        """Yield each call of ``fit``, and each ``yield``, once."""
        done: set[int] = set()
        for finding in (*_lists(module), *_fits(module)):
            if id(finding.node) not in done:
                done.add(id(finding.node))
                yield finding


def _lists(module: Module) -> Iterator[Finding]:
    if module.keras < _KERAS_3:
        return
    for event in module.flow.events("fit"):
        given = _inputs(event)
        if (
            given is None
            or given.kind is not Kind.CONTAINER
            or given.data.sort != "generator"
            or not _is_model(event.arguments[0])
        ):
            continue
        rest = given.data.rest
        for one in rest.data if rest is not None and rest.kind is Kind.CHOICE else ():
            if one.kind is Kind.CONTAINER and isinstance(one.node, ast.List) and len(one.node.elts) in (2, 3):
                message = f"The generator yields the list `{show(module, one.node)}`: Keras 3 raises ValueError in fit. A pair is a tuple."
                yield Finding(one.node, message, Safety.SAFE, (), (_pair(module, one.node),))


def _fits(module: Module) -> Iterator[Finding]:
    own = module.mentions(*_OTHER_LOSSES)
    for one in module.flow.structure.compiled:
        for event in one.fits:
            given = _inputs(event)
            if given is None:
                continue
            if one.loss is None or (one.loss.kind is Kind.CONST and one.loss.data is None):
                if not own and _is_known(one) and "**" not in one.event.keywords:
                    message = (
                        f"`{show(module, event.node)}` has no loss to compute: compile was given none and the model adds none. "
                        f"Keras {module.keras} raises ValueError. Give compile a loss."
                    )
                    yield _finding(event.node, message, _with_loss(module, one, event))
            elif one.loss.kind in _LIBRARY and not _has_labels(event):
                what = _alone(given)
                if what:
                    message = (
                        f"`{show(module, event.node)}` gives {what} and no labels, but the loss needs them: Keras {module.keras} "
                        f"raises ValueError. Give y, or data in pairs (for an autoencoder y is x)."
                    )
                    assert isinstance(event.node, ast.Call)  # _inputs looked
                    fix = (
                        give_labels(module, one, event.node, dataset="dataset" in what)
                        if "list" not in what
                        else None
                    )
                    yield _finding(event.node, message, fix)


def _finding(node: ast.AST, message: str, fix: Fix | None) -> Finding:
    if fix is None:
        return Finding(node, message, Safety.ADVICE)
    return Finding(node, message, Safety.UNSAFE, (), fix.edits)


def _with_loss(module: Module, one: Compiled, event: Event) -> Fix | None:
    """Give ``compile`` the loss that the output and the labels of ``fit`` ask for."""
    if len(one.outputs) != 1 or not _has_labels(event) or not isinstance(one.event.node, ast.Call):
        return None
    labels = event.keywords.get("y", event.arguments[2] if len(event.arguments) > 2 else None)  # noqa: PLR2004
    loss = loss_for(module.flow.structure.heads.of(one.outputs[0][1]), labels)
    if loss is None or (one.expression is not None and one.expression in one.event.node.args):
        return None
    return Fix((Edit(one.event.node, edits.set_keyword("loss", quoted(module, loss))),))


def _inputs(event: Event) -> Value | None:
    node = event.node
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "fit"):
        return None
    return event.arguments[1] if len(event.arguments) > 1 else event.keywords.get("x")


def _has_labels(event: Event) -> bool:
    return len(event.arguments) > 2 or "y" in event.keywords or "**" in event.keywords  # noqa: PLR2004


def _is_model(value: Value) -> bool:
    if isinstance(value.data, Instance):
        return "keras.Model" in value.data.cls.library_bases()
    return isinstance(value.data, ModelInfo)


def _is_known(one: Compiled) -> bool:
    """Tell whether the model is made of layers that Keras ships, which add no losses by themselves."""
    return all(
        token.kind in ("weight", "variable", "input")
        for _, output in one.outputs
        for token in (*output.live, *output.cut)
    )


def _alone(given: Value) -> str:
    """Say what the inputs are when they are provably without labels."""
    if given.kind is Kind.ARRAY:
        return "an array"
    if (
        given.kind is Kind.CONTAINER
        and given.data.sort == "list"
        and given.data.items
        and given.data.rest is None
    ):
        return "a list of inputs" if all(item.kind is Kind.ARRAY for item in given.data.items) else ""
    columns = _datasets.parts(given)
    if columns is None or len(columns) != 1:
        return ""
    made = columns[0].kind is Kind.UNKNOWN and columns[0].node is not None and not columns[0].live
    return "a dataset of inputs alone" if made or _is_array(columns[0]) else ""


def _is_array(value: Value) -> bool:
    made = value.data.path if isinstance(value.data, Applied) else ""
    return value.kind is Kind.ARRAY or (value.kind is Kind.TENSOR and made.startswith(_TENSORS))


def _pair(module: Module, made: ast.List) -> Edit:
    """Write the list as a tuple: bare where it is all that a statement yields."""
    for statement in ast.walk(module.tree):
        match statement:
            case ast.Expr(value=ast.Yield(value=value)) if value is made:
                return Edit(statement, _bare)
    return Edit(made, _tuple)


def _bare(node: Any) -> Any:
    return node.with_changes(value=node.value.with_changes(value=_tuple(node.value.value)))


def _tuple(node: Any) -> Any:
    import libcst as cst

    return cst.Tuple(elements=node.elements, lpar=[], rpar=[])
