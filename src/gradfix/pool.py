"""Many files: in this process, in other processes, or in any executor; the results come in order."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from gradfix import source as files
from gradfix.codemod import Codemod
from gradfix.engine import REPORT, Options, check, check_path, problem, write_result
from gradfix.errors import GradfixError, SourceError
from gradfix.model import FileResult, Problem

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

# Below this number of files starting processes costs more than it gains.
FEW = 16
_CHUNK = 8


def check_many(
    paths: Iterable[str | SourceError],
    codemods: Sequence[Codemod],
    options: Options = REPORT,
    *,
    jobs: int | None = None,
    executor: Executor | None = None,
) -> Iterator[FileResult]:
    """Yield the result of each path, in the order of ``paths``; an error among them becomes a result too.

    Args:
        paths: what ``gradfix.walk.walk`` yields.
        codemods: what to look for; must be picklable unless everything happens in this process.
        options: what to do with each file.
        jobs: number of processes; None takes one for each processor when there are more than a few files.
        executor: where to run instead; it is left open, and neither reads nor writes files. Everything is
            submitted to it at once: an executor that takes only so much lets ``submit`` wait.
    """
    every = list(paths)
    if executor is not None:
        yield from _elsewhere(every, codemods, options, executor)
        return
    workers = min(jobs if jobs is not None else _processors(len(every)), len(every))
    if workers <= 1:
        for path in every:
            yield _one(path, codemods, options)
        return
    yield from _in_processes(every, codemods, options, workers)


def _processors(files: int) -> int:
    if files < FEW:
        return 1
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _in_processes(
    paths: list[str | SourceError], codemods: Sequence[Codemod], options: Options, workers: int
) -> Iterator[FileResult]:
    """Run in ``workers`` processes; when one dies, go on behind the files that were on the way then."""
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    done = 0
    while done < len(paths):
        pool = ProcessPoolExecutor(workers, initializer=_leave_interrupts)
        try:
            for result in _spread(paths[done:], codemods, options, pool, 2 * workers):
                done += 1
                yield result
        except BrokenProcessPool:
            # Which of the files killed its process shows only when each has one to itself.
            for path in paths[done : done + _CHUNK]:
                yield _alone(path, codemods, options)
                done += 1
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _spread(
    paths: list[str | SourceError],
    codemods: Sequence[Codemod],
    options: Options,
    executor: Executor,
    ahead: int,
) -> Iterator[FileResult]:
    waiting: deque[Future[list[FileResult]]] = deque()
    for start in range(0, len(paths), _CHUNK):
        waiting.append(executor.submit(_chunk, paths[start : start + _CHUNK], codemods, options))
        if len(waiting) > ahead:
            yield from waiting.popleft().result()
    while waiting:
        yield from waiting.popleft().result()


def _elsewhere(
    paths: list[str | SourceError], codemods: Sequence[Codemod], options: Options, executor: Executor
) -> Iterator[FileResult]:
    """Run in an executor that survives a task which kills its workers, and says so by ``BrokenExecutor``.

    A path may mean nothing where the task runs: what the file holds is sent.
    """
    from concurrent.futures import BrokenExecutor, wait

    away = replace(options, write=False)
    waiting: deque[tuple[list[str | SourceError], Future[list[FileResult]]]] = deque()

    def submit(chunk: list[str | SourceError]) -> Future[list[FileResult]]:
        return executor.submit(_chunk_sent, [_load(path) for path in chunk], codemods, away)

    def first() -> Iterator[FileResult]:
        chunk, future = waiting.popleft()
        try:
            results = future.result()
        except BrokenExecutor:
            # Tasks that lie beside the one that kills die with it: each gets the executor to itself.
            wait([other for _, other in waiting])
            results = [_sole(path, submit) for path in chunk]
        yield from map(write_result, results) if options.write else results

    for start in range(0, len(paths), _CHUNK):
        chunk = paths[start : start + _CHUNK]
        waiting.append((chunk, submit(chunk)))
        while waiting and waiting[0][1].done():
            yield from first()
    while waiting:
        yield from first()


def _sole(
    path: str | SourceError, submit: Callable[[list[str | SourceError]], Future[list[FileResult]]]
) -> FileResult:
    from concurrent.futures import BrokenExecutor

    future = submit([path])
    try:
        return future.result()[0]
    except BrokenExecutor:
        return _died(path)


def _load(path: str | SourceError) -> tuple[str, bytes] | FileResult:
    if isinstance(path, SourceError):
        return FileResult(path.path or "", problem=problem(path, path.path or ""))
    try:
        return path, files.read(path).raw
    except GradfixError as error:
        return FileResult(path, problem=problem(error, path))


def _chunk_sent(
    chunk: list[tuple[str, bytes] | FileResult], codemods: Sequence[Codemod], options: Options
) -> list[FileResult]:
    return [
        one if isinstance(one, FileResult) else check(files.from_bytes(one[1], one[0]), codemods, options)
        for one in chunk
    ]


def _chunk(paths: list[str | SourceError], codemods: Sequence[Codemod], options: Options) -> list[FileResult]:
    return [_one(path, codemods, options) for path in paths]


def _one(path: str | SourceError, codemods: Sequence[Codemod], options: Options) -> FileResult:
    if isinstance(path, SourceError):
        return FileResult(path.path or "", problem=problem(path, path.path or ""))
    return check_path(path, codemods, options)


def _alone(path: str | SourceError, codemods: Sequence[Codemod], options: Options) -> FileResult:
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    with ProcessPoolExecutor(1, initializer=_leave_interrupts) as pool:
        try:
            return pool.submit(_one, path, codemods, options).result()
        except BrokenProcessPool:
            return _died(path)


def _died(path: str | SourceError) -> FileResult:
    return FileResult(str(path), problem=Problem(str(path), "the process that checked it died"))


def _leave_interrupts() -> None:
    """Leave Ctrl-C to the parent: it lets the files that are being written come to their end."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
