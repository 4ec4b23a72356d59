"""What the interpreter knows of a value: its kind, and where its gradient can still go.

A ``Value`` is immutable but for ``watched``; objects with identity (containers, instances, layers, variables,
tapes) are the mutable payloads in ``data``.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final

if TYPE_CHECKING:
    from gradfix.flow.objects import Frame


class Kind(int):
    """What a value is, as far as it is proven.

    No ``enum.Enum``: up to Python 3.11 one of its members takes ten times as long to read as an attribute of a
    plain class, and the analysis reads little else.
    """

    name: str
    UNKNOWN: ClassVar[Kind]
    TENSOR: ClassVar[Kind]
    ARRAY: ClassVar[Kind]  # a NumPy array or scalar
    CONST: ClassVar[Kind]  # a Python constant; data is the constant
    NUMBER: ClassVar[Kind]  # a Python number that is not known
    VARIABLE: ClassVar[Kind]
    LAYER: ClassVar[Kind]  # a layer that Keras ships
    MODEL: ClassVar[Kind]  # Sequential, or keras.Model(inputs, outputs)
    INSTANCE: ClassVar[Kind]  # of a class in this file
    CLASS: ClassVar[Kind]
    FUNCTION: ClassVar[Kind]
    PATH: ClassVar[Kind]  # a dotted name of a library
    TAPE: ClassVar[Kind]
    CONTAINER: ClassVar[Kind]
    OBJECT: ClassVar[Kind]  # an object that Keras ships: optimizer, loss, metric, initializer
    CHOICE: ClassVar[Kind]  # one of several; data is a tuple of values
    SHAPE: ClassVar[Kind]  # a shape, or a number read off one: never carries a gradient
    IMPORT: ClassVar[Kind]  # a name from another file of the project that nobody has looked at yet
    MODULE: ClassVar[Kind]  # another file of the project, or a package

    def __repr__(self) -> str:
        return f"<Kind.{self.name}>"


for _number, _name in enumerate(name for name in Kind.__annotations__ if name.isupper()):
    _kind = Kind(_number)
    _kind.name = _name
    setattr(Kind, _name, _kind)


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

    __slots__ = (
        "automatic",
        "block",
        "call",
        "entered",
        "escaped",
        "left",
        "name",
        "persistent",
        "spans",
        "used",
        "watched",
        "watches_more",
    )

    def __init__(self, call: ast.AST | None, *, persistent: bool = False, automatic: bool = True) -> None:
        self.call = call
        self.persistent = persistent
        self.automatic = automatic  # watch_accessed_variables
        self.block: ast.With | ast.AsyncWith | None = None
        self.name: str | None = None
        self.entered = -1
        self.left = -1
        self.escaped = False  # handed to something unknown, which may record under it
        self.spans: list[tuple[int, int]] = []  # the times of its blocks
        self.used: list[ast.AST] = []
        self.watched: set[Token] = set()
        self.watches_more = (
            False  # it was told to watch something unknown, or in a loop, which may be anything
        )


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
