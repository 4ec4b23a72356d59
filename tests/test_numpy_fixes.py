"""Helpers that compute with NumPy: after a safe fix they give the same values, and a gradient; TensorFlow judges."""

from __future__ import annotations

import json
import os
import subprocess
import textwrap
from pathlib import Path

import pytest

from gradfix.codemod import load_codemods
from gradfix.engine import Options, check
from gradfix.source import from_bytes

CODEMODS = load_codemods()
PROGRAM = """\
import math
import numpy as np
import tensorflow as tf

TABLE = np.linspace(0.1, 0.9, 12).astype("float32").reshape(4, 3)
ROW = np.array([1.0, 2.0, 3.0], "float32")
LOG = []


def helper(t):
{body}

w = tf.Variable(np.linspace(0.05, 0.95, 12).reshape(4, 3).astype("float32"))
with tf.GradientTape() as tape:
    out = helper(w * 0.9)
    loss = tf.reduce_sum(tf.cast(out, tf.float32) ** 2)
gradient = tape.gradient(loss, w)
"""
# What has a counterpart that computes the same, with what else may happen to the values.
TRANSLATED = """\
return np.mean(t, axis=1)
return np.mean(t, 0, keepdims=True)
return np.std(t, axis=0)
return np.var(t, 1)
return np.clip(t, 0.1, 0.5)
return np.clip(t, a_min=0.1, a_max=None)
return np.maximum(t, TABLE)
return np.dot(t, ROW)
return np.matmul(t, ROW)
return np.concatenate([t, t * 2.0], axis=1)
return np.stack([t[0], t[1]], axis=-1)
return np.where(TABLE > 0.5, t, 0.0)
return np.exp(t).sum(axis=-1).mean()
return np.pad(t, ((0, 1), (2, 0)))
return np.flip(np.exp(t), 1)
return math.exp(tf.reduce_mean(t))
v = np.exp(t); return v * float(v.sum())
v = np.exp(t); n = v.size; return v.sum() / n
v = np.exp(t); return v.reshape(v.size)
v = np.exp(t); assert v.shape == (4, 3); return v * 2
v = np.exp(t); LOG.append(v.tolist()); return v * 2
v = np.exp(t); LOG.append(f"{v.mean():.3f}"); return v * 2
v = np.mean(t); LOG.append(round(v, 3)); return v * 2
v = np.exp(t); best = [row.argmax() for row in v]; return v * len(best)
v = np.exp(t); best = [row.argmax() for _, row in enumerate(v)]; return v * len(best)
v = t.numpy(); return v.astype("float32") * 2
v = np.asarray(t); return v.T * 2
""".splitlines()
# Where a tensor that takes the place of the array would raise, or compute something else.
LEFT_ALONE = """\
return (t.numpy() > 0.3) * np.exp(t)
return np.exp(t) * (np.exp(t) > 1)
v = np.exp(t); assert (v > 0).all(); return v * 2
v = np.exp(t); LOG.append((v > 1).sum()); return v * 2
v = np.exp(t); return v * -(v > 1)
return np.exp(t).item(3) * 2
v = np.exp(t).tolist(); return v[0] + v[1]
return np.array(t, ndmin=3) * TABLE
return np.exp(t) @ ROW
return TABLE.T @ np.exp(t[:, 0])
v = t.numpy(); return v[:, 0] @ v[:, 1]
return np.pad(t, 1)
return np.pad(t, (1, 2))
return np.pad(t, ((1, 1), (0, 0)), mode="edge")
return np.flip(t.numpy(), (0, 1)) * 2
v = t.numpy(); np.multiply(v, 2.0, out=v); return v
v = t.numpy(); v.sort(); return v
v = t.numpy(); v[0] = 1.0; return v
v = np.asarray(t); return v.astype(int).astype(float) + v
return t.numpy().astype("f8") * 2
return np.array(t, dtype=float) * 2
v = np.exp(t); assert v.dtype.kind == "f"; return v * 2
v = t.numpy(); return v.sum() / v.dtype.itemsize
v = np.exp(t); return v + np.zeros(3, v.dtype)
return np.mean(t) + tf.constant(1.0, tf.float64)
v = float(tf.reduce_mean(t)); return tf.constant(2.0, tf.float64) * v
""".splitlines()
RUN = """\
import json, sys
import numpy as np

answers = []
for text in json.load(sys.stdin):
    names = {"__name__": "program"}
    try:
        exec(compile(text, "program", "exec"), names)
        answers.append([np.asarray(names["out"]).tolist(), names["gradient"] is not None])
    except Exception as error:
        answers.append([f"{type(error).__name__}: {error}", False])
print(json.dumps(answers))
"""


def program(helper: str) -> str:
    return PROGRAM.format(body=textwrap.indent("\n".join(helper.split("; ")), "    "))


def fixed(helper: str, *, unsafe: bool = False) -> str | None:
    result = check(
        from_bytes(program(helper).encode(), "helper.py"), CODEMODS, Options(fix=True, unsafe=unsafe)
    )
    assert result.problem is None
    assert result.found, "the cut is not found"
    return result.after


@pytest.mark.parametrize("helper", LEFT_ALONE)
def test_what_a_tensor_does_otherwise_has_no_safe_fix(helper: str) -> None:
    assert fixed(helper) is None


@pytest.mark.tensorflow
@pytest.mark.parametrize("keras", [3, 2], indirect=True)
def test_a_safe_fix_computes_the_same(keras: int, tmp_path: Path) -> None:
    from tests.harness.client import python_for

    texts: list[str] = []
    for helper in TRANSLATED:
        after = fixed(helper)
        assert after is not None, f"no safe fix for {helper}"
        texts += (program(helper), after)
    python = python_for(keras)
    assert python is not None
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
    told = subprocess.run(
        [python, "-c", RUN],
        input=json.dumps(texts),
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    answers = json.loads(told.stdout.splitlines()[-1])
    for helper, (before, cut), (after, flows) in zip(TRANSLATED, answers[::2], answers[1::2], strict=True):
        assert not isinstance(before, str), f"{helper} raises {before}"
        assert _close(before, after), f"{helper}: {before} became {after}"
        assert flows, f"no gradient after the fix of {helper}"
        assert not cut, f"{helper} was right"


def _close(some: object, others: object) -> bool:
    if isinstance(some, list) and isinstance(others, list):
        return len(some) == len(others) and all(map(_close, some, others))
    return bool(some == pytest.approx(others, rel=1e-4))
