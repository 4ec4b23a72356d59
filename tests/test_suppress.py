from __future__ import annotations

import ast

import pytest

from gradfix.suppress import suppressions


@pytest.mark.parametrize(
    ("comment", "silenced"),
    [
        ("# gradfix: ignore", {"one", "two"}),
        ("#gradfix:ignore", {"one", "two"}),
        ("# noqa # gradfix: ignore[one]", {"one"}),
        ("# gradfix: ignore[one, two]", {"one", "two"}),
        ("# gradfix: ignore[one] gradfix: ignore[two]", {"one"}),
        ("# gradfix: ignore[one] # gradfix: ignore[two]", {"one", "two"}),
        ("# gradfix: ignore because it is only logged", {"one", "two"}),
        ("# gradfix: ignore[three]", set()),
        ("# gradfix: ignore[]", set()),
        ("# gradfix: ignore[one", set()),
        ("# gradfix: ignored", set()),
        ("# gradfix ignore", set()),
        ("+ '# gradfix: ignore'", set()),
    ],
)
def test_comments(comment: str, silenced: set[str]) -> None:
    text = f"x = f(1) {comment}\n" if comment[0] == "#" else f"x = 'a' {comment}\n"
    node = ast.parse(text).body[0]
    found = suppressions(text)

    assert {name for name in ("one", "two") if found.cover(node, name)} == silenced


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_any_line_of_an_expression_counts(newline: str) -> None:
    text = newline.join(["\x0cx = f(", "    1,  # gradfix: ignore", ")", "y = f(2)", ""])
    first, second = ast.parse(text).body
    found = suppressions(text)

    assert found.cover(first, "one")
    assert not found.cover(second, "one")


def test_only_the_head_of_a_compound_statement_counts() -> None:
    text = "class A(\n    B,  # gradfix: ignore[head]\n):\n    x = f(1)  # gradfix: ignore[body]\n"
    node = ast.parse(text).body[0]
    found = suppressions(text)

    assert found.cover(node, "head")
    assert not found.cover(node, "body")


def test_skip_file() -> None:
    assert suppressions("x = 1\n# gradfix: skip-file\n").skip_file
    assert not suppressions("x = '# gradfix: skip-file'\n").skip_file
    assert not suppressions('"""\n# gradfix: skip-file\n"""\n').skip_file
