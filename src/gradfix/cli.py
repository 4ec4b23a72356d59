"""The command line: what people type, exit codes, and which stream gets what.

Exit codes: 0 nothing to do or all applied, 1 findings remain or a diff was shown, 2 an error, 130 Ctrl-C.
"""

from __future__ import annotations

import functools
import os
import sys
from typing import TYPE_CHECKING, NoReturn

import click

from gradfix import __version__
from gradfix.codemod import load_codemods
from gradfix.config import unknown
from gradfix.errors import GradfixError, UsageError
from gradfix.report import formats, wants_colour
from gradfix.run import Request, run

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


def main() -> NoReturn:
    """Run gradfix on the arguments of this process, and exit."""
    for stream in (sys.stdout, sys.stderr):
        # A file's name may hold bytes that no encoding has; it must not stop the report.
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        code = gradfix.main(prog_name="gradfix", standalone_mode=False)
        sys.stdout.flush()
    except GradfixError as error:
        click.echo(f"error: {error}", err=True)
        code = 2
    except click.ClickException as error:
        error.show()
        code = 2
    except (click.Abort, KeyboardInterrupt):
        code = 130
    except BrokenPipeError:
        # The reader has gone (``| head``). Nobody is left to tell, and the flush at exit must not fail.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 1
    sys.exit(code if isinstance(code, int) else 0)


class _PathsOrCommand(click.Group):
    """A group whose own options and paths are the main job; the first argument may name a command instead."""

    allow_interspersed_args = True

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] in self.commands:
            ctx.args = args
            return args
        return click.Command.parse_args(self, ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        if not ctx.args:
            return click.Command.invoke(self, ctx)
        name, command, rest = self.resolve_command(ctx, ctx.args)
        assert command is not None  # parse_args has looked it up
        with command.make_context(name, rest, parent=ctx) as below:
            return command.invoke(below)

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        del ctx  # the pieces are fixed
        return ["[OPTIONS]", "[PATH]..."]


def _complete_path(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    commands = gradfix.commands if not ctx.params.get("paths") else {}
    names = [CompletionItem(name) for name in commands if incomplete and name.startswith(incomplete)]
    return names or [CompletionItem(incomplete, type="file")]


def _complete_codemod(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    before, comma, last = incomplete.rpartition(",")
    names = (codemod.name for codemod in load_codemods())
    return [CompletionItem(before + comma + name) for name in names if name.startswith(last)]


def _listed(_ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """Take ``a,b`` for ``a`` and ``b``."""
    return tuple(name.strip() for value in values for name in value.split(",") if name.strip())


_names = functools.partial(
    click.option, multiple=True, metavar="NAME", callback=_listed, shell_complete=_complete_codemod
)


@click.group(
    cls=_PathsOrCommand,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.argument("paths", nargs=-1, shell_complete=_complete_path)
@click.option("--diff", is_flag=True, help="Show the fixes as a diff and write nothing.")
@click.option("--apply", is_flag=True, help="Write the safe fixes in place.")
@click.option("--unsafe", is_flag=True, help="Let --diff and --apply take unsafe fixes too.")
@_names("--select", help="Look only for these codemods.")
@_names("--ignore", help="Leave these codemods out.")
@click.option(
    "--exclude", multiple=True, metavar="GLOB", callback=_listed, help="Leave out these files, directories."
)
@click.option("--force-exclude", is_flag=True, help="Exclude files that are named, too.")
@click.option("--config", metavar="FILE", type=click.Path(), help="Take the settings from this file.")
@click.option("--jobs", "-j", type=click.IntRange(min=1), metavar="N", help="Number of processes.")
@click.option("--no-cache", is_flag=True, help="Take no results of earlier runs, and keep none.")
@click.option(
    "--scheduler", metavar="ADDRESS", help="Run on the Dask cluster of this scheduler: tcp://host:port."
)
@click.option("--output-format", type=click.Choice(formats()), help="How to report. Default: text.")
@click.option("--statistics", is_flag=True, help="Count the findings of each codemod.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even if there are findings.")
@click.option("--quiet", "-q", is_flag=True, help="Report findings and nothing else.")
@click.option("--stdin-filename", metavar="NAME", help="What to call standard input (the path -).")
@click.option("--verbose", "-v", is_flag=True, help="Say more; with --version, about the environment.")
@click.option("--version", is_flag=True, help="Show the version and exit.")
def gradfix(*, version: bool, verbose: bool, paths: tuple[str, ...], **options: object) -> int:
    """Find where a TensorFlow/Keras program loses its gradient, show the fix, and apply it.

    PATH is a Python file, a notebook, a directory, or - for standard input. Default: the current directory.
    """
    if version:
        _version(verbose=verbose)
        return 0
    return run(Request(paths=paths or (os.curdir,), verbose=verbose, **options))  # type: ignore[arg-type]


@gradfix.command()
@click.argument("name", shell_complete=_complete_codemod)
def explain(name: str) -> int:
    """Show the page of a codemod."""
    from gradfix.report._page import page

    every = {codemod.name: codemod for codemod in load_codemods()}
    if name not in every:
        raise UsageError(unknown("codemod", name, every))
    sys.stdout.write(page(every[name], colour=wants_colour(sys.stdout)))
    return 0


@gradfix.command()
@click.option("--output-format", type=click.Choice(("text", "json")), default="text", help="How to list.")
def rules(output_format: str) -> int:
    """List the codemods."""
    from gradfix.report._page import table, table_json

    codemods = load_codemods()
    as_json = output_format == "json"
    sys.stdout.write(table_json(codemods) if as_json else table(codemods, colour=wants_colour(sys.stdout)))
    return 0


def _version(*, verbose: bool) -> None:
    click.echo(f"gradfix {__version__}")
    if verbose:
        from gradfix.config import find_config
        from gradfix.pins import find_pin

        keras, origin = find_config([os.curdir]).keras, "the configuration"
        pin = find_pin(os.curdir)
        if keras is None and pin is not None:
            keras, origin = pin.keras, os.path.relpath(pin.path)
        click.echo(f"Python {sys.version.split()[0]}")
        click.echo(f"{len(load_codemods())} codemods")
        click.echo(f"Keras {keras} (from {origin})" if keras else "Keras 3, unless a file says otherwise")
