from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import ClassVar

from gradfix.codemod import FlowCodemod
from gradfix.edits import drop_argument, expression, template
from gradfix.flow import Event
from gradfix.flow.objects import Gradients
from gradfix.flow.values import Kind, Value
from gradfix.model import Edit, Finding, Safety
from gradfix.module import Module
from gradfix_codemods._applied import Column, Columns, has_statistics, row, tokens, weights_attribute
from gradfix_codemods._messages import where
from gradfix_codemods._outside import quoted
from gradfix_codemods._statements import Statements, dotted
from gradfix_codemods._turned import Swapped

_PAIRS = "an optimizer takes pairs of a gradient and its variable"
_ALL = {"variables": "trainable_variables", "weights": "trainable_weights"}


class GradientsMismatched(FlowCodemod):
    """`apply_gradients` gets its gradients and variables in the wrong order, unpaired, or of two kinds.

    ## What is wrong
    An optimizer takes an iterable of `(gradient, variable)`. The pairs are turned round, the `zip` is
    missing, or the two lists do not belong together:

    ```python
    optimizer.apply_gradients(zip(model.trainable_variables, grads))
    ```

    ## Why the gradient is lost
    With turned or missing pairs `apply_gradients` raises, under Keras 2 and Keras 3 in different words. A list
    of `model.variables` also holds what is not trained, such as the statistics of batch normalisation: their
    gradient is `None`, and beside the gradients of `model.trainable_variables` the pairs are out of step, so
    that weights get the gradients of others.

    ## What the fix does
    It pairs the gradients with the variables they were taken for, gradients first:

    ```python
    optimizer.apply_gradients(zip(grads, model.trainable_variables))
    ```

    A helper that pairs rightly and is called the wrong way round stays as it is; its call is repaired. The fix is
    safe: the program as written raises, or has no gradient for the variables in question.

    ## When to leave it
    The gradients of a worker's copy may be applied to a shared network on purpose: gradfix only speaks where
    two networks get each other's gradients, and gives advice. Models without statistics may use
    `model.variables`. `optimizer.apply(grads, variables)` of Keras 3 takes two lists.

    ## References
    `keras.optimizers.Optimizer.apply_gradients` in the Keras API documentation; "Writing a training loop from
    scratch" in the Keras guides.
    """

    gate: ClassVar[tuple[str, ...]] = ("apply_gradients",)
    afar = True

    def find(self, module: Module) -> Iterator[Finding]:
        pairs = Columns(module.flow)
        applied = [event for event in module.flow.events("apply_gradients") if len(event.arguments) > 1]
        seen: set[int] = set()
        swapped = list(Swapped(module, pairs).findings(applied))
        for event in applied:
            one = row(event.arguments[1])
            found = _form(module, pairs, event) if one is None else ()
            for finding in (*swapped, *found, *_belonging(module, pairs, event, applied)):
                if id(finding.node) not in seen:
                    seen.add(id(finding.node))
                    yield finding


def _form(module: Module, pairs: Columns, event: Event) -> Iterator[Finding]:
    """Yield what is wrong with the shape of the argument."""
    call = event.node
    if (
        not isinstance(call, ast.Call)
        or not call.args
        or any(isinstance(arg, ast.Starred) for arg in call.args)
    ):
        return
    columns = [pairs.column(value) for value in event.arguments[1:3]]
    match [column.role if column is not None else "" for column in columns]:
        case ["gradients", "variables"] if len(call.args) > 1:
            text = f"zip({{node}}, {module.segment(call.args[1])})"
            edits = Edit(call.args[0], template(text)), Edit(call, drop_argument(1))
            yield Finding(
                call, f"apply_gradients gets two lists and raises: {_PAIRS}", Safety.SAFE, edits=edits
            )
        case ["gradients"] if columns[0] is not None and _proven(columns[0].value):
            yield from _unpaired(module, call, columns[0])
        case [""]:
            yield from _two_lists(module, pairs, event, call)


def _unpaired(module: Module, call: ast.Call, column: Column) -> Iterator[Finding]:
    message = f"apply_gradients gets gradients without their variables and raises: {_PAIRS}"
    request = column.event.node if column.event is not None else None
    given = request.args[1] if isinstance(request, ast.Call) and len(request.args) > 1 else None
    places = Statements(module)
    same = request is not None and places.scope(request) is places.scope(call)
    if given is None or not same or not _is_list(column):
        yield Finding(call, f"{message}. Zip them", Safety.ADVICE)
        return
    edit = Edit(call.args[0], template(f"zip({{node}}, {module.segment(given)})"))
    yield Finding(call, message, Safety.SAFE, edits=(edit,))


