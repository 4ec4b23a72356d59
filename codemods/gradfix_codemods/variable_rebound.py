from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import ClassVar

from gradfix.codemod import FlowCodemod
from gradfix.edits import statement
from gradfix.flow import Broken, Event
from gradfix.flow.joining import leaves
from gradfix.flow.values import Kind, Token, Value
from gradfix.model import Edit, Finding, Safety
from gradfix.module import Module
from gradfix_codemods._outside import quoted, rebound, tape_name
from gradfix_codemods._rounds import in_a_loop, kept_elsewhere, unchanged
from gradfix_codemods._statements import Statements

_UNCHANGED = "only the name in the loop is bound anew, the variable keeps its value and never trains"


class VariableRebound(FlowCodemod):
    """`w = w - lr * g` replaces a variable by a plain tensor, and the next round has no gradient.

    ## What is wrong
    The update is written as for plain numbers. The name no longer stands for the variable, but for the result
    of a subtraction:

    ```python
    for _ in range(100):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((w * x - y) ** 2)
        g = tape.gradient(loss, w)
        w = w - 0.1 * g
    ```

    ## Why the gradient is lost
    A tape watches variables by itself, but no plain tensor. The first round works; from the second round on
    `tape.gradient(loss, w)` is `None`, and `0.1 * None` raises a `TypeError`. `w -= …` on a `tf.Variable`
    raises a `RuntimeError` at once, under Keras 2 and Keras 3.

    ## What the fix does
    It changes the value of the variable and keeps the variable:

    ```python
        w.assign_sub(0.1 * g)
    ```

    `w + …` becomes `assign_add`, any other new value `assign`. A comprehension that makes a list or dict of
    tensors out of one of variables becomes a loop of such calls, and `p = p - lr * g` in a loop over variables,
    which changes none of them, too. The fix is safe: the program as written fails in its second round, or its
    variables never change.

    ## When to leave it
    gradfix says nothing where no gradient is asked for the new value, where it is watched or wrapped into a
    new `tf.Variable`, and where the old value is kept beside the new one, as in the inner loop of
    meta-learning.

    ## References
    `tf.Variable.assign_sub`, `tf.Variable.assign` in the TensorFlow API documentation; "Introduction to
    Variables" in the TensorFlow guide.
    """

    gate: ClassVar[tuple[str, ...]] = ("GradientTape",)
    afar = True

    def find(self, module: Module) -> Iterator[Finding]:
        found = [(event, broken.path, _unwatched(broken)) for event, broken in rebound(module)]
        found += [(event, (), "") for event in _augmented(module)]
        found += [(event, (), _UNCHANGED) for event in unchanged(module)]
        places = Statements(module) if found else None
        seen: set[int] = set()
        for event, path, effect in found:
            made = places.statement(event.node) if places is not None else None
            if made is None or id(made) in seen:
                continue
            seen.add(id(made))
            if event.arguments[0].kind is Kind.CONTAINER and kept_elsewhere(module, event):
                continue
            if (
                isinstance(made, ast.Assign)
                and isinstance(made.value, ast.Name)
                and made.targets == [event.node]
            ):
                continue  # another name for what was rebound before
            name = quoted(module, event.node)
            what = f"{name} is a variable before this statement and a plain tensor after it"
            if event.arguments[0].kind is Kind.CONTAINER:
                what = f"{name} holds variables before this statement and plain tensors after it"
            message = f"{what}: {effect}"
            if isinstance(made, ast.AugAssign) and _of_tensorflow(module, event):
                message = f"{name} is a `tf.Variable`, which has no `-=` and the like: this statement raises"
            texts = in_a_loop(module, made) or _assignments(module, made, event)
            if texts:
                edit = Edit(made, statement("\n".join(texts)))
                aliased = places.scope(made) if places is not None else None
                if aliased is not None and _has_aliases(aliased, event.node):
                    message += ". Unsafe: other names or lists keep its old value, and would move with it"
                    yield Finding(made, message, Safety.UNSAFE, path, (edit,))
                    continue
                yield Finding(made, message, Safety.SAFE, path, (edit,))
            else:
                advice = f"{message}. Change the value of the variable with assign"
                yield Finding(made, advice, Safety.ADVICE, path)


