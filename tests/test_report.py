from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from gradfix.combine import Combined
from gradfix.model import Diagnostic, FileResult, PathStep, Place, Problem, Safety, TextEdit, Use
from gradfix.report import View, _patch, _progress, carries_unicode, formats, load, wants_colour

HERE = Place(2, 5, 2, 8)
SAFE = Diagnostic(
    "numpy-on-tensor",
    "dir/my train.py",
    HERE,
    "np.sin leaves TensorFlow,\n100%: <no> gradient",
    Safety.SAFE,
    (PathStep("dense(x)", Place(1, 1, 1, 9)), PathStep("np.sin", HERE, cut=True), PathStep("loss", None)),
    (TextEdit(HERE, "tf.sin"),),
)
UNSAFE = Diagnostic("frozen-model", "a.py", Place(1, 1, 3, 2), "all layers are frozen", Safety.UNSAFE)
ADVICE = Diagnostic("unused-weight", "a.py", replace(HERE, cell=4), "never read", Safety.ADVICE)

AFAR = Diagnostic(
    "numpy-on-tensor",
    "my losses.py",
    HERE,
    "np.mean cuts the gradient (used as loss in my train.py:9).",
    Safety.SAFE,
    (PathStep("model(x)", Place(7, 1, 7, 9), path="my train.py"), PathStep("np.mean", HERE, cut=True)),
    uses=(Use("my train.py", 9, 3, "used as loss in"),),
)


def result(*found: Diagnostic, after: str | None = None, fixed: int = 0) -> FileResult:
    return FileResult("a.py", found, found, (SAFE,) * fixed, "", after)


FAILED = FileResult("b\x1b.py", problem=Problem("b\x1b.py", "cannot parse: \x00 & co", 3, 7))
RESULTS = [result(SAFE), result(UNSAFE, ADVICE), FAILED]


def render(name: str, results: list[FileResult], view: View | None = None) -> str:
    return "".join(load(name).render(results, view or View()))


def test_each_format_takes_everything_and_nothing() -> None:
    assert {"text", "concise", "json", "github", "sarif", "gitlab", "junit"} <= set(formats())
    for name in formats():
        render(name, [])
        assert "frozen-model" in render(name, RESULTS)


def test_text() -> None:
    assert render("text", RESULTS, View(quiet=True)) == (
        "dir/my train.py:2:5  numpy-on-tensor  safe\n"
        "  np.sin leaves TensorFlow,\n"
        "  100%: <no> gradient\n"
        "    dense(x) ✂ np.sin ──▶ loss\n"
        "\n"
        "a.py:1:1  frozen-model  unsafe\n"
        "  all layers are frozen\n"
        "\n"
        "a.py:cell 4:2:5  unused-weight  advice\n"
        "  never read\n"
        "\n"
    )


@pytest.mark.parametrize("cut", [0, 1, 2])
def test_the_picture_of_a_path(cut: int) -> None:
    steps = tuple(PathStep(text, None, cut=number == cut) for number, text in enumerate("abc"))
    one = Diagnostic("x", "a.py", HERE, "m", Safety.SAFE, steps)
    expected = ["✂ a ──▶ b ──▶ c", "a ✂ b ──▶ c", "a ──▶ b ✂ c"][cut]

    assert f"    {expected}\n" in render("text", [result(one)])


def test_text_cannot_steer_the_terminal() -> None:
    one = Diagnostic("x", "a.py", HERE, "red \x1b[31m\tend", Safety.SAFE, (PathStep("f(\n\x07)", None),))

    text = render("text", [result(one)])

    assert "  red \ufffd[31m end\n    f( \ufffd)\n" in text


@pytest.mark.parametrize(
    ("results", "view", "line"),
    [
        ([result()], View(), "No cut gradient found in 1 file."),
        ([result(), result()], View(), "No cut gradient found in 2 files."),
        ([result(SAFE)], View(), "Found 1 finding: 1 fixable with --apply."),
        ([result(UNSAFE)], View(), "Found 1 finding: 1 fixable with --apply --unsafe."),
        (
            [result(SAFE, UNSAFE, ADVICE)],
            View(),
            "Found 3 findings: 1 fixable with --apply, 1 with --unsafe, 1 to be settled by hand.",
        ),
        ([result(after="x", fixed=2)], View(fixing=True), "Fixed 2 findings in 1 file."),
        (
            [result(UNSAFE, ADVICE, after="x", fixed=1)],
            View(fixing=True),
            "Fixed 1 finding in 1 file; 2 findings left: 1 fixable with --unsafe, 1 to be settled by hand.",
        ),
        (
            [result(SAFE, UNSAFE)],
            View(fixing=True, unsafe=True, diff=True),
            (
                "0 findings in 0 files would be fixed; "
                "2 findings left: 2 not fixed, because that would bring another defect."
            ),
        ),
    ],
)
def test_the_summary(results: list[FileResult], view: View, line: str) -> None:
    for name in ("text", "concise"):
        assert render(name, results, view).splitlines()[-1] == line


