"""The codemod ``numpy-on-tensor``."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from gradfix.codemod import FlowCodemod
from gradfix.model import Finding
from gradfix.module import Module
from gradfix_codemods._messages import effect, labels, short, ways_out
from gradfix_codemods._solutions import findings


class NumpyOnTensor(FlowCodemod):
    """A NumPy function stands between the weights and the loss.

    ## What is wrong

    `np.sin(x)`, `np.mean(loss)`, `x.numpy().mean()` or a function of `math` gets a tensor that carries the
    gradient, directly or inside a helper that `call()`, a loss or a tape block uses.

    ## Why the gradient is lost

    A tape records TensorFlow operations. NumPy reads the numbers out of the tensor and computes on its own;
    what comes back, also through `tf.convert_to_tensor`, is a constant for the tape, so `tape.gradient` returns
    `None`. Inside `fit` or `tf.function` the tensor is symbolic and has no numbers: NumPy raises
    `NotImplementedError`.

    ## What the fix does

    ```python
    loss = np.mean(np.square(model(x).numpy() - y))              # before
    loss = tf.reduce_mean(tf.square(model(x) - y))               # after
    ```

    Each NumPy call on the way to the loss becomes the TensorFlow function that was measured to give equal
    values and a gradient, with its keywords translated; array methods likewise (`a.mean(axis=0)` →
    `tf.reduce_mean(a, axis=0)`). What TensorFlow lacks is taken from `tf.experimental.numpy` or `keras.ops`; a
    file that imports `keras` but not `tf` gets `keras.ops`. `.numpy()` and conversions that have become
    redundant go. Where another reader needs the array, it gets `.numpy()` there.

    The fix is *safe*: the values stay equal, and the program could not train those weights before. It is
    *unsafe* when the same function is also called with arrays, which would then get tensors back, and when
    `np.round`, `np.floor` or `np.ceil` stands on the way: the gradient is then led straight through the rounding.

    ## When to leave it

    NumPy is right for what needs no gradient: logging, targets, sampling actions, choosing indices, shapes,
    constants. gradfix does not report these. Where NumPy stands on the way on purpose, say so with
    `tf.stop_gradient`.

    ## References

    TensorFlow: `tf.GradientTape`; the guide "Introduction to gradients and automatic differentiation", section
    "Did calculations outside of TensorFlow"; `tf.experimental.numpy`.
    Keras: `keras.ops`.
    """

    gate = ("numpy", "math")

    def find(self, module: Module) -> Iterator[Finding]:
        for solution, finding in findings(module, self.name):
            cause = solution.causes[0]
            what = f"`{' '.join(module.segment(cause.node).partition('(')[0].split())}`"
            if cause.reason == "conversion":
                method = isinstance(cause.node, ast.Call) and module.segment(cause.node).endswith(".numpy()")
                what = "`.numpy()`" if method else f"`{short(module, cause.node)}`"
                what = f"The store into {what}" if isinstance(cause.node, ast.Subscript) else what
            message = (
                f"{what} leaves TensorFlow: no gradient reaches {labels(cause)}; {effect(module, cause)}."
            )
            yield replace(finding, message=message + ways_out(solution))
