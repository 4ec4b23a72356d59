"""Reading and setting attributes."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from gradfix.flow import functions
from gradfix.flow.joining import join
from gradfix.flow.objects import (
    ClassInfo,
    Container,
    Function,
    Instance,
    LayerInfo,
    Member,
    ModelInfo,
    Super,
)
from gradfix.flow.values import EVERY, Kind, Live, Token, Value
from gradfix.flow.weights import exposed, weights
from gradfix.names import canonical

if TYPE_CHECKING:
    from gradfix.flow.interpreter import Interpreter

_SHAPES = frozenset(
    {"shape", "ndim", "dtype", "name", "rank", "size", "__name__", "device", "nbytes", "path"}
)
_VIEWS = frozenset({"T", "real", "imag", "flat", "mT", "values"})
_WEIGHTS = frozenset({"trainable_variables", "trainable_weights"})
_ALL_WEIGHTS = frozenset({"variables", "weights", "non_trainable_variables", "non_trainable_weights"})
KERAS_OBJECTS = ("keras.layers.", "keras.Model", "keras.Sequential", "tensorflow.Module", "keras.models.")


def get(run: Interpreter, owner: Value, name: str, node: ast.AST) -> Value:
    """Evaluate ``owner.name``."""
    known = _GET.get(owner.kind)
    if known is not None:
        return known(run, owner, name, node)
    if isinstance(owner.data, Super):
        return _of_super(owner.data, name, node)
    return _member(owner, name, node)


def _of_path(run: Interpreter, owner: Value, name: str, node: ast.AST) -> Value:
    del run
    return Value(Kind.PATH, node, canonical(f"{owner.data}.{name}"))


def _of_object(run: Interpreter, owner: Value, name: str, node: ast.AST) -> Value:
    del run
    found: Value | None = owner.data.attributes.get(name)
    return found if found is not None else _member(owner, name, node)


def _of_module(run: Interpreter, owner: Value, name: str, node: ast.AST) -> Value:
    return owner.data.attribute(name) or run.unknown(name, node)


def _of_number(run: Interpreter, owner: Value, name: str, node: ast.AST) -> Value:
    del run
    return Value(Kind.SHAPE, node, Member(owner, name))


def _of_any(run: Interpreter, owner: Value, name: str, node: ast.AST) -> Value:
    """An attribute of one of several objects; a method stays one of several methods."""
    found = [get(run, one, name, node) for one in owner.data if one.kind is not Kind.CONST]
    if not found:
        return run.unknown(name, node)
    joined = join(found, node)
    if len(found) > 1 and joined.kind is Kind.UNKNOWN and all(isinstance(one.data, Member) for one in found):
        return Value(
            Kind.CHOICE, node, tuple(found), live=joined.live, cut=joined.cut, inputs=joined.inputs, text=name
        )
    return joined


def _member(owner: Value, name: str, node: ast.AST) -> Value:
    if name in _SHAPES and owner.kind is not Kind.UNKNOWN:
        return Value(Kind.SHAPE, node)
    found = Value(
        Kind.UNKNOWN,
        node,
        Member(owner, name),
        live=owner.live,
        cut=owner.cut,
        inputs=(owner,),
        time=owner.time,
        symbolic=owner.symbolic,
        text=name,
    )
    found.computed = owner.computed
    return found


def collected(run: Interpreter, owner: Value, node: ast.AST, *, trainable: bool) -> Value:
    """Return the list of an object's weights."""
    tokens = weights(owner, trainable=trainable)
    if not tokens:  # made later, or by a base that is not in the file
        return Value(
            Kind.CONTAINER, node, Container("list", None, rest=run.unknown("weights", node), of=owner)
        )
    one = Value(Kind.TENSOR, node, live=dict.fromkeys(tokens, EVERY), dtype="float")
    return Value(Kind.CONTAINER, node, Container("list", None, rest=one, of=owner))


