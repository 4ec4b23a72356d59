"""What is left of a program when it has been checked: thrown away between files, and not searched for all the time."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from gradfix.flow.remembered import forget

# Objects made since the last collection; a hundred bytes each is usual.
_MUCH = 3_000_000


@contextmanager
def rare_collections() -> Iterator[None]:
    """Leave the collection of garbage to ``clear_away``.

    The syntax trees that are kept are millions of objects, which Python would look through again and again: that
    made the analysis three times slower. They have no cycles and go away by themselves.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def clear_away() -> None:
    """Let go of the programs that are done; collect what is left when that has become much."""
    forget()
    if not gc.isenabled() and gc.get_count()[0] > _MUCH:
        gc.collect()
        gc.freeze()
