"""From a source and codemods to a ``FileResult``: find, and fix in passes until nothing is left to apply.

Fixes hold for a file as a whole: when one of them turns out broken, the file gets a ``Problem`` and stays
as it is. A fix is given up only when applying it would bring a defect that was not there before.
"""

from __future__ import annotations

import ast
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from gradfix import source as files
from gradfix.codemod import Codemod
from gradfix.errors import GradfixError, ParseError, RewriteError, SourceError
from gradfix.model import Diagnostic, FileResult, Finding, PathStep, Place, Problem, Safety, TextEdit
from gradfix.module import Module
from gradfix.source import Source
from gradfix.suppress import suppressions

PASSES = 20
_REPORT_IT = "not fixed, please report it"
# Without one of these words a file cannot hold a gradient that gradfix knows of: it is only parsed.
_GATE = ("tensorflow", "keras")


@dataclass(frozen=True, slots=True)
class Options:
    """What to do with each file.

    ``fix`` computes the new text, ``unsafe`` takes unsafe fixes too, ``write`` puts the new text in the
    file's place, ``edits`` fills in ``Diagnostic.fix``. ``keras`` is 2, 3, or None: found out per file, where one
    that says nothing takes what the project has ``pinned``.
    """

    fix: bool = False
    unsafe: bool = False
    write: bool = False
    edits: bool = False
    keras: int | None = None
    pinned: int | None = None

    def takes(self, finding: Finding) -> bool:
        """Tell whether the fix of ``finding`` is asked for."""
        return bool(finding.edits) and (
            finding.safety is Safety.SAFE or (self.unsafe and finding.safety is Safety.UNSAFE)
        )


REPORT = Options()


@dataclass(frozen=True, slots=True)
class _Found:
    codemod: str
    finding: Finding


@dataclass(frozen=True, slots=True)
class _State:
    """One text on the way to the fixed one, and what is wrong with it."""

    module: Module
    found: tuple[_Found, ...]


@dataclass(frozen=True, slots=True)
class _Fixed:
    """The end of the passes: the last state, and everything that was repaired on the way."""

    state: _State
    repaired: tuple[Diagnostic, ...] = ()


def check_path(path: str, codemods: Sequence[Codemod], options: Options = REPORT) -> FileResult:
    """Read, check, and (if asked) write one file. Whatever goes wrong is a ``Problem`` in the result."""
    try:
        source = files.read(path)
    except GradfixError as error:
        return FileResult(path, problem=problem(error, path))
    result = check(source, codemods, options)
    return _written(source, result) if options.write else result


def write_result(result: FileResult) -> FileResult:
    """Write what was found out elsewhere, if the file is still what it was there."""
    if result.after is None:
        return result
    try:
        source = files.read(result.path)
        if source.text != result.before:
            raise SourceError("has changed since it was read; not written", path=result.path)
    except GradfixError as error:
        return _unwritten(result, error)
    return _written(source, result)


def _written(source: Source, result: FileResult) -> FileResult:
    if result.after is not None:
        try:
            files.write(source, result.after)
        except GradfixError as error:
            return _unwritten(result, error)
    return result


def _unwritten(result: FileResult, error: GradfixError) -> FileResult:
    failure = problem(error, result.path)
    return replace(result, remaining=result.found, fixed=(), after=None, problem=failure)


def check(source: Source, codemods: Sequence[Codemod], options: Options = REPORT) -> FileResult:
    """Return what is wrong with ``source``, and its fixed text if ``options`` ask for one. Writes nothing."""
    result = FileResult(source.path, before=source.text)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            settings = {"keras": options.keras, "pinned": options.pinned}
            module = Module.parse(source.text, source.path, settings)
            if not any(word in source.text for word in _GATE):
                return result
            state, failure = _find(module, codemods)
            found = _diagnostics(state)
            result = replace(result, found=found, remaining=found, problem=failure)
            if options.edits:
                found = _with_edits(state, found)
                result = replace(result, found=found, remaining=found)
            if not options.fix or failure or not any(options.takes(one.finding) for one in state.found):
                return result
            fixed = _fix(state, codemods, options)
            if fixed.state.module.text == source.text:
                return result
            files.encode(source, fixed.state.module.text)
            remaining = _diagnostics(fixed.state)
            if options.edits:
                remaining = _with_edits(fixed.state, remaining)
        except GradfixError as error:
            return replace(result, problem=problem(error, source.path))
        except (RecursionError, MemoryError):
            return replace(
                result, problem=Problem(source.path, "is too large or too deeply nested to analyse")
            )
    return replace(result, remaining=remaining, fixed=fixed.repaired, after=fixed.state.module.text)


