from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import ClassVar

from gradfix.codemod import FlowCodemod
from gradfix.edits import drop_argument, remove
from gradfix.flow.facts import Event
from gradfix.flow.joining import leaves
from gradfix.flow.objects import LayerInfo, ModelInfo
from gradfix.flow.rehearsal import Rehearsal, rehearse
from gradfix.flow.values import Kind, Token, Value
from gradfix.flow.weights import weights
from gradfix.model import Edit, Finding, Safety
from gradfix.module import Module
from gradfix_codemods._layers import FUNCTIONS, class_of, function_of, holds, tokens
from gradfix_codemods._program import nodes

_KERAS_3 = 3
# With the word's own letters first, ``re`` looks for them at once: fifteen times as fast as with ``\b`` in front.
_FREEZES = re.compile(r"trainable(?<!\wtrainable)\s*=\s*False\b")
_LOADING = (
    "load_weights",
    "set_weights",
    "load_model",
    "assign",
    "restore",
    "from_pretrained",
    "copy_weights",
)
_LOADED = ("weights", "embeddings_initializer", "kernel_initializer", "initializer")
_CONDITIONS = (ast.If, ast.IfExp, ast.While, ast.Try, ast.Match)


class FrozenModel(FlowCodemod):
    """Weights that hold nothing yet are frozen before the training.

    ## What is wrong
    A model, or a layer that was just made, is set `trainable = False` and then fitted:

    ```python
    model = keras.Sequential([layers.Dense(8, activation="relu"), layers.Dense(1)])
    model.trainable = False
    model.compile("adam", "mse")
    model.fit(x, y)
    ```

    Freezing keeps what weights have learned. These have learned nothing: they are random.

    ## Why the gradient is lost
    Frozen weights are not in `trainable_weights`, so nobody asks for their gradient. With everything frozen
    `fit` changes nothing (Keras 3 warns that the model has no trainable weights); with one layer frozen it
    trains the others behind a random one.

    ## What the fix does
    It takes the assignment away, with the loop around it, or the argument `trainable=False`. The fix is unsafe: a
    random layer that stays as it is may be meant (random features, reservoirs).

    ## When to leave it
    gradfix says nothing where weights are, in whatever file of the program, loaded, set, assigned or given by an initializer that is not named by
    a string, for `keras.applications` with weights, for what was trained before, what is trained again after
    `trainable = True`, what was compiled before it was frozen (a GAN's discriminator), and where the freeze
    depends on a condition or an argument.

    ## References
    `keras.layers.Layer.trainable`; "Transfer learning & fine-tuning" in the Keras guides.
    """

    gate: ClassVar[tuple[str, ...]] = ("trainable",)
    afar = True

    def find(self, module: Module) -> Iterator[Finding]:
        if not any(one.has("trainable") and _FREEZES.search(one.text) for one in module.program()):
            return
        run = rehearse(module)
        trained = list(_trained(run))
        if not trained:
            return
        learned = _learned(run)
        for anchor, frozen, time in [*_assigned(run), *_by_keyword(run)]:
            if (
                learned is None
                or not frozen
                or any(_fresh(run, one, learned, time) is None for one in frozen)
            ):
                continue
            held = {token for one in frozen for token in weights(one)}
            models = [
                (model, e)
                for model, e in trained
                if e.time > time and held & _read(run, model, set(weights(model)))
            ]
            if models and all(e.kind != "fit" or _compiled_between(run, e, time) for _, e in models):
                yield _finding(run, anchor, frozen[0], held, *models[0])


def _read(run: Rehearsal, model: Value, held: set[Token]) -> set[Token]:
    """Return those of a model's weights that its result counts on; a target network is none of them."""
    results = [leaf for one in run.called if one.value.data is model.data for leaf in leaves(one.result)]
    return held & {token for leaf in results for token in leaf.live}


