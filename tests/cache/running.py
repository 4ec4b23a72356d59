"""A small project, and runs over the working directory with and without a cache."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gradfix.cache import Cache
from gradfix.codemod import Codemod, load_codemods
from gradfix.engine import Options
from gradfix.model import FileResult
from gradfix.pool import Scan
from gradfix.store import Store

CODEMODS = load_codemods()
FIX = Options(fix=True)
LOSSES = """\
import numpy as np
import tensorflow as tf

def loss(w):
    return tf.constant(np.mean(w * w))
"""
HEALTHY = LOSSES.replace("tf.constant(np.mean(w * w))", "tf.reduce_mean(w * w)")
TRAIN = """\
import tensorflow as tf
from losses import loss

w = tf.Variable([1.0, 2.0])
with tf.GradientTape() as tape:
    value = loss(w)
tape.gradient(value, w)
"""
OTHER = "import tensorflow as tf\nx = tf.constant(1.0)\n"
FILES = {"train.py": TRAIN, "losses.py": LOSSES, "other.py": OTHER, "plain.py": "x = 1\n"}
HIDDEN = TRAIN.replace("from losses", "x = 1; from losses")


def python_files() -> list[str]:
    return sorted(str(path) for path in Path().rglob("*.py"))


def run(
    store: Path | Store | None,
    options: Options = Options(),  # noqa: B008 - frozen
    codemods: tuple[Codemod, ...] = CODEMODS,
    **more: Any,
) -> list[FileResult]:
    """Check all files of the working directory, with the cache in ``store``."""
    cache = None if store is None else Cache(store if isinstance(store, Store) else Store(str(store)))
    scan = Scan(python_files(), codemods, options, jobs=more.pop("jobs", 1), cache=cache, **more)
    return scan.settle(scan.results())


def write(path: str, text: str | bytes) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_bytes(text.encode() if isinstance(text, str) else text)


def database(folder: Path) -> Path:
    return folder / "results.sqlite3"
