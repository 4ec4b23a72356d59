"""Answers about the programs that were looked at last, kept outside of them so that they can be let go."""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable
from typing import Protocol, TypeVar

from gradfix.module import Module

_T = TypeVar("_T")
_forgetters: list[Callable[[], None]] = []


class Run(Protocol):
    """The run of a program."""

    def release(self) -> None:
        """Let go of everything that the run made."""


_runs: weakref.WeakSet[Run] = weakref.WeakSet()


def remembered(answer: Callable[[Module], _T]) -> Callable[[Module], _T]:
    """Make a function of a module remember its last two answers, until ``forget`` is called."""
    kept = functools.lru_cache(maxsize=2)(answer)
    _forgetters.append(kept.cache_clear)
    return functools.wraps(answer)(kept)


def releasable(run: Run) -> None:
    """Let ``forget`` release a run, whoever holds it then."""
    _runs.add(run)


def forget() -> None:
    """Let go of everything that is remembered: then nothing holds the programs that are done.

    What a run made hangs together in circles. Broken here, they go away at once, which takes a tenth of the time
    that Python needs to find them.
    """
    for run in list(_runs):
        run.release()
    _runs.clear()
    for let_go in _forgetters:
        let_go()
