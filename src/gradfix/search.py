"""What the codemods find in a program: in the file that is checked, and in the files it leads to."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from gradfix.codemod import Codemod, FlowCodemod
from gradfix.errors import GradfixError
from gradfix.flow.facts import Event, Sink
from gradfix.model import Diagnostic, Finding, Move, PathStep, Place, Problem, Safety, Use
from gradfix.module import Module
from gradfix.project import Project
from gradfix.suppress import suppressions

_ROLES = {
    "loss": "used as loss in",
    "model": "compiled in",
    "tape": "differentiated in",
    "minimize": "minimized in",
    "minimize-value": "minimized in",
}
_USED = "used in"
_HERE_ONLY = "; the repair touches several files"


@dataclass(frozen=True, slots=True)
class Found:
    """A finding, seen in ``module`` as a part of one program; the rest as in ``Diagnostic``."""

    codemod: str
    finding: Finding
    module: Module
    uses: tuple[Use, ...] = ()
    origin: Place | None = None
    root: int | None = None
    alone: int | None = None

    def diagnostic(self, path: str) -> Diagnostic:
        """Return it as plain data of the file ``path``."""
        finding, module = self.finding, self.module
        steps = tuple(_step(module, step.node, step.text, cut=step.cut) for step in finding.path)
        return Diagnostic(
            self.codemod,
            path,
            module.place(finding.node),
            finding.message,
            finding.safety,
            steps,
            uses=self.uses,
            origin=self.origin,
            root=self.root,
            alone=self.alone,
            within=_within(module, finding) if module.others else (),
            unanimous=finding.unanimous,
        )


@dataclass(frozen=True, slots=True)
class Search:
    """What was found in ``module``, and through it in ``elsewhere``; ``problem`` is the fault of a codemod."""

    module: Module
    found: tuple[Found, ...]
    elsewhere: tuple[Found, ...] = ()
    problem: Problem | None = None


def search(
    module: Module,
    codemods: Sequence[Codemod],
    entries: Sequence[str] = (),
    *,
    elsewhere: bool = True,
    classes: bool = False,
) -> Search:
    """Look for everything in ``module``, run as a program and as a part of the programs ``entries``.

    Args:
        module: the file.
        codemods: what to look for.
        entries: absolute paths of files that import it, whose run shows more of it.
        elsewhere: whether to look into the files it leads to as well.
        classes: whether to look at the classes in them, too, whose defects show without any program.
    """
    faults: list[Problem] = []
    every = list(_look(module, codemods, faults))
    own = [one for one in every if _is_here(one)]
    others: list[Found] = []
    if elsewhere and module.others:
        homes = {id(home.tree): home for one in every for home in [module.home(one.finding.node)]}
        homes.update({id(home.tree): home for home in module.flow.homes()})
        if classes:
            homes.update({id(home.tree): home for home in module.flow.homes_of_classes()})
        homes.pop(id(module.tree), None)
        for home in homes.values():
            others += (one for one in _look(home.seen_from(module), codemods, faults) if _is_here(one))
    shown: list[Found] = []
    for entry in _programs(module, entries):
        shown += (one for one in _look(module.seen_from(entry), codemods, faults) if _is_here(one))
    # Of a class whose objects programs call, they tell what is wrong with it.
    own = [one for one in own if one.alone not in module.lived_elsewhere] + shown
    return Search(module, _merged(own), _merged(others), faults[0] if faults else None)


def _programs(module: Module, entries: Sequence[str]) -> Iterator[Module]:
    """Yield the programs ``entries``, in which ``module`` stands for its file."""
    if not entries or module.project is None:
        return
    project: Project = module.project.with_module(module)
    for path in entries:
        entry = project.imported(path)
        if entry is not None:
            yield Module(entry.path, entry.text, entry.tree, entry.keras, project)


def _look(module: Module, codemods: Sequence[Codemod], faults: list[Problem]) -> Iterator[Found]:
    """Yield what the codemods find, in this file and perhaps in others."""
    silent = suppressions(module.text)
    if silent.skip_file:
        return
    for codemod in codemods:
        if not _passes_gate(codemod, module):
            continue
        try:
            findings = sorted(codemod.find(module), key=_place)
        except (GradfixError, RecursionError, MemoryError):
            raise
        except Exception as error:  # noqa: BLE001 - a codemod may be anybody's; its fault becomes a result
            faults.append(Problem(module.path, internal_error(codemod.name, error)))
            continue
        for finding in findings:
            if not module.holds(finding.node):
                yield Found(codemod.name, finding, module)
            elif not silent.cover(finding.node, codemod.name):
                yield _found(codemod.name, finding, module)


def _passes_gate(codemod: Codemod, module: Module) -> bool:
    gate = codemod.gate
    if not gate or any(map(module.has, gate)):
        return True
    if module.entry is module and not (isinstance(codemod, FlowCodemod) and codemod.afar):
        return False
    return any(any(map(one.has, gate)) for one in module.program()[1:])


def internal_error(codemod: str, error: Exception) -> str:
    """Return one line for a fault that is not the program's."""
    detail = " ".join(f"{type(error).__name__}: {error}".split())
    return f"internal error in {codemod}: {detail}; please report it"


def _is_here(one: Found) -> bool:
    return one.module.holds(one.finding.node)


