"""Many files: in this process, in other processes, or in any executor; the results come in order."""

from __future__ import annotations

import functools
import gc
import itertools
import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gradfix.away import died, spread
from gradfix.codemod import Codemod
from gradfix.combine import Combined
from gradfix.engine import ALONE, REPORT, Options, Seen, check_path, problem
from gradfix.errors import SourceError
from gradfix.garbage import clear_away, rare_collections
from gradfix.model import Diagnostic, FileResult, Safety
from gradfix.project import Project, project_top

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

# Below this number of files starting processes costs more than it gains.
FEW = 16
# Above this number of files only those are parsed in which a gradient can be lost.
_MANY = 500
# Files that lie side by side import the same modules, which are parsed once for each chunk.
_SMALLEST, _LARGEST = 8, 256
_runs = itertools.count()


@dataclass(frozen=True, slots=True)
class Task:
    """A file to check, and what is known of it from others."""

    path: str | SourceError
    seen: Seen = ALONE


@dataclass(frozen=True, slots=True)
class Work:
    """What is the same for all files of a run; ``run`` tells the runs apart that one process serves."""

    codemods: tuple[Codemod, ...]
    options: Options
    root: str
    top: str
    run: str

    def check(self, task: Task, project: Project) -> FileResult:
        """Check one file of ``project``."""
        path = task.path
        if isinstance(path, SourceError):
            return FileResult(path.path or "", problem=problem(path, path.path or ""))
        result = check_path(path, self.codemods, self.options, project, task.seen)
        clear_away()
        return result


class Scan:
    """One run over many files.

    Args:
        paths: what ``gradfix.walk.walk`` yields.
        codemods: what to look for; must be picklable unless everything happens in this process.
        options: what to do with each file.
        jobs: number of processes; None takes one for each processor when there are more than a few files.
        executor: where to run instead; it is left open, and neither reads nor writes files. Everything is
            submitted to it at once: an executor that takes only so much lets ``submit`` wait.
        top: the directory that was asked about, by default the working directory.
    """

    def __init__(
        self,
        paths: Iterable[str | SourceError],
        codemods: Sequence[Codemod],
        options: Options = REPORT,
        *,
        jobs: int | None = None,
        executor: Executor | None = None,
        top: str | None = None,
    ) -> None:
        root = os.getcwd()
        self._tasks = [Task(path) for path in paths]
        if len(self._tasks) > _MANY:
            options = replace(options, thorough=False)
        options = replace(options, few=len(self._tasks) < FEW)
        self._options = options
        self._jobs = jobs
        self._executor = executor
        run = f"{os.getpid()}.{next(_runs)}"
        self._work = Work(tuple(codemods), options, root, project_top(root, top or root), run)

    def __len__(self) -> int:
        """Return the number of files."""
        return len(self._tasks)

    def results(self) -> Iterator[FileResult]:
        """Yield the result of each file by itself, in order; an error among the paths becomes a result too."""
        return self._carry_out(self._tasks)

    def settle(self, results: Iterable[FileResult]) -> list[FileResult]:
        """Return the results with what the files say of each other; checks those again of which others show more."""
        combined = self._combined(results)
        again = combined.seen(self._takes if self._options.fix else None)
        for result in self._carry_out([Task(path, seen) for path, seen in again.items()]):
            combined.replace(result)
        return combined.results()

    def settle_unrepaired(self, results: Iterable[FileResult]) -> list[FileResult]:
        """Return the results of a run that was broken off, with what the files say of each other."""
        return self._combined(results).results()

    def _combined(self, results: Iterable[FileResult]) -> Combined:
        combined = Combined(results, self._work.root)
        combined.share(self._user)
        return combined

    def _user(self, path: str, name: str, programs: Sequence[str]) -> str | None:
        """Return a file of this run, beside the ``programs``, that uses ``name`` from the file at ``path``."""
        project = _project(self._work)
        for task in self._tasks:
            if not isinstance(task.path, str) or project.absolute(task.path) in (path, *programs):
                continue
            if project.uses(task.path, path, name):
                return task.path
        return None

    def _takes(self, one: Diagnostic) -> bool:
        return one.safety is Safety.SAFE or (self._options.unsafe and one.safety is Safety.UNSAFE)

    def _carry_out(self, tasks: list[Task]) -> Iterator[FileResult]:
        if self._executor is not None:
            yield from spread(tasks, self._work, self._executor, _one)
            return
        workers = min(self._jobs if self._jobs is not None else _processors(len(tasks)), len(tasks))
        if workers > 1:
            yield from _in_processes(tasks, self._work, workers)
        else:
            with rare_collections():
                for task in tasks:
                    yield _one(task, self._work)


def check_many(
    paths: Iterable[str | SourceError],
    codemods: Sequence[Codemod],
    options: Options = REPORT,
    *,
    jobs: int | None = None,
    executor: Executor | None = None,
    top: str | None = None,
) -> list[FileResult]:
    """Check many files as one project and return their results in order; see ``Scan``. Writes nothing."""
    scan = Scan(paths, codemods, options, jobs=jobs, executor=executor, top=top)
    return scan.settle(scan.results())


def _processors(files: int) -> int:
    if files < FEW:
        return 1
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _in_processes(tasks: list[Task], work: Work, workers: int) -> Iterator[FileResult]:
    """Run in ``workers`` processes; when one dies, go on behind the files that were on the way then."""
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import active_children

    done, size = 0, _chunk_size(len(tasks), workers)
    while done < len(tasks):
        pool = ProcessPoolExecutor(workers, initializer=_start_worker)
        try:
            for result in _spread(tasks[done:], work, pool, workers, size):
                done += 1
                yield result
        except BrokenProcessPool:
            # Which of the files killed its process shows only when each has one to itself.
            for task in tasks[done : done + size]:
                yield _alone(task, work)
                done += 1
        except BaseException:
            # Ctrl-C, or the reader has gone: nothing that is under way is wanted any more, and no worker writes.
            for process in active_children():
                process.terminate()
            raise
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _chunk_size(files: int, workers: int) -> int:
    return max(_SMALLEST, min(_LARGEST, files // (workers * 8)))


def _spread(
    tasks: list[Task], work: Work, executor: Executor, workers: int, size: int
) -> Iterator[FileResult]:
    waiting: deque[Future[list[FileResult]]] = deque()
    for start in range(0, len(tasks), size):
        waiting.append(executor.submit(_chunk, tasks[start : start + size], work))
        if len(waiting) > 2 * workers:
            yield from waiting.popleft().result()
    while waiting:
        yield from waiting.popleft().result()


def _chunk(tasks: list[Task], work: Work) -> list[FileResult]:
    with rare_collections():
        return [_one(task, work) for task in tasks]


def _one(task: Task, work: Work) -> FileResult:
    return work.check(task, _project(work))


def _project(work: Work) -> Project:
    """Return the project that the files of a run share in this process."""
    settings = tuple(work.options.settings.items())
    return _project_of(work.run, work.root, work.top, settings)


@functools.lru_cache(maxsize=1)
def _project_of(_run: str, root: str, top: str, settings: tuple[tuple[str, object], ...]) -> Project:
    return Project(root, top=top, settings=dict(settings))


def _alone(task: Task, work: Work) -> FileResult:
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    with ProcessPoolExecutor(1, initializer=_start_worker) as pool:
        try:
            return pool.submit(_one, task, work).result()
        except BrokenProcessPool:
            return died(task)


def _start_worker() -> None:
    """Leave Ctrl-C to the parent, which tells what was done so far."""
    import signal

    gc.disable()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
