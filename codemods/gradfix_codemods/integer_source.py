from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import ClassVar

from gradfix.codemod import FlowCodemod
from gradfix.edits import expression, replace_string, set_keyword
from gradfix.flow import Broken
from gradfix.flow.joining import leaves
from gradfix.flow.objects import VariableInfo
from gradfix.flow.trace import Trace, trace
from gradfix.flow.values import Kind
from gradfix.model import Edit, Finding, Safety
from gradfix.module import Module
from gradfix_codemods._outside import lost, names, quoted
from gradfix_codemods._statements import Statements, dotted

_FROM_VALUES = frozenset({"constant", "convert_to_tensor", "array", "asarray"})
_FILLED = _FROM_VALUES | {"zeros", "ones", "fill", "range", "eye", "full", "arange", "identity"}
_LITERAL = _FROM_VALUES | {"Variable"}
_INDEXING = frozenset(
    {"gather", "gather_nd", "one_hot", "embedding_lookup", "range", "bincount", "segment_sum"}
)

_PLAIN = (Kind.CONST, Kind.NUMBER)


class IntegerSource(FlowCodemod):
    """A variable or watched tensor is an integer, and integers have no gradient.

    ## What is wrong
    TensorFlow takes the type of a variable from its initial value. `tf.Variable(3)` is an `int32`, and so is
    a weight made with `dtype="int32"`:

    ```python
    x = tf.Variable(3)
    with tf.GradientTape() as tape:
        y = x ** 3
    slope = tape.gradient(y, x)
    ```

    ## Why the gradient is lost
    TensorFlow has no derivatives with respect to integers. The tape logs a warning about the type of its
    source, and the gradient is `None`, even when the value is cast to a float later on.

    ## What the fix does
    It makes the initial value, or the type that is asked for, a float:

    ```python
    x = tf.Variable(3.0)
    ```

    The fix is safe, because a source without a gradient cannot be trained; it is unsafe where another file asks
    for the gradient, as still others may need the integer.

    ## When to leave it
    Counters (whatever plain numbers are assigned to), indices, labels and buffers of past actions are integers for a reason. gradfix only speaks where
    a gradient is asked for the integer; where the program also uses it as an index, or where its type does not
    stand in the program, there is advice and no fix.

    ## References
    `tf.Variable`, `tf.GradientTape` in the TensorFlow API documentation; "Introduction to gradients and
    automatic differentiation", section "Cases where gradient returns None", in the TensorFlow guide.
    """

    gate: ClassVar[tuple[str, ...]] = ("Variable", "constant", "convert_to_tensor", "add_weight")

    def find(self, module: Module) -> Iterator[Finding]:
        counted = {
            event.arguments[0].data.token
            for event in module.flow.events("assign")
            if event.arguments[0].kind is Kind.VARIABLE and event.arguments[1].kind in _PLAIN
        }
        for one in module.flow.broken("integer"):
            if counted.issuperset(one.tokens):
                continue
            message = (
                f"{quoted(module, one.node)} is an integer, and TensorFlow gives no gradient for integers: "
            )
            message += lost(one.sink, names(one.tokens))
            edits = _edits(module, one)
            if edits and not _is_index(module, one.node) and not _counts(module, one):
                here = all(module.holds(sink.node) for sink in (one.sink, *one.sinks))
                yield Finding(one.node, message, Safety.SAFE if here else Safety.UNSAFE, one.path, edits)
            else:
                yield Finding(one.node, f"{message}. Make it a float", Safety.ADVICE, one.path)


def _edits(module: Module, broken: Broken) -> tuple[Edit, ...]:
    call = broken.node
    if not isinstance(call, ast.Call):
        return ()
    found = tuple(_changes(module, call, _last(call.func) in ("add_weight", "add_variable")))
    if found or len(call.args) != 1 or any(keyword.arg in ("dtype", None) for keyword in call.keywords):
        return found
    value = _initial(module, call)
    if value in (Kind.CONST, Kind.NUMBER, Kind.ARRAY) and _last(call.func) == "Variable":
        dtype = module.spell("tensorflow.float32") or '"float32"'
        return (Edit(call, set_keyword("dtype", dtype)),)
    return ()