def _trained(run: Rehearsal) -> Iterator[tuple[Value, Event]]:
    """Yield the models that are fitted, or of whose weights the program asks for the gradient."""
    for event in run.events:
        if event.kind == "fit":
            yield event.arguments[0], event
        elif event.kind == "gradient" and event.arguments[2].kind is Kind.CONTAINER:
            model = event.arguments[2].data.of
            if model is not None:
                yield model, event


def _assigned(run: Rehearsal) -> Iterator[tuple[ast.AST, list[Value], int]]:
    """Yield each ``x.trainable = False`` that always happens, with what it freezes and when."""
    groups: dict[int, list[Event]] = {}
    for event in run.events:
        if event.kind == "trainable":
            groups.setdefault(id(event.node), []).append(event)
    for events in groups.values():
        statement = run.parents.get(events[0].node)
        match statement:
            case ast.Assign(targets=[ast.Attribute()], value=ast.Constant(value=False)):
                pass
            case _:
                continue
        if _conditional(run, statement):
            continue
        anchor: ast.AST = statement
        owners = [event.arguments[0] for event in events if not event.arguments[0].symbolic]
        loop = run.parents.get(statement)
        if isinstance(loop, ast.For):
            whole = _looped_over(run, loop)
            owners = [whole] if whole is not None else owners
            anchor = loop if loop.body == [statement] and not loop.orelse else statement
        yield anchor, owners, max(event.time for event in events)


def _looped_over(run: Rehearsal, loop: ast.For) -> Value | None:
    """Return the model whose ``layers`` a loop goes over, all of them."""
    if not isinstance(loop.iter, ast.Attribute) or loop.iter.attr != "layers":
        return None
    owners = [leaf for value in run.values(loop.iter.value) for leaf in leaves(value)]
    return owners[0] if len(owners) == 1 and owners[0].kind in (Kind.MODEL, Kind.INSTANCE) else None


def _by_keyword(run: Rehearsal) -> Iterator[tuple[ast.AST, list[Value], int]]:
    """Yield each layer that is made with ``trainable=False``."""
    for event in run.events:
        if event.kind == "layer" and isinstance(event.node, ast.Call):
            for keyword in event.node.keywords:
                match keyword:
                    case ast.keyword(arg="trainable", value=ast.Constant(value=False)):
                        if not _conditional(run, event.node):
                            yield event.node, [event.arguments[0]], event.time


def _conditional(run: Rehearsal, node: ast.AST) -> bool:
    for one in run.ancestors(node):
        if isinstance(one, FUNCTIONS):
            return False
        if isinstance(one, _CONDITIONS) and "__main__" not in run.module.segment(one).partition("\n")[0]:
            return True
    return False


def _learned(run: Rehearsal) -> set[Token] | None:
    """Return the weights that get values from elsewhere; None when anything may."""
    found: set[Token] = set()
    for node in nodes(run.module, _LOADING):
        match node:
            case ast.Call(func=ast.Attribute(value=owner, attr=name)) if name in _LOADING:
                known = {token for value in run.values(owner) for token in tokens(value)}
                unknown = any(leaf.kind is Kind.UNKNOWN for v in run.values(owner) for leaf in leaves(v))
                if not known or unknown or name in ("load_model", "restore", "from_pretrained"):
                    return None
                found |= known
            case ast.Call(func=ast.Name(id=name)) if name in _LOADING:
                return None
    return found


