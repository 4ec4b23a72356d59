"""The objects behind values: containers, functions, classes, instances, layers, models, variables."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import Any

from gradfix.flow.values import Kind, Tape, Token, Value


@dataclass(slots=True, eq=False)
class Frame:
    """One call of a function of the program: made by ``node``, between two times of the clock."""

    node: ast.AST
    name: str
    parent: Frame | None
    start: int
    end: int = -1


@dataclass(slots=True, eq=False)
class Container:
    """A list, tuple, set or dict. ``items`` is None when the length is not known; ``rest`` joins the others."""

    sort: str
    items: list[Value] | None = None
    keys: list[Any] | None = None
    rest: Value | None = None
    of: Value | None = None  # the model whose weights these are

    def values(self) -> list[Value]:
        found = list(self.items or ())
        if self.rest is not None:
            found.append(self.rest)
        return found


@dataclass(slots=True, eq=False)
class Member:
    """An attribute that is not resolved further: ``data`` of an unknown value; often called as a method."""

    receiver: Value
    name: str


@dataclass(slots=True, eq=False)
class Function:
    """A function of the program. ``home`` is the scope it was made in, ``owner`` its class."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    home: Any
    owner: ClassInfo | None = None
    bound: Value | None = None
    defaults: dict[str, Value] = field(default_factory=dict)
    decorators: tuple[Value, ...] = ()
    given: tuple[tuple[Value, ...], dict[str, Value]] | None = None  # functools.partial

    @property
    def name(self) -> str:
        return "lambda" if isinstance(self.node, ast.Lambda) else self.node.name


@dataclass(slots=True, eq=False)
class ClassInfo:
    """A class of the program; ``bases`` as evaluated, ``members`` its own names."""

    node: ast.ClassDef
    bases: tuple[Value, ...]
    members: dict[str, Value]
    home: Any

    def ancestry(self) -> list[ClassInfo]:
        """This class and its bases in the file, nearest first (depth first is enough for real programs)."""
        found: list[ClassInfo] = []
        stack: list[ClassInfo] = [self]
        while stack:
            info = stack.pop(0)
            if info not in found:
                found.append(info)
                stack = [base.data for base in info.bases if base.kind is Kind.CLASS] + stack
        return found

    def library_bases(self) -> list[str]:
        """Canonical paths of the bases that lie outside the file."""
        return [str(b.data) for info in self.ancestry() for b in info.bases if b.kind is Kind.PATH]

    def has_unknown_base(self) -> bool:
        return any(b.kind not in (Kind.CLASS, Kind.PATH) for info in self.ancestry() for b in info.bases)

    def find(self, name: str) -> tuple[Value, ClassInfo] | None:
        for info in self.ancestry():
            if name in info.members:
                return info.members[name], info
        return None


@dataclass(slots=True, eq=False)
class Instance:
    """An object of a class of the program."""

    cls: ClassInfo
    token: Token
    attributes: dict[str, Value] = field(default_factory=dict)
    ran: set[str] = field(default_factory=set)
    built: bool = False
    functional: ModelInfo | None = None
    weights: list[Token] = field(default_factory=list)
    super_called: bool = False


@dataclass(slots=True, eq=False)
class Super:
    """What ``super()`` returns: the object ``owner``, looked up behind ``cls``."""

    owner: Value
    cls: ClassInfo


@dataclass(slots=True, eq=False)
class LayerInfo:
    """A layer that Keras ships. ``arguments`` by parameter name, positional ones by index."""

    path: str
    call: ast.Call | None
    arguments: dict[str | int, Value]
    token: Token | None
    inner: tuple[Value, ...] = ()
    uses: int = 0

    def argument(self, name: str, position: int | None = None) -> Value | None:
        found = self.arguments.get(name)
        return self.arguments.get(position) if found is None and position is not None else found


@dataclass(slots=True, eq=False)
class ModelInfo:
    """A Sequential (``layers``) or functional (``inputs`` and ``outputs``) model.

    ``open`` tells that something else may have been added that the analysis did not see; it stands before the
    layer number ``sure``. ``depth`` is how many conditions the model was made under. ``entry`` is the input of a
    model that was not seen being built, from which its outputs come.
    """

    path: str
    call: ast.AST | None
    token: Token
    layers: list[Value] | None = None
    inputs: Value | None = None
    outputs: Value | None = None
    open: bool = False
    loaded: bool = False
    sure: int = 0
    depth: int = 0
    entry: Token | None = None


@dataclass(slots=True, eq=False)
class VariableInfo:
    """A ``tf.Variable``, ``add_weight`` or ``keras.Variable``; ``stored`` collects what was assigned."""

    token: Token
    call: ast.AST | None
    trainable: bool = True
    integer: bool = False
    stored: list[tuple[ast.AST, Value]] = field(default_factory=list)
    initial: Value | None = None
    path: str = "tensorflow.Variable"  # canonical path of what made it; "add_weight" for the method


@dataclass(slots=True, eq=False)
class LibraryObject:
    """An object that Keras ships: an optimizer, a loss, a metric."""

    path: str
    call: ast.Call | None
    arguments: dict[str | int, Value]
    attributes: dict[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Applied:
    """The library function that made a tensor or array, kept in ``data`` of its value.

    ``path`` is canonical; a method of an array or tensor is ``.name``, with its receiver as first argument.
    """

    path: str
    args: tuple[Value, ...]
    keywords: dict[str, Value]

    def argument(self, name: str, position: int) -> Value | None:
        found = self.keywords.get(name)
        return self.args[position] if found is None and position < len(self.args) else found


@dataclass(slots=True, eq=False)
class Gradients:
    """What ``tape.gradient`` returned: kept in ``data`` of its value."""

    tape: Tape
    target: Value
    sources: Value
    node: ast.Call
