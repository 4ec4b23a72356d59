"""Every fixture is run by TensorFlow, and rewritten by gradfix, and both must agree with it.

A fixture is described in CONTRIBUTING.md; ``tests/test_harness.py`` shows that a wrong one fails here.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from gradfix.codemod import Codemod, load_codemods
from gradfix.engine import Options, check
from gradfix.model import Diagnostic, FileResult
from gradfix.source import from_bytes, read
from tests.harness.case import Case, load_cases
from tests.harness.judge import judge, submit

FIXTURES = Path(__file__).parents[1] / "fixtures"
CASES = load_cases(FIXTURES)
FEWEST_CASES = 5
CHANGING = [case for case in CASES if case.changes]
UNCHANGED = [case for case in CASES if not case.changes]
REPAIRED = [case for case in CHANGING if "after" in case.files]
KERAS = {case.folder: case.keras for case in CASES}
PROGRAMS = [case.path(which) for case in CASES for which in case.files]


def name(value: object) -> str | None:
    if isinstance(value, Case):
        return value.name
    return str(value.relative_to(FIXTURES)) if isinstance(value, Path) else None


def codemods(only: str | None = None) -> tuple[Codemod, ...]:
    return tuple(codemod for codemod in load_codemods() if only is None or codemod.name == only)


def gradfix(path: Path, *, only: str | None = None, fix: bool = False, unsafe: bool = False) -> FileResult:
    """Run gradfix on a program of a fixture, under the Keras that the fixture is about (the newest of several)."""
    keras = max(KERAS[path.parent])
    result = check(read(str(path)), codemods(only), Options(fix=fix, unsafe=unsafe, keras=keras))
    assert result.problem is None
    return result


@cache
def start_all(keras: int) -> None:
    """Let the runs of all fixtures begin, so that they use every core."""
    submit(CASES, keras)


@pytest.mark.tensorflow
@pytest.mark.parametrize(
    ("case", "keras"),
    [
        pytest.param(case, version, id=f"{case.name}-keras{version}")
        for version in (3, 2)
        for case in CASES
        if version in case.keras
    ],
    indirect=["keras"],
)
def test_tensorflow_agrees(case: Case, keras: int) -> None:
    start_all(keras)
    assert judge(case, keras) == []


@pytest.mark.parametrize("case", CHANGING, ids=name)
def test_the_finding_is_there(case: Case) -> None:
    found = gradfix(case.path("before"), only=case.codemod).found
    assert found, f"{case.codemod} finds nothing"
    assert {diagnostic.safety.value for diagnostic in found} == {case.safety}
    if case.line is not None:
        assert case.line in {diagnostic.place.line for diagnostic in found}


@pytest.mark.parametrize("case", REPAIRED, ids=name)
def test_before_becomes_after(case: Case) -> None:
    result = gradfix(case.path("before"), only=case.codemod, fix=True, unsafe=case.safety == "unsafe")
    assert result.after == read(str(case.path("after"))).text
    assert result.remaining == ()


@pytest.mark.parametrize("case", [case for case in REPAIRED if case.safety == "unsafe"], ids=name)
def test_an_unsafe_fix_waits_to_be_asked_for(case: Case) -> None:
    result = gradfix(case.path("before"), only=case.codemod, fix=True)
    assert result.after is None
    assert result.remaining == result.found


@pytest.mark.parametrize("case", [case for case in CHANGING if case.safety == "advice"], ids=name)
def test_advice_changes_nothing(case: Case) -> None:
    assert gradfix(case.path("before"), only=case.codemod, fix=True, unsafe=True).after is None


@pytest.mark.parametrize("case", REPAIRED, ids=name)
def test_after_is_stable(case: Case) -> None:
    result = gradfix(case.path("after"), fix=True, unsafe=True)
    assert result.after is None
    assert lines(result.found) == []


@pytest.mark.parametrize("newline", ["\r\n", "\r"], ids=["crlf", "cr"])
@pytest.mark.parametrize("case", REPAIRED, ids=name)
def test_newlines_do_not_matter(case: Case, newline: str) -> None:
    options = Options(fix=True, unsafe=True, keras=max(case.keras))
    texts = {}
    for end in ("\n", newline):
        text = read(str(case.path("before"))).text.replace("\n", end)
        texts[end] = check(from_bytes(text.encode(), "before.py"), codemods(), options).after
    assert texts["\n"] is not None
    assert texts[newline] == texts["\n"].replace("\n", newline)


@pytest.mark.parametrize("case", UNCHANGED, ids=name)
def test_a_healthy_program_is_left_alone(case: Case) -> None:
    assert lines(gradfix(case.path("unchanged")).found) == []


@pytest.mark.parametrize("path", PROGRAMS, ids=name)
def test_all_codemods_together_converge(path: Path) -> None:
    result = gradfix(path, fix=True, unsafe=True)
    assert [one for one in lines(result.remaining) if "advice" not in one] == []
    assert (result.after is None) == (result.fixed == ())


@pytest.mark.parametrize("codemod", [codemod.name for codemod in load_codemods()])
def test_every_codemod_has_fixtures(codemod: str) -> None:
    assert sum(case.codemod == codemod for case in CHANGING) >= FEWEST_CASES
    assert sum(case.codemod == codemod for case in UNCHANGED) >= FEWEST_CASES


def test_every_fixture_has_a_codemod() -> None:
    assert {case.codemod for case in CASES} <= {codemod.name for codemod in load_codemods()}


def lines(found: tuple[Diagnostic, ...]) -> list[str]:
    """Return findings so that a failing test can be read."""
    return [f"{one.place.line}: {one.codemod} ({one.safety.value}) {one.message}" for one in found]
