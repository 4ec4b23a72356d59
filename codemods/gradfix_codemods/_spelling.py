"""Writing names in the file's own spelling, with the imports that they need."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gradfix import edits
from gradfix.model import Edit, ImportNeeded

if TYPE_CHECKING:
    from gradfix.flow.heads import Head
    from gradfix.module import Module

_LONG = 70


@dataclass(frozen=True, slots=True)
class Fix:
    """Edits and the imports that go with them. ``local`` tells that nothing else can depend on them."""

    edits: tuple[Edit, ...] = ()
    imports: tuple[ImportNeeded, ...] = ()
    unused: tuple[str, ...] = ()
    local: bool = True

    def __add__(self, other: Fix) -> Fix:
        return Fix(
            self.edits + other.edits,
            self.imports + other.imports,
            self.unused + other.unused,
            self.local and other.local,
        )


def show(module: Module, node: ast.AST) -> str:
    """Return the source of an expression on one line, shortened, for messages."""
    text = " ".join(module.segment(node).split())
    return text if len(text) <= _LONG else text[: _LONG - 3] + "..."


def head_text(module: Module, head: Head) -> str:
    """Return the layer of a head as the program writes it."""
    return (
        show(module, head.layer.call) if head.layer.call is not None else head.layer.path.rpartition(".")[2]
    )


def quoted(module: Module, text: str) -> str:
    """Return ``text`` as a string literal in the quotes that the file uses more."""
    mark = "'" if module.text.count("'") > module.text.count('"') else '"'
    return f"{mark}{text}{mark}"


def rename(module: Module, expression: ast.expr, old: str, new: str) -> Fix | None:
    """Write the canonical path ``new`` where ``expression`` writes ``old``."""
    last = new.rpartition(".")[2]
    if isinstance(expression, ast.Attribute) and expression.attr == old.rpartition(".")[2]:
        text = f"{module.segment(expression.value)}.{last}"
        return Fix((Edit(expression, edits.expression(text)),))
    if isinstance(expression, ast.Name):
        found = import_of(module, expression.id)
        if found is None:
            text, imports = spelled(module, new)
            return Fix((Edit(expression, edits.expression(text)),), imports)
        statement, alias = found
        package = str(statement.module)
        have = module.aliases.get(new)
        text = have or last
        change = Edit(expression, edits.expression(text))
        if have is not None:
            return Fix((change,), unused=(f"{package}.{alias.name}",))
        if alias.asname is None and _count(module, expression.id) == 1:
            return Fix((change, Edit(statement, _import_instead(alias.name, last))))
        return Fix((change,), (ImportNeeded(package, last),), (f"{package}.{alias.name}",))
    return None


def spelled(module: Module, path: str) -> tuple[str, tuple[ImportNeeded, ...]]:
    """Return how the file writes ``path``, and the import that this needs."""
    text = module.spell(path)
    if text is not None:
        return text, ()
    home, _, last = path.rpartition(".")
    return last, (ImportNeeded(f"{keras_package(module)}{home.removeprefix('keras')}", last),)


def keras_package(module: Module) -> str:
    """Return the package that the file imports Keras from, for example ``tensorflow.keras``."""
    for node in _imports(module):
        name = node.module or ""
        for package in ("tensorflow.keras", "tensorflow.python.keras", "tf_keras", "keras"):
            if name == package or name.startswith(package + "."):
                return package
    return "tensorflow.keras" if "tensorflow" in module.aliases else "keras"


def _imports(module: Module) -> Iterable[ast.ImportFrom]:
    return (node for node in ast.walk(module.tree) if isinstance(node, ast.ImportFrom) and not node.level)


def import_of(module: Module, name: str) -> tuple[ast.ImportFrom, ast.alias] | None:
    for node in _imports(module):
        for alias in node.names:
            if (alias.asname or alias.name) == name:
                return node, alias
    return None


def _import_instead(old: str, new: str) -> Callable[[Any], Any]:
    def change(node: Any) -> Any:
        import libcst as cst

        names = [a.with_changes(name=cst.Name(new)) if a.name.value == old else a for a in node.names]
        return node.with_changes(names=names)

    return change


def _count(module: Module, name: str) -> int:
    return sum(isinstance(node, ast.Name) and node.id == name for node in ast.walk(module.tree))


def argument(call: ast.Call, name: str, position: int) -> ast.expr | None:
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    return call.args[position] if len(call.args) > position else None


def is_inside(node: ast.AST, outer: ast.AST) -> bool:
    return any(inner is node for inner in ast.walk(outer))


def only_use(module: Module, node: ast.AST) -> bool:
    """Tell whether ``node`` is the value of a variable that is read once."""
    for statement in ast.walk(module.tree):
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if value is node:
                reads = [n for n in ast.walk(module.tree) if isinstance(n, ast.Name) and n.id == name]
                return (
                    sum(isinstance(n.ctx, ast.Load) for n in reads)
                    == 1
                    == sum(isinstance(n.ctx, ast.Store) for n in reads)
                )
    return False
