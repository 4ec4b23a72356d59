"""Lists, tuples, dicts, and what an index takes out of a value."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from gradfix.flow import records
from gradfix.flow.joining import join
from gradfix.flow.objects import Applied, Container, Instance, ModelInfo
from gradfix.flow.values import Kind, Value

if TYPE_CHECKING:
    from gradfix.flow.interpreter import Interpreter

_OPAQUE = frozenset({Kind.CONST, Kind.NUMBER, Kind.SHAPE})


def items(value: Value) -> list[Value] | None:
    """Return the elements in order when each is known, else None."""
    if value.kind is Kind.CONTAINER:
        data = value.data
        if data.sort == "dict" and data.keys is not None and data.rest is None:
            return [
                key if isinstance(key, Value) else Value(Kind.CONST, value.node, key) for key in data.keys
            ]
        if data.items is not None and data.rest is None and data.sort != "dict":
            return list(data.items)
    if value.kind is Kind.INSTANCE:
        return records.items(value)
    return None


def element(run: Interpreter, value: Value, index: int | None, node: ast.AST) -> Value:
    """Return the element at ``index``, or any element when ``index`` is None."""
    if value.kind is Kind.CONTAINER:
        data = value.data
        if data.sort == "dict" and data.keys is not None:
            return Value(Kind.UNKNOWN, node)
        if data.items is not None and index is not None and -len(data.items) <= index < len(data.items):
            found: Value = data.items[index]
            return found
        parts = data.values()
        return join(parts, node) if parts else run.unknown("element", node, value)
    if value.kind is Kind.CHOICE:
        return join([element(run, one, index, node) for one in value.data], node)
    held = items(value)
    if held:
        return join(held, node) if index is None or index >= len(held) else held[index]
    if value.kind is Kind.MODEL or (value.kind is Kind.INSTANCE and isinstance(value.data, Instance)):
        return run.unknown("element", node)
    if value.kind in _OPAQUE:
        return Value(Kind.NUMBER, node)
    return _part(run, value, node, () if index is None else (Value(Kind.CONST, node, index),))


def _part(run: Interpreter, value: Value, node: ast.AST, index: tuple[Value, ...]) -> Value:
    kind = value.kind if value.kind in (Kind.TENSOR, Kind.ARRAY) else Kind.UNKNOWN
    if value.kind is Kind.VARIABLE:
        kind = Kind.TENSOR
    if kind is Kind.UNKNOWN or any(one.kind is Kind.CONST and isinstance(one.data, str) for one in index):
        return contents(value, node)
    data = Applied("[]", (value, *index), {})
    return run.derive(
        node, (value,), cutting=index, reason="index", weak=True, kind=kind, dtype=value.dtype, data=data
    )


def contents(value: Value, node: ast.AST) -> Value:
    """Return what something holds that is no tensor: as unknown as the whole, and no operation of its own."""
    whole = Value(
        Kind.UNKNOWN, node, live=value.live, cut=value.cut, inputs=(value,), time=value.time, text=value.text
    )
    whole.symbolic, whole.computed = value.symbolic, value.computed
    return whole


def get(run: Interpreter, owner: Value, index: Value, node: ast.AST) -> Value:
    """Evaluate ``owner[index]``."""
    if owner.kind is Kind.CHOICE:
        return join([get(run, one, index, node) for one in owner.data], node)
    if owner.kind is Kind.CONTAINER:
        return _from_container(run, owner, index, node)
    if owner.kind is Kind.INSTANCE:
        held = items(owner)
        if held:
            known = (
                index.kind is Kind.CONST
                and isinstance(index.data, int)
                and -len(held) <= index.data < len(held)
            )
            return held[index.data] if known else join(held, node)
        method = owner.data.cls.find("__getitem__")
        if method is not None:
            call = ast.copy_location(ast.Call(node, [], []), node)  # type: ignore[arg-type]
            return run.call(run.attribute(owner, "__getitem__", node), [index], {}, call)
        return run.unknown("element", node, owner)
    if owner.kind is Kind.MODEL and isinstance(owner.data, ModelInfo):
        return run.unknown("element", node)
    if owner.kind in _OPAQUE:
        return Value(Kind.SHAPE if owner.kind is Kind.SHAPE else Kind.NUMBER, node)
    indices = tuple(index.data.values()) if index.kind is Kind.CONTAINER else (index,)
    return _part(run, owner, node, indices)


def _from_container(run: Interpreter, owner: Value, index: Value, node: ast.AST) -> Value:
    data: Container = owner.data
    if index.kind is Kind.CONST:
        key = index.data
        if data.sort == "dict":
            for have, item in zip(reversed(data.keys or ()), reversed(data.items or ()), strict=False):
                if not isinstance(have, Value) and have == key:
                    return item
        elif isinstance(key, int) and data.items is not None and -len(data.items) <= key < len(data.items):
            return data.items[key]
        elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
            return owner
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
        return _slice(owner, node)
    parts = data.values()
    if not parts:
        return run.unknown("element", node)
    return join(parts, node)


def _slice(owner: Value, node: ast.Subscript) -> Value:
    data: Container = owner.data
    bounds: list[int | None] = []
    part = node.slice
    assert isinstance(part, ast.Slice)
    for bound in (part.lower, part.upper, part.step):
        match bound:
            case None:
                bounds.append(None)
            case ast.Constant(value=int(number)):
                bounds.append(number)
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(number))):
                bounds.append(-number)
            case _:
                return Value(Kind.CONTAINER, node, Container(data.sort, None, rest=_any(data)))
    if data.items is None or bounds[2] == 0:
        return Value(Kind.CONTAINER, node, Container(data.sort, None, rest=_any(data), of=data.of))
    return Value(Kind.CONTAINER, node, Container(data.sort, data.items[slice(*bounds)]))


def _any(data: Container) -> Value | None:
    parts = data.values()
    return join(parts) if parts else None


def put(run: Interpreter, owner: Value, index: Value, value: Value, node: ast.AST) -> None:
    """Carry out ``owner[index] = value``."""
    run.effects += 1
    if owner.kind is Kind.CHOICE:
        for one in owner.data:
            put(run, one, index, value, node)
    elif owner.kind is Kind.CONTAINER:
        data: Container = owner.data
        if data.sort == "dict":
            _put_key(run, data, index, value, node)
        elif (
            index.kind is Kind.CONST
            and isinstance(index.data, int)
            and data.items
            and 0 <= index.data < len(data.items)
        ):
            old = data.items[index.data]
            data.items[index.data] = join([old, value]) if run.maybe() else value
        else:
            data.rest = value if data.rest is None else join([data.rest, value])
    elif owner.kind in (Kind.ARRAY, Kind.UNKNOWN) and isinstance(node, ast.Subscript):
        _store_in_array(run, owner, index, value, node)


def _put_key(run: Interpreter, data: Container, index: Value, value: Value, node: ast.AST) -> None:
    if index.kind is not Kind.CONST or data.keys is None or data.items is None:
        data.rest = value if data.rest is None else join([data.rest, value])
        return
    for position, key in enumerate(data.keys):
        if not isinstance(key, Value) and key == index.data:
            run.note_rebinding(node, data.items[position], value)
            data.items[position] = join([data.items[position], value]) if run.maybe() else value
            return
    data.keys.append(index.data)
    data.items.append(value)


def _store_in_array(run: Interpreter, owner: Value, index: Value, value: Value, node: ast.Subscript) -> None:
    """A tensor stored into a NumPy array loses its gradient; the array takes the blame along."""
    if not isinstance(node.value, ast.Name):
        return
    stored = value.kind in (Kind.TENSOR, Kind.ARRAY) or bool(value.cut)
    passing = (owner, value) if stored and value.kind is not Kind.TENSOR else (owner,)
    new = run.derive(node, passing, cutting=(index,), reason="conversion", weak=True, kind=owner.kind)
    if value.kind is Kind.TENSOR:
        sure = owner.kind is Kind.ARRAY
        new = run.derive(node, (new,), cutting=(value,), reason="conversion", weak=not sure, kind=owner.kind)
    if new.live or new.cut:
        run.scope.bind(node.value.id, new)


def extend(run: Interpreter, owner: Value, more: Value, node: ast.AST) -> None:
    """Carry out ``owner += more`` or ``owner.extend(more)`` on a list."""
    run.effects += 1
    data: Container = owner.data
    found = items(more)
    if found is not None and data.items is not None and not run.conditional:
        data.items += found
        return
    parts = found if found is not None else [element(run, more, None, node)]
    for part in parts:
        data.rest = part if data.rest is None else join([data.rest, part])


def append(run: Interpreter, owner: Value, value: Value) -> None:
    """Carry out ``owner.append(value)``."""
    run.effects += 1
    data: Container = owner.data
    if data.items is not None and data.rest is None and not run.conditional:
        data.items.append(value)
    else:
        data.rest = value if data.rest is None else join([data.rest, value])
