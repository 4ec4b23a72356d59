"""How fast a Dask cluster is beside one process, what goes to and fro, and what 10,000 repositories would take.

usage: python benchmarks/cluster.py CORPUS [--repositories 10] [--files 200]

Needs the extra ``gradfix[dask]``. ``CORPUS`` is a folder of real sources (``benchmarks/precision.py --fetch``
makes one). From all over it come ``--repositories`` folders of ``--files`` files each. They are checked in one
process, and on a cluster of this machine with one and with two worker processes; the results must be equal.
Then each folder is checked by a command of its own, one after the other, as the scan of an organisation would.
"""

from __future__ import annotations

import argparse
import os
import pickle
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from gradfix.cluster import connect
from gradfix.codemod import load_codemods
from gradfix.engine import Options
from gradfix.errors import SourceError
from gradfix.model import FileResult
from gradfix.pool import check_many
from gradfix.walk import walk

OPTIONS = Options(edits=True)
REPOSITORIES = 10_000
THREADS = (8, 32, 128)
EMPTY = 1000

Paths = list[str | SourceError]


@dataclass
class Counting(Executor):
    """Passes tasks on, and keeps them for counting."""

    inner: Executor
    tasks: list[tuple[Any, ...]] = field(default_factory=list)
    futures: list[Future[Any]] = field(default_factory=list)

    def submit(self, function: Any, /, *arguments: Any, **keywords: Any) -> Future[Any]:
        future = self.inner.submit(function, *arguments, **keywords)
        self.tasks.append((function, arguments, keywords))
        self.futures.append(future)
        return future


@dataclass
class Run:
    """One way of checking all files. Times in seconds; sizes in bytes; ``own`` is processor time of the client."""

    label: str
    seconds: float
    results: list[FileResult]
    tasks: int = 0
    sent: int = 0
    received: int = 0
    memory: int = 0
    empty: float = 0.0
    command: tuple[float, float] = (0.0, 0.0)

    def line(self, floor: float) -> str:
        """Return the row of the table."""
        rate = len(self.results) / self.seconds
        row = f"{self.label:12} {self.seconds:7.2f} s {rate:7.1f} files/s   {floor / self.seconds:5.2f} times one process"
        if not self.tasks:
            return row
        sizes = f"{self.sent / 1e6:6.2f} MB out, {self.received / 1e6:6.2f} MB back"
        return f"{row}   {self.tasks} tasks, {sizes}, {self.memory / 1e6:4.0f} MB in a worker"


def lay_out(corpus: Path, folder: Path, repositories: int, files: int) -> Paths:
    """Copy files from all over ``corpus`` into folders, and return what there is to check."""
    every = sorted(path for path in corpus.rglob("*.py") if path.is_file())
    if not every:
        sys.exit(f"{corpus} holds no Python files")
    wanted = repositories * files
    for number in range(wanted):
        path = every[number * len(every) // wanted]
        target = folder / f"repository{number % repositories}" / f"{number // repositories}_{path.name}"
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(path, target)
    return list(walk([str(folder)]))


def in_one_process(paths: Paths) -> Run:
    """Check without a cluster."""
    start = time.perf_counter()
    results = list(check_many(paths, load_codemods(), OPTIONS, jobs=1))
    return Run("one process", time.perf_counter() - start, results)


def on_cluster(paths: Paths, workers: int, folders: list[Path]) -> Run:
    """Check on a cluster of this machine whose workers have done something before."""
    from distributed import Client, LocalCluster

    with LocalCluster(
        n_workers=workers, threads_per_worker=1, dashboard_address=None, host="127.0.0.1"
    ) as cluster:
        address = cluster.scheduler_address
        with connect(address, print) as executor:
            list(check_many(paths[::10], load_codemods(), OPTIONS, executor=executor))
            counting = Counting(executor)
            start = time.perf_counter()
            results = list(check_many(paths, load_codemods(), OPTIONS, executor=counting))
            seconds = time.perf_counter() - start
        with Client(address, set_as_default=False) as client:
            memory = max(client.run(peak).values())
            start = time.perf_counter()
            client.gather(client.map(int, range(EMPTY), pure=False))
            empty = (time.perf_counter() - start) / EMPTY
        command = commands(address, folders)
    sent = sum(len(pickle.dumps(task)) for task in counting.tasks)
    received = sum(len(pickle.dumps(future.result())) for future in counting.futures)
    label = f"{workers} worker{'s' * (workers > 1)}"
    return Run(label, seconds, results, len(counting.tasks), sent, received, memory, empty, command)


def commands(address: str, folders: list[Path]) -> tuple[float, float]:
    """Return the wall and the processor seconds of ``gradfix --scheduler`` for one folder, on average."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    for folder in folders:
        command = [sys.executable, "-m", "gradfix", str(folder), "--no-cache", "--scheduler", address]
        done = subprocess.run([*command, "--output-format", "json"], capture_output=True, check=False)
        if b"error:" in done.stderr:
            sys.exit(done.stderr.decode())
    after, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter() - start
    own = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall / len(folders), own / len(folders)


def peak() -> int:
    """Return the largest memory that this process has had, in bytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def extrapolate(run: Run, workers: int, files: int) -> None:
    """Print what the run on ``workers`` means for many repositories."""
    count = len(run.results)
    rate = count / run.seconds / workers
    wall, own = run.command
    print(
        f"\none command over one of these folders: {wall:.2f} s, of which {own:.2f} s of a processor in the client"
    )
    print(f"an empty task, among {EMPTY}: {1000 * run.empty:.2f} ms")
    print(f"\n{REPOSITORIES} repositories of {files} files like these, one command for each:")
    scale = REPOSITORIES * files / count
    print(f"  {scale * run.sent / 1e9:.1f} GB out, {scale * run.received / 1e9:.1f} GB back")
    busiest = 1 / (run.empty * run.tasks / count * rate)
    print(f"  one scheduler keeps {busiest:.0f} worker threads busy")
    for threads in THREADS:
        hours = REPOSITORIES * files / (threads * rate) / 3600
        clients = REPOSITORIES * own / 3600 / hours
        print(f"  {threads:4} worker threads {hours:6.2f} h, with {clients:5.1f} processors for the commands")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--repositories", type=int, default=10)
    parser.add_argument("--files", type=int, default=200)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = lay_out(options.corpus, folder, options.repositories, options.files)
        size = sum(file.stat().st_size for file in folder.rglob("*.py"))
        print(f"{len(paths)} files in {options.repositories} folders, {size / 1e6:.1f} MB, ", end="")
        print(f"Python {sys.version.split()[0]}, {os.cpu_count()} processors, ", end="")
        print(f"distributed {version('distributed')}")
        local = in_one_process(paths)
        print(local.line(local.seconds), flush=True)
        for workers in (1, 2):
            run = on_cluster(paths, workers, sorted(folder.iterdir()))
            if run.results != local.results:
                sys.exit("the results of the cluster differ from those of one process")
            print(run.line(local.seconds), flush=True)
    extrapolate(run, workers, options.files)


if __name__ == "__main__":
    main()