def test_json_is_streamed() -> None:
    pieces = load("json").render(iter(RESULTS), View())

    assert next(pieces) == "["
    assert '"numpy-on-tensor"' in next(pieces)
    rows = json.loads(render("json", RESULTS))
    assert [row["codemod"] for row in rows] == ["numpy-on-tensor", "frozen-model", "unused-weight"]
    assert [row["cell"] for row in rows] == [None, None, 4]
    assert rows[0]["path_of_gradient"][2]["line"] is None


def test_json_names_the_other_files_of_a_finding() -> None:
    (row,) = json.loads(render("json", [result(AFAR)]))

    assert row["uses"] == [
        {"path": "my train.py", "cell": None, "line": 9, "column": 3, "role": "used as loss in"}
    ]
    assert row["path_of_gradient"] == [
        {
            "text": "model(x)",
            "cut": False,
            "path": "my train.py",
            "cell": None,
            "line": 7,
            "column": 1,
            "end_line": 7,
            "end_column": 9,
        },
        {
            "text": "np.mean",
            "cut": True,
            "path": None,
            "cell": None,
            "line": 2,
            "column": 5,
            "end_line": 2,
            "end_column": 8,
        },
    ]
    (alone,) = json.loads(render("json", [result(SAFE)]))
    assert alone["uses"] == []


def test_a_finding_in_another_file_is_told_from_the_file_that_was_asked_about(tmp_path: Path) -> None:
    steps = (
        PathStep("Dense", None),
        PathStep("model(x)", Place(7, 1, 7, 9), path="train.py"),
        PathStep("np.mean", HERE, cut=True),
    )
    cause = str(tmp_path / "losses.py")
    one = Diagnostic("numpy-on-tensor", cause, HERE, "cut", Safety.SAFE, steps, origin=Place(9, 3, 9, 5))
    results = Combined([FileResult("train.py", elsewhere=(one,))], str(tmp_path)).results()

    (row,) = json.loads(render("json", results))
    assert (row["path"], row["line"], row["message"]) == (
        "train.py",
        9,
        "the cause lies in losses.py:2: cut",
    )
    assert [step["path"] for step in row["path_of_gradient"]] == [None, None, "losses.py"]


def test_github() -> None:
    assert render("github", RESULTS).splitlines() == [
        (
            "::error file=dir/my train.py,line=2,endLine=2,col=5,endColumn=8,title=gradfix (numpy-on-tensor)"
            "::np.sin leaves TensorFlow,%0A100%25: <no> gradient"
        ),
        "::warning file=a.py,line=1,endLine=3,title=gradfix (frozen-model)::all layers are frozen",
        "::notice file=a.py,line=1,title=gradfix (unused-weight)::a.py:cell 4:2:5: never read",
    ]


def test_sarif() -> None:
    log = json.loads(render("sarif", RESULTS))
    (run,) = log["runs"]

    assert log["version"] == "2.1.0"
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == [
        "frozen-model",
        "numpy-on-tensor",
        "unused-weight",
    ]
    first = run["results"][0]
    region = {"startLine": 2, "startColumn": 5, "endLine": 2, "endColumn": 8}
    assert (first["ruleId"], first["ruleIndex"], first["level"]) == ("numpy-on-tensor", 1, "error")
    assert first["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "dir/my%20train.py"},
        "region": region,
    }
    assert len(first["codeFlows"][0]["threadFlows"][0]["locations"]) == 2
    change = first["fixes"][0]["artifactChanges"][0]
    assert change["replacements"] == [{"deletedRegion": region, "insertedContent": {"text": "tf.sin"}}]
    assert "fixes" not in run["results"][1]
    (invocation,) = run["invocations"]
    assert not invocation["executionSuccessful"]
    (notification,) = invocation["toolExecutionNotifications"]
    assert notification["locations"][0]["physicalLocation"]["region"] == {"startLine": 3, "startColumn": 7}


