"""The commands that are compared: what each is called, what it does, and which exit codes are no error."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks._environments import Environment, environment, ruff
from gradfix.store import VARIABLE

# TorchFix and its own pin of libcst; Fixit leaves the version open.
FIXIT = ("fixit==2.2.1", "libcst==1.9.0")
TORCHFIX = ("torchfix==0.7.0", "libcst==1.5.1")
MARK = b"\n# torch\n"


@dataclass(frozen=True, slots=True)
class Tool:
    """A command that is given one path.

    Args:
        name: what stands in the tables.
        command: the program and its arguments, without the path.
        does: what a reader of the tables has to know to compare fairly.
        fine: the exit codes that are no error.
        own: whether it runs in the environment of gradfix.
        marked: whether it is given copies that hold the word without which TorchFix skips a file.
        cache: where it keeps results for its next run; it is timed when they are there.
    """

    name: str
    command: tuple[str, ...]
    does: str
    fine: frozenset[int] = frozenset({0})
    own: bool = True
    marked: bool = False
    cache: Path | None = None

    def environ(self) -> dict[str, str]:
        """Return the environment variables to run it with: as people have them, whatever runs the benchmark."""
        left_out = {"PYTHONDONTWRITEBYTECODE"} | (set() if self.own else {"PYTHONPATH"})
        kept = {name: value for name, value in os.environ.items() if name not in left_out}
        return kept if self.cache is None else {**kept, VARIABLE: str(self.cache)}


_BASELINES = str(Path(__file__).with_name("_baselines.py"))
_AGAIN = (sys.executable, "-m", "gradfix", "--exit-zero", "-q")
_GRADFIX = (*_AGAIN, "--no-cache")

BARE = Tool("python -c pass", (sys.executable, "-c", "pass"), "the interpreter starts and ends")
FLOOR = Tool(
    "ast.parse",
    (sys.executable, "-W", "ignore", _BASELINES, "parse"),
    "the floor: one process reads every file and parses it with Python's own parser, "
    "garbage collection as Python has it by default",
)
RUFF = Tool(
    "ruff",
    (ruff(), "check", "--select", "F,B", "--no-cache", "--isolated", "--exit-zero", "-q"),
    "`ruff check --select F,B --no-cache --isolated --exit-zero -q`, as many threads as processors",
)
GRADFIX = Tool(
    "gradfix",
    _GRADFIX,
    "`python -m gradfix --exit-zero -q --no-cache`, all codemods; "
    "as many processes as processors when there are more than a few files",
)
GRADFIX_ALONE = Tool("gradfix --jobs 1", (*_GRADFIX, "--jobs", "1"), "the same in one process")
AGAIN = Tool(
    "gradfix, again",
    _AGAIN,
    "`python -m gradfix --exit-zero -q` over files that have not changed since its last run; "
    "of a few files it keeps no results",
)
DIFF = Tool("gradfix --diff", (*_GRADFIX, "--diff"), "as *gradfix*, with the fixes as a diff")
NAMES = Tool(
    "libcst names",
    (sys.executable, "-W", "ignore", _BASELINES, "names"),
    "one process parses every file with libcst and resolves `QualifiedNameProvider`, "
    "what a fixer built on it needs before its first rule",
)


@dataclass(frozen=True, slots=True)
class Slow:
    """The tools that need minutes, with the versions in their environments and why one is missing."""

    tools: tuple[Tool, ...]
    versions: tuple[str, ...]
    missing: tuple[str, ...]


def slow(folder: Path) -> Slow:
    """Return the slow tools, in environments that are made below ``folder`` when they are not there yet."""
    tools: list[Tool] = []
    versions: list[str] = []
    missing: list[str] = []
    for name, pins, make in (("Fixit", FIXIT, _fixit), ("TorchFix", TORCHFIX, _torchfix)):
        try:
            made = environment(folder, pins)
        except subprocess.CalledProcessError as error:
            missing.append(f"{name} could not be installed: exit code {error.returncode} of {error.cmd[0]}")
            continue
        tools += make(made)
        versions.append(f"{name} {made.versions[name.lower()]} (libcst {made.versions['libcst']})")
    return Slow((*tools, NAMES), tuple(versions), tuple(missing))


def _fixit(made: Environment) -> list[Tool]:
    does = "`fixit lint`, its default rules, as many processes as processors"
    # Bit 1 says that there are findings, bit 2 that a file could not be done.
    return [Tool("Fixit", (made.script("fixit"), "lint"), does, frozenset({0, 1}), own=False)]


def _torchfix(made: Environment) -> list[Tool]:
    command = (made.script("torchfix"),)
    does = (
        "`torchfix`, its default rules, as many processes as processors; skips files without the word `torch`"
    )
    every = "the same, over copies that end in the comment `# torch`, so that it skips none"
    return [
        Tool("TorchFix", command, does, own=False),
        Tool("TorchFix, no file skipped", command, every, own=False, marked=True),
    ]
