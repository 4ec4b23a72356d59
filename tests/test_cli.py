"""The command line as people run it: in a process of its own, with codemods of an installed package."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

PLUGIN = """
import ast
from gradfix.codemod import Codemod
from gradfix.model import Edit, Finding, Safety, Step

class Rename(Codemod):
    old = new = safety = None
    def find(self, module):
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Name) and node.id == self.old:
                path = (Step(None, "dense(x)"), Step(node, self.old, cut=True), Step(None, "loss"))
                edits = (Edit(node, self.change),) if self.new else ()
                yield Finding(node, f"{self.old} loses it", self.safety, path, edits)
    def change(self, node):
        return node.with_changes(value=self.new)
"""
CODEMOD = '''
from gradfix.model import Safety
from {package}._base import Rename

class One(Rename):
    """The name ``{old}`` is wrong.

    ## Why

    It says so.
    """
    old, new, safety = {old!r}, {new!r}, Safety.{safety}
'''
SLOW = '''
import time
from pathlib import Path
from gradfix.codemod import Codemod

class Slow(Codemod):
    """Takes its time, and leaves a file that says that it has begun."""
    gate = ("slowly",)
    def find(self, module):
        yield from ()
        Path("slow").touch()
        time.sleep(60)
'''
PACKAGE = "fake_codemods"
NAMES = "fake-bad,fake-risky,fake-doubtful"

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture(scope="session")
def plugin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with an installed package of codemods, as another team would have it."""
    site = tmp_path_factory.mktemp("site")
    package, info = site / PACKAGE, site / f"{PACKAGE}-1.dist-info"
    package.mkdir()
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {PACKAGE}\nVersion: 1\n")
    (info / "entry_points.txt").write_text(f"[gradfix.codemods]\nfake = {PACKAGE}\n")
    (package / "__init__.py").write_text("")
    (package / "_base.py").write_text(PLUGIN)
    for name, new, safety in (
        ("bad", "good", "SAFE"),
        ("risky", "sound", "UNSAFE"),
        ("doubtful", "", "ADVICE"),
    ):
        text = CODEMOD.format(package=PACKAGE, old=name, new=new, safety=safety)
        (package / f"fake_{name}.py").write_text(text)
    (package / "fake_slow.py").write_text(SLOW)
    return site


@pytest.fixture
def environment(plugin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.chdir(tmp_path)
    unwanted = {"NO_COLOR", "FORCE_COLOR", "PYTHONPATH"}
    kept = {key: value for key, value in os.environ.items() if key not in unwanted}
    return kept | {"PYTHONPATH": str(plugin), "TERM": "xterm", "PYTHONIOENCODING": "utf-8"}


@pytest.fixture
def run(environment: dict[str, str]) -> Run:
    def run(*arguments: str, stdin: bytes = b"", **extra: str) -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-m", "gradfix", *arguments]
        return subprocess.run(
            command, input=stdin, capture_output=True, env=environment | extra, timeout=60, check=False
        )

    return run


def program(name: str, *lines: str) -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(["import keras", *lines, ""]))
    return path


def test_a_report(run: Run) -> None:
    program("train.py", "x = 1", "y = bad(x)", "z = risky, doubtful")

    done = run("train.py", "--select", NAMES)

    assert done.returncode == 1
    assert done.stderr == b""
    assert done.stdout.decode() == (
        "train.py:3:5  fake-bad  safe\n"
        "  bad loses it\n"
        "    dense(x) ✂ bad ──▶ loss\n"
        "\n"
        "train.py:4:5  fake-risky  unsafe\n"
        "  risky loses it\n"
        "    dense(x) ✂ risky ──▶ loss\n"
        "\n"
        "train.py:4:12  fake-doubtful  advice\n"
        "  doubtful loses it\n"
        "    dense(x) ✂ doubtful ──▶ loss\n"
        "\n"
        "Found 3 findings: 1 fixable with --apply, 1 with --unsafe, 1 to be settled by hand.\n"
    )


def test_nothing_to_do(run: Run) -> None:
    program("train.py", "x = 1")

    done = run()

    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == b"No cut gradient found in 1 file.\n"
    assert run("--diff").stdout == b""
    assert json.loads(run("--output-format", "json").stdout) == []


