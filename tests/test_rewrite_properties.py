"""What holds for any program and any set of edits."""

from __future__ import annotations

import ast
import copy
import re
from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from gradfix import edits
from gradfix.join import KINDS
from gradfix.model import Edit, Finding, Move, Safety
from gradfix.rewrite import rewrite

QUICK = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
COMMENT = r"#[^\r\n]*"
NEWLINES = st.sampled_from(["\n", "\n", "\r\n", "\r"])
INDENTS = st.sampled_from(["    ", "  ", "\t", " \t"])
ENDS = st.sampled_from(["", "", "  # ç — note", "\t", " ;", ";  # two"])
ABOVE = st.sampled_from(["", "", "", "\n", "# über\n", "\n# a\n\n# b\n", "\f\n", "  # odd\n", "   \n"])
LEAVES = st.sampled_from(["a", "ñ", "-1", "'ü'", '"""x\ny"""', "[1, 2]", "b.c[0]", "(1)", "not d"])
HEADS = st.sampled_from(
    ["if a:", "with tape as t:  # ö", "for i in x:", "def fn(x, *y):", "class C(B):", "while a :"]
)


@dataclass
class Names:
    """Numbers the calls of a program, so that each has a name of its own."""

    calls: int = 0

    def next(self) -> str:
        self.calls += 1
        return f"f{self.calls}"


@st.composite
def expressions(draw: st.DrawFn, names: Names, depth: int = 2) -> str:
    if depth == 0:
        return draw(LEAVES)
    inner = [draw(expressions(names, depth - 1)) for _ in range(draw(st.integers(1, 2)))]
    gap = draw(st.sampled_from([", ", ",", ",\n   ", " ,  # é\n "]))
    match draw(st.integers(0, 4)):
        case 0:
            return draw(LEAVES)
        case 1:
            return (
                "("
                + draw(st.sampled_from([" + ", "**", " if z else ", " or ", " <\n "])).join([*inner, "e"])
                + ")"
            )
        case 2:
            return f"{names.next()}({gap.join(inner)}).m"
        case _:
            return f"{names.next()}({gap.join(inner)}{draw(st.sampled_from(['', ',', ', k=ü']))})"


@st.composite
def compounds(draw: st.DrawFn, names: Names, indent: str, depth: int, above: str = "") -> list[str]:
    head = draw(HEADS)
    if draw(st.booleans()):
        return [f"{above}{head.partition('  #')[0]} {draw(expressions(names))}"]
    inner = "\n".join(draw(blocks(names, indent, depth - 1))).split("\n")
    return [above + head, *(indent + line if line.strip() else line for line in inner)]


@st.composite
def blocks(draw: st.DrawFn, names: Names, indent: str, depth: int = 2) -> list[str]:
    """Return the lines of a block, each with what stands above it."""
    lines = []
    for _ in range(draw(st.integers(1, 3))):
        above = draw(ABOVE)
        kind = draw(st.integers(0, 4)) if depth else 0
        if kind == 4:
            lines += draw(compounds(names, indent, depth, above))
        elif kind == 3:
            lines.append(f"{above}s = {draw(expressions(names))}; {draw(expressions(names))}{draw(ENDS)}")
        else:
            lines.append(f"{above}v = {draw(expressions(names))}{draw(ENDS)}")
    return lines


@st.composite
def programs(draw: st.DrawFn) -> str:
    names, indent = Names(), draw(INDENTS)
    lines = [*draw(blocks(names, indent)), *draw(compounds(names, indent, 2)), *draw(blocks(names, indent))]
    text = "\n".join(lines) + draw(st.sampled_from(["\n", "", "\n\n  # tail\n"]))
    newlines = draw(st.lists(NEWLINES, min_size=1, max_size=3))
    parts = text.split("\n")
    text = "".join(
        part + (newlines[index % len(newlines)] if index < len(parts) - 1 else "")
        for index, part in enumerate(parts)
    )
    if draw(st.booleans()):
        text = re.sub(r"(?m)^(?=v)", "\f", text, count=1)
    try:
        ast.parse(text)
    except SyntaxError:
        assume(condition=False)
    return text


def calls(tree: ast.AST) -> dict[str, ast.Call]:
    return {
        node.func.id: node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id.startswith("f")
    }


def fix(name: str, call: ast.Call, kind: int) -> Finding:
    """Return a finding whose carried-out edit leaves a word of its own in the text: ``g`` for ``f``."""
    done = name.replace("f", "g")
    how = [
        edits.callee(done),
        edits.template(f"{done}({{arg0}}) + {{arg0}}"),
        edits.expression(done),
        edits.compose(edits.callee(done), edits.set_keyword("axis", "0")),
        edits.compose(edits.unwrap_argument(0), edits.template(f"{done} if {{node}} else 0")),
    ][kind]
    return Finding(call, name, Safety.SAFE, edits=(Edit(call, how),))


CHOICES = st.dictionaries(st.integers(1, 12).map("f{}".format), st.integers(0, 4), max_size=8)


