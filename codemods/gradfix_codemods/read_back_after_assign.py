"""The codemod ``read-back-after-assign``."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import ClassVar

from gradfix.codemod import FlowCodemod
from gradfix.flow.trace import trace
from gradfix.model import Finding, Safety
from gradfix.module import Module
from gradfix_codemods._lost import consequence
from gradfix_codemods._statements import Statements
from gradfix_codemods._stored import Stored, is_update


class ReadBackAfterAssign(FlowCodemod):
    """A computed value is written into a variable, and the loss reads the variable.

    ## What is wrong

    ```python
    prediction = model(x)
    buffer.assign(prediction)
    loss = tf.reduce_mean(tf.square(buffer - y))       # before
    loss = tf.reduce_mean(tf.square(prediction - y))   # after
    ```

    ## Why the gradient is lost

    `assign`, `assign_add` and `assign_sub` store a number; a tape does not record where it came from. Reading the
    variable afterwards starts a new way that leads to the variable and no further, so `tape.gradient` gives `None`
    for what the value was computed from.

    ## What the fix does

    Where the variable is read behind the assignment in the same block, and the loss depends on it, the value itself
    takes its place; a value that has no name yet gets one. Where the variable holds the steps of a computation, in a
    loop for instance, a local name holds them beside it. The assignments stay. The numbers are equal and only the
    gradient comes back: the fix is safe.

    ## When to leave it

    Moving averages, counters, queues of old keys and stored losses may be assigned freely. gradfix says nothing when
    the value reaches the loss on another way, or when only an earlier value of the variable is read.

    ## References

    TensorFlow: `tf.Variable.assign`, `tf.GradientTape`.
    """

    gate: ClassVar[tuple[str, ...]] = ("assign",)

    def find(self, module: Module) -> Iterator[Finding]:
        if not any(True for _ in module.flow.broken("assign")):
            return
        run, places = trace(module), Statements(module)
        for cause in run.causes("assign"):
            call = cause.node
            if is_update(run, cause):
                continue
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
                name = module.segment(call.func.value)
                message = f"the loss reads `{name}`, not the value assigned to it here: {consequence(cause)}"
                changes = Stored(module, run, places, cause, call).changes()
                if changes:
                    yield Finding(call, message, Safety.SAFE, cause.path, changes)
                else:
                    yield Finding(
                        call, f"{message}. Use the value itself for the loss", Safety.ADVICE, cause.path
                    )
