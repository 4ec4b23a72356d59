"""Notebooks: IPython's syntax, the file of a notebook, and its cells in everything that people see."""

from __future__ import annotations

import ast
import codecs
import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradfix import away, pool
from gradfix.cells import assembled, changed, relocated, sources
from gradfix.engine import Options, write
from gradfix.errors import RewriteError, SourceError
from gradfix.magics import Masks, python_of
from gradfix.model import Cell, Diagnostic, ImportNeeded
from gradfix.notebook import speaks_python
from gradfix.pool import Scan, check_many
from gradfix.source import Source, encode, from_bytes
from tests.fakes import Rename
from tests.notebooks import LOSSES, TRAIN, document, notebook

FIX = Options(fix=True)


def cells(*texts: str) -> list[tuple[Cell, str]]:
    return [(Cell(number, "", 0, "", 0, 0), text) for number, text in enumerate(texts, 1)]


def opened(text: str | bytes, path: str = "train.ipynb") -> Source:
    return from_bytes(text.encode() if isinstance(text, str) else text, path)


# -- IPython's syntax ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("%matplotlib inline", "_0_"),
        ("!pip install -q x", "_0_"),
        ("x = !ls", "x = _0_"),
        ("a.b['c'] = !ls {y} $z $HOME", "a.b['c'] = _0_(y, z, HOME)"),
        ("x = %time f(a.b)", "x = _0_(f, a)"),
        ("x = y = %who", "x = y = _0_"),
        ("%time y = head(h)", "_0_;y = head(h)"),
        ("%time f(x", "_0_(f, x)"),
        ("%timeit -n 10 f(x)", "_0_(n, f, x)"),
        ("%store h", "_0_(h)"),
        ("/f a b", "_0_(f, a, b)"),
        (",f a b\n;f a", "_0_\n_1_"),
        ("foo?", "_0_(foo)"),
        ("foo.bar??  ", "_0_(foo)"),
        ("?foo\n??foo", "_0_(foo)\n_1_(foo)"),
        ("%%time?\nx", "_0_\nx"),
        ("if x:\n    %time f()\nelse:\n\t!ls", "if x:\n    _0_;f()\nelse:\n\t_1_"),
        ("def f():\n    !ls", "def f():\n    _0_"),
        ("!pip install a \\\n  b\nx = 1", "(_0_\n)\nx = 1"),
        ("%time f(a) \\\r\n  + 1", "_0_(f, a\r\n)"),
        ("x = 1\r!ls\rx", "x = 1\r_0_\rx"),
        ("# c\n!ls\n", "# c\n_0_\n"),
        # Python that only looks like it:
        ("a = (b\n % c)", None),
        ("a = b \\\n % c", None),
        ("s = '''\n%foo\n!ls\nwhat?'''", None),
        ('s = r"""\\"""\n% 3\n"""', None),
        ("x = 'is it?'  # 100%?", None),
        ("x = 'it\\'s' % y  # isn't !ls", None),
        ("f'{x!r} {y!s}'", None),
        ("x != y\nx %= 3\nx = '%s' % y", None),
        ("print(a,\n,b) if x else y", None),
        ("plt.show();", None),
        ("await f()", None),
        ("ls = 3\nls -1", None),
    ],
)
def test_what_is_not_python_gets_a_stand_in(cell: str, text: str | None) -> None:
    masks = Masks("_")

    python = python_of(cell, masks)

    assert python is not None
    assert python.text == (cell if text is None else text)
    assert cell.count("\n") == python.text.count("\n")
    if "\n,b" not in cell:
        ast.parse(python.text)


@pytest.mark.parametrize(
    "cell",
    [
        "%%bash\nls",
        "%%html\n<b>",
        "%%writefile a.py\nx = 1",
        "%%javascript",
        "%%script --bg python\nx",
        "%%no_such_magic\nx = 1",
        "\n# a comment\n%%bash\nls",
        "%%time\n%%bash\nls",
        "pip install -q tensorflow",
        "ls -l data",
    ],
)
def test_cells_that_are_not_python_are_left_out(cell: str) -> None:
    assert python_of(cell, Masks("_")) is None


