from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import ClassVar

from gradfix.codemod import FlowCodemod
from gradfix.flow.facts import Event
from gradfix.flow.joining import leaves
from gradfix.flow.objects import LayerInfo
from gradfix.flow.rehearsal import Called, Rehearsal, rehearse
from gradfix.flow.values import Kind, Value
from gradfix.model import Finding, Safety
from gradfix.module import Module
from gradfix_codemods._layers import function_of, guarded_event, holds, keras_instance, proven, reached
from gradfix_codemods._to_init import to_init

_KERAS_3 = 3
_RANDOM = (
    "Dropout",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "SpatialDropout3D",
    "GaussianNoise",
    "GaussianDropout",
)


class CreatedInCall(FlowCodemod):
    """A layer or weight is made anew each time the model is called, so it is never trained.

    ## What is wrong
    `call` runs once for each batch. A layer made in it starts with fresh random weights each time:

    ```python
    class Net(keras.Model):
        def call(self, x):
            hidden = keras.layers.Dense(8, activation="relu")
            return self.out(hidden(x))
    ```

    ## Why the gradient is lost
    The weights of this call are gone in the next one, and no optimizer knows them. Under `fit`, and in any
    `tf.function`, TensorFlow raises a `ValueError` ("tf.function only supports singleton tf.Variables"); Keras 3
    raises too when the layer is set as an attribute or made by `add_weight` ("cannot add new elements of state").
    In an eager loop nothing is said, and the layer stays random.

    ## What the fix does
    It moves the creation to the end of `__init__`, which it writes where there is none:

    ```python
    class Net(keras.Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.hidden = keras.layers.Dense(8, activation="relu")

        def call(self, x):
            return self.out(self.hidden(x))
    ```

    It is safe where the program as written raises, else unsafe: a model that runs trains its other weights.
    Where the arguments of the layer are only known in `call`, where it is made in a loop, and in the function of a
    `Lambda` layer there is only advice.

    ## When to leave it
    gradfix says nothing about layers without weights (but for `Dropout` and its like in what is fitted under Keras 3:
    they make a variable for their seed), about what `__init__` and `build` make, about creation
    under a guard (`if self.dense is None`), and about functions that build a functional model.

    ## References
    `keras.layers.Layer`; "Making new layers and models via subclassing" in the Keras guides.
    """

    gate: ClassVar[tuple[str, ...]] = (
        "layers",
        "Dense",
        "Conv",
        "LSTM",
        "GRU",
        "Variable",
        "add_weight",
        "Embedding",
    )
    afar = True

    def find(self, module: Module) -> Iterator[Finding]:
        if not module.flow.all_classes and not module.mentions("GradientTape"):
            return
        run = rehearse(module)
        found: dict[ast.AST, tuple[Event, Called | None]] = {}
        made: dict[tuple[int, int], int] = {}
        for event in run.events:
            if event.kind in ("layer", "model", "instance", "variable") and _has_state(run, event):
                around = _around(run, event)
                if around is None or guarded_event(run, event):
                    continue
                if not _has_weights(event) and (around[0] is None or not _raises(run, event, around[0])):
                    continue
                found.setdefault(event.node, (event, around[0]))
                made[id(event.node), id(around[0])] = made.get((id(event.node), id(around[0])), 0) + 1
        graphs = {event.node for event in run.events if event.node in found and _builds_a_graph(event)}
        for node, (event, call) in found.items():
            if node not in graphs and not any(one in found for one in run.ancestors(node)):
                yield _finding(run, event, call, once=made[id(node), id(call)] == 1 or call is None)


def _has_state(run: Rehearsal, event: Event) -> bool:
    """Layers that draw random numbers have no weights, but under Keras 3 a variable for their seed."""
    data = event.arguments[0].data
    if isinstance(data, LayerInfo) and run.module.keras == _KERAS_3:
        rate = data.argument("rate", 0)
        if data.path.rpartition(".")[2] in _RANDOM and not (rate is not None and rate.data == 0):
            return isinstance(event.node, ast.Call)
    return _has_weights(event)


def _has_weights(event: Event) -> bool:
    value = event.arguments[0]
    if not isinstance(event.node, ast.Call):
        return False
    if value.kind is Kind.INSTANCE:
        return keras_instance(value) and bool(proven(value))
    return bool(proven(value))


def _around(run: Rehearsal, event: Event) -> tuple[Called | None] | None:
    """Return the call of the layer during which ``event`` happened; of None when it was just under a tape."""
    frame = event.frame
    names = []
    while frame is not None:
        names.append(frame.name)
        frame = frame.parent
    for one in run.calls_around(event):
        if isinstance(one.value.data, LayerInfo) and one.value.data.path == "keras.layers.Lambda":
            return (one,) if one.inputs else None
        if not keras_instance(one.value):
            continue
        method = one.value.data.cls.find("call")
        if method is None or method[0].kind is not Kind.FUNCTION or "call" not in names:
            return None
        inside = names[: names.index("call")]
        if (
            "__init__" in inside
            or "build" in inside
            or _builds_a_graph(event)
            or not _is_used(run, event, one)
        ):
            return None
        return (one,)
    if (
        event.kind != "variable"
        and event.active
        and not {"__init__", "build"} & set(names)
        and _called_at_once(run, event)
        and _trains(run, event)
    ):
        return (None,)
    return None


