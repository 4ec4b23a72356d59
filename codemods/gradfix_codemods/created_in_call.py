from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from gradfix.codemod import Codemod
from gradfix.edits import append_statement, expression, remove
from gradfix.flow.facts import Event
from gradfix.flow.rehearsal import Called, Rehearsal, rehearse
from gradfix.flow.values import Kind, Value
from gradfix.model import Edit, Finding, Safety
from gradfix.module import Module
from gradfix_codemods._layers import function_of, guarded_event, holds, keras_instance, proven, reached

if TYPE_CHECKING:
    import libcst as cst

    from gradfix.edits import Change
    from gradfix.flow.objects import ClassInfo

_KERAS_3 = 3
_LOOPS = (
    ast.For,
    ast.AsyncFor,
    ast.While,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
    ast.Lambda,
)
_BUILTINS = frozenset(dir(builtins))


class CreatedInCall(Codemod):
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
    Where the arguments of the layer are only known in `call`, or it is made in a loop, there is only advice.

    ## When to leave it
    gradfix says nothing about layers without weights, about what `__init__` and `build` make, about creation
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

    def find(self, module: Module) -> Iterator[Finding]:
        if "call" not in module.text and "GradientTape" not in module.text:
            return
        run = rehearse(module)
        found: dict[ast.AST, tuple[Event, Called | None]] = {}
        made: dict[tuple[int, int], int] = {}
        for event in run.events:
            if event.kind in ("layer", "model", "instance", "variable") and _has_weights(event):
                around = _around(run, event)
                if around is None or guarded_event(run, event):
                    continue
                found.setdefault(event.node, (event, around[0]))
                made[id(event.node), id(around[0])] = made.get((id(event.node), id(around[0])), 0) + 1
        for node, (event, call) in found.items():
            if not any(one in found for one in run.ancestors(node)):
                yield _finding(run, event, call, once=made[id(node), id(call)] == 1 or call is None)


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
        if not keras_instance(one.value):
            continue
        method = one.value.data.cls.find("call")
        if method is None or method[0].kind is not Kind.FUNCTION or "call" not in names:
            return None
        inside = names[: names.index("call")]
        if "__init__" in inside or "build" in inside or not _is_used(run, event, one):
            return None
        return (one,)
    if (
        event.kind != "variable"
        and event.active
        and not {"__init__", "build"} & set(names)
        and _called_at_once(run, event)
    ):
        return (None,)
    return None


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
    where = "a function" if function is None or isinstance(function, ast.Lambda) else function.name
    method = function if isinstance(function, ast.FunctionDef) else None
    raises = call is not None and _raises(run, event, call)
    effect = "fit raises" if raises else "its weights are new each time and never trained"
    message = f"{text} is made in {where}(), at each call: {effect}"
    info = _class(run, method)
    edits = _edits(run, node, method, info) if once and method is not None and info is not None else ()
    if not edits:
        return Finding(node, f"{message}; make it once, in __init__ or outside", Safety.ADVICE)
    return Finding(node, message, Safety.SAFE if raises else Safety.UNSAFE, edits=edits)


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
    if "run_eagerly" in run.module.text or "run_functions_eagerly" in run.module.text:
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


def _class(run: Rehearsal, method: ast.FunctionDef | None) -> ClassInfo | None:
    return next((info for info in run.classes if method in info.node.body), None)


def _edits(run: Rehearsal, node: ast.Call, method: ast.FunctionDef, info: ClassInfo) -> tuple[Edit, ...]:
    """Return the move of ``node`` from ``method`` to ``__init__``, or nothing when it cannot be moved."""
    for one in run.ancestors(node):
        if one is method:
            break
        if isinstance(one, _LOOPS):
            return ()
    if not method.args.args or any(_static(d) for d in method.decorator_list):
        return ()
    receiver = method.args.args[0].arg
    init = next((s for s in info.node.body if isinstance(s, ast.FunctionDef) and s.name == "__init__"), None)
    known = _set_in(init, receiver) if init is not None else set()
    if init is None and (
        any("__init__" in base.members for base in info.ancestry()) or not info.library_bases()
    ):
        return ()
    if not _movable(run, node, receiver, known) or (
        init is not None and init.args.args[:1] and init.args.args[0].arg != receiver
    ):
        return ()
    statement = run.parents.get(node)
    taken = {n.attr for n in ast.walk(info.node) if isinstance(n, ast.Attribute)}
    taken |= {s.name for s in info.node.body if isinstance(s, ast.FunctionDef)}
    segment = run.module.segment(node)
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)]):
            edits = _local(run, statement, method, name, receiver, taken)
            made = f"{receiver}.{name} = {segment}"
        case ast.Assign(targets=[ast.Attribute(value=ast.Name(id=owner), attr=name)]) if owner == receiver:
            edits = (Edit(statement, remove()),)
            made = run.module.segment(statement)
        case ast.Call(func=func) if func is node:
            name = _free(_snake(run.module.segment(node.func).rpartition(".")[2]), taken)
            edits = (Edit(node, expression(f"{receiver}.{name}")),)
            made = f"{receiver}.{name} = {segment}"
        case _:
            return ()
    if not edits:
        return ()
    return (_put(info, init, receiver, made), *edits)


