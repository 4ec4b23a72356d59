"""What stands in any file of a program: a reason to say nothing counts wherever it is written."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from gradfix.module import Module

BY_HAND = ("trainable_variables", "trainable_weights", "variables", "weights", "get_weights", "parameters")
_WHOLE_SETS = ("trainable_variables", "trainable_weights")
_ATTRIBUTES_OF = ("vars(", "__dict__")


def nodes(module: Module, words: Iterable[str]) -> Iterator[ast.AST]:
    """Yield the nodes of those files of the program in which one of the words stands."""
    for one in module.program():
        if any(map(one.has, words)):
            yield from ast.walk(one.tree)


def reads(module: Module, name: str) -> bool:
    """Tell whether another file of the program than ``module`` reads an attribute of this name.

    What classes there read of ``self`` is their own.
    """
    read = re.compile(rf"(?<!\bself)\.{name}\b(?!\s*=[^=])")
    return any(one.has(f".{name}") and read.search(one.text) is not None for one in module.program()[1:])


def assigns(module: Module, name: str) -> bool:
    """Tell whether a file of the program assigns to what an attribute of this name holds, as a variable or a list."""
    assigned = re.compile(rf"\.{name}\b[^\n=]*\.assign(?:_add|_sub)?\(")
    return any(one.has(".assign") and assigned.search(one.text) is not None for one in module.program())


def collects_weights(module: Module) -> bool:
    """Tell whether the program looks for weights in whatever attributes an object has."""
    return any(
        any(map(one.has, _WHOLE_SETS)) and any(map(one.has, _ATTRIBUTES_OF)) for one in module.program()
    )