def test_output_that_cannot_carry_arrows(run: Run) -> None:
    program("train.py", "bad")

    done = run("--select", NAMES, PYTHONIOENCODING="ascii")

    assert b"    dense(x) -x- bad --> loss\n" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "text", "code"),
    [
        ([], "bad, risky, doubtful", 1),
        (["--exit-zero"], "bad, risky, doubtful", 0),
        (["--apply"], "good, risky, doubtful", 1),
        (["--apply", "--unsafe"], "good, sound, doubtful", 1),
        (["--apply", "--unsafe", "--ignore", "fake-doubtful"], "good, sound, doubtful", 0),
        (["--apply", "--select", "fake-bad"], "good, risky, doubtful", 0),
        (["--apply", "--exit-zero"], "good, risky, doubtful", 0),
        (["--diff"], "bad, risky, doubtful", 1),
        (["--diff", "--exit-zero"], "bad, risky, doubtful", 0),
    ],
)
def test_exit_codes_and_what_is_written(run: Run, arguments: list[str], text: str, code: int) -> None:
    path = program("train.py", "bad, risky, doubtful")
    select = [] if "--select" in arguments else ["--select", NAMES]

    done = run("train.py", *select, *arguments)

    assert path.read_text() == f"import keras\n{text}\n"
    assert done.returncode == code, done.stderr


def test_a_diff_can_be_applied(run: Run) -> None:
    path = program("pkg/train.py", "bad, risky")
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n") + b"# \xc3\xa4")

    done = run(".", "--diff", "--unsafe", "--select", NAMES)

    assert done.returncode == 1
    assert done.stderr == b"2 findings in 1 file would be fixed.\n"
    subprocess.run(["git", "apply"], input=done.stdout, check=True)
    assert path.read_bytes() == b"\xef\xbb\xbfimport keras\r\ngood, sound\r\n# \xc3\xa4"


def test_json(run: Run) -> None:
    program("train.py", "y = 'ä', bad", "doubtful")

    done = run("--output-format", "json", "--select", NAMES)

    place = {"cell": None, "line": 2, "column": 10, "end_line": 2, "end_column": 13}
    nowhere = dict.fromkeys(place)
    bad, doubtful = json.loads(done.stdout)
    assert done.returncode == 1
    assert bad == {
        "codemod": "fake-bad",
        "path": "train.py",
        **place,
        "message": "bad loses it",
        "safety": "safe",
        "path_of_gradient": [
            {"text": "dense(x)", "cut": False, "path": None, **nowhere},
            {"text": "bad", "cut": True, "path": None, **place},
            {"text": "loss", "cut": False, "path": None, **nowhere},
        ],
        "uses": [],
        "fix": [{**place, "text": "good"}],
    }
    assert (doubtful["safety"], doubtful["fix"]) == ("advice", None)


def test_concise_statistics_and_quiet(run: Run) -> None:
    program("a.py", "bad, bad")
    program("b.py", "risky")

    concise = run("--output-format", "concise", "--quiet", "--select", NAMES).stdout.decode()
    assert concise.splitlines() == [
        "a.py:2:1: fake-bad[safe] bad loses it",
        "a.py:2:6: fake-bad[safe] bad loses it",
        "b.py:2:1: fake-risky[unsafe] risky loses it",
    ]
    assert run("--statistics", "--select", NAMES).stdout == b"2  fake-bad\n1  fake-risky\n"
    counted = run("--statistics", "--output-format", "json", "--select", NAMES)
    assert json.loads(counted.stdout)[0] == {"codemod": "fake-bad", "count": 2}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--select", "fake-bat"], "unknown codemod 'fake-bat'; did you mean 'fake-bad'"),
        (["--diff", "--apply"], "choose one"),
        (["--diff", "--output-format", "json"], "--diff goes with neither"),
        (["-", "a.py"], "standard input"),
        (["--config", "none.toml"], "none.toml: cannot be read"),
        (["--no-such"], "No such option"),
        (["--output-format", "xml"], "is not one of"),
        (["explain", "fake-bat"], "did you mean 'fake-bad'"),
        (["explain"], "Missing argument"),
        (["--jobs", "0"], "--jobs"),
    ],
)
def test_bad_usage(run: Run, arguments: list[str], words: str) -> None:
    done = run(*arguments)

    assert done.returncode == 2
    assert done.stdout == b""
    assert words in done.stderr.decode()
    assert b"Traceback" not in done.stderr


