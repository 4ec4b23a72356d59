from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradfix.diff import text_edits, unified, unified_bytes
from gradfix.model import Place, TextEdit

CASES = {
    "one line": (b"a\nb\nc\n", b"a\nB\nc\n"),
    "no final newline": (b"a\nb", b"a\nc"),
    "final newline comes": (b"a\nb", b"a\nb\n"),
    "final newline goes": (b"a\nb\n", b"a\nb"),
    "crlf": (b"a\r\nb\r\nc\r\n", b"a\r\nB\r\nc\r\n"),
    "mixed newlines": (b"a\r\nb\nc\rd\ne\r\n", b"a\r\nb\nc\rD\ne\r\n"),
    "carriage returns only": (b"a\rb\rc\r", b"a\rB\rc\r"),
    "form feed": (b"a\n\x0cb\nc\x0cd\n", b"a\n\x0cB\nc\x0cD\n"),
    "other line separators": ("a\u2028b\n\x85c\n".encode(), "a\u2028B\n\x85C\n".encode()),
    "byte-order mark": (b"\xef\xbb\xbfa\nb\n", b"\xef\xbb\xbfa\nB\n"),
    "latin-1": (b"# coding: latin-1\n'\xe4'\nb\n", b"# coding: latin-1\n'\xe4'\nB\xf6\n"),
    "far apart": (b"a\n" * 9 + b"b\n" * 9, b"A\n" + b"a\n" * 8 + b"b\n" * 8 + b"B"),
}
COMMANDS = {"git": ["git", "apply", "-p1"], "patch": ["patch", "-p1", "--binary", "-s"]}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("name", ["a.py", "dir/with space.py", "täst.py", 'quo"te\\.py'])
@pytest.mark.parametrize("case", CASES)
def test_git_and_patch_take_the_diff(tmp_path: Path, case: str, name: str, command: str) -> None:
    if shutil.which(command) is None:
        pytest.skip(f"{command} is not installed")
    before, after = CASES[case]
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(before)

    subprocess.run(
        COMMANDS[command], input=unified_bytes(before, after, name), cwd=tmp_path, check=True, timeout=30
    )

    assert path.read_bytes() == after


def test_the_form_of_a_diff() -> None:
    assert unified("a\nb", "a\nc", "./x.py") == (
        "--- a/x.py\n+++ b/x.py\n@@ -1,2 +1,2 @@\n a\n"
        "-b\n\\ No newline at end of file\n+c\n\\ No newline at end of file\n"
    )


def test_empty_files() -> None:
    assert unified("", "a\n", "x.py") == "--- a/x.py\n+++ b/x.py\n@@ -0,0 +1 @@\n+a\n"
    assert unified("a\n", "", "x.py") == "--- a/x.py\n+++ b/x.py\n@@ -1 +0,0 @@\n-a\n"


def test_equal_texts_have_no_diff() -> None:
    assert unified("a\n", "a\n", "x.py") == ""
    assert unified_bytes(b"a\n", b"a\n", "x.py") == b""


def test_absolute_paths_become_relative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")

    assert unified("a", "b", str(tmp_path / "here" / "x.py")).startswith("--- a/x.py\n")
    assert unified("a", "b", str(tmp_path / "y.py")).startswith(f"--- a{tmp_path}/y.py\n")


@pytest.mark.parametrize(
    ("before", "after", "edits"),
    [
        ("x = np.sin(y)\n", "x = tf.sin(y)\n", [TextEdit(Place(1, 5, 1, 7), "tf")]),
        ("a\nb\nc\n", "a\nc\n", [TextEdit(Place(2, 1, 3, 1), "")]),
        ("a\n", "a\nb\n", [TextEdit(Place(2, 1, 2, 1), "b\n")]),
        ("a", "a\nb", [TextEdit(Place(1, 2, 1, 2), "\nb")]),
        ("ä = 1\r\nö = 2\r\n", "ä = 1\r\nö = 3\r\n", [TextEdit(Place(2, 5, 2, 6), "3")]),
        ("a\rb\rc\r", "a\rB\rc\r", [TextEdit(Place(2, 1, 2, 2), "B")]),
        ("a\n", "a\r\n", [TextEdit(Place(1, 2, 2, 1), "\r\n")]),
        ("", "a\n", [TextEdit(Place(1, 1, 1, 1), "a\n")]),
    ],
)
def test_text_edits_are_minimal(before: str, after: str, edits: list[TextEdit]) -> None:
    assert list(text_edits(before, after)) == edits


@settings(deadline=None)
@given(*[st.text("ab\r\nä\x0c ", max_size=30)] * 2)
def test_text_edits_make_the_new_text(before: str, after: str) -> None:
    assert _carry_out(before, text_edits(before, after)) == after


def _carry_out(text: str, edits: tuple[TextEdit, ...]) -> str:
    starts = [0, *(newline.end() for newline in re.finditer("\r\n|\r|\n", text))]
    for edit in reversed(edits):
        start = starts[edit.place.line - 1] + edit.place.column - 1
        end = starts[edit.place.end_line - 1] + edit.place.end_column - 1
        text = text[:start] + edit.text + text[end:]
    return text
