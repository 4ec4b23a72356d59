"""Where a gradient is asked for: tapes, losses and models given to ``compile``, ``minimize``."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from gradfix.flow import verdict
from gradfix.flow.facts import Sink
from gradfix.flow.joining import leaves
from gradfix.flow.objects import Container, Function, Gradients, Instance, ModelInfo
from gradfix.flow.values import EVERY, Cut, Kind, Tape, Token, Value
from gradfix.flow.weights import weights

if TYPE_CHECKING:
    from gradfix.flow.interpreter import Interpreter

Keywords = dict[str, Value]
_TAPE_OF_MINIMIZE = 4  # minimize(loss, var_list, grad_loss, name, tape)
_DERIVATIVES = ("gradient", "jacobian", "batch_jacobian")


def tape_method(
    run: Interpreter, receiver: Value, name: str, args: list[Value], keywords: Keywords, node: ast.Call
) -> Value:
    """Call a method of a ``tf.GradientTape``."""
    tape: Tape = receiver.data
    if name in _DERIVATIVES:
        return _gradient(run, receiver, args, keywords, node)
    if name == "watch":
        for value in (*args, *keywords.values()):
            _watch(tape, value, node)
            given = list(leaves(value))
            if run.looping or not given or any(leaf.kind is Kind.UNKNOWN for leaf in given):
                tape.watches_more = True
        run.effects += 1
        run.note("watch", node, receiver, *args)
        return Value(Kind.CONST, node, None)
    if name == "stop_recording":
        return Value(Kind.UNKNOWN, node, ("stop_recording", tape))
    return run.unknown(name, node)


def _watch(tape: Tape, value: Value, node: ast.AST) -> None:
    """From now on the value is a source of its own."""
    for leaf in leaves(value):
        tape.watched.update(token for token in leaf.live if token.kind != "watched")
        if leaf.kind in (Kind.VARIABLE, Kind.INSTANCE, Kind.LAYER, Kind.MODEL):
            tape.watched.update(weights(leaf))
        elif leaf.kind in (Kind.TENSOR, Kind.UNKNOWN, Kind.ARRAY):
            token = Token("watched", leaf.text or "watched tensor", node)
            tape.watched.add(token)
            leaf.watched = token
            if leaf.dtype in ("int", "bool") and leaf.node is not None:
                leaf.cut = {**leaf.cut, token: (Cut("integer", leaf.node, "", value=leaf),)}
            else:
                leaf.live = {**leaf.live, token: EVERY}


def _gradient(
    run: Interpreter, receiver: Value, args: list[Value], keywords: Keywords, node: ast.Call
) -> Value:
    tape: Tape = receiver.data
    target = args[0] if args else keywords.get("target")
    sources = args[1] if len(args) > 1 else keywords.get("sources", keywords.get("source"))
    if target is None or sources is None:
        return run.unknown("gradient", node)
    sink = Sink("tape", node, tape, run.calls[-1].node if run.calls else None, frame=run.frame)
    if node not in run.scope.top.unit.asserted_none:
        verdict.judge(run, sink, tape, sources, target)
    data = Gradients(tape, target, sources, node)
    run.note("gradient", node, receiver, target, sources)
    tape.used.append(node)
    if sources.kind is Kind.CONTAINER:
        given: Container = sources.data
        items = (
            [run.derive(node, (target, item)) for item in given.items] if given.items is not None else None
        )
        rest = run.derive(node, (target, given.rest), data=data) if given.rest is not None else None
        return Value(Kind.CONTAINER, node, Container("gradients", items, None, rest, sources))
    return run.derive(
        node, (target, sources), kind=sources.kind if sources.kind is Kind.UNKNOWN else Kind.TENSOR, data=data
    )


def compiled(run: Interpreter, model: Value, args: list[Value], keywords: Keywords, node: ast.Call) -> None:
    """``model.compile(...)``: judge each loss by itself, then the model against its weights."""
    loss = keywords.get("loss", args[1] if len(args) > 1 else None)
    run.note("compile", node, model, *args, **keywords)
    if loss is not None:
        for one in leaves(loss):
            judge_loss(run, one, node)
    if isinstance(model.data, Instance):
        _judge_compute_loss(run, model, node)
    if model.kind in (Kind.MODEL, Kind.INSTANCE) and not _only_predicts(run, node):
        _judge_model(run, model, node)


def _only_predicts(run: Interpreter, compiled: ast.Call) -> bool:
    """Tell whether the model that is compiled is one that its file never fits."""
    match compiled.func:
        case ast.Attribute(value=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name in run.scope.top.unit.only_predicting
    return False


def judge_loss(run: Interpreter, loss: Value, node: ast.AST) -> None:
    """Follow ``y_pred`` through a loss function or a ``Loss`` object of the program."""
    callee = loss
    if loss.kind is Kind.INSTANCE:
        method = loss.data.cls.find("call")
        if method is None:
            return
        callee = run.attribute(loss, "call", node)
    if callee.kind is not Kind.FUNCTION:
        return
    function: Function = callee.data
    judged = function if function.bound is None else (function.node, function.bound)
    if judged in run.losses:
        return
    run.losses.add(judged)
    arguments = function.node.args
    names = [a.arg for a in (*arguments.posonlyargs, *arguments.args)]
    if function.bound is not None:
        names = names[1:]
    taken = len(function.given[0]) if function.given is not None else 0
    names = names[taken:]
    if len(names) < 2 and arguments.vararg is None:
        return
    labels = (*names[:2], "y_true", "y_pred")
    y_true = run.leaf("y_true", labels[0], node)
    y_pred = run.leaf("y_pred", labels[1], node)
    tape = _enter(run)
    result = run.call(callee, [y_true, y_pred], {}, _call(node))
    _leave(run, tape)
    sink = Sink("loss", node, tape[0], function.node, function.name, run.frame)
    run.note("loss_function", node, loss, y_true, y_pred, result)
    verdict.judge_loss(run, sink, tape[0], y_true, y_pred, result)


def _judge_compute_loss(run: Interpreter, model: Value, node: ast.AST) -> None:
    """A model's own ``compute_loss`` takes the place of the loss: it must let the gradient through to ``y_pred``."""
    found = model.data.cls.find("compute_loss")
    if found is None or found[0].kind is not Kind.FUNCTION or model.data.cls.find("train_step") is not None:
        return
    function: Function = found[0].data
    names = [a.arg for a in (*function.node.args.args, *function.node.args.kwonlyargs)]
    if "y_pred" not in names:
        return
    y_true, y_pred = run.leaf("y_true", "y", node), run.leaf("y_pred", "y_pred", node)
    given = {"y_pred": y_pred, **({"y": y_true} if "y" in names else {})}
    tape = _enter(run)
    result = run.call(run.attribute(model, "compute_loss", node), [], given, _call(node))
    _leave(run, tape)
    sink = Sink("loss", node, tape[0], function.node, "compute_loss", run.frame)
    verdict.judge_loss(run, sink, tape[0], y_true, y_pred, result)


