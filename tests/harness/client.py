"""Starts one fork server for each environment and asks it to run programs."""

from __future__ import annotations

import atexit
import contextlib
import functools
import json
import os
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import Future
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.harness.observation import Observation

ROOT = Path(__file__).parents[2]
KERAS2_VARIABLE = "GRADFIX_KERAS2_PYTHON"
"""The environment variable that names an interpreter with TensorFlow 2.15 and Keras 2."""

_LIMIT_SECONDS = 60.0
_ENVIRONMENT = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "CUDA_VISIBLE_DEVICES": "-1",
    "KERAS_BACKEND": "tensorflow",
    "MPLBACKEND": "Agg",
    "PYTHONHASHSEED": "0",
}


@dataclass(frozen=True)
class Program:
    """A program of several files, started in ``folder`` as ``python RUN``, or ``python -m RUN`` for a ``module``.

    ``run`` is a path in the folder or a dotted name. ``search`` are paths in the folder that ``PYTHONPATH``
    would hold.
    """

    folder: str
    run: str
    module: bool = False
    search: tuple[str, ...] = ()


class ServerError(Exception):
    """The server did not start, or ended early; the message holds what it said."""


class Server:
    """One fork server. ``submit`` returns at once; the programs run side by side, as many as there are cores."""

    def __init__(self, python: str, limit: float = _LIMIT_SECONDS) -> None:
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the server
        self._process = subprocess.Popen(
            [python, "-m", "tests.harness.server", str(limit), str(os.cpu_count() or 1)],
            cwd=ROOT,
            env={**os.environ, **_ENVIRONMENT},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )
        self._lock = threading.Lock()
        self._futures: dict[int, Future[Observation]] = {}
        self._by_program: dict[Path | Program, Future[Observation]] = {}
        try:
            self.versions = self._first_answer()
        except ServerError:
            self._release()
            raise
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        atexit.register(self.close)

    def submit(self, program: Path | Program) -> Future[Observation]:
        """Ask for a run of a file, or of a program of several; the same one is run only once."""
        if isinstance(program, Path):
            program = program.resolve()
        with self._lock:
            if program not in self._by_program:
                number = len(self._by_program)
                self._by_program[program] = self._futures[number] = Future()
                request = {"path": str(program)} if isinstance(program, Path) else asdict(program)
                assert self._process.stdin is not None
                self._process.stdin.write(json.dumps({"id": number, **request}) + "\n")
                self._process.stdin.flush()
            return self._by_program[program]

    def close(self) -> None:
        """End the server; what it still runs ends with it."""
        atexit.unregister(self.close)
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        self._listener.join()
        self._release()

    def _release(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()
        self._errors.close()

    def _first_answer(self) -> dict[str, str]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise ServerError(self._complaint())
        versions: dict[str, str] = json.loads(line)["versions"]
        return versions

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            answer: dict[str, Any] = json.loads(line)
            self._futures[answer["id"]].set_result(Observation.from_data(answer["observation"]))
        for future in self._futures.values():
            if not future.done():
                future.set_exception(ServerError(self._complaint()))

    def _complaint(self) -> str:
        self._errors.seek(0)
        return f"the server has ended:\n{self._errors.read().decode(errors='replace')[-2000:]}"


def python_for(keras: int) -> str | None:
    """Return the interpreter that has this Keras: the running one for 3, the named one (or None) for 2."""
    return sys.executable if keras == 3 else os.environ.get(KERAS2_VARIABLE)


@functools.cache
def server_for(keras: int) -> Server:
    """Return the server with Keras 3 or 2, started at the first use.

    Raises:
        ServerError: there is no interpreter for it, it has no TensorFlow, or it has another Keras.
    """
    python = python_for(keras)
    if python is None:
        message = f"set {KERAS2_VARIABLE} to an interpreter with TensorFlow 2.15"
        raise ServerError(message)
    server = Server(python)
    if not server.versions["keras"].startswith(f"{keras}."):
        server.close()
        message = f"{python} has Keras {server.versions['keras']}, wanted {keras}"
        raise ServerError(message)
    return server


def observe(program: Path | Program, keras: int = 3) -> Observation:
    """Run one program under real TensorFlow and return what was seen."""
    return server_for(keras).submit(program).result()