def problem(error: GradfixError, path: str) -> Problem:
    """Return ``error`` as plain data on one line."""
    return Problem(error.path or path, " ".join(error.message.split()), error.line, error.column)


def _find(module: Module, codemods: Sequence[Codemod]) -> tuple[_State, Problem | None]:
    silent = suppressions(module.text)
    found: list[_Found] = []
    failure: Problem | None = None
    for codemod in codemods:
        if silent.skip_file or not _passes_gate(codemod, module.text):
            continue
        try:
            here = [_Found(codemod.name, finding) for finding in codemod.find(module)]
            here.sort(key=_order)
            found += (one for one in here if not silent.cover(one.finding.node, codemod.name))
        except (GradfixError, RecursionError, MemoryError):
            raise
        except Exception as error:  # noqa: BLE001 - a codemod may be anybody's; its fault becomes a result
            failure = failure or Problem(module.path, _internal_error(codemod.name, error))
    found.sort(key=_order)
    return _State(module, tuple(found)), failure


def _order(one: _Found) -> tuple[int, int, str]:
    node = one.finding.node
    return node.lineno, node.col_offset, one.codemod  # type: ignore[attr-defined]


def _passes_gate(codemod: Codemod, text: str) -> bool:
    return not codemod.gate or any(word in text for word in codemod.gate)


def _internal_error(codemod: str, error: Exception) -> str:
    detail = " ".join(f"{type(error).__name__}: {error}".split())
    return f"internal error in {codemod}: {detail}; please report it"


def _fix(start: _State, codemods: Sequence[Codemod], options: Options) -> _Fixed:
    fixed = _all_together(start, codemods, options)
    if _brings_harm(start, fixed.state, options):
        fixed = _one_by_one(start, codemods, options)
    return fixed


def _all_together(start: _State, codemods: Sequence[Codemod], options: Options) -> _Fixed:
    state, seen = start, {start.module.text}
    repaired: list[Diagnostic] = []
    for _ in range(PASSES):
        wanted = [one for one in state.found if options.takes(one.finding)]
        if not wanted:
            return _Fixed(state, tuple(repaired))
        new, applied = _apply(state, wanted, codemods)
        if new.module.text in seen:
            message = f"the fixes of {_names(wanted)} go round in a circle; {_REPORT_IT}"
            raise RewriteError(message, path=start.module.path)
        seen.add(new.module.text)
        repaired += (_diagnostic(state.module, one) for one in applied)
        state = new
    message = f"the fixes of {_names(wanted)} come to no end in {PASSES} passes; {_REPORT_IT}"
    raise RewriteError(message, path=start.module.path)


def _one_by_one(start: _State, codemods: Sequence[Codemod], options: Options) -> _Fixed:
    """Apply one fix at a time, and give up those after which an unasked-for defect stands in the file.

    A fix may uncover another one that is asked for, further down the same path: it is judged by what is
    left when that one has been applied too.
    """
    state = start
    repaired: list[Diagnostic] = []
    refused: Counter[tuple[str, str, str]] = Counter()
    for _ in range(PASSES + len(start.found)):
        wanted = [one for one in state.found if options.takes(one.finding)]
        skip = Counter(refused)
        for one in wanted:
            key = _key(state.module, one)
            if skip[key]:
                skip[key] -= 1
                continue
            new, _ = _apply(state, [one], codemods)
            gone = Counter(_key(new.module, other) for other in new.found)
            if _brings_harm(start, new, options) or gone[key] >= _count(state, key):
                refused[key] += 1
                continue
            repaired.append(_diagnostic(state.module, one))
            state = new
            break
        else:
            return _Fixed(state, tuple(repaired))
    message = f"the fixes of {_names(wanted)} come to no end; {_REPORT_IT}"
    raise RewriteError(message, path=start.module.path)


