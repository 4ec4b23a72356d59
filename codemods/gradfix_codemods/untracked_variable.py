from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from gradfix.codemod import FlowCodemod
from gradfix.flow.joining import leaves
from gradfix.flow.objects import Instance, VariableInfo
from gradfix.flow.rehearsal import Rehearsal, rehearse
from gradfix.flow.values import Kind, Token, Value
from gradfix.flow.weights import weights
from gradfix.model import Edit, Finding, Safety
from gradfix.module import Module
from gradfix_codemods._initial import translate
from gradfix_codemods._layers import (
    function_of,
    given_by_itself,
    keras_instance,
    quote,
    targets,
    tokens,
    trained_together,
)
from gradfix_codemods._messages import makings
from gradfix_codemods._program import assigns

if TYPE_CHECKING:
    import libcst as cst

_KERAS_3 = 3
_TRACKING = frozenset({"_track_variable", "_trainable_variables", "_trainable_weights", "watched_variables"})
_BY_HAND = (
    "_track_variable",
    "_trainable_variables",
    "_trainable_weights",
    "trainable_variables",
    "trainable_weights",
)
_KEPT = ("name", "trainable", "dtype")


# What both tf.Variable and the variables of Keras 3 have, and mean by it.
_OF_BOTH = frozenset("assign assign_add assign_sub numpy shape dtype name ndim trainable constraint".split())


class UntrackedVariable(FlowCodemod):
    """A `tf.Variable` that is an attribute of a Keras 3 layer or model is never trained.

    ## What is wrong
    Keras 2 tracked every `tf.Variable` that was set on a layer. Keras 3 tracks `keras.Variable` alone:

    ```python
    class Scale(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.scale = tf.Variable(1.0, name="scale")
    ```

    ## Why the gradient is lost
    `layer.trainable_weights` does not hold the variable, so `fit` and a loop over `model.trainable_variables`
    neither ask for its gradient nor change it. Nothing is said as long as the model has other weights; without
    any, `apply_gradients` raises a `ValueError`.

    ## What the fix does
    Where the initial value is one that an initializer makes (zeros, ones, a number, random numbers, an
    initializer that is called), the variable becomes a weight of the layer:

    ```python
            self.scale = self.add_weight(shape=(), initializer="ones", name="scale")
    ```

    Else it becomes a `keras.Variable` with the same value. The fix is safe where nothing trains without it, and
    unsafe where other weights do: they will meet one more that moves. For the variables of a `tf.Module` that a
    layer keeps there is only advice: the module must become a layer.

    ## When to leave it
    gradfix says nothing under Keras 2, for variables with `trainable=False`, integer ones and those that a file of
    the program assigns (counters, averages), for those that are given to `tape.gradient` or `minimize` by
    themselves, for classes that list their weights themselves, and where nothing is computed from the variable.

    ## References
    `keras.layers.Layer.add_weight`, `keras.Variable`; "Migrating Keras 2 code to multi-backend Keras 3" in the
    Keras guides.
    """

    gate: ClassVar[tuple[str, ...]] = ("Variable",)

    def find(self, module: Module) -> Iterator[Finding]:
        if module.keras != _KERAS_3 or not any(_may_hold(info.node) for info in module.flow.classes):
            return
        run = rehearse(module)
        held = _held(run)
        lost = {info.token for info, _, _ in held}
        read = _read(run, lost)
        seen: set[ast.AST] = set()
        for info, owner, holder in held:
            if info.call in seen or info.token not in read or not isinstance(info.call, ast.Call):
                continue
            seen.add(info.call)
            if _is_constant_by_default(owner, info.call):
                continue
            yield _finding(run, info, owner, holder, lost)


def _may_hold(node: ast.ClassDef) -> bool:
    return any(isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef)) for one in node.body)


def _held(run: Rehearsal) -> list[tuple[VariableInfo, Value, Instance | None]]:
    """Return the variables that layers hold and do not track, with the layer and the module between them."""
    found: dict[int, tuple[VariableInfo, Value, Instance | None]] = {}
    assigned = {e.arguments[0].data.token for e in run.events if e.kind == "assign"}
    instances = [e.arguments[0] for e in run.events if e.kind == "instance"]
    by_itself = given_by_itself(run) | _held_by_modules(instances)
    for owner in {id(v.data): v for v in (*instances, *run.instances.values())}.values():
        if not keras_instance(owner) or _lists_its_weights(run, owner):
            continue
        for info, holder in _variables(list(owner.data.attributes.values()), None):
            lost = info.path == "tensorflow.Variable" and info.trainable and not info.integer
            if (
                lost
                and info.token not in assigned
                and info.token not in by_itself
                and not _is_set(run, owner, info)
            ):
                found.setdefault(id(info), (info, owner, holder))
    return list(found.values())


