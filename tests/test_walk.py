from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from gradfix.errors import SourceError
from gradfix.walk import Exclude, walk


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def make(*names: str) -> None:
    for name in names:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text("x = 1\n")


def ignore(name: str, *lines: str) -> None:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text("\n".join(lines) + "\n")


def files(*paths: str, exclude: Sequence[str] = (), force: bool = False) -> list[str]:
    found = list(walk(paths or (".",), [Exclude(".", tuple(exclude))], force_exclude=force))
    assert all(isinstance(item, str) for item in found), found
    return [str(item).replace(os.sep, "/") for item in found]


def test_directories_give_python_files_in_a_fixed_order() -> None:
    make("b.py", "a.py", "notes.txt", "pkg/z.py", "pkg/a/x.py", "Pkg.py", "stub.pyi")

    assert files() == ["Pkg.py", "a.py", "b.py", "pkg/z.py", "pkg/a/x.py"]
    assert files("pkg") == ["pkg/z.py", "pkg/a/x.py"]
    assert files("./pkg/") == ["./pkg/z.py", "./pkg/a/x.py"]


def test_named_files_are_taken_whatever_they_are_called_and_only_once() -> None:
    make("script", "pkg/a.py")
    os.link("pkg/a.py", "pkg/same.py")

    assert files("script", "pkg/a.py", "pkg", "./script") == ["script", "pkg/a.py"]


def test_environments_caches_and_builds_are_skipped() -> None:
    make("a.py", "env/pyvenv.cfg", "env/lib/b.py", "build/c.py", ".git/hooks/d.py", "__pycache__/e.py")
    make("node_modules/f.py", "x/site-packages/g.py", ".tox/h.py", "x/i.py")

    assert files() == ["a.py", "x/i.py"]
    assert files("build") == ["build/c.py"]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["b.py"], ["a.py", "sub/a.py", "sub/deep/a.py"]),
        (["/b.py"], ["a.py", "sub/a.py", "sub/b.py", "sub/deep/a.py"]),
        (["sub/"], ["a.py", "b.py"]),
        (["deep"], ["a.py", "b.py", "sub/a.py", "sub/b.py"]),
        (["*.py", "!a.py"], ["a.py", "sub/a.py", "sub/deep/a.py"]),
        (["sub/*", "!sub/b.py"], ["a.py", "b.py", "sub/b.py"]),
        (["sub/**", "!sub/b.py"], ["a.py", "b.py", "sub/b.py"]),
        (["sub/", "!sub/b.py"], ["a.py", "b.py"]),
        (["**/deep/*.py"], ["a.py", "b.py", "sub/a.py", "sub/b.py"]),
        (["# a.py", "", "b.p[xy]"], ["a.py", "sub/a.py", "sub/deep/a.py"]),
    ],
)
def test_gitignore(lines: list[str], expected: list[str]) -> None:
    make("a.py", "b.py", "sub/a.py", "sub/b.py", "sub/deep/a.py")
    ignore(".gitignore", *lines)

    assert files() == expected


def test_nested_ignore_files_and_info_exclude() -> None:
    make("a.py", "gen.py", "sub/gen.py", "sub/a.py", "sub/own.py", "local.py")
    ignore(".git/info/exclude", "local.py")
    ignore(".gitignore", "gen.py")
    ignore("sub/.gitignore", "!gen.py", "own.py")

    assert files() == ["a.py", "sub/a.py", "sub/gen.py"]
    assert files("sub") == ["sub/a.py", "sub/gen.py"]
    assert files("gen.py") == ["gen.py"]


def test_ignore_files_above_a_named_directory_hold_up_to_the_repository() -> None:
    make("repo/sub/a.py", "repo/sub/gen.py", "repo/out/gen.py", "repo/out/b.py")
    ignore(".gitignore", "a.py")
    ignore("repo/.git/HEAD", "")
    ignore("repo/.gitignore", "gen.py", "/out")

    assert files("repo/sub") == ["repo/sub/a.py"]
    assert files("repo/out") == ["repo/out/b.py", "repo/out/gen.py"]


def test_a_repository_inside_another_has_its_own_rules() -> None:
    make("a.py", "inner/a.py", "inner/b.py")
    ignore(".gitignore", "a.py")
    ignore("inner/.git/info/exclude", "b.py")

    assert files() == ["inner/a.py"]


def test_exclude() -> None:
    make("a.py", "gen_a.py", "sub/gen_b.py", "sub/b.py", "old/c.py")

    assert files(exclude=["gen_*.py", "old"]) == ["a.py", "sub/b.py"]
    assert files("gen_a.py", "old", exclude=["gen_*.py"]) == ["gen_a.py", "old/c.py"]
    assert files("gen_a.py", "a.py", exclude=["gen_*.py"], force=True) == ["a.py"]
    assert files("old/c.py", "a.py", exclude=["old/"], force=True) == ["a.py"]


def test_links_are_not_followed_but_loops_and_broken_ones_are_told() -> None:
    make("proj/a.py", "proj/sub/b.py", "outside/c.py")
    Path("proj/sub/loop").symlink_to("..")
    Path("proj/sub/up").symlink_to("../..")
    Path("proj/alias.py").symlink_to("a.py")
    Path("proj/out").symlink_to("../outside")
    Path("proj/gone.py").symlink_to("nowhere.py")
    Path("proj/gone.txt").symlink_to("nowhere.txt")
    Path("proj/self.py").symlink_to("self.py")

    found = list(walk(["proj"]))

    assert [item for item in found if isinstance(item, str)] == ["proj/a.py", "proj/sub/b.py"]
    errors = {item.path: item.message for item in found if isinstance(item, SourceError)}
    assert sorted(str(path) for path in errors) == [
        "proj/gone.py",
        "proj/self.py",
        "proj/sub/loop",
        "proj/sub/up",
    ]
    assert "broken symbolic link" in errors["proj/gone.py"]
    assert "loop" in errors["proj/sub/loop"]


def test_a_named_link_is_followed() -> None:
    make("real/a.py")
    Path("link").symlink_to("real")
    Path("link.py").symlink_to("real/a.py")

    assert files("link") == ["link/a.py"]
    assert files("link.py") == ["link.py"]


def test_what_cannot_be_reached_does_not_stop_the_others() -> None:
    make("a.py")

    found = list(walk(["missing", "a.py"]))

    assert isinstance(found[0], SourceError)
    assert found[1:] == ["a.py"]


def test_very_deep_directories() -> None:
    here, depth = os.getcwd(), 1200
    for _ in range(depth):
        os.mkdir("d")
        os.chdir("d")
    os.chdir(here)
    make("a.py")

    try:
        assert files() == ["a.py"]
    finally:
        # Too deep for those who clear temporary folders away.
        for _ in range(depth - 1):
            os.chdir("d")
        for _ in range(depth):
            os.rmdir("d")
            os.chdir("..")
        os.chdir(here)
