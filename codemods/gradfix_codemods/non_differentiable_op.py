"""The codemod ``non-differentiable-op``."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import ClassVar

from gradfix.codemod import FlowCodemod
from gradfix.flow.facts import Broken
from gradfix.flow.paths import shorten
from gradfix.flow.trace import trace
from gradfix.model import Finding, Safety
from gradfix.module import Module
from gradfix_codemods._lost import consequence, paths, zero
from gradfix_codemods._onward import Onward
from gradfix_codemods._smooth import smooth

_REASONS = (
    "non-differentiable",
    "comparison",
    "integer-cast",
    "zero-gradient",
    "bitwise",
    "index",
    "condition",
)
_CHOOSING = ("index", "condition")
_COUNT = "A count of hits has no gradient: train on a cross-entropy or another smooth loss, and keep this for `metrics=`"
_WAYS_OUT = {
    "argmax argmin": "Use the softmax-weighted mean of the indices, or a loss on the probabilities such as a cross-entropy",
    "categorical multinomial bernoulli binomial poisson stateless_categorical": (
        "Use a relaxed sample such as Gumbel-softmax, or the log-probability of the sample times its reward"
    ),
    "equal not_equal count_nonzero bincount confusion_matrix in_top_k": _COUNT,
    "one_hot": "Use the probabilities themselves in place of the hard choice",
    "argsort searchsorted digitize bucketize unique histogram_fixed_width": (
        "`tf.sort` and `tf.math.top_k(...).values` have a gradient: use the values in place of the positions"
    ),
    "logical_and logical_or logical_not reduce_any reduce_all any all": "Use products of probabilities in place of and/or",
    "cast": "Keep it a float on the way to the loss",
}
_OTHERWISE = "Use a smooth form of it on the way to the loss, or keep it off the loss"


class NonDifferentiableOp(FlowCodemod):
    """An operation without a gradient stands on the only way to the loss.

    ## What is wrong

    `tf.round`, `tf.floor`, a comparison, `tf.argmax`, a cast to an integer, a drawn sample: the result is a step
    function of its input, and the weights reach the loss only through it.

    ## Why the gradient is lost

    The slope of a step is zero or undefined, so TensorFlow gives `None` for the weights behind it. `tf.sign` gives
    zeros instead, and says nothing. Measured: round, floor, ceil, rint, floor division, integer casts, comparisons,
    argmax, argsort give `None`; `tf.sort`, the values of `top_k`, `tf.where`, `clip_by_value` and `floormod` have a
    gradient.

    ## What the fix does

    ```python
    y = tf.round(x)                               # before
    y = x + tf.stop_gradient(tf.round(x) - x)     # after: same value, the gradient goes straight through

    hit = tf.cast(p > 0.5, tf.float32)            # before
    hit = tf.sigmoid((p - 0.5) / TEMPERATURE)     # after: the smaller TEMPERATURE, the sharper

    n = tf.cast(tf.cast(x, tf.int32), tf.float32) # before
    n = tf.cast(x, tf.float32)                    # after
    ```

    `tf.one_hot(tf.argmax(p, axis=-1), n)` gets the same straight-through form, and `tf.logical_and` of comparisons
    becomes a product of sigmoids. These fixes are *unsafe*: they choose a gradient where mathematics has none, and
    the soft ones change the value. Where what follows has no gradient either, and for equality, other uses of
    argmax, sampling and sorting, there is only advice.

    ## When to leave it

    Metrics, actions, indices, masks and labels need no gradient: gradfix says nothing when the weights reach the loss
    on another way, and nothing about results that do not reach a loss. Straight-through estimators and
    `tf.custom_gradient` are left alone.

    ## References

    TensorFlow: `tf.GradientTape`, `tf.stop_gradient`, `tf.custom_gradient`. Bengio, Léonard, Courville, "Estimating or
    Propagating Gradients Through Stochastic Neurons for Conditional Computation" (2013).
    """

    gate: ClassVar[tuple[str, ...]] = ()

    def find(self, module: Module) -> Iterator[Finding]:
        if not any(True for _ in module.flow.broken(*_REASONS)):
            return
        run = trace(module)
        for cause in run.causes(*_REASONS):
            if cause.partial and cause.reason in _CHOOSING:
                continue
            yield _finding(module, Onward(run, cause), cause)


def _finding(module: Module, onward: Onward, cause: Broken) -> Finding:
    node = cause.node
    text = f"`{shorten(module.segment(node))}`"
    if cause.reason == "zero-gradient":
        message = f"{text} is flat: {zero(cause)}"
    else:
        message = f"{text} has no gradient: {consequence(cause)}"
    fix = smooth(module, onward, node) if cause.reason not in _CHOOSING else None
    if fix is not None:
        return Finding(node, f"{message}. {fix.told}", Safety.UNSAFE, cause.path, fix.edits, fix.imports)
    again = onward.obstacle()
    if again is not None:
        message += f", and `{shorten(module.segment(again))}` behind it has none either"
    return Finding(node, f"{message}. {_way_out(onward, node, again)}", Safety.ADVICE, cause.path)


def _way_out(onward: Onward, *nodes: ast.AST | None) -> str:
    for node in reversed(nodes):
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], (ast.Eq, ast.NotEq)):
            return _COUNT
        for path in paths(onward.run, node) if node is not None else ():
            for names, way in _WAYS_OUT.items():
                if path.rpartition(".")[2] in names.split():
                    return way
    return _OTHERWISE