def _has_aliases(scope: ast.AST, target: ast.AST) -> bool:
    """Tell whether a name is given another name, or is put into a list: what is kept there is the variable itself."""
    if not isinstance(target, ast.Name):
        return False
    waiting = list(ast.iter_child_nodes(scope))
    while waiting:
        node = waiting.pop()
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            waiting += ast.iter_child_nodes(node)
        match node:
            case (
                ast.Assign(targets=[ast.Name()], value=ast.Name(id=name))
                | ast.NamedExpr(value=ast.Name(id=name))
            ) if name == target.id:
                return True
            case ast.Call(func=ast.Attribute(attr="append" | "insert" | "add"), args=args):
                if any(isinstance(one, ast.Name) and one.id == target.id for one in args):
                    return True
    return False


def _unwatched(broken: Broken) -> str:
    return f"{tape_name(broken.sink)} does not watch it, and its gradient is None from the second round on"


def _augmented(module: Module) -> Iterator[Event]:
    """Yield ``w -= …`` on variables of TensorFlow of which a gradient is asked: each raises."""
    sources: set[Token] = set()
    for event in module.flow.events("gradient"):
        sources.update(token for leaf in leaves(event.arguments[2]) for token in leaf.live)
    for event in module.flow.events("rebind"):
        old = event.arguments[0]
        asked = old.kind is Kind.VARIABLE and old.data.token in sources
        if asked and isinstance(event.statement, ast.AugAssign) and _of_tensorflow(module, event):
            yield event


def _of_tensorflow(module: Module, event: Event) -> bool:
    call = event.arguments[0].data.call
    return isinstance(call, ast.Call) and module.segment(call.func) == module.spell("tensorflow.Variable")


def _assignments(module: Module, made: ast.stmt, event: Event) -> list[str]:
    """Return the calls that do what a statement means; nothing when it has another form."""
    if isinstance(made, ast.AugAssign):
        method = {ast.Sub: "assign_sub", ast.Add: "assign_add"}.get(type(made.op))
        text = module.segment(made.value)
        return [f"{module.segment(made.target)}.{method}({text})"] if method else []
    if not isinstance(made, ast.Assign) or len(made.targets) != 1:
        return []
    target = made.targets[0]
    if target is event.node and _derived(event.arguments[1], event.arguments[0]):
        return [_assignment(module, target, made.value)]
    if not isinstance(target, ast.Tuple) or not isinstance(made.value, ast.Tuple):
        return []
    if len(target.elts) != len(made.value.elts):
        return []
    pairs = list(zip(target.elts, made.value.elts, strict=True))
    texts = [module.segment(part) for part in target.elts]
    for number, (part, value) in enumerate(pairs):
        read = {module.segment(one) for one in ast.walk(value) if isinstance(one, ast.expr)}
        earlier = set(texts[:number])
        if isinstance(part, ast.Starred) or texts[number] not in read or read & earlier:
            return []
    return [_assignment(module, part, value) for part, value in pairs]


def _assignment(module: Module, target: ast.expr, value: ast.expr) -> str:
    name = module.segment(target)
    match value:
        case ast.BinOp(left=left, op=ast.Sub(), right=right) if module.segment(left) == name:
            return f"{name}.assign_sub({module.segment(right)})"
        case ast.BinOp(left=left, op=ast.Add(), right=right) if module.segment(left) == name:
            return f"{name}.assign_add({module.segment(right)})"
        case ast.BinOp(left=left, op=ast.Add(), right=right) if module.segment(right) == name:
            return f"{name}.assign_add({module.segment(left)})"
    return f"{name}.assign({module.segment(value)})"


def _derived(new: Value, old: Value) -> bool:
    """Tell whether the new value was computed from the variable."""
    waiting, seen = [new], {id(new)}
    while waiting:
        for one in waiting.pop().inputs:
            if one.kind is Kind.VARIABLE and one.data is old.data:
                return True
            if id(one) not in seen:
                seen.add(id(one))
                waiting.append(one)
    return False