def _apply(
    state: _State, wanted: Sequence[_Found], codemods: Sequence[Codemod]
) -> tuple[_State, tuple[_Found, ...]]:
    """Carry out one pass and check it: it parses, and nothing outside the edited statements is touched."""
    from gradfix.verify import untouched

    text, applied = _rewrite(state.module, wanted)
    module = state.module
    try:
        new = Module.parse(text, module.path, {"keras": module.keras})
    except ParseError as error:
        message = f"the fix of {_names(applied)} makes invalid Python ({error.message}); {_REPORT_IT}"
        raise RewriteError(message, path=module.path) from error
    if not untouched(module.text, module.tree, [one.finding for one in applied], text):
        message = f"the fix of {_names(applied)} changes more than its statements; {_REPORT_IT}"
        raise RewriteError(message, path=module.path)
    found, failure = _find(new, codemods)
    if failure:
        raise RewriteError(f"after the fix of {_names(applied)}: {failure.message}", path=module.path)
    return found, applied


def _rewrite(module: Module, wanted: Sequence[_Found]) -> tuple[str, tuple[_Found, ...]]:
    # Only here does libcst come in: a file without fixes never pays for it.
    from gradfix.rewrite import rewrite

    try:
        result = rewrite(module.text, module.tree, [one.finding for one in wanted])
    except (RecursionError, MemoryError):
        raise
    except Exception as error:
        if len(wanted) > 1:
            for one in wanted:
                _rewrite(module, [one])
        message, line = _internal_error(_names(wanted), error), None
        if isinstance(error, GradfixError):
            message, line = f"the fix of {_names(wanted)}: {error.message}", error.line
        raise RewriteError(message, path=module.path, line=line) from error
    applied = {id(finding) for finding in result.applied}
    done = tuple(one for one in wanted if id(one.finding) in applied)
    if not done:
        raise RewriteError(f"no fix of {_names(wanted)} could be carried out; {_REPORT_IT}", path=module.path)
    return result.text, done


def _brings_harm(start: _State, end: _State, options: Options) -> bool:
    """Tell whether ``end`` has defects that were not there at the ``start`` and that nobody asked to fix.

    They are counted per codemod: the place and the text of an old finding may have changed with the fixes
    around it. What is only advised about is left out: it has no fix that could have been forgotten. So is what
    stands on a line that no fix wrote: it was there all the time, hidden behind the cut that is mended now.
    """
    lines = set(start.module.lines)

    def unasked(state: _State) -> Iterator[_Found]:
        return (one for one in state.found if one.finding.edits and not options.takes(one.finding))

    before = Counter(one.codemod for one in unasked(start))
    after = Counter(
        one.codemod
        for one in unasked(end)
        if end.module.lines[one.finding.node.lineno - 1] not in lines  # type: ignore[attr-defined]
    )
    return any(count > before[name] for name, count in after.items())


def _key(module: Module, one: _Found) -> tuple[str, str, str]:
    return one.codemod, module.segment(one.finding.node), one.finding.message


def _count(state: _State, key: tuple[str, str, str]) -> int:
    return sum(_key(state.module, one) == key for one in state.found)


def _names(found: Sequence[_Found]) -> str:
    return ", ".join(sorted({one.codemod for one in found}))


def _diagnostics(state: _State) -> tuple[Diagnostic, ...]:
    return tuple(_diagnostic(state.module, one) for one in state.found)


def _with_edits(state: _State, diagnostics: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
    pairs = zip(diagnostics, state.found, strict=True)
    return tuple(replace(diagnostic, fix=_edits_of(state.module, one)) for diagnostic, one in pairs)


def _diagnostic(module: Module, one: _Found) -> Diagnostic:
    finding = one.finding
    path = tuple(PathStep(step.text, _place(module, step.node), step.cut) for step in finding.path)
    place = module.place(finding.node)
    return Diagnostic(one.codemod, module.path, place, finding.message, finding.safety, path)


def _place(module: Module, node: ast.AST | None) -> Place | None:
    # Some nodes, an argument list for one, have no place of their own.
    return module.place(node) if node is not None and hasattr(node, "lineno") else None


def _edits_of(module: Module, one: _Found) -> tuple[TextEdit, ...] | None:
    if not one.finding.edits:
        return None
    from gradfix.diff import text_edits

    text, _ = _rewrite(module, [one])
    return text_edits(module.text, text)