def _static(decorator: ast.expr) -> bool:
    return isinstance(decorator, ast.Name) and decorator.id in ("staticmethod", "classmethod")


def _put(info: ClassInfo, init: ast.FunctionDef | None, receiver: str, made: str) -> Edit:
    if init is not None:
        return Edit(init, append_statement(made))
    text = f"def __init__({receiver}, **kwargs):\n    super().__init__(**kwargs)\n    {_indented(made)}\n"
    return Edit(info.node, _new_method(text))


def _indented(text: str) -> str:
    return text.replace("\n", "\n    ")


def _new_method(text: str) -> Change:
    """Put a method first into a class, behind its docstring, with a blank line on each side."""

    def change(node: cst.CSTNode) -> cst.CSTNode:
        import libcst as cst

        from gradfix import blocks
        from gradfix.cstree import parse_statements

        assert isinstance(node, cst.ClassDef)
        block = blocks.to_block(node.body)
        body: list[Any] = list(block.body)
        start = blocks.start_of_body(node, body)
        blank = cst.EmptyLine(indent=False)
        new = parse_statements(text)[0]
        if start > 0:
            new = new.with_changes(leading_lines=[blank])
        if start < len(body) and not any(line.comment is None for line in body[start].leading_lines):
            body[start] = body[start].with_changes(leading_lines=[blank, *body[start].leading_lines])
        return node.with_changes(body=block.with_changes(body=[*body[:start], new, *body[start:]]))

    return change


def _set_in(init: ast.FunctionDef, receiver: str) -> set[str]:
    return {
        n.attr
        for n in ast.walk(init)
        if isinstance(n, ast.Attribute)
        and isinstance(n.ctx, ast.Store)
        and isinstance(n.value, ast.Name)
        and n.value.id == receiver
    }


def _movable(run: Rehearsal, node: ast.Call, receiver: str, known: set[str]) -> bool:
    """Tell whether everything that ``node`` reads is there at the end of ``__init__``."""
    top = run.scope.top.names
    for one in ast.walk(node):
        if isinstance(one, (ast.Lambda, ast.NamedExpr, ast.Await, ast.Yield)):
            return False
        if isinstance(one, ast.Name) and one.id == receiver:
            around = run.parents.get(one)
            if not isinstance(around, ast.Attribute) or not (
                around.attr in known or around.attr == "add_weight"
            ):
                return False
        elif isinstance(one, ast.Name) and one.id not in top and one.id not in _BUILTINS:
            return False
    return True


def _local(
    run: Rehearsal, statement: ast.Assign, method: ast.FunctionDef, name: str, receiver: str, taken: set[str]
) -> tuple[Edit, ...]:
    """Take the statement away and write ``self.name`` where the local name is read."""
    uses = [
        n
        for n in ast.walk(method)
        if isinstance(n, ast.Name) and n.id == name and n is not statement.targets[0]
    ]
    if (
        name in taken
        or not uses
        or any(not isinstance(n.ctx, ast.Load) or n.lineno < statement.lineno for n in uses)
    ):
        return ()
    return (Edit(statement, remove()), *(Edit(n, expression(f"{receiver}.{name}")) for n in uses))


def _snake(name: str) -> str:
    """Name a layer as Keras names it by itself: ``SimpleRNN`` → ``simple_rnn``."""
    parted = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", re.sub(r"\W+", "", name))
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", parted).lower()


def _free(name: str, taken: set[str]) -> str:
    numbered = (f"{name}_{number}" for number in range(1, len(taken) + 2))
    return next(one for one in (name, *numbered) if one not in taken)
