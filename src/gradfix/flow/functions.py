"""Functions and classes of the program: how they are made, called, and run when nobody calls them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from gradfix.flow import decorators
from gradfix.flow.joining import join, leaves
from gradfix.flow.objects import Container, Frame, Function
from gradfix.flow.scopes import Scope
from gradfix.flow.statements import block
from gradfix.flow.values import EVERY, Kind, Token, Value

if TYPE_CHECKING:
    from gradfix.flow.interpreter import Interpreter

MAX_DEPTH = 24
# Runs of a function of another file, in one program: of any, and of one that has given nothing with a gradient.
_MOST_RUNS, _MOST_BARREN_RUNS = 24, 6
# A function that calls itself is followed through nested lists, but not along all ways that branch out.
_DEEPEST, _MOST_NESTED = 2, 8
_CODE = frozenset({Kind.FUNCTION, Kind.CLASS})
_OBJECTS = frozenset({Kind.LAYER, Kind.MODEL, Kind.INSTANCE, Kind.VARIABLE})
TRANSPARENT = frozenset(
    {
        "tensorflow.function",
        "tensorflow.autograph.experimental.do_not_convert",
        "tensorflow.Module.with_name_scope",
        "functools.wraps",
        "functools.lru_cache",
        "functools.cache",
        "builtins.staticmethod",
        "builtins.classmethod",
        "builtins.property",
        "functools.cached_property",
        "typing.overload",
        "typing.no_type_check",
        "keras.saving.register_keras_serializable",
        "keras.utils.register_keras_serializable",
        "contextlib.contextmanager",
    }
)
_OPAQUE = frozenset({"tensorflow.custom_gradient", "keras.ops.custom_gradient", "abc.abstractmethod"})


def make(run: Interpreter, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> Value:
    """Return the value of a ``def`` or ``lambda`` where it stands."""
    arguments = node.args
    defaults: dict[str, Value] = {}
    names = [a.arg for a in (*arguments.posonlyargs, *arguments.args)]
    for name, default in zip(reversed(names), reversed(arguments.defaults), strict=False):
        defaults[name] = run.eval(default)
    for argument, given in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=False):
        if given is not None:
            defaults[argument.arg] = run.eval(given)
    worn = (
        ()
        if isinstance(node, ast.Lambda)
        else tuple(decorators.evaluate(run, d) for d in node.decorator_list)
    )
    home = (
        run.scope.parent
        if run.class_body is not None and run.scope.names is run.class_body.members
        else run.scope
    )
    function = Function(node, home, run.class_body, None, defaults, worn)
    run.functions.append(function)
    return decorators.apply(run, Value(Kind.FUNCTION, node, function))


def decorator_path(value: Value) -> str | None:
    """Return the canonical name of a decorator, called with arguments or not."""
    if value.kind is Kind.PATH:
        path: str = value.data
        return path
    return value.text if value.kind is Kind.UNKNOWN else None


def is_property(function: Function) -> bool:
    return any(
        decorator_path(d) in ("builtins.property", "functools.cached_property") for d in function.decorators
    )


def is_static(function: Function) -> bool:
    return any(decorator_path(d) == "builtins.staticmethod" for d in function.decorators)


def is_class_method(function: Function) -> bool:
    return any(decorator_path(d) == "builtins.classmethod" for d in function.decorators)


def call(
    run: Interpreter, callee: Value, args: list[Value], keywords: dict[str, Value], node: ast.AST
) -> Value:
    """Call a function of the program with these arguments."""
    function: Function = callee.data
    if function.given is not None:
        args = [*function.given[0], *args]
        keywords = {**function.given[1], **keywords}
    if function.bound is not None:
        args = [function.bound, *args]
    paths = [decorator_path(d) for d in function.decorators]
    if any(path in _OPAQUE for path in paths):
        run.visited.add(function.node)
        run.visited.update(inner for inner in ast.walk(function.node) if isinstance(inner, ast.FunctionDef))
        return run.derive(node, (*args, *keywords.values()))
    # What a decorator puts around a function is the same code for each of them, and no recursion.
    active = sum(one.node is function.node and one.home is function.home for one in run.calls)
    if (
        active > _DEEPEST
        or (active and run.runs[function.node] >= _MOST_NESTED)
        or len(run.calls) >= MAX_DEPTH
        or run.shallow()
        or (run.sketching and _is_left_alone(run, function))
        or _is_known_enough(run, function, (*args, *keywords.values()))
    ):
        if not run.sketching:
            run.visited.add(
                function.node
            )  # how it is called is known: to run it on its own shows another thing
        return _opaque_call(run, callee, args, keywords, node)
    key = (
        function.node,
        id(function.home),
        id(function.bound),
        tuple(_signature(value) for value in args),
        tuple((name, _signature(value)) for name, value in sorted(keywords.items())),
        run.active,
    )
    known = run.memo.get(key)
    way = _way(run, node)
    # What another call computed is blamed on that call: it only stands for this one when it has no gradient.
    if known is not None and known[0] == run.effects and (known[2] == way or not _carries(known[1])):
        return known[1]
    before = run.effects
    run.runs[function.node] += 1
    result = interpret_body(run, function, args, keywords, node)
    if function.home.top is not run.top:
        _note_result(run, function, result)
    if any(path not in TRANSPARENT for path in paths):
        token = Token("unknown", function.name, node)
        result = join([result, Value(Kind.UNKNOWN, node, live={token: EVERY})], node)
    if run.effects == before:
        run.memo[key] = (before, result, way)
    return result


def _is_known_enough(run: Interpreter, function: Function, given: tuple[Value, ...]) -> bool:
    """Tell whether a function of another file ran so often that one run more costs time and shows nothing.

    Those that take or give functions or classes are not: each decorator and each registered loss counts.
    """
    times = run.runs[function.node]
    if times < _MOST_BARREN_RUNS or function.home.top is run.top:
        return False
    if times < _MOST_RUNS and function.node in run.bearing:
        return False
    return function.node not in run.makers and not any(map(_holds_code, given))


def _note_result(run: Interpreter, function: Function, result: Value) -> None:
    """Note what sort of thing a function of another file gives."""
    if function.node not in run.makers and _holds_code(result):
        run.makers.add(function.node)
    if function.node not in run.bearing and any(map(_bears, leaves(result))):
        run.bearing.add(function.node)


def _bears(leaf: Value) -> bool:
    """Tell whether a value has to do with the gradients of something that is known."""
    return bool(leaf.cut) or leaf.kind in _OBJECTS or any(token.kind != "unknown" for token in leaf.live)


def _holds_code(value: Value) -> bool:
    return any(leaf.kind in _CODE for leaf in leaves(value))


def _is_left_alone(run: Interpreter, function: Function) -> bool:
    """Tell whether a function of another file is not followed while a layer is tried out.

    It is not a method of a class of this file, and nothing in its file can cut a gradient in a ``call``.
    """
    if function.home.top is run.top:
        return False
    bound = function.bound
    if bound is not None and bound.kind is Kind.INSTANCE and bound.data.cls.home.top is run.top:
        return False
    return run.staying or not function.home.top.unit.converts


def _way(run: Interpreter, node: ast.AST) -> tuple[int, ...]:
    """Identify the calls that lead to ``node``."""
    found, frame = [id(node)], run.frame
    while frame is not None:
        found.append(id(frame.node))
        frame = frame.parent
    return tuple(found)


def _carries(value: Value) -> bool:
    return any(leaf.live or leaf.cut for leaf in leaves(value))


def _signature(value: Value) -> object:
    if value.kind is Kind.CONST:
        return type(value.data).__name__, repr(value.data)
    return value.data if value.kind is Kind.PATH else id(value)


def _opaque_call(
    run: Interpreter, callee: Value, args: list[Value], keywords: dict[str, Value], node: ast.AST
) -> Value:
    """Call a function that is not followed: everything passes through, and what comes out may have weights."""
    given = (*args, *keywords.values())
    for value in given:
        let_go(value)
    name = callee.data.name
    result = run.derive(node, (*given, run.unknown(name, node)), kind=Kind.UNKNOWN)
    result.live = {**result.live, Token("unknown", name, node): EVERY}
    return result


def let_go(value: Value) -> None:
    """Note that something unknown may record under the tapes that come with ``value``."""
    for one in leaves(value):
        if one.kind is Kind.TAPE:
            one.data.escaped = True
        elif one.kind is Kind.FUNCTION:
            scope = one.data.home
            while scope.parent is not None:
                for held in scope.names.values():
                    if held.kind is Kind.TAPE:
                        held.data.escaped = True
                scope = scope.parent


def interpret_body(
    run: Interpreter, function: Function, args: list[Value], keywords: dict[str, Value], node: ast.AST
) -> Value:
    """Run the body of a function with these arguments, and return what it gives."""
    scope = Scope(function.home, function)
    _bind(run, scope, function, args, keywords, node)
    run.visited.add(function.node)
    outer, statement, class_body = run.scope, run.statement, run.class_body
    run.scope, run.class_body = scope, None
    run.calls.append(function)
    run.frame = frame = Frame(node, function.name, run.frame, run.tick())
    if isinstance(function.node, ast.Lambda):
        result = run.eval(function.node.body)
    else:
        fell_through = block(run, function.node.body)
        if scope.yields:
            # The rounds of a loop yield the same expression.
            latest = {id(one.node or one): one for one in scope.yields}.values()
            container = Container("generator", None, rest=join([*latest, run.unknown("yield", node)]))
            result = Value(Kind.CONTAINER, node, container)
        elif scope.returns:
            result = join(scope.returns, node)
        else:
            # A body that only raises or only has a docstring is an interface: its result is not known.
            interface = not fell_through or _is_interface(function.node)
            result = run.unknown(function.name, node, *args) if interface else Value(Kind.CONST, node, None)
    run.calls.pop()
    run.frame, frame.end = frame.parent, run.tick()
    run.scope, run.statement, run.class_body = outer, statement, class_body
    return result


def _is_interface(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return all(
        isinstance(s, ast.Pass) or (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))
        for s in node.body
    )


def _bind(
    run: Interpreter,
    scope: Scope,
    function: Function,
    args: list[Value],
    keywords: dict[str, Value],
    node: ast.AST,
) -> None:
    arguments = function.node.args
    names = [a.arg for a in (*arguments.posonlyargs, *arguments.args)]
    bound = scope.names
    bound.update(zip(names, args, strict=False))
    if arguments.vararg is not None:
        bound[arguments.vararg.arg] = Value(
            Kind.CONTAINER, node, Container("tuple", list(args[len(names) :]))
        )
    extra: dict[str, Value] = {}
    known = {*names, *(a.arg for a in arguments.kwonlyargs)}
    for name, value in keywords.items():
        if name in known:
            bound[name] = value
        elif name != "**":
            extra[name] = value
    rest = keywords.get("**")
    if arguments.kwarg is not None:
        bound[arguments.kwarg.arg] = Value(
            Kind.CONTAINER, node, Container("dict", list(extra.values()), list(extra), rest)
        )
    for name in known:
        if name not in bound:
            default = function.defaults.get(name)
            if rest is not None:
                unknown = run.unknown(name, node, rest)
                bound[name] = unknown if default is None else join([default, unknown])
            else:
                bound[name] = default if default is not None else run.unknown(name, node)


def run_root(run: Interpreter, function: Function) -> None:
    """Run a function that nobody in the file calls, with arguments that nobody knows."""
    arguments = function.node.args
    names = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    given: dict[str, Value] = {
        a.arg: Value(Kind.UNKNOWN, a, live={Token("parameter", a.arg, a): EVERY}, text=a.arg) for a in names
    }
    if function.owner is not None and names and function.bound is None and not is_static(function):
        first = names[0].arg
        owner = function.owner
        given[first] = (
            Value(Kind.CLASS, owner.node, owner) if is_class_method(function) else run.instance_of(owner)
        )
    before = run.active
    run.active = frozenset()
    conditional, looping, run.conditional, run.looping = run.conditional, run.looping, 0, 0
    if function.node not in run.visited:
        interpret_body(run, function, [], given, function.node)
    run.active, run.conditional, run.looping = before, conditional, looping
