"""What is shipped, what is declared, and what the documents promise about it."""

from __future__ import annotations

import ast
import re
import shlex
import subprocess
import sys
import zipfile
from importlib.metadata import entry_points, requires
from pathlib import Path

import pytest

import gradfix

ROOT = Path(__file__).parents[1]
PACKAGES = (ROOT / "src" / "gradfix", ROOT / "codemods" / "gradfix_codemods")
PYTHON_FILES = sorted(path for folder in (*PACKAGES, ROOT / "tools") for path in folder.rglob("*.py"))


def run(*command: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*map(str, command)], capture_output=True, text=True, check=False, cwd=cwd)


@pytest.mark.slow
def test_the_wheel_holds_both_packages_and_their_data(tmp_path: Path) -> None:
    done = run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", tmp_path, ROOT)
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    shipped = {
        str(path.relative_to(package.parent))
        for package in PACKAGES
        for path in package.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    information = {name for name in names if ".dist-info/" in name}
    assert names - information == shipped
    assert {name.rpartition("/")[2] for name in information} >= {"METADATA", "entry_points.txt", "LICENSE"}


def test_the_packages_say_that_they_are_typed() -> None:
    assert [package.name for package in PACKAGES if not (package / "py.typed").is_file()] == []


def test_the_codemods_are_found_by_entry_point() -> None:
    assert "gradfix_codemods" in {entry.value for entry in entry_points(group="gradfix.codemods")}


def test_the_command_tells_its_version() -> None:
    done = run(sys.executable, "-m", "gradfix", "--version")
    assert done.stdout.split() == ["gradfix", gradfix.__version__]


def test_tensorflow_is_needed_by_tests_alone() -> None:
    for requirement in requires("gradfix") or []:
        if re.match(r"tensorflow|keras|numpy", requirement):
            assert "extra ==" in requirement


@pytest.mark.parametrize("path", PYTHON_FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_oldest_python_understands_the_syntax(path: Path) -> None:
    ast.parse(path.read_bytes(), feature_version=(3, 10))


def test_the_hooks_run(tmp_path: Path) -> None:
    entries = re.findall(
        r"^  entry: (.+)$", (ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"), re.MULTILINE
    )
    healthy = tmp_path / "healthy.py"
    healthy.write_text("import tensorflow as tf\n", encoding="utf-8")
    assert len(entries) == 2
    for entry in entries:
        command, *arguments = shlex.split(entry)
        assert command == "gradfix"
        done = run(sys.executable, "-m", "gradfix", *arguments, healthy)
        assert done.returncode == 0, done.stderr


def test_the_readme_has_its_two_commands() -> None:
    commands = re.findall(
        r"^python3 -m venv \.venv && (.+)$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE
    )
    assert len(commands) == 2
    show, test = commands
    assert "gradfix --diff examples/" in show
    assert (ROOT / show.split()[-1]).is_file()
    assert "pytest" in test


def test_documents_link_to_what_exists() -> None:
    for page in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")):
        for target in re.findall(r"\]\(([^)#:\s]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.relative_to(ROOT)} links to {target}"