def _proven(value: Value) -> bool:
    """Tell whether a value is gradients and nothing else: what is unknown may have been paired on its way."""
    return value.kind is not Kind.UNKNOWN or isinstance(value.data, Gradients)


def _is_list(column: Column) -> bool:
    return column.event is not None and column.event.arguments[2].kind is Kind.CONTAINER


def _two_lists(module: Module, pairs: Columns, event: Event, call: ast.Call) -> Iterator[Finding]:
    value, given = event.arguments[1], call.args[0]
    if (
        not isinstance(given, (ast.List, ast.Tuple))
        or len(given.elts) != 2  # noqa: PLR2004
        or value.kind is not Kind.CONTAINER
    ):
        return
    parts = value.data.items or []
    roles = [column.role if column is not None else "" for column in map(pairs.column, parts)]
    if sorted(roles) != ["gradients", "variables"] or not all(part.kind is Kind.CONTAINER for part in parts):
        return
    first, second = (
        module.segment(one) for one in (given.elts if roles[0] == "gradients" else given.elts[::-1])
    )
    text = f"{module.segment(call.func)}(zip({first}, {second}))"
    message = f"apply_gradients gets a list of two lists and raises: {_PAIRS}"
    yield Finding(call, message, Safety.SAFE, edits=(Edit(call, expression(text)),))


def _belonging(module: Module, pairs: Columns, event: Event, applied: list[Event]) -> Iterator[Finding]:
    """Yield where gradients and variables are not of the same weights."""
    found = _columns(pairs, event)
    if found is None:
        return
    gradients, variables = found
    request = gradients.event
    assert request is not None
    asked = request.arguments[2]
    if tokens(asked) != tokens(variables.value):
        if _crossed(pairs, event, applied):
            message = (
                f"{quoted(module, event.node)} applies gradients that were taken for other variables"
                f"{where(module, request.node, event.node)}: pair each list with its own variables"
            )
            yield Finding(event.node, message, Safety.ADVICE)
        return
    model = asked.data.of if asked.kind is Kind.CONTAINER else None
    sides = [one for one in (weights_attribute(asked), weights_attribute(variables.value)) if one is not None]
    wrong = list({id(one): one for one in sides if one.attr in _ALL}.values())
    if len(sides) < 2 or not wrong or not has_statistics(model):  # noqa: PLR2004
        return
    places = Statements(module)
    if any(not isinstance(places.parent.get(one), (ast.Call, ast.Assign)) for one in wrong):
        return
    effect = (
        "they have no gradient"
        if len({one.attr in _ALL for one in sides}) == 1
        else "the gradients go to the wrong variables"
    )
    name = dotted(wrong[0].value) or "the model"
    message = f"{quoted(module, wrong[0])} holds statistics of {name} that are not trained: {effect}"
    edits = tuple(Edit(one, expression(f"{module.segment(one.value)}.{_ALL[one.attr]}")) for one in wrong)
    yield Finding(wrong[0], message, Safety.SAFE, edits=edits)


def _columns(pairs: Columns, event: Event) -> tuple[Column, Column] | None:
    one = row(event.arguments[1])
    columns = [pairs.column(value) for value in one.data.items] if one is not None else []
    if len(columns) != 2 or columns[0] is None or columns[1] is None:  # noqa: PLR2004
        return None
    good = (columns[0].role, columns[1].role) == ("gradients", "variables")
    return (columns[0], columns[1]) if good else None


def _crossed(pairs: Columns, event: Event, applied: list[Event]) -> bool:
    """Tell whether the variables of these gradients get the gradients of these variables elsewhere."""
    mine = _columns(pairs, event)
    for other in applied:
        theirs = _columns(pairs, other) if other is not event and other.function is event.function else None
        if mine is None or theirs is None or theirs[0].event is None or mine[0].event is None:
            continue
        taken, given = tokens(mine[0].event.arguments[2]), tokens(mine[1].value)
        if tokens(theirs[0].event.arguments[2]) == given and tokens(theirs[1].value) == taken:
            return True
    return False
