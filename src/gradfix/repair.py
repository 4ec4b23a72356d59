"""Fixes, in passes until nothing is left to apply; each pass is proven before the next.

Fixes hold for a file as a whole: when one of them turns out broken, the file gets a ``Problem`` and stays
as it is. A fix is given up only when applying it would bring a defect that was not there before.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gradfix.codemod import Codemod
from gradfix.errors import GradfixError, ParseError, RewriteError
from gradfix.model import Diagnostic, Finding, Safety
from gradfix.module import Module
from gradfix.search import Found, Search, internal_error, search

PASSES = 20
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_REPORT_IT = "not fixed, please report it"


@dataclass(frozen=True, slots=True)
class Repair:
    """What to repair with, and which repairs are wanted.

    ``entries`` are the programs that show more of the file, as in ``search``.
    """

    codemods: Sequence[Codemod]
    unsafe: bool = False
    entries: tuple[str, ...] = ()

    def takes(self, finding: Finding) -> bool:
        """Tell whether the fix of ``finding`` is asked for."""
        return bool(finding.edits) and (
            finding.safety is Safety.SAFE or (self.unsafe and finding.safety is Safety.UNSAFE)
        )


@dataclass(frozen=True, slots=True)
class Fixed:
    """The end of the passes: the last state, and everything that was repaired on the way, with the text it was in."""

    state: Search
    repaired: tuple[tuple[Diagnostic, str], ...] = ()


def fix(start: Search, repair: Repair) -> Fixed:
    """Carry out every fix that is asked for.

    Raises:
        RewriteError: a fix could not be carried out, or its result was refused.
    """
    fixed = _all_together(start, repair)
    if _brings_harm(start, fixed.state, repair):
        fixed = _one_by_one(start, repair)
    return fixed


def _all_together(start: Search, repair: Repair) -> Fixed:
    state, seen = start, {start.module.text}
    repaired: list[tuple[Diagnostic, str]] = []
    for _ in range(PASSES):
        wanted = [one for one in state.found if repair.takes(one.finding)]
        if not wanted:
            return Fixed(state, tuple(repaired))
        new, applied = _apply(state, wanted, repair)
        if new.module.text in seen:
            message = f"the fixes of {_names(wanted)} go round in a circle; {_REPORT_IT}"
            raise RewriteError(message, path=start.module.path)
        seen.add(new.module.text)
        repaired += ((one.diagnostic(state.module.path), state.module.text) for one in applied)
        state = new
    message = f"the fixes of {_names(wanted)} come to no end in {PASSES} passes; {_REPORT_IT}"
    raise RewriteError(message, path=start.module.path)


def _one_by_one(start: Search, repair: Repair) -> Fixed:
    """Apply one fix at a time, and give up those after which an unasked-for defect stands in the file.

    A fix may uncover another one that is asked for, further down the same path: it is judged by what is
    left when that one has been applied too.
    """
    state = start
    repaired: list[tuple[Diagnostic, str]] = []
    refused: Counter[tuple[str, str, str]] = Counter()
    for _ in range(PASSES + len(start.found)):
        wanted = [one for one in state.found if repair.takes(one.finding)]
        skip = Counter(refused)
        for one in wanted:
            key = _key(state.module, one)
            if skip[key]:
                skip[key] -= 1
                continue
            new, _ = _apply(state, [one], repair)
            gone = Counter(_key(new.module, other) for other in new.found)
            if _brings_harm(start, new, repair) or gone[key] >= _count(state, key):
                refused[key] += 1
                continue
            repaired.append((one.diagnostic(state.module.path), state.module.text))
            state = new
            break
        else:
            return Fixed(state, tuple(repaired))
    message = f"the fixes of {_names(wanted)} come to no end; {_REPORT_IT}"
    raise RewriteError(message, path=start.module.path)


def _apply(state: Search, wanted: Sequence[Found], repair: Repair) -> tuple[Search, tuple[Found, ...]]:
    """Carry out one pass and check it: it parses, and nothing outside the edited statements is touched."""
    from gradfix.verify import untouched

    text, applied = rewritten(state.module, wanted)
    module = state.module
    try:
        new = Module.parse(text, module.path, {"keras": module.keras})
        new.ran_elsewhere = _moved(module, new, module.ran_elsewhere, _FUNCTIONS)
        new.lived_elsewhere = _moved(module, new, module.lived_elsewhere, (ast.ClassDef,))
        new.shared = module.shared
        new.project = module.project.with_module(new) if module.project is not None else None
    except ParseError as error:
        message = f"the fix of {_names(applied)} makes invalid Python ({error.message}); {_REPORT_IT}"
        raise RewriteError(message, path=module.path) from error
    if not untouched(module.text, module.tree, [one.finding for one in applied], text):
        message = f"the fix of {_names(applied)} changes more than its statements; {_REPORT_IT}"
        raise RewriteError(message, path=module.path)
    after = search(new, repair.codemods, repair.entries, elsewhere=False)
    if after.problem:
        raise RewriteError(f"after the fix of {_names(applied)}: {after.problem.message}", path=module.path)
    return after, applied


def _moved(
    old: Module, new: Module, lines: frozenset[int], kinds: tuple[type[ast.AST], ...]
) -> frozenset[int]:
    """Return the lines on which the functions or classes that stood on ``lines`` stand after a fix."""
    if not lines:
        return frozenset()
    was, now = ([n for n in ast.walk(one.tree) if isinstance(n, kinds)] for one in (old, new))
    pairs = zip(was, now, strict=False) if len(was) == len(now) else ()
    return frozenset(n.lineno for o, n in pairs if o.lineno in lines)  # type: ignore[attr-defined]


def rewritten(module: Module, wanted: Sequence[Found]) -> tuple[str, tuple[Found, ...]]:
    """Return the text with these fixes, and those of them that were carried out; others wait for the next pass.

    Raises:
        RewriteError: one of them is broken.
    """
    # Only here does libcst come in: a file without fixes never pays for it.
    from gradfix.rewrite import rewrite

    try:
        result = rewrite(module.text, module.tree, [one.finding for one in wanted])
    except (RecursionError, MemoryError):
        raise
    except Exception as error:
        if len(wanted) > 1:
            for one in wanted:
                rewritten(module, [one])
        message, line = internal_error(_names(wanted), error), None
        if isinstance(error, GradfixError):
            message, line = f"the fix of {_names(wanted)}: {error.message}", error.line
        raise RewriteError(message, path=module.path, line=line) from error
    applied = {id(finding) for finding in result.applied}
    done = tuple(one for one in wanted if id(one.finding) in applied)
    if not done:
        raise RewriteError(f"no fix of {_names(wanted)} could be carried out; {_REPORT_IT}", path=module.path)
    return result.text, done


def _brings_harm(start: Search, end: Search, repair: Repair) -> bool:
    """Tell whether ``end`` has defects that were not there at the ``start`` and that nobody asked to fix.

    They are counted per codemod: the place and the text of an old finding may have changed with the fixes
    around it. What is only advised about is left out: it has no fix that could have been forgotten. So is what
    stands on a line that no fix wrote: it was there all the time, hidden behind the cut that is mended now.
    """
    lines = set(start.module.lines)

    def unasked(state: Search) -> Iterator[Found]:
        return (one for one in state.found if one.finding.edits and not repair.takes(one.finding))

    before = Counter(one.codemod for one in unasked(start))
    after = Counter(
        one.codemod
        for one in unasked(end)
        if end.module.lines[one.finding.node.lineno - 1] not in lines  # type: ignore[attr-defined]
    )
    return any(count > before[name] for name, count in after.items())


def _key(module: Module, one: Found) -> tuple[str, str, str]:
    return one.codemod, module.segment(one.finding.node), one.finding.message


def _count(state: Search, key: tuple[str, str, str]) -> int:
    return sum(_key(state.module, one) == key for one in state.found)


def _names(found: Sequence[Found]) -> str:
    return ", ".join(sorted({one.codemod for one in found}))