def _found(codemod: str, finding: Finding, module: Module) -> Found:
    if module.project is None:
        return Found(codemod, finding, module)
    sinks = list(_sinks(module, finding))
    if not module.others:
        return Found(codemod, finding, module, root=_root(sinks), alone=_alone(module, finding, sinks))
    if not all(module.owns(node) for node in _anchors(finding)):
        stop = "." if finding.message.endswith(".") else ""
        message = f"{finding.message.removesuffix('.')}{_HERE_ONLY}{stop}"
        finding = replace(finding, edits=(), safety=Safety.ADVICE, message=message)
    if not module.shared.isdisjoint(_within(module, finding)):
        if finding.unanimous:
            finding = replace(finding, edits=(), safety=Safety.ADVICE)
        elif finding.safety is Safety.SAFE:
            finding = replace(finding, safety=Safety.UNSAFE)
    known = [(sink.node, _ROLES.get(sink.kind, _USED)) for sink in sinks]
    named = [(node, _USED) for node in finding.uses if all(node is not other for other, _ in known)]
    uses = {
        Use(home.path, place.line, place.column, role)
        for node, role in [*known, *named]
        if (home := module.home(node)) is not module
        for place in [home.place(node)]
    }
    return Found(
        codemod,
        finding,
        module,
        tuple(sorted(uses)),
        _origin(codemod, module, finding, sinks),
        _root(sinks),
        _alone(module, finding, sinks),
    )


def _within(module: Module, finding: Finding) -> tuple[str, ...]:
    names = {module.within(node) for node in (finding.node, *_anchors(finding))}
    return tuple(sorted(name for name in names if name is not None))


def _root(sinks: Sequence[Sink]) -> int | None:
    """Return the line of the function that led to all ``sinks`` and that nobody called."""
    lines: set[int | None] = set()
    for sink in sinks:
        frame = sink.frame
        while frame is not None and frame.parent is not None:
            frame = frame.parent
        is_root = frame is not None and isinstance(frame.node, (ast.FunctionDef, ast.AsyncFunctionDef))
        lines.add(frame.node.lineno if frame is not None and is_root else None)  # type: ignore[attr-defined]
    return lines.pop() if len(lines) == 1 else None


def _alone(module: Module, finding: Finding, sinks: Sequence[Sink]) -> int | None:
    """Return the line of the class that a finding stands in, when the program calls none of its objects."""
    node = module.class_around(finding.node)
    if node is None or node in module.entry.flow.lived or any(sink.kind != "call" for sink in sinks):
        return None
    return node.lineno


def _anchors(finding: Finding) -> Iterator[ast.AST]:
    for edit in finding.edits:
        if isinstance(edit, Move):
            yield from (*edit.statements, edit.into)
        else:
            yield edit.anchor


def _sinks(module: Module, finding: Finding) -> Iterator[Sink]:
    """Yield where the gradient is asked for that ends at ``finding``."""
    inside: set[int] | None = None
    for cause in module.flow.all_broken():
        if cause.node is not finding.node:
            if inside is None:
                inside = {id(node) for node in ast.walk(finding.node)}
            if id(cause.node) not in inside:
                continue
        yield from cause.sinks


def _origin(codemod: str, module: Module, finding: Finding, sinks: Sequence[Sink]) -> Place | None:
    """Return the place in the program that is run from which a finding in another file is reached."""
    entry = module.entry
    if entry is module:
        return None
    silent = suppressions(entry.text)
    led = [*sinks, *(() if sinks or finding.uses else _makings(module, finding))]
    for node in (*(_in_entry(entry, one) for one in led), *finding.uses):
        if entry.owns(node):
            return None if silent.skip_file or silent.cover(node, codemod) else entry.place(node)
    return None


def _makings(module: Module, finding: Finding) -> Iterator[Event]:
    """Yield where the program makes objects of the class that a finding stands in."""
    name = module.within(finding.node)
    for event in module.flow.events("instance") if name is not None else ():
        instance = event.arguments[0].data
        if any(info.node.name == name and module.owns(info.node) for info in instance.cls.ancestry()):
            yield event


def _in_entry(entry: Module, one: Sink | Event) -> ast.AST:
    """Return where something happened, or the innermost call in the file ``entry`` that led to it."""
    node, frame = one.node, one.frame
    while not entry.owns(node) and frame is not None:
        node, frame = frame.node, frame.parent
    return node


def _merged(found: list[Found]) -> tuple[Found, ...]:
    """Put what several programs show of one defect together; the first that can repair it counts."""
    merged: dict[tuple[str, int], Found] = {}
    for one in found:
        key = one.codemod, id(one.finding.node)
        known = merged.get(key)
        if known is None or one.module is known.module:
            # One look may say several things about one place.
            merged[key if known is None else (one.codemod, id(one))] = one
        else:
            best = one if one.finding.edits and not known.finding.edits else known
            merged[key] = replace(best, uses=tuple(sorted({*known.uses, *one.uses})))
    return tuple(sorted(merged.values(), key=_order))


def _order(one: Found) -> tuple[int, int, str]:
    return *_place(one.finding), one.codemod


def _place(finding: Finding) -> tuple[int, int]:
    node = finding.node
    return node.lineno, node.col_offset  # type: ignore[attr-defined]


def _step(module: Module, node: ast.AST | None, text: str, *, cut: bool) -> PathStep:
    # Some nodes, an argument list for one, have no place of their own.
    if node is None or not hasattr(node, "lineno"):
        return PathStep(text, None, cut)
    home = module.home(node)
    return PathStep(text, module.place(node), cut, None if home is module else home.path)
