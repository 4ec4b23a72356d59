"""The fixture folders: ``fixtures/<codemod>/<case>/`` with ``before.py`` and ``after.py``, or ``unchanged.py``."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

SYMPTOMS = ("raises", "missing", "zero", "nan", "untracked", "constant-loss", "warns", "wrong-loss")
SAFETIES = ("safe", "unsafe", "advice")
DEFAULT_SYMPTOM = "missing"


class CaseError(Exception):
    """A fixture folder does not hold what it should."""


@dataclass(frozen=True)
class Case:
    """One fixture. The keys of its ``case.toml``, all optional, are the fields from ``symptom`` on.

    ``says`` is text that the exception or a warning of ``before.py`` must hold. ``idle`` names sources, with
    ``*`` as wildcard, that rightly get no gradient. ``note`` tells why a program shows nothing to a tape.
    """

    folder: Path
    symptom: str = DEFAULT_SYMPTOM
    safety: str = "safe"
    line: int | None = None
    keras: tuple[int, ...] = (2, 3)
    same_loss: bool = False
    says: str = ""
    idle: tuple[str, ...] = ()
    note: str = ""
    files: tuple[str, ...] = field(default=())

    @property
    def codemod(self) -> str:
        """The name of the codemod that the case belongs to."""
        return self.folder.parent.name.replace("_", "-")

    @property
    def name(self) -> str:
        return f"{self.folder.parent.name}/{self.folder.name}"

    @property
    def changes(self) -> bool:
        """Whether gradfix must say something about it."""
        return "before" in self.files

    def path(self, which: str) -> Path:
        """Return the path of ``before``, ``after`` or ``unchanged``."""
        return self.folder / f"{which}.py"


def load_case(folder: Path) -> Case:
    """Read one folder.

    Raises:
        CaseError: files are missing or too many, or ``case.toml`` holds something unknown.
    """
    files = tuple(name for name in ("before", "after", "unchanged") if (folder / f"{name}.py").is_file())
    settings: dict[str, Any] = {}
    if (folder / "case.toml").is_file():
        settings = tomllib.loads((folder / "case.toml").read_text(encoding="utf-8"))
    unknown = set(settings) - {item.name for item in fields(Case)} | set(settings) & {"folder", "files"}
    for key in ("keras", "idle"):
        if key in settings:
            settings[key] = tuple(settings[key])
    case = Case(folder=folder, files=files, **{k: v for k, v in settings.items() if k not in unknown})
    complaints = [f"unknown key {key}" for key in sorted(unknown)]
    if case.symptom not in SYMPTOMS:
        complaints.append(f"unknown symptom {case.symptom!r}")
    if case.safety not in SAFETIES:
        complaints.append(f"unknown safety {case.safety!r}")
    if not case.keras or set(case.keras) - {2, 3}:
        complaints.append(f"keras must be [2], [3] or [2, 3], not {list(case.keras)}")
    wanted = ("before",) if case.safety == "advice" else ("before", "after")
    if files not in (wanted, ("unchanged",)):
        complaints.append(f"holds {', '.join(files) or 'no program'}")
    if complaints:
        raise CaseError(f"{case.name}: " + "; ".join(complaints))
    return case


def load_cases(*folders: Path) -> list[Case]:
    """Read every case in or below the folders, sorted by name.

    Raises:
        CaseError: as ``load_case``, or a folder that holds no case at all.
    """
    found: set[Path] = set()
    for folder in folders:
        here = {
            path.parent for name in ("before", "after", "unchanged") for path in folder.rglob(f"{name}.py")
        }
        here |= {path.parent for path in folder.rglob("case.toml")}
        if not here:
            message = f"{folder} holds no fixture"
            raise CaseError(message)
        found |= here
    return sorted((load_case(folder.resolve()) for folder in found), key=lambda case: case.name)
