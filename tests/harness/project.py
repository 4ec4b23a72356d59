"""The projects: ``tests/projects/<name>/`` holds a repository of several files, and ``project.toml`` about it.

Files are modules, scripts, and notebooks.

What gradfix must find stands in the sources themselves: a line that ends with ``# cut: numpy-on-tensor`` is where
the gradient is lost, and one that ends with ``# use`` is the compile, ``tape.gradient`` or ``minimize`` that
makes it a loss.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from tests.harness.case import SYMPTOMS
from tests.harness.cells import code_cells
from tests.harness.client import Program
from tests.harness.judge import ailments, shows
from tests.harness.observation import Observation

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

TRAINS = "trains"
WRONG_LOSS = "wrong-loss"
_CUT = re.compile(r"# cut: ([a-z, -]+)$")
_USE = re.compile(r"# use$")


class ProjectError(Exception):
    """``project.toml`` does not hold what it should."""


@dataclass(frozen=True)
class Place:
    """A line of a file, or of a cell of a notebook; the path is written as gradfix reports it inside the folder."""

    path: str
    line: int
    cell: int | None = None

    def __str__(self) -> str:
        cell = "" if self.cell is None else f"cell {self.cell}:"
        return f"{self.path}:{cell}{self.line}"


@dataclass(frozen=True)
class Project:
    """One project. The keys of its ``project.toml`` are the fields from ``run`` on.

    ``run`` is the script, or with ``module`` the dotted name of the module, that trains. ``symptom`` is what
    TensorFlow shows, ``trains`` when all is well. ``alone`` is a file that holds a use, or a cut that only other
    files prove: asked about it alone, gradfix must say there where the cause lies. ``repaired`` tells whether its fixes make the project train.
    ``idle`` names, with ``*``, the weights that rightly get no gradient.
    """

    folder: Path
    run: str
    symptom: str
    module: bool = False
    search: tuple[str, ...] = ()
    keras: tuple[int, ...] = (2, 3)
    alone: str = ""
    repaired: bool = False
    idle: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def main(self) -> str:
        """The path of the file that is run."""
        return self.run.replace(".", "/") + ".py" if self.module else self.run

    @property
    def sources(self) -> list[str]:
        """The paths of its Python files and notebooks, as gradfix reports them from inside the folder."""
        found = (path for ending in ("*.py", "*.ipynb") for path in self.folder.rglob(ending))
        return sorted(path.relative_to(self.folder).as_posix() for path in found)

    @property
    def cuts(self) -> set[tuple[Place, str]]:
        """Every marked place with the codemod that must be found there."""
        return {
            (place, name.strip()) for place, match in self._marks(_CUT) for name in match.group(1).split(",")
        }

    @property
    def uses(self) -> set[Place]:
        """The marked sinks."""
        return {place for place, _ in self._marks(_USE)}

    def program(self, folder: Path | None = None) -> Program:
        """Return what the harness runs: the project here, or a copy of it in ``folder``."""
        return Program(str((folder or self.folder).resolve()), self.run, self.module, self.search)

    def problems(self, seen: Observation, *, repaired: bool = False) -> list[str]:
        """Return what is wrong with a run of the project, or of a repaired copy of it."""
        visible = self.symptom not in {TRAINS, WRONG_LOSS}
        if visible and not repaired:
            return [] if shows(self.symptom, seen) else [f"does not show {self.symptom}", seen.describe()]
        found = ailments(seen, self.idle, each_source=repaired)
        if visible and shows(self.symptom, seen):
            found.append(f"still shows {self.symptom}")
        return found or ([] if seen.sources else ["asks for no gradient"])

    def _marks(self, pattern: re.Pattern[str]) -> list[tuple[Place, re.Match[str]]]:
        return [
            (Place(path, number, cell), match)
            for path in self.sources
            for cell, text in _texts(self.folder / path)
            for number, line in enumerate(text.splitlines(), 1)
            if (match := pattern.search(line))
        ]


def _texts(path: Path) -> list[tuple[int | None, str]]:
    """Return the text of a file, or those of the cells of a notebook with their numbers."""
    return [*code_cells(path)] if path.suffix == ".ipynb" else [(None, path.read_text("utf-8"))]


def load_project(folder: Path) -> Project:
    """Read one folder.

    Raises:
        ProjectError: ``project.toml`` is missing a key, has one too many or one that makes no sense.
    """
    settings: dict[str, Any] = tomllib.loads((folder / "project.toml").read_text(encoding="utf-8"))
    unknown = settings.keys() - ({item.name for item in fields(Project)} - {"folder"})
    missing = {"run", "symptom"} - settings.keys()
    if unknown or missing:
        raise ProjectError(f"{folder.name}: unknown {sorted(unknown)}, missing {sorted(missing)}")
    for key in ("search", "keras", "idle"):
        if key in settings:
            settings[key] = tuple(settings[key])
    project = Project(folder=folder, **settings)
    complaints = [
        complaint
        for complaint, wrong in {
            f"unknown symptom {project.symptom!r}": project.symptom not in {*SYMPTOMS, TRAINS},
            "has marks, and trains": project.symptom == TRAINS and (project.cuts or project.uses),
            "has no mark of a cut": project.symptom != TRAINS and not project.cuts,
            "has a use in no other file": bool(project.uses)
            and {use.path for use in project.uses} <= {cut.path for cut, _ in project.cuts},
            "has no mark in the file to be asked about": bool(project.alone)
            and project.alone
            not in {place.path for place in project.uses | {cut for cut, _ in project.cuts}},
        }.items()
        if wrong
    ]
    if complaints:
        raise ProjectError(f"{folder.name}: " + "; ".join(complaints))
    return project


def load_projects(folder: Path) -> list[Project]:
    """Read every project in the folder, sorted by name."""
    return [load_project(path.parent) for path in sorted(folder.glob("*/project.toml"))]
