"""Other files of the project: found when they are imported, read when one of their names is first looked at.

A module is run piece by piece: what binds or changes a name at the top level runs when somebody asks for that
name, so that a program pays for what it uses of a large package, and import cycles do no harm.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from gradfix.flow.scopes import Scope
from gradfix.flow.values import Kind, Value
from gradfix.locate import located_at

if TYPE_CHECKING:
    from gradfix.flow.interpreter import Interpreter
    from gradfix.locate import Located
    from gradfix.module import Module
    from gradfix.project import Project

_STEPS_PER_LINE = 3
_MOST_IMPORTERS = 40


class Imported:
    """A name that an import binds: the data of a value of kind ``IMPORT``. ``name`` None is the module itself."""

    __slots__ = ("_found", "_run", "located", "looking", "name", "node")

    def __init__(self, run: Interpreter, located: Located, name: str | None, node: ast.AST) -> None:
        self._run = run
        self._found: Value | None = None
        self.looking = False
        self.located = located
        self.name = name
        self.node = node

    def resolve(self) -> Value:
        """Return what the name stands for; unknown when nothing binds it, or only this import itself."""
        if self.looking:
            return self._run.unknown(self.name or "", self.node)
        if self._found is None:
            self.looking = True
            linked = link(self._run, self.located)
            if self.name is None:
                self._found = Value(Kind.MODULE, self.node, linked)
            else:
                found = linked.attribute(self.name)
                self._found = found if found is not None else self._run.unknown(self.name, self.node)
            self.looking = False
        return self._found


def local_bindings(
    run: Interpreter, project: Project, node: ast.Import | ast.ImportFrom
) -> Iterator[tuple[str, Value]]:
    """Yield the names that an import binds to modules of the project and to what is in them.

    A star import yields ``*`` with the module as the data of its value.
    """
    importer = run.scope.top.unit.module
    if isinstance(node, ast.Import):
        for alias in node.names:
            located = project.locate(importer, 0, alias.name)
            if located is None:
                continue
            name = alias.asname
            if name is None:
                name = alias.name.partition(".")[0]
                located = project.locate(importer, 0, name) or located
            yield name, Value(Kind.IMPORT, node, Imported(run, located, None, node))
        return
    located = project.locate(importer, node.level, node.module or "")
    if located is None:
        return
    for alias in node.names:
        if alias.name == "*":
            yield "*", Value(Kind.MODULE, node, link(run, located))
        elif alias.name != "tf":
            yield (
                alias.asname or alias.name,
                Value(Kind.IMPORT, node, Imported(run, located, alias.name, node)),
            )


def link(run: Interpreter, located: Located) -> Linked:
    """Return a module of the project as this run sees it, always the same one."""
    key = located.path or located.directory or ""
    found = run.links.get(key)
    if found is None:
        found = run.links[key] = Linked(run, located)
    return found


class Linked:
    """A module as one run sees it."""

    def __init__(self, run: Interpreter, located: Located) -> None:
        self.run = run
        self.located = located
        self.scope: Scope | None = None
        self._loaded = False
        self._waiting: dict[str, list[ast.stmt]] = {}
        self._done: set[ast.stmt] = set()

    def attribute(self, name: str) -> Value | None:
        """Return what the name stands for in this module, or the submodule of that name, or None."""
        found = self.exported(name)
        if found is None:
            project = self.run.module.project
            below = project.submodule(self.located, name) if project is not None else None
            if below is not None:
                found = Value(Kind.MODULE, None, link(self.run, below))
        return found

    def exported(self, name: str) -> Value | None:
        """Return what the name stands for in this module, also when it comes from a star import."""
        scope = self._load()
        if scope is None:
            return None
        found = scope.names.get(name)
        if found is None:
            found = self.bound(name)
        if found is None:
            found = self.run.from_stars(scope, name, None)
        if found is None or found.kind is not Kind.IMPORT:
            return found
        # ``from . import losses`` in a package asks for itself first, and then for the submodule.
        return None if found.data.looking else found.data.resolve()

    def bound(self, name: str) -> Value | None:
        """Run what binds and changes ``name`` at the top level of this module, and return its value."""
        waiting = self._waiting.pop(name, None)
        if waiting is None or self.scope is None:
            return None
        self._execute(waiting)
        if name in self.scope.unit.module.outline.changed:
            self._register()
        return self.scope.names.get(name)

    def _execute(self, statements: list[ast.stmt]) -> None:
        assert self.scope is not None  # it was loaded
        with _elsewhere(self.run, self.scope):
            for statement in statements:
                if statement not in self._done:
                    self._done.add(statement)
                    self.run.block([statement])

    def _register(self) -> None:
        """Run what other modules of the program hand to functions of this one that keep it: ``@register``."""
        run, project = self.run, self.run.module.project
        if project is None or self.located.path is None:
            return
        for path in project.importers(run.module.path, self.located.path)[:_MOST_IMPORTERS]:
            link(run, located_at(path)).hand_to(self)

    def hand_to(self, keeper: Linked) -> None:
        """Run what this module hands to functions of ``keeper`` at its top level, unless that is done."""
        scope = self._load()
        if scope is None or scope is self.run.top:
            return
        for callee, statements in scope.unit.module.outline.calls.items():
            value = self._called(callee)
            if value is not None and value.kind is Kind.FUNCTION and value.data.home.top is keeper.scope:
                self._execute(statements)

    def _called(self, callee: str) -> Value | None:
        """Return what an imported name stands for, with up to one dot in it."""
        name, _, attribute = callee.partition(".")
        if self.scope is None or name not in self.scope.unit.module.outline.imported:
            return None
        found = self.exported(name)
        if found is not None and found.kind is Kind.MODULE and attribute:
            inner: Value | None = found.data.attribute(attribute)
            return inner
        return found if not attribute else None

    def _load(self) -> Scope | None:
        if not self._loaded:
            self._loaded = True
            run, project = self.run, self.run.module.project
            if project is None or self.located.path is None:
                return None
            if self.located.path == project.absolute(run.module.path):
                self.scope = run.top
            else:
                module = self._of_an_earlier_run() or project.imported(self.located.path)
                if module is not None:
                    self._open(module)
        return self.scope

    def _of_an_earlier_run(self) -> Module | None:
        """Return the module that another run of the same program has used: its nodes must stay the same."""
        project = self.run.module.project
        return next(
            (
                one
                for one in self.run.module.others
                if project is not None and project.absolute(one.path) == self.located.path
            ),
            None,
        )

    def _open(self, module: Module) -> None:
        run = self.run
        if module not in run.module.others:
            run.module.others.append(module)
        run.spend_more(_STEPS_PER_LINE * module.unit.length)
        run.regularised |= module.unit.regularised
        scope = self.scope = Scope()
        scope.unit = module.unit
        scope.linked = self
        outline = module.outline
        self._waiting = dict(outline.binders)
        with _elsewhere(run, scope):
            for star in outline.stars:
                run.block([star])


@contextmanager
def _elsewhere(run: Interpreter, scope: Scope) -> Iterator[None]:
    """Run what is inside as the body of another module: under no tape and no condition."""
    outer = (
        run.scope,
        run.statement,
        run.class_body,
        run.calls,
        run.frame,
        run.active,
        run.training,
    )
    conditional, looping = run.conditional, run.looping
    run.scope, run.class_body, run.calls, run.frame = scope, None, [], None
    run.active, run.training, run.conditional, run.looping = frozenset(), None, 0, 0
    start = run.tick()
    try:
        yield
    finally:
        if outer[5]:
            # It ran when the module was imported, before any tape that is open now.
            run.blind.append((start, run.tick()))
        (
            run.scope,
            run.statement,
            run.class_body,
            run.calls,
            run.frame,
            run.active,
            run.training,
        ) = outer
        run.conditional, run.looping = conditional, looping
