"""Programs of two and three files: what an import brings is seen through as if it stood in the file itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradfix.codemod import load_codemods
from gradfix.engine import check_path
from gradfix.pool import check_many
from tests.trees import planted

CODEMODS = load_codemods()
MEAN = """\
import numpy as np
import tensorflow as tf

def loss(w):
    return tf.constant(np.mean(w * w))
"""
GOOD = "import tensorflow as tf\n\ndef loss(w):\n    return tf.reduce_mean(w * w)\n"
TRAIN = """\
import tensorflow as tf
{imports}

w = tf.Variable([1.0, 2.0])
with tf.GradientTape() as tape:
    value = {use}
tape.gradient(value, w)
"""
HELPED = """\
import numpy as np
import tensorflow as tf
from helpers import squared

def loss(w):
    return mean(squared(w))

def mean(x):
    return tf.constant(np.mean(x))
"""
MODEL = """\
import numpy as np
import tensorflow as tf
from tensorflow import keras

def mean(x):
    return tf.constant(np.mean(x))

def install(model):
    model.add(keras.layers.Lambda(mean))

model = keras.Sequential([keras.layers.Dense(1)])
"""
FIT = """\
import tensorflow as tf
from model import model

with tf.GradientTape() as tape:
    value = tf.reduce_sum(model(tf.ones((2, 3))))
tape.gradient(value, model.trainable_variables)
"""


def marked(folder: Path, files: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return ``file:line`` of what is found in a project; each file by itself must show nothing."""
    monkeypatch.chdir(planted(folder, files))
    paths = sorted(name for name in files if name.endswith(".py"))
    alone = [check_path(path, CODEMODS) for path in paths]
    assert [one.found for one in alone] == [()] * len(paths)
    results = check_many(paths, CODEMODS)
    return [f"{one.path}:{one.place.line}" for result in results for one in result.found]


@pytest.mark.parametrize(
    ("imports", "use", "files"),
    [
        ("from losses import loss", "loss(w)", {"losses.py": MEAN}),
        ("from losses import loss as f", "f(w)", {"losses.py": MEAN}),
        ("import losses", "losses.loss(w)", {"losses.py": MEAN}),
        ("from losses import *", "loss(w)", {"losses.py": MEAN}),
        ("from a import loss", "loss(w)", {"a.py": "from losses import *\n", "losses.py": MEAN}),
        ("from a import *", "loss(w)", {"a.py": "from losses import loss\n", "losses.py": MEAN}),
        ("from a import f", "f(w)", {"a.py": "from losses import loss as f\n", "losses.py": MEAN}),
        ("import p.losses", "p.losses.loss(w)", {"p/losses.py": MEAN}),
        ("import p.losses as n", "n.loss(w)", {"p/losses.py": MEAN}),
        ("from p import losses", "losses.loss(w)", {"p/__init__.py": "", "p/losses.py": MEAN}),
        ("import p", "p.loss(w)", {"p/__init__.py": "from .losses import loss\n", "p/losses.py": MEAN}),
        ("import p", "p.losses.loss(w)", {"p/__init__.py": "from . import losses\n", "p/losses.py": MEAN}),
        ("import p", "p.losses.loss(w)", {"p/__init__.py": "from p import losses\n", "p/losses.py": MEAN}),
        ("import p", "p.loss(w)", {"p/__init__.py": "from .losses import *\n", "p/losses.py": MEAN}),
        (
            "from p.q import loss",
            "loss(w)",
            {"p/__init__.py": "", "p/q/__init__.py": "from ..losses import loss\n", "p/losses.py": MEAN},
        ),
        (
            "try:\n    from losses import loss\nexcept ImportError:\n    loss = None",
            "loss(w)",
            {"losses.py": MEAN},
        ),
        ("def f(w):\n    from losses import loss\n    return loss(w)", "f(w)", {"losses.py": MEAN}),
        (
            "from losses import ALL",
            "ALL['mean'](w)",
            {"losses.py": f"{MEAN}\nALL = {{}}\nALL['mean'] = loss\n"},
        ),
        (
            "from losses import loss",
            "loss(w)",
            {"losses.py": f"{MEAN}\nif __name__ == '__main__':\n    loss = tf.reduce_sum\n"},
        ),
        (
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n from good import loss\nelse:\n from losses import loss",
            "loss(w)",
            {"losses.py": MEAN, "good.py": GOOD},
        ),
        (
            "from a import wrapped",
            "wrapped(w)",
            {"a.py": "from losses import loss\n\ndef wrapped(w):\n    return loss(w)\n", "losses.py": MEAN},
        ),
        (
            "from losses import loss",
            "loss(w)",
            {"losses.py": MEAN.replace("np\n", "np\nfrom typing import TYPE_CHECKING\n", 1)
             .replace("\ndef", "if TYPE_CHECKING:\n    from train import w\n\ndef", 1)},
        ),
    ],
)  # fmt: skip
def test_a_cut_is_found_through_an_import(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, imports: str, use: str, files: dict[str, str]
) -> None:
    project = {"train.py": TRAIN.format(imports=imports, use=use), **files}
    home, text = next((name, text) for name, text in files.items() if "np.mean" in text)
    line = 1 + next(number for number, one in enumerate(text.splitlines()) if "np.mean" in one)

    assert marked(tmp_path, project, monkeypatch) == [f"{home}:{line}"]