def _of_tensor(run: Interpreter, owner: Value, name: str, node: ast.AST) -> Value:
    if name in _SHAPES:
        return Value(Kind.SHAPE, node)
    if name in _VIEWS:
        kind = owner.kind if owner.kind is Kind.ARRAY else Kind.TENSOR
        data = Member(owner, name) if name == "values" else None  # of a sparse tensor; a method of mappings
        return run.derive(node, (owner,), kind=kind, dtype=owner.dtype, data=data)
    if name == "indices":
        return run.derive(node, cutting=(owner,), reason="non-differentiable", dtype="int")
    return _member(owner, name, node)


def _of_model(run: Interpreter, owner: Value, name: str, node: ast.AST) -> Value:
    data: LayerInfo | ModelInfo = owner.data
    if name in _WEIGHTS or name in _ALL_WEIGHTS:
        return collected(run, owner, node, trainable=name in _WEIGHTS)
    if isinstance(data, ModelInfo):
        if name in ("input", "inputs") and data.inputs is not None:
            return _listed(data.inputs, name, node)
        if name in ("output", "outputs") and data.outputs is not None:
            return _listed(data.outputs, name, node)
        if name == "losses":
            return run.derive(node, (owner,), kind=Kind.UNKNOWN)
        if name == "layers" and data.layers is not None and not data.open:
            given = [one for one in data.layers if one.kind is Kind.TENSOR]  # a keras.Input is not listed
            listed = [one for one in data.layers if one not in given] if given else data.layers
            return Value(Kind.CONTAINER, node, Container("list", listed, of=owner))
    if name in ("output", "outputs", "input", "inputs"):
        live: Live = exposed(owner) if name.startswith("out") else {Token("input", name, node): EVERY}
        if isinstance(data, ModelInfo):
            data.entry = data.entry or Token("input", "input", node)
            entry: Live = {data.entry: EVERY}
            live = {**live, data.token: EVERY, **entry} if name.startswith("out") else entry
        return _listed(Value(Kind.TENSOR, node, live=live, symbolic=True, dtype="float"), name, node)
    if (
        name in ("kernel", "bias", "embeddings", "gamma", "beta")
        and isinstance(data, LayerInfo)
        and data.token is not None
    ):
        return Value(Kind.TENSOR, node, live={data.token: EVERY}, dtype="float")
    return _member(owner, name, node)


def _listed(value: Value, name: str, node: ast.AST) -> Value:
    """Return a model's only input or output as Keras gives it: in a list when the name is a plural."""
    if not name.endswith("s") or value.kind is not Kind.TENSOR:
        return value
    return Value(Kind.CONTAINER, node, Container("list", [value]))


def _of_class(run: Interpreter, owner: Value, name: str, node: ast.AST) -> Value:
    info: ClassInfo = owner.data
    found = info.find(name)
    if found is None:
        return run.unknown(name, node)
    value, _ = found
    if value.kind is Kind.FUNCTION and functions.is_class_method(value.data):
        return _bind(value, owner)
    return value


def _bind(value: Value, owner: Value) -> Value:
    function: Function = value.data
    bound = Function(
        function.node,
        function.home,
        function.owner,
        owner,
        function.defaults,
        function.decorators,
        function.given,
    )
    return Value(Kind.FUNCTION, value.node, bound)


def _of_instance(run: Interpreter, owner: Value, name: str, node: ast.AST) -> Value:
    instance: Instance = owner.data
    own = instance.attributes.get(name)
    if own is not None:
        if not _changed_elsewhere(run, instance, name):
            return own
        shadow = instance.attributes.get("?" + name)
        if shadow is None:
            shadow = instance.attributes["?" + name] = run.unknown(name, node)
        return join([own, shadow], node) if own.kind is not Kind.CONST or own.data is not None else shadow
    found = instance.cls.find(name)
    if found is not None:
        value, _ = found
        if value.kind is not Kind.FUNCTION:
            return value
        function: Function = value.data
        if functions.is_static(function):
            return value
        bound = _bind(
            value, Value(Kind.CLASS, node, instance.cls) if functions.is_class_method(function) else owner
        )
        if functions.is_property(function):
            call = ast.copy_location(ast.Call(node, [], []), node)  # type: ignore[arg-type]
            return run.call(bound, [], {}, call)
        return bound
    return _inherited(run, owner, name, node)


