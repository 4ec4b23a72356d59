"""What a codemod is, and how gradfix finds them: the entry-point group ``gradfix.codemods``.

An entry point names a package; each module in it whose name does not start with an underscore holds one
``Codemod`` subclass. The name of the codemod is the name of the module with hyphens
(``numpy_on_tensor`` → ``numpy-on-tensor``). Its docstring is its documentation.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import pkgutil
from abc import ABC, abstractmethod
from collections.abc import Iterator
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from gradfix.model import Finding
    from gradfix.module import Module

GROUP = "gradfix.codemods"


class Codemod(ABC):
    """One cause, found and repaired.

    ``gate`` lists words of which at least one must stand in the text of a program before the codemod looks at
    it; empty means that it looks at every file that names TensorFlow or Keras. ``everywhere`` tells that it also
    looks at files in which no gradient is asked for and that define nothing that has weights.
    """

    gate: ClassVar[tuple[str, ...]] = ()
    everywhere: ClassVar[bool] = True

    @property
    def name(self) -> str:
        """The name people select it by, for example ``numpy-on-tensor``."""
        return type(self).__module__.rpartition(".")[2].replace("_", "-")

    @property
    def documentation(self) -> str:
        """The docstring, as Markdown."""
        return inspect.cleandoc(type(self).__doc__ or "")

    @property
    def summary(self) -> str:
        """The first line of the documentation."""
        return self.documentation.partition("\n")[0]

    @abstractmethod
    def find(self, module: Module) -> Iterator[Finding]:
        """Yield what is wrong in ``module``. Never edits, reads files, or prints."""


class FlowCodemod(Codemod):
    """A codemod that reads what the gradient-flow analysis knows, and so needs a file that it has to do with.

    ``afar`` tells that its words may stand in another file than the one that is run, even when no gradient is cut
    there: a model in one, its loss in the other.
    """

    everywhere = False
    afar: ClassVar[bool] = False


@functools.cache
def load_codemods() -> tuple[Codemod, ...]:
    """Return every installed codemod, sorted by name.

    Raises:
        TypeError: a module of an entry point does not hold exactly one codemod.
    """
    found: dict[str, Codemod] = {}
    for entry in entry_points(group=GROUP):
        package = importlib.import_module(entry.value)
        for info in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
            if not info.name.rpartition(".")[2].startswith("_"):
                codemod = _only_codemod(info.name)
                found[codemod.name] = codemod
    return tuple(found[name] for name in sorted(found))


def _only_codemod(module_name: str) -> Codemod:
    module = importlib.import_module(module_name)
    classes = [
        value
        for value in vars(module).values()
        if inspect.isclass(value) and issubclass(value, Codemod) and value.__module__ == module_name
    ]
    if len(classes) != 1:
        message = f"{module_name} holds {len(classes)} codemods; it must hold exactly one"
        raise TypeError(message)
    return classes[0]()
