"""What the interpreter knows of a value: its kind, and where its gradient can still go.

A ``Value`` is immutable but for ``watched``; objects with identity (containers, instances, layers, variables,
tapes) are the mutable payloads in ``data``.
"""

from __future__ import annotations

import ast
import enum
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final


class Kind(enum.IntEnum):
    """What a value is, as far as it is proven."""

    UNKNOWN = 0
    TENSOR = 1
    ARRAY = 2  # a NumPy array or scalar
    CONST = 3  # a Python constant; data is the constant
    NUMBER = 4  # a Python number that is not known
    VARIABLE = 5
    LAYER = 6  # a layer that Keras ships
    MODEL = 7  # Sequential, or keras.Model(inputs, outputs)
    INSTANCE = 8  # of a class in this file
    CLASS = 9
    FUNCTION = 10
    PATH = 11  # a dotted name of a library
    TAPE = 12
    CONTAINER = 13
    OBJECT = 14  # an object that Keras ships: optimizer, loss, metric, initializer
    CHOICE = 15  # one of several; data is a tuple of values
    SHAPE = 16  # a shape, or a number read off one: never carries a gradient


class Token:
    """A leaf that a gradient can reach: a weight, a variable, a parameter, an unknown object."""

    __slots__ = ("kind", "label", "node", "owner", "trainable")

    def __init__(self, kind: str, label: str, node: ast.AST | None, owner: object = None) -> None:
        self.kind = kind
        self.label = label
        self.node = node
        self.owner = owner
        self.trainable = True

    def __repr__(self) -> str:
        return f"<{self.kind} {self.label}>"


class Tape:
    """One entry of a ``tf.GradientTape``; ``entered`` and ``left`` are times of the interpreter's clock."""

    __slots__ = ("automatic", "block", "call", "entered", "escaped", "left", "name", "persistent", "used", "watched")

    def __init__(self, call: ast.AST | None, *, persistent: bool = False, automatic: bool = True) -> None:
        self.call = call
        self.persistent = persistent
        self.automatic = automatic  # watch_accessed_variables
        self.block: ast.With | ast.AsyncWith | None = None
        self.name: str | None = None
        self.entered = -1
        self.left = -1
        self.escaped = False  # handed to something unknown, which may record under it
        self.used: list[ast.AST] = []
        self.watched: set[Token] = set()


Tapes = frozenset[Tape]
EVERY: Final = None  # recorded by every tape: nothing was computed yet
Live = dict[Token, "Tapes | None"]


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """A place where a gradient ends. ``weak`` cuts only take blame when nothing else does (an index)."""

    kind: str
    node: ast.AST
    text: str
    weak: bool = False
    value: Value | None = None


Cuts = dict[Token, tuple[Cut, ...]]
_NO_LIVE: Live = {}
_NO_CUTS: Cuts = {}


class Value:
    """An abstract value.

    ``live`` maps each source token to the tapes under which every operation on the way was recorded; ``cut``
    maps tokens to the places that cut them. ``node`` made the value out of ``inputs`` at ``time``; the inputs
    form the history from which a path is drawn.
    """

    __slots__ = (
        "computed",
        "cut",
        "data",
        "dtype",
        "frame",
        "inputs",
        "kind",
        "live",
        "node",
        "symbolic",
        "text",
        "time",
        "watched",
    )

    def __init__(
        self,
        kind: Kind,
        node: ast.AST | None = None,
        data: Any = None,
        *,
        live: Live = _NO_LIVE,
        cut: Cuts = _NO_CUTS,
        inputs: tuple[Value, ...] = (),
        time: int = 0,
        dtype: str | None = None,
        symbolic: bool = False,
        text: str | None = None,
    ) -> None:
        self.kind = kind
        self.node = node
        self.data = data
        self.live = live
        self.cut = cut
        self.inputs = inputs
        self.time = time
        self.dtype = dtype
        self.symbolic = symbolic
        self.text = text
        self.watched: Token | None = None
        self.frame: Frame | None = None
        self.computed = False  # unknown, but it came out of a computation with tensors

    def __repr__(self) -> str:
        return f"<{self.kind.name} {self.data!r} live={self.live} cut={self.cut}>"


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
    layer number ``sure``. ``depth`` is how many conditions the model was made under.
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