@pytest.mark.parametrize(
    ("cell", "head", "names", "bound"),
    [
        ("%%time\nx = 1", "%%time\n", (), ""),
        ("\n# c\n%%time\nx = 1", "\n# c\n%%time\n", (), ""),
        ("%%timeit y = g(h)\nx = 1", "%%timeit y = g(h)\n", ("y", "g", "h"), ""),
        ("%%capture --no-stderr out\n%%time\nx = 1", "%%capture --no-stderr out\n%%time\n", (), "out"),
    ],
)
def test_a_cell_magic_may_leave_python(cell: str, head: str, names: tuple[str, ...], bound: str) -> None:
    python = python_of(cell, Masks("_"))

    assert python is not None
    assert (python.text, python.head, python.names, python.bound) == ("x = 1", head, names, bound)


LINES = st.sampled_from(
    [
        "%matplotlib inline",
        "%time x = f(y)",
        "%timeit f(x)  # often",
        "!echo 'it''s $x' \\\n  more",
        "files = !ls",
        "x = %who_ls int",
        "model?",
        "??model.fit",
        "x = 1",
        "y = '''\n%no !no no?\n'''",
        "z = (1\n  % 2)",
        "if x:\n    !ls\n    %time x = 2",
        "for i in x:\n\tpass  # %",
        "print('é → \\u00e9', x % 3, \"?\");",
        "",
        "# a comment?",
    ]
)
PLAIN = {"x = 1", "z = (1", "  % 2)", "%no !no no?", "for i in x:", "", "# a comment?"}
MAGICS = st.sampled_from(["", "", "", "%%time\n", "%%capture out\n", "%%bash\n", "\n%%timeit x = 3\n"])
CELLS = st.lists(
    st.builds(
        lambda magic, lines, end: magic + "\n".join(lines) + end,
        MAGICS,
        st.lists(LINES, max_size=5),
        st.sampled_from(["", "\n"]),
    ),
    max_size=5,
)


@given(CELLS)
def test_the_text_of_a_notebook_is_python_and_can_be_cut_up_again(texts: list[str]) -> None:
    text, made = assembled(cells(*texts))

    ast.parse(text)
    kept = [texts[cell.number - 1] for cell in made.cells]
    assert sources(made, text) == kept
    assert relocated(made, text) == made
    assert all("%%bash" in one for one in texts if one not in kept)
    lines = text.split("\n")
    for cell, source in zip(made.cells, kept, strict=True):
        for number, line in enumerate(source[len(cell.head) :].split("\n")):
            if line in PLAIN:
                assert lines[cell.line - 1 + number] == line


@given(st.lists(st.text(st.sampled_from("%!?'\"\\\n\r ab=()#;,/{}"), max_size=30), max_size=3))
def test_anything_in_a_cell_comes_back(texts: list[str]) -> None:
    text, made = assembled(cells(*texts))

    assert sources(made, text) == [texts[cell.number - 1] for cell in made.cells]


def test_a_cell_of_which_nothing_is_left_is_empty() -> None:
    text, made = assembled(cells("a", "b = 1", "c\n%time d"))

    for left in ("", "\n"):
        new = text.replace("b = 1\n", left)
        assert sources(made, new) == ["a", "", "c\n%time d"]
        again = relocated(made, new)
        lines = new.split("\n")
        assert [lines[cell.line - 1] for cell in again.cells if cell.number != 2] == ["a", "c"]
        assert lines[again.shifts[0][0] - 1] == "_notebook_0_;d"


