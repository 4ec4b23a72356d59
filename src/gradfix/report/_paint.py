"""Coloured text. Without colour nothing of rich is imported."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

# A piece of text and its style, as rich names styles; empty for plain.
Span = tuple[str, str]


class Painter:
    """Turns spans into a string, with escape sequences if ``colour``."""

    def __init__(self, *, colour: bool) -> None:
        self._console = console() if colour else None

    def __call__(self, spans: Iterable[Span]) -> str:
        if self._console is None:
            return "".join(text for text, _ in spans)
        from rich.text import Text

        text = Text.assemble(*spans)
        with self._console.capture() as capture:
            self._console.print(text, soft_wrap=True, end="")
        return capture.get()


def console() -> Console:
    """Return a console that draws in colour into strings (through ``capture``)."""
    from rich.console import Console

    return Console(
        file=io.StringIO(),
        force_terminal=True,
        color_system="standard",
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    )


def printable(text: str) -> str:
    """Return ``text`` on one line, without characters that would steer a terminal."""
    return "".join(char if char.isprintable() else " " if char.isspace() else "\ufffd" for char in text)
