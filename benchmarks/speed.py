"""What gradfix costs beside other tools, measured in one run over the same files.

usage: python benchmarks/speed.py [--corpus DIR] [--rounds N] [--slow-files N | --full] [--environments DIR]

Prints Markdown tables for one file, a package of about 1,000 files and all packages of the precision run, and how
the cost grows from 1,000 to 10,000 files. Downloads what is not in DIR yet, and installs Fixit and TorchFix in
environments of their own. Each tool is a whole command, from its start to its end, N times in turn with the
others; the run before these, which is not timed, is watched for its memory and leaves files and byte code in the
cache of the operating system.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks import _tools as tools
from benchmarks._corpus import PINS, Files, copied, fetch, python_files, shuffled, spread
from benchmarks._measure import Run, run
from benchmarks._tables import Row, growth_table, table
from benchmarks._tools import Tool

EXAMPLE = ROOT / "examples" / "customers.py"
_CLEAN = """import tensorflow as tf

model = tf.keras.Sequential([tf.keras.layers.Dense(4), tf.keras.layers.Dense(1)])
optimizer = tf.keras.optimizers.Adam()


def step{number}(x, y):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(model(x) - y))
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return loss
"""
_MEMORY = (
    "Peak memory: over all processes of the command, sampled in a run of its own (of scaled tools in the timed one); "
    "PSS counts a page that several processes share once, RSS once for each of them."
)


def once(tool: Tool, files: Files, *, watch: bool = False) -> Run:
    """Run a tool over files."""
    path = () if tool is tools.BARE else (str(files.path),)
    return run((*tool.command, *path), watch=watch, environ=tool.environ())


def in_turn(chosen: Sequence[Tool], files: Files, marked: Files, rounds: int) -> list[Row]:
    """Watch each tool once, then time all of them ``rounds`` times, one after the other."""
    taken = [(tool, marked if tool.marked else files) for tool in chosen]
    for tool, given in taken:
        if tool.cache is not None:
            once(tool, given)
    watched = [once(tool, given, watch=True) for tool, given in taken]
    timed = [[once(tool, given) for tool, given in taken] for _ in range(rounds)]
    return [
        Row(tool, [turn[number] for turn in timed], files, first.memory)
        for number, (tool, first) in enumerate(zip(chosen, watched, strict=True))
    ]


def few(
    chosen: Sequence[Tool], whole: Files, part: Files, marked: Files, start: dict[str, float]
) -> list[Row]:
    """Run slow tools once over a part of the files; ``start`` is what each needs for one file, in seconds.

    What is beyond the start grows with the lines, the start does not.
    """
    rows = []
    for tool in chosen:
        done = once(tool, marked if tool.marked else part, watch=True)
        row = Row(tool, [done], whole, done.memory, part=part.files if part.files < whole.files else None)
        if row.part is not None:
            beyond = max(0.0, done.seconds - start[tool.name])
            row.scaled = start[tool.name] + beyond * whole.lines / max(1, part.lines)
        rows.append(row)
    return rows


def starts(rounds: int, folder: Path) -> list[str]:
    """Return what a whole command costs beyond a bare interpreter, as items of a list."""
    clean = folder / "clean.py"
    clean.write_text(
        "".join(_CLEAN.replace("{number}", str(number)) for number in range(15)), encoding="utf-8"
    )
    items = []
    for label, path in (("nothing to fix", clean), ("fixes", EXAMPLE)):
        files = Files(path, 1, path.read_bytes().count(b"\n"))
        once(tools.DIFF, files)
        pairs = [(once(tools.DIFF, files).seconds, once(tools.BARE, files).seconds) for _ in range(rounds)]
        more = statistics.median(mine - bare for mine, bare in pairs)
        times = statistics.median(mine / bare for mine, bare in pairs)
        items.append(
            f"- `gradfix --diff`, {files.lines} lines, {label}: {more:.3f} s beyond `python -c pass` "
            f"({times:.1f} times it)"
        )
    return items


def growth(corpus: Path, paths: Sequence[Path], sizes: Sequence[int], rounds: int, folder: Path) -> list[str]:
    """Measure the first files of the corpus in an order without pattern, ever more of them."""
    order = shuffled(corpus, paths)
    rows = []
    for size in sorted({min(size, len(order)) for size in sizes}):
        told(f"growth: {size} files")
        files = copied(corpus, order[:size], folder / f"growth{size}")
        rows.append(in_turn((tools.FLOOR, tools.RUFF, tools.GRADFIX), files, files, rounds))
    return growth_table(rows)


def heading(slow: tools.Slow, names: Sequence[str], rounds: int) -> list[str]:
    """Say what was compared on what."""
    gradfix, ruff = (
        subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.split("\n")[0].strip()
        for command in ([*tools.GRADFIX.command[:3], "--version"], [tools.RUFF.command[0], "--version"])
    )
    versions = [f"{gradfix} (libcst {importlib.metadata.version('libcst')})", ruff, *slow.versions]
    machine = f"{platform.system()} {platform.machine()}, {processors()} processors"
    every = (tools.FLOOR, tools.RUFF, tools.GRADFIX, tools.GRADFIX_ALONE, tools.AGAIN, *slow.tools)
    return [
        f"Python {platform.python_version()}, {machine}; {', '.join(versions)}.",
        "Corpus: " + ", ".join(f"{name} {PINS[name]}" for name in names) + ".",
        f"Times: whole commands, best and median of {rounds} runs in turn, files in the cache of the system.",
        _MEMORY if sys.platform == "linux" else "Peak memory: measured on Linux only.",
        "",
        *(f"- *{tool.name}*: {tool.does}" for tool in every),
        *(f"- {reason}" for reason in slow.missing),
    ]


def processors() -> int:
    """Return how many processors the tools may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def told(text: str) -> None:
    """Say on standard error what is being done: a whole run takes long."""
    print(text, file=sys.stderr, flush=True)


