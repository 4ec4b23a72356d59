"""The codemod ``loss-ignores-prediction``."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import ClassVar

from gradfix import edits
from gradfix.codemod import FlowCodemod
from gradfix.flow.joining import leaves
from gradfix.flow.trace import trace
from gradfix.flow.values import Kind
from gradfix.model import Edit, Finding, Safety
from gradfix.module import Module
from gradfix_codemods._ignored import Ignored, ignored, wrong_operand


class LossIgnoresPrediction(FlowCodemod):
    """A loss never lets the prediction reach its result.

    ## What is wrong

    A function that is used as a loss computes with the labels alone: the prediction is not read, overwritten, or
    written `y_true` by mistake:

    ```python
    return tf.reduce_mean(tf.square(y_true - y_true))   # before
    return tf.reduce_mean(tf.square(y_true - y_pred))   # after
    ```

    ## Why the gradient is lost

    Nothing leads from the result back to the model. `tape.gradient` gives `None` for every weight, and `fit` raises
    "No gradients provided for any variable" when there is no other loss. Where the result depends on another layer,
    called on the labels, only that layer trains.

    ## What the fix does

    Where the formula shows an operand twice, as `y_true - y_true` or `loss(y_true, y_true)`, the second becomes the
    prediction. A formula of the labels alone becomes the mean squared error of the two. The fix is *unsafe*: it
    guesses what was meant.

    ## When to leave it

    gradfix says nothing about a loss that returns zeros or another constant on purpose, about penalties on the
    weights, about metrics, and about functions that nothing uses as a loss.

    ## References

    Keras: `keras.losses.Loss`, `keras.Model.compile`. TensorFlow: `tf.GradientTape`.
    """

    gate: ClassVar[tuple[str, ...]] = ("compile", "Loss", "gradient")
    afar = True

    def find(self, module: Module) -> Iterator[Finding]:
        flow = module.flow
        blank = any(
            all(
                not leaf.live and not leaf.cut and leaf.kind is Kind.TENSOR
                for leaf in leaves(event.arguments[1])
            )
            for event in flow.events("gradient")
        )
        if not blank and not flow.has_broken("ignored"):
            return
        run = trace(module)
        for found in ignored(run):
            operand = wrong_operand(run, found)
            message = f"{_name(found)} never reads `{found.prediction}`: {_effect(found)}"
            if operand is not None:
                told = f"{message}. `{module.segment(operand)}` stands where it belongs"
                change = Edit(operand, edits.expression(found.prediction))
                yield Finding(operand, told, Safety.UNSAFE, edits=(change,), uses=(found.use,))
                continue
            result = _result(found)
            formula = _squared_error(module, found)
            if result is None or formula is None or isinstance(found.body, (ast.With, ast.AsyncWith)):
                told = f"{message}. Compute the loss from it"
                yield Finding(result or found.body, told, Safety.ADVICE, uses=(found.use,))
                continue
            value = result.value if isinstance(result, ast.Return) else result
            assert value is not None
            told = f"{message}. The mean squared error of the two is a loss that does"
            change = Edit(value, edits.expression(formula))
            yield Finding(result, told, Safety.UNSAFE, edits=(change,), uses=(found.use,))


def _name(found: Ignored) -> str:
    match found.body:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return f"`{found.body.name}`"
        case ast.Lambda():
            return "this lambda"
    return "the loss under this tape"


def _effect(found: Ignored) -> str:
    if not found.in_fit:
        return "`tape.gradient` gives None for the weights behind it"
    if found.only_truth:
        return '`fit` raises "No gradients provided for any variable" when this is the only loss'
    return "the model that predicts gets no gradient from it"


def _result(found: Ignored) -> ast.Return | ast.expr | None:
    """Return where the function gives its result, when there is one such place."""
    if isinstance(found.body, ast.Lambda):
        return found.body.body
    returns = [
        node for statement in found.body.body for node in ast.walk(statement) if isinstance(node, ast.Return)
    ]
    return returns[0] if len(returns) == 1 and returns[0].value is not None else None


def _squared_error(module: Module, found: Ignored) -> str | None:
    if found.truth is None or not found.only_truth:
        return None
    for node in ast.walk(found.body):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id == found.prediction:
            return None
    difference = f"{found.truth} - {found.prediction}"
    for package, mean in (("tensorflow", "reduce_mean"), ("keras.ops", "mean"), ("keras.backend", "mean")):
        outer, inner = module.spell(f"{package}.{mean}"), module.spell(f"{package}.square")
        if outer and inner and not (package == "keras.ops" and module.keras == 2):  # noqa: PLR2004
            return f"{outer}({inner}({difference}))"
    return None
