from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import ClassVar

from gradfix.codemod import FlowCodemod
from gradfix.edits import drop_argument, insert_after, prepend_statement
from gradfix.flow import Broken
from gradfix.flow.joining import leaves
from gradfix.flow.values import Kind, Value
from gradfix.flow.verdict import is_weight
from gradfix.model import Edit, Finding, Move, Safety
from gradfix.module import Module
from gradfix_codemods._outside import (
    asks_for_zero,
    call_of_helper,
    lost,
    quoted,
    rebound,
    tape_name,
    with_followers,
)
from gradfix_codemods._statements import Statements, dotted, touch


class UnwatchedSource(FlowCodemod):
    """The gradient is asked for a plain tensor that the tape does not watch.

    ## What is wrong
    A tape watches trainable variables by itself, but no other tensor. An image, a point of a curve, an
    interpolation between real and fake is a plain tensor:

    ```python
    with tf.GradientTape() as tape:
        score = model(image)
    saliency = tape.gradient(score, image)
    ```

    ## Why the gradient is lost
    The tape starts to record where something that it watches enters an operation. It does not know that
    `image` is of interest, so `tape.gradient` returns `None` for it. For symbolic sources such as
    `model.inputs`, which hold no values, `tape.gradient` raises.

    ## What the fix does
    It watches the tensor in the first statement of the block, or right behind the statement of the block that
    makes it:

    ```python
    with tf.GradientTape() as tape:
        tape.watch(image)
        score = model(image)
    saliency = tape.gradient(score, image)
    ```

    Where the source comes out of a call before the block, as the features of a Grad-CAM do, that call moves to
    the start of the block. A tape that watches nothing because of `watch_accessed_variables=False` loses that
    argument when weights are asked for.

    The fix is safe: no value changes, only the gradient is there. It is unsafe where the call asks for zeros
    with `unconnected_gradients`: then the program works, and may want them.

    ## When to leave it
    gradfix says nothing about variables, about tensors computed from weights inside the block, and where the
    tensor is watched anywhere, in a helper too. Where the source is not a name that means the same inside the
    block, and for symbolic sources, there is advice and no fix.

    ## References
    `tf.GradientTape.watch` in the TensorFlow API documentation; "Introduction to gradients and automatic
    differentiation" in the TensorFlow guide.
    """

    gate: ClassVar[tuple[str, ...]] = ("GradientTape",)

    def find(self, module: Module) -> Iterator[Finding]:
        elsewhere = {id(broken) for _, broken in rebound(module)}
        found = [
            one for one in module.flow.broken("unwatched", "symbolic-source") if id(one) not in elsewhere
        ]
        places = Statements(module) if found else None
        for one in found:
            assert places is not None
            source = quoted(module, one.node)
            if one.reason == "symbolic-source":
                message = (
                    f"{source} holds no values, only a description of the model: asking {tape_name(one.sink)} for "
                    "its gradient raises. Watch the tensor that the model is called with, and ask for that"
                )
                yield Finding(one.node, message, Safety.ADVICE, one.path)
                continue
            if not one.sink.tape.automatic and all(map(is_weight, one.sources)):  # type: ignore[union-attr]
                yield _told_to_watch_nothing(one, source)
                continue
            wanted, asked = _unwatched(module, one), one.sink.node
            given = _given_to_helper(places, one)
            if given is not None:
                asked, wanted = given[0], [given[1]]
            edits = _edits(places, one, wanted, asked)
            what = " and ".join(quoted(module, each) for each in wanted) if wanted else source
            message = (
                f"{tape_name(one.sink)} does not watch {what}, which is no variable: {lost(one.sink, 'it')}"
            )
            node = given[1] if given is not None else one.node
            if edits:
                safety = Safety.UNSAFE if asks_for_zero(one.sink) else Safety.SAFE
                yield Finding(node, message, safety, one.path, edits)
            else:
                advice = f"{message}. Watch the tensor inside the block, before it is used"
                yield Finding(node, advice, Safety.ADVICE, one.path)


def _told_to_watch_nothing(broken: Broken, source: str) -> Finding:
    """Return the finding for weights that a tape would watch by itself, had it not been told otherwise."""
    tape = broken.sink.tape
    call = tape.call if tape is not None else None
    message = (
        f"{tape_name(broken.sink)} is made with watch_accessed_variables=False and told to watch nothing: "
        f"{lost(broken.sink, source)}"
    )
    if isinstance(call, ast.Call) and any(k.arg == "watch_accessed_variables" for k in call.keywords):
        edit = Edit(call, drop_argument("watch_accessed_variables"))
        safety = Safety.UNSAFE if asks_for_zero(broken.sink) else Safety.SAFE
        return Finding(broken.node, message, safety, broken.path, (edit,))
    return Finding(broken.node, f"{message}. Leave that out", Safety.ADVICE, broken.path)