def test_bad_files_are_told_and_the_others_done(run: Run) -> None:
    program("good.py", "bad")
    Path("syntax.py").write_text("x = 1\ny = (\n")
    Path("bytes.py").write_bytes(b"x = '\xff'\n")
    Path("null.py").write_bytes(b"x\0")
    Path("gone.py").symlink_to("nowhere.py")
    Path("loop").symlink_to(".")

    done = run(".", "missing.py", "--apply", "--select", "fake-bad")

    assert done.returncode == 2
    assert Path("good.py").read_text() == "import keras\ngood\n"
    lines = done.stderr.decode().splitlines()
    assert [line.split(":")[0] for line in sorted(lines)] == [
        "bytes.py",
        "gone.py",
        "loop",
        "missing.py",
        "null.py",
        "syntax.py",
    ]
    assert any(line.startswith("syntax.py:2:5: cannot parse: ") for line in lines)


def test_a_directory_without_python_files(run: Run) -> None:
    done = run(".")

    assert done.returncode == 0
    assert done.stderr == b"no Python files found\n"


def test_settings(run: Run) -> None:
    program("pkg/a.py", "bad, risky")
    program("old/b.py", "bad")
    Path("pyproject.toml").write_text(
        "[tool.gradfix]\nselect = ['fake-risky']\nunsafe = true\nexclude = ['old']\n"
    )

    assert run("--diff", "pkg").stdout.endswith(b"-bad, risky\n+bad, sound\n")
    assert run("--diff", "pkg", "--select", "fake-bad").stdout.endswith(b"+good, risky\n")
    assert run("--select", "fake-bad", "--output-format", "concise", "-q").stdout.count(b"\n") == 1
    Path("pyproject.toml").write_text("[tool.gradfix]\nselect = ['fake-rusky']\n")
    done = run("pkg")
    assert done.returncode == 2
    assert b"pyproject.toml: select: unknown codemod 'fake-rusky'" in done.stderr


def test_standard_input(run: Run) -> None:
    raw = b"# coding: latin-1\r\nimport keras\r\nbad, '\xe4'"
    fixed = raw.replace(b"bad", b"good")
    select = ["--select", "fake-bad"]

    report = run("-", *select, "--stdin-filename", "x/train.py", stdin=raw)
    assert (report.returncode, report.stdout[:19]) == (1, b"x/train.py:3:1  fak")
    applied = run("-", *select, "--apply", stdin=raw)
    assert (applied.returncode, applied.stdout) == (0, fixed)
    assert applied.stderr == b"Fixed 1 finding in 1 file.\n"
    diff = run("-", *select, "--diff", "--stdin-filename", "train.py", stdin=raw)
    Path("train.py").write_bytes(raw)
    subprocess.run(["git", "apply"], input=diff.stdout, check=True)
    assert Path("train.py").read_bytes() == fixed
    untouched = run("-", "--apply", stdin=b"x = 1")
    assert (untouched.returncode, untouched.stdout) == (0, b"x = 1")
    broken = run("-", "--apply", stdin=b"x = (")
    assert (broken.returncode, broken.stdout) == (2, b"")
    assert broken.stderr.startswith(b"<stdin>:1:5: cannot parse")


def test_explain_and_rules(run: Run) -> None:
    page = run("explain", "fake-bad")
    assert (page.returncode, page.stdout) == (
        0,
        b"# fake-bad\n\nThe name ``bad`` is wrong.\n\n## Why\n\nIt says so.\n",
    )
    table = run("rules").stdout.decode().splitlines()
    assert any(line.split("  ", 1)[0] == "fake-bad" and line.endswith("is wrong.") for line in table)
    listed = json.loads(run("rules", "--output-format", "json").stdout)
    assert {"name", "summary", "documentation"} == set(listed[0])
    program("rules", "bad")
    assert run("./rules", "--select", "fake-bad").returncode == 1
    assert b"Why" in run("explain", "fake-bad", FORCE_COLOR="1").stdout


