"""Results of single files into those of a project: a finding stands where the cut is, and names its uses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from gradfix.engine import Seen
from gradfix.model import Diagnostic, FileResult, Notebook, PathStep, Place, Safety, Use
from gradfix.project import absolute_path, display_path

_NAMED = 3
_ASKED = 4  # programs about a class whose objects they call
Key = tuple[str, Place]


@dataclass(slots=True)
class _Gained:
    """What other programs showed of one file: findings with their uses, and the programs that showed each.

    ``shared`` are the names of functions that yet another file uses, with that file, and ``remarks`` say so of the
    findings whose repair changes these.
    """

    found: dict[Key, Diagnostic] = field(default_factory=dict)
    shown_by: dict[Key, list[str]] = field(default_factory=dict)
    shared: dict[str, str] = field(default_factory=dict)
    remarks: dict[Key, str] = field(default_factory=dict)


class Combined:
    """The results of many files, and what they say of each other.

    The order of the results is kept. Paths that nobody spelled are told relative to ``root`` (absolute) where they
    lie below it.
    """

    def __init__(self, results: Iterable[FileResult], root: str) -> None:
        self._absolute = absolute = partial(absolute_path, root)
        self._root = root
        self._results = list(results)
        self._at = {absolute(result.path): index for index, result in enumerate(self._results)}
        self._has_notebooks = any(result.notebook is not None for result in self._results)
        self._gained: dict[int, _Gained] = {}
        self._ran: dict[int, set[int]] = {}
        self._lived: dict[int, dict[int, list[str]]] = {}  # by file and line of a class, the programs
        self._leading: dict[int, list[Diagnostic]] = {}
        for index, result in enumerate(self._results):
            for one in result.elsewhere:
                at = self._at.get(one.path)
                if at is not None:
                    self._gain(at, one, absolute(result.path))
                elif one.origin is not None:
                    self._leading.setdefault(index, []).append(one)
            for path, line in result.ran:
                if path in self._at and self._at[path] != index:
                    self._ran.setdefault(self._at[path], set()).add(line)
            for path, line in result.lived:
                if path in self._at:
                    classes = self._lived.setdefault(self._at[path], {})
                    classes.setdefault(line, []).append(absolute(result.path))

    def seen(self, wanted: Callable[[Diagnostic], bool] | None) -> dict[str, Seen]:
        """Return which files to check again, by the paths they were given by, and with which knowledge.

        These are files with findings for which ``wanted`` holds (None: for none) that they do not show themselves,
        those that were judged by a function that nobody calls, while other programs call it and do well, and those
        with a class that was judged by itself, while other programs call its objects.
        """
        found: dict[str, Seen] = {}
        for at, result in enumerate(self._results):
            if result.problem is not None:
                continue
            gained = self._gained.get(at, _Gained())
            own = {_key(one) for one in result.found}
            fresh = [
                key
                for key, one in gained.found.items()
                if key not in own and wanted is not None and wanted(one)
            ]
            ran, lived = self._ran.get(at, set()), self._lived.get(at, {})
            # What shows in a class alone is left to those who call its objects.
            alone = {one.alone for one in gained.found.values() if one.alone in lived}
            gained.found = {key: one for key, one in gained.found.items() if one.alone not in lived}
            unseen = [one for one in result.found if _key(one) not in gained.found]
            alone |= {one.alone for one in unseen if one.alone in lived}
            if fresh or alone or any(one.root in ran for one in unseen):
                programs = [gained.shown_by[key][0] for key in fresh]
                lines = tuple(sorted(line for line in alone if line is not None))
                programs += (path for line in lines for path in lived[line][:_ASKED])
                entries = tuple(dict.fromkeys(programs))
                shared = tuple(sorted(gained.shared))
                found[result.path] = Seen(entries, tuple(sorted(ran)), lines, shared)
        return found

    def share(self, used_by: Callable[[str, str, Sequence[str]], str | None]) -> None:
        """Call a repair unsafe where it changes a function that files use which show nothing wrong with it.

        It is none at all where their use tells that it may be wrong. ``used_by`` gets the absolute path of a file, the
        name of a function in it and the programs that show a finding in that, and returns another file that uses it,
        as it was spelled, or None.
        """
        for at, gained in self._gained.items():
            for key, one in gained.found.items():
                for name in one.within if one.safety is not Safety.ADVICE else ():
                    if one.safety is Safety.UNSAFE and name[:1].isupper():
                        continue  # a class has the defect for whoever uses it
                    if name not in gained.shared:
                        path = self._absolute(self._results[at].path)
                        named = [self._absolute(use.path) for use in one.uses]
                        other = used_by(path, name, [*gained.shown_by[key], *named])
                        if other is None:
                            continue
                        gained.shared[name] = other
                    gained.remarks[key] = f"; {gained.shared[name]} uses `{name}`, too"
                    gained.found[key] = (
                        replace(one, safety=Safety.ADVICE, fix=None)
                        if one.unanimous
                        else replace(one, safety=Safety.UNSAFE)
                    )

    def replace(self, result: FileResult) -> None:
        """Let a result take the place of the one of the same file."""
        self._results[self._at[self._absolute(result.path)]] = result

    def results(self) -> list[FileResult]:
        """Return the results with everything that is known of each file."""
        complete = [self._complete(index, result) for index, result in enumerate(self._results)]
        return [self._in_cells(result) for result in complete] if self._has_notebooks else complete

    def _gain(self, at: int, one: Diagnostic, program: str) -> None:
        gained, key = self._gained.setdefault(at, _Gained()), _key(one)
        known = gained.found.get(key)
        if known is None:
            gained.found[key] = replace(one, path=self._results[at].path, origin=None)
            gained.shown_by[key] = [program]
        else:
            gained.shown_by[key].append(program)
            alone = known.alone if one.alone is not None else None
            gained.found[key] = replace(known, uses=(*known.uses, *one.uses), alone=alone)

    def _complete(self, index: int, result: FileResult) -> FileResult:
        gained = self._gained.get(index, _Gained())
        leading = self._leading.get(index, [])
        if not (result.found or gained.found or leading):
            return result
        own = {_key(one) for one in result.found}
        more = [one for key, one in gained.found.items() if key not in own]
        if result.fixed:
            # The repair has been told of them: what is not there any more is repaired.
            more = []
        pointers = {(one.codemod, one.path, one.place): one for one in leading}
        pointing = [self._pointer(result.path, one) for one in pointers.values()]

        def told(some: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
            every = [self._told(one, gained) for one in (*some, *more)]
            return tuple(sorted([*every, *(self._told(one, _Gained()) for one in pointing)], key=_order))

        return replace(
            result,
            found=told(result.found),
            remaining=told(result.remaining),
            fixed=tuple(self._told(one, gained) for one in result.fixed),
            elsewhere=(),
        )

    def _pointer(self, path: str, one: Diagnostic) -> Diagnostic:
        """Return what a file has to say of a cause that lies in a file that nobody asked about."""
        assert one.origin is not None
        cause = self._spelled(one.path)
        steps = tuple(
            replace(step, path=step.path or cause) if step.place is not None else step
            for step in one.path_of_gradient
        )
        message = f"the cause lies in {cause}:{one.place.line}: {one.message}"
        return replace(
            one,
            path=path,
            place=one.origin,
            message=message,
            safety=Safety.ADVICE,
            path_of_gradient=steps,
            fix=None,
            uses=(),
            origin=None,
        )

    def _told(self, one: Diagnostic, gained: _Gained) -> Diagnostic:
        """Return a finding with what other files say of it: those that ``gained`` knows."""
        known = gained.found.get(_key(one))
        uses = {*one.uses, *(known.uses if known is not None else ())}
        remark = gained.remarks.get(_key(one))
        if remark is not None:
            one = replace(one, message=f"{one.message.removesuffix('.')}{remark}")
        steps = tuple(self._step(step, one.path) for step in one.path_of_gradient)
        if not uses:
            return replace(one, path_of_gradient=steps)
        named = sorted(replace(use, path=self._spelled(use.path)) for use in uses)
        shown = tuple(map(self._use_in_cell, named) if self._has_notebooks else named)
        return replace(one, message=_with_uses(one.message, shown), uses=shown, path_of_gradient=steps)

    def _step(self, step: PathStep, path: str) -> PathStep:
        """Return a step of a finding in the file ``path``."""
        spelled = self._spelled(step.path) if step.path is not None else None
        return replace(step, path=spelled if spelled != path else None)

    def _notebook(self, path: str) -> Notebook | None:
        at = self._at.get(self._absolute(path))
        return self._results[at].notebook if at is not None else None

    def _use_in_cell(self, use: Use) -> Use:
        from gradfix.cells import use_in_cell

        notebook = self._notebook(use.path)
        return use if notebook is None else use_in_cell(notebook, use)

    def _in_cells(self, result: FileResult) -> FileResult:
        """Return a result whose places in notebooks, running on through all cells, are told by cells."""
        from gradfix.cells import in_cells, problem_in_cell, relocated

        own = after = result.notebook
        if own is not None and result.after is not None:
            after = relocated(own, result.after)
        problem = result.problem
        if own is not None and problem is not None:
            problem = problem_in_cell(own, problem)
        return replace(
            result,
            found=tuple(in_cells(one, own, self._notebook) for one in result.found),
            remaining=tuple(in_cells(one, after, self._notebook) for one in result.remaining),
            fixed=tuple(in_cells(one, own, self._notebook) for one in result.fixed),
            problem=problem,
        )

    def _spelled(self, path: str) -> str:
        """Return a path as the user wrote it, where he did."""
        at = self._at.get(self._absolute(path))
        return self._results[at].path if at is not None else display_path(self._root, path)


def _with_uses(message: str, uses: Sequence[Use]) -> str:
    named: list[str] = []
    role = ""
    for use in uses[:_NAMED]:
        named.append(use.spot if use.role == role else str(use))
        role = use.role
    more = f" and {len(uses) - _NAMED} more" if len(uses) > _NAMED else ""
    stop = "." if message.endswith(".") else ""
    return f"{message.removesuffix('.')} ({', '.join(named)}{more}){stop}"


def _key(one: Diagnostic) -> Key:
    return one.codemod, one.place


def _order(one: Diagnostic) -> tuple[int, int, str]:
    return one.place.line, one.place.column, one.codemod
