"""From one file and codemods to a ``FileResult``. Nothing is written here."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from gradfix import source as files
from gradfix.codemod import Codemod
from gradfix.errors import GradfixError, ParseError, RewriteError, SourceError
from gradfix.gate import asks, calls, defines, mentions_libraries
from gradfix.model import Diagnostic, FileResult, Notebook, Problem, TextEdit
from gradfix.module import Module
from gradfix.project import Project
from gradfix.repair import Fixed, Repair, fix, rewritten
from gradfix.search import Found, Search, internal_error, search
from gradfix.source import Source


@dataclass(frozen=True, slots=True)
class Options:
    """What to do with each file.

    ``fix`` computes the new text, ``unsafe`` takes unsafe fixes too, ``edits`` fills in ``Diagnostic.fix``.
    ``keras`` is 2, 3, or None: found out per file, where one that says nothing takes what the project has
    ``pinned``. ``thorough`` parses files with which nothing can be wrong, too, to tell whether they are Python.
    ``few`` tells that not much is asked about, so that classes of other files are worth a look.
    """

    fix: bool = False
    unsafe: bool = False
    edits: bool = False
    keras: int | None = None
    pinned: int | None = None
    thorough: bool = True
    few: bool = False

    @property
    def settings(self) -> dict[str, object]:
        """What ``Module.parse`` wants to know."""
        return {"keras": self.keras, "pinned": self.pinned}


REPORT = Options()


@dataclass(frozen=True, slots=True)
class Seen:
    """What other programs show of a file.

    ``entries`` are the absolute paths of those whose run leads to findings in it, ``ran`` the lines of its
    functions that others run and find nothing wrong with, ``lived`` those of its classes whose objects others call,
    ``shared`` the names of functions that others use besides.
    """

    entries: tuple[str, ...] = ()
    ran: tuple[int, ...] = ()
    lived: tuple[int, ...] = ()
    shared: tuple[str, ...] = ()


ALONE = Seen()


def check_path(
    path: str,
    codemods: Sequence[Codemod],
    options: Options = REPORT,
    project: Project | None = None,
    seen: Seen = ALONE,
) -> FileResult:
    """Read and check one file; see ``check``. Whatever goes wrong is a ``Problem`` in the result."""
    try:
        source = files.read(path) if project is None else project.read(path)
    except GradfixError as error:
        return FileResult(path, problem=problem(error, path))
    return check(source, codemods, options, project, seen)


def check(
    source: Source,
    codemods: Sequence[Codemod],
    options: Options = REPORT,
    project: Project | None = None,
    seen: Seen = ALONE,
) -> FileResult:
    """Return what is wrong with ``source``, and its fixed text if ``options`` ask for one.

    Args:
        source: the file.
        codemods: what to look for.
        options: what else to find out.
        project: where to look for what it imports; without one, that stays unknown.
        seen: what other files show of this one.
    """
    result = FileResult(source.path, notebook=source.notebook)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            if seen == ALONE and not matters(source, project):
                codemods = [one for one in codemods if one.everywhere and mentions_libraries(source.text)]
            if not codemods and not options.thorough:
                return result
            module = _module(source, options, project)
            if not codemods:
                return result
            module.ran_elsewhere, module.lived_elsewhere = frozenset(seen.ran), frozenset(seen.lived)
            module.shared = frozenset(seen.shared)
            state = search(module, codemods, seen.entries, classes=options.few)
            found = _diagnostics(state.found)
            before = source.text if found else ""
            result = replace(result, found=found, remaining=found, before=before, problem=state.problem)
            if options.edits:
                found = _with_edits(state.found, found, source)
                result = replace(result, found=found, remaining=found)
            flow = module.flow
            ran, lived = _spots(module, flow.ran), _spots(module, flow.lived_elsewhere())
            result = replace(result, elsewhere=_elsewhere(state, options), ran=ran, lived=lived)
            repair = Repair(codemods, options.unsafe, seen.entries)
            wanted = any(repair.takes(one.finding) for one in state.found)
            if not options.fix or state.problem or not wanted:
                return result
            fixed = fix(state, repair)
            after = fixed.state.module.text
            if after == source.text:
                return result
            files.encode(source, after)
            repaired = _repaired(fixed, source.notebook)
            remaining = _diagnostics(fixed.state.found)
            if options.edits:
                remaining = _with_edits(fixed.state.found, remaining, source)
        except GradfixError as error:
            return replace(result, problem=problem(error, source.path))
        except (RecursionError, MemoryError):
            return replace(
                result, problem=Problem(source.path, "is too large or too deeply nested to analyse")
            )
        except Exception as error:  # noqa: BLE001 - a fault in one file must not cost the report of the others
            return replace(result, problem=Problem(source.path, internal_error("the analysis", error)))
    return replace(result, remaining=remaining, fixed=repaired, after=after)


def matters(source: Source, project: Project | None) -> bool:
    """Tell whether a gradient can be asked for in a file, or in what it calls."""
    text = source.text
    mentioned, asked = mentions_libraries(text), asks(text)
    if mentioned and (asked or defines(text)):
        return True
    if project is None or not (asked or calls(text)):
        return False
    return project.leads_to_gradients(source.path, text)


def write(result: FileResult) -> FileResult:
    """Put the fixed text in the place of the file; when that fails, the result says so and fixes nothing."""
    if result.after is None:
        return result
    try:
        source = files.read(result.path)
        if source.text != result.before:
            raise SourceError("has changed since it was read; not written", path=result.path)
        files.write(source, result.after)
    except GradfixError as error:
        return replace(unfixed(result), problem=problem(error, result.path))
    return result


def unfixed(result: FileResult) -> FileResult:
    """Return the result of a file whose fixed text does not take its place."""
    return (
        replace(result, remaining=result.found, fixed=(), after=None) if result.after is not None else result
    )


def problem(error: GradfixError, path: str) -> Problem:
    """Return ``error`` as plain data on one line."""
    return Problem(error.path or path, " ".join(error.message.split()), error.line, error.column)


def _module(source: Source, options: Options, project: Project | None) -> Module:
    try:
        if project is None:
            module = Module.parse(source.text, source.path, options.settings)
        else:
            module = project.parsed(source)
    except ParseError:
        _check_cells(source, None)
        raise
    _check_cells(source, module)
    return module


def _check_cells(source: Source, module: Module | None) -> None:
    """Make sure that the cells of a notebook stay apart; tell which one of them cannot be parsed."""
    if source.notebook is not None:
        from gradfix.cells import check_cells

        check_cells(source.notebook, source.text, source.path, module.tree if module is not None else None)


def _elsewhere(state: Search, options: Options) -> tuple[Diagnostic, ...]:
    project = state.module.project
    if project is None or not state.elsewhere:
        return ()
    found = tuple(one.diagnostic(project.absolute(one.module.path)) for one in state.elsewhere)
    return _with_edits(state.elsewhere, found, None) if options.edits else found


def _spots(module: Module, lines: Iterable[tuple[Module, int]]) -> tuple[tuple[str, int], ...]:
    """Return lines of other files as others know them: absolute path and line."""
    project = module.project
    if project is None:
        return ()
    return tuple(sorted({(project.absolute(one.path), line) for one, line in lines}))


def _repaired(fixed: Fixed, notebook: Notebook | None) -> tuple[Diagnostic, ...]:
    """Return what was repaired; in a notebook, with the cells as they were when it was seen."""
    if notebook is None:
        return tuple(one for one, _ in fixed.repaired)
    from gradfix.cells import in_cells, relocated

    return tuple(in_cells(one, relocated(notebook, text), lambda _: None) for one, text in fixed.repaired)


def _diagnostics(found: Sequence[Found]) -> tuple[Diagnostic, ...]:
    return tuple(one.diagnostic(one.module.path) for one in found)


def _with_edits(
    found: Sequence[Found], diagnostics: Sequence[Diagnostic], source: Source | None
) -> tuple[Diagnostic, ...]:
    """Return the findings with their edits; ``source`` is the file they all stand in, if it may be a notebook."""
    notebook = source.notebook if source is not None else None
    pairs = zip(diagnostics, found, strict=True)
    return tuple(replace(diagnostic, fix=_edits_of(one, notebook)) for diagnostic, one in pairs)


def _edits_of(one: Found, notebook: Notebook | None) -> tuple[TextEdit, ...] | None:
    if not one.finding.edits:
        return None
    from gradfix.diff import cell_edits, text_edits

    before = one.module.text
    text, _ = rewritten(one.module, [one])
    if notebook is None:
        return text_edits(before, text)
    try:
        return cell_edits(notebook, before, text)
    except RewriteError:
        # A repair that would break a magic has no edits to show; whoever asks for it is told why.
        return None
