"""The interpreter's state and its main loop: run the module, then every function that nobody called."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from gradfix.flow import assigning, attributes, calls, containers, functions, instances, sinks
from gradfix.flow.expressions import EVALUATE
from gradfix.flow.facts import Broken, Called, Event
from gradfix.flow.joining import leaves
from gradfix.flow.linking import Linked
from gradfix.flow.objects import ClassInfo, Function, Instance
from gradfix.flow.operations import Operations
from gradfix.flow.operators import binary
from gradfix.flow.scopes import Scope
from gradfix.flow.statements import block, store
from gradfix.flow.values import Kind, Tape, Value

if TYPE_CHECKING:
    from gradfix.module import Module

_CALLABLE = frozenset({Kind.LAYER, Kind.MODEL, Kind.INSTANCE})
_IMPORT = Kind.IMPORT


class Interpreter(Operations):
    """Runs one module over abstract values. All state of a run is here; the rules are in the other files."""

    def __init__(self, module: Module) -> None:
        super().__init__(len(module.lines))
        self.module = module
        self.scope = Scope()
        self.conditional = 0
        self.looping = 0  # how many of the conditions are loops, whose body runs as it stands
        self.sketching = False  # a layer that nobody uses is tried out: those of other files are left to them
        self.staying = False  # so are their functions
        self.effects = 0
        self.calls: list[Function] = []
        self.blind: list[tuple[int, int]] = []
        self.training: Value | None = None  # what the outermost call of a layer was given
        self.statement: ast.stmt | None = None
        self.class_body: ClassInfo | None = None
        self.classes: list[ClassInfo] = []
        self.lived: set[ast.ClassDef] = (
            set()
        )  # the classes of the objects that the program calls, and their bases
        self.functions: list[Function] = []
        self.visited: set[ast.AST] = set()
        self.runs: Counter[ast.AST] = Counter()  # how often each function was run
        self.makers: set[ast.AST] = set()  # the functions of other files that gave functions or classes
        self.bearing: set[ast.AST] = set()  # those that gave what a gradient can reach
        self.memo: dict[object, tuple[int, Value, tuple[int, ...]]] = {}
        self.events: list[Event] = []
        self.evaluated: list[tuple[ast.expr, Value]] = []
        self.called: list[Called] = []
        self.broken: dict[tuple[str, int], Broken] = {}
        self.losses: set[object] = set()
        self.operands: dict[int, set[Kind]] = {}
        self.instances: dict[ast.ClassDef, Value] = {}
        self.attribute_writers: dict[ast.ClassDef, dict[str, set[str]]] = {}
        self.scope.unit = module.unit
        self.top = self.scope
        self.links: dict[str, Linked] = {}
        self.regularised = module.unit.regularised
        self.graph_mode = module.unit.graph_mode

    def run(self) -> None:
        """Interpret the whole module."""
        block(self, self.module.tree.body)
        self._note_lived(0, set(), None)
        done = 0
        while done < len(self.functions):
            function = self.functions[done]
            done += 1
            if function.node not in self.visited and self._is_root(function):
                calls, ran = len(self.called), set(self.visited)
                functions.run_root(self, function)
                self._note_lived(calls, ran, function.owner)
        sinks.judge_unused(self)

    def _note_lived(self, calls: int, ran: set[ast.AST], owner: ClassInfo | None) -> None:
        """Note the classes of which an object was called since there were so many ``calls``, or a method ``ran``.

        A class that ``owner`` is, or derives from, did that by itself: its method ran for want of a caller.
        """
        alone = {info.node for info in owner.ancestry()} if owner is not None else set()
        for one in self.called[calls:]:
            if one.value.kind is Kind.INSTANCE:
                self.lived.update(
                    info.node for info in one.value.data.cls.ancestry() if info.node not in alone
                )
        fresh = self.visited - ran
        for info in self.classes if fresh else ():
            if info.node not in alone and any(
                _is_work(method) and method in fresh for method in info.node.body
            ):
                self.lived.add(info.node)

    def release(self) -> None:
        """Break the circles in what the run made, which is then gone as soon as nobody holds it."""
        scopes = [function.home for function in self.functions]
        scopes += [linked.scope for linked in self.links.values() if linked.scope is not None]
        for scope in scopes:
            for one in (scope.top, scope):
                one.names, one.returns, one.linked, one.top = {}, [], None, self.top
        for event in self.events:
            for value in event.arguments:
                if isinstance(value.data, Instance):
                    value.data.attributes, value.data.weights = {}, []
        for info in self.classes:
            info.members = {}
        self.top.names = {}
        del self.top.top
        vars(self).clear()

    def _is_root(self, function: Function) -> bool:
        node = function.node
        return (
            function.home.top is self.top
            and node.lineno not in self.module.ran_elsewhere
            and self.module.unit.has_sink(node)
        )

    def own_classes(self) -> Iterator[ClassInfo]:
        """Yield the classes of the file that is run, without those of the files it imports."""
        return (info for info in self.classes if info.home.top is self.top)

    def maybe(self) -> bool:
        """Tell whether a branch decides if the statement at hand runs; its loops are left out of account."""
        return self.conditional > self.looping

    # Evaluation

    def eval(self, node: ast.expr) -> Value:
        evaluate = EVALUATE.get(type(node))
        value = self.unknown("", node) if evaluate is None else evaluate(self, node)
        self.evaluated.append((node, value))
        return value

    def binary(self, node: ast.AST, left: Value, op: ast.operator, right: Value) -> Value:
        self.note_operands(node, (left, right))
        return binary(self, node, left, op, right)

    def lookup(self, name: str, node: ast.Name) -> Value:
        found = self.scope.names.get(name)
        if found is not None and found.kind is not _IMPORT:
            return found
        found = self.scope.find(name)
        if found is None:
            found = self._outside(name, node)
        elif found.kind is Kind.IMPORT:
            found = found.data.resolve()
        elif (
            name in self.scope.top.unit.rebound
            and self.scope.parent is not None
            and name not in self.scope.names
        ):
            return self.unknown(name, node, found)
        return found

    def _outside(self, name: str, node: ast.Name) -> Value:
        if name in calls.BUILTINS:
            return Value(Kind.PATH, node, f"builtins.{name}")
        found = self.from_stars(self.scope.top, name, node)
        return found if found is not None else self.scope.unknown(name)

    def from_stars(self, top: Scope, name: str, node: ast.AST | None) -> Value | None:
        """Return what a name stands for that came with ``from … import *``."""
        for star in top.stars:
            if isinstance(star, Linked):
                found = star.exported(name) if not name.startswith("_") else None
                if found is not None:
                    return found
            elif (path := calls.star(star, name)) is not None:
                return Value(Kind.PATH, node, path)
        return None

    # What the other files offer, as methods

    def block(self, body: list[ast.stmt]) -> bool:
        return block(self, body)

    def store(self, target: ast.expr, value: Value) -> None:
        store(self, target, value)

    def make_function(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> Value:
        return functions.make(self, node)

    def call(self, callee: Value, args: list[Value], keywords: dict[str, Value], node: ast.Call) -> Value:
        """Call a value, and remember the call of a layer or model."""
        start = self.clock
        result = calls.call(self, callee, args, keywords, node)
        for one in leaves(callee):
            if one.kind in _CALLABLE:
                given = (*args, *keywords.values())
                self.called.append(Called(one, result, given, node, start, self.tick(), self.active))
        return result

    def attribute(self, owner: Value, name: str, node: ast.AST) -> Value:
        return attributes.get(self, owner, name, node)

    def set_attribute(self, owner: Value, name: str, value: Value, node: ast.AST) -> None:
        assigning.put(self, owner, name, value, node)

    def get_item(self, owner: Value, index: Value, node: ast.AST) -> Value:
        return containers.get(self, owner, index, node)

    def set_item(self, owner: Value, index: Value, value: Value, node: ast.AST) -> None:
        containers.put(self, owner, index, value, node)

    def extend(self, owner: Value, more: Value, node: ast.AST) -> None:
        containers.extend(self, owner, more, node)

    def items(self, value: Value) -> list[Value] | None:
        return containers.items(value)

    def element(self, value: Value, index: int | None, node: ast.AST) -> Value:
        return containers.element(self, value, index, node)

    def iterate(self, value: Value, node: ast.AST) -> Value:
        return containers.element(self, value, None, node)

    def spread(self, value: Value, node: ast.AST) -> Value:
        return containers.element(self, value, None, node)

    def truth(self, value: Value) -> bool | None:
        """Return the truth of a value when it is the same on every run."""
        if value.kind is Kind.CONST:
            return bool(value.data)
        if value.kind in (Kind.FUNCTION, Kind.CLASS, Kind.LAYER, Kind.MODEL, Kind.TAPE):
            return True
        return None

    def is_none(self, value: Value) -> bool | None:
        if value.kind is Kind.CONST:
            return value.data is None
        if value.kind in (Kind.UNKNOWN, Kind.CHOICE, Kind.NUMBER):
            return None
        return False

    def writers(self, info: ClassInfo) -> dict[str, set[str]]:
        """Return, for each attribute of ``self``, the methods of the class and its bases that assign it."""
        found = self.attribute_writers.get(info.node)
        if found is None:
            found = self.attribute_writers[info.node] = {}
            for base in info.ancestry():
                unit = base.home.top.unit
                for method in base.node.body:
                    if isinstance(method, (ast.FunctionDef, ast.AsyncFunctionDef)) and method.args.args:
                        for name in unit.assigned(method):
                            found.setdefault(name, set()).add(method.name)
        return found

    # Tapes

    def enter(self, tape: Tape, block: ast.With | ast.AsyncWith, item: ast.withitem) -> Tape:
        self.active |= {tape}
        if tape.entered < 0:
            tape.entered = self.tick()
        tape.block = block
        if isinstance(item.optional_vars, ast.Name):
            tape.name = item.optional_vars.id
        return tape

    # What codemods read

    def note(self, kind: str, node: ast.AST, /, *arguments: Value, **keywords: Value) -> Event:
        """Note an event at a time of its own, so that of two it is known which came first."""
        self.tick()
        self.effects += 1
        event = Event(
            kind,
            node,
            arguments,
            keywords,
            self.statement,
            self.calls[-1].node if self.calls else None,
            self.active,
            self.clock,
            self.frame,
        )
        self.events.append(event)
        return event

    def note_operands(self, node: ast.AST, operands: tuple[Value, ...]) -> None:
        kinds = self.operands.setdefault(id(node), set())
        kinds.update(leaf.kind for operand in operands for leaf in leaves(operand))

    def note_rebinding(self, target: ast.AST, old: Value | None, new: Value) -> None:
        if old is None or old.kind not in (Kind.VARIABLE, Kind.CONTAINER):
            return
        if old.kind is Kind.CONTAINER and new.kind is not Kind.CONTAINER:
            return
        sorts = [{leaf.kind for leaf in leaves(one)} for one in (old, new)]
        if sorts == [{Kind.VARIABLE}, {Kind.TENSOR}]:
            self.note("rebind", target, old, new)

    def branches(self, node: ast.AST, test: Value) -> None:
        if test.kind is Kind.TENSOR and (test.live or test.cut):
            self.note("branch", node, test)

    def instance_of(self, info: ClassInfo) -> Value:
        """Return the object that stands for every object of a class whose making was not seen."""
        if info.node not in self.instances:
            made = [event.arguments[0] for event in self.events if event.kind == "instance"]
            same = [value for value in made if isinstance(value.data, Instance) and value.data.cls is info]
            self.instances[info.node] = same[-1] if same else instances.make_instance(self, info)
        return self.instances[info.node]


def _is_work(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.FunctionDef) and statement.name != "__init__"
