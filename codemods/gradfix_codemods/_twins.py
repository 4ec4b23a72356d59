"""From a call of NumPy to the call of its measured twin in TensorFlow or ``keras.ops``."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gradfix import edits
from gradfix.flow.ops import Twin, lookup, twin
from gradfix.model import ImportNeeded
from gradfix.module import Module

if TYPE_CHECKING:
    from gradfix.edits import Change

    Kinds = Callable[[ast.expr], set[str]]

MATH = {
    "fabs": "abs",
    "pow": "power",
    "asin": "arcsin",
    "acos": "arccos",
    "atan": "arctan",
    "asinh": "arcsinh",
    "acosh": "arccosh",
    "atanh": "arctanh",
    "atan2": "arctan2",
}
_STEPS = {
    "numpy.round": "round",
    "numpy.around": "round",
    "numpy.rint": "round",
    "numpy.floor": "floor",
    "numpy.ceil": "ceil",
}
_CHOOSING = frozenset(
    {
        "argmax",
        "argmin",
        "argsort",
        "argwhere",
        "nonzero",
        "flatnonzero",
        "searchsorted",
        "digitize",
        "unique",
    }
    | {"round", "around", "rint", "floor", "ceil", "trunc", "sign", "any", "all", "bincount", "histogram"}
    | {"greater", "greater_equal", "less", "less_equal", "equal", "not_equal", "isclose", "allclose"}
    | {"isnan", "isinf", "isfinite", "count_nonzero", "nanargmax", "nanargmin"}
)
_DTYPES = ("float16", "float32", "float64")


class NoWay(Exception):  # noqa: N818 - an answer, not an error
    """There is no fix; the message says why, as the end of a sentence that begins with "because".

    ``by_nature`` tells that no gradient can pass there in any framework: a choice, a comparison, a rounding.
    """

    def __init__(self, reason: str, *, by_nature: bool = False) -> None:
        super().__init__(reason)
        self.by_nature = by_nature


@dataclass(frozen=True, slots=True)
class Rewriting:
    """How one expression changes, and the imports that the new one needs."""

    change: Change
    imports: tuple[ImportNeeded, ...] = ()


@dataclass(frozen=True, slots=True)
class _Argument:
    numpy: str
    place: int | str
    node: ast.expr


def spelled(module: Module, path: str) -> tuple[str, tuple[ImportNeeded, ...]]:
    """Return how ``module`` writes a path of TensorFlow or Keras, and the import that this needs."""
    text = module.spell(path)
    if text is not None:
        return text, ()
    if path.startswith("keras."):
        package, _, name = path.partition(".")
        return name, (ImportNeeded(package, name.partition(".")[0]),)
    if "tf" in module.aliases.values():
        return path, (ImportNeeded("tensorflow"),)
    return "tf" + path.removeprefix("tensorflow"), (ImportNeeded("tensorflow", alias="tf"),)


def families(module: Module) -> tuple[str, ...]:
    """Return where to look for a twin: ``keras.ops`` first in a file that has Keras 3 but no TensorFlow."""
    imported = {path.partition(".")[0] for path in module.aliases}
    if module.keras < 3:  # noqa: PLR2004 - keras.ops came with Keras 3
        return ("tensorflow",)
    return (
        ("tensorflow", "keras")
        if "tensorflow" in imported or "keras" not in imported
        else ("keras", "tensorflow")
    )


def named(module: Module, path: str) -> tuple[str, tuple[ImportNeeded, ...]]:
    """Spell a function that TensorFlow and ``keras.ops`` have under one name: ``cast``, ``convert_to_tensor``."""
    family = families(module)[0]
    return spelled(module, f"{'tensorflow' if family == 'tensorflow' else 'keras.ops'}.{path}")


def of_function(module: Module, call: ast.Call, path: str, kinds: Kinds) -> Rewriting:
    """Rewrite the call of the NumPy function ``path``; ``kinds`` says what an argument is.

    Raises:
        NoWay: it has no twin, or not one that takes these arguments.
    """
    bound = _one_bound(call) if path == "numpy.clip" else None
    if bound is not None:
        text, imports = named(module, bound[0])
        return Rewriting(edits.template(f"{text}({{arg0}}, {{{bound[1]}}})"), imports)
    found = _twin(module, path)
    arguments = _arguments(call, found)
    if path == "numpy.where" and len(arguments) < 3:  # noqa: PLR2004
        raise NoWay("`np.where` of one argument gives indices, which have no gradient")
    like = _like(module, found, arguments, kinds)
    if like is None:
        _check_refused(found, arguments, kinds)
    text, imports = spelled(module, found.path)
    kept = [a for a in arguments if a.numpy in found.keywords]
    if (
        like is None
        and kept == arguments
        and all(_same_place(found, a) for a in kept if isinstance(a.place, int))
    ):
        names = {a.numpy: found.keywords[a.numpy] for a in kept if isinstance(a.place, str)}
        given = {found.keywords[a.numpy] for a in kept}
        changes = [edits.callee(text)]
        if any(old != new for old, new in names.items()):
            changes.append(edits.rename_keywords(names))
        changes += [
            edits.set_keyword(k, _literal(module, v)) for k, v in found.defaults.items() if k not in given
        ]
        return Rewriting(edits.compose(*changes), imports)
    parts = _parts(module, found, kept, 0, like)
    return Rewriting(edits.template(f"{text}({', '.join(parts)})"), imports)


def _one_bound(call: ast.Call) -> tuple[str, str] | None:
    """``np.clip(x, low, None)`` is a maximum; return the function's name and the place of its bound."""
    bounds: dict[str, tuple[str, ast.expr]] = {}
    for name, index in (("a_min", 1), ("a_max", 2)):
        if len(call.args) > index:
            bounds[name] = f"arg{index}", call.args[index]
        for keyword in call.keywords:
            if keyword.arg in (name, name[2:]):
                bounds[name] = keyword.arg, keyword.value
    given = [
        name
        for name, (_, node) in bounds.items()
        if not (isinstance(node, ast.Constant) and node.value is None)
    ]
    if len(given) != 1 or not call.args or len(call.args) + len(call.keywords) > 3:  # noqa: PLR2004
        return None
    return ("maximum" if given[0] == "a_min" else "minimum"), bounds[given[0]][0]


