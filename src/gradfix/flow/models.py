"""Layers and models: making them, and what calling them does to a gradient."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from gradfix.flow import functions
from gradfix.flow.joining import join, leaves, merge_cuts, merge_live
from gradfix.flow.objects import Container, Function, Instance, LayerInfo, ModelInfo
from gradfix.flow.values import EVERY, Cuts, Kind, Live, Token, Value
from gradfix.flow.weights import weights

if TYPE_CHECKING:
    from gradfix.flow.interpreter import Interpreter

WEIGHTLESS = frozenset(
    "Activation ActivityRegularization Add AlphaDropout Average AveragePooling1D AveragePooling2D AveragePooling3D "
    "AvgPool1D AvgPool2D AvgPool3D CenterCrop Concatenate Cropping1D Cropping2D Cropping3D Dot Dropout ELU Flatten "
    "GaussianDropout GaussianNoise GlobalAveragePooling1D GlobalAveragePooling2D GlobalAveragePooling3D "
    "GlobalAvgPool1D GlobalAvgPool2D GlobalAvgPool3D GlobalMaxPool1D GlobalMaxPool2D GlobalMaxPool3D "
    "GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D Identity InputLayer Lambda LeakyReLU Masking Maximum "
    "MaxPool1D MaxPool2D MaxPool3D MaxPooling1D MaxPooling2D MaxPooling3D Minimum Multiply Normalization Permute "
    "RandomBrightness RandomContrast RandomCrop RandomFlip RandomHeight RandomRotation RandomTranslation RandomWidth "
    "RandomZoom ReLU RepeatVector Rescaling Reshape Resizing Softmax SpatialDropout1D SpatialDropout2D "
    "SpatialDropout3D Subtract ThresholdedReLU UnitNormalization UpSampling1D UpSampling2D UpSampling3D ZeroPadding1D "
    "ZeroPadding2D ZeroPadding3D Attention AdditiveAttention".split()
)
_INDEXING = frozenset(
    "Embedding CategoryEncoding Discretization Hashing HashedCrossing StringLookup IntegerLookup TextVectorization".split()
)
_WRAPPERS = frozenset(
    {"TimeDistributed", "Bidirectional", "RNN", "StackedRNNCells", "Wrapper", "SpectralNormalization"}
)
_POSITIONS: dict[str, tuple[str, ...]] = {
    "Dense": ("units", "activation", "use_bias"),
    "Activation": ("activation",),
    "Lambda": ("function",),
    "Dropout": ("rate",),
    "Conv1D": ("filters", "kernel_size"),
    "Conv2D": ("filters", "kernel_size"),
    "Conv3D": ("filters", "kernel_size"),
    "LSTM": ("units", "activation"),
    "GRU": ("units", "activation"),
    "SimpleRNN": ("units", "activation"),
    "Reshape": ("target_shape",),
    "Softmax": ("axis",),
    "Embedding": ("input_dim", "output_dim"),
}


def layer(
    run: Interpreter, path: str, args: list[Value], keywords: dict[str, Value], node: ast.Call
) -> Value:
    """Make a layer that Keras ships."""
    name = path.rpartition(".")[2]
    positions = _POSITIONS.get(name, ())
    arguments: dict[str | int, Value] = {}
    for index, value in enumerate(args):
        arguments[positions[index] if index < len(positions) else index] = value
    arguments.update(keywords)
    token = (
        None
        if name in WEIGHTLESS or name in _WRAPPERS
        else Token("weight", _label(keywords, node, name), node, path)
    )
    inner = tuple(
        v
        for v in (*args, *keywords.values())
        if v.kind in (Kind.LAYER, Kind.INSTANCE, Kind.MODEL, Kind.CONTAINER)
    )
    info = LayerInfo(path, node, arguments, token, inner if name in _WRAPPERS else ())
    if name in _WRAPPERS and not info.inner:
        info.token = Token("weight", name, node, path)
    trainable = keywords.get("trainable")
    if (
        trainable is not None
        and trainable.kind is Kind.CONST
        and trainable.data is False
        and token is not None
    ):
        token.trainable = False
    value = Value(Kind.LAYER, node, info, text=name)
    run.note("layer", node, value)
    return value


def _label(keywords: dict[str, Value], node: ast.AST, name: str) -> str:
    del node
    given = keywords.get("name")
    return given.data if given is not None and isinstance(given.data, str) else name


def call_layer(
    run: Interpreter, layer_value: Value, args: list[Value], keywords: dict[str, Value], node: ast.AST
) -> Value:
    """Call a layer that Keras ships."""
    info: LayerInfo = layer_value.data
    info.uses += 1
    name = info.path.rpartition(".")[2]
    inputs = tuple(args) + tuple(
        v for k, v in keywords.items() if k in ("inputs", "query", "value", "key", "states")
    )
    function = info.arguments.get("function") if name == "Lambda" else info.arguments.get("activation")
    if name == "Lambda" and function is not None:
        building = run.building
        run.building = building or any(leaf.symbolic for arg in args for leaf in leaves(arg))
        result = run.call(function, list(args[:1]), {}, _as_call(node))
        run.building = building
    else:
        live: Live = {}
        if info.token is not None:
            live[info.token] = EVERY
        for inner in info.inner:
            live.update(dict.fromkeys(weights(inner), EVERY))
        held = Value(Kind.TENSOR, node, live=live)
        if name in _INDEXING:
            result = run.derive(node, (held,), cutting=inputs, reason="index", weak=True, dtype="float")
        else:
            result = run.derive(node, (held, *inputs), dtype="float")
        if function is not None and function.kind is Kind.FUNCTION:
            result = run.call(function, [result], {}, _as_call(node))
    if name in ("LSTM", "GRU", "SimpleRNN", "RNN", "Bidirectional") and "return_state" in info.arguments:
        result = Value(Kind.CONTAINER, node, Container("list", None, rest=result))
    run.note("layer_call", node, layer_value, result, *inputs)
    return result


def _as_call(node: ast.AST) -> ast.Call:
    return node if isinstance(node, ast.Call) else ast.copy_location(ast.Call(node, [], []), node)  # type: ignore[arg-type]


def model(
    run: Interpreter, path: str, args: list[Value], keywords: dict[str, Value], node: ast.Call
) -> Value:
    """Make a ``keras.Sequential`` or a ``keras.Model(inputs, outputs)``."""
    if path == "keras.Sequential":
        info = sequential(run, args, keywords, node)
    else:
        info = functional(run, path, args, keywords, node)
    value = Value(Kind.MODEL, node, info, text=path.rpartition(".")[2])
    run.note("model", node, value, *args, **keywords)
    return value


def sequential(run: Interpreter, args: list[Value], keywords: dict[str, Value], node: ast.AST) -> ModelInfo:
    """Return a Sequential model with the layers it was given."""
    given = keywords.get("layers", args[0] if args else None)
    info = ModelInfo("keras.Sequential", node, Token("object", "Sequential", node), [], depth=run.conditional)
    if given is not None and given.kind is not Kind.CONST:
        items = run.items(given)
        if items is not None:
            info.layers = items
        else:
            info.open = True
            if given.kind is Kind.CONTAINER:
                info.layers = given.data.values()
                info.sure = len(info.layers)
    return info


def functional(
    run: Interpreter, path: str, args: list[Value], keywords: dict[str, Value], node: ast.AST
) -> ModelInfo:
    """Return a functional model between ``inputs`` and ``outputs``."""
    inputs = keywords.get("inputs", keywords.get("input", args[0] if args else None))
    outputs = keywords.get("outputs", keywords.get("output", args[1] if len(args) > 1 else None))
    info = ModelInfo(path, node, Token("object", "Model", node), None, inputs, outputs)
    info.open = (
        inputs is None or outputs is None or any(leaf.kind is Kind.UNKNOWN for leaf in leaves(outputs))
    )
    del run
    return info


def call_model(
    run: Interpreter, value: Value, args: list[Value], keywords: dict[str, Value], node: ast.AST
) -> Value:
    """Call a Sequential or functional model."""
    info: ModelInfo = value.data
    given = args[0] if args else keywords.get("inputs", keywords.get("x"))
    if given is None:
        given = run.unknown("inputs", node)
    if info.layers is not None:
        result = given
        for index, one in enumerate([*info.layers, None]):
            if info.open and index == info.sure:
                unseen = Value(Kind.UNKNOWN, node, live={info.token: EVERY})
                result = run.derive(node, (result, unseen), kind=Kind.TENSOR)
            if one is not None and one.kind is not Kind.TENSOR:  # a keras.Input among the layers
                result = run.call(one, [result], {}, _as_call(node))
        if result is given:
            result = run.derive(node, (given,), kind=Kind.TENSOR)
    elif info.inputs is not None and info.outputs is not None:
        result = _substitute(run, info, given, node)
    else:
        result = run.derive(node, (given, Value(Kind.UNKNOWN, node, live={info.token: EVERY})))
    run.note("layer_call", node, value, result, given)
    return result


def _substitute(run: Interpreter, info: ModelInfo, given: Value, node: ast.AST) -> Value:
    """Put what is given in the place of the model's symbolic inputs."""
    assert info.inputs is not None
    assert info.outputs is not None
    places = list(leaves(info.inputs))
    inside = list(leaves(given))
    replaced: dict[Token, Value] = {}
    for index, place in enumerate(places):
        value = inside[index] if len(inside) == len(places) else join(inside) if inside else given
        for token in place.live:
            replaced[token] = value

    def one(output: Value) -> Value:
        if output.kind is Kind.CONTAINER:
            data = output.data
            items = [one(item) for item in data.items] if data.items is not None else None
            rest = one(data.rest) if data.rest is not None else None
            return Value(Kind.CONTAINER, node, Container(data.sort, items, data.keys, rest))
        live: Live = {}
        cut: Cuts = {}
        symbolic = False
        for token, tapes in output.live.items():
            if token in replaced:
                merge_live(live, replaced[token].live)
                symbolic = symbolic or replaced[token].symbolic
            else:
                # What was computed once, when a layer was built, stays so. Where the inputs are unknown, the
                # chain of layers could not be seen to be symbolic: it runs again at each call all the same.
                live[token] = tapes if output.symbolic else EVERY
        for token, cuts in output.cut.items():
            if token in replaced:
                merge_cuts(cut, dict.fromkeys(replaced[token].live, cuts))
            else:
                merge_cuts(cut, {token: cuts})
        for value in replaced.values():
            merge_cuts(cut, value.cut)
        inner = Value(
            Kind.TENSOR,
            output.node,
            live=live,
            cut=cut,
            inputs=(output, *replaced.values()),
            symbolic=symbolic,
        )
        return run.derive(node, (inner,), kind=Kind.TENSOR, dtype="float")

    return one(info.outputs)


