"""What gradfix costs, as ratios measured in one run.

usage: python benchmarks/speed.py PATH… [--repeat N] [--libcst-files N]

Over the Python files of PATH, one process, best of N rounds in turn: ``ast.parse`` (the floor), gradfix with all
codemods, and libcst with qualified names (over the first files only: it is slow; scaled by lines). Then whole
commands in turn with ``python -c pass``: a file with nothing to fix, and a file with fixes.
"""

from __future__ import annotations

import argparse
import ast
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

from gradfix import source
from gradfix.codemod import load_codemods
from gradfix.engine import Options, check
from gradfix.errors import GradfixError

EXAMPLES = Path(__file__).parent.parent / "examples"
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


def read(paths: list[Path]) -> list[source.Source]:
    """Return the sources of all Python files under ``paths`` that can be read."""
    found = []
    for path in paths:
        for file in [path] if path.is_file() else sorted(path.rglob("*.py")):
            try:
                found.append(source.read(str(file)))
            except GradfixError:
                continue
    return found


def parse_all(sources: list[source.Source]) -> None:
    """The floor: what Python itself needs to read the files."""
    for one in sources:
        try:
            ast.parse(one.text)
        except (SyntaxError, ValueError):
            continue


def check_all(sources: list[source.Source]) -> None:
    """gradfix, all codemods, one process."""
    codemods = load_codemods()
    for one in sources:
        check(one, codemods, Options())


def qualify_all(sources: list[source.Source]) -> None:
    """Run libcst with the names that every other fixer built on it resolves."""
    import libcst as cst
    from libcst.metadata import MetadataWrapper, QualifiedNameProvider

    for one in sources:
        try:
            MetadataWrapper(cst.parse_module(one.text)).resolve(QualifiedNameProvider)
        except cst.ParserSyntaxError:
            continue


def seconds(work: Callable[[], None]) -> float:
    """Return the wall seconds of one run."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def command(arguments: list[str]) -> float:
    """Return the wall seconds of a whole command."""
    start = time.perf_counter()
    subprocess.run(arguments, capture_output=True, check=False)
    return time.perf_counter() - start


def commands(repeat: int, folder: Path) -> None:
    """Print whole commands beside a bare interpreter."""
    clean = folder / "clean.py"
    clean.write_text("".join(_CLEAN.replace("{number}", str(number)) for number in range(15)))
    broken = next(iter(sorted(EXAMPLES.glob("*.py"))))
    bare = [sys.executable, "-c", "pass"]
    for label, path in (("nothing to fix", clean), ("with fixes", broken)):
        lines = path.read_text(encoding="utf-8").count("\n")
        pairs = [
            (command([sys.executable, "-m", "gradfix", "--diff", str(path)]), command(bare))
            for _ in range(repeat)
        ]
        more = statistics.median(mine - floor for mine, floor in pairs)
        ratio = statistics.median(mine / floor for mine, floor in pairs)
        print(
            f"gradfix --diff, {lines} lines, {label:15} {more:6.3f} s beyond python -c pass ({ratio:.1f} times it)"
        )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--libcst-files", type=int, default=60)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    sources = read(options.paths)
    lines = sum(one.text.count("\n") for one in sources)
    few = sources[:: max(1, len(sources) // options.libcst_files)][: options.libcst_files]
    few_lines = max(1, sum(one.text.count("\n") for one in few))
    floors, mine = [], []
    for _ in range(options.repeat):
        floors.append(seconds(lambda: parse_all(sources)))
        mine.append(seconds(lambda: check_all(sources)))
    qualified = seconds(lambda: qualify_all(few)) * lines / few_lines
    floor = min(floors)
    print(f"{len(sources)} files, {lines} lines, one process, Python {sys.version.split()[0]}")
    for label, value in (
        ("ast.parse", floor),
        ("gradfix", min(mine)),
        (f"libcst names ({len(few)} files, scaled)", qualified),
    ):
        print(
            f"{label:36} {value:8.2f} s   {value / floor:6.2f} times ast.parse   {lines / value:10.0f} lines/s"
        )
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        commands(options.repeat, Path(folder))


if __name__ == "__main__":
    main()