def _like(module: Module, found: Twin, arguments: Sequence[_Argument], kinds: Kinds) -> str | None:
    """Return the tensor whose dtype the other operands need: ``tf.experimental.numpy`` would make it float64."""
    if not found.path.startswith("tensorflow.experimental.numpy."):
        return None
    operands = [a for a in arguments if _is_operand(found, a)]
    others = [a for a in operands if _needs_dtype(found, a, kinds)]
    tensors = [
        a for a in operands if "tensor" in kinds(a.node) and isinstance(a.node, (ast.Name, ast.Attribute))
    ]
    return module.segment(tensors[0].node) if others and tensors else None


def _is_operand(found: Twin, argument: _Argument) -> bool:
    op = lookup(found.path)
    return op is not None and found.keywords.get(argument.numpy) in op.gradient


def _needs_dtype(found: Twin, argument: _Argument, kinds: Kinds) -> bool:
    mine = kinds(argument.node)
    return "array" in mine or bool(mine & set(found.refused.get(argument.numpy, ())))


def _check_refused(found: Twin, arguments: Sequence[_Argument], kinds: Kinds) -> None:
    for argument in arguments:
        refused = sorted(kinds(argument.node) & set(found.refused.get(argument.numpy, ())))
        if refused:
            raise NoWay(
                f"the counterpart of `{_short(found.numpy)}` does not take {refused[0]} for `{argument.numpy}`"
            )


def straight_through(module: Module, call: ast.Call, path: str, parent: ast.AST | None) -> Rewriting | None:
    """Round a name and let the gradient through, for what has no gradient; None for other functions."""
    name = _STEPS.get(path)
    match call:
        case ast.Call(args=[ast.Name()], keywords=[]) if name is not None:
            rounding, imports = named(module, name)
            stop, more = named(module, "stop_gradient")
            text = f"{{arg0}} + {stop}({rounding}({{arg0}}) - {{arg0}})"
            alone = isinstance(parent, (ast.Assign, ast.Return, ast.Call, ast.keyword))
            return Rewriting(edits.template(text if alone else f"({text})"), (*imports, *more))
    return None


def of_method(module: Module, node: ast.Call | ast.Attribute, name: str, kinds: Kinds) -> Rewriting:
    """Rewrite a method of an array, or an attribute as ``x.T``, with the array as first argument.

    Raises:
        NoWay: it has no twin, or not one that takes these arguments.
    """
    found = _twin(module, f"numpy.ndarray.{name}")
    text, imports = spelled(module, found.path)
    if isinstance(node, ast.Attribute):
        return Rewriting(edits.template(f"{text}({{value}})"), imports)
    star = next((p for p in found.parameters if p.startswith("*")), None)
    if star is not None and len(node.args) > 1:
        if node.keywords or any(isinstance(a, ast.Starred) for a in node.args):
            raise NoWay(f"the arguments of `.{name}` do not translate")
        places = ", ".join(f"{{arg{i}}}" for i in range(len(node.args)))
        return Rewriting(edits.compose(edits.template(f"{text}({{receiver}}, ({places}))"), _bare), imports)
    arguments = _arguments(node, found, 1)
    _check_refused(found, arguments, kinds)
    kept = [a for a in arguments if a.numpy in found.keywords]
    parts = ["{receiver}", *_parts(module, found, kept, 1)]
    return Rewriting(edits.compose(edits.template(f"{text}({', '.join(parts)})"), _bare), imports)


