"""Time and peak memory of whole commands, with all the processes they start."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_OFTEN, _SELDOM = 0.005, 0.05


@dataclass(frozen=True, slots=True)
class Memory:
    """The most that the processes of a command held at once, in bytes; 0 when it was not measured.

    Args:
        proportional: sum of the proportional set sizes: a page that n processes share counts one n-th in each.
        resident: sum of the resident set sizes: such a page counts n times. An upper bound.
    """

    proportional: int = 0
    resident: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """How a command went.

    Args:
        seconds: wall time, from starting the command to its end.
        memory: what it held at most, when it was watched and the system is Linux.
        code: the exit code.
        said: the last line on standard error.
    """

    seconds: float
    memory: Memory
    code: int
    said: str


def run(command: Sequence[str], *, watch: bool = False, environ: dict[str, str] | None = None) -> Run:
    """Run a command to its end.

    Args:
        command: the program and its arguments.
        watch: look at the memory of the command's processes all the time, which slows short commands down.
        environ: the environment variables; None takes those of this process.
    """
    with tempfile.TemporaryFile() as errors:
        start = time.perf_counter()
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            env=environ,
            start_new_session=True,
        )
        try:
            peak = _watch(process, start) if watch and sys.platform == "linux" else Memory()
            process.wait()
        except BaseException:
            _kill(process)
            raise
        seconds = time.perf_counter() - start
        errors.seek(0)
        said = errors.read().decode(errors="replace").strip().rpartition("\n")[2]
    return Run(seconds, peak, process.returncode, said)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End the command and what it has started: in a session of its own, Ctrl-C does not reach it."""
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


def _watch(process: subprocess.Popen[bytes], start: float) -> Memory:
    peak = Memory()
    while process.poll() is None:
        held = [_held(member) for member in _session(process.pid)]
        peak = Memory(
            max(peak.proportional, sum(one.proportional for one in held)),
            max(peak.resident, sum(one.resident for one in held)),
        )
        time.sleep(_OFTEN if time.perf_counter() - start < 1 else _SELDOM)
    return peak


def _session(leader: int) -> list[str]:
    """Return the processes of a session, whoever their parents are.

    The fields of ``stat`` behind the name of the program: state, parent, group, session (proc_pid_stat(5)).
    """
    members = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                behind = Path("/proc", entry, "stat").read_bytes().rpartition(b")")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if int(behind[3]) == leader:
                members.append(entry)
    return members


def _held(process: str) -> Memory:
    """Return what a process holds now (proc_pid_smaps(5))."""
    try:
        text = Path("/proc", process, "smaps_rollup").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return Memory()
    fields = {line.split()[0]: line.split()[1] for line in text.splitlines()[1:]}
    return Memory(1024 * int(fields.get(b"Pss:", 0)), 1024 * int(fields.get(b"Rss:", 0)))
