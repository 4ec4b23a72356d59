"""Results of earlier runs, kept with the questions they rest on: what holds still is not computed again.

A result is taken from the cache when everything that its analysis asked the project gets the same answer now: the
contents of the files it read, where each import leads, and what leads nowhere. The answers are those that the
analysis itself got, so that a file that changes in the middle of a run does no harm.
"""

from __future__ import annotations

import hashlib
import json
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING

from gradfix.asked import READ, Answer, Answers, Checked, Question
from gradfix.identity import identity
from gradfix.model import FileResult
from gradfix.plain import plain, read
from gradfix.store import Store, folder

if TYPE_CHECKING:
    from gradfix.pool import Task, Work

_AT_ONCE = 1000
_PREFIX = 12


def open_cache() -> Cache | None:
    """Return the cache of this user, or None when there is no place for one."""
    directory = folder()
    return Cache(Store(directory)) if directory is not None else None


class Cache:
    """What is known of the files of one run.

    ``known`` counts the results that were taken from the ``store``.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self.known = 0

    def through(
        self, tasks: Sequence[Task], work: Work, carry_out: Callable[[list[Task]], Iterator[Checked]]
    ) -> Iterator[FileResult]:
        """Yield the result of each task in order; only what is not known is carried out.

        What was carried out is kept, also when the results are not taken to their end.
        """
        run = _Run(self.store, work)
        with closing(self.store):
            known = run.known(tasks)
            self.known = len(known)
            fresh = carry_out([task for index, task in enumerate(tasks) if index not in known])
            try:
                for index in range(len(tasks)):
                    result = known.pop(index, None)
                    if result is None:
                        checked = next(fresh)
                        run.keep(checked)
                        result = checked.result
                    yield result
            finally:
                close = getattr(fresh, "close", None)
                if close is not None:
                    close()
                run.write()


class _Run:
    """One run: all that a result rests on beside the answers is the same for all of its files."""

    def __init__(self, store: Store, work: Work) -> None:
        self._store = store
        self._work = work
        self._project = work.project()
        self._now: dict[Question, Answer] = {}
        self._fresh: dict[bytes, bytes] = {}
        self._code = identity()
        settings = (
            plain(self._code),
            sys.version,
            sys.platform,
            [codemod.name for codemod in work.codemods],
            plain(work.options),
            work.root,
        )
        self._prefix = hashlib.sha256(json.dumps(settings).encode()).digest()[:_PREFIX]

    def known(self, tasks: Sequence[Task]) -> dict[int, FileResult]:
        """Return the results that hold still, by the index of their task."""
        if not self._store.holds(self._prefix):
            return {}
        found = ((index, self._result(task)) for index, task in enumerate(tasks))
        return {index: result for index, result in found if result is not None}

    def keep(self, checked: Checked) -> None:
        """Let later runs find a result, if they may."""
        if checked.answers is None:
            return
        path = checked.result.path
        contents = checked.answers.get((READ, self._project.absolute(path), ""))
        if contents is None:
            return
        text = json.dumps([_grouped(checked.answers), plain(checked.result)], separators=(",", ":"))
        self._fresh[self._key(path, contents)] = zlib.compress(text.encode(), 1)
        if len(self._fresh) >= _AT_ONCE:
            self.write()

    def write(self) -> None:
        """Put what is kept into the store."""
        # An installation that goes on at the same time mixes two versions of the code.
        if self._fresh and identity.__wrapped__() == self._code:
            self._store.put(self._fresh)
        self._fresh.clear()

    def _result(self, task: Task) -> FileResult | None:
        if not isinstance(task.path, str):
            return None
        contents = self._answer((READ, self._project.absolute(task.path), ""))
        value = self._store.get(self._key(task.path, contents)) if contents is not None else None
        if value is None:
            return None
        try:
            groups, result = json.loads(zlib.decompress(value))
            if all(self._answer(question) == answer for question, answer in _questions(groups)):
                return read(FileResult, result)
        except (zlib.error, ValueError, TypeError, AttributeError, RecursionError):
            # Nobody but a program that is not this one has written that.
            return None
        return None

    def _answer(self, question: Question) -> Answer:
        if question not in self._now:
            self._now[question] = self._project.answer(question)
        return self._now[question]

    def _key(self, path: str, contents: str) -> bytes:
        name = f"{path}\0{contents}".encode("utf-8", "surrogatepass")
        return self._prefix + hashlib.sha256(name).digest()[: 32 - _PREFIX]


_Groups = dict[str, dict[str, dict[str, Answer]]]


def _grouped(answers: Answers) -> _Groups:
    groups: _Groups = {}
    for (kind, path, name), answer in answers.items():
        groups.setdefault(kind, {}).setdefault(path, {})[name] = answer
    return groups


def _questions(groups: _Groups) -> Iterator[tuple[Question, Answer]]:
    for kind, paths in groups.items():
        for path, names in paths.items():
            for name, answer in names.items():
                yield (kind, path, name), answer
