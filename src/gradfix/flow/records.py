"""Classes without ``__init__`` whose objects hold what they are given: data classes and named tuples."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from gradfix.flow.joining import merge_cuts, merge_live
from gradfix.flow.objects import ClassInfo, Instance
from gradfix.flow.values import Cuts, Kind, Live, Value

if TYPE_CHECKING:
    from gradfix.flow.interpreter import Interpreter

_TUPLE = "typing.NamedTuple"


def is_record(run: Interpreter, info: ClassInfo) -> bool:
    """Tell whether a class is a data class or a named tuple."""
    if _TUPLE in info.library_bases():
        return True
    outer, run.scope = run.scope, info.home
    makers = [run.eval(one.func if isinstance(one, ast.Call) else one) for one in info.node.decorator_list]
    run.scope = outer
    return any(maker.kind is Kind.PATH and maker.data == "dataclasses.dataclass" for maker in makers)


def fill(
    run: Interpreter, value: Value, args: list[Value], keywords: dict[str, Value], node: ast.AST
) -> None:
    """Keep the arguments as attributes, in the order of the fields."""
    instance: Instance = value.data
    names = _fields(instance.cls)
    given = {**dict(zip(names, args, strict=False)), **keywords}
    live: Live = {}
    cut: Cuts = {}
    for name in names:
        found = given.get(name)
        if found is None:
            found = _default(run, instance.cls, name) if "**" not in keywords else None
        if found is None:
            found = run.unknown(name, node)
        instance.attributes[name] = found
        merge_live(live, found.live)
        merge_cuts(cut, found.cut)
    value.live, value.cut = live, cut
    after = instance.cls.find("__post_init__")
    if after is not None and isinstance(node, ast.Call):
        run.call(run.attribute(value, "__post_init__", node), [], {}, node)


def _default(run: Interpreter, info: ClassInfo, name: str) -> Value | None:
    """Return what a field holds that was not given, as far as that is known."""
    for base in info.ancestry():
        for statement in base.node.body:
            match statement:
                case ast.AnnAssign(target=ast.Name(id=other), value=ast.expr() as value) if other == name:
                    return _made(run, base, value)
    return None


def _made(run: Interpreter, info: ClassInfo, value: ast.expr) -> Value | None:
    """Return what stands behind a field: a constant, ``field(default=…)``, or an object that is made anew."""
    outer, run.scope = run.scope, info.home
    found: Value | None = None
    match value:
        case ast.Constant():
            found = run.eval(value)
        case ast.Call(func=ast.Name(id="field") | ast.Attribute(attr="field"), keywords=keywords):
            for keyword in keywords:
                if keyword.arg == "default" and isinstance(keyword.value, ast.Constant):
                    found = run.eval(keyword.value)
                elif keyword.arg == "default_factory":
                    maker = run.eval(keyword.value)
                    call = ast.copy_location(ast.Call(keyword.value, [], []), keyword.value)
                    found = run.call(maker, [], {}, call) if maker.kind is Kind.CLASS else None
        case ast.Call(func=ast.Name(), args=[], keywords=[]):
            found = run.eval(value)
    run.scope = outer
    return found if found is not None and found.kind in (Kind.CONST, Kind.INSTANCE) else None


def _fields(info: ClassInfo) -> list[str]:
    names: dict[str, None] = {}
    for one in reversed(info.ancestry()):
        for statement in one.node.body:
            match statement:
                case ast.AnnAssign(target=ast.Name(id=name), annotation=kind) if (
                    "ClassVar" not in ast.unparse(kind)
                ):
                    names[name] = None
    return list(names)


def named_tuple(run: Interpreter, args: list[Value], node: ast.Call) -> Value:
    """Call ``collections.namedtuple``: the class that it makes, when its fields are written out."""
    fields = args[1] if len(args) > 1 else None
    names: list[str] = []
    if fields is not None and fields.kind is Kind.CONST and isinstance(fields.data, str):
        names = fields.data.replace(",", " ").split()
    elif fields is not None:
        items = run.items(fields) or []
        names = [str(one.data) for one in items if one.kind is Kind.CONST]
        names = names if len(names) == len(items) else []
    if not names or not all(name.isidentifier() for name in names) or len(args) != 2:
        return run.unknown("namedtuple", node)
    body = "\n".join(f" {name}: object" for name in names)
    made = ast.parse(f"class Record:\n{body}").body[0]
    assert isinstance(made, ast.ClassDef)
    for inner in ast.walk(made):
        ast.copy_location(inner, node)
    base = Value(Kind.PATH, node, _TUPLE)
    return Value(Kind.CLASS, node, ClassInfo(made, (base,), {}, run.scope))


def items(value: Value) -> list[Value] | None:
    """Return what a named tuple holds, None for another object."""
    instance: Instance = value.data
    return list(instance.attributes.values()) if _TUPLE in instance.cls.library_bases() else None
