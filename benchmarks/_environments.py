"""Tools in environments of their own: what they need may contradict what gradfix needs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Environment:
    """A virtual environment with pinned packages in it.

    Args:
        folder: where it lies.
        versions: the versions of everything that is installed in it, by package in lower case.
    """

    folder: Path
    versions: dict[str, str]

    def script(self, name: str) -> str:
        """Return the path of an installed command."""
        if os.name == "nt":
            return str(self.folder / "Scripts" / f"{name}.exe")
        return str(self.folder / "bin" / name)


def environment(folder: Path, pins: tuple[str, ...]) -> Environment:
    """Return the environment with ``pins``, made below ``folder`` when it is not there yet.

    Raises:
        subprocess.CalledProcessError: when the environment cannot be made or a package not be installed.
    """
    python = "py" + ".".join(map(str, sys.version_info[:2]))
    place = folder / "-".join([python, *pins]).replace("==", "-")
    made = Environment(place, {})
    done = place / "complete"
    if not done.exists():
        print(f"making an environment with {', '.join(pins)}", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(place)], check=True)
        pip = [made.script("python"), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
        subprocess.run([*pip, *pins], check=True)
        done.touch()
    asked = "import importlib.metadata as m, json; print(json.dumps([[d.name, d.version] for d in m.distributions()]))"
    listed = subprocess.run([made.script("python"), "-c", asked], check=True, stdout=subprocess.PIPE)
    return Environment(place, {name.lower(): version for name, version in json.loads(listed.stdout)})


def ruff() -> str:
    """Return the path of the ruff of this environment.

    Raises:
        FileNotFoundError: when there is none, here or on PATH.
    """
    found = shutil.which("ruff", path=sysconfig.get_path("scripts")) or shutil.which("ruff")
    if found is None:
        raise FileNotFoundError("ruff is not installed: pip install -e '.[dev]'")
    return found