def test_sarif_names_the_other_files_of_a_finding() -> None:
    (found,) = json.loads(render("sarif", [result(AFAR)]))["runs"][0]["results"]

    steps = found["codeFlows"][0]["threadFlows"][0]["locations"]
    uris = [step["location"]["physicalLocation"]["artifactLocation"]["uri"] for step in steps]
    assert uris == ["my%20train.py", "my%20losses.py"]
    assert found["relatedLocations"] == [
        {
            "id": 0,
            "physicalLocation": {
                "artifactLocation": {"uri": "my%20train.py"},
                "region": {"startLine": 9, "startColumn": 3},
            },
            "message": {"text": "used as loss in my train.py:9"},
        }
    ]
    (alone,) = json.loads(render("sarif", [result(SAFE)]))["runs"][0]["results"]
    assert "relatedLocations" not in alone


def test_gitlab() -> None:
    rows = json.loads(render("gitlab", [result(SAFE, SAFE, UNSAFE)]))
    moved = json.loads(render("gitlab", [result(SAFE)]))

    assert len({row["fingerprint"] for row in rows}) == 3
    assert rows[0]["fingerprint"] == moved[0]["fingerprint"]
    assert rows[0]["severity"] == "major"
    assert rows[0]["location"] == {"path": "dir/my train.py", "lines": {"begin": 2, "end": 2}}


def test_junit() -> None:
    suite = ET.fromstring(render("junit", RESULTS).encode())[0]  # noqa: S314 - our own text

    assert suite.attrib == {"name": "gradfix", "tests": "3", "failures": "3", "errors": "1"}
    assert [len(case) for case in suite] == [1, 2, 1]
    assert suite[0][0].text == "dir/my train.py:2:5: np.sin leaves TensorFlow, 100%: <no> gradient"
    assert suite[2][0].tag == "error"


@pytest.mark.parametrize("patience", [-1.0, 60.0])
def test_progress_passes_every_result_on(monkeypatch: pytest.MonkeyPatch, patience: float) -> None:
    monkeypatch.setattr(_progress, "_PATIENCE", patience)
    results = [result() for _ in range(5)]

    assert list(_progress.progress(iter(results), 5)) == results
    assert list(_progress.progress(iter([]), 0)) == []


def test_a_long_diff_shows_what_is_near_the_changes() -> None:
    before = "".join(f"line {number}\n" for number in range(1, 101))
    after = before.replace("line 10\n", "tenth\n").replace("line 90\n", "")
    text = re.sub(
        r"\x1b\[[0-9;]*m", "", "".join(_patch.render(FileResult("a.py", before=before, after=after)))
    )

    assert text.splitlines() == [
        "a.py",
        *(f"  {number:>3} {number:>3}   line {number}" for number in (7, 8, 9)),
        "   10     - line 10",
        "       10 + tenth",
        *(f"  {number:>3} {number:>3}   line {number}" for number in (11, 12, 13)),
        "  " + 7 * "┄",
        *(f"  {number:>3} {number:>3}   line {number}" for number in (87, 88, 89)),
        "   90     - line 90",
        *(f"  {number:>3} {number - 1:>3}   line {number}" for number in (91, 92, 93)),
        "",
    ]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "environment", "colour"),
    [
        (Terminal, {"TERM": "xterm"}, True),
        (Terminal, {"TERM": "dumb"}, False),
        (Terminal, {"NO_COLOR": "1"}, False),
        (Terminal, {"NO_COLOR": "", "TERM": "xterm"}, True),
        (io.StringIO, {"TERM": "xterm"}, False),
        (io.StringIO, {"FORCE_COLOR": "1"}, True),
        (io.StringIO, {"FORCE_COLOR": "0"}, False),
        (io.StringIO, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (Terminal, {"FORCE_COLOR": "1", "TERM": "dumb"}, True),
    ],
)
def test_when_to_draw_in_colour(
    monkeypatch: pytest.MonkeyPatch, stream: type[io.StringIO], environment: dict[str, str], colour: bool
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert wants_colour(stream()) is colour


@pytest.mark.parametrize(("encoding", "carried"), [("utf-8", True), ("ascii", False), ("latin-1", False)])
def test_what_an_encoding_carries(encoding: str, carried: bool) -> None:
    assert carries_unicode(io.TextIOWrapper(io.BytesIO(), encoding=encoding)) is carried