@QUICK
@given(programs())
def test_edits_that_change_nothing_change_no_byte(text: str) -> None:
    tree = ast.parse(text)
    findings = [
        Finding(node, "", Safety.SAFE, edits=(Edit(node, lambda node: node),))
        for node in ast.walk(tree)
        if type(node) in KINDS
    ]
    result = rewrite(text, tree, findings)
    assert result.text == text
    assert len(result.applied) == len(findings)


@QUICK
@given(programs(), CHOICES)
def test_together_is_as_one_by_one(text: str, kinds: dict[str, int]) -> None:
    together = text
    while True:
        tree = ast.parse(together)
        findings = [fix(name, call, kinds[name]) for name, call in calls(tree).items() if name in kinds]
        if not findings:
            break
        result = rewrite(together, tree, findings)
        assert result.applied
        for finding in result.applied:
            assert re.search(rf"\b{finding.message.replace('f', 'g')}\b", result.text)
        together = result.text
    single = text
    while True:
        tree = ast.parse(single)
        left = [fix(name, call, kinds[name]) for name, call in calls(tree).items() if name in kinds]
        if not left:
            break
        single = rewrite(single, tree, left[:1]).text
    assert ast.dump(ast.parse(together)) == ast.dump(ast.parse(single))
    assert together == single


@QUICK
@given(programs(), CHOICES)
def test_what_is_outside_of_the_edited_statements_stays(text: str, kinds: dict[str, int]) -> None:
    tree = ast.parse(text)
    findings = [fix(name, call, kinds[name]) for name, call in calls(tree).items() if name in kinds]
    result = rewrite(text, tree, findings)
    ends = [0, *(found.end() for found in re.finditer(r"\r\n?|\n", text)), len(text)]
    spans = sorted((node.lineno, node.end_lineno or 0) for node in (finding.node for finding in findings))  # type: ignore[attr-defined]
    chunks: list[str] = []
    line = 1
    for first, last in spans:
        if first > line or not chunks:
            chunks.append(text[ends[line - 1] : ends[first - 1]])
        line = max(line, last + 1)
    chunks.append(text[ends[line - 1] :] if line <= len(ends) - 1 else "")
    assert re.fullmatch(".*".join(map(re.escape, chunks)), result.text, re.DOTALL)


def homes(tree: ast.AST) -> list[tuple[list[ast.stmt], int]]:
    """Return the blocks that hold a compound statement, each with the place of it."""
    return [
        (body, index)
        for node in ast.walk(tree)
        if isinstance(body := getattr(node, "body", None), list)
        for index, statement in enumerate(body)
        if hasattr(statement, "body") and isinstance(statement, ast.stmt)
    ]


def is_pass(body: list[ast.stmt]) -> bool:
    return len(body) == 1 and isinstance(body[0], ast.Pass)


@QUICK
@given(programs(), st.data())
def test_moved_statements_are_where_the_tree_says(text: str, data: st.DataObject) -> None:
    tree = ast.parse(text)
    places = homes(tree)
    assume(places)
    number = data.draw(st.integers(0, len(places) - 1))
    at_end = data.draw(st.booleans())
    body, index = places[number]
    others = [place for place in range(len(body)) if (place > index if at_end else place < index)]
    assume(others)
    picked = data.draw(st.lists(st.sampled_from(others), min_size=1, unique=True).map(sorted))
    move = Move(tuple(body[place] for place in picked), body[index], at_end=at_end)
    result = rewrite(text, tree, [Finding(body[index], "", Safety.SAFE, edits=(move,))])

    expected = copy.deepcopy(tree)
    wanted, _ = homes(expected)[number]
    home: Any = wanted[index]
    moved = [wanted[place] for place in picked]
    for statement in moved:
        wanted.remove(statement)
    start = (
        len(home.body)
        if at_end
        else int(ast.get_docstring(home, clean=False) is not None)
        if isinstance(home, (ast.FunctionDef, ast.ClassDef))
        else 0
    )
    home.body[start:start] = moved
    assert ast.dump(ast.parse(result.text)) == ast.dump(expected)
    assert sorted(re.findall(COMMENT, result.text)) == sorted(re.findall(COMMENT, text))


@QUICK
@given(programs(), st.data())
def test_removed_statements_are_gone_and_the_others_stay(text: str, data: st.DataObject) -> None:
    tree = ast.parse(text)
    simple = [node for node in ast.walk(tree) if isinstance(node, (ast.Assign, ast.Expr))]
    assume(simple)
    picked = data.draw(st.sets(st.integers(0, len(simple) - 1), min_size=1))
    findings = [
        Finding(simple[place], "", Safety.SAFE, edits=(Edit(simple[place], edits.remove()),))
        for place in picked
    ]
    result = rewrite(text, tree, findings)
    assert len(result.applied) == len(findings)

    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            body[:] = [each for each in body if not any(each is simple[place] for place in picked)]
            if not body and not isinstance(node, ast.Module):
                body.append(ast.Pass())
    assert ast.dump(ast.parse(result.text)) == ast.dump(tree)
