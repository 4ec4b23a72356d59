from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from gradfix.codemod import FlowCodemod
from gradfix.flow.paths import shorten
from gradfix.flow.rehearsal import rehearse
from gradfix.model import Finding, Safety
from gradfix.module import Module
from gradfix_codemods._handed_on import handed_on
from gradfix_codemods._unread import Dropped, dropped


class LayerOutputDropped(FlowCodemod):
    """The result of a layer is never read, so the layer gets no gradient.

    ## What is wrong
    A layer is called and its result is overwritten, not assigned, or never used:

    ```python
        def call(self, inputs):
            x = self.dense1(inputs)
            x = self.dense2(inputs)
            return self.out(x)
    ```

    ## Why the gradient is lost
    The loss does not depend on the result. In a subclassed model Keras warns "Gradients do not exist for
    variables" of that layer and trains without it; in a functional model the layer is no part of the model, and
    nothing is said.

    ## What the fix does
    Where there is one way to make the layer count, the next layer takes its result, the result is assigned, or,
    when its name says that it is a shortcut, it is added to what is returned:

    ```python
            x = self.dense1(inputs)
            x = self.dense2(x)
    ```

    The fix is unsafe: it changes what the model computes. Where several readings are possible there is only
    advice.

    ## When to leave it
    gradfix says nothing where the weights of the layer reach the output in another way, where the layer adds
    its own loss, for layers without weights or that are frozen, and for names that start with an underscore.

    ## References
    `keras.layers.Layer`; "The Functional API" and "Making new layers and models via subclassing" in the Keras
    guides.
    """

    gate: ClassVar[tuple[str, ...]] = ("layers", "Layer", "Model")

    def find(self, module: Module) -> Iterator[Finding]:
        for one in dropped(module):
            if one.models and one.unread.name is not None and one.unread.over is None:
                continue
            run = rehearse(module)
            edits = handed_on(run, one)
            yield Finding(
                one.unread.node,
                _message(module, one) + ("" if edits else "; hand it on, return it, or take the layer away"),
                Safety.UNSAFE if edits else Safety.ADVICE,
                edits=edits,
            )


def _message(module: Module, one: Dropped) -> str:
    text = shorten(module.segment(one.unread.node))
    how = "is overwritten" if one.unread.over is not None else "is never read"
    if one.unread.loop is not None:
        how = "is overwritten by the next turn of the loop"
    result = f"The result of {text}" if one.unread.part is None else f"{one.unread.name}, a result of {text},"
    if one.models:
        return f"{result} {how}: the layer is no part of the model and is never trained"
    who = f"{one.owner.data.cls.node.name} trains" if one.owner is not None else "the program trains"
    return f"{result} {how}: no gradient reaches the layer, and {who} without it"
