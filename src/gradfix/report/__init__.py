"""How results are shown. Each module without a leading underscore is one ``--output-format``.

A format is a module with ``EDITS`` (whether it shows the edits of each fix, which cost a rewrite each) and
``render(results, view)``, which yields the pieces of the output while the results come in.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TextIO

from gradfix.model import FileResult


@dataclass(frozen=True, slots=True)
class View:
    """How to draw: ``colour`` needs rich; ``unicode`` tells whether the output can carry arrows.

    ``fixing`` and ``unsafe`` say whether fixes, and unsafe ones, were asked for, ``diff`` that they are only
    shown; ``quiet`` drops the summary.
    """

    colour: bool = False
    unicode: bool = True
    fixing: bool = False
    diff: bool = False
    unsafe: bool = False
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Format:
    """A loaded output format."""

    render: Callable[[Iterable[FileResult], View], Iterator[str]]
    edits: bool


def formats() -> tuple[str, ...]:
    """Return the names of the output formats."""
    return tuple(sorted(info.name for info in pkgutil.iter_modules(__path__) if info.name[0] != "_"))


def load(name: str) -> Format:
    """Return the output format of that name."""
    module = importlib.import_module(f"{__name__}.{name}")
    return Format(module.render, module.EDITS)


def wants_colour(stream: TextIO) -> bool:
    """Tell whether to draw in colour: ``NO_COLOR``, ``FORCE_COLOR``, a terminal, ``TERM``, in this order."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    return stream.isatty() and os.environ.get("TERM", "") not in ("dumb", "unknown")


def carries_unicode(stream: TextIO) -> bool:
    """Tell whether the arrows of a gradient's path can be written to ``stream``."""
    try:
        "──▶ ✂".encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