def shown(lines: Sequence[str]) -> None:
    """Print a part of the page."""
    print("\n".join(lines), end="\n\n", flush=True)


def measure(options: argparse.Namespace, names: Sequence[str], folder: Path) -> None:
    """Measure everything and print each table when it is done."""
    corpus: Path = options.corpus
    slow = tools.slow(options.environments) if options.full or options.slow_files else tools.Slow((), (), ())
    shown(heading(slow, names, options.rounds))
    again = replace(tools.AGAIN, cache=folder / "cache")
    fast = (tools.FLOOR, tools.RUFF, tools.GRADFIX, tools.GRADFIX_ALONE, again)

    told("one file")
    one, marked = (
        copied(EXAMPLE.parent, [EXAMPLE], folder / name, added)
        for name, added in (("one", b""), ("m", tools.MARK))
    )
    rows = in_turn((tools.BARE, *fast, *slow.tools), one, marked, options.rounds)
    shown(table(f"One file: {EXAMPLE.relative_to(ROOT).as_posix()}", one, rows))
    shown(starts(options.rounds, folder))
    start = {row.tool.name: row.best for row in rows}

    paths = python_files(corpus, names)
    package = python_files(corpus, [options.package])
    for title, chosen, within in (
        (f"A package: {options.package} {PINS[options.package]}", package, folder / "package"),
        ("The whole corpus", paths, folder / "corpus"),
    ):
        told(title)
        files = copied(corpus, chosen, within / "all")
        rows = in_turn(fast, files, files, options.rounds)
        some = spread(chosen, len(chosen) if options.full else options.slow_files)
        if slow.tools:
            told(f"slow tools over {len(some)} files")
            part, marked = (
                copied(corpus, some, within / "some"),
                copied(corpus, some, within / "m", tools.MARK),
            )
            rows += few(slow.tools, files, part, marked, start)
        shown(table(title, files, rows))
    shown(growth(corpus, paths, options.growth, options.rounds, folder))


def main() -> None:
    """Read the command line, fetch and measure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    temporary = Path(tempfile.gettempdir())
    parser.add_argument("--corpus", type=Path, default=ROOT / "benchmarks" / "corpus", metavar="DIR")
    parser.add_argument("--only", nargs="+", choices=PINS, metavar="NAME", help="the packages of the corpus")
    parser.add_argument("--package", choices=PINS, default="keras", metavar="NAME", help="the one package")
    parser.add_argument("--rounds", type=int, default=5, metavar="N")
    parser.add_argument("--growth", type=int, nargs="+", default=[1000, 2000, 5000, 10000], metavar="N")
    parser.add_argument("--environments", type=Path, default=temporary / "gradfix-speed", metavar="DIR")
    parser.add_argument(
        "--slow-files", type=int, default=200, metavar="N", help="over how many files slow tools run; 0: none"
    )
    parser.add_argument("--full", action="store_true", help="run slow tools over all files")
    options = parser.parse_args()
    names = options.only or list(PINS)
    fetch(options.corpus, {name: PINS[name] for name in (*names, options.package)})
    with tempfile.TemporaryDirectory(prefix="gradfix-speed-") as folder:
        measure(options, names, Path(folder))


if __name__ == "__main__":
    main()