def _fresh(run: Rehearsal, owner: Value, learned: set[Token], time: int) -> bool | None:
    """Tell whether everything that ``owner`` holds was just made by the program; None when it was not."""
    if owner.kind not in (Kind.LAYER, Kind.MODEL, Kind.INSTANCE):
        return None
    held = weights(owner)
    if not held or any(token.kind not in ("weight", "variable") or token in learned for token in held):
        return None
    if isinstance(owner.data, ModelInfo) and (
        owner.data.open and not owner.data.path.startswith("keras.applications.")
    ):
        return None
    if any(_given_values(token) for token in held):
        return None
    for event in run.events:
        if event.kind == "fit" and event.time < time and set(held) & set(weights(event.arguments[0])):
            return None
        if event.kind == "compile" and event.time < time and _whole(event.arguments[0], held):
            return None
        if event.kind == "trainable" and _thaws(event) and _may_hold(event, held, time):
            return None
    groups = [e for e in run.events if e.kind in ("gradient", "minimize")]
    return None if any(set(held) & tokens(v) for e in groups for v in e.arguments[2:]) else True


def _thaws(event: Event) -> bool:
    return event.arguments[1].kind is not Kind.CONST or event.arguments[1].data is not False


def _may_hold(event: Event, held: list[Token], time: int) -> bool:
    """Tell whether what an event happens to holds one of these weights; later, it may when it is not known."""
    owner = event.arguments[0]
    unknown = any(leaf.kind is Kind.UNKNOWN for leaf in leaves(owner))
    return bool(set(held) & set(weights(owner))) or (unknown and event.time > time)


def _whole(model: Value, held: list[Token]) -> bool:
    return bool(set(held) & set(weights(model)))


def _given_values(token: Token) -> bool:
    """Tell whether the call that makes a weight says what it starts as."""
    call = token.node
    if not isinstance(call, ast.Call):
        return True
    if isinstance(token.owner, str) and token.owner.startswith("keras.applications."):
        return not any(
            k.arg == "weights" and isinstance(k.value, ast.Constant) and k.value.value is None
            for k in call.keywords
        )
    for keyword in call.keywords:
        if keyword.arg is None or (keyword.arg in _LOADED and not isinstance(keyword.value, ast.Constant)):
            return True
    return False


def _compiled_between(run: Rehearsal, fit: Event, time: int) -> bool:
    """Tell whether the model that is fitted was compiled after the freeze, as all of its compiles were."""
    model = fit.arguments[0]
    compiled = [e.time for e in run.events if e.kind == "compile" and e.arguments[0].data is model.data]
    return bool(compiled) and min(compiled) > time


def _finding(
    run: Rehearsal, anchor: ast.AST, owner: Value, held: set[Token], model: Value, event: Event
) -> Finding:
    node = anchor
    if isinstance(anchor, ast.For):
        node = anchor.body[0]
    everything = holds(owner, model.data) or set(weights(model)) <= held
    if everything:
        effect = "fit warns and changes nothing" if run.module.keras == _KERAS_3 else "fit changes nothing"
        if event.kind != "fit":
            effect = "there is no gradient to take or to apply"
        message = f"Every weight of the model is frozen before anything was learned: {effect}"
    else:
        name = owner.text or "The layer"
        if isinstance(owner.data, LayerInfo):
            name = owner.data.path.rpartition(".")[2]
        message = f"{name} is frozen before it learned anything: the rest trains around its random weights"
    if run.module.entry is not run.module and _takes_it(run, anchor):
        return Finding(node, f"{message}; freeze it when it has learned", Safety.ADVICE)
    change = drop_argument("trainable") if isinstance(anchor, ast.Call) else remove()
    return Finding(node, message, Safety.UNSAFE, edits=(Edit(anchor, change),))


def _takes_it(run: Rehearsal, anchor: ast.AST) -> bool:
    """Tell whether the function that freezes something was given it: it may freeze other things for other files."""
    function = function_of(run, anchor)
    frozen: ast.AST = anchor.iter if isinstance(anchor, ast.For) else anchor
    if isinstance(anchor, ast.Assign):
        frozen = anchor.targets[0]
    while isinstance(frozen, (ast.Attribute, ast.Subscript)):
        frozen = frozen.value
    return (
        function is not None
        and isinstance(frozen, ast.Name)
        and any(one.arg == frozen.id for one in function.args.args)
        and class_of(run, anchor) is None
    )