def test_a_cell_may_hold_the_words_that_stand_for_others() -> None:
    texts = ["_notebook_ = 1\n!ls", '"_notebook_2_cell 1"', "!ls"]
    text, made = assembled(cells(*texts))

    assert made.word == "_notebook_3_"
    assert sources(made, text) == texts


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"_notebook_cell 2"\n', ""),
        ('"_notebook_cell 2"', '  "_notebook_cell 2"'),
        ('"_notebook_cell 2"\n', '"_notebook_cell 2"\n"_notebook_cell 2"\n'),
        ('"_notebook_cell 1"\n', 'import os\n"_notebook_cell 1"\n'),
        ("_notebook_0_\n", "pass\n"),
        ("_notebook_0_\n", "_notebook_0_\n_notebook_0_\n"),
        ("_notebook_1_;f()", "_notebook_1_\nf()"),
        ("b = 2", "%bad"),
    ],
)
def test_a_text_that_is_not_the_cells_any_more_is_refused(old: str, new: str) -> None:
    text, made = assembled(cells("!ls\na = 1", "%time f()", "%%time\nb = 2"))
    assert old in text

    with pytest.raises(RewriteError):
        sources(made, text.replace(old, new))


# -- the file --------------------------------------------------------------------------------------


@given(
    CELLS,
    st.sampled_from([None, 0, 1, 4]),
    st.booleans(),
    st.booleans(),
    st.sampled_from([b"", codecs.BOM_UTF8]),
    st.sampled_from([b"\n", b"\r\n"]),
    st.sampled_from([b"", b"\n", b"\n\n"]),
    st.booleans(),
)
def test_only_the_source_of_a_changed_cell_changes(
    texts: list[str],
    indent: int | None,
    ascii_only: bool,
    listed: bool,
    bom: bytes,
    newline: bytes,
    end: bytes,
    tight: bool,
) -> None:
    separators = (",", ":") if tight else None
    held = document("#md é", *texts, "last = 'é'\nend", listed=listed)
    made = json.dumps(held, indent=indent, ensure_ascii=ascii_only, separators=separators)
    raw = bom + made.encode().replace(b"\n", newline) + end
    source = opened(raw)

    assert encode(source, source.text) == raw
    held["cells"][-1]["source"] = ["first = 'é'\n", "last = 'é'\n", "more"] if listed else "first = 'é'\nmore"
    expected = json.dumps(held, indent=indent, ensure_ascii=ascii_only, separators=separators)
    new = source.text.replace("last = 'é'\nend", "first = 'é'\n" + "last = 'é'\n" * listed + "more")
    assert encode(source, new) == bom + expected.encode().replace(b"\n", newline) + end


@pytest.mark.parametrize(
    ("old", "source", "new"),
    [
        ('["bad"]', "good", '["good"]'),
        ('[ "bad\\n" , "x" ]', "a\nb\nc", '[ "a\\n" , "b\\n" , "c" ]'),
        ('["b\\u0061d"]', "good", '["good"]'),
        ('["\\u00e9 = bad\\n","#\\/ \\u003c"]', "é = good\n#/ <", '["\\u00e9 = good\\n","#\\/ \\u003c"]'),
        ('["é = bad\\n",\n"\\u00e8"]', "é = good\nè", '["é = good\\n",\n"\\u00e8"]'),
        ('"\\u00e9 = bad"', "é = good", '"\\u00e9 = good"'),
        ('"é = bad"', "é = good", '"é = good"'),
        ('["bad"]', "", "[]"),
        ('"bad"', "", '""'),
        ("[]", "a\nb", '["a\\n", "b"]'),
        ('["bad"]', "'\\ud800'", "[\"'\\\\ud800'\"]"),
    ],
)
def test_a_new_source_is_written_as_the_old_one(old: str, source: str, new: str) -> None:
    file = '{"cells": [{"cell_type": "code", "source": %s, "x": "\\t"}], "nbformat": 4}'
    before = opened(file % old)
    assert before.notebook is not None
    (was,) = sources(before.notebook, before.text)

    after = encode(
        before, before.text.replace(f"{was}\n", f"{source}\n") if was else f"{before.text}{source}\n"
    )

    # An empty cell is one line of the text, which stays in front.
    assert after.decode() == file % (new if was else new.replace('["a', '["\\n", "a'))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"cells": [\n  {,\n', "train.ipynb:2:4: is not valid JSON: Expecting property name"),
        ('{"cells": [', "train.ipynb:1:12: is not valid JSON: Expecting value"),
        ('{"cells": [] "a"', "train.ipynb:1:14: is not valid JSON: Expecting ',' delimiter"),
        ('{"cells" []}', "train.ipynb:1:10: is not valid JSON: Expecting ':' delimiter"),
        ("{} x", "train.ipynb:1:4: is not valid JSON: Extra data"),
        ("[1]", "train.ipynb: is not a notebook"),
        ("{}", "train.ipynb: is not a notebook"),
        ('{"nbformat": 4}', "train.ipynb: is not a notebook: it has no cells"),
        ('{"nbformat": 4, "cells": {}}', "train.ipynb: is not a notebook: it has no cells"),
        (
            '{"nbformat": 4, "cells": [1, {"cell_type": "code", "source": [1]}]}',
            "train.ipynb: is not a notebook: cell 2 has no source",
        ),
        (
            '{"nbformat": 3, "worksheets": []}',
            "train.ipynb: is a notebook of format 3; only format 4 is read",
        ),
        (
            '{"nbformat": 4, "cells": [], "metadata": {"kernelspec": {"language": "julia"}}}',
            "train.ipynb: is a notebook in julia, not in Python",
        ),
        ('{"a": ' + "[" * 100_000, "train.ipynb: is not a notebook: nested too deeply"),
        (b'{"cells": [\n"\xff"', "train.ipynb:2: cannot be decoded as utf-8: invalid start byte"),
    ],
)
def test_what_is_not_a_notebook_is_told(text: str | bytes, words: str) -> None:
    with pytest.raises(SourceError) as refused:
        opened(text)
    assert str(refused.value).startswith(words)