def call_instance(
    run: Interpreter, value: Value, args: list[Value], keywords: dict[str, Value], node: ast.Call
) -> Value:
    """Call an object of a class of the program: ``__call__``, or ``build`` and ``call`` of a Keras base."""
    instance: Instance = value.data
    if instance.functional is not None and instance.cls.find("call") is None:
        return call_model(run, Value(Kind.MODEL, node, instance.functional), args, keywords, node)
    own = instance.cls.find("__call__")
    if own is not None and own[0].kind is Kind.FUNCTION:
        return run.call(run.attribute(value, "__call__", node), args, keywords, node)
    if "keras.Sequential" in instance.cls.library_bases() and instance.cls.find("call") is None:
        return run.derive(node, (value, *args))
    if any(base.startswith("keras.metrics.") for base in instance.cls.library_bases()):
        return run.derive(node, cutting=(*args, *keywords.values()), reason="metric")
    method = instance.cls.find("call")
    if method is not None and run.sketching and _is_judged_elsewhere(run, instance):
        result = run.derive(node, (value, *args, *keywords.values()))
        run.note("layer_call", node, value, result, *args)
        return result
    build_once(run, value, args, node)
    if method is None or method[0].kind is not Kind.FUNCTION:
        return run.derive(node, (value, *args, *keywords.values()), kind=_known(args))
    building, training = run.building, run.training
    run.building = building or any(leaf.symbolic for arg in args for leaf in leaves(arg))
    if "training" in keywords:
        run.training = keywords["training"]
    elif training is not None and _takes_training(method[0].data, len(args)):
        keywords = {**keywords, "training": training}
    result = run.call(run.attribute(value, "call", node), args, keywords, node)
    run.building, run.training = building, training
    run.note("layer_call", node, value, result, *args)
    return result


