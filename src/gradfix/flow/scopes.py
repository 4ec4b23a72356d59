"""Names and the functions that hold them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gradfix.flow.joining import join
from gradfix.flow.values import Kind, Token, Value

if TYPE_CHECKING:
    from gradfix.flow.objects import Function

Names = dict[str, Value]


class Scope:
    """The names of a module, a class body or one call of a function."""

    __slots__ = ("exits", "foreign", "function", "names", "parent", "returns", "stars", "unknowns", "yields")

    def __init__(self, parent: Scope | None = None, function: Function | None = None) -> None:
        self.names: Names = {}
        self.parent = parent
        self.function = function
        self.foreign: dict[str, Scope] = {}  # names declared global or nonlocal
        self.returns: list[Value] = []
        self.yields: list[Value] = []
        self.exits: list[list[Names]] = []  # for each loop around: the names at its breaks and continues
        self.stars: list[str] = []
        self.unknowns: Names = {}

    @property
    def top(self) -> Scope:
        """The module's scope."""
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope

    def find(self, name: str) -> Value | None:
        """Look a name up here and outwards."""
        scope: Scope | None = self
        while scope is not None:
            found = scope.names.get(name)
            if found is not None:
                return found
            scope = scope.parent
        return None

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
