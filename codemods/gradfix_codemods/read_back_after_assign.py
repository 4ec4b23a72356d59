"""The codemod ``read-back-after-assign``."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import ClassVar

from gradfix import edits
from gradfix.codemod import Codemod
from gradfix.flow.facts import Broken
from gradfix.flow.joining import leaves
from gradfix.flow.trace import Trace, trace
from gradfix.flow.values import Kind, Token
from gradfix.model import Edit, Finding, Safety
from gradfix.module import Module
from gradfix_codemods._lost import consequence, operand, statement_of
from gradfix_codemods._statements import Statements
from gradfix_codemods._way import values_on_way

_READ = ("read_value", "value")
_ABOUT = ("shape", "dtype", "name", "device", "numpy", "handle", "trainable")
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


class ReadBackAfterAssign(Codemod):
    """A computed value is written into a variable, and the loss reads the variable.

    ## What is wrong

    ```python
    prediction = model(x)
    buffer.assign(prediction)
    loss = tf.reduce_mean(tf.square(buffer - y))       # before
    loss = tf.reduce_mean(tf.square(prediction - y))   # after
    ```

    ## Why the gradient is lost

    `assign`, `assign_add` and `assign_sub` store a number; a tape does not record where it came from. Reading the
    variable afterwards starts a new way that leads to the variable and no further, so `tape.gradient` gives `None`
    for what the value was computed from.

    ## What the fix does

    Where the variable is read behind the assignment in the same block, and the loss depends on it, the value itself
    takes its place; a value that has no name yet gets one. The assignment stays. The numbers are equal and only the
    gradient comes back: the fix is safe.

    ## When to leave it

    Moving averages, counters, queues of old keys and stored losses may be assigned freely. gradfix says nothing when
    the value reaches the loss on another way, or when only an earlier value of the variable is read.

    ## References

    TensorFlow: `tf.Variable.assign`, `tf.GradientTape`.
    """

    gate: ClassVar[tuple[str, ...]] = ("assign",)

    def find(self, module: Module) -> Iterator[Finding]:
        if not any(True for _ in module.flow.broken("assign")):
            return
        run, places = trace(module), Statements(module)
        for cause in run.causes("assign"):
            call = cause.node
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
                name = module.segment(call.func.value)
                message = f"the loss reads `{name}`, not the value assigned to it here: {consequence(cause)}"
                changes = _changes(module, run, places, cause, call)
                if changes:
                    yield Finding(call, message, Safety.SAFE, cause.path, changes)
                else:
                    yield Finding(call, f"{message}. Use the value itself for the loss", Safety.ADVICE, cause.path)


def _changes(module: Module, run: Trace, places: Statements, cause: Broken, call: ast.Call) -> tuple[Edit, ...]:
    """Return the edits that use the value in place of the variable, or none when that is not certain."""
    assert isinstance(call.func, ast.Attribute)
    statement, given = statement_of(run, call), operand(call, "value")
    tokens = {leaf.data.token for value in run.values(call.func.value) for leaf in leaves(value) if leaf.kind is Kind.VARIABLE}
    if call.func.attr != "assign" or statement is None or given is None or len(tokens) != 1:
        return ()
    if any(leaf.kind not in (Kind.TENSOR, Kind.UNKNOWN) for value in run.values(given) for leaf in leaves(value)):
        return ()
    results = [call] if isinstance(statement, ast.Assign) and statement.value is call else []
    if not results and not (isinstance(statement, ast.Expr) and statement.value is call):
        return ()
    simple = isinstance(given, ast.Name)
    name = given.id if isinstance(given, ast.Name) else places.free_name(call, f"new_{_last(call.func.value)}")
    reads = list(_reads(run, places, cause, statement, next(iter(tokens)), name))
    if not reads and not results:
        return ()
    found = [Edit(read, edits.expression(name)) for read in reads]
    before = "" if simple else f"{name} = {module.segment(given)}\n"
    if results:
        own = f"{module.segment(call.func)}({name})"
        return (*found, Edit(statement, edits.insert_before(before + own)), Edit(call, edits.expression(name)))
    if not simple:
        found += [Edit(statement, edits.insert_before(before)), Edit(given, edits.expression(name))]
    return tuple(found)


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else "value"


def _reads(
    run: Trace, places: Statements, cause: Broken, statement: ast.stmt, token: Token, name: str
) -> Iterator[ast.expr]:
    """Yield the expressions behind ``statement`` that read the variable on the way to the loss."""
    way = {id(value) for value in values_on_way(run, cause)}
    block = places.block(statement)
    for later in block[block.index(statement) + 1 :]:
        found = [node for node in _expressions(later) if _is_variable(run, node, token)]
        if any(_is_assigned(run, node) for node in found):
            return
        for node in found:
            read = _whole_read(run, node)
            if read is not None and _matters(run, read, way):
                yield read
        if name in places.writes(later):
            return


def _expressions(node: ast.AST) -> Iterator[ast.expr]:
    """Yield the names and attributes read in a statement, but not those in functions, which run later."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, (ast.Name, ast.Attribute)) and isinstance(one.ctx, ast.Load):
            yield one
        if not isinstance(one, _FUNCTIONS):
            waiting.extend(ast.iter_child_nodes(one))


def _is_variable(run: Trace, node: ast.expr, token: Token) -> bool:
    values = run.values(node)
    return bool(values) and all(value.kind is Kind.VARIABLE and value.data.token is token for value in values)


def _is_assigned(run: Trace, node: ast.expr) -> bool:
    around = run.parents.get(node)
    return isinstance(around, ast.Attribute) and around.attr.startswith(("assign", "scatter"))


def _whole_read(run: Trace, node: ast.expr) -> ast.expr | None:
    """Return what reads the value: the variable, or ``v.read_value()`` around it; None for ``v.shape``."""
    around = run.parents.get(node)
    if not isinstance(around, ast.Attribute):
        return node
    call = run.parents.get(around)
    if around.attr in _READ:
        return call if isinstance(call, ast.Call) and call.func is around else around
    return None if around.attr in _ABOUT else node


def _matters(run: Trace, read: ast.expr, way: set[int]) -> bool:
    """Tell whether what is computed from a read lies on the way to the loss."""
    for node in run.ancestors(read):
        if isinstance(node, ast.expr) and any(id(leaf) in way for value in run.values(node) for leaf in leaves(value)):
            return True
        if isinstance(node, (ast.Return, ast.Assign)):
            return True
        if isinstance(node, ast.stmt):
            return False
    return False
