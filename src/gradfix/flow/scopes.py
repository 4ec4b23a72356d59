"""Names and the functions that hold them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gradfix.flow.joining import join
from gradfix.flow.values import Kind, Token, Value

if TYPE_CHECKING:
    from gradfix.flow.linking import Linked
    from gradfix.flow.objects import Function
    from gradfix.flow.units import Unit

Names = dict[str, Value]


class Scope:
    """The names of a module, a class body or one call of a function.

    Of the scope of a module (``top``): ``unit`` is the file it belongs to, ``linked`` the module behind it when it
    was imported, ``stars`` are the libraries whose names it took over, and the files of the project likewise.
    """

    __slots__ = (
        "exits",
        "foreign",
        "function",
        "linked",
        "names",
        "parent",
        "returns",
        "stars",
        "top",
        "unit",
        "unknowns",
        "yields",
    )

    unit: Unit

    def __init__(self, parent: Scope | None = None, function: Function | None = None) -> None:
        self.names: Names = {}
        self.parent = parent
        self.top: Scope = self if parent is None else parent.top
        self.linked: Linked | None = None
        self.function = function
        self.foreign: dict[str, Scope] = {}  # names declared global or nonlocal
        self.returns: list[Value] = []
        self.yields: list[Value] = []
        self.exits: list[list[Names]] = []  # for each loop around: the names at its breaks and continues
        self.stars: list[str | Linked] = []
        self.unknowns: Names = {}

    def find(self, name: str) -> Value | None:
        """Look a name up here and outwards."""
        scope: Scope | None = self
        while scope is not None:
            found = scope.names.get(name)
            if found is not None:
                return found
            scope = scope.parent
        linked = self.top.linked
        return linked.bound(name) if linked is not None else None

    def bind(self, name: str, value: Value) -> None:
        """Bind a name where Python would."""
        target = self.foreign.get(name)
        if target is None:
            self.names[name] = value
        else:
            old = target.names.get(name)
            target.names[name] = value if old is None else join([old, value])

    def unknown(self, name: str) -> Value:
        """Return the unknown that an unresolved name stands for, always the same one."""
        top = self.top
        found = top.unknowns.get(name)
        if found is None:
            token = Token("unknown", name, None)
            found = top.unknowns[name] = Value(Kind.UNKNOWN, None, live={token: None}, text=name)
        return found


def join_names(several: list[Names]) -> Names:
    """Join the names of the ways that meet here."""
    if len(several) == 1:
        return several[0]
    result: Names = {}
    for names in several:
        for name, value in names.items():
            if name in result:
                continue
            for other in several:
                if other.get(name) is not value:
                    result[name] = join([other[name] for other in several if name in other])
                    break
            else:
                result[name] = value
    return result
