"""The functions that make changes, one by one."""

from __future__ import annotations

import ast

import pytest

from gradfix import edits
from gradfix.errors import RewriteError
from gradfix.model import Edit, Finding, Safety
from gradfix.rewrite import rewrite


def changed(text: str, how: edits.Change, kind: type[ast.AST] = ast.Call) -> str:
    """Return ``text`` with the first node of a kind changed."""
    tree = ast.parse(text)
    anchor = next(node for node in ast.walk(tree) if isinstance(node, kind))
    finding = Finding(anchor, "", Safety.SAFE, edits=(Edit(anchor, how),))
    result = rewrite(text, tree, [finding])
    assert result.applied == (finding,)
    return result.text


@pytest.mark.parametrize(
    ("before", "how", "after"),
    [
        ("f(a)", edits.expression("b"), "b"),
        ("f( a )", edits.callee("m.g"), "m.g( a )"),
        ("f(a, k = b)", edits.unwrap_argument(0), "a"),
        ("f(a, k = b)", edits.unwrap_argument("k"), "b"),
        ("2 * f(a + b)", edits.unwrap_argument(0), "2 * (a + b)"),
        ("x.numpy()", edits.unwrap_receiver(), "x"),
        ("-(a + b).numpy()", edits.unwrap_receiver(), "-(a + b)"),
        ("tf.round(x)", edits.template("{arg0} + tf.stop_gradient({node} - {arg0})"), None),
        ("f(a or b, axis=c)", edits.template("not {arg0} in {axis}[{{}}]"), "not (a or b) in c[{}]"),
        ("(a + b).sum()", edits.template("g({receiver})"), "g((a + b))"),
        ("a.b(c)", edits.template("{func}[0]"), "a.b[0]"),
        ("f(a, k=1)", edits.set_argument(0, "b + c"), "f(b + c, k=1)"),
        ("f(a, k=1)", edits.set_argument("k", "2"), "f(a, k=2)"),
        ("f(a, b, *c)", edits.swap_arguments(0, 1), "f(b, a, *c)"),
        ("f(a, k=b)", edits.swap_arguments(0, "k"), "f(b, k=a)"),
        ("f(a, axis=1, k=2)", edits.rename_keywords({"axis": "dim", "no": "yes"}), "f(a, dim=1, k=2)"),
        ("f(a, b, c)", edits.drop_argument(1), "f(a, c)"),
        ("f(a, b, c)", edits.drop_argument(2), "f(a, b)"),
        ("f(a, *b, c=1)", edits.drop_argument("c"), "f(a, *b)"),
        ("f( a )", edits.drop_argument(0), "f()"),
        ("f(\n    a,\n    b,\n)", edits.drop_argument(1), "f(\n    a,\n)"),
        ("f()", edits.set_keyword("k", "1"), "f(k=1)"),
        ("f(a)", edits.set_keyword("k", "1"), "f(a, k=1)"),
        ("f(a, k = 2)", edits.set_keyword("k", "1"), "f(a, k = 1)"),
        ("f(a,b)", edits.set_keyword("k", "1"), "f(a,b,k=1)"),
        ("f(i for i in x)", edits.set_keyword("k", "1"), "f((i for i in x), k=1)"),
        ("f(a, **b)", edits.set_keyword("k", "1"), "f(a, **b, k=1)"),
        ("f(\n    a,\n)", edits.set_keyword("k", "1"), "f(\n    a,\n    k=1,\n)"),
        ("f(\n    a\n)", edits.set_keyword("k", "1"), "f(\n    a,\n    k=1\n)"),
        (
            "f(  # f\n    a,  # a\n    b,  # b\n)",
            edits.set_keyword("k", "1"),
            "f(  # f\n    a,  # a\n    b,  # b\n    k=1,\n)",
        ),
        ("f(a,\n  b)", edits.set_keyword("k", "1"), "f(a,\n  b,\n  k=1)"),
        ("f(a)", edits.compose(edits.callee("g"), edits.set_keyword("k", "1")), "g(a, k=1)"),
    ],
)
def test_expressions(before: str, how: edits.Change, after: str | None) -> None:
    expected = "x + tf.stop_gradient(tf.round(x) - x)" if after is None else after
    assert changed(f"y = {before}  # c\n", how) == f"y = {expected}  # c\n"


