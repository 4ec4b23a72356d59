"""The last line of the report, and the table of ``--statistics``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from gradfix.model import FileResult, Safety
from gradfix.report import View


@dataclass(slots=True)
class Tally:
    """What the results add up to; ``through`` counts them as they pass."""

    files: int = 0
    changed: int = 0
    fixed: int = 0
    problems: int = 0
    remaining: Counter[Safety] = field(default_factory=Counter)
    codemods: Counter[str] = field(default_factory=Counter)

    def through(self, results: Iterable[FileResult]) -> Iterator[FileResult]:
        """Yield the results unchanged."""
        for result in results:
            self.files += 1
            self.changed += result.after is not None
            self.fixed += len(result.fixed)
            self.problems += result.problem is not None
            self.remaining.update(one.safety for one in result.remaining)
            self.codemods.update(one.codemod for one in result.remaining)
            yield result

    def summary(self, view: View) -> str:
        """Return one line: what was found, fixed, and can be done about the rest."""
        total = _number(self.remaining.total(), "finding")
        fixed = f"{_number(self.fixed, 'finding')} in {_number(self.changed, 'file')}"
        if not self.fixed and not self.remaining:
            return f"No cut gradient found in {_number(self.files, 'file')}."
        if not view.fixing:
            return f"Found {total}: {self._ways(view)}."
        done = f"{fixed} would be fixed" if view.diff else f"Fixed {fixed}"
        return f"{done}; {total} left: {self._ways(view)}." if self.remaining else f"{done}."

    def _ways(self, view: View) -> str:
        safe, unsafe = self.remaining[Safety.SAFE], self.remaining[Safety.UNSAFE]
        advice = (self.remaining[Safety.ADVICE], "to be settled by hand")
        given_up = "not fixed, because that would bring another defect"
        if not view.fixing:
            way = "with --unsafe" if safe else "fixable with --apply --unsafe"
            parts = [(safe, "fixable with --apply"), (unsafe, way), advice]
        elif not view.unsafe:
            parts = [(safe, given_up), (unsafe, "fixable with --unsafe"), advice]
        else:
            parts = [(safe + unsafe, given_up), advice]
        return ", ".join(f"{count} {what}" for count, what in parts if count)


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def statistics(results: Iterable[FileResult], *, as_json: bool) -> Iterator[str]:
    """Yield how many findings there are of each codemod, the most frequent first."""
    tally = Tally()
    for _ in tally.through(results):
        pass
    rows = sorted(tally.codemods.items(), key=lambda row: (-row[1], row[0]))
    if as_json:
        import json

        yield json.dumps([{"codemod": name, "count": count} for name, count in rows], indent=2) + "\n"
        return
    width = max((len(str(count)) for _, count in rows), default=0)
    for name, count in rows:
        yield f"{count:>{width}}  {name}\n"
