"""The rewriting engine: what edits do to a text, alone and together."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Callable
from textwrap import dedent
from typing import Any

import pytest

from gradfix import edits
from gradfix.errors import RewriteError
from gradfix.model import Edit, Finding, ImportNeeded, Move, Safety
from gradfix.rewrite import Rewritten, rewrite

TF = ImportNeeded("tensorflow", alias="tf")


def finding(
    *changes: Edit | Move, imports: tuple[ImportNeeded, ...] = (), unused: tuple[str, ...] = ()
) -> Finding:
    node = changes[0].anchor if isinstance(changes[0], Edit) else changes[0].into
    return Finding(node, "", Safety.SAFE, edits=changes, imports=imports, unused=unused)


def node(tree: ast.AST, code: str) -> Any:
    """Return the outermost node that unparses to ``code``."""
    for inner in ast.walk(tree):
        if isinstance(inner, (ast.stmt, ast.expr)) and ast.unparse(inner).split("\n")[0] == code:
            if isinstance(inner, ast.Expr):
                continue
            return inner
    raise AssertionError(code)


def statement(tree: ast.AST, code: str) -> Any:
    for inner in ast.walk(tree):
        if isinstance(inner, ast.stmt) and ast.unparse(inner).split("\n")[0] == code:
            return inner
    raise AssertionError(code)


def run(text: str, *makers: Callable[[ast.Module], Finding]) -> Rewritten:
    tree = ast.parse(text)
    return rewrite(text, tree, [make(tree) for make in makers])


def change(code: str, how: edits.Change) -> Callable[[ast.Module], Finding]:
    return lambda tree: finding(Edit(node(tree, code), how))


def move(into: str, *codes: str, at_end: bool = True) -> Callable[[ast.Module], Finding]:
    return lambda tree: finding(
        Move(tuple(statement(tree, code) for code in codes), statement(tree, into), at_end=at_end)
    )


def check(before: str, after: str, *makers: Callable[[ast.Module], Finding]) -> None:
    result = run(dedent(before), *makers)
    assert result.text == dedent(after)
    assert not result.deferred


# -- composing -------------------------------------------------------------------------------------


def test_nothing_to_do() -> None:
    advice = Finding(ast.Pass(), "", Safety.ADVICE)
    assert rewrite("x = (1\n", ast.Module([], []), [advice]) == Rewritten("x = (1\n", (), ())


def test_nested_and_neighbouring_fixes_compose() -> None:
    check(
        "loss = np.mean(np.square(y - p.numpy()))  # why\n",
        "loss = tf.reduce_mean(tf.square(y - p))  # why\n",
        change("np.mean(np.square(y - p.numpy()))", edits.callee("tf.reduce_mean")),
        change("np.square(y - p.numpy())", edits.callee("tf.square")),
        change("p.numpy()", edits.unwrap_receiver()),
    )


def test_inner_fix_thrown_away_is_deferred_not_counted() -> None:
    result = run(
        "x = f(g(a))\n",
        change("g(a)", edits.callee("h")),
        change("f(g(a))", edits.expression("f(g(a), 1)")),
    )
    assert result.text == "x = f(g(a), 1)\n"
    assert [ast.unparse(item.node) for item in result.applied] == ["f(g(a))"]
    assert [ast.unparse(item.node) for item in result.deferred] == ["g(a)"]


def test_same_anchor_collides_and_first_in_the_file_wins() -> None:
    result = run("f(a, b)\n", change("f(a, b)", edits.callee("g")), change("f(a, b)", edits.callee("h")))
    assert result.text == "g(a, b)\n"
    assert len(result.applied) == len(result.deferred) == 1


def test_finding_is_whole_or_not_at_all() -> None:
    def two(tree: ast.Module) -> Finding:
        return finding(
            Edit(node(tree, "g(a)"), edits.callee("h")), Edit(node(tree, "z"), edits.expression("w"))
        )

    result = run("x = f(g(a))\ny = z\n", two, change("f(g(a))", edits.expression("1")))
    assert result.text == "x = 1\ny = z\n"
    assert len(result.applied) == len(result.deferred) == 1


def test_findings_that_undo_each_other_leave_one_applied() -> None:
    def crossed(outer: str, inner: str) -> Callable[[ast.Module], Finding]:
        return lambda tree: finding(
            Edit(node(tree, outer), edits.expression("0")), Edit(node(tree, inner), edits.expression("1"))
        )

    result = run("f(a)\ng(b)\n", crossed("f(a)", "b"), crossed("g(b)", "a"))
    assert result.text == "0\ng(1)\n"
    assert len(result.applied) == len(result.deferred) == 1


def test_edit_consumed_by_its_own_finding_is_no_loss() -> None:
    def both(tree: ast.Module) -> Finding:
        return finding(
            Edit(node(tree, "g(a)"), edits.callee("h")), Edit(node(tree, "f(g(a))"), edits.expression("k"))
        )

    check("f(g(a))\n", "k\n", both)


def test_removed_part_inside_a_replaced_expression_is_deferred() -> None:
    def drop(tree: ast.Module) -> Finding:
        call: Any = node(tree, "g(a, k=1)")
        return finding(Edit(call.keywords[0], edits.remove()))

    result = run("f(g(a, k=1))\n", drop, change("f(g(a, k=1))", edits.expression("f(g(a, k=1), 2)")))
    assert result.text == "f(g(a, k=1), 2)\n"
    assert len(result.deferred) == 1


def test_two_edits_of_one_finding_at_one_anchor_follow_each_other() -> None:
    def both(tree: ast.Module) -> Finding:
        call = node(tree, "f(a)")
        return finding(Edit(call, edits.callee("g")), Edit(call, edits.set_keyword("k", "1")))

    check("f(a)\n", "g(a, k=1)\n", both)


# -- parentheses -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "code", "text", "after"),
    [
        ("a * f(x)", "f(x)", "b + c", "a * (b + c)"),
        ("a + f(x)", "f(x)", "b * c", "a + b * c"),
        ("a - f(x)", "f(x)", "b - c", "a - (b - c)"),
        ("f(x) - a", "f(x)", "b - c", "b - c - a"),
        ("f(x) ** a", "f(x)", "-b", "(-b) ** a"),
        ("a ** f(x)", "f(x)", "-b", "a ** -b"),
        ("-f(x)", "f(x)", "a + b", "-(a + b)"),
        ("not f(x)", "f(x)", "a == b", "not a == b"),
        ("not f(x)", "f(x)", "a or b", "not (a or b)"),
        ("f(x).shape", "f(x)", "a + b", "(a + b).shape"),
        ("f(x)[0]", "f(x)", "lambda: 0", "(lambda: 0)[0]"),
        ("f(x).real", "f(x)", "1", "(1).real"),
        ("g(f(x))", "f(x)", "a if b else c", "g(a if b else c)"),
        ("g(f(x))", "f(x)", "a, b", "g((a, b))"),
        ("y = f(x)", "f(x)", "a, b", "y = a, b"),
        ("(f(x))", "f(x)", "a + b", "(a + b)"),
        ("f(x) < a", "f(x)", "b < c", "(b < c) < a"),
        ("[*f(x)]", "f(x)", "a or b", "[*(a or b)]"),
        ("a if f(x) else b", "f(x)", "c if d else e", "a if (c if d else e) else b"),
        ("not(x)", "x", "y", "not(y)"),
    ],
)
def test_parentheses_where_the_place_demands_them(before: str, code: str, text: str, after: str) -> None:
    check(before + "\n", after + "\n", change(code, edits.expression(text)))


def test_word_never_touches_what_replaces_a_string() -> None:
    check("def f():\n    return'a'\n", "def f():\n    return(x)\n", change("'a'", edits.expression("x")))


def test_argument_over_several_lines_keeps_its_brackets() -> None:
    check(
        "x = f(\n    a +\n    b\n)\n",
        "x = (a +\n    b)\n",
        change("f(a + b)", edits.unwrap_argument(0)),
    )


# -- statements ------------------------------------------------------------------------------------


def test_remove_takes_its_comment_and_leaves_the_rest() -> None:
    check(
        "# section\n\n# of a\na = 1\n\n# of b\nb = 2  # end\n# of c\nc = 3\n",
        "# section\n\n# of a\na = 1\n\n# of c\nc = 3\n",
        lambda tree: finding(Edit(statement(tree, "b = 2"), edits.remove())),
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("def f():\n    a = 1\n", "def f():\n    pass\n"),
        ("def f(): a = 1\n", "def f(): pass\n"),
        ("def f(): b; a = 1\n", "def f(): b\n"),
        ("b; a = 1; c  # end\n", "b; c  # end\n"),
        ("a = 1; c;\n", "c;\n"),
    ],
)
def test_remove_in_tight_places(before: str, after: str) -> None:
    check(before, after, lambda tree: finding(Edit(statement(tree, "a = 1"), edits.remove())))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x\n\n# of a\na = 1  # end\n", "x\n\nb = 2\n# of a\na = 1  # end\n"),
        ("x; a = 1; y\n", "x\nb = 2\na = 1; y\n"),
        ("if x: a = 1\n", "if x:\n    b = 2\n    a = 1\n"),
    ],
)
def test_insert_before(before: str, after: str) -> None:
    how = edits.insert_before("b = 2")
    check(before, after, lambda tree: finding(Edit(statement(tree, "a = 1"), how)))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("# of a\na = 1  # end\ny\n", "# of a\na = 1  # end\nb = 2\ny\n"),
        ("x; a = 1; y\n", "x; a = 1\nb = 2\ny\n"),
        ("a = 1", "a = 1\nb = 2"),
    ],
)
def test_insert_after(before: str, after: str) -> None:
    how = edits.insert_after("b = 2")
    check(before, after, lambda tree: finding(Edit(statement(tree, "a = 1"), how)))


def test_insert_beside_a_compound_statement() -> None:
    check(
        "x\n\n# of with\nwith t:\n    a\ny\n",
        "x\n\nb = 2\n# of with\nwith t:\n    a\ny\n",
        lambda tree: finding(Edit(statement(tree, "with t:"), edits.insert_before("b = 2"))),
    )


def test_two_sides_of_one_statement() -> None:
    def both(tree: ast.Module) -> Finding:
        anchor = statement(tree, "a = 1")
        return finding(Edit(anchor, edits.insert_before("x")), Edit(anchor, edits.insert_after("y")))

    check("a = 1\n", "x\na = 1\ny\n", both)


def test_inserted_text_takes_the_newlines_and_indentation_of_the_file() -> None:
    result = run(
        "def f():\r\n\ta = 1\r\n",
        lambda tree: finding(Edit(statement(tree, "a = 1"), edits.insert_after("if b:\n  c(\n  )\n"))),
    )
    assert result.text == "def f():\r\n\ta = 1\r\n\tif b:\r\n\t\tc(\r\n\t\t)\r\n"


# -- moving ----------------------------------------------------------------------------------------


def test_move_behind_the_body_with_comments() -> None:
    check(
        """
        def step(x, y):
            with tape:  # record
                pred = model(x)
                # done

            # the loss
            loss = f(pred)  # scalar

            # minus
            loss = -loss
            grads = g(loss)
        """,
        """
        def step(x, y):
            with tape:  # record
                pred = model(x)
                # done
                # the loss
                loss = f(pred)  # scalar

                # minus
                loss = -loss

            grads = g(loss)
        """,
        move("with tape:", "loss = f(pred)", "loss = -loss"),
    )


def test_move_before_the_body() -> None:
    check(
        """
        x = 1

        # forward
        pred = model(x)
        with tape:
            # loss
            loss = f(pred)
        """,
        """
        x = 1

        with tape:
            # forward
            pred = model(x)
            # loss
            loss = f(pred)
        """,
        move("with tape:", "pred = model(x)", at_end=False),
    )


def test_string_in_front_of_another_block_is_no_docstring() -> None:
    check("b = 1\nif c:\n    'a'\n", "if c:\n    b = 1\n    'a'\n", move("if c:", "b = 1", at_end=False))


def test_move_to_the_start_of_a_function_passes_its_docstring() -> None:
    check(
        'a = 1\ndef f():\n    """Doc."""\n    b\n',
        'def f():\n    """Doc."""\n    a = 1\n    b\n',
        move("def f():", "a = 1", at_end=False),
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("with t: a  # end\nb = 1\n", "with t:\n    a  # end\n    b = 1\n"),
        ("with t: pass\nb = 1\n", "with t:\n    b = 1\n"),
        ("with t:\n    a\nx; b = 1; y\n", "with t:\n    a\n    b = 1\nx; y\n"),
        ("with t:\n    a\nb = 1; y  # end", "with t:\n    a\n    b = 1\ny  # end"),
        ("if c:\n    with t:\n        a\n    b = 1\n", "if c:\n    with t:\n        a\n        b = 1\n"),
        ("with t:\n    a\nif c:\n    b = 1\n", "with t:\n    a\n    b = 1\nif c:\n    pass\n"),
        ("if c:\n    with t:\n        a\nb = 1\n", "if c:\n    with t:\n        a\n        b = 1\n"),
        (
            "with t:\n    if c:\n        b = 1\n    a\n",
            "with t:\n    if c:\n        pass\n    a\n    b = 1\n",
        ),
        ("with t:\n\ta\nb = 1", "with t:\n\ta\n\tb = 1"),
        ("with t:\r\n  a\r\n\r\nb = 1\r\n\r\nc\r\n", "with t:\r\n  a\r\n  b = 1\r\n\r\nc\r\n"),
    ],
)
def test_move_in_tight_places(before: str, after: str) -> None:
    check(before, after, move("with t:", "b = 1"))


def test_moved_statement_and_its_new_home_are_edited_too() -> None:
    def both(tree: ast.Module) -> Finding:
        home = statement(tree, "with tf.GradientTape() as t:")
        loss = statement(tree, "loss = np.mean(p)")
        return finding(
            Move((loss,), home),
            Edit(node(tree, "np.mean(p)"), edits.callee("tf.reduce_mean")),
            Edit(home, edits.prepend_statement("t.watch(x)")),
        )

    check(
        "with tf.GradientTape() as t:\n    p = m(x)\nloss = np.mean(p)\n",
        "with tf.GradientTape(persistent=True) as t:\n    t.watch(x)\n    p = m(x)\n    loss = tf.reduce_mean(p)\n",
        both,
        change("tf.GradientTape()", edits.set_keyword("persistent", "True")),
    )


def test_moves_of_two_findings_keep_the_order_of_the_file() -> None:
    check(
        "with t:\n    a\nb = 1\nc = 2\n",
        "with t:\n    a\n    b = 1\n    c = 2\n",
        move("with t:", "c = 2"),
        move("with t:", "b = 1"),
    )


def test_moved_block_is_indented_anew() -> None:
    check(
        "with t:\n    a\nfor i in x:\n    # c\n    s = '''\n1'''\n    f(\n        i,\n    )\n",
        "with t:\n    a\n    for i in x:\n        # c\n        s = '''\n1'''\n        f(\n            i,\n        )\n",
        move("with t:", "for i in x:"),
    )


def test_home_replaced_by_another_finding_defers_the_move() -> None:
    result = run(
        "with t:\n    a\nb = 1\n",
        move("with t:", "b = 1"),
        lambda tree: finding(Edit(statement(tree, "with t:"), edits.statement("z = 0"))),
    )
    assert result.text == "z = 0\nb = 1\n"
    assert len(result.applied) == len(result.deferred) == 1


def test_move_into_itself_is_an_error() -> None:
    with pytest.raises(RewriteError, match="undo each other") as caught:
        run("\nif x:\n    with t:\n        a\n", move("with t:", "if x:"))
    assert caught.value.line == 2


# -- imports ---------------------------------------------------------------------------------------


def needs(*imports: ImportNeeded, unused: tuple[str, ...] = ()) -> Callable[[ast.Module], Finding]:
    return lambda tree: finding(
        Edit(node(tree, "np.sin(x)"), edits.callee("tf.sin")), imports=imports, unused=unused
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("np.sin(x)\n", "import tensorflow as tf\n\ntf.sin(x)\n"),
        (
            "#!python\n# licence\n\nnp.sin(x)\n",
            "#!python\n# licence\n\nimport tensorflow as tf\n\ntf.sin(x)\n",
        ),
        ('"""Doc."""\nnp.sin(x)\n', '"""Doc."""\n\nimport tensorflow as tf\n\ntf.sin(x)\n'),
        (
            "from __future__ import annotations\nimport os\n\nnp.sin(x)\n",
            "from __future__ import annotations\nimport os\nimport tensorflow as tf\n\ntf.sin(x)\n",
        ),
        ("import tensorflow as tf\nnp.sin(x)\n", "import tensorflow as tf\ntf.sin(x)\n"),
        (
            "try:\n    import tensorflow as tf\nexcept ImportError:\n    raise\nnp.sin(x)\n",
            "try:\n    import tensorflow as tf\nexcept ImportError:\n    raise\ntf.sin(x)\n",
        ),
        (
            "import os\n\ndef g():\n    import tensorflow as tf\n\ndef f(x):\n    return np.sin(x)\n",
            "import os\nimport tensorflow as tf\n\ndef g():\n    import tensorflow as tf\n\ndef f(x):\n    return tf.sin(x)\n",
        ),
        (
            "import os\nos.environ['A'] = '1'\nimport keras\n\nnp.sin(x)\nimport late\n",
            "import os\nos.environ['A'] = '1'\nimport keras\nimport tensorflow as tf\n\ntf.sin(x)\nimport late\n",
        ),
        ("import tensorflow\nnp.sin(x)\n", "import tensorflow\nimport tensorflow as tf\ntf.sin(x)\n"),
        ("import os\r\nnp.sin(x)", "import os\r\nimport tensorflow as tf\r\ntf.sin(x)"),
    ],
)
def test_import_is_added_once_and_behind_the_others(before: str, after: str) -> None:
    check(before, after, needs(TF))


def test_same_import_for_two_findings_is_added_once() -> None:
    check(
        "import os\n\nnp.sin(np.cos(x))\n",
        "import os\nimport tensorflow as tf\nfrom keras import ops\n\ntf.sin(tf.cos(x))\n",
        lambda tree: finding(Edit(node(tree, "np.sin(np.cos(x))"), edits.callee("tf.sin")), imports=(TF,)),
        lambda tree: finding(
            Edit(node(tree, "np.cos(x)"), edits.callee("tf.cos")), imports=(TF, ImportNeeded("keras", "ops"))
        ),
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("import numpy as np  # arrays\nimport os  # sys\n\nnp.sin(x)\n", "import os  # sys\n\ntf.sin(x)\n"),
        ("import os, numpy as np\nnp.sin(x)\n", "import os\ntf.sin(x)\n"),
        ("import numpy as np, os  # two\nnp.sin(x)\n", "import os  # two\ntf.sin(x)\n"),
        ("import os; import numpy as np\nnp.sin(x)\n", "import os\ntf.sin(x)\n"),
        ("def f(x):\n    import numpy as np\n\n    return np.sin(x)\n", "def f(x):\n    return tf.sin(x)\n"),
    ],
)
def test_unused_import_goes(before: str, after: str) -> None:
    check(before, after, needs(unused=("numpy",)))


@pytest.mark.parametrize(
    "rest",
    [
        "np.cos(x)\n",
        "__all__ = ['np']\n",
        "def f(a: 'np.ndarray'): ...\n",
        "def f():\n    global np\n",
        "np = 1\n",
        "del np\n",
    ],
)
def test_import_stays_while_something_refers_to_it(rest: str) -> None:
    check(
        "import numpy as np\nnp.sin(x)\n" + rest,
        "import numpy as np\ntf.sin(x)\n" + rest,
        needs(unused=("numpy",)),
    )


@pytest.mark.parametrize(
    "head",
    [
        "import numpy as numpy\n",
        "if TYPE_CHECKING:\n    import numpy as np\n",
        "try:\n    import numpy as np\nexcept ImportError:\n    pass\n",
        "from numpy import *\n",
        "import scipy as np\n",
    ],
)
def test_import_that_is_not_ours_to_drop(head: str) -> None:
    check(head + "np.sin(x)\n", head + "tf.sin(x)\n", needs(unused=("numpy",)))


def test_unused_name_of_a_from_import() -> None:
    check(
        "from numpy import (\n    pi,\n    sin,\n)\nx = sin(pi)\n",
        "from numpy import (\n    pi,\n)\nx = tf.sin(pi)\n",
        lambda tree: finding(
            Edit(node(tree, "sin(pi)"), edits.callee("tf.sin")), unused=("numpy.sin", "numpy.pi")
        ),
    )


# -- bytes and failures ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "x = f(1)",
        "a\rx = f(1)\rb\r",
        "a\r\nx = f(1)\nb\r",
        "\x0cx = f(1)\n",
        "if a:\n    b\n\x0c    x = f(1)\n\x0celse:\n    c\n",
        "a\n\x0c\n\x0cx = f(1)\n\x0c# c\n",
        "if a:\r\n \x0c \t x = f(1)\r\n \x0c \t z = '''\n\x0cq'''\r\n",
        "é = 'ü\u2028\x85'; x = f(1)\n",
        "class ñ:\n\tdef f(self):\n\t  x = f(1)\n",
        "x = f(1)  \n\n\n   # odd comment\n \t\n",
    ],
)
def test_other_bytes_stay(text: str) -> None:
    result = run(text, change("f(1)", edits.callee("g")))
    assert result.text == text.replace("f(1)", "g(1)")


def test_form_feed_moves_with_its_statement() -> None:
    check("with t:\n    a\n\x0cb = 1\nc\n", "with t:\n    a\n\x0c    b = 1\nc\n", move("with t:", "b = 1"))


def test_anchor_without_counterpart() -> None:
    tree = ast.parse("\nx = f(1)\n")
    anchor = ast.copy_location(ast.Name("f"), node(tree, "f(1)"))
    with pytest.raises(RewriteError, match="Name to be changed was not found") as caught:
        rewrite("\nx = f(1)\n", tree, [finding(Edit(anchor, edits.expression("g")))])
    assert (caught.value.line, caught.value.column) == (2, 5)


def test_anchor_of_a_kind_that_cannot_be_one() -> None:
    tree = ast.parse("x = (a, b)\n")
    with pytest.raises(RewriteError, match="Tuple to be changed cannot be an anchor"):
        rewrite("x = (a, b)\n", tree, [finding(Edit(node(tree, "(a, b)"), edits.expression("g")))])


def test_result_that_is_not_python() -> None:
    with pytest.raises(RewriteError, match="not valid Python") as caught:
        run("\nx = 1\n", change("x", edits.expression("f()")))
    assert caught.value.line == 2


def test_text_that_is_not_python() -> None:
    with pytest.raises(RewriteError, match="not an expression: 'a b'") as caught:
        run("\n\nx = f(1)\n", change("f(1)", edits.expression("a b")))
    assert caught.value.line == 3


def test_file_that_libcst_cannot_parse() -> None:
    tree = ast.parse("x = 1\n")
    with pytest.raises(RewriteError, match="libcst cannot parse") as caught:
        rewrite("x = 1\ny = (\n", tree, [finding(Edit(tree.body[0], edits.remove()))])
    assert caught.value.line is not None


def test_libcst_is_imported_only_when_something_changes() -> None:
    program = (
        "import ast, sys; from gradfix import edits; from gradfix.rewrite import rewrite;"
        "edits.callee('f'); rewrite('x', ast.parse('x'), []); print('libcst' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
