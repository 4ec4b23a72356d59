"""The codemod ``tensor-converted``."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from gradfix.codemod import FlowCodemod
from gradfix.model import Finding
from gradfix.module import Module
from gradfix_codemods._messages import effect, labels, short, ways_out
from gradfix_codemods._solutions import findings


class TensorConverted(FlowCodemod):
    """A tensor becomes a number, an array or a variable of its own on the only way to the loss.

    ## What is wrong

    `x.numpy()`, `float(x)`, `x.item()`, `K.get_value(x)`, `K.eval(x)`, `tf.Variable(x)` or a store into an
    array (`errors[i] = x`) stands between the weights and the loss, and what follows computes with the copy.

    ## Why the gradient is lost

    The copy holds the same numbers and none of the history: for the tape it is a constant. Turning it back
    into a tensor does not bring the history back. A `tf.Variable` made from a tensor starts a history of its
    own. `tape.gradient` returns `None` for everything before.

    ## What the fix does

    ```python
    loss = float(tf.reduce_mean(tf.square(model(x) - y)))        # before
    loss = tf.reduce_mean(tf.square(model(x) - y))               # after
    ```

    The conversion goes, and so does a `tf.constant` or `tf.convert_to_tensor` that has become redundant.
    Arithmetic, indexing and TensorFlow functions take the tensor as they took the copy. A reader that does need
    the number (a list of losses, a library that is not TensorFlow) gets `float(…)` or `.numpy()` where it reads.

    What may have axes of length one, as the value of a batch of one, becomes `tf.squeeze(x)`. An array that a loop
    fills row by row becomes a list and `tf.stack`; an array that is read while it is filled, or filled in another
    order, is left with advice.

    The fix is *safe*: values stay equal, and the weights could not train before. It is *unsafe* when the loop may fill
    fewer rows than the array has.

    ## When to leave it

    Converting what is only printed, logged, stored or compared is right, and so is a target that must not
    pass a gradient; gradfix does not report these. To cut a gradient on purpose, write `tf.stop_gradient`.
    `int(x)` cuts digits off and has no gradient in any form: for it there is only advice.

    ## References

    TensorFlow: `tf.GradientTape`, `tf.Variable`, `tf.stop_gradient`; the guide "Introduction to gradients and
    automatic differentiation", section "Getting a gradient of None".
    """

    gate = ("numpy", "float(", "int(", ".item(", ".tolist(", "eval(", "get_value(", "Variable(", "to_numpy(")

    def find(self, module: Module) -> Iterator[Finding]:
        for solution, finding in findings(module, self.name):
            cause = solution.causes[0]
            verb = (
                "starts a variable of its own from"
                if cause.reason == "variable-copy"
                else "takes the numbers out of"
            )
            verb = "stores the numbers of" if isinstance(cause.node, ast.Subscript) else verb
            message = (
                f"`{short(module, cause.node)}` {verb} a tensor: no gradient reaches {labels(cause)}; "
                f"{effect(module, cause)}."
            )
            yield replace(finding, message=message + ways_out(solution))
