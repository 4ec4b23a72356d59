"""The codemod ``stop-gradient-on-loss-path``."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import ClassVar

from gradfix import edits
from gradfix.codemod import FlowCodemod
from gradfix.flow.facts import Broken
from gradfix.flow.trace import Trace, trace
from gradfix.model import Edit, Finding, Safety
from gradfix.module import Module
from gradfix_codemods._lost import (
    consequence,
    function_of,
    imports_of,
    keeps_name,
    key_of,
    operand,
    paths,
    statement_of,
    weights,
)
from gradfix_codemods._one_sided import OneSided, one_sided


class StopGradientOnLossPath(FlowCodemod):
    """`tf.stop_gradient` stands on every way from the weights to the loss.

    ## What is wrong

    A weight that shall be trained reaches the loss only through `tf.stop_gradient`, `K.stop_gradient` or
    `keras.ops.stop_gradient`, perhaps in a helper or a layer:

    ```python
    code = tf.stop_gradient(self.encoder(x))     # before
    code = self.encoder(x)                       # after
    return self.head(code)
    ```

    ## Why the gradient is lost

    `tf.stop_gradient` is the identity forwards and ends the gradient backwards: `tape.gradient` gives `None` for
    every weight behind it. When another way leads around it, as in straight-through estimators, nothing is lost.

    ## What the fix does

    It removes the call and keeps its argument; `x = tf.stop_gradient(x)` goes as a whole. The loss has the same
    value. The fix is *unsafe*, because somebody wrote the call on purpose.

    ## When to leave it

    Where these weights shall not be trained by this loss (a frozen feature extractor, a target network), leave the
    call and take their variables out of what is given to `tape.gradient`. gradfix says nothing when the weight
    reaches the loss on another way too, when its gradient is not asked for, or when what is stopped is a result of its
    own beside the one that it is stopped for. A helper that stops one of its
    parameters and lets another pass is left alone: there is advice where it is called, perhaps with its arguments
    swapped.

    ## References

    TensorFlow: `tf.stop_gradient`; the guide "Introduction to gradients and automatic differentiation".
    Keras: `keras.ops.stop_gradient`.
    """

    gate: ClassVar[tuple[str, ...]] = ("stop_gradient",)
    afar = True

    def find(self, module: Module) -> Iterator[Finding]:
        if not module.flow.has_broken("stop-gradient"):
            return
        run = trace(module)
        causes = list(run.causes("stop-gradient"))
        for cause in causes:
            if any(_covers(other, cause) for other in causes) or _gives_it_too(run, cause):
                continue
            node = cause.node
            message = f"stop_gradient ends the gradient of {weights(cause.tokens)} before the loss: {consequence(cause)}"
            side = one_sided(run, cause)
            if side is not None:
                yield _swapped(side, cause, message)
                continue
            found = paths(run, node)
            inner = (
                operand(node, "input", "variables", "variable")
                if found and isinstance(node, ast.Call)
                else None
            )
            if inner is None or not isinstance(node, ast.Call):
                advice = (
                    f"{message}. Compute this without it, or leave the weights out of the gradient's sources"
                )
                yield Finding(node, advice, Safety.ADVICE, cause.path)
                continue
            statement = statement_of(run, node)
            if statement is not None and keeps_name(statement, node, inner):
                edit = Edit(statement, edits.remove())
            else:
                edit = Edit(node, edits.unwrap_argument(key_of(node, inner)))
            yield Finding(node, message, Safety.UNSAFE, cause.path, (edit,), unused=imports_of(found))


def _gives_it_too(run: Trace, cause: Broken) -> bool:
    """Tell whether the function gives what it stops as a result of its own: only one of its results is to learn."""
    inner = (
        operand(cause.node, "input", "variables", "variable") if isinstance(cause.node, ast.Call) else None
    )
    function = function_of(run, cause.node)
    if not isinstance(inner, ast.Name) or function is None:
        return False
    return any(
        isinstance(node, ast.Return)
        and isinstance(node.value, (ast.Tuple, ast.List, ast.Dict))
        and any(
            isinstance(part, ast.Name) and part.id == inner.id for part in ast.iter_child_nodes(node.value)
        )
        for node in ast.walk(function)
    )


def _swapped(side: OneSided, cause: Broken, message: str) -> Finding:
    advice = (
        f"{message}. `{side.helper}` stops what it takes as `{side.stopped}` and lets `{side.passing}` pass: "
        "are its arguments swapped?"
    )
    uses = (cause.node, *(sink.node for sink in cause.sinks))
    return Finding(
        side.node, advice, Safety.ADVICE, cause.path, uses=uses if side.node is not cause.node else ()
    )


def _covers(other: Broken, cause: Broken) -> bool:
    """Tell whether without the other call all these weights and more have their gradient: this one may be meant."""
    return set(cause.tokens) < set(other.tokens) and {id(t) for t in cause.targets} <= {
        id(t) for t in other.targets
    }