def _bare(call: Any) -> Any:
    """``f((a - b))`` → ``f(a - b)``: the parentheses were there for the method's dot."""
    import libcst as cst

    first, *rest = call.args
    kept = (cst.Tuple, cst.GeneratorExp, cst.NamedExpr, cst.Yield)
    if not isinstance(first.value, kept):
        first = first.with_changes(value=first.value.with_changes(lpar=[], rpar=[]))
    return call.with_changes(args=[first, *rest])


def cast(module: Module, inner: str, dtype: str) -> Rewriting:
    """Rewrite a conversion with a dtype as a cast; ``inner`` is the placeholder of what is cast."""
    text, imports = named(module, "cast")
    return Rewriting(edits.template(f"{text}({{{inner}}}, {dtype})"), imports)


def dtype_text(module: Module, node: ast.expr) -> str:
    """Return a dtype as TensorFlow has it: ``np.float32`` becomes ``tf.float32``."""
    text = module.segment(node)
    head, _, name = text.rpartition(".")
    numpy = {alias for path, alias in module.aliases.items() if path == "numpy"}
    return _literal(module, name) if head in numpy and name in _DTYPES else text


def _twin(module: Module, path: str) -> Twin:
    found = next(
        (one for family in families(module) if (one := twin(path, family, module.keras)) is not None), None
    )
    if found is None:
        name = path.rpartition(".")[2]
        raise NoWay(
            f"`{_short(path)}` has no differentiable counterpart in TensorFlow", by_nature=name in _CHOOSING
        )
    if found.constant:
        raise NoWay(f"the result of `{_short(path)}` does not depend on its argument")
    return found


def _short(path: str) -> str:
    name = path.removeprefix("numpy.")
    return f".{name.removeprefix('ndarray.')}()" if name.startswith("ndarray.") else f"np.{name}"


def _arguments(call: ast.Call, found: Twin, skip: int = 0) -> list[_Argument]:
    """Return the arguments by NumPy's names; None for a parameter that the twin lacks is left out later."""
    given: list[_Argument] = []
    names = found.parameters[skip:]
    for index, node in enumerate(call.args):
        star = next((p for p in names[: index + 1] if p.startswith("*")), None)
        name = star or (names[index] if index < len(names) else "")
        given.append(_Argument(name, index, node))
    given += [_Argument(keyword.arg or "", keyword.arg or "", keyword.value) for keyword in call.keywords]
    for argument in given:
        dropped = isinstance(argument.node, ast.Constant) and argument.node.value is None
        if isinstance(argument.node, ast.Starred) or (argument.numpy not in found.keywords and not dropped):
            raise NoWay(f"the argument `{argument.numpy or ast.unparse(argument.node)}` of `{_short(found.numpy)}` "
                        "does not translate")  # fmt: skip
    names_given = {a.numpy for a in given}
    missing = set(found.needed) - names_given
    missing |= {
        other for name, other in found.together.items() if name in names_given and other not in names_given
    }
    if missing:
        raise NoWay(f"`{_short(found.numpy)}` without `{min(missing)}` has no counterpart in TensorFlow")
    return given


def _same_place(found: Twin, argument: _Argument, skip: int = 0) -> bool:
    wanted = found.keywords[argument.numpy]
    if argument.numpy.startswith("*") and wanted.startswith("*"):
        return True
    op = lookup(found.path)
    order = op.parameters if op is not None else tuple(found.keywords.values())
    index = int(argument.place) + skip
    return index < len(order) and order[index] == wanted


def _parts(
    module: Module, found: Twin, kept: list[_Argument], skip: int, like: str | None = None
) -> list[str]:
    parts: list[str] = []
    given: set[str] = set()
    for argument in kept:
        name = found.keywords[argument.numpy]
        given.add(name)
        positional = isinstance(argument.place, int)
        if argument.numpy == "dtype":
            value = dtype_text(module, argument.node).replace("{", "{{").replace("}", "}}")
        else:
            value = f"{{arg{argument.place}}}" if positional else f"{{{argument.place}}}"
            if like is not None and module.segment(argument.node) != like and _is_operand(found, argument):
                value = f"{named(module, 'cast')[0]}({value}, {like}.dtype)"
        same = positional and (_same_place(found, argument, skip) or argument.numpy.startswith("*"))
        parts.append(value if same and not any("=" in p for p in parts) else f"{name.lstrip('*')}={value}")
    op = lookup(found.path)
    order = op.parameters if op is not None else ()
    for name, default in found.defaults.items():
        if name not in given:
            next_one = not given and len(order) > skip and order[skip] == name
            text = _literal(module, default)
            parts.append(text if next_one else f"{name}={text}")
    return parts


def _literal(module: Module, value: object) -> str:
    if value in _DTYPES and families(module)[0] == "tensorflow":
        text, imports = spelled(module, f"tensorflow.{value}")
        return repr(value) if imports else text
    return repr(value).replace("'", '"')