def _judge_model(run: Interpreter, model: Value, node: ast.AST) -> None:
    """Follow every weight to the model's outputs, as the default ``train_step`` will."""
    if isinstance(model.data, Instance):
        if model.data.cls.find("train_step") is not None or model.data.cls.find("compute_loss") is not None:
            return
        if model.data.cls.find("call") is None and model.data.functional is None:
            return
    if isinstance(model.data, ModelInfo) and model.data.open and model.data.layers is None:
        return
    before = len(run.events)
    given = run.leaf("input", "inputs", node)
    if (
        isinstance(model.data, ModelInfo)
        and model.data.inputs is not None
        and model.data.inputs.kind is Kind.CONTAINER
    ):
        count = len(list(leaves(model.data.inputs)))
        given = Value(
            Kind.CONTAINER, node, Container("list", [run.leaf("input", "inputs", node) for _ in range(count)])
        )
    tape = _enter(run)
    training, run.training = run.training, Value(Kind.CONST, node, data=True)
    result = run.call(model, [given], {}, _call(node))
    run.training = training
    extra = [v for event in run.events[before:] if event.kind == "add_loss" for v in event.arguments[1:]]
    extra += _added_while_built(run, model, before)
    _leave(run, tape)
    run.note("compiled", node, model, result)
    untracked = _untracked(run)
    tokens = [
        token
        for token in weights(model, trainable=True)
        if token.kind in ("weight", "variable") and token not in untracked
    ]
    if not tokens:
        return
    sources = Value(Kind.TENSOR, node, live=dict.fromkeys(tokens, EVERY))
    target = Value(Kind.CONTAINER, node, Container("list", [result, *extra]))
    sink = Sink("model", node, tape[0], None, model.text or "model", run.frame)
    verdict.judge(run, sink, tape[0], sources, target)


def _untracked(run: Interpreter) -> set[Token]:
    """Return the variables that Keras 3 does not count among the weights of a model that holds them (measured)."""
    if run.module.keras < 3:
        return set()
    made = (event.arguments[0].data for event in run.events if event.kind == "variable")
    return {info.token for info in made if info.path == "tensorflow.Variable"}


