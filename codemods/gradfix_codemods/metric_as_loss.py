"""The codemod ``metric-as-loss``."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

from gradfix import edits
from gradfix.codemod import FlowCodemod
from gradfix.flow.facts import Broken, Event
from gradfix.flow.joining import leaves
from gradfix.flow.objects import LibraryObject
from gradfix.flow.trace import Trace, trace
from gradfix.flow.values import Kind, Value
from gradfix.model import Edit, Finding, ImportNeeded, Safety
from gradfix.module import Module
from gradfix_codemods._lost import consequence, imports_of

_SAME_NAME = (
    *(
        "BinaryCrossentropy",
        "CategoricalCrossentropy",
        "SparseCategoricalCrossentropy",
        "KLDivergence",
        "Poisson",
    ),
    *("MeanSquaredError", "MeanAbsoluteError", "MeanAbsolutePercentageError", "MeanSquaredLogarithmicError"),
    *("CosineSimilarity", "Hinge", "SquaredHinge", "CategoricalHinge"),
)
_LOSSES = {name: name for name in _SAME_NAME} | {"LogCoshError": "LogCosh"}
_OPTIONS = frozenset({"name", "dtype", "from_logits", "label_smoothing", "axis"})
_METRIC_METHODS = frozenset({"update_state", "result", "reset_state", "reset_states", "variables"})
_COUNTS = frozenset(
    {"accuracy", "acc", "binary_accuracy", "categorical_accuracy", "sparse_categorical_accuracy", "auc"}
)
_FAILS = '`fit` raises "No gradients provided for any variable" when this is the only loss'


class MetricAsLoss(FlowCodemod):
    """A metric of Keras is used where a loss belongs.

    ## What is wrong

    A metric object is given to `compile(loss=...)`, or what it returns is the target of the tape:

    ```python
    loss_fn = keras.metrics.MeanSquaredError()   # before
    loss_fn = keras.losses.MeanSquaredError()    # after
    with tf.GradientTape() as tape:
        loss = loss_fn(y, model(x))
    ```

    ## Why the gradient is lost

    A metric writes its running totals into variables with `assign` and computes its result from these variables.
    An assignment has no gradient, so `tape.gradient` gives `None` for every weight, and a model compiled with it
    raises "No gradients provided for any variable" in `fit`. The mean over all batches so far is no loss either.
    A function of `keras.metrics` that has a twin in `keras.losses` is the loss function itself, and trains.

    ## What the fix does

    The loss class of the same name takes the place of the metric class, with the same options, when the object is
    only called. This is safe: the program could not train before. A class that is taken from a table, or was handed
    on, is not replaced where it is called, because others get theirs there, too: gradfix points to where it stands.

    ## When to leave it

    There is no loss behind `AUC`, accuracies, `Precision` or `Mean`: train on a cross-entropy and keep the metric
    for `metrics=[...]` or the log. gradfix says nothing about metrics beside the loss.

    ## References

    Keras: `keras.metrics.Metric`, `keras.losses.Loss`, `keras.Model.compile`.
    """

    gate: ClassVar[tuple[str, ...]] = ("metrics", "Metric", "accuracy", "auc", "acc")
    afar = True

    def find(self, module: Module) -> Iterator[Finding]:
        flow = module.flow
        if not flow.has_broken("metric") and not any(
            _suspect(v) for v, _ in _compiled(flow.events("compile"))
        ):
            return
        run = trace(module)
        told: set[int] = set()
        for metric, cause, use in _metrics(run):
            node = metric.data.call if metric.kind is Kind.OBJECT else metric.node
            found = _finding(module, run, metric, node, cause) if node is not None else None
            if found is not None and id(found.node) not in told:
                told.add(id(found.node))
                yield replace(found, uses=(use,))
        for cause in run.causes("metric"):
            if (
                isinstance(cause.node, ast.Call)
                and isinstance(cause.node.func, ast.Attribute)
                and cause.node.func.attr == "result"
            ):
                name = module.segment(cause.node.func.value)
                message = (
                    f"`{name}.result()` is computed from variables that were assigned: {consequence(cause)}."
                )
                yield Finding(
                    cause.node, f"{message} Give the tape the loss itself", Safety.ADVICE, cause.path
                )


def _compiled(events: Iterator[Event]) -> Iterator[tuple[Value, ast.AST]]:
    """Yield what is given to ``compile`` as a loss, each one by itself."""
    for event in events:
        loss = event.keywords.get("loss", event.arguments[2] if len(event.arguments) > 2 else None)  # noqa: PLR2004
        if loss is not None:
            yield from ((leaf, event.node) for leaf in leaves(loss))


def _suspect(value: Value) -> bool:
    match value.kind:
        case Kind.OBJECT:
            return bool(value.data.path.startswith("keras.metrics."))
        case Kind.INSTANCE:
            return any(base.startswith("keras.metrics.") for base in value.data.cls.library_bases())
        case Kind.PATH:
            return str(value.data).startswith("keras.metrics.") and str(value.data).endswith("accuracy")
        case Kind.CONST:
            return value.data in _COUNTS if isinstance(value.data, str) else False
    return False


def _metrics(run: Trace) -> Iterator[tuple[Value, Broken | None, ast.AST]]:
    """Yield the metrics that stand for losses, with what they cut where a tape asks, and where they are used."""
    for value, node in _compiled(run.happened("compile")):
        if _suspect(value):
            yield value, None, node
    for cause in run.causes("metric"):
        if isinstance(cause.node, ast.Call):
            for callee in run.values(cause.node.func):
                yield from (
                    (leaf, cause, cause.sink.node)
                    for leaf in leaves(callee)
                    if leaf.kind in (Kind.OBJECT, Kind.INSTANCE) and _suspect(leaf)
                )


def _finding(module: Module, run: Trace, metric: Value, node: ast.AST, cause: Broken | None) -> Finding:
    path = cause.path if cause is not None else ()
    made = _made_elsewhere(run, metric, node)
    node = made or node
    what = module.segment(node.func if isinstance(node, ast.Call) else node)
    if metric.kind is Kind.CONST:
        message = f"{what} is the name of a metric: Keras does not know it as a loss and raises a ValueError"
        return Finding(
            node, f"{message}. Train on a cross-entropy, and give the metric to `metrics=`", Safety.ADVICE
        )
    message = f"`{what}` is a metric, and a metric has no gradient: {consequence(cause) if cause is not None else _FAILS}"
    if metric.kind is Kind.OBJECT and isinstance(node, ast.Call) and made is None:
        data: LibraryObject = metric.data
        name = _LOSSES.get(data.path.rpartition(".")[2])
        names = {keyword.arg for keyword in node.keywords}
        signed = name == "CosineSimilarity" and cause is not None  # the loss has the opposite sign
        if (
            name is not None
            and not signed
            and not node.args
            and names <= _OPTIONS
            and not _used_as_metric(run, metric)
        ):
            spelled = _spelled(module, node.func, name)
            if spelled is not None:
                change = edits.callee(spelled[0])
                if "dtype" in names and module.keras == 2:  # noqa: PLR2004 - its losses take no dtype
                    change = edits.compose(change, edits.drop_argument("dtype"))
                edit = Edit(node, change)
                return Finding(node, message, Safety.SAFE, path, (edit,), spelled[1], imports_of([data.path]))
    return Finding(
        node, f"{message}. Train on a loss, and give the metric to `metrics=`", Safety.ADVICE, path
    )


def _made_elsewhere(run: Trace, metric: Value, node: ast.AST) -> ast.AST | None:
    """Return where the class of the metric stands when the call that makes it is one for any class.

    ``table[name]()`` and ``cls()`` make something else for others. The call itself stands for an unknown place,
    None for a class that is called by its own name.
    """
    if metric.kind is not Kind.OBJECT or not isinstance(node, ast.Call):
        return None
    classes = [leaf for value in run.values(node.func) for leaf in leaves(value) if leaf.kind is Kind.PATH]
    own = next((leaf.node for leaf in classes if leaf.data == metric.data.path), None)
    if len({leaf.data for leaf in classes}) == 1 and _spells_out(run, node.func, own):
        return None
    return own if isinstance(own, ast.expr) else node


def _spells_out(run: Trace, function: ast.expr, made: ast.AST | None) -> bool:
    """Tell whether ``function`` is a name that an import binds, or an attribute of one."""
    match function:
        case ast.Name(id=name):
            return isinstance(made, (ast.Import, ast.ImportFrom)) and any(
                one.name == "*" or (one.asname or one.name).partition(".")[0] == name for one in made.names
            )
        case ast.Attribute(value=owner):
            owners = run.values(owner)
            return all(
                one.kind is Kind.MODULE or (one.kind is Kind.PATH and _spells_out(run, owner, one.node))
                for one in owners
            )
    return False


def _used_as_metric(run: Trace, metric: Value) -> bool:
    """Tell whether the object is asked for its state, or given to Keras as a metric."""
    for node, values in run.seen.items():
        if any(
            leaf.data is metric.data
            for value in values.values()
            for leaf in leaves(value)
            if leaf.kind is Kind.OBJECT
        ):
            around = run.parents.get(node)
            if isinstance(around, ast.Attribute) and around.attr in _METRIC_METHODS:
                return True
            if isinstance(around, ast.keyword) and around.arg in ("metrics", "weighted_metrics"):
                return True
    return False


def _spelled(module: Module, function: ast.expr, name: str) -> tuple[str, tuple[ImportNeeded, ...]] | None:
    """Return how this file writes the loss ``name``, and the import that needs."""
    text = module.segment(function)
    head, found, _ = text.rpartition("metrics.")
    if found and head.endswith("."):
        return f"{head}losses.{name}", ()
    spelled = module.spell(f"keras.losses.{name}")
    if spelled is not None:
        return spelled, ()
    if any(isinstance(one, ast.Name) and one.id == "losses" for one in ast.walk(module.tree)):
        return None
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom) and node.module and "keras" in node.module.split("."):
            parts = node.module.split(".")
            return f"losses.{name}", (ImportNeeded(".".join(parts[: parts.index("keras") + 1]), "losses"),)
    return None