def _is_judged_elsewhere(run: Interpreter, instance: Instance) -> bool:
    """Tell whether what a layer does with its input shows where its own file is checked."""
    cls = instance.cls
    return cls.home.top is not run.top and any(base.startswith("keras.") for base in cls.library_bases())


def _takes_training(function: Function, given: int) -> bool:
    """Tell whether Keras hands the ``training`` of the outer call on to this ``call``."""
    arguments = function.node.args
    names = [a.arg for a in (*arguments.args[given + 1 :], *arguments.kwonlyargs)]
    return "training" in names


def _known(args: list[Value]) -> Kind:
    return Kind.TENSOR if any(arg.kind is Kind.TENSOR for arg in args) else Kind.UNKNOWN


def build_once(run: Interpreter, value: Value, args: list[Value], node: ast.AST) -> None:
    """Run ``build`` before the first call, outside every tape, as Keras does."""
    instance: Instance = value.data
    if instance.built:
        return
    instance.built = True
    method = instance.cls.find("build")
    if method is None or method[0].kind is not Kind.FUNCTION:
        return
    instance.ran.add("build")
    active, run.active = run.active, frozenset()
    conditional, looping, run.conditional, run.looping = run.conditional, run.looping, 0, 0
    building, run.building = run.building, False
    shape = Value(Kind.SHAPE, node)
    start = run.tick()
    functions.call(run, run.attribute(value, "build", node), [shape] if args else [], {}, node)
    run.blind.append((start, run.tick()))
    run.active, run.building = active, building
    run.conditional, run.looping = conditional, looping