def test_an_empty_file_is_a_notebook_without_cells() -> None:
    assert opened("").text == opened(" \n").text == ""
    assert encode(opened(" \n"), "") == b" \n"


def test_cells_of_other_languages_are_left_out() -> None:
    held = document("x = 1", "y <- 1", "z = 1")
    held["cells"][1]["metadata"] = {"vscode": {"languageId": "r"}}
    held["cells"][2]["metadata"] = {"vscode": {"languageId": "python"}}
    held["cells"].append({"cell_type": "raw", "source": "raw"})

    source = opened(json.dumps(held))

    assert source.notebook is not None
    assert [cell.number for cell in source.notebook.cells] == [1, 3]


@pytest.mark.parametrize(
    ("metadata", "python"),
    [
        ({}, True),
        ({"language_info": {"name": "python", "version": "3"}}, True),
        ({"language_info": {"name": "R"}, "kernelspec": {"name": "ir", "language": "R"}}, False),
        ({"kernelspec": {"language": "julia"}}, False),
        ({"kernelspec": {"name": "python3"}}, True),
        ({"language_info": {"name": "pyspark"}}, True),
    ],
)
def test_the_language_shows_without_reading_the_cells(metadata: dict[str, Any], python: bool) -> None:
    made = notebook('s = \'"language_info": {"name": "R"}\'', metadata=metadata)

    assert speaks_python(made.encode()) is python
    assert speaks_python(b'{"metadata": {"language_info": {"name": ')
    if python:
        opened(made)
    else:
        with pytest.raises(SourceError, match="is a notebook in"):
            opened(made)


# -- places and fixes ------------------------------------------------------------------------------

RENAME = Rename("fake", "bad", "good")
IMPORTING = Rename("fake", "bad", "np.good", imports=(ImportNeeded("numpy", alias="np"),))


def settled(text: str, codemod: Rename = RENAME, options: Options = FIX) -> Any:
    """Return what is shown of a notebook that stands in the working directory."""
    Path("train.ipynb").write_text(text, encoding="utf-8")
    (result,) = check_many(["train.ipynb"], [codemod], options)
    return result


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def place(one: Diagnostic) -> tuple[int | None, int, int, int, int]:
    at = one.place
    return at.cell, at.line, at.column, at.end_line, at.end_column


