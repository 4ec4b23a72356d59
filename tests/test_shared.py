"""A repair of what other files use too is not safe: their values change their type with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradfix.codemod import load_codemods
from gradfix.engine import Options
from gradfix.model import FileResult, Safety
from gradfix.pool import Scan

HELPER = """import numpy as np

def soft(x):
    return np.exp(x)

def sharp(x):
    return np.square(x)
"""
TRAIN = """import tensorflow as tf
from helper import sharp, soft

def loss(y_true, y_pred):
    return tf.reduce_mean(tf.square(y_true - soft(sharp(y_pred))))

model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
model.compile("sgd", loss)
"""
REPORT = """import numpy as np
from helper import soft

print(soft(np.ones(3)).argmax())
"""


def check(folder: Path, files: dict[str, str], *, unsafe: bool = False) -> FileResult:
    """Write the files, repair them as one project, and return what became of the helper."""
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    paths: list[str] = [str(folder / name) for name in sorted(files)]
    scan = Scan(paths, load_codemods(), Options(fix=True, unsafe=unsafe), jobs=1, top=str(folder))
    results = scan.settle(scan.results())
    return next(one for one in results if one.path.endswith("helper.py"))


def test_what_only_the_loss_uses_is_repaired(tmp_path: Path) -> None:
    result = check(tmp_path, {"helper.py": HELPER, "train.py": TRAIN})

    assert result.after is not None
    assert "np." not in result.after
    assert {one.safety for one in result.found} <= {Safety.SAFE}


def test_what_a_report_uses_too_is_left(tmp_path: Path) -> None:
    result = check(tmp_path, {"helper.py": HELPER, "train.py": TRAIN, "report.py": REPORT})

    # The two calls are repaired together or not at all.
    assert result.after is None
    assert {one.safety for one in result.remaining} == {Safety.UNSAFE}
    assert all("report.py uses `soft`, too" in one.message for one in result.remaining)


def test_it_is_repaired_when_that_is_asked_for(tmp_path: Path) -> None:
    files = {"helper.py": HELPER, "train.py": TRAIN, "report.py": REPORT}
    result = check(tmp_path, files, unsafe=True)

    assert result.after is not None
    assert "np." not in result.after


@pytest.mark.parametrize("more", ["__all__ = ['soft']\n", ""])
def test_to_hand_a_name_on_is_no_use(tmp_path: Path, more: str) -> None:
    files = {"helper.py": HELPER, "train.py": TRAIN, "names.py": f"from helper import soft\n{more}"}
    result = check(tmp_path, files)

    assert result.after is not None
    assert "np." not in result.after


SETTINGS = """import tensorflow as tf

order = tf.Variable(3)
"""
SLOPE = """import tensorflow as tf
from helper import order

with tf.GradientTape() as tape:
    value = 2.0 * tf.cast(order, tf.float32)
print(tape.gradient(value, order))
"""


@pytest.mark.parametrize("more", ["", "print(tf.one_hot(order, 5))\n"])
def test_an_integer_of_which_another_file_asks_the_gradient_is_left(tmp_path: Path, more: str) -> None:
    result = check(tmp_path, {"helper.py": SETTINGS, "train.py": SLOPE + more})

    assert result.after is None
    assert [one.safety for one in result.remaining] == [Safety.ADVICE if more else Safety.UNSAFE]


METRIC = """import keras

error = keras.metrics.MeanSquaredError()
"""
FITTED = """import keras
from helper import error

model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
model.compile("sgd", loss=error)
"""
WATCHED = """import keras
from helper import error

model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
model.compile("sgd", loss="mse", metrics=[error])
"""


def test_a_variable_that_others_use_is_left(tmp_path: Path) -> None:
    assert check(tmp_path, {"helper.py": METRIC, "train.py": FITTED}).after is not None
    (tmp_path / "helper.py").write_text(METRIC, encoding="utf-8")
    result = check(tmp_path, {"helper.py": METRIC, "train.py": FITTED, "watch.py": WATCHED})

    assert result.after is None
    assert [one.safety for one in result.remaining] == [Safety.UNSAFE]
    assert "watch.py uses `error`, too" in result.remaining[0].message


PAIRED = """import tensorflow as tf

def paired(one, two):
    return tf.reduce_mean(tf.keras.losses.binary_crossentropy({first}, {second}))
"""
SWAPPED = """import tensorflow as tf
from helper import paired

net = tf.keras.layers.Dense(1, activation="sigmoid")
x, flags = tf.random.normal((8, 3)), tf.round(tf.random.uniform((8, 1)))
with tf.GradientTape() as tape:
    loss = paired(net(x), flags) + paired(net(-x), 1.0 - flags)
print(tape.gradient(loss, net.trainable_variables))
"""
RIGHT = """import tensorflow as tf
from helper import paired

net = tf.keras.layers.Dense(1, activation="sigmoid")
with tf.GradientTape() as tape:
    loss = paired(tf.ones((8, 1)), net(tf.ones((8, 3))))
print(tape.gradient(loss, net.trainable_variables))
"""


def test_a_repair_that_callers_must_agree_on_is_none_when_another_file_calls_too(tmp_path: Path) -> None:
    helper = PAIRED.format(first="one", second="two")
    repaired = check(tmp_path, {"helper.py": helper, "train.py": SWAPPED}, unsafe=True)

    assert repaired.after == PAIRED.format(first="two", second="one")

    files = {"helper.py": helper, "train.py": SWAPPED, "right.py": RIGHT}
    result = check(tmp_path, files, unsafe=True)

    assert result.after is None
    assert [one.safety for one in result.remaining] == [Safety.ADVICE]
    assert "right.py uses `paired`, too" in result.remaining[0].message


def test_it_is_none_either_when_another_repair_looks_at_the_file_again(tmp_path: Path) -> None:
    helper = f"import numpy as np\n{PAIRED.format(first='one', second='two')}\ndef scale(x):\n    return np.square(x)\n"
    train = SWAPPED.replace("import paired", "import paired, scale").replace(
        "net(-x)", "net(scale(inner(x)))"
    )
    train = train.replace("x, flags =", "inner = tf.keras.layers.Dense(3)\nx, flags =")
    train = train.replace(
        "net.trainable_variables)", "[*net.trainable_variables, *inner.trainable_variables])"
    )
    result = check(tmp_path, {"helper.py": helper, "train.py": train, "right.py": RIGHT}, unsafe=True)

    assert result.after is not None
    assert "np." not in result.after
    assert "crossentropy(one, two)" in result.after


def test_an_unsafe_repair_says_who_else_uses_what_it_changes(tmp_path: Path) -> None:
    helper = PAIRED.format(first="one", second="two").replace("one", "scores").replace("two", "labels")
    files = {"helper.py": helper, "train.py": SWAPPED, "right.py": RIGHT}
    result = check(tmp_path, files)

    assert [one.safety for one in result.remaining] == [Safety.UNSAFE]
    assert "right.py uses `paired`, too" in result.remaining[0].message
