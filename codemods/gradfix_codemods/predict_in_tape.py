"""The codemod ``predict-in-tape``."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from gradfix.codemod import FlowCodemod
from gradfix.model import Finding
from gradfix.module import Module
from gradfix_codemods._messages import effect, labels, short, ways_out
from gradfix_codemods._solutions import findings

KERAS_2 = 2


class PredictInTape(FlowCodemod):
    """The loss is computed from `model.predict(x)`.

    ## What is wrong

    Inside a `tf.GradientTape`, or in a function that a tape block calls, `model.predict(x)` or
    `model.predict_on_batch(x)` makes the value from which the loss is computed.

    ## Why the gradient is lost

    `predict` runs the model over batches of its own and returns a NumPy array. For the tape the array is a
    constant: under Keras 3 `tape.gradient` returns `None`. Under Keras 2 the tape records the iteration over
    the batches, and `tape.gradient` raises `LookupError`, for there is no gradient of `IteratorGetNext`.

    ## What the fix does

    ```python
    y_pred = model.predict(x, verbose=0)                          # before
    y_pred = model(x, training=True)                              # after
    ```

    The model is called. With `training=True` when its own weights are what is trained; with `training=False`,
    which is how `predict` runs it, when the gradient is wanted for something else: an image, the input of a
    saliency map. NumPy calls between the prediction and the loss become their TensorFlow twins. The fix is
    *safe*: the program could not train before.

    ## When to leave it

    `predict` is right for targets, for another network whose weights do not train, for logging and evaluation.
    gradfix does not report these.

    ## References

    Keras: `keras.Model.predict`, `keras.Model.__call__`; the Keras FAQ, "What's the difference between Model
    methods predict() and __call__()?".
    """

    gate = (".predict(", ".predict_on_batch(")

    def find(self, module: Module) -> Iterator[Finding]:
        for solution, finding in findings(module, self.name):
            cause = solution.causes[0]
            node = cause.node
            what = short(module, node.func if isinstance(node, ast.Call) else node)
            happens = effect(module, cause)
            if module.keras == KERAS_2:
                happens = "Keras 2 raises LookupError in the gradient"
            message = f"`{what}` returns a NumPy array: no gradient reaches {labels(cause)}; {happens}."
            yield replace(finding, message=message + ways_out(solution))
