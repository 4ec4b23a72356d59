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
    done = 0
    for result in iterator:
        yield result
        done += 1
        if time.monotonic() - start > _PATIENCE and done < total:
            break
    else:
        return
    yield from _drawn(iterator, done, total)


def _drawn(results: Iterator[FileResult], done: int, total: int) -> Iterator[FileResult]:
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True, redirect_stdout=False) as bar:
        task = bar.add_task("Following gradients", total=total, completed=done)
        for result in results:
            yield result
            bar.advance(task)