def _added_while_built(run: Interpreter, model: Value, before: int) -> list[Value]:
    """Return the losses that the layers of a functional model added when it was built: each batch adds them again."""
    if not run.regularised:
        return []
    held = set(weights(model))
    return [
        value
        for event in run.events[:before]
        if event.kind == "add_loss"
        for value in event.arguments[1:]
        if any(leaf.symbolic and not held.isdisjoint(leaf.live) for leaf in leaves(value))
    ]


def judge_unused(run: Interpreter) -> None:
    """Judge the losses and layers of the program that nobody in the file uses."""
    run.sketching = True
    run.spend_at_most_on_trials()
    for info in list(run.own_classes()):
        method = info.members.get("call")
        if method is None or method.kind is not Kind.FUNCTION or method.data.node in run.visited:
            continue
        bases = info.library_bases()
        if "keras.losses.Loss" in bases:
            judge_loss(run, run.instance_of(info), method.data.node)
        elif "keras.layers.Layer" in bases or "keras.Model" in bases:
            _judge_call(run, run.instance_of(info), method.data.node)
    run.sketching = False


def _optional(method: ast.FunctionDef) -> list[str]:
    """Return the names of the parameters that have a default, without the first two: ``self`` and the input."""
    arguments = method.args
    names = [a.arg for a in (*arguments.posonlyargs, *arguments.args)]
    first = max(2, len(names) - len(arguments.defaults))
    only = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    return [*names[first:], *(a.arg for a, default in only if default is not None)]


def _judge_call(run: Interpreter, layer: Value, node: ast.FunctionDef) -> None:
    """Follow a layer's own weights to the result of its ``call``, which must not leave TensorFlow on the way."""
    tape = _enter(run)
    given = {name: run.unknown(name, node) for name in _optional(node)}  # a flag may be set, a target given
    result = run.call(layer, [run.leaf("input", "inputs", node)], given, _call(node))
    _leave(run, tape)
    tokens = [token for token in weights(layer, trainable=True) if token.kind in ("weight", "variable")]
    if tokens:
        sources = Value(Kind.TENSOR, node, live=dict.fromkeys(tokens, EVERY))
        verdict.judge(run, Sink("call", node, tape[0], node, layer.text or "layer"), tape[0], sources, result)


def minimized(
    run: Interpreter, receiver: Value, args: list[Value], keywords: Keywords, node: ast.Call
) -> Value | None:
    """``optimizer.minimize(loss, var_list)``: calls the loss under a tape of its own."""
    loss = args[0] if args else keywords.get("loss")
    variables = args[1] if len(args) > 1 else keywords.get("var_list")
    if loss is None or any(value.kind is Kind.TAPE for value in args[:_TAPE_OF_MINIMIZE]):
        return None  # of some other class
    run.note("minimize", node, receiver, *args, **keywords)
    given = keywords.get("tape")
    if given is not None and given.kind is Kind.TAPE and variables is not None:
        verdict.judge(
            run, Sink("minimize", node, given.data, None, frame=run.frame), given.data, variables, loss
        )
    elif loss.kind is Kind.FUNCTION and variables is not None:
        tape = _enter(run)
        target = run.call(loss, [], {}, node)
        sources = run.call(variables, [], {}, node) if variables.kind is Kind.FUNCTION else variables
        _leave(run, tape)
        verdict.judge(
            run, Sink("minimize", node, tape[0], loss.data.node, frame=run.frame), tape[0], sources, target
        )
    elif loss.kind is Kind.TENSOR and variables is not None and not run.graph_mode:
        tape = _enter(run)
        _leave(run, tape)
        verdict.judge(run, Sink("minimize-value", node, tape[0], frame=run.frame), tape[0], variables, loss)
    return Value(Kind.UNKNOWN, node)


def _enter(run: Interpreter) -> tuple[Tape, frozenset[Tape]]:
    tape = Tape(None)
    tape.entered = run.tick()
    outer = run.active
    run.active = frozenset({tape})
    return tape, outer


def _leave(run: Interpreter, entered: tuple[Tape, frozenset[Tape]]) -> None:
    tape, run.active = entered
    tape.left = run.tick()
    tape.spans.append((tape.entered, tape.left))


def _call(node: ast.AST) -> ast.Call:
    return node if isinstance(node, ast.Call) else ast.copy_location(ast.Call(node, [], []), node)  # type: ignore[arg-type]
