"""Imports point one way. This reads every import of the packages and holds the order of the design."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ENGINE = ROOT / "src" / "gradfix"
CODEMODS = ROOT / "codemods" / "gradfix_codemods"
MOST_LINES = 360

LAYERS = (
    ("errors", "model"),
    ("source", "names", "gate", "notebook", "cells", "magics"),
    ("module", "locate", "project", "asked"),
    ("flow",),
    ("codemod",),
    (
        "rewrite",
        "edits",
        "arguments",
        "blocks",
        "cstree",
        "imports",
        "join",
        "layout",
        "reach",
        "transform",
        "verify",
    ),
    ("diff", "suppress", "walk"),
    (
        "engine",
        "search",
        "repair",
        "combine",
        "pool",
        "away",
        "cluster",
        "garbage",
        "identity",
        "plain",
        "store",
        "cache",
    ),
    ("config", "pins", "report"),
    ("run",),
    ("cli", "lsp"),
    ("__main__",),
)
"""From the bottom up. A module may import from its own layer and from those below."""

ALLOWED_UPWARDS = {
    ("module", "flow"): "a module hands out its flow, which it makes at the first question",
}
OUTSIDE = {
    "libcst": set(LAYERS[5]),
    "rich": {"report"},
    "click": {"cli"},
    "pathspec": {"walk"},
    "platformdirs": {"store"},
    "sqlite3": {"store"},
    "distributed": {"cluster"},
    "dask": {"cluster"},
}
"""Who may know a package. Naming its types in an annotation (``if TYPE_CHECKING``) is free."""

OPENS_FILES = {
    "source": "reads and writes programs",
    "config": "reads pyproject.toml",
    "pins": "reads requirements and lock files",
    "walk": "reads .gitignore, and which language a notebook speaks",
    "flow": "reads its measured tables, which are part of the package",
    "identity": "compares the code of two machines",
    "cli": "points a broken pipe at the null device",
}


@dataclass(frozen=True)
class Import:
    """One import: the module that has it, what it names, and how far it counts."""

    importer: str
    imported: str
    line: int
    only_types: bool
    at_the_top: bool

    def __str__(self) -> str:
        return f"{self.importer}:{self.line} imports {self.imported}"


def modules(package: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package.parent).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def imports(package: Path) -> list[Import]:
    return [one for name, path in modules(package) for one in imports_of(name, path)]


def imports_of(name: str, path: Path) -> Iterator[Import]:
    def walk(node: ast.AST, *, types: bool, top: bool) -> Iterator[Import]:
        match node:
            case ast.Import(names=names):
                for alias in names:
                    yield Import(name, alias.name, node.lineno, types, top)
            case ast.ImportFrom(module=module, names=names, level=level):
                assert level == 0, f"{name}:{node.lineno} imports relatively"
                for alias in names:
                    yield Import(name, f"{module}.{alias.name}", node.lineno, types, top)
            case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                for child in node.body:
                    yield from walk(child, types=True, top=top)
                for child in node.orelse:
                    yield from walk(child, types=types, top=top)
            case _:
                inside = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
                for inner in ast.iter_child_nodes(node):
                    yield from walk(inner, types=types, top=top and not inside)

    yield from walk(ast.parse(path.read_bytes()), types=False, top=True)


def part(name: str) -> str:
    """Return the piece of the engine that a dotted name lies in: ``gradfix.flow.values`` → ``flow``."""
    pieces = name.split(".")
    return pieces[1] if len(pieces) > 1 else ""


def layer(piece: str) -> int:
    return next(number for number, pieces in enumerate(LAYERS) if piece in pieces)


KNOWN = dict(modules(ENGINE))
WITHIN = [one for one in imports(ENGINE) if one.imported.split(".")[0] == "gradfix"]


def test_every_module_has_a_layer() -> None:
    listed = {piece for pieces in LAYERS for piece in pieces}
    assert {part(name) for name in KNOWN} - {""} <= listed


def test_imports_point_down() -> None:
    upwards = [
        str(one)
        for one in WITHIN
        if part(one.imported) not in {"", "__version__"}
        and not one.only_types
        and (part(one.importer), part(one.imported)) not in ALLOWED_UPWARDS
        and (part(one.importer) == "" or layer(part(one.importer)) < layer(part(one.imported)))
    ]
    assert upwards == []


def test_an_allowed_exception_is_used() -> None:
    assert {(part(one.importer), part(one.imported)) for one in WITHIN} >= set(ALLOWED_UPWARDS)


def test_there_are_no_cycles() -> None:
    graph: dict[str, set[str]] = {name: set() for name in KNOWN}
    for one in WITHIN:
        target = one.imported if one.imported in KNOWN else one.imported.rpartition(".")[0]
        if one.at_the_top and not one.only_types and target != one.importer:
            graph[one.importer].add(target)
    try:
        order = list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(" ← ".join(error.args[1]))
    assert set(KNOWN) <= set(order)


def test_values_and_errors_import_nothing_of_gradfix() -> None:
    assert [str(one) for one in WITHIN if part(one.importer) in {"model", "errors"}] == []


def test_the_engine_does_not_know_its_codemods() -> None:
    assert [str(one) for one in imports(ENGINE) if one.imported.startswith("gradfix_codemods")] == []
    assert [path.name for _, path in modules(ENGINE) if "gradfix_codemods" in path.read_text("utf-8")] == []


@pytest.mark.parametrize("package", sorted(OUTSIDE))
def test_only_their_place_knows_a_package(package: str) -> None:
    importers = {
        part(one.importer)
        for one in imports(ENGINE)
        if one.imported.split(".")[0] == package and not one.only_types
    }
    assert importers, f"nothing imports {package}: is it still needed?"
    assert importers <= OUTSIDE[package]


def test_what_is_read_back_cannot_run() -> None:
    kept = {"plain", "store", "cache", "asked"}
    runs = {"pickle", "marshal", "shelve", "dill", "importlib"}
    assert [
        str(one)
        for one in imports(ENGINE)
        if part(one.importer) in kept and one.imported.split(".")[0] in runs
    ] == []


def test_tensorflow_is_never_imported() -> None:
    heavy = {"tensorflow", "keras", "numpy", "tf_keras"}
    assert [
        str(one) for one in imports(ENGINE) + imports(CODEMODS) if one.imported.split(".")[0] in heavy
    ] == []


def test_only_some_open_files() -> None:
    openers = {part(name) for name, path in KNOWN.items() if opens_files(path)}
    assert openers <= set(OPENS_FILES)


def opens_files(path: Path) -> bool:
    names = {"open", "read_text", "read_bytes", "write_text", "write_bytes", "fdopen"}
    for node in ast.walk(ast.parse(path.read_bytes())):
        match node:
            case ast.Call(func=ast.Name(id=called) | ast.Attribute(attr=called)) if called in names:
                return True
    return False


def test_codemods_find_and_do_not_act() -> None:
    for name, path in modules(CODEMODS):
        assert not opens_files(path), name
        called = {node.func for node in ast.walk(ast.parse(path.read_bytes())) if isinstance(node, ast.Call)}
        assert "print" not in {func.id for func in called if isinstance(func, ast.Name)}, name


def test_one_codemod_does_not_import_another() -> None:
    between = [
        str(one)
        for one in imports(CODEMODS)
        if one.imported.startswith("gradfix_codemods.") and not part(one.imported).startswith("_")
    ]
    assert between == []


def test_files_stay_short() -> None:
    long = {
        str(path.relative_to(ROOT)): count
        for package in (ENGINE, CODEMODS)
        for _, path in modules(package)
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > MOST_LINES
    }
    assert long == {}


def test_the_reader_of_imports_sees_them_all(tmp_path: Path) -> None:
    path = tmp_path / "some.py"
    path.write_text(
        "from typing import TYPE_CHECKING\n"
        "import a.b\n"
        "if TYPE_CHECKING:\n    import c\n"
        "def f():\n    try:\n        from d import e\n    except ImportError:\n        raise\n",
        encoding="utf-8",
    )
    assert list(imports_of("some", path))[1:] == [
        Import("some", "a.b", 2, only_types=False, at_the_top=True),
        Import("some", "c", 4, only_types=True, at_the_top=True),
        Import("some", "d.e", 7, only_types=False, at_the_top=False),
    ]