def test_version(run: Run) -> None:
    assert run("--version").stdout.startswith(b"gradfix ")
    lines = run("--version", "--verbose").stdout.decode().splitlines()
    assert lines[1] == f"Python {sys.version.split()[0]}"
    assert lines[2].endswith(" codemods")
    assert lines[3].startswith("Keras 3")
    Path("pyproject.toml").write_text("[tool.gradfix]\nkeras = 2\n")
    assert b"Keras 2 (from the configuration)" in run("--version", "-v").stdout


def test_help(run: Run) -> None:
    done = run("--help")

    assert done.returncode == 0
    for word in ("--diff", "--apply", "--unsafe", "explain", "rules"):
        assert word.encode() in done.stdout


def test_colour(run: Run) -> None:
    program("train.py", "bad, risky")
    select = ["--select", NAMES]

    plain = run(*select).stdout
    assert b"\x1b[" not in plain
    coloured = run(*select, FORCE_COLOR="1").stdout
    assert b"\x1b[" in coloured
    assert _without_escapes(coloured) == plain
    assert run(*select, FORCE_COLOR="1", NO_COLOR="1").stdout == plain
    diff = run(*select, "--diff", "--unsafe", FORCE_COLOR="1").stdout
    text = _without_escapes(diff).decode()
    assert "train.py\n  2:1  fake-bad  safe  bad loses it\n  2:6  fake-risky  unsafe  " in text
    assert "  1 1   import keras\n  2   - bad, risky\n    2 + good, sound\n" in text


def _without_escapes(data: bytes) -> bytes:
    return re.sub(rb"\x1b\[[0-9;]*m", b"", data)


def test_completion(run: Run) -> None:
    def complete(words: str) -> list[str]:
        count = str(len(words.split(" ")) - 1)
        done = run(_GRADFIX_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=count)
        return [line.split(",", 1)[1] for line in done.stdout.decode().splitlines()]

    assert complete("gradfix explain fake-b") == ["fake-bad"]
    assert complete("gradfix --select fake-b") == ["fake-bad"]
    assert complete("gradfix --select fake-bad,fake-r") == ["fake-bad,fake-risky"]
    assert complete("gradfix rul") == ["rules"]
    assert "--output-format" in complete("gradfix --out")
    assert run(_GRADFIX_COMPLETE="bash_source").stdout.startswith(b"_gradfix_completion")


def test_a_start_with_nothing_to_fix_imports_little(environment: dict[str, str]) -> None:
    program("train.py", "x = 1")
    code = (
        "import sys; sys.argv = ['gradfix', '--diff', 'train.py']; from gradfix.cli import main\n"
        "try: main()\n"
        "except SystemExit as end: assert end.code == 0\n"
        "heavy = {'libcst', 'rich', 'multiprocessing', 'concurrent', 'pathspec', 'tensorflow', 'difflib',"
        "'sqlite3', 'platformdirs', 'hashlib'}\n"
        "print(*heavy & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )

    assert (done.stdout, done.stderr) == ("\n", "No cut gradient found in 1 file.\n")


def test_a_reader_that_goes_away(environment: dict[str, str]) -> None:
    for number in range(300):
        program(f"m{number}.py", *["bad"] * 20)
    command = [sys.executable, "-m", "gradfix", "--select", "fake-bad", "--jobs", "2"]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(30) == 1


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_an_interrupt(environment: dict[str, str], jobs: str) -> None:
    for number in range(40):
        program(f"m{number:02}.py", "bad")
    program("m20.py", "'slowly'")
    command = [sys.executable, "-m", "gradfix", "--apply", "--select", "fake-bad,fake-slow", "--jobs", jobs]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        deadline = time.monotonic() + 30
        while not Path("slow").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        start = time.monotonic()
        process.send_signal(signal.SIGINT)
        report, errors = process.communicate(timeout=30)

    assert time.monotonic() - start < 5
    assert process.returncode == 130
    assert b"Traceback" not in errors
    checked = re.search(rb"interrupted: (\d+) of 40 files checked", errors)
    assert checked is not None
    assert int(checked[1]) < 40
    assert report.count(b"fake-bad") == int(checked[1])
    assert {path.read_text() for path in Path().glob("m*.py")} == {
        "import keras\nbad\n",
        "import keras\n'slowly'\n",
    }
    assert list(Path().glob(".gradfix-*")) == []
