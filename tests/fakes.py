"""Small codemods for tests of what stands around the analysis. They rename names."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from gradfix.codemod import Codemod
from gradfix.model import Edit, Finding, ImportNeeded, Safety, Step
from gradfix.source import Source, from_bytes

if TYPE_CHECKING:
    import libcst as cst

    from gradfix.module import Module


class Rename(Codemod):
    """Finds each use of a name and replaces it by another, or by an expression."""

    def __init__(
        self,
        name: str,
        old: str,
        new: str = "",
        safety: Safety = Safety.SAFE,
        imports: tuple[ImportNeeded, ...] = (),
    ) -> None:
        self._name = name
        self.old = old
        self.new = new
        self.safety = safety
        self.imports = imports

    @property
    def name(self) -> str:
        """The name given to it."""
        return self._name

    def find(self, module: Module) -> Iterator[Finding]:
        """Yield each use of the old name."""
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Name) and node.id == self.old:
                edits = (Edit(node, self.change),) if self.new else ()
                steps = (Step(None, "dense(x)"), Step(node, self.old, cut=True), Step(None, "loss"))
                yield Finding(node, f"{self.old} is wrong", self.safety, steps, edits, self.imports)

    def change(self, _node: cst.CSTNode) -> cst.BaseExpression:
        """Return the new expression."""
        import libcst

        return libcst.parse_expression(self.new)


class Gated(Rename):
    """A codemod that looks only at files with a certain word."""

    gate = ("special_word",)


class Crash(Codemod):
    """Fails on every file."""

    def find(self, module: Module) -> Iterator[Finding]:
        """Fail."""
        yield from ()
        message = f"no such\nthing in {module.path}"
        raise KeyError(message)


class Nowhere(Codemod):
    """Finds something that has no place."""

    def find(self, module: Module) -> Iterator[Finding]:
        """Yield the whole module."""
        yield Finding(module.tree, "all of it is wrong", Safety.ADVICE)


class Deep(Codemod):
    """Runs out of stack on every file."""

    def find(self, module: Module) -> Iterator[Finding]:
        """Recurse for ever."""
        yield from self.find(module)


class Die(Codemod):
    """Ends its process on every file that says so."""

    def find(self, module: Module) -> Iterator[Finding]:
        """Exit without a word."""
        yield from ()
        if "deadly" in module.text:
            os._exit(1)


def source(text: str, path: str = "train.py") -> Source:
    """Return a source with ``text``, which passes the common gate."""
    return from_bytes(f"import keras\n{text}".encode(), path)
