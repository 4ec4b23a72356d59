"""Notebooks on the command line: every form of report, diffs, standard input, and what is written."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tests.notebooks import LOSSES, TRAIN, notebook

# The loss of the fourth cell belongs into the third one.
LATE = (
    "import tensorflow as tf",
    "#md é",
    "w = tf.Variable([1.0, 2.0])\n\nwith tf.GradientTape() as tape:\n    out = w * w",
    "!date\nloss = tf.reduce_sum(out)\nprint('é')",
    "%time tape.gradient(loss, w)",
)
MOVED = (
    *LATE[:2],
    f"{LATE[2]}\n    loss = tf.reduce_sum(out)",
    "!date\nprint('é')",
    LATE[4],
)
REPORT = "cell 4:2:8"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def plant(**files: str) -> None:
    for name, text in files.items():
        path = Path(name.replace("__", "/").replace("_", "."))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())


def gradfix(
    *arguments: str, stdin: str = "", code: int = 1, **extra: str
) -> subprocess.CompletedProcess[bytes]:
    unwanted = {"NO_COLOR", "FORCE_COLOR"}
    kept = {key: value for key, value in os.environ.items() if key not in unwanted}
    done = subprocess.run(
        [sys.executable, "-m", "gradfix", *arguments],
        input=stdin.encode(),
        env=kept | {"TERM": "xterm", "PYTHONIOENCODING": "utf-8"} | extra,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == code, done.stderr.decode()
    return done


def shown(form: str, *paths: str) -> Any:
    text = gradfix("--output-format", form, *paths).stdout.decode()
    return json.loads(text) if form in {"json", "sarif", "gitlab"} else text


def test_text_names_cells() -> None:
    plant(losses_py=LOSSES, train_ipynb=notebook(*TRAIN))

    assert gradfix(".").stdout.decode().startswith("losses.py:5:24  numpy-on-tensor  safe\n")
    assert b"(differentiated in train.ipynb:cell 4:4).\n" in gradfix(".").stdout
    alone = gradfix("train.ipynb").stdout.decode()
    assert alone.startswith(
        "train.ipynb:cell 4:4:1  numpy-on-tensor  advice\n  the cause lies in losses.py:5: "
    )
    assert shown("concise", "train.ipynb").startswith("train.ipynb:cell 4:4:1: numpy-on-tensor[advice] ")


def test_json_has_the_cell_of_every_place() -> None:
    plant(losses_py=LOSSES, train_ipynb=notebook(*TRAIN), late_ipynb=notebook(*LATE))

    late, losses = shown("json", ".")
    assert (late["path"], late["cell"], late["line"], late["column"]) == ("late.ipynb", 4, 2, 8)
    assert [step["cell"] for step in late["path_of_gradient"]] == [None, 3, 4]
    assert [(edit["cell"], edit["line"], edit["column"], edit["text"]) for edit in late["fix"]] == [
        (3, 4, 16, "\n    loss = tf.reduce_sum(out)"),
        (4, 2, 1, ""),
    ]
    assert losses["cell"] is None
    assert losses["uses"] == [
        {"path": "train.ipynb", "cell": 4, "line": 4, "column": 1, "role": "differentiated in"}
    ]
    (alone,) = shown("json", "train.ipynb")
    assert [(step["path"], step["cell"]) for step in alone["path_of_gradient"]][-1] == ("losses.py", None)


def test_forms_whose_lines_are_those_of_the_file() -> None:
    plant(late_ipynb=notebook(*LATE), losses_py=LOSSES, train_ipynb=notebook(*TRAIN))
    top = {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 1}

    late, losses = shown("sarif", ".")["runs"][0]["results"]
    (location,) = late["locations"]
    assert location["physicalLocation"] == {"artifactLocation": {"uri": "late.ipynb"}, "region": top}
    assert location["logicalLocations"] == [{"name": "cell 4", "fullyQualifiedName": REPORT}]
    assert late["message"]["text"].startswith(f"late.ipynb:{REPORT}: ")
    assert "fixes" not in late
    (related,) = losses["relatedLocations"]
    assert related["physicalLocation"]["region"] == top
    assert related["logicalLocations"][0]["fullyQualifiedName"] == "cell 4:4:1"
    assert "fixes" in losses
    assert (
        shown("github", "late.ipynb")
        .splitlines()[0]
        .startswith(
            f"::error file=late.ipynb,line=1,title=gradfix (loss-outside-tape)::late.ipynb:{REPORT}: "
        )
    )
    (row,) = shown("gitlab", "late.ipynb")
    assert row["location"] == {"path": "late.ipynb", "lines": {"begin": 1, "end": 1}}
    assert row["description"].startswith(f"late.ipynb:{REPORT}: ")
    suite = ET.fromstring(shown("junit", "late.ipynb"))[0]  # noqa: S314 - our own text
    assert (suite[0][0].text or "").startswith(f"late.ipynb:{REPORT}: ")


def test_a_diff_is_one_of_cells() -> None:
    plant(late_ipynb=notebook(*LATE))

    done = gradfix("--diff", "late.ipynb")
    assert done.stdout.decode() == (
        "--- late.ipynb:cell 3\n"
        "+++ late.ipynb:cell 3\n"
        "@@ -2,3 +2,4 @@\n"
        " \n"
        " with tf.GradientTape() as tape:\n"
        "     out = w * w\n"
        "+    loss = tf.reduce_sum(out)\n"
        "--- late.ipynb:cell 4\n"
        "+++ late.ipynb:cell 4\n"
        "@@ -1,3 +1,2 @@\n"
        " !date\n"
        "-loss = tf.reduce_sum(out)\n"
        " print('é')\n"
    )
    assert done.stderr == b"1 finding in 1 file would be fixed.\n"
    coloured = gradfix("--diff", "late.ipynb", FORCE_COLOR="1").stdout.decode()
    lines = re.sub(r"\x1b\[[0-9;]*m", "", coloured).splitlines()
    assert lines[0] == "late.ipynb"
    assert lines[1].startswith(f"  {REPORT}  loss-outside-tape  safe  ")
    assert lines[2:] == [
        "  cell 3",
        "  2 2   ",
        "  3 3   with tf.GradientTape() as tape:",
        "  4 4       out = w * w",
        "    5 +     loss = tf.reduce_sum(out)",
        "  cell 4",
        "  1 1   !date",
        "  2   - loss = tf.reduce_sum(out)",
        "  3 2   print('é')",
        "",
    ]


@pytest.mark.parametrize("style", [{}, {"ascii_only": True}, {"indent": 4}, {"listed": False}])
def test_applying_changes_the_sources_alone(style: dict[str, Any]) -> None:
    plant(late_ipynb=notebook(*LATE, **style), losses_py=LOSSES, train_ipynb=notebook(*TRAIN))

    done = gradfix("--apply", ".", code=0)

    assert done.stdout == b"Fixed 2 findings in 2 files.\n"
    assert Path("late.ipynb").read_bytes().decode() == notebook(*MOVED, **style)
    assert Path("train.ipynb").read_bytes().decode() == notebook(*TRAIN)
    assert "np." not in Path("losses.py").read_text(encoding="utf-8")
    assert gradfix(".", code=0).stdout == b"No cut gradient found in 3 files.\n"


def test_standard_input() -> None:
    name = ("--stdin-filename", "x/late.ipynb", "-")
    late, moved = notebook(*LATE), notebook(*MOVED)

    assert gradfix(*name, stdin=late).stdout.startswith(f"x/late.ipynb:{REPORT}  ".encode())
    assert gradfix("--apply", *name, stdin=late, code=0).stdout.decode() == moved
    assert gradfix("--apply", *name, stdin=moved, code=0).stdout.decode() == moved
    assert gradfix("--diff", *name, stdin=late).stdout.startswith(b"--- x/late.ipynb:cell 3\n")
    broken = gradfix("--apply", *name, stdin="{", code=2)
    assert broken.stdout == b""
    assert broken.stderr.startswith(b"x/late.ipynb:1:2: is not valid JSON")


def test_which_notebooks_are_looked_at() -> None:
    other = notebook("bad <- 1", metadata={"language_info": {"name": "R"}})
    late = notebook(*LATE)
    plant(a_ipynb=late, b_ipynb=other, d_txt=late, e_py="x = 1\n")
    Path(".ipynb_checkpoints").mkdir()
    Path(".ipynb_checkpoints/a.ipynb").write_text(late, encoding="utf-8")

    found = gradfix(".", "--output-format", "concise")
    assert found.stdout.count(b"loss-outside-tape") == 1
    assert found.stderr == b""
    assert gradfix(".", "--exclude", "*.ipynb", code=0).stdout == b"No cut gradient found in 1 file.\n"
    named = gradfix("b.ipynb", code=2)
    assert named.stderr == b"b.ipynb: is a notebook in R, not in Python\n"


def test_problems_name_the_cell() -> None:
    plant(
        a_ipynb=notebook("x = 1", "#md", "!ls\ny = ("),
        b_ipynb='{"cells": [\n  {,\n',
        c_ipynb='{"nbformat": 3, "worksheets": []}',
        d_ipynb=notebook(*LATE),
    )

    done = gradfix(".", "--output-format", "sarif", code=2)

    lines = done.stderr.decode().splitlines()
    assert lines[0] == "a.ipynb:cell 3:2:5: cannot parse: '(' was never closed"
    assert lines[1].startswith("b.ipynb:2:4: is not valid JSON: ")
    assert lines[2] == "c.ipynb: is a notebook of format 3; only format 4 is read"
    (run,) = json.loads(done.stdout)["runs"]
    told = run["invocations"][0]["toolExecutionNotifications"]
    assert told[0]["message"]["text"] == lines[0]
    assert "region" not in told[0]["locations"][0]["physicalLocation"]
    assert told[1]["locations"][0]["physicalLocation"]["region"] == {"startLine": 2, "startColumn": 4}
    assert len(run["results"]) == 1


def test_files_without_notebooks_do_not_pay_for_them() -> None:
    plant(losses_py=LOSSES, train_py="from losses import loss\nloss(1)\n")
    code = (
        "import sys; sys.argv = ['gradfix', '.']; from gradfix.cli import main\n"
        "try: main()\n"
        "except SystemExit as end: assert end.code == 0\n"
        "mine = {'gradfix.notebook', 'gradfix.cells', 'gradfix.magics'}\n"
        "print(*mine & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.stdout == "No cut gradient found in 2 files.\n\n"
