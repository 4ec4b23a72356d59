"""What the interpreter reads off the text of a file before it runs it: once for each file."""

from __future__ import annotations

import ast
import functools
import re
import weakref
from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

from gradfix.flow.asserted import asserted_none
from gradfix.flow.handing import hands_back

if TYPE_CHECKING:
    from gradfix.module import Module

_SINK = re.compile(r"\.(?:gradient|jacobian|batch_jacobian|compile|minimize|add_loss)\(|GradientTape\(")
_WEIGHTS_OF = re.compile(r"\.trainable_(?:variables|weights)\b")
_USES = re.compile(r"(\w+)\.(predict|predict_on_batch|fit|fit_generator|train_on_batch)\(")
_LAST_WORD = re.compile(r"\w+\Z")
_GRAPH_WORDS = ("placeholder", "Session", "disable_", "contrib")
_GRAPH_MODE = re.compile(
    r"placeholder\(|\bSession\(|disable_v2_behavior|disable_eager_execution|tensorflow\.contrib|tf\.contrib"
)
_CONVERTS = re.compile(r"\bnumpy\b|\bnp\.|py_function|\.item\(|\bfloat\(")
_CONVERTING = ("numpy", "np.", "py_function", ".item(", "float(")
_GLOBAL = re.compile(r"^[ \t]+global[ \t]+([\w, \t]+)", re.MULTILINE)

_BODIES = ("body", "orelse", "finalbody", "handlers", "cases")


class Unit:
    """Facts of one file.

    ``regularised`` tells that layers in it may have losses of their own, ``graph_mode`` that it runs without eager
    execution. ``modelish`` are the names whose weights it asks for, ``rebound`` those that functions declare
    ``global``.
    """

    def __init__(self, module: Module) -> None:
        self._module = weakref.ref(module)  # which holds this, and would never go away by itself
        text = module.text
        self.regularised = "add_loss" in text or "regularizer" in text
        self.graph_mode = any(word in text for word in _GRAPH_WORDS) and _GRAPH_MODE.search(text) is not None
        self.modelish = _names_before(text, _WEIGHTS_OF) - {"self"} if ".trainable_" in text else set()
        declared = _GLOBAL.findall(text) if "global" in text else ()
        self.rebound = {name.strip() for names in declared for name in names.split(",")}
        self._assigned: dict[ast.AST, set[str]] = {}
        self._handing_back: dict[ast.AST, bool] = {}

    @property
    def module(self) -> Module:
        """The file."""
        found = self._module()
        assert found is not None  # whoever looks at a part of it holds the file
        return found

    @functools.cached_property
    def converts(self) -> bool:
        """Whether something in the file may leave TensorFlow."""
        text = self.module.text
        return any(word in text for word in _CONVERTING) and _CONVERTS.search(text) is not None

    @functools.cached_property
    def length(self) -> int:
        """The number of line ends."""
        return self.module.text.count("\n")

    @functools.cached_property
    def _sinks(self) -> list[int]:
        """The lines on which a gradient is asked for."""
        starts = list(accumulate(map(len, self.module.lines), initial=0))
        return [bisect_right(starts, match.start()) for match in _SINK.finditer(self.module.text)]

    def has_sink(self, node: ast.AST) -> bool:
        """Tell whether a gradient is asked for in a function."""
        first: int = node.lineno  # type: ignore[attr-defined]
        last: int = node.end_lineno or first  # type: ignore[attr-defined]
        return any(first <= line <= last for line in self._sinks)

    @functools.cached_property
    def only_predicting(self) -> set[str]:
        """The names of what the file asks for predictions and never fits, when it fits something else."""
        uses: dict[bool, set[str]] = {True: set(), False: set()}
        for name, use in _USES.findall(self.module.text):
            uses[use.startswith("predict")].add(name)
        return uses[True] - uses[False] if uses[False] else set()

    @functools.cached_property
    def asserted_none(self) -> set[ast.AST]:
        """The requests for gradients of which a test says that there are none."""
        module = self.module
        asserts = module.has("assertIsNone") or (module.has("assert") and module.has("is None"))
        asserts = asserts or module.has("is not None")
        return asserted_none(module.tree) if asserts else set()

    def assigned(self, method: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
        """Return the attributes of its first argument that a method assigns."""
        known = self._assigned.get(method)
        if known is None:
            known = self._assigned[method] = _assigned(method)
        return known

    def hands_back(self, function: ast.AST) -> bool:
        """Tell whether a function gives the first argument that it takes, and only looks at it before."""
        known = self._handing_back.get(function)
        if known is None:
            known = self._handing_back[function] = hands_back(function)
        return known


def _names_before(text: str, pattern: re.Pattern[str]) -> set[str]:
    """Return the names that stand right before a match: ``net`` of ``self.net.trainable_variables``."""
    words = (_LAST_WORD.search(text, max(0, m.start() - 60), m.start()) for m in pattern.finditer(text))
    return {word.group() for word in words if word is not None}


def _assigned(method: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    own = method.args.args[0].arg
    found: set[str] = set()
    waiting: list[ast.AST] = [method]
    while waiting:
        statement = waiting.pop()
        match statement:
            case ast.Assign(targets=targets):
                waiting += targets
            case ast.AugAssign(target=target) | ast.AnnAssign(target=target):
                waiting.append(target)
            case ast.For(target=target) | ast.AsyncFor(target=target):
                waiting.append(target)
            case ast.With(items=items) | ast.AsyncWith(items=items):
                waiting += (item.optional_vars for item in items if item.optional_vars is not None)
            case ast.Tuple(elts=elements) | ast.List(elts=elements):
                waiting += elements
            case ast.Starred(value=value):
                waiting.append(value)
            case ast.Attribute(value=ast.Name(id=name), attr=attribute) if name == own:
                found.add(attribute)
        for body in _BODIES:
            waiting += getattr(statement, body, ())
    return found
