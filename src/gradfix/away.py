"""Files whose contents are sent to where they are checked, with those of the modules they may import.

A path may mean nothing there. What is sent is what the imports in the text lead to; should the analysis ask for
more, the file is done here instead, so that the result is that of a local run in any case.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gradfix.asked import Checked
from gradfix.engine import ALONE, matters
from gradfix.errors import GradfixError, SourceError
from gradfix.garbage import rare_collections
from gradfix.model import FileResult, Problem
from gradfix.source import Disk, Source, from_bytes

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

    from gradfix.pool import Task, Work

_CHUNK = 8
# An analysis changes the recursion limit and the warnings of its process.
_ONE_AT_A_TIME = threading.Lock()


@dataclass(slots=True)
class Sent:
    """Files and directories as they were where the run began, by absolute path.

    ``missing`` collects what was asked for and had not been sent.
    """

    raw: dict[str, bytes | SourceError] = field(default_factory=dict)
    listings: dict[str, dict[str, bool]] = field(default_factory=dict)
    missing: set[str] = field(default_factory=set)

    def read(self, path: str) -> Source:
        """Return a file; see ``gradfix.source.read``."""
        raw = self.raw.get(path)
        if raw is None:
            self.missing.add(path)
            raw = SourceError("was not sent", path=path)
        if isinstance(raw, SourceError):
            raise raw
        return from_bytes(raw, path)

    def entries(self, directory: str) -> Mapping[str, bool]:
        """Return what a directory holds; see ``gradfix.source.Disk.entries``."""
        if directory not in self.listings:
            self.missing.add(directory)
        return self.listings.get(directory, {})


class _Recorder:
    """The files of this machine; keeps what was asked for, to be sent."""

    def __init__(self) -> None:
        self._disk = Disk()
        self.sent = Sent()

    def read(self, path: str) -> Source:
        try:
            source = self._disk.read(path)
        except SourceError as error:
            self.sent.raw[path] = error
            raise
        self.sent.raw[path] = source.raw
        return source

    def entries(self, directory: str) -> Mapping[str, bool]:
        listed = self._disk.entries(directory)
        self.sent.listings[directory] = dict(listed)
        return listed


def spread(
    tasks: Sequence[Task], work: Work, executor: Executor, alone: Callable[[Task, Work], Checked]
) -> Iterator[Checked]:
    """Yield the result of each task in order, from an executor that neither reads nor writes files.

    Everything is submitted at once: an executor that takes only so much lets ``submit`` wait. It may survive a
    task that kills its worker, and say so by ``BrokenExecutor``.

    Args:
        tasks: the files.
        work: what is the same for all of them.
        executor: where they are checked.
        alone: checks one of them here.
    """
    from concurrent.futures import BrokenExecutor, wait

    waiting: deque[tuple[Sequence[Task], Future[list[Checked | None]]]] = deque()

    def submit(chunk: Sequence[Task]) -> Future[list[Checked | None]]:
        return executor.submit(_check, chunk, work, _contents(chunk, work))

    def sole(task: Task) -> Checked | None:
        try:
            return submit([task]).result()[0]
        except BrokenExecutor:
            return died(task)

    def first() -> Iterator[Checked]:
        chunk, future = waiting.popleft()
        try:
            results = future.result()
        except BrokenExecutor:
            # Tasks that lie beside the one that kills die with it: each gets the executor to itself.
            wait([other for _, other in waiting])
            results = [sole(task) for task in chunk]
        for task, result in zip(chunk, results, strict=True):
            if result is not None:
                yield result
                continue
            with _ONE_AT_A_TIME:
                here = alone(task, work)
            yield here

    for start in range(0, len(tasks), _CHUNK):
        chunk = tasks[start : start + _CHUNK]
        waiting.append((chunk, submit(chunk)))
        while waiting and waiting[0][1].done():
            yield from first()
    while waiting:
        yield from first()


def died(task: Task) -> Checked:
    """Return what is told of a file that killed the process that checked it."""
    path = str(task.path)
    return Checked(FileResult(path, problem=Problem(path, "the process that checked it died")))


def _contents(chunk: Sequence[Task], work: Work) -> Sent:
    """Return what the analysis of some files may ask for."""
    recorder = _Recorder()
    project = work.project(recorder)
    for task in chunk:
        if isinstance(task.path, SourceError):
            continue
        try:
            source = project.read(task.path)
        except GradfixError:
            continue
        if task.seen != ALONE or matters(source, project):
            project.visit_imports([task.path, *task.seen.entries])
    return recorder.sent


def _check(chunk: Sequence[Task], work: Work, sent: Sent) -> list[Checked | None]:
    """Check files of which only the contents are here; None stands for one that needs more than that."""
    project = work.project(sent)
    results: list[Checked | None] = []
    with _ONE_AT_A_TIME, rare_collections():
        for task in chunk:
            checked = work.check(task, project)
            results.append(None if sent.missing else checked)
            if sent.missing:
                # It remembers that there was nothing, and would tell the next file so.
                sent.missing.clear()
                project = work.project(sent)
    return results


__all__ = ["Sent", "died", "spread"]