def _held_by_modules(instances: list[Value]) -> set[Token]:
    """Return the weights of each ``tf.Module`` that no layer holds: whoever trains it trains them."""
    modules = [one for one in instances if one.data.cls.library_bases()[:1] == ["tensorflow.Module"]]
    kept = {
        id(leaf.data)
        for owner in instances
        if keras_instance(owner)
        for value in owner.data.attributes.values()
        for leaf in leaves(value)
    }
    return {token for one in modules if id(one.data) not in kept for token in weights(one)}


def _variables(
    values: list[Value], holder: Instance | None
) -> Iterator[tuple[VariableInfo, Instance | None]]:
    for value in values:
        for leaf in leaves(value):
            if leaf.kind is Kind.VARIABLE:
                yield leaf.data, holder
            elif leaf.kind is Kind.INSTANCE and holder is None:
                if leaf.data.cls.library_bases()[:1] == ["tensorflow.Module"]:
                    yield from _variables(list(leaf.data.attributes.values()), leaf.data)
            elif leaf.kind is Kind.CONTAINER and leaf.data.rest is not None and leaf.data.rest is not value:
                yield from _variables([leaf.data.rest], holder)


def _is_constant_by_default(owner: Value, call: ast.Call) -> bool:
    """Tell whether ``trainable=`` is a parameter of ``__init__``, kept as an attribute or not, that defaults to False."""
    asked = next((keyword.value for keyword in call.keywords if keyword.arg == "trainable"), None)
    match asked:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            found = owner.data.cls.find("__init__")
        case _:
            return False
    if found is None or found[0].kind is not Kind.FUNCTION:
        return False
    default = found[0].data.defaults.get(name.lstrip("_"))
    return default is not None and default.kind is Kind.CONST and default.data is False


def _lists_its_weights(run: Rehearsal, owner: Value) -> bool:
    for info in owner.data.cls.ancestry():
        key = "lists its weights", info.node
        if key not in run.answers:
            run.answers[key] = any(map(_names_weights, ast.walk(info.node)))
        if run.answers[key]:
            return True
    return False


def _is_set(run: Rehearsal, owner: Value, info: VariableInfo) -> bool:
    """Tell whether the program assigns to an attribute under which the layer keeps the variable."""
    names = (
        name
        for name, value in owner.data.attributes.items()
        if any(one is info for one, _ in _variables([value], None))
    )
    return any(assigns(run.module, name) for name in names)


def _names_weights(node: ast.AST) -> bool:
    match node:
        case ast.FunctionDef(name=name):
            return name in _BY_HAND
        case ast.Attribute(attr=name):
            return name in _TRACKING
    return False


def _read(run: Rehearsal, wanted: set[Token]) -> set[Token]:
    """Return those of ``wanted`` that the result of a layer, or a loss, is computed from."""
    found: set[Token] = set()
    for one in run.called:
        found |= wanted & tokens(one.result) if one.value.kind is Kind.INSTANCE else set()
    for value in targets(run):
        found |= wanted & tokens(value)
    return found


def _finding(
    run: Rehearsal, info: VariableInfo, owner: Value, holder: Instance | None, lost: set[Token]
) -> Finding:
    call = info.call
    assert isinstance(call, ast.Call)  # the caller looked
    name = owner.data.cls.node.name
    variable = _name(run, info)
    uses = makings(run.module, call, run.events, owner.data)
    if holder is not None:
        message = (
            f"{variable} of the tf.Module {holder.cls.node.name}, which the layer {name} keeps, is not tracked by "
            f"Keras 3 and never trained; make {holder.cls.node.name} a keras layer that uses add_weight"
        )
        return Finding(call, message, Safety.ADVICE, uses=uses)
    alone = _nothing_else(run, info.token, lost)
    effect = (
        "there is nothing to train" if alone else "it is not in trainable_weights and keeps its first value"
    )
    message = f"{variable} of {name} is a tf.Variable, which Keras 3 does not track: {effect}"
    change = _change(run, call, owner) if _may_change(run, call, info) else None
    if change is None:
        return Finding(call, f"{message}; use self.add_weight or keras.Variable", Safety.ADVICE, uses=uses)
    return Finding(
        call, message, Safety.SAFE if alone else Safety.UNSAFE, edits=(Edit(call, change),), uses=uses
    )


