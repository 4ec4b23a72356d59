"""How statements run: branches join, loops run twice, ``with`` opens tapes."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from gradfix.flow import decorators
from gradfix.flow.linking import local_bindings
from gradfix.flow.loops import for_, while_
from gradfix.flow.objects import ClassInfo, Container
from gradfix.flow.scopes import Scope, join_names
from gradfix.flow.values import Kind, Tape, Value
from gradfix.names import bindings

if TYPE_CHECKING:
    from gradfix.flow.interpreter import Interpreter


def block(run: Interpreter, body: list[ast.stmt]) -> bool:
    """Run statements in order; return whether the end of the block is reached."""
    for statement in body:
        execute = EXECUTE.get(type(statement))
        run.step()
        if execute is None:
            continue
        run.statement = statement
        if execute(run, statement) is False:
            return False
    return True


def _import(run: Interpreter, node: ast.Import | ast.ImportFrom) -> None:
    project = run.module.project
    own = dict(local_bindings(run, project, node)) if project is not None else {}
    for name, path in bindings(node):
        if name == "*":
            if "*" not in own:
                run.scope.top.stars.append(path)
        elif name not in own:
            run.scope.bind(name, Value(Kind.PATH, node, path))
    for name, value in own.items():
        if name == "*":
            run.scope.top.stars.append(value.data)
        else:
            run.scope.bind(name, value.data.resolve() if run.class_body is not None else value)
    if isinstance(node, ast.ImportFrom) and node.level:
        for alias in node.names:
            name = alias.asname or alias.name
            if alias.name not in ("tf", "*") and name not in own:
                run.scope.bind(name, run.unknown(name, node))


def _function(run: Interpreter, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
    run.scope.bind(node.name, run.make_function(node))


def _class(run: Interpreter, node: ast.ClassDef) -> None:
    bases = tuple(run.eval(base) for base in node.bases)
    scope = Scope(run.scope)
    info = ClassInfo(node, bases, scope.names, run.scope)
    worn = [run.eval(decorator) for decorator in node.decorator_list]
    outer, outer_class = run.scope, run.class_body
    run.scope, run.class_body = scope, info
    block(run, node.body)
    run.scope, run.class_body = outer, outer_class
    run.classes.append(info)
    made = Value(Kind.CLASS, node, info)
    run.scope.bind(node.name, made)
    decorators.change_class(run, made, worn)


def _assign(run: Interpreter, node: ast.Assign) -> None:
    value = run.eval(node.value)
    for target in node.targets:
        store(run, target, value)


def _annotated(run: Interpreter, node: ast.AnnAssign) -> None:
    if node.value is not None:
        store(run, node.target, run.eval(node.value))


def _augmented(run: Interpreter, node: ast.AugAssign) -> None:
    old = run.eval(node.target)
    new = run.eval(node.value)
    if old.kind is Kind.CONTAINER and isinstance(node.op, ast.Add) and old.data.sort == "list":
        run.extend(old, new, node)
        return
    store(run, node.target, run.binary(node, old, node.op, new))


def store(run: Interpreter, target: ast.expr, value: Value) -> None:
    """Bind ``value`` to a target of any form."""
    match target:
        case ast.Name(id=name):
            run.note_rebinding(target, run.scope.names.get(name), value)
            run.scope.bind(name, value)
        case ast.Attribute(value=owner, attr=name):
            run.set_attribute(run.eval(owner), name, value, target)
        case ast.Subscript(value=owner, slice=index):
            run.set_item(run.eval(owner), run.eval(index), value, target)
        case ast.Tuple(elts=elements) | ast.List(elts=elements):
            _unpack(run, elements, value)
        case ast.Starred(value=inner):
            store(run, inner, value)


def _unpack(run: Interpreter, targets: list[ast.expr], value: Value) -> None:
    items = run.items(value)
    starred = [i for i, target in enumerate(targets) if isinstance(target, ast.Starred)]
    if items is not None and not starred and len(items) == len(targets):
        for target, item in zip(targets, items, strict=False):
            store(run, target, item)
        return
    if items is not None and starred and len(items) >= len(targets) - 1:
        head, tail = starred[0], len(targets) - starred[0] - 1
        middle = items[head : len(items) - tail]
        run_of = [
            *items[:head],
            Value(Kind.CONTAINER, data=Container("list", list(middle))),
            *items[len(items) - tail :],
        ]
        for target, item in zip(targets, run_of, strict=False):
            store(run, target, item)
        return
    for index, target in enumerate(targets):
        if isinstance(target, ast.Starred):
            rest = Container("list", None, rest=run.element(value, None, target))
            store(run, target.value, Value(Kind.CONTAINER, target, rest))
        else:
            store(run, target, run.element(value, index, target))


def _expression(run: Interpreter, node: ast.Expr) -> None:
    run.eval(node.value)


def _return(run: Interpreter, node: ast.Return) -> bool:
    value = run.eval(node.value) if node.value is not None else Value(Kind.CONST, node, None)
    run.scope.returns.append(value)
    return False


def _raise(run: Interpreter, node: ast.Raise) -> bool:
    del run, node
    return False


def _assert(run: Interpreter, node: ast.Assert) -> None:
    run.eval(node.test)


def _leave_loop(run: Interpreter, node: ast.Break | ast.Continue) -> bool:
    del node
    if run.scope.exits:
        run.scope.exits[-1].append(dict(run.scope.names))
    return False


def _if(run: Interpreter, node: ast.If) -> bool:
    test = run.eval(node.test)
    run.branches(node, test)
    truth = run.truth(test)
    if node.orelse and test.kind is Kind.PATH and test.data == "typing.TYPE_CHECKING":
        truth = False
    if truth is not None:
        return block(run, node.body if truth else node.orelse)
    return _alternatives(run, [node.body, node.orelse])


def _alternatives(run: Interpreter, bodies: list[list[ast.stmt]]) -> bool:
    """Run each body from the same names; join the names of those that reach their end."""
    scope = run.scope
    before = scope.names
    ends = []
    run.conditional += 1
    for body in bodies:
        scope.names = dict(before)
        if block(run, body):
            ends.append(scope.names)
    run.conditional -= 1
    scope.names = join_names(ends) if ends else before
    return bool(ends)


def _try(run: Interpreter, node: ast.Try) -> bool:
    scope = run.scope
    before = dict(scope.names)
    ends = []
    if block(run, node.body) and block(run, node.orelse):
        ends.append(scope.names)
    run.conditional += 1
    broken = join_names([before, scope.names])
    for handler in node.handlers:
        scope.names = dict(broken)
        if handler.name:
            scope.names[handler.name] = Value(Kind.UNKNOWN, handler)
        if _only_reraises_import(handler):
            continue
        if block(run, handler.body):
            ends.append(scope.names)
    run.conditional -= 1
    scope.names = join_imports(ends) if ends else broken
    return block(run, node.finalbody) and bool(ends)


def _only_reraises_import(handler: ast.ExceptHandler) -> bool:
    return all(isinstance(statement, ast.Raise) for statement in handler.body)


def join_imports(ends: list[dict[str, Value]]) -> dict[str, Value]:
    """Join the ways out of a ``try``; of two imports of one name the first, which is the hoped-for, wins."""
    wins = {name: value for name, value in ends[0].items() if value.kind in (Kind.PATH, Kind.IMPORT)}
    rest = [{name: value for name, value in names.items() if name not in wins} for names in ends]
    return {**join_names(rest), **wins}


def _with(run: Interpreter, node: ast.With | ast.AsyncWith) -> bool:
    outer = run.active
    tapes: list[Tape] = []
    for item in node.items:
        value = run.eval(item.context_expr)
        if item.optional_vars is not None:
            store(run, item.optional_vars, value)
        if value.kind is Kind.TAPE:
            tapes.append(run.enter(value.data, node, item))
        elif isinstance(value.data, tuple) and value.data and value.data[0] == "stop_recording":
            run.active -= {value.data[1]}
    start = run.tick()
    going = block(run, node.body)
    run.active = outer
    for tape in tapes:
        tape.left = run.tick()
        tape.spans.append((start, tape.left))
    return going


def _delete(run: Interpreter, node: ast.Delete) -> None:
    for target in node.targets:
        if isinstance(target, ast.Name):
            run.scope.names.pop(target.id, None)


def _global(run: Interpreter, node: ast.Global) -> None:
    for name in node.names:
        run.scope.foreign[name] = run.scope.top


def _nonlocal(run: Interpreter, node: ast.Nonlocal) -> None:
    for name in node.names:
        scope = run.scope.parent
        while scope is not None and name not in scope.names:
            scope = scope.parent
        if scope is not None:
            run.scope.foreign[name] = scope


def _match(run: Interpreter, node: ast.Match) -> bool:
    subject = run.eval(node.subject)
    scope = run.scope
    before = scope.names
    ends = []
    run.conditional += 1
    exhaustive = False
    for case in node.cases:
        matches = _matches(subject, case)
        if matches is False:
            continue
        scope.names = dict(before)
        for pattern in ast.walk(case.pattern):
            name = getattr(pattern, "name", None) or getattr(pattern, "rest", None)
            if isinstance(name, str):
                scope.names[name] = run.element(subject, None, node.subject)
        if block(run, case.body):
            ends.append(scope.names)
        if matches:
            exhaustive = True
            break
    run.conditional -= 1
    if not exhaustive:
        ends.append(before)
    scope.names = join_names(ends) if ends else before
    return bool(ends)


def _matches(subject: Value, case: ast.match_case) -> bool | None:
    """Tell whether a case takes the subject, where that is known."""
    match case:
        case ast.match_case(guard=None, pattern=ast.MatchAs(pattern=None)):
            return True
        case ast.match_case(guard=guard, pattern=ast.MatchValue(value=ast.Constant(value=wanted))):
            if subject.kind is Kind.CONST:
                return None if guard is not None and subject.data == wanted else bool(subject.data == wanted)
    return None


EXECUTE: dict[type[ast.stmt], Callable[..., bool | None]] = {
    ast.Import: _import,
    ast.ImportFrom: _import,
    ast.FunctionDef: _function,
    ast.AsyncFunctionDef: _function,
    ast.ClassDef: _class,
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _augmented,
    ast.Expr: _expression,
    ast.Return: _return,
    ast.Raise: _raise,
    ast.Assert: _assert,
    ast.Break: _leave_loop,
    ast.Continue: _leave_loop,
    ast.If: _if,
    ast.For: for_,
    ast.AsyncFor: for_,
    ast.While: while_,
    ast.Try: _try,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.Delete: _delete,
    ast.Global: _global,
    ast.Nonlocal: _nonlocal,
    ast.Match: _match,
}
if hasattr(ast, "TryStar"):
    EXECUTE[ast.TryStar] = _try
