from __future__ import annotations

import ast

import pytest

from gradfix.model import Edit, Finding, Move, Safety
from gradfix.verify import untouched

BEFORE = '''"""Doc."""
import keras

x = 1  # one
# about y
y = bad(
    x)
with t:
    z = 2
    w = bad(3)
q = 4
'''


def judge(after: str, *, before: str = BEFORE) -> bool:
    tree = ast.parse(before)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    edits = tuple(Edit(call.func, lambda node: node) for call in calls)
    return untouched(before, tree, [Finding(calls[0], "", Safety.SAFE, edits=edits)], after)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("bad", "good"),
        ("y = bad(\n    x)\n", "y = good(x)\n"),
        ("y = bad(\n    x)\n", ""),
        ("    w = bad(3)\n", "    v = 1\n    w = good(v)\n"),
        ("import keras\n", "import keras\nimport tensorflow as tf\n"),
        ("import keras\n", ""),
        ("import keras\n", "import os\nimport keras\n"),
    ],
)
def test_changes_within_the_statements_and_imports(old: str, new: str) -> None:
    assert judge(BEFORE.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("x = 1  # one", "x = 1"),
        ("x = 1", "x = 2"),
        ("q = 4\n", "q = 4"),
        ("# about y\n", ""),
        ("q = 4\n", "q = 4\r\n"),
        ("q = 4\n", ""),
        ("q = 4\n", "q = 4\nr = 5\n"),
        ("    z = 2\n", "\tz = 2\n"),
        ("with t:", "with  t:"),
        ('"""Doc."""', "'''Doc.'''"),
        ("x = 1", "new = 0\nx = 1"),
        ("    z = 2\n", "    import os\n    z = 2\n"),
        ("import keras\n", "import keras\nkeras.config()\n"),
    ],
)
def test_changes_elsewhere(old: str, new: str) -> None:
    assert not judge(BEFORE.replace(old, new))


def test_a_statement_that_goes_takes_its_comment_along() -> None:
    before = "a = 1\n# about b\nb = 2\n# about c\nc = 3\n"
    tree = ast.parse(before)
    finding = Finding(tree.body[1], "", Safety.SAFE, edits=(Edit(tree.body[1], lambda node: node),))

    assert untouched(before, tree, [finding], "a = 1\n# about c\nc = 3\n")
    assert not untouched(before, tree, [finding], "a = 1\nc = 3\n")


def test_imports_before_the_first_statement() -> None:
    before = "#!/usr/bin/python\n# license\n\n# about x\nx = bad(1)\n"

    assert judge("#!/usr/bin/python\n# license\n\nimport os\n\n# about x\nx = bad(1)\n", before=before)
    assert not judge("# license\n\n# about x\nx = bad(1)\n", before=before)


def test_a_move_frees_what_moves_and_where_it_goes() -> None:
    before = "with t:\n    a = 1\n# why\nb = 2\nc = 3\n"
    tree = ast.parse(before)
    finding = Finding(tree.body[1], "", Safety.SAFE, edits=(Move((tree.body[1],), tree.body[0]),))

    assert untouched(before, tree, [finding], "with t:\n    a = 1\n    # why\n    b = 2\nc = 3\n")
    assert not untouched(before, tree, [finding], "with t:\n    a = 1\n    # why\n    b = 2\nc = 4\n")
