"""The codemod ``numpy-function``."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from gradfix.codemod import FlowCodemod
from gradfix.model import Finding
from gradfix.module import Module
from gradfix_codemods._messages import effect, labels, short, ways_out
from gradfix_codemods._solutions import findings


class NumpyFunction(FlowCodemod):
    """`tf.numpy_function` stands between the weights and the loss.

    ## What is wrong

    `tf.numpy_function`, `tf.compat.v1.py_func`, or `tf.py_function` with NumPy in its body makes the value
    from which the loss is computed.

    ## Why the gradient is lost

    `tf.numpy_function` hands arrays to Python and has no gradient: `tape.gradient` returns `None`, whatever the
    body does. `tf.py_function` hands eager tensors to its body and *is* differentiable as far as the body is
    TensorFlow; with NumPy inside, the gradient is zero and nothing says so.

    ## What the fix does

    ```python
    def wave(x):
        return np.sin(x) * np.exp(-np.square(x))
    y = tf.numpy_function(wave, [x], tf.float32)                  # before

    def wave(x):
        return tf.sin(x) * tf.exp(-tf.square(x))
    y = wave(x)                                                   # after
    ```

    The body's NumPy calls become their TensorFlow twins, and the function is called directly. A body that is
    TensorFlow already is just called. The fix is *safe* when nobody else calls the function with arrays, and
    *unsafe* otherwise. A body that writes into arrays, sorts by index, or calls other libraries has no
    mechanical translation: there is only advice.

    ## When to leave it

    For data pipelines, for indices and matchings, for logging, and inside `tf.custom_gradient`, where the
    program gives the gradient itself. gradfix does not report these.

    ## References

    TensorFlow: `tf.numpy_function`, `tf.py_function`, `tf.custom_gradient`.
    """

    gate = ("numpy_function", "py_func")

    def find(self, module: Module) -> Iterator[Finding]:
        for solution, finding in findings(module, self.name):
            cause = solution.causes[0]
            node = solution.node
            what = short(module, node.func if isinstance(node, ast.Call) else node)
            if cause.reason == "numpy-function":
                message = f"`{what}` has no gradient: none reaches {labels(cause)}; {effect(module, cause)}."
            else:
                message = f"The body of `{what}` uses NumPy: the gradient for {labels(cause)} is zero, without a word."
            yield replace(finding, message=message + ways_out(solution))
