"""Defects whose cause and use stand in different files, one way of writing each, and such as only look so."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradfix.codemod import load_codemods
from gradfix.pool import check_many
from tests.trees import planted

CODEMODS = load_codemods()
FIT = """\
import numpy as np
import keras
from losses import {name}

model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
model.compile("adam", loss={given})
model.fit(np.ones((8, 2)), np.ones((8, 1)), verbose=0)
"""
TAPE = """\
import tensorflow as tf
{imports}

model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
optimizer = tf.keras.optimizers.Adam()
with tf.GradientTape() as tape:
    loss = {loss}
gradients = tape.gradient(loss, model.trainable_variables)
{update}
"""
SMOOTH = """\
from keras import ops

def smooth(y_true, y_pred):
    return ops.mean(ops.square(y_true - ops.mean(y_true)), axis=-1)
"""
WEIGHTED = """\
import keras

class Weighted(keras.losses.Loss):
    def __init__(self, weight=1.0):
        super().__init__()
        self.weight = weight

    def call(self, y_true, y_pred):
        return self.weight * self.error(y_true, y_pred)

class Smooth(Weighted):
    def error(self, target, output):
        return keras.ops.square(target - keras.ops.mean(target))

class Square(Weighted):
    def error(self, target, output):
        return keras.ops.square(target - output)
"""
KEEP = "LOSSES = {}\n\ndef register(name):\n    def keep(f):\n        LOSSES[name] = f\n        return f\n    return keep\n"
GET = "\ndef get(name):\n    return LOSSES[name]\n"
MAE = """\
import numpy as np
import tensorflow as tf
{imports}

@register("mae")
def mae(y, p):
    return tf.reduce_mean(np.abs(y - p))
"""
LIST = """\
import numpy as np
import tensorflow as tf

KEPT = []

def add(f):
    KEPT.append(f)

def mae(y, p):
    return tf.reduce_mean(np.abs(y - p))

add(mae)
"""
CALL = "{}(tf.zeros((4, 1)), model(tf.ones((4, 2))))"
UPDATE = "optimizer.apply_gradients(zip(gradients, model.trainable_variables))"
SWAPPED = """\
def update(optimizer, gradients, variables):
    optimizer.apply_gradients(zip(variables, gradients))
"""
ADDS = """\
import keras

class Coder(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(2)

    def call(self, inputs):
        result = self.dense(inputs)
        self.add_loss(keras.ops.mean(keras.ops.square(inputs - result)))
        return result
"""
FIT_ALONE = """\
import numpy as np
from model import Coder

coder = Coder()
coder.compile("adam")
coder.fit(np.ones((8, 2)), verbose=0)
"""
BASE = """\
import keras

class Scaled(keras.layers.Layer):
    def __init__(self, **kwargs):
        self.factor = 2.0

    def call(self, inputs):
        return inputs * self.factor
"""
USES_BASE = """\
import keras
from base import Scaled

model = keras.Sequential([Scaled(), keras.layers.Dense(1)])
model.compile("sgd", "mse")
"""


@pytest.mark.parametrize(
    ("files", "found"),
    [
        (
            {"losses.py": SMOOTH, "train.py": FIT.format(name="smooth", given="smooth")},
            "losses.py:4 loss-ignores",
        ),
        (
            {"losses.py": WEIGHTED, "train.py": FIT.format(name="Smooth", given="Smooth(0.5)")},
            "losses.py:13 loss-ig",
        ),
        ({"losses.py": WEIGHTED, "train.py": FIT.format(name="Square", given="Square(0.5)")}, ""),
        (
            {
                "losses.py": KEEP + MAE.format(imports=""),
                "train.py": TAPE.format(
                    imports="import losses", loss=CALL.format("losses.LOSSES['mae']"), update=UPDATE
                ),
            },
            "losses.py:14 numpy-on",
        ),
        (
            {
                "kept.py": KEEP + GET,
                "losses.py": MAE.format(imports="from kept import register"),
                "train.py": TAPE.format(
                    imports="import losses\nfrom kept import get",
                    loss=CALL.format("get('mae')"),
                    update=UPDATE,
                ),
            },
            "losses.py:7 numpy-on",
        ),
        (
            {
                "kept.py": KEEP + GET,
                "parts/__init__.py": "from . import exact",
                "parts/exact.py": MAE.format(imports="import kept\nfrom kept import register"),
                "train.py": TAPE.format(
                    imports="import parts\nimport kept", loss=CALL.format("kept.get('mae')"), update=UPDATE
                ),
            },
            "parts/exact.py:8 numpy-on",
        ),
        (
            {
                "losses.py": LIST,
                "train.py": TAPE.format(
                    imports="from losses import KEPT", loss=CALL.format("KEPT[0]"), update=UPDATE
                ),
            },
            "losses.py:10 numpy-on",
        ),
        (
            {
                "optim.py": SWAPPED,
                "train.py": TAPE.format(
                    imports="from optim import update",
                    loss="tf.reduce_mean(model(tf.ones((4, 2))) ** 2)",
                    update="update(optimizer, gradients, model.trainable_variables)",
                ),
            },
            "optim.py:2 gradients-mis",
        ),
        ({"model.py": ADDS, "train.py": FIT_ALONE}, ""),
    ],
    ids=[
        "loss function",
        "method of a loss",
        "other method of a loss",
        "registry beside the loss",
        "registry of its own",
        "registry filled by a package",
        "list filled by a call",
        "pairs",
        "added loss",
    ],
)
def test_is_found_across_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str], found: str
) -> None:
    monkeypatch.chdir(planted(tmp_path, files))

    results = check_many(sorted(files), CODEMODS)

    told = [f"{one.path}:{one.place.line} {one.codemod}" for result in results for one in result.found]
    assert len(told) == (1 if found else 0), told
    assert all(one.startswith(found) for one in told)


def test_a_file_alone_points_to_a_class_that_it_makes_objects_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(planted(tmp_path, {"base.py": BASE, "train.py": USES_BASE}))

    (result,) = check_many(["train.py"], CODEMODS)

    assert [(one.codemod, one.place.line) for one in result.found] == [("missing-super-init", 4)]
    assert result.found[0].message.startswith("the cause lies in base.py:4: ")
