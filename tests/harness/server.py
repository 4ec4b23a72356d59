"""A fork server: imports TensorFlow once, then runs each program in a child of its own.

Run as ``python -m tests.harness.server`` from the root of the project. Requests are lines of JSON on standard
input, ``{"id": 1, "path": "program.py"}``; when that ends, so do the server and what it still runs. Answers are
lines of JSON on standard output, the first of them ``{"versions": {…}}``, then
``{"id": 1, "observation": {…}}`` as programs end. Several run at once.
"""

from __future__ import annotations

import gc
import json
import os
import runpy
import selectors
import signal
import sys
import tempfile
import time
import traceback
import types
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import IO, Any, NoReturn

from tests.harness.cells import script
from tests.harness.observation import Observation

_TELLING = ("No gradients", "radients do not exist", "Tensor has no", "radient", "must return", "super()")
_OUTPUT_KEPT = 20_000


@dataclass
class _Child:
    pid: int
    request: int
    started: float
    output: IO[bytes]
    answer: bytearray


def main() -> None:
    """Serve until standard input ends. Arguments: the time limit in seconds, the number of children."""
    limit, most = float(sys.argv[1]), int(sys.argv[2])
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what TensorFlow or a program prints must not disturb the answers
    versions = _import_tensorflow()
    gc.freeze()  # the children share this memory, and need not look through it for garbage
    print(json.dumps({"versions": versions}), file=answers)
    _Server(limit, most, answers, versions).serve()


def _import_tensorflow() -> dict[str, str]:
    from tests.harness.watch import Watch  # slow, and only after the answers are safe

    return Watch.versions()


class _Server:
    def __init__(self, limit: float, most: int, answers: IO[str], versions: dict[str, str]) -> None:
        self.limit = limit
        self.most = most
        self.answers = answers
        self.versions = versions
        self.waiting: deque[dict[str, Any]] = deque()
        self.children: dict[int, _Child] = {}
        self.selector = selectors.DefaultSelector()

    def serve(self) -> None:
        self.selector.register(0, selectors.EVENT_READ)
        pending = b""
        while True:
            for key, _ in self.selector.select(timeout=0.2):
                if key.fd == 0:
                    data = os.read(0, 65536)
                    *lines, pending = (pending + data).split(b"\n")
                    self.waiting.extend(json.loads(line) for line in lines)
                    if not data:
                        self._stop()
                        return
                else:
                    self._read(key.fd)
            for fd, child in list(self.children.items()):
                if time.monotonic() - child.started > self.limit:
                    os.kill(child.pid, signal.SIGKILL)
                    self._finish(fd, f"Timeout: still running after {self.limit:g} seconds")
            while self.waiting and len(self.children) < self.most:
                self._start(self.waiting.popleft())

    def _stop(self) -> None:
        for child in self.children.values():
            os.kill(child.pid, signal.SIGKILL)

    def _start(self, request: dict[str, Any]) -> None:
        read_end, write_end = os.pipe()
        output = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the child has ended
        pid = os.fork()
        if pid == 0:
            os.close(read_end)
            _become(request, write_end, output)
        os.close(write_end)
        self.children[read_end] = _Child(pid, request["id"], time.monotonic(), output, bytearray())
        self.selector.register(read_end, selectors.EVENT_READ)

    def _read(self, fd: int) -> None:
        data = os.read(fd, 65536)
        if data:
            self.children[fd].answer += data
        else:
            self._finish(fd, None)

    def _finish(self, fd: int, failure: str | None) -> None:
        child = self.children.pop(fd)
        self.selector.unregister(fd)
        os.close(fd)
        _, status = os.waitpid(child.pid, 0)
        child.output.seek(0)
        output = child.output.read().decode(errors="replace")[-_OUTPUT_KEPT:]
        child.output.close()
        if failure is None and not child.answer:
            failure = f"Crash: the process ended with status {status}"
        seen = Observation(exception=failure) if failure else Observation.from_data(json.loads(child.answer))
        seen = replace(
            seen,
            output=output,
            seconds=round(time.monotonic() - child.started, 2),
            versions=self.versions,
        )
        print(json.dumps({"id": child.request, "observation": asdict(seen)}), file=self.answers)


def _become(request: dict[str, Any], answer: int, output: IO[bytes]) -> NoReturn:
    """Run the program in this process, which is a fresh fork, and end it."""
    os.dup2(output.fileno(), 1)
    os.dup2(output.fileno(), 2)
    sys.dont_write_bytecode = True  # a project is left as it was found
    with tempfile.TemporaryDirectory() as scratch:
        os.chdir(request.get("folder", scratch))
        observation = _run(request)
        sys.stdout.flush()
        sys.stderr.flush()
        os.chdir("/")
    with os.fdopen(answer, "w") as pipe:
        pipe.write(observation.to_json())
    os._exit(0)


def _run(request: dict[str, Any]) -> Observation:
    from tests.harness.watch import Watch  # imported by the parent already

    Watch.seed()
    place = request["folder"] + os.sep if "folder" in request else request["path"]
    watch = Watch(place)
    watch.install()
    exception, line = _execute(partial(_start, request), place)
    idle = watch.idle()
    return Observation(
        exception=exception,
        exception_line=line,
        sources=watch.sources(),
        targets=tuple(watch.targets),
        fits=tuple(watch.fits),
        idle=idle,
        warnings=tuple(dict.fromkeys(message.strip().split("\n")[0][:200] for message in watch.warnings)),
    )


def _start(request: dict[str, Any]) -> None:
    """Do what Python does with a file, or with ``-m``."""
    folder = request.get("folder", "")
    path = request["path"] if not folder else os.path.join(folder, request["run"])
    sys.path[1:1] = [os.path.join(folder, part) for part in request.get("search", ())]
    sys.argv = [path]
    if request.get("module"):
        sys.path[0] = folder
        runpy.run_module(request["run"], run_name="__main__", alter_sys=True)
        return
    module = types.ModuleType("__main__")
    module.__file__ = path
    sys.modules["__main__"] = module
    sys.path[0] = str(Path(path).parent)
    code = script(Path(path)) if path.endswith(".ipynb") else Path(path).read_bytes()
    exec(compile(code, path, "exec"), vars(module))  # noqa: S102 - that is the job


def _execute(start: Callable[[], None], place: str) -> tuple[str | None, int | None]:
    try:
        start()
    except SystemExit as end:
        return (f"SystemExit: {end.code}", None) if end.code else (None, None)
    except BaseException as error:  # noqa: BLE001 - whatever a program raises is the observation
        frames = [
            frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(place)
        ]
        sys.stderr.writelines(traceback.format_list(frames) + traceback.format_exception_only(error))
        lines = [frame.lineno for frame in frames]
        text = [part.strip() for part in str(error).split("\n") if part.strip()] or [""]
        telling = next((part for word in _TELLING for part in text if word in part), text[0])
        return f"{type(error).__name__}: {telling}"[:300], lines[-1] if lines else None
    return None, None


if __name__ == "__main__":
    main()
