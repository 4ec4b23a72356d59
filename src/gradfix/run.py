"""One run over files or standard input: from what was asked for to what is written, and the exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gradfix import source as files
from gradfix.codemod import Codemod, load_codemods
from gradfix.combine import Combined
from gradfix.config import Config, choose, find_config, read_config, shared_directory
from gradfix.engine import Options, check, problem, unfixed, write
from gradfix.errors import GradfixError, SourceError, UsageError
from gradfix.model import FileResult
from gradfix.pins import find_pin
from gradfix.project import Project, project_top
from gradfix.report import Format, View, carries_unicode, load, wants_colour
from gradfix.report._summary import Tally, statistics

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from gradfix.cache import Cache
    from gradfix.pool import Scan

STDIN = "-"
INTERRUPTED = 130


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """The options of the command line, under their names there."""

    paths: tuple[str, ...]
    diff: bool = False
    apply: bool = False
    unsafe: bool = False
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    force_exclude: bool = False
    config: str | None = None
    jobs: int | None = None
    no_cache: bool = False
    scheduler: str | None = None
    output_format: str | None = None
    statistics: bool = False
    exit_zero: bool = False
    quiet: bool = False
    stdin_filename: str | None = None
    verbose: bool = False


def run(request: Request) -> int:
    """Do what ``request`` asks for and return the exit code.

    Raises:
        UsageError: the request or the configuration does not make sense.
    """
    _refuse_contradictions(request)
    config = _config(request)
    codemods = choose(load_codemods(), config, request.select, request.ignore)
    form = load(request.output_format or "text")
    pin = find_pin(shared_directory(request.paths)) if config.keras is None else None
    options = Options(
        fix=request.diff or request.apply,
        unsafe=request.unsafe or config.unsafe,
        edits=form.edits and not (request.diff or request.statistics),
        keras=config.keras,
        pinned=pin.keras if pin is not None else None,
    )
    if request.verbose:
        _say(f"settings from {config.path or 'nowhere: defaults'}; {len(codemods)} codemods")
    if STDIN in request.paths:
        return _run_stdin(request, codemods, options, form)
    with _executor(request) as executor:
        scan, cache = _scan(request, config, codemods, options, executor)
        code = _report(request, options, form, scan)
    if request.verbose and cache is not None:
        _say(f"{cache.known} of {len(scan)} results from the cache")
        if cache.store.trouble is not None:
            _say(f"the cache could not be used: {cache.store.trouble}")
    return code


def _refuse_contradictions(request: Request) -> None:
    if request.diff and request.apply:
        raise UsageError("--diff writes nothing and --apply writes: choose one")
    if request.diff and (request.output_format or request.statistics):
        raise UsageError(
            "--diff goes with neither --output-format nor --statistics: it is an output of its own"
        )
    if request.statistics and request.output_format not in (None, "text", "json"):
        raise UsageError("--statistics come as text or json")
    if request.scheduler is not None and (request.jobs is not None or STDIN in request.paths):
        raise UsageError("--scheduler goes with neither --jobs nor standard input (-)")
    if STDIN in request.paths and len(request.paths) > 1:
        raise UsageError("standard input (-) cannot be mixed with other paths")


def _config(request: Request) -> Config:
    if request.config is not None:
        return read_config(request.config)
    if request.paths == (STDIN,):
        return find_config([request.stdin_filename or os.curdir])
    return find_config(request.paths)


def _executor(request: Request) -> AbstractContextManager[Executor | None]:
    if request.scheduler is None:
        return nullcontext()
    from gradfix.cluster import connect

    return connect(request.scheduler, _say)


def _scan(
    request: Request,
    config: Config,
    codemods: Sequence[Codemod],
    options: Options,
    executor: Executor | None,
) -> tuple[Scan, Cache | None]:
    from gradfix.pool import WORTH_KEEPING, Scan
    from gradfix.walk import Exclude, walk

    exclude = (Exclude(config.root, config.exclude), Exclude(os.curdir, request.exclude))
    paths = list(walk(request.paths, exclude, force_exclude=request.force_exclude))
    if not paths:
        _say("no Python files found")
    cache = _cache() if len(paths) >= WORTH_KEEPING and not request.no_cache else None
    top = shared_directory(request.paths)
    scan = Scan(paths, codemods, options, jobs=request.jobs, executor=executor, top=top, cache=cache)
    return scan, cache


def _cache() -> Cache | None:
    from gradfix.cache import open_cache

    return open_cache()


def _report(request: Request, options: Options, form: Format, scan: Scan) -> int:
    tally = Tally()
    results, interrupted = _carried_out(request, scan)
    seen: Iterable[FileResult] = tally.through(_announced(results))
    if request.diff:
        for result in seen:
            if not _write_diff(result, None):
                tally.problems += 1
    else:
        _write_report(request, options, form, seen)
    if request.diff and not request.quiet:
        _say(tally.summary(_view(request, options)))
    if interrupted:
        _say(f"interrupted: {len(results)} of {len(scan)} files checked")
        return INTERRUPTED
    return _exit_code(request, tally)


def _carried_out(request: Request, scan: Scan) -> tuple[list[FileResult], bool]:
    """Return the results, written where that is asked for, and whether Ctrl-C broke them off."""
    results = scan.results()
    if sys.stderr.isatty() and not request.quiet:
        from gradfix.report._progress import progress

        results = progress(results, len(scan))
    done: list[FileResult] = []
    try:
        done.extend(results)
        complete = scan.settle(done)
    except KeyboardInterrupt:
        complete = scan.settle_unrepaired(done)
        return [unfixed(result) for result in complete] if request.apply else complete, True
    if not request.apply:
        return complete, False
    written: list[FileResult] = []
    try:
        written.extend(map(write, complete))
    except KeyboardInterrupt:
        return [*written, *map(unfixed, complete[len(written) :])], True
    return written, False


def _exit_code(request: Request, tally: Tally) -> int:
    if tally.problems:
        return 2
    if request.exit_zero:
        return 0
    return 1 if tally.remaining.total() or (request.diff and tally.changed) else 0


def _announced(results: Iterable[FileResult]) -> Iterator[FileResult]:
    """Pass the results on, with the problems told on standard error as they come."""
    for result in results:
        if result.problem is not None:
            _say(str(result.problem))
        yield result


def _write_report(request: Request, options: Options, form: Format, results: Iterable[FileResult]) -> None:
    if request.statistics:
        pieces = statistics(results, as_json=request.output_format == "json")
    else:
        pieces = form.render(results, _view(request, options))
    for piece in pieces:
        sys.stdout.write(piece)


def _view(request: Request, options: Options) -> View:
    return View(
        colour=wants_colour(sys.stdout),
        unicode=carries_unicode(sys.stdout),
        fixing=options.fix,
        diff=request.diff,
        unsafe=options.unsafe,
        quiet=request.quiet,
    )


def _write_diff(result: FileResult, source: files.Source | None) -> bool:
    """Write the diff of one file, in its own bytes; return False when that was not possible."""
    if result.after is None:
        return True
    if wants_colour(sys.stdout):
        from gradfix.report._patch import render

        for piece in render(result):
            sys.stdout.write(piece)
        return True
    from gradfix.diff import unified_bytes, unified_cells

    try:
        source = source or files.read(result.path)
        if source.text != result.before:
            raise SourceError("has changed since it was read; no diff shown", path=result.path)
        after = files.encode(source, result.after)
    except GradfixError as error:
        _say(str(problem(error, result.path)))
        return False
    if source.notebook is not None:
        cells = unified_cells(source.notebook, result.before, result.after, result.path)
        _write_bytes(cells.encode("utf-8", "surrogateescape"))
    else:
        _write_bytes(unified_bytes(source.raw, after, result.path))
    return True


def _run_stdin(request: Request, codemods: Sequence[Codemod], options: Options, form: Format) -> int:
    """Check standard input; with ``--apply`` the fixed source goes to standard output, the report does not."""
    raw = sys.stdin.buffer.read()
    path = request.stdin_filename or "<stdin>"
    tally = Tally()
    try:
        source = files.from_bytes(raw, path)
    except GradfixError as error:
        _say(str(problem(error, path)))
        return 2
    root = os.getcwd()
    top = project_top(root, shared_directory([request.stdin_filename or os.curdir]))
    project = Project(root, top=top, settings=options.settings)
    combined = Combined([check(source, codemods, replace(options, few=True), project)], root)
    (result,) = combined.results()
    results = tally.through(_announced([result]))
    if request.diff:
        for one in results:
            _write_diff(one, source)
    elif request.apply:
        view = View(
            unicode=carries_unicode(sys.stderr), fixing=True, unsafe=options.unsafe, quiet=request.quiet
        )
        sys.stderr.writelines(form.render(results, view))
        if result.problem is None:
            _write_bytes(raw if result.after is None else files.encode(source, result.after))
    else:
        _write_report(request, options, form, results)
    return _exit_code(request, tally)


def _write_bytes(data: bytes) -> None:
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
