"""Many files: in this process, in other processes, or in any executor; the results come in order."""

from __future__ import annotations

import gc
import itertools
import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gradfix.asked import Asked, Checked
from gradfix.away import died, spread
from gradfix.codemod import Codemod
from gradfix.combine import Combined
from gradfix.engine import ALONE, REPORT, Options, Seen, check_path, problem
from gradfix.errors import SourceError
from gradfix.garbage import clear_away, rare_collections
from gradfix.model import Diagnostic, FileResult, Safety
from gradfix.project import Files, Project, project_top

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

    from gradfix.cache import Cache

# Below this number of files starting processes costs more than it gains.
FEW = 16
# To open the cache and to learn which code this is costs as much as to check this number of files.
WORTH_KEEPING = 16
# Above this number of files only those are parsed in which a gradient can be lost.
_MANY = 500
# Files that lie side by side import the same modules, which are parsed once for each chunk.
_SMALLEST, _LARGEST = 8, 256
_runs = itertools.count()
_projects: dict[str, Project] = {}


@dataclass(frozen=True, slots=True)
class Task:
    """A file to check, and what is known of it from others."""

    path: str | SourceError
    seen: Seen = ALONE


@dataclass(frozen=True, slots=True)
class Work:
    """What is the same for all files of a run; ``run`` tells the runs apart that one process serves.

    ``keeps`` tells that results are kept, for which it must be known what they rest on.
    """

    codemods: tuple[Codemod, ...]
    options: Options
    root: str
    top: str
    run: str
    keeps: bool = False

    def project(self, files: Files | None = None) -> Project:
        """Return a project in which nothing was read yet."""
        asked = Asked() if self.keeps else None
        return Project(self.root, top=self.top, files=files, settings=self.options.settings, asked=asked)

    def check(self, task: Task, project: Project) -> Checked:
        """Check one file of ``project``."""
        path, asked = task.path, project.asked
        if isinstance(path, SourceError):
            return Checked(FileResult(path.path or "", problem=problem(path, path.path or "")))
        if asked is not None:
            asked.begin()
        result = check_path(path, self.codemods, self.options, project, task.seen)
        clear_away()
        # A problem may come from the machine: no memory, no permission. Others show more than the project is asked.
        holds = result.problem is None and task.seen == ALONE
        return Checked(result, asked.answers() if asked is not None and holds else None)


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
        cache: where results of earlier runs are found and those of this one are kept.
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
        cache: Cache | None = None,
    ) -> None:
        root = os.getcwd()
        self._tasks = [Task(path) for path in paths]
        if len(self._tasks) > _MANY:
            options = replace(options, thorough=False)
        options = replace(options, few=len(self._tasks) < FEW)
        self._options = options
        self._jobs = jobs
        self._executor = executor
        self._cache = cache
        run = f"{os.getpid()}.{next(_runs)}"
        asked = project_top(root, top or root)
        self._work = Work(tuple(codemods), options, root, asked, run, keeps=cache is not None)

    def __len__(self) -> int:
        """Return the number of files."""
        return len(self._tasks)

    def results(self) -> Iterator[FileResult]:
        """Yield the result of each file by itself, in order; an error among the paths becomes a result too."""
        if self._cache is not None:
            return self._cache.through(self._tasks, self._work, self._carry_out)
        return (checked.result for checked in self._carry_out(self._tasks))

    def settle(self, results: Iterable[FileResult]) -> list[FileResult]:
        """Return the results with what the files say of each other; checks those again of which others show more."""
        combined = self._combined(results)
        again = combined.seen(self._takes if self._options.fix else None)
        for checked in self._carry_out([Task(path, seen) for path, seen in again.items()]):
            combined.replace(checked.result)
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

    def _carry_out(self, tasks: list[Task]) -> Iterator[Checked]:
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


def _in_processes(tasks: list[Task], work: Work, workers: int) -> Iterator[Checked]:
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


def _spread(tasks: list[Task], work: Work, executor: Executor, workers: int, size: int) -> Iterator[Checked]:
    waiting: deque[Future[list[Checked]]] = deque()
    for start in range(0, len(tasks), size):
        waiting.append(executor.submit(_chunk, tasks[start : start + size], work))
        if len(waiting) > 2 * workers:
            yield from waiting.popleft().result()
    while waiting:
        yield from waiting.popleft().result()


def _chunk(tasks: list[Task], work: Work) -> list[Checked]:
    with rare_collections():
        return [_one(task, work) for task in tasks]


def _one(task: Task, work: Work) -> Checked:
    return work.check(task, _project(work))


def _project(work: Work) -> Project:
    """Return the project that the files of a run share in this process."""
    known = _projects.get(work.run)
    if known is None:
        _projects.clear()
        known = _projects[work.run] = work.project()
    return known


def _alone(task: Task, work: Work) -> Checked:
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
