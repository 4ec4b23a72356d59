"""What the analysis of a file asks its project, and is told: all that its result depends on beside the settings.

A result holds as long as the same questions get the same answers, whoever asks and whenever.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gradfix.locate import Located
from gradfix.model import FileResult
from gradfix.source import Source

# What kind of question, about which file or directory, and which name.
Question = tuple[str, str, str]
Answer = str | None
Answers = Mapping[Question, Answer]

READ, LEADS, LOCATE, BELOW, IMPORTERS = "read", "leads", "locate", "below", "importers"


class Asked:
    """The questions about one file after the other."""

    def __init__(self) -> None:
        self._answers: dict[Question, Answer] = {}
        self._same = True

    def begin(self) -> None:
        """Forget what was asked about the file before."""
        self._answers, self._same = {}, True

    def note(self, question: Question, answer: Answer) -> None:
        """Keep what was asked, and what was told."""
        # A file that changes while it is looked at gives two answers.
        if self._answers.setdefault(question, answer) != answer:
            self._same = False

    def answers(self) -> Answers | None:
        """Return what was told, or None when that does not fit together."""
        return self._answers if self._same else None


@dataclass(frozen=True, slots=True)
class Checked:
    """A result, and the answers it rests on; without them it must not be kept."""

    result: FileResult
    answers: Answers | None = None


def contents(source: Source) -> Answer:
    """Return what tells the contents of a file from all others."""
    import hashlib

    return hashlib.sha256(source.raw).hexdigest()[:32]


def place(located: Located | None) -> Answer:
    """Return where a module lies."""
    return None if located is None else f"{located.path or ''}\0{located.directory or ''}"
