"""The way from the cuts to the place that asks for the gradient, and how to make it TensorFlow throughout.

Mending the first cut alone only makes the next NumPy call on the way the next cut. So a plan takes the whole
way at once: NumPy calls become their twins, conversions go, everything else stays; and every other reader of
what becomes a tensor is looked at, whether it can live with that.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import TYPE_CHECKING

from gradfix import edits
from gradfix.flow.facts import Broken
from gradfix.flow.joining import leaves
from gradfix.flow.objects import Member
from gradfix.flow.trace import Trace
from gradfix.flow.values import Kind, Value
from gradfix.model import Edit, ImportNeeded, Safety
from gradfix.module import Module
from gradfix_codemods import _differences, _filled, _readers, _twins
from gradfix_codemods._cuts import values_on_way
from gradfix_codemods._indices import check_index
from gradfix_codemods._lost import keeps_name
from gradfix_codemods._rank import single
from gradfix_codemods._twins import NoWay, Rewriting

if TYPE_CHECKING:
    from gradfix.edits import Change

CONVERTING = frozenset({"numpy", "item", "tolist", "eval"})
_READING = frozenset({"eval", "get_value", "convert_to_numpy"})
_AS_TENSOR = frozenset({"constant", "convert_to_tensor", "array"})
_AS_ARRAY = frozenset({"numpy.array", "numpy.asarray", "numpy.asanyarray", "numpy.ascontiguousarray"})
_OURS = ("numpy", "tensorflow", "keras", "builtins", "math", "functools", "itertools", "copy")
TENSORS = frozenset({Kind.TENSOR, Kind.VARIABLE})
_CUTS = frozenset({"numpy", "conversion", "variable-copy", "predict", "numpy-function"})


_WIDE = tuple(f"{before}float{bits}" for before in ("tf.", '"', "'") for bits in (16, 64))


class Plan:
    """The changes that mend some cuts that belong together. Making one raises ``NoWay`` when there is no fix."""

    def __init__(
        self, module: Module, run: Trace, causes: Iterable[Broken], extra: Iterable[Value] = ()
    ) -> None:
        self.module = module
        self.run = run
        self.causes = list(causes)
        self.safety = Safety.SAFE
        self.remarks: list[str] = []
        self.values = {id(value): value for value in extra}
        for cause in self.causes:
            self.values.update((id(value), value) for value in values_on_way(run, cause))
        self.changes: dict[ast.expr, list[Change]] = {}
        self.imports: list[ImportNeeded] = []
        self.unused: set[str] = set()
        self.fed: list[ast.Call] = []
        self.dropped: dict[ast.expr, ast.expr] = {}  # a conversion, and what is left of it
        self.statements: dict[ast.stmt, Change] = {}
        self.filled: set[ast.AST] = set()

    def carry_out(self) -> None:
        """Plan every step of the way, then look at the other readers.

        Raises:
            NoWay: some step cannot be TensorFlow, or some reader cannot live with a tensor.
        """
        others = self._other_cuts()
        made = {value.node for value in self.values.values()}
        nodes = [node for node in made if isinstance(node, ast.expr) and node in self.run.parents]
        for node in sorted(nodes, key=lambda n: (n.lineno, n.col_offset, -(n.end_col_offset or 0))):
            if node in others:
                raise NoWay(f"`{self.text(node)}` cuts the gradient again ({others[node]})", by_nature=True)
            self._step(node)
        for cause in self.causes:
            if cause.node not in self.changes and not _filled.fill(self, cause):
                raise NoWay("a NumPy array cannot hold a gradient; collect the tensors in a list and join them with "
                            "`tf.stack`")  # fmt: skip
        _readers.look_at(self)
        if self.module.mentions(*_WIDE):
            self.lower("what NumPy computes takes on the dtype of a tensor beside it, a tensor keeps its own")

    @property
    def edits(self) -> tuple[Edit, ...]:
        """The changes, one for each place; what would say ``x = x`` goes."""
        gone = {
            node: parent
            for node in self.dropped
            if isinstance(parent := self.run.parents.get(node), ast.Assign)
            and keeps_name(parent, node, self._left(node))
        }
        removed = {id(one) for node in gone for one in ast.walk(node)}
        return (
            *(Edit(statement, edits.remove()) for statement in gone.values()),
            *(Edit(statement, change) for statement, change in self.statements.items()),
            *(
                Edit(node, edits.compose(*changes))
                for node, changes in self.changes.items()
                if id(node) not in removed
            ),
        )

    def _left(self, node: ast.expr) -> ast.expr:
        """Return what is left of a conversion."""
        while node in self.dropped and len(self.changes[node]) == 1:
            node = self.dropped[node]
        return node

    def add(self, node: ast.expr, rewriting: Rewriting | Change) -> None:
        """Change ``node``, after what was planned for it before."""
        if isinstance(rewriting, Rewriting):
            self.imports += rewriting.imports
            rewriting = rewriting.change
        self.changes.setdefault(node, []).append(rewriting)

    def lower(self, remark: str) -> None:
        """The fix may change what works; say why."""
        self.safety = Safety.UNSAFE
        if remark not in self.remarks:
            self.remarks.append(remark)

    # -- one step of the way ------------------------------------------------------------------------

    def _step(self, node: ast.expr) -> None:
        match node:
            case ast.Call():
                self._call(node)
            case ast.Attribute(attr=name) if self._is_array(node.value):
                self.add(node, _twins.of_method(self.module, node, name, self.kinds))
            case ast.Subscript():
                check_index(self, node)

    def _other_cuts(self) -> dict[ast.AST, str]:
        """Return the places on the way where the gradient ends for another reason, and that reason."""
        found: dict[ast.AST, str] = {}
        for value in self.values.values():
            for cuts in value.cut.values():
                for cut in cuts:
                    if cut.node is value.node and not cut.weak and cut.kind not in _CUTS:
                        found[cut.node] = cut.kind
        return found

    def _call(self, node: ast.Call) -> None:
        functions = self.run.values(node.func)
        paths = {str(value.data) for value in functions if value.kind is Kind.PATH}
        if paths:
            if len(paths) > 1 or any(value.kind is not Kind.PATH for value in functions):
                raise NoWay(f"`{self.text(node.func)}` stands for more than one function")
            self._library(node, paths.pop())
        elif isinstance(node.func, ast.Attribute):
            self._method(node, node.func)

    def _library(self, node: ast.Call, path: str) -> None:
        top = path.partition(".")[0]
        name = path.rpartition(".")[2]
        if top not in _OURS:
            raise NoWay(f"`{self.text(node.func)}` is not TensorFlow, and nobody knows its gradient")
        if path == "builtins.float":
            self._number(node, node.args[0])
        elif path in ("builtins.int", "builtins.bool", "builtins.round"):
            raise NoWay(f"`{name}()` has no gradient", by_nature=True)
        elif top == "numpy":
            self._check_name(node.func)
            self._numpy(node, path)
        elif top == "math":
            self._check_name(node.func)
            self._note_unused(path, "math")
            self.add(
                node,
                _twins.of_function(self.module, node, f"numpy.{_twins.MATH.get(name, name)}", self.kinds),
            )
            self.fed.append(node)
        elif top in ("tensorflow", "keras"):
            if name in _READING:
                self._drop(node, node.args[0])
            elif name in ("numpy_function", "py_func"):
                if not any(cause.node is node for cause in self.causes):
                    raise NoWay(f"`{self.text(node.func)}` stands on the same way")
            elif name in _AS_TENSOR:
                self._as_tensor(node, path)
            elif path == "tensorflow.Variable":
                self._copy(node)

    def _method(self, node: ast.Call, function: ast.Attribute) -> None:
        receivers = [v.data.receiver for v in self.run.values(function) if isinstance(v.data, Member)]
        if not receivers or any(value.kind is Kind.CONTAINER for value in receivers):
            return
        name = function.attr
        if name in ("predict", "predict_on_batch") and any(
            c.node is node and c.reason == "predict" for c in self.causes
        ):
            return
        if name == "item":
            if node.args or node.keywords:
                raise NoWay("`.item()` with an index has no counterpart in TensorFlow")
            self._number(node, function.value)
        elif name in CONVERTING:
            self._drop(node, function.value)
            if name == "tolist" and _differences.is_added(self, node):
                raise NoWay("`.tolist()` gives a list, which adds and repeats otherwise than a tensor")
        elif self._is_array(function.value):
            if name == "astype" and node.args:
                _differences.check_dtype(node.args[0])
            self.add(node, _twins.of_method(self.module, node, name, self.kinds))
            self.fed.append(node)

    def _numpy(self, node: ast.Call, path: str) -> None:
        self._note_unused(path, "numpy")
        _differences.check_call(self, node, path)
        for keyword in node.keywords:
            if keyword.arg == "dtype":
                _differences.check_dtype(keyword.value)
        if path in _AS_ARRAY and node.args:
            inner = node.args[0]
            dtype = next(
                (k.value for k in node.keywords if k.arg == "dtype"),
                node.args[1] if len(node.args) > 1 else None,
            )
            if dtype is not None:
                _differences.check_dtype(dtype)
            if self._is_sequence(inner):
                text, imports = _twins.named(self.module, "convert_to_tensor")
                self.add(node, Rewriting(edits.template(f"{text}({{arg0}})"), imports))
                if dtype is not None:
                    self.add(node, _twins.cast(self.module, "node", _twins.dtype_text(self.module, dtype)))
            else:
                self._drop(node, inner, dtype)
            return
        step = _twins.straight_through(self.module, node, path, self.run.parents.get(node))
        if step is not None:
            self.lower(f"`{self.text(node.func)}` is flat, and the gradient goes straight through it")
        self.add(node, step or _twins.of_function(self.module, node, path, self.kinds))
        self.fed.append(node)

    def _as_tensor(self, node: ast.Call, path: str) -> None:
        """A conversion to a tensor is not needed around a tensor; ``tf.constant`` of a list refuses tensors."""
        if not node.args:
            return
        if self._is_sequence(node.args[0]):
            if path.endswith("constant"):
                text, imports = _twins.named(self.module, "convert_to_tensor")
                self.add(node, Rewriting(edits.callee(text), imports))
            return
        if all(id(value) in self.values or value.kind in TENSORS for value in self.run.values(node.args[0])):
            dtype = next(
                (k.value for k in node.keywords if k.arg == "dtype"),
                node.args[1] if len(node.args) > 1 else None,
            )
            others = [k.arg for k in node.keywords if k.arg not in ("dtype", "name")]
            if len(node.args) > 2 or others:  # noqa: PLR2004
                raise NoWay(f"`{self.text(node)}` does more than convert")
            self._drop(node, node.args[0], dtype)

    def _drop(self, node: ast.Call, inner: ast.expr, dtype: ast.expr | None = None) -> None:
        receiver = isinstance(node.func, ast.Attribute) and node.func.value is inner
        if not receiver and (not node.args or isinstance(inner, ast.Starred)):
            raise NoWay(f"`{self.text(node)}` does not translate")
        if dtype is None:
            self.dropped[node] = inner
            self.add(node, edits.unwrap_receiver() if receiver else edits.unwrap_argument(0))
        else:
            text = _twins.dtype_text(self.module, dtype).replace("{", "{{").replace("}", "}}")
            self.add(node, _twins.cast(self.module, "receiver" if receiver else "arg0", text))

    def _number(self, node: ast.Call, inner: ast.expr) -> None:
        """What is one number is no scalar yet: a batch of one has its axes still."""
        if single(self.run, inner) is not False:
            self._drop(node, inner)
            return
        text, imports = _twins.named(self.module, "squeeze")
        receiver = isinstance(node.func, ast.Attribute) and node.func.value is inner
        self.add(
            node, Rewriting(edits.template(f"{text}({{{'receiver' if receiver else 'arg0'}}})"), imports)
        )

    def _copy(self, node: ast.Call) -> None:
        if not node.args or any(k.arg not in ("name", "trainable", "dtype") for k in node.keywords):
            raise NoWay(f"`{self.text(node)}` does more than copy")
        copies = [value.data for value in self.run.values(node) if value.kind is Kind.VARIABLE]
        if any(copy.stored for copy in copies):
            raise NoWay("the copy is assigned to later")
        for event in self.run.happened("gradient"):
            if any(leaf.data is copy for leaf in leaves(event.arguments[2]) for copy in copies):
                raise NoWay("the copy is trained itself")
        dtype = next((k.value for k in node.keywords if k.arg == "dtype"), None)
        self._drop(node, node.args[0], dtype)

    def _check_name(self, function: ast.expr) -> None:
        """What a parameter or an attribute holds may be another function when others call."""
        root = function
        while isinstance(root, ast.Attribute):
            root = root.value
        own = all(value.kind is Kind.PATH for value in self.run.values(root))
        for around in self.run.ancestors(function):
            if isinstance(around, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)) and isinstance(
                root, ast.Name
            ):
                arguments = around.args
                own = own and all(a.arg != root.id for a in (*arguments.args, *arguments.kwonlyargs))
        if not own:
            self.lower(f"`{self.text(function)}` may be another function when others call this")

    def kinds(self, node: ast.expr) -> set[str]:
        """Return what an argument is, in the words of the measured table."""
        found: set[str] = set()
        for value in self.run.values(node):
            match value.kind:
                case Kind.CONST:
                    negative = isinstance(value.data, (int, float)) and value.data < 0
                    found |= {
                        type(value.data).__name__.replace("NoneType", "None"),
                        *(("negative",) if negative else ()),
                    }
                case Kind.NUMBER if id(value) not in self.values:
                    found |= {"int", "float"}
                case Kind.SHAPE:
                    found.add("int")
                case Kind.CONTAINER:
                    found.add(value.data.sort)
                case Kind.TENSOR | Kind.VARIABLE:
                    found.add("tensor")
                case _:
                    found.add("tensor" if id(value) in self.values else "array")
        return found

    # -- what codemods and readers ask --------------------------------------------------------------

    def text(self, node: ast.AST) -> str:
        """Return the source of ``node`` on one short line."""
        line = " ".join(self.module.segment(node).split())
        return line if len(line) <= 48 else line[:47] + "…"  # noqa: PLR2004

    def _note_unused(self, path: str, package: str) -> None:
        parts = path.split(".")
        self.unused |= {package, *(".".join(parts[:n]) for n in range(1, len(parts) + 1))}

    def _is_array(self, node: ast.expr) -> bool:
        return any(value.kind is Kind.ARRAY and id(value) in self.values for value in self.run.values(node))

    def _is_sequence(self, node: ast.expr) -> bool:
        if isinstance(node, (ast.List, ast.Tuple, ast.ListComp, ast.GeneratorExp)):
            return True
        return any(value.kind is Kind.CONTAINER for value in self.run.values(node))