def leaves(value: Value) -> Iterable[Value]:
    """Yield the values inside containers and choices, and the value itself otherwise."""
    if value.kind is Kind.CONTAINER or value.kind is Kind.CHOICE:
        stack: list[tuple[Value, int]] = [(value, 0)]
        while stack:
            one, depth = stack.pop()
            if one.kind is Kind.CONTAINER and depth < 4:  # noqa: PLR2004 - deeper nests are data
                yield from () if one.data.rest is None and one.data.items else (one,) if one.live else ()
                stack += [(item, depth + 1) for item in reversed(one.data.values())]
            elif one.kind is Kind.CHOICE:
                stack += [(item, depth + 1) for item in reversed(one.data)]
            else:
                yield one
    else:
        yield value


def join(values: list[Value], node: ast.AST | None = None) -> Value:
    """Return the value that is any of ``values``: live where any is live, cut where any is cut."""
    unique = list({id(value): value for value in values}.values())
    if len(unique) == 1:
        return unique[0]
    kinds = {value.kind for value in unique}
    first = unique[0]
    if kinds == {Kind.CONST} and all(_same_constant(value.data, first.data) for value in unique):
        return first
    if kinds == {Kind.PATH} and all(value.data == first.data for value in unique):
        return first
    if len(kinds) == 1 and first.kind in _IDENTITY and all(value.data is first.data for value in unique):
        return first
    if kinds & _ALTERNATIVES:
        return _choice(unique, node)
    live: Live = {}
    cut: Cuts = {}
    for value in unique:
        merge_live(live, value.live)
        merge_cuts(cut, value.cut)
    kind = first.kind if len(kinds) == 1 else _mixed(kinds)
    if kind in (Kind.CONST, *_IDENTITY):
        kind = Kind.NUMBER if kind is Kind.CONST else Kind.UNKNOWN
    dtypes = {value.dtype for value in unique}
    joined = Value(
        kind,
        node,
        live=live,
        cut=cut,
        inputs=tuple(unique),
        time=max(value.time for value in unique),
        dtype=first.dtype if len(dtypes) == 1 else None,
        symbolic=any(value.symbolic for value in unique),
    )
    joined.computed = any(value.computed or value.kind is Kind.TENSOR for value in unique)
    joined.watched = next((value.watched for value in unique if value.watched is not None), None)
    return joined


_IDENTITY = frozenset(
    {Kind.VARIABLE, Kind.LAYER, Kind.MODEL, Kind.INSTANCE, Kind.CLASS, Kind.FUNCTION, Kind.TAPE, Kind.CONTAINER, Kind.OBJECT}
)
_ALTERNATIVES = _IDENTITY | {Kind.CHOICE, Kind.PATH}
_MAX_CHOICES = 4


def _choice(values: list[Value], node: ast.AST | None) -> Value:
    flat: list[Value] = []
    for value in values:
        for one in value.data if value.kind is Kind.CHOICE else (value,):
            same = any(one is other or (one.data is not None and one.data is other.data) for other in flat)
            if not same:
                flat.append(one)
    if len(flat) == 1:
        return flat[0]
    live: Live = {}
    cut: Cuts = {}
    for one in flat:
        merge_live(live, one.live)
        merge_cuts(cut, one.cut)
    if len(flat) > _MAX_CHOICES:
        token = Token("unknown", "one of many", node)
        live[token] = EVERY
        return Value(Kind.UNKNOWN, node, live=live, cut=cut, inputs=tuple(flat))
    return Value(Kind.CHOICE, node, tuple(flat), live=live, cut=cut, inputs=tuple(flat))


def _same_constant(a: object, b: object) -> bool:
    return type(a) is type(b) and a == b


def _mixed(kinds: set[Kind]) -> Kind:
    if kinds <= {Kind.CONST, Kind.NUMBER}:
        return Kind.NUMBER
    if kinds <= {Kind.CONST, Kind.NUMBER, Kind.TENSOR}:
        return Kind.TENSOR
    if kinds <= {Kind.CONST, Kind.NUMBER, Kind.ARRAY}:
        return Kind.ARRAY
    return Kind.UNKNOWN


def merge_live(into: Live, other: Live) -> None:
    """Add ``other`` to ``into``: recorded by a tape if either way is."""
    for token, tapes in other.items():
        if token not in into:
            into[token] = tapes
        else:
            have = into[token]
            if have is not EVERY and have is not tapes:
                into[token] = EVERY if tapes is EVERY else have | tapes


def merge_cuts(into: Cuts, other: Cuts) -> None:
    """Add the cuts of ``other`` to ``into``, each place once."""
    for token, cuts in other.items():
        have = into.get(token)
        if have is None:
            into[token] = cuts
        elif have is not cuts:
            into[token] = have + tuple(c for c in cuts if all(c.node is not h.node or c.kind != h.kind for h in have))
