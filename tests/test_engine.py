from __future__ import annotations

import re
import sys
import threading
import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gradfix.codemod import Codemod
from gradfix.engine import Options, check, check_path, write
from gradfix.errors import SourceError
from gradfix.model import FileResult, ImportNeeded, Place, Safety, TextEdit
from gradfix.pool import Scan, check_many
from gradfix.source import from_bytes
from tests.fakes import Crash, Deep, Die, Gated, Nowhere, Rename, source

UNSAFE = Safety.UNSAFE
FIX = Options(fix=True)


def fixed(text: str, *codemods: Codemod, unsafe: bool = False) -> FileResult:
    return check(source(text), codemods, Options(fix=True, unsafe=unsafe))


def after(result: FileResult) -> str | None:
    assert result.problem is None
    return result.after and result.after.removeprefix("import keras\n")


def test_a_finding_becomes_plain_data() -> None:
    result = check(source("y = 1\nz = ä + bad\n"), [Rename("no-bad", "bad", "good")], Options(edits=True))

    (one,) = result.found
    assert result.remaining == result.found
    assert result.after is None
    assert (one.codemod, one.path, one.safety) == ("no-bad", "train.py", Safety.SAFE)
    assert one.place == Place(3, 9, 3, 12)
    assert [(step.text, step.cut) for step in one.path_of_gradient] == [
        ("dense(x)", False),
        ("bad", True),
        ("loss", False),
    ]
    assert one.fix == (TextEdit(Place(3, 9, 3, 12), "good"),)


def test_findings_are_sorted_by_place() -> None:
    result = check(source("b; a; b\n"), [Rename("b", "b"), Rename("a", "a")])

    assert [one.codemod for one in result.found] == ["b", "a", "b"]


def test_files_without_keras_or_tensorflow_are_only_parsed() -> None:
    codemod = Rename("no-bad", "bad", "good")

    assert check(from_bytes(b"bad\n", "a.py"), [codemod]).found == ()
    assert len(check(from_bytes(b"bad  # tensorflow\n", "a.py"), [codemod]).found) == 1
    problem = check(from_bytes(b"x = (\n", "a.py"), [codemod]).problem
    assert problem is not None
    assert (problem.line, problem.column) == (1, 5)


def test_the_gate_of_a_codemod() -> None:
    codemod = Gated("gated", "bad")

    assert check(source("bad\n"), [codemod]).found == ()
    assert len(check(source("bad  # special_word\n"), [codemod]).found) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = bad + 1  # stays\r\ny = bad\r", "x = good + 1  # stays\r\ny = good\r"),
        ("if bad:\n\tbad()\n\x0c\nelse_ = 'bad'", "if good:\n\tgood()\n\x0c\nelse_ = 'bad'"),
        ("f(bad(bad), [bad])\n", "f(good(good), [good])\n"),
    ],
)
def test_fixing_touches_nothing_else(text: str, expected: str) -> None:
    result = fixed(text, Rename("no-bad", "bad", "good"))

    assert after(result) == expected
    assert len(result.fixed) == len(result.found)
    assert result.remaining == ()


def test_a_fix_that_uncovers_another_goes_on() -> None:
    result = fixed("x = a\n", Rename("one", "a", "b"), Rename("two", "b", "c"))

    assert after(result) == "x = c\n"
    assert [one.codemod for one in result.found] == ["one"]
    assert [one.codemod for one in result.fixed] == ["one", "two"]


def test_fixes_that_collide_take_turns() -> None:
    result = fixed("x = a\n", Rename("one", "a", "f(b)"), Rename("other", "a", "f(b)"))

    assert after(result) == "x = f(b)\n"


def test_unsafe_fixes_and_advice_wait_to_be_asked_for() -> None:
    codemods = [Rename("s", "a", "A"), Rename("u", "b", "B", UNSAFE), Rename("adv", "c", "", Safety.ADVICE)]

    modest, bold = fixed("a, b, c\n", *codemods), fixed("a, b, c\n", *codemods, unsafe=True)

    assert after(modest) == "A, b, c\n"
    assert [one.codemod for one in modest.remaining] == ["u", "adv"]
    assert after(bold) == "A, B, c\n"
    assert [one.codemod for one in bold.remaining] == ["adv"]


def test_imports_come_with_a_fix() -> None:
    codemod = Rename("no-bad", "bad", "tf.good", imports=(ImportNeeded("tensorflow", None, "tf"),))
    result = check(from_bytes(b'"""Doc about keras."""\n\n# why\nx = bad\n', "a.py"), [codemod], FIX)

    assert result.problem is None
    assert result.after is not None
    assert "import tensorflow as tf\n" in result.after
    assert result.after.endswith("# why\nx = tf.good\n")


@pytest.mark.parametrize(
    ("codemods", "words"),
    [
        ([Rename("one", "a", "b"), Rename("two", "b", "a")], "fixes of two go round in a circle"),
        ([Rename("one", "a", "f(a)")], "fixes of one come to no end in 20 passes"),
        ([Rename("one", "a", "a")], "fixes of one go round in a circle"),
        ([Rename("one", "a", "not a name")], "the fix of one: .*Syntax Error"),
        ([Crash()], "internal error in fakes: KeyError: 'no such.+thing in train.py'; please report it"),
    ],
)
def test_a_fault_of_a_codemod_is_a_problem_and_changes_nothing(codemods: list[Codemod], words: str) -> None:
    result = fixed("x = a\n", *codemods)

    assert result.problem is not None
    assert re.search(words, str(result.problem))
    assert result.problem.path == "train.py"
    assert "\n" not in str(result.problem)
    assert result.after is None
    assert result.remaining == result.found