def _builds_a_graph(event: Event) -> bool:
    """``outputs = self.call(inputs)`` in ``__init__`` makes the layers of a functional model, once."""
    frame = event.frame
    while frame is not None:
        match frame.node:
            case ast.Call(func=ast.Attribute(attr="call")) if frame.name == "call":
                return frame.parent is not None and frame.parent.name == "__init__"
        frame = frame.parent
    return False


def _is_used(run: Rehearsal, event: Event, call: Called) -> bool:
    """A bare ``tf.Variable`` may be a scratch pad: it must reach the result."""
    value = event.arguments[0]
    if event.kind != "variable" or value.data.path == "add_weight":
        return True
    return value.data.trainable and not value.data.integer and value.data.token in reached(call.result)


def _called_at_once(run: Rehearsal, event: Event) -> bool:
    """Tell whether a layer made under a tape is called under it, and kept nowhere."""
    value = event.arguments[0]
    kept = any(e.kind == "set_attribute" and holds(e.arguments[1], value.data) for e in run.events)
    return (
        not kept
        and _only_called(run, event.node)
        and any(
            one.value.data is value.data
            and one.active & event.active
            and not any(given.symbolic for given in one.inputs)
            and one.start >= event.time
            for one in run.called
        )
    )


def _trains(run: Rehearsal, event: Event) -> bool:
    """Tell whether a tape is asked for more than the gradients of what it was told to watch, around new weights."""
    if not any(token.trainable for token in proven(event.arguments[0])):
        return False
    for asked in run.happened("gradient"):
        if asked.arguments[0].data in event.active:
            sources = leaves(asked.arguments[2])
            if any(all(token.kind != "watched" for token in (*one.live, *one.cut)) for one in sources):
                return True
    return False


def _only_called(run: Rehearsal, node: ast.AST) -> bool:
    """Tell whether what ``node`` makes is called and nothing else."""
    match run.parents.get(node):
        case ast.Call(func=func):
            return func is node
        case ast.Assign(targets=[ast.Name(id=name)]) as statement:
            uses = [
                n
                for n in ast.walk(function_of(run, statement) or run.module.tree)
                if isinstance(n, ast.Name) and n.id == name
            ]
            reads = [n for n in uses if not isinstance(n.ctx, ast.Store)]
            around = [run.parents.get(n) for n in reads]
            return bool(reads) and all(
                isinstance(p, ast.Call) and p.func is n for p, n in zip(around, reads, strict=True)
            )
    return False


def _finding(run: Rehearsal, event: Event, call: Called | None, *, once: bool) -> Finding:
    node = event.node
    assert isinstance(node, ast.Call)  # asked when it was found
    text = run.module.segment(node.func).rpartition(".")[2]
    function = function_of(run, node)
    if call is not None and call.value.kind is Kind.LAYER:
        message = f"{text} is made by the function of a Lambda layer, which tracks no weights: Keras raises"
        return Finding(node, f"{message}; write a layer that makes it in __init__", Safety.ADVICE)
    where = "a function" if function is None or isinstance(function, ast.Lambda) else function.name
    method = function if isinstance(function, ast.FunctionDef) else None
    raises = call is not None and _raises(run, event, call)
    effect = "its weights are new each time and never trained"
    if raises:
        effect = "fit raises" if _has_weights(event) else "fit raises, for it makes a variable for its seed"
    message = f"{text} is made in {where}(), at each call: {effect}"
    here = run.module.holds(node)
    edits = to_init(run, node, method) if once and here and method is not None else ()
    if not edits:
        advice = f"{message}; make it once, in __init__ or outside"
        return Finding(node, advice, Safety.ADVICE, uses=_uses(run, event))
    return Finding(node, message, Safety.SAFE if raises else Safety.UNSAFE, edits=edits)


def _uses(run: Rehearsal, event: Event) -> tuple[ast.AST, ...]:
    """Return the innermost call in another file on the way to the making."""
    frame = event.frame
    while frame is not None:
        if not run.module.owns(frame.node):
            return (frame.node,)
        frame = frame.parent
    return ()


def _raises(run: Rehearsal, event: Event, call: Called) -> bool:
    if run.module.keras == _KERAS_3:
        statement = run.parents.get(event.node)
        stored = isinstance(statement, ast.Assign) and any(
            isinstance(t, ast.Attribute) for t in statement.targets
        )
        if stored and event.kind != "variable":
            return True
        if event.kind == "variable" and event.arguments[0].data.path == "add_weight":
            return True
    if run.module.mentions("run_eagerly", "run_functions_eagerly"):
        return False
    fitted = [e.arguments[0] for e in run.events if e.kind == "fit"]
    return any(_contains(run, model, one) for model in fitted for one in _alike(run, call.value))


def _alike(run: Rehearsal, value: Value) -> list[Value]:
    """Return the objects of the same class: what happens in one call happens in each."""
    return [
        one.value
        for one in run.called
        if one.value.kind is Kind.INSTANCE and one.value.data.cls is value.data.cls
    ]


def _contains(run: Rehearsal, model: Value, inner: Value) -> bool:
    if holds(model, inner.data):
        return True
    outputs = getattr(model.data, "outputs", None)
    if outputs is None:
        return False
    return any(one.value.data is inner.data and any(g.symbolic for g in one.inputs) for one in run.called)
