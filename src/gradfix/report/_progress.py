"""A progress bar on standard error, for runs that take longer than a moment."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator

from gradfix.model import FileResult

_PATIENCE = 1.0


def progress(results: Iterable[FileResult], total: int) -> Iterator[FileResult]:
    """Yield ``results``, and draw how far they are once that has taken about a second."""
    start = time.monotonic()
    iterator = iter(results)
    done = found = 0
    for result in iterator:
        done += 1
        found += len(result.found)
        yield result
        if time.monotonic() - start > _PATIENCE and done < total:
            break
    else:
        return
    yield from _drawn(iterator, done, found, total)


def _drawn(results: Iterator[FileResult], done: int, found: int, total: int) -> Iterator[FileResult]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("files"),
        TextColumn("{task.fields[found]} found"),
        TimeRemainingColumn(compact=True),
        TextColumn("left"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=False) as bar:
        task = bar.add_task("", total=total, completed=done, found=found)
        for result in results:
            found += len(result.found)
            bar.update(task, advance=1, found=found)
            yield result