def test_edits_that_fail_do_not_hide_the_finding() -> None:
    result = check(source("x = a\n"), [Rename("one", "a", "not a name")], Options(edits=True))

    assert [one.codemod for one in result.remaining] == ["one"]
    assert result.problem is not None


def test_a_finding_without_a_place_is_a_fault_of_its_codemod() -> None:
    result = check(source("x = a\n"), [Nowhere()])

    assert str(result.problem).startswith("train.py: internal error in fakes: AttributeError")


def test_a_crash_does_not_hide_the_findings_of_others() -> None:
    result = fixed("x = a\n", Crash(), Rename("one", "a", "b"))

    assert [one.codemod for one in result.found] == ["one"]
    assert result.problem is not None


def test_a_fix_that_would_bring_an_unsafe_defect_is_given_up() -> None:
    harmful = Rename("one", "a", "worse")
    unsafe = Rename("no-worse", "worse", "fine", UNSAFE)
    good = Rename("two", "b", "B")

    result = fixed("a, b\n", harmful, unsafe, good)
    assert after(result) == "a, B\n"
    assert [one.codemod for one in result.fixed] == ["two"]
    assert [one.codemod for one in result.remaining] == ["one"]
    assert after(fixed("a, b\n", harmful, unsafe, good, unsafe=True)) == "fine, B\n"


def test_a_fix_that_only_uncovers_advice_is_kept() -> None:
    result = fixed("a\n", Rename("one", "a", "b"), Rename("adv", "b", "", Safety.ADVICE))

    assert after(result) == "b\n"
    assert [one.codemod for one in result.remaining] == ["adv"]


def test_comments_silence_findings() -> None:
    codemods = [Rename("one", "a", "A"), Rename("two", "b", "B")]

    result = fixed("a, b  # gradfix: ignore[one]\na  # gradfix: ignore\nb\n", *codemods)

    assert after(result) == "a, B  # gradfix: ignore[one]\na  # gradfix: ignore\nB\n"
    assert check(source("a\n# gradfix: skip-file\n"), codemods).found == ()


def test_warnings_of_the_parser_are_not_shown() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert after(fixed("x = '\\d' is a\n", Rename("one", "a", "b"))) == "x = '\\d' is b\n"


@pytest.mark.parametrize("text", ["(" * 5000, "-" * 50_000 + "1", "x" + ".y" * 50_000, "[" * 150 + "]" * 150])
def test_hostile_nesting_is_a_problem_at_most(text: str) -> None:
    result = fixed(text + "\n", Rename("one", "a", "b"))

    assert result.found == ()
    assert result.problem is None or "\n" not in str(result.problem)


def test_running_out_of_stack_is_a_problem() -> None:
    result = fixed("a\n", Deep())

    assert "too deeply nested" in str(result.problem)


def test_text_outside_the_encoding_is_a_problem() -> None:
    raw = b"# coding: latin-1\nimport keras\na\n"
    result = check(from_bytes(raw, "a.py"), [Rename("one", "a", "'\N{RIGHTWARDS ARROW}'")], FIX)

    assert "does not fit its encoding" in str(result.problem)
    assert result.after is None


def test_writing(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"\xef\xbb\xbfimport keras\r\na\r\n")
    codemods = [Rename("one", "a", "b")]

    result = check_path(str(path), codemods, FIX)
    assert path.read_bytes().endswith(b"\r\na\r\n")
    assert write(result) is result
    assert path.read_bytes() == b"\xef\xbb\xbfimport keras\r\nb\r\n"
    assert result.after == "import keras\r\nb\r\n"
    missing = check_path(str(tmp_path / "none.py"), codemods)
    assert "no such file" in str(missing.problem)


def _many(tmp_path: Path, count: int) -> list[str]:
    paths = [tmp_path / f"m{number:03}.py" for number in range(count)]
    for number, path in enumerate(paths):
        path.write_text("import keras\n" + "a\n" * (number % 3))
    return [str(path) for path in paths]


@pytest.mark.parametrize("how", ["one process", "two processes", "threads", "by itself"])
def test_many_files_come_in_order(tmp_path: Path, how: str) -> None:
    error = SourceError("is a broken symbolic link", path="broken.py")
    paths: list[str | SourceError] = [*_many(tmp_path, 37)]
    paths.insert(5, error)
    codemods: Sequence[Codemod] = [Rename("one", "a", "b")]
    with ThreadPoolExecutor(1) as threads:
        jobs = {"one process": 1, "two processes": 2}.get(how)
        executor = threads if how == "threads" else None
        results = list(check_many(paths, codemods, jobs=jobs, executor=executor))

    assert [one.path for one in results] == [*paths[:5], "broken.py", *paths[6:]]
    assert str(results[5].problem) == "broken.py: is a broken symbolic link"
    del results[5]
    assert [len(one.found) for one in results] == [number % 3 for number in range(37)]
    assert threading.active_count() < 4


def test_a_file_that_kills_its_process_is_told_and_the_others_are_done(tmp_path: Path) -> None:
    paths = _many(tmp_path, 24)
    Path(paths[9]).write_text("import keras\n'deadly'\n")

    results = list(check_many(paths, [Rename("one", "a"), Die()], jobs=2))

    assert [one.path for one in results] == paths
    assert [one.path for one in results if one.problem] == [paths[9]]
    assert "process that checked it died" in str(results[9].problem)
    assert [len(one.found) for one in results if not one.problem] == [n % 3 for n in range(24) if n != 9]


def test_results_can_be_left_early(tmp_path: Path) -> None:
    results = Scan(_many(tmp_path, 200), [Rename("one", "a")], jobs=2).results()

    assert next(results).problem is None
    results.close()  # type: ignore[attr-defined]
    assert "concurrent.futures.process" in sys.modules