def _inherited(run: Interpreter, owner: Value, name: str, node: ast.AST) -> Value:
    """An attribute that a base outside the file gives, or that somebody sets elsewhere."""
    if name == "losses":
        return run.derive(node, (owner,) if run.regularised else (), kind=Kind.UNKNOWN)
    instance: Instance = owner.data
    bases = instance.cls.library_bases()
    keras = any(base.startswith(KERAS_OBJECTS) for base in bases)
    if name in _WEIGHTS or name in _ALL_WEIGHTS:
        return collected(run, owner, node, trainable=name in _WEIGHTS)
    if name == "__class__":
        return Value(Kind.CLASS, node, instance.cls)
    if instance.functional is not None and name in ("input", "inputs", "output", "outputs"):
        return _of_model(run, Value(Kind.MODEL, node, instance.functional), name, node)
    live = {} if keras else {instance.token: EVERY}
    if keras and name in LIBRARY_METHODS:
        return Value(Kind.UNKNOWN, node, Member(owner, name), text=name)
    found = Value(
        Kind.UNKNOWN, node, Member(owner, name), live={**live, Token("unknown", name, node): EVERY}, text=name
    )
    if name not in LIBRARY_METHODS:
        instance.attributes[name] = found
    return found


LIBRARY_METHODS = frozenset(
    "add_weight add_variable add_loss add_metric add_update build call compile compiled_loss compiled_metrics "
    "compute_loss compute_metrics fit fit_generator evaluate predict predict_on_batch train_on_batch test_on_batch "
    "train_step test_step summary save load_weights save_weights set_weights get_weights get_layer count_params "
    "get_config from_config losses metrics optimizer loss layers built trainable stop_training history name dtype "
    "input_shape output_shape make_train_function reset_metrics reset_states compute_dtype with_name_scope "
    "_name _trainable supports_masking input_spec compute_mask compute_output_shape make_predict_function "
    "__call__ __init__ __setattr__ __getattr__ apply update_state result reduction stateful jit_compile "
    "run_eagerly distribute_strategy _train_counter predict_step add submodules".split()
)


def _changed_elsewhere(run: Interpreter, instance: Instance, name: str) -> bool:
    """Tell whether a method that has not run on this object assigns ``self.name``."""
    writers = run.writers(instance.cls).get(name)
    if writers is None or writers <= instance.ran:
        return False
    return not writers <= instance.ran.union([function.name for function in run.calls])


def _of_super(data: Super, name: str, node: ast.AST) -> Value:
    instance: Instance = data.owner.data
    ancestry = instance.cls.ancestry()
    after = ancestry[ancestry.index(data.cls) + 1 :] if data.cls in ancestry else []
    for info in after:
        found = info.members.get(name)
        if found is not None and found.kind is Kind.FUNCTION:
            return _bind(found, data.owner)
    return Value(Kind.UNKNOWN, node, Member(Value(Kind.UNKNOWN, node, data), name), text=name)


_GET: dict[Kind, Callable[..., Value]] = {
    Kind.PATH: _of_path,
    Kind.INSTANCE: _of_instance,
    Kind.CLASS: _of_class,
    Kind.CHOICE: _of_any,
    Kind.LAYER: _of_model,
    Kind.MODEL: _of_model,
    Kind.TENSOR: _of_tensor,
    Kind.ARRAY: _of_tensor,
    Kind.VARIABLE: _of_tensor,
    Kind.OBJECT: _of_object,
    Kind.MODULE: _of_module,
    Kind.SHAPE: _of_number,
    Kind.NUMBER: _of_number,
}