def _unwatched(module: Module, broken: Broken) -> list[ast.expr]:
    """Return the expressions among the sources that stand for tensors nobody watches."""
    given = broken.node
    events = [event for event in module.flow.events("gradient") if event.node is broken.sink.node]
    sources = [event.arguments[2] for event in events if _holds(event.arguments[2], broken)]
    if not sources or not isinstance(given, ast.expr):
        return []
    value = sources[0]
    if isinstance(given, (ast.List, ast.Tuple)) and value.kind is Kind.CONTAINER:
        items = value.data.items or []
        if len(items) != len(given.elts):
            return []
        return [part for part, item in zip(given.elts, items, strict=True) if _holds(item, broken)]
    return [given] if all(any(leaf is one for one in broken.sources) for leaf in leaves(value)) else []


def _given_to_helper(places: Statements, broken: Broken) -> tuple[ast.Call, ast.expr] | None:
    """Return the call beside the block that hands the tape and the source to a helper, and that source."""
    block = broken.sink.tape.block if broken.sink.tape is not None else None
    asked, source = broken.sink.node, broken.node
    if block is None or not isinstance(asked, ast.Call) or not isinstance(source, ast.Name):
        return None
    call, helper = call_of_helper(places, places.block(block), asked), places.scope(asked)
    if (
        call is None
        or not isinstance(helper, ast.FunctionDef)
        or any(isinstance(a, ast.Starred) for a in call.args)
    ):
        return None
    names = [one.arg for one in helper.args.args]
    if isinstance(places.parent[helper], ast.ClassDef) and isinstance(call.func, ast.Attribute) and names:
        names = names if any(dotted(d) == "staticmethod" for d in helper.decorator_list) else names[1:]
    named = {one.arg: one.value for one in call.keywords} | dict(zip(names, call.args, strict=False))
    given = named.get(source.id)
    return (call, given) if given is not None else None


def _holds(value: Value, broken: Broken) -> bool:
    return any(leaf is source for leaf in leaves(value) for source in broken.sources)


def _edits(
    places: Statements, broken: Broken, wanted: list[ast.expr], call: ast.AST
) -> tuple[Edit | Move, ...]:
    """Return what watches the sources; nothing when a name may stand for something else in the block."""
    sink = broken.sink
    block = sink.tape.block if sink.tape is not None else None
    paths = [dotted(one) for one in wanted]
    if block is None or sink.tape is None or not paths or places.scope(block) is not places.scope(call):
        return ()
    tape = next((places.module.segment(v) for v in _names_of(block, sink.tape.call) if v is not None), None)
    asked = places.holder(places.block(block), call)
    row = places.block(block)
    if tape is None or asked is None or any(path is None for path in paths):
        return ()
    known = [path for path in paths if path is not None]
    between = row[row.index(block) + 1 : row.index(asked)]
    if any(touch(_bound(places, one), set(known)) for one in between):
        return ()
    if not all(any(touch([path], places.reads(one)) for one in block.body) for path in known):
        return _call_moved(places, row, block, known)
    made = [one for one in block.body if touch(_bound(places, one), set(known))]
    text = f"{tape}.watch({known[0] if len(known) == 1 else f'[{chr(44).join(known)}]'.replace(',', ', ')})"
    if not made:
        return (Edit(block, prepend_statement(text)),)
    last = made[-1]
    alone = isinstance(last, (ast.Assign, ast.AnnAssign)) and not touch(known, places.reads(last))
    if (
        len(made) > 1
        or not alone
        or any(touch(known, places.reads(one)) for one in _before(block.body, last))
    ):
        return ()
    return (Edit(last, insert_after(text)),)


def _call_moved(
    places: Statements, row: list[ast.stmt], block: ast.stmt, known: list[str]
) -> tuple[Edit | Move, ...]:
    """Return what brings the call into the block that gives the source, and also what the block reads."""
    before = row[: row.index(block)]
    made = next((one for one in reversed(before) if touch(_bound(places, one), set(known))), None)
    if not isinstance(made, ast.Assign) or not isinstance(made.value, ast.Call):
        return ()
    if not set(known) <= _bound(places, made) or not touch(_bound(places, made), places.reads(block)):
        return ()
    moved = with_followers(places, before[before.index(made) :], {made})
    return (Move(tuple(moved), block, at_end=False),) if moved else ()


def _names_of(block: ast.With | ast.AsyncWith, call: ast.AST | None) -> list[ast.expr | None]:
    return [item.optional_vars for item in block.items if item.context_expr is call]


def _before(body: list[ast.stmt], statement: ast.stmt) -> list[ast.stmt]:
    return body[: body.index(statement)]


def _bound(places: Statements, statement: ast.stmt) -> set[str]:
    """Return the names that a statement binds anew; a method that is called on one keeps its meaning."""
    return {
        path
        for node in ast.walk(statement)
        if isinstance(node, (ast.Name, ast.Attribute)) and not isinstance(node.ctx, ast.Load)
        for path in [dotted(node)]
        if path is not None
    }