@pytest.mark.parametrize(
    ("texts", "places"),
    [
        (["import keras", "#md bad", "x\n  = 1\nbad"], []),
        (["import keras", "#md bad", "x = 1\ny = bad"], [(3, 2, 5, 2, 8)]),
        (["import keras\nbad", "%%bash\nbad", "!ls\nbad"], [(1, 2, 1, 2, 4), (3, 2, 1, 2, 4)]),
        (["import keras", "# c\n%%time\n\nbad"], [(2, 4, 1, 4, 4)]),
        (["import keras", "if 1:\n    %time x = bad"], [(2, 2, 15, 2, 18)]),
        (["import keras", "%time  'é', bad, [bad]"], [(2, 1, 13, 1, 16), (2, 1, 19, 1, 22)]),
        (["import keras", "x = '''\n'''; (bad,\n bad)\n"], [(2, 2, 7, 2, 10), (2, 3, 2, 3, 5)]),
    ],
)
def test_places_are_those_in_the_cell(texts: list[str], places: list[tuple[int, ...]]) -> None:
    result = settled(notebook(*texts), options=Options(edits=True))

    assert [place(one) for one in result.found] == places
    for one in result.found:
        assert [step.place.cell for step in one.path_of_gradient if step.place] == [one.place.cell]
        assert one.fix == () or [edit.place for edit in one.fix] == [one.place]


def test_a_repair_is_told_by_the_cells_it_was_made_in() -> None:
    codemod = Rename("fake", "bad", "(worse,\n\n\nbad)[0]")

    class Once(Rename):
        """Renames step by step, and adds lines."""

        def find(self, module: Any) -> Any:
            for one in super().find(module):
                if "worse" in module.text:
                    self.new = "good"
                yield one

    codemod = Once("fake", "bad", "(worse,\n\n\nbad)[0]")
    result = settled(notebook("import keras", "bad", "x\nbad"), codemod)

    assert [place(one)[:3] for one in result.fixed] == [(2, 1, 1), (3, 2, 1), (2, 4, 1), (3, 5, 1)]


@pytest.mark.parametrize(
    ("texts", "line"),
    [
        (["x = 1", "#md", "y = 1\nz = (\n"], "train.ipynb:cell 3:2:5: cannot parse: '(' was never closed"),
        (["'''", "x = (", "'''"], "train.ipynb:cell 1:1:1: cannot parse: unterminated triple-quoted"),
        (["x = [1,", "2]"], "train.ipynb:cell 1:1:5: cannot parse: '[' was never closed"),
        (["if x:", "    y = 1"], "train.ipynb:cell 1:1:6: cannot parse: expected an indented block"),
        (["%%time\n\nx = ="], "train.ipynb:cell 1:3:5: cannot parse: invalid syntax"),
        (["x = '\0'"], "train.ipynb: cannot parse: source code string cannot contain null bytes"),
    ],
)
def test_the_cell_that_cannot_be_parsed_is_named(texts: list[str], line: str) -> None:
    result = settled(notebook(*texts))

    assert str(result.problem).startswith(line)


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["import keras", "x = 1", "bad"], ["import keras\nimport numpy as np", "x = 1", "np.good"]),
        (
            ["%pip install keras", "import keras", "def f():\n    bad"],
            ["%pip install keras", "import keras\nimport numpy as np", "def f():\n    np.good"],
        ),
        (["%%time\nimport keras\nbad"], ["%%time\nimport keras\nimport numpy as np\nnp.good"]),
        (["%%time\n'keras'", "bad"], ["%%time\n\nimport numpy as np\n\n'keras'", "np.good"]),
        (
            ["'keras'", "import tensorflow", "bad"],
            ["'keras'", "import tensorflow\nimport numpy as np", "np.good"],
        ),
    ],
)
def test_an_import_lands_in_a_cell(texts: list[str], expected: list[str]) -> None:
    result = settled(notebook(*texts), IMPORTING)

    assert result.problem is None
    assert sources(result.notebook, result.after) == expected


def test_a_fix_that_would_break_a_magic_writes_nothing() -> None:
    class Before(Rename):
        """Puts a statement before one."""

        def find(self, module: Any) -> Any:
            from gradfix.edits import insert_before
            from gradfix.model import Edit, Finding, Safety

            for node in module.tree.body if "bad = 1" not in module.text else ():
                match node:
                    case ast.Expr(value=ast.Name(id="bad")):
                        edits = (Edit(node, insert_before("bad = 1")),)
                        yield Finding(node, "bad", Safety.SAFE, edits=edits)

    text = notebook("import keras", "%time bad")
    result = settled(text, Before("fake", "bad"))

    assert (result.after, len(result.remaining)) == (None, 1)
    assert str(result.problem) == "train.ipynb: the repair would break the line of '%time'; not written"
    (shown,) = settled(text, Before("fake", "bad"), Options(edits=True)).found
    assert shown.fix is None
    assert write(result) == result
    assert Path("train.ipynb").read_text(encoding="utf-8") == text


