"""The page of a codemod and the table of all of them."""

from __future__ import annotations

from collections.abc import Sequence

from gradfix.codemod import Codemod
from gradfix.report._paint import Painter


def page(codemod: Codemod, *, colour: bool) -> str:
    """Return the documentation of ``codemod``: drawn on a terminal, Markdown as it stands otherwise."""
    text = f"# {codemod.name}\n\n{codemod.documentation}\n"
    if not colour:
        return text
    from rich.console import Console
    from rich.markdown import Markdown

    console = Console(force_terminal=True)
    with console.capture() as capture:
        console.print(Markdown(text))
    return capture.get()


def table(codemods: Sequence[Codemod], *, colour: bool) -> str:
    """Return one line for each codemod: its name and its summary."""
    paint = Painter(colour=colour)
    width = max((len(codemod.name) for codemod in codemods), default=0)
    return "".join(
        paint([(f"{codemod.name:<{width}}", "bold"), (f"  {codemod.summary}\n", "")]) for codemod in codemods
    )


def table_json(codemods: Sequence[Codemod]) -> str:
    """Return an array of objects with ``name``, ``summary`` and ``documentation``."""
    import json

    rows = [
        {"name": one.name, "summary": one.summary, "documentation": one.documentation} for one in codemods
    ]
    return json.dumps(rows, indent=2) + "\n"
