"""Answers about the programs that were looked at last, kept outside of them so that they can be let go."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TypeVar

from gradfix.module import Module

_T = TypeVar("_T")
_forgetters: list[Callable[[], None]] = []


def remembered(answer: Callable[[Module], _T]) -> Callable[[Module], _T]:
    """Make a function of a module remember its last two answers, until ``forget`` is called."""
    kept = functools.lru_cache(maxsize=2)(answer)
    _forgetters.append(kept.cache_clear)
    return functools.wraps(answer)(kept)


def forget() -> None:
    """Let go of everything that is remembered: then nothing holds the programs that are done."""
    for let_go in _forgetters:
        let_go()