def _initial(module: Module, call: ast.Call) -> Kind | None:
    for event in module.flow.events("variable"):
        if event.node is call and event.arguments:
            data = event.arguments[0].data
            return data.initial.kind if data.initial is not None else None
    return None


def _changes(module: Module, call: ast.Call, weight: bool) -> Iterator[Edit]:
    """Yield what makes the value of ``call`` a float; nothing when that does not stand in its arguments."""
    asked = next((keyword.value for keyword in call.keywords if keyword.arg == "dtype"), None)
    name = _last(call.func)
    if asked is None and name in _FROM_VALUES | {"zeros", "ones"}:
        asked = call.args[1] if len(call.args) > 1 else None
    inner = call.args[0] if call.args else None
    initial = next((k.value for k in call.keywords if k.arg in ("initial_value", "value", "object")), inner)
    if asked is not None and (weight or name in _FILLED or name == "Variable"):
        yield from _float_type(module, asked)
    elif asked is None and name in _LITERAL and initial is not None:
        yield from _float_literals(initial)
    if name in _LITERAL and isinstance(initial, ast.Call) and _last(initial.func) in _FILLED:
        yield from _changes(module, initial, weight=False)


def _float_type(module: Module, asked: ast.expr) -> Iterator[Edit]:
    match asked:
        case ast.Attribute(value=owner) if asked.attr.lstrip("u").startswith("int"):
            kind = "float64" if asked.attr == "int64" and _last(owner) in ("np", "numpy") else "float32"
            yield Edit(asked, expression(f"{module.segment(owner)}.{kind}"))
        case ast.Constant(value=str(text)) if text.lstrip("u").startswith("int"):
            yield Edit(asked, replace_string("float32"))
        case ast.Name(id="int"):
            yield Edit(asked, expression("float"))


def _float_literals(value: ast.expr) -> Iterator[Edit]:
    match value:
        case ast.Constant(value=int(number)) if not isinstance(number, bool):
            yield Edit(value, expression(repr(float(number))))
        case ast.UnaryOp(operand=operand):
            yield from _float_literals(operand)
        case ast.List(elts=parts) | ast.Tuple(elts=parts):
            for part in parts:
                yield from _float_literals(part)
        case ast.BinOp(left=ast.List() as left, op=ast.Mult()):
            yield from _float_literals(left)


def _is_index(module: Module, node: ast.AST) -> bool:
    """Tell whether the name that the integer is bound to stands in an index anywhere in the program."""
    places = Statements(module)
    made = places.statement(node)
    bound = {path.rpartition(".")[2] for path in places.writes(made)} if made is not None else set()
    for one in (node for file in module.program() for node in ast.walk(file.tree)):
        parts: list[ast.expr] = []
        if isinstance(one, ast.Subscript):
            parts = [one.slice]
        elif isinstance(one, ast.Call) and _last(one.func) in _INDEXING:
            parts = [*one.args, *(keyword.value for keyword in one.keywords)]
        if any(
            _last(inner) in bound for part in parts for inner in ast.walk(part) if isinstance(inner, ast.expr)
        ):
            return True
    return False


def _counts(module: Module, broken: Broken) -> bool:
    """Tell whether the program was seen to use the integer as one: in an index, as a length, bit by bit."""
    run = trace(module)
    return any(
        _wants_integer(run, node)
        for node, values in run.seen.items()
        if any(
            isinstance(leaf.data, VariableInfo) and leaf.data.token in broken.tokens
            for value in values.values()
            for leaf in leaves(value)
        )
    )


def _wants_integer(run: Trace, node: ast.AST) -> bool:
    for one in run.ancestors(node):
        match one:
            case ast.stmt():
                return False
            case ast.Subscript(slice=part) if part is node:
                return True
            case ast.Call(func=func) if func is not node and _last(func) in _INDEXING:
                return True
            case ast.BinOp(op=ast.LShift() | ast.RShift() | ast.BitAnd() | ast.BitOr() | ast.BitXor()):
                return True
        node = one
    return False


def _last(node: ast.expr) -> str:
    return (dotted(node) or "").rpartition(".")[2]
