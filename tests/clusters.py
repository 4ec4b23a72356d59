"""Real Dask clusters of processes on this machine, and a package of codemods that shows what they do."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

SECONDS = 90.0
"""How long anything may take before a test fails."""
_TRACED = '''
import os
import signal
import time
from gradfix.codemod import Codemod


def note(what, path):
    folder = os.environ.get("FAR_TRACE")
    if folder:
        with open(os.path.join(folder, str(os.getpid())), "a") as file:
            file.write(f"{what} {os.path.basename(path)}\\n")


class Traced(Codemod):
    """Writes down who looks at which file, takes its time, and may kill the process."""

    gate = ("# traced",)

    def find(self, module):
        yield from ()
        note("start", module.path)
        time.sleep(float(os.environ.get("FAR_SLEEP", "0")) * (50 if "# slow" in module.text else 1))
        if "# deadly" in module.text:
            os.kill(os.getpid(), signal.SIGKILL)
        note("end", module.path)
'''
_PROGRAM = """import numpy as np
import tensorflow as tf

model = tf.keras.Sequential([tf.keras.Input((4,)), tf.keras.layers.Dense(1)])
optimizer = tf.keras.optimizers.Adam()


def step{number}(x, y):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean({loss})
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return loss  # traced
"""
_LOSSES = ("tf.square(model(x) - y)", "np.square(model(x) - y)", "tf.abs(tf.round(model(x)) - y)")


def until(condition: Callable[[], object], what: str) -> None:
    """Wait for ``condition``, and fail when it does not come."""
    end = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < end, f"{what}: not within {SECONDS:.0f} s"
        time.sleep(0.02)


def install(site: Path) -> None:
    """Put a package of codemods into ``site``, as another team would have it."""
    package, info = site / "far_codemods", site / "far_codemods-1.dist-info"
    package.mkdir()
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: far_codemods\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[gradfix.codemods]\nfar = far_codemods\n")
    (package / "__init__.py").write_text("")
    (package / "far_traced.py").write_text(_TRACED)


def generate(folder: Path, files: int) -> None:
    """Write programs of which two in three have a finding, one that cannot be read, and one that is no Python."""
    for number in range(files):
        path = folder / f"part{number // 40}" / f"step{number}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        loss = _LOSSES[number % len(_LOSSES)]
        path.write_text(_PROGRAM.replace("{number}", str(number)).replace("{loss}", loss))
    (folder / "part0" / "latin.py").write_bytes(b"import keras\nname = '\xe9'\n")
    (folder / "part0" / "unfinished.py").write_text("import keras\ndef step(:\n")


@dataclass
class Cluster:
    """A scheduler and its workers, all in ``folder``; ``environment`` is that of a new process."""

    folder: Path
    environment: dict[str, str]
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    address: str = ""
    scheduler: subprocess.Popen[bytes] | None = None

    def start(self, before: str = "", **extra: str) -> None:
        """Start the scheduler on a free port; ``before`` runs first in it."""
        card = self.folder / "scheduler.json"
        arguments = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-show"]
        command = [sys.executable, "-c", f"{before}\nfrom distributed.cli.dask_scheduler import main\nmain()"]
        self.scheduler = self._process([*command, *arguments, "--scheduler-file", str(card)], extra)
        until(lambda: card.exists() and card.read_text().endswith("}"), "the scheduler starts")
        self.address = json.loads(card.read_text())["address"]

    def worker(self, before: str = "", threads: int = 1, sleep: float = 0) -> subprocess.Popen[bytes]:
        """Start a worker without nanny: ``before`` runs first in it, and each file takes ``sleep`` seconds more."""
        command = [sys.executable, "-c", f"{before}\nfrom distributed.cli.dask_worker import main\nmain()"]
        command += [self.address, "--no-nanny", "--no-dashboard", "--death-timeout", "20"]
        command += ["--nthreads", str(threads), "--local-directory", str(self.folder)]
        process = self._process(command, {"FAR_SLEEP": str(sleep)})
        self.workers.append(process)
        return process

    def ready(self) -> None:
        """Wait until the scheduler knows all workers."""
        log = self.folder / "log"
        until(lambda: log.read_bytes().count(b"Register worker") >= len(self.workers), "the workers come")

    def keep(self, count: int, run: subprocess.Popen[bytes], sleep: float) -> None:
        """Replace workers that die while ``run`` lasts."""
        while run.poll() is None:
            alive = [worker for worker in self.workers if worker.poll() is None]
            if len(alive) < count:
                self.worker(sleep=sleep)
            time.sleep(0.05)

    def started(self, worker: subprocess.Popen[bytes], files: int = 1) -> bool:
        """Tell whether this worker has begun with so many files, and is busy with one now."""
        lines = self.trace(worker)
        starts = sum(line.startswith("start") for line in lines)
        return starts >= files and lines[-1].startswith("start")

    def trace(self, worker: subprocess.Popen[bytes]) -> list[str]:
        """Return what this worker has written down."""
        path = Path(self.environment["FAR_TRACE"]) / str(worker.pid)
        return path.read_text().splitlines() if path.exists() else []

    def stop(self) -> None:
        """End every process at once."""
        for process in [*self.workers, *([self.scheduler] if self.scheduler else [])]:
            process.kill()
            process.wait(SECONDS)

    def _process(self, command: list[str], extra: dict[str, str]) -> subprocess.Popen[bytes]:
        with open(self.folder / "log", "ab") as log:
            return subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                env=self.environment | extra,
                cwd=self.folder,  # where the paths of the programs lead nowhere
            )


def kill(process: subprocess.Popen[bytes]) -> None:
    """``kill -9``."""
    process.send_signal(signal.SIGKILL)
    process.wait(SECONDS)


def environment(site: Path, folder: Path) -> dict[str, str]:
    """Return the variables of a process that has the package in ``site`` and traces into ``folder``."""
    unwanted = {"NO_COLOR", "FORCE_COLOR"}
    kept = {key: value for key, value in os.environ.items() if key not in unwanted}
    path = os.pathsep.join([str(site), *filter(None, [os.environ.get("PYTHONPATH")])])
    return kept | {"PYTHONPATH": path, "FAR_TRACE": str(folder), "PYTHONIOENCODING": "utf-8"}