@pytest.mark.parametrize(
    ("imports", "files"),
    [
        ("from losses import loss", {"losses.py": GOOD, "other.py": MEAN}),
        ("from losses import loss", {"losses.py": f"{MEAN}\nfrom good import loss\n", "good.py": GOOD}),
        (
            "from losses import loss",
            {
                "losses.py": f"{GOOD}\nif __name__ == '__main__':\n    from other import loss\n",
                "other.py": MEAN,
            },
        ),
        ("from installed import loss", {"losses.py": MEAN}),
        ("from losses import loss", {"losses.py": "from train import loss\n", "other.py": MEAN}),
        (
            "from p import loss",
            {"p/__init__.py": "from .a import loss\n", "p/a.py": "from p import loss\n"},
        ),
    ],
)
def test_nothing_is_found_where_nothing_is_lost_or_nobody_knows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, imports: str, files: dict[str, str]
) -> None:
    project = {"train.py": TRAIN.format(imports=imports, use="loss(w)"), **files}

    assert marked(tmp_path, project, monkeypatch) == []


def test_two_modules_import_each_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    helpers = "from losses import mean\n\ndef squared(w):\n    return mean(w * w) * w\n"
    project = {
        "train.py": TRAIN.format(imports="from losses import loss", use="loss(w)"),
        "losses.py": HELPED,
        "helpers.py": helpers,
    }

    assert "losses.py:9" in marked(tmp_path, project, monkeypatch)


@pytest.mark.parametrize(
    "change", ["model.add(keras.layers.Lambda(mean))", "install(model)", "if True:\n    install(model)"]
)
def test_what_changes_a_value_after_it_is_bound_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    assert marked(tmp_path / "without", {"train.py": FIT, "model.py": MODEL}, monkeypatch) == []
    changed = {"train.py": FIT, "model.py": f"{MODEL}{change}\n"}
    assert marked(tmp_path / "with", changed, monkeypatch) == ["model.py:6"]


def test_what_a_module_makes_when_it_is_imported_is_made_before_the_tape(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train = """\
import tensorflow as tf

with tf.GradientTape() as tape:
    from scales import scale, v
    value = tf.reduce_sum(scale * 3.0)
tape.gradient(value, [v])
"""
    scales = "import tensorflow as tf\nv = tf.Variable(2.0)\nscale = v * 2.0\n"

    assert marked(tmp_path, {"train.py": train, "scales.py": scales}, monkeypatch) == ["scales.py:3"]


@pytest.mark.parametrize("broken", ["def loss(w:\n", "\x00", "# coding: klingon\n"])
def test_a_module_that_cannot_be_read_is_unknown_and_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    train = TRAIN.format(imports="from losses import loss", use="loss(w)")
    monkeypatch.chdir(planted(tmp_path, {"train.py": train, "losses.py": broken}))

    results = check_many(["train.py", "losses.py"], CODEMODS)

    assert [one.found for one in results] == [(), ()]
    assert [one.problem is not None for one in results] == [False, True]
    planted(tmp_path, {"losses.py": MEAN})
    assert [len(one.found) for one in check_many(["train.py", "losses.py"], CODEMODS)] == [0, 1]


def test_a_module_with_two_names_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = {
        "pyproject.toml": "",
        "p/__init__.py": "",
        "p/losses.py": MEAN,
        "p/train.py": TRAIN.format(
            imports="import losses\nfrom p.losses import loss\nfrom . import losses as again",
            use="loss(w) + losses.loss(w) + again.loss(w)",
        ),
    }
    monkeypatch.chdir(planted(tmp_path, project))

    _, found = check_many(["p/train.py", "p/losses.py"], CODEMODS)

    assert [one.place.line for one in found.found] == [5]
    assert [(use.path, use.line) for use in found.found[0].uses] == [("p/train.py", 9)]


LAYER = """\
import tensorflow as tf
from common.keras_of import keras


class Scale(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.by = tf.Variable(1.0)

    def call(self, x):
        return self.by * x
"""


@pytest.mark.parametrize(("brought", "expected"), [("tf_keras as keras", []), ("keras", ["layers.py:8"])])
def test_a_file_that_takes_keras_from_another_one_means_that_keras(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, brought: str, expected: list[str]
) -> None:
    files = {"common/__init__.py": "", "common/keras_of.py": f"import {brought}\n", "layers.py": LAYER}

    assert marked(tmp_path, files, monkeypatch) == expected


@pytest.mark.parametrize(
    ("brought", "expected"),
    [
        ("import tensorflow_addons as tfa\n", []),
        (
            "try:\n    import tensorflow_addons as tfa\nexcept ImportError:\n    tfa = None\n",
            ["untracked-variable"],
        ),
    ],
)
def test_tensorflow_addons_runs_beside_keras_2_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, brought: str, expected: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    planted(tmp_path, {"layers.py": f"import keras\n{brought}{LAYER.replace(LAYER.splitlines()[1], '')}"})

    assert [one.codemod for one in check_path("layers.py", CODEMODS).found] == expected