def test_template_keeps_parts_that_span_lines_inside_brackets() -> None:
    assert changed("y = f(\n  a +\n  b)\n", edits.template("{arg0}")) == "y = (a +\n  b)\n"


@pytest.mark.parametrize(
    ("before", "text", "after"),
    [
        ("'a'", "mse", "'mse'"),
        ('"a"', 'say "x"', r'"say \"x\""'),
        ("'a'", "it's", r"'it\'s'"),
        ("'''a'''", "b", "'''b'''"),
        ("r'a'", "b", "r'b'"),
        ("r'a'", "b\\n'", r"'b\\n\''"),
        ("'a' 'b'", "c", "'c'"),
    ],
)
def test_replace_string(before: str, text: str, after: str) -> None:
    assert changed(f"y = {before}\n", edits.replace_string(text), ast.Constant) == f"y = {after}\n"
    assert ast.literal_eval(after) == text


def test_replace_string_refuses_what_is_none() -> None:
    with pytest.raises(RewriteError, match="Integer is not a plain string literal"):
        changed("y = 1\n", edits.replace_string("a"), ast.Constant)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("class A:\n    pass\n", "class A(B):\n    pass\n"),
        ("class A():\n    pass\n", "class A(B):\n    pass\n"),
        ("class A(C, m=D):\n    pass\n", "class A(C, B, m=D):\n    pass\n"),
        ("class A(m=D):\n    pass\n", "class A(B, m=D):\n    pass\n"),
    ],
)
def test_add_base(before: str, after: str) -> None:
    assert changed(before, edits.add_base("B"), ast.ClassDef) == after


@pytest.mark.parametrize(
    ("before", "first", "last"),
    [
        ("def f():\n    a\n", "def f():\n    s\n    a\n", "def f():\n    a\n    s\n"),
        ("def f(): a\n", "def f():\n    s\n    a\n", "def f():\n    a\n    s\n"),
        ("def f(): pass\n", "def f():\n    s\n", "def f():\n    s\n"),
        (
            'def f():\n  """D."""\n\n  # c\n  a\n  # end\nx\n',
            'def f():\n  """D."""\n  s\n\n  # c\n  a\n  # end\nx\n',
            'def f():\n  """D."""\n\n  # c\n  a\n  # end\n  s\nx\n',
        ),
        (
            "@d\ndef f():  # f\n\tpass  # c\n",
            "@d\ndef f():  # f\n\ts\n\tpass  # c\n",
            "@d\ndef f():  # f\n\tpass  # c\n\ts\n",
        ),
    ],
)
def test_statements_into_a_body(before: str, first: str, last: str) -> None:
    assert changed(before, edits.prepend_statement("s"), ast.FunctionDef) == first
    assert changed(before, edits.append_statement("s"), ast.FunctionDef) == last


def test_statement_is_replaced_by_several() -> None:
    how = edits.statement("b = 1\n# of c\nc = 2")
    assert changed("# of a\na = 0  # end\n", how, ast.Assign) == "# of a\nb = 1\n# of c\nc = 2  # end\n"


def test_statement_on_a_shared_line_is_replaced_in_it() -> None:
    assert changed("x; a = 0; y\n", edits.statement("a += 1"), ast.Assign) == "x; a += 1; y\n"


@pytest.mark.parametrize("key", [1, "k"])
def test_argument_that_is_not_there(key: int | str) -> None:
    for how in (edits.unwrap_argument(key), edits.drop_argument(key), edits.set_argument(key, "1")):
        with pytest.raises(RewriteError, match="no argument") as caught:
            changed("\nf(a, *b, c)\n", how)
        assert caught.value.line == 2


def test_function_call_has_no_receiver() -> None:
    with pytest.raises(RewriteError, match="only the call of a method"):
        changed("f(a)\n", edits.unwrap_receiver())


def test_compose_needs_a_node_between() -> None:
    how = edits.compose(edits.insert_before("x"), edits.insert_after("y"))
    with pytest.raises(RewriteError, match="must be the last"):
        changed("a = 1\n", how, ast.Assign)


def test_statement_text_must_be_statements() -> None:
    with pytest.raises(RewriteError, match="not statements"):
        changed("a = 1\n", edits.statement("if"), ast.Assign)


def test_statement_cannot_stand_in_an_expression() -> None:
    with pytest.raises(RewriteError, match="2 nodes in the place of one Call"):
        changed("y = f(a)\n", edits.insert_before("x"))