def _name(run: Rehearsal, info: VariableInfo) -> str:
    statement = None if info.call is None else run.parents.get(info.call)
    if isinstance(statement, ast.Assign):
        return run.module.segment(statement.targets[0])
    return "A variable" if info.token.label == "variable" else f"The variable {info.token.label}"


def _may_change(run: Rehearsal, call: ast.Call, info: VariableInfo) -> bool:
    """Tell whether a variable of Keras will do: everyone uses what both have, and its name is one for Keras."""
    name = next((k.value for k in call.keywords if k.arg == "name"), None)
    if isinstance(name, ast.Constant) and "/" in str(name.value):
        return False
    statement = run.parents.get(call)
    target = statement.targets[0] if isinstance(statement, ast.Assign) else None
    if isinstance(target, ast.Attribute):
        use = re.compile(rf"\.{target.attr}\.(value\(|\w+)")
        used = {word for one in run.module.program() for word in use.findall(one.text)}
        if used - _OF_BOTH:
            return False
    return True


def _nothing_else(run: Rehearsal, token: Token, lost: set[Token]) -> bool:
    """Tell whether each training step of the program that has this weight has only such weights."""
    groups = [group for group in trained_together(run) if token in group]
    return bool(groups) and all(group <= lost for group in groups)


def _change(run: Rehearsal, call: ast.Call, owner: Value) -> Any:
    keywords = {k.arg: k.value for k in call.keywords}
    if None in keywords or len(call.args) > 1 or any(isinstance(a, ast.Starred) for a in call.args):
        return None
    value = call.args[0] if call.args else keywords.get("initial_value")
    if value is None or any(k not in (*_KEPT, "initial_value") for k in keywords):
        return None
    first = _receiver(run, call, owner)
    initial = translate(run, value, quote(run.module.text)) if first is not None else None
    if initial is not None and not (initial.dtype is not None and "dtype" in keywords):
        arguments = {"shape": initial.shape, "initializer": initial.initializer}
        if initial.dtype is not None:
            arguments["dtype"] = initial.dtype
        return _as_weight(f"{first}.add_weight", arguments)
    made = run.module.spell("keras.Variable")
    return _as_weight(made, {}) if made is not None else None


def _receiver(run: Rehearsal, call: ast.Call, owner: Value) -> str | None:
    """Return the name of the layer in the method that makes the variable, when it is set up by then."""
    method = function_of(run, call)
    if not isinstance(method, ast.FunctionDef) or not method.args.args:
        return None
    if method not in [s for info in owner.data.cls.ancestry() for s in info.node.body]:
        return None
    if any(isinstance(d, ast.Name) and d.id == "staticmethod" for d in method.decorator_list):
        return None
    if method.name == "__init__":
        set_up = [n.lineno for n in ast.walk(method) if isinstance(n, ast.Attribute) and n.attr == "__init__"]
        if not set_up or min(set_up) > call.lineno:
            return None
    elif method.name != "build":
        return None
    return method.args.args[0].arg


def _as_weight(func: str, arguments: dict[str, str]) -> Any:
    """Change the callee, and the initial value into these arguments, in the layout that it has."""

    def change(node: cst.CSTNode) -> cst.CSTNode:
        import libcst as cst

        from gradfix.cstree import parse_expression

        assert isinstance(node, cst.Call)  # the anchor is a call
        tight = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))
        place = next(
            i for i, a in enumerate(node.args) if a.keyword is None or a.keyword.value == "initial_value"
        )
        old = node.args[place]
        if not arguments:
            keyword = cst.Name("initializer") if old.keyword is not None else None
            new = [old.with_changes(keyword=keyword)]
        else:
            new = [
                cst.Arg(parse_expression(text), keyword=cst.Name(name), equal=tight)
                for name, text in arguments.items()
            ]
            between = node.args[0].comma if len(node.args) > 1 else cst.MaybeSentinel.DEFAULT
            if not isinstance(between, cst.Comma):
                lines = isinstance(node.whitespace_before_args, cst.ParenthesizedWhitespace)
                between = cst.Comma(
                    whitespace_after=node.whitespace_before_args if lines else cst.SimpleWhitespace(" ")
                )
            new = [part.with_changes(comma=between) for part in new]
            new[-1] = new[-1].with_changes(comma=old.comma, whitespace_after_arg=old.whitespace_after_arg)
        args = [*node.args[:place], *new, *node.args[place + 1 :]]
        return node.with_changes(func=parse_expression(func), args=args)

    return change
