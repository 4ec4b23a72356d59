from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from gradfix.codemod import FlowCodemod
from gradfix.flow import Broken
from gradfix.model import Finding, Safety
from gradfix.module import Module
from gradfix_codemods._inline import inlined
from gradfix_codemods._outside import lost, names, quoted, sort_of
from gradfix_codemods._statements import Statements


class WeightsTransformedOnce(FlowCodemod):
    """A tensor made of a weight in `__init__`, in `build` or before the loop is read inside the tape.

    ## What is wrong
    A weight is brought into its range by a function, a scale by `exp`, a mixture by `softmax`, a kernel by a
    mask, and this is done once, where the weight is made:

    ```python
    def build(self, input_shape):
        self.raw = self.add_weight(name="raw", shape=(input_shape[-1],), initializer="zeros")
        self.scale = tf.exp(self.raw)

    def call(self, x):
        return x * self.scale
    ```

    ## Why the gradient is lost
    `self.scale` is a tensor with the value of that moment. No tape recorded how it came from `self.raw`, so
    the gradient of `self.raw` is `None`, and a later change of the weight would not change the scale either.
    Keras warns that gradients do not exist for the weight, and trains the others.

    ## What the fix does
    It computes the expression where the result is used, anew each time:

    ```python
    def call(self, x):
        return x * tf.exp(self.raw)
    ```

    The fix is unsafe: a program whose other weights train changes its mathematics.

    ## When to leave it
    gradfix says nothing where no gradient is asked for the weight, such as for fixed random features, an
    anchor of the start value, or a logged start. Where the expression needs a name that is not there at its
    use, or stands in several statements, there is advice and no fix.

    ## References
    `keras.layers.Layer.build`, `tf.GradientTape`, `tf.Variable` in the API documentation; "Making new layers
    and models via subclassing" in the Keras guides.
    """

    gate: ClassVar[tuple[str, ...]] = ("GradientTape", "compile", "minimize")

    def find(self, module: Module) -> Iterator[Finding]:
        found = list(module.flow.broken("outside-before"))
        places = Statements(module) if found else None
        for one in found:
            if places is None or sort_of(places, one) != "transformed":
                continue
            message = (
                f"{quoted(module, one.node)} is computed once, before the {_place(one)}: "
                f"{lost(one.sink, names(one.tokens))}{', the other weights train' if one.partial else ''}"
            )
            made = places.statement(one.node)
            edits = inlined(places, made)
            if edits:
                yield Finding(one.node, message, Safety.UNSAFE, one.path, edits)
            else:
                advice = f"{message}. Compute it from the weight where it is used"
                yield Finding(one.node, advice, Safety.ADVICE, one.path)


def _place(broken: Broken) -> str:
    return "model is called for training" if broken.sink.kind == "model" else "tape records"