def test_cells_that_a_fix_does_not_touch_are_not_changed() -> None:
    result = settled(notebook("import keras\n!ls", "bad\n%who", "x"))

    assert [
        (cell.number, old, new) for cell, old, new in changed(result.notebook, result.before, result.after)
    ] == [(2, "bad\n%who", "good\n%who")]


def test_comments_silence_a_cell_or_the_notebook() -> None:
    result = settled(notebook("import keras", "bad  # gradfix: ignore", "bad"))
    assert [one.place.cell for one in result.found] == [3]
    assert settled(notebook("import keras", "# gradfix: skip-file", "bad")).found == ()


def test_the_gate_sees_the_python_of_the_cells_alone() -> None:
    assert "keras" not in opened(notebook("#md keras", "%%bash\npip install keras", "x")).text
    assert "keras" in opened(notebook("#md", "import keras", ascii_only=True)).text


def test_a_notebook_that_has_changed_is_not_written() -> None:
    result = settled(notebook("import keras", "bad"))
    text = notebook("import keras", "x", "bad")
    Path("train.ipynb").write_text(text, encoding="utf-8")

    assert "has changed" in str(write(result).problem)
    assert Path("train.ipynb").read_text(encoding="utf-8") == text


# -- programs of several files ---------------------------------------------------------------------


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_notebook_imports_the_modules_beside_it(jobs: int) -> None:
    from gradfix.codemod import load_codemods

    Path("losses.py").write_text(LOSSES, encoding="utf-8")
    Path("train.ipynb").write_text(notebook(*TRAIN), encoding="utf-8")
    losses, train = check_many(["losses.py", "train.ipynb"], load_codemods(), FIX, jobs=jobs)

    assert (train.found, train.after) == ((), None)
    (one,) = losses.found
    assert [(use.path, use.cell, use.line, use.column) for use in one.uses] == [("train.ipynb", 4, 4, 1)]
    assert one.message.endswith(" (differentiated in train.ipynb:cell 4:4).")
    assert [(step.path, step.place.cell) for step in one.path_of_gradient if step.place] == [(None, None)] * 3
    assert losses.after is not None

    (alone,) = check_many(["train.ipynb"], load_codemods())
    (pointer,) = alone.found
    assert place(pointer)[:3] == (4, 4, 1)
    assert pointer.message.startswith("the cause lies in losses.py:5: ")


def test_what_a_notebook_imports_is_sent_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from gradfix.codemod import load_codemods

    Path("losses.py").write_text(LOSSES, encoding="utf-8")
    Path("train.ipynb").write_text(notebook(*TRAIN), encoding="utf-8")
    expected = check_many(["train.ipynb"], load_codemods())

    def here(*_: object) -> Any:
        pytest.fail("something was not sent")

    monkeypatch.setattr(pool, "_one", here)
    with ThreadPoolExecutor(1) as executor:
        scan = Scan(["train.ipynb"], load_codemods(), executor=executor)
        assert scan.settle(scan.results()) == expected
    assert expected[0].found
    assert away.Sent is not None


def test_modules_never_import_notebooks() -> None:
    from gradfix.codemod import load_codemods

    Path("losses.ipynb").write_text(notebook(LOSSES), encoding="utf-8")
    Path("train.py").write_text("\n".join(TRAIN[1:]).replace("%", "#"), encoding="utf-8")

    (train,) = check_many(["train.py"], load_codemods())
    assert train.found == ()


def test_the_words_of_a_separator_pass_no_gate() -> None:
    text, _ = assembled(cells("x", "!ls", "%%timeit y\nz"))

    assert re.findall("keras|tensorflow|gradfix:", text) == []
