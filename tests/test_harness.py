"""The harness must fail on wrong fixtures; otherwise its praise is worth nothing."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.harness.case import CaseError, load_case, load_cases
from tests.harness.client import Server, ServerError, observe
from tests.harness.judge import compare, judge
from tests.harness.observation import Fit, Observation, Source

BOTH = pytest.mark.parametrize("keras", [3, 2], indirect=True)

PROGRAM = """\
import numpy as np
import tensorflow as tf

w = tf.Variable([1.0, 2.0], name="w")
for _ in range(3):
    with tf.GradientTape() as tape:
        loss = {loss}
    gradient = tape.gradient(loss, w)
    if gradient is not None:
        w.assign_sub(0.1 * gradient)
"""
HEALTHY = PROGRAM.format(loss="tf.reduce_mean(tf.square(w))")
MISSING = PROGRAM.format(loss="tf.constant(np.mean(np.square(w)))")
ZERO = PROGRAM.format(loss="tf.reduce_mean(tf.sign(w))")
NOT_FINITE = PROGRAM.format(loss="tf.reduce_mean(tf.sqrt(w * 0.0))")
OTHER_LOSS = PROGRAM.format(loss="tf.reduce_sum(tf.square(w))")
FITTED = """\
import numpy as np
import tensorflow as tf

model = tf.keras.Sequential([tf.keras.Input((2,)), tf.keras.layers.Dense(1)])
model.compile(optimizer="sgd", loss={loss})
model.fit(np.ones((8, 2)), np.ones((8, 1)), epochs=2, verbose=0)
"""


def write(folder: Path, settings: str = "", **programs: str) -> Path:
    folder.mkdir(parents=True)
    for name, text in programs.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    if settings:
        (folder / "case.toml").write_text(settings, encoding="utf-8")
    return folder


@pytest.mark.tensorflow
@BOTH
@pytest.mark.parametrize(
    ("settings", "programs", "complaint"),
    [
        ("", {"before": HEALTHY, "after": HEALTHY}, "before.py does not show missing"),
        ("", {"before": MISSING, "after": MISSING}, "after.py: no gradient for w"),
        ("", {"before": MISSING, "after": ZERO}, "is zero"),
        ("", {"before": MISSING, "after": NOT_FINITE}, "is not finite"),
        ("", {"before": MISSING, "after": HEALTHY + "raise KeyError('late')\n"}, "line 11: KeyError"),
        ("", {"before": MISSING, "after": "import tensorflow\n"}, "after.py asks for no gradient"),
        ("", {"before": "import tensorflov\n", "after": HEALTHY}, "before.py: ModuleNotFoundError"),
        (
            "same_loss = true",
            {"before": MISSING, "after": OTHER_LOSS},
            "same_loss: (2.5,) before, (5.0,) after",
        ),
        ('symptom = "raises"', {"before": MISSING, "after": HEALTHY}, "before.py does not show raises"),
        ('symptom = "zero"', {"before": MISSING, "after": HEALTHY}, "before.py does not show zero"),
        ('symptom = "zero"', {"before": ZERO, "after": ZERO}, "after.py still shows zero"),
        ('symptom = "nan"', {"before": HEALTHY, "after": HEALTHY}, "before.py does not show nan"),
        ('symptom = "constant-loss"', {"before": HEALTHY, "after": HEALTHY}, "not show constant-loss"),
        ('symptom = "untracked"', {"before": HEALTHY, "after": HEALTHY}, "does not show untracked"),
        ('symptom = "warns"', {"before": HEALTHY, "after": HEALTHY}, "before.py does not show warns"),
        ('symptom = "wrong-loss"', {"before": HEALTHY, "after": HEALTHY}, "the same loss as after.py"),
        ('says = "no such words"', {"before": MISSING, "after": HEALTHY}, "never says 'no such words'"),
        ('safety = "advice"', {"before": HEALTHY}, "before.py does not show missing"),
        ("", {"unchanged": MISSING}, "unchanged.py: no gradient for w"),
        ("", {"unchanged": ZERO}, "is zero"),
        ("", {"unchanged": "import tensorflow\n"}, "unchanged.py asks for no gradient"),
        ("", {"unchanged": FITTED.format(loss="lambda t, p: t - t")}, "No gradients provided"),
    ],
)
def test_a_wrong_fixture_fails(
    tmp_path: Path, keras: int, settings: str, programs: dict[str, str], complaint: str
) -> None:
    case = load_case(write(tmp_path / "codemod" / "case", settings, **programs))
    assert complaint in "\n".join(judge(case, keras))


@pytest.mark.tensorflow
@BOTH
@pytest.mark.parametrize(
    ("settings", "programs"),
    [
        ("same_loss = true", {"before": MISSING, "after": HEALTHY}),
        ('symptom = "zero"', {"before": ZERO, "after": HEALTHY}),
        ('symptom = "wrong-loss"', {"before": OTHER_LOSS, "after": HEALTHY}),
        ('safety = "advice"', {"before": MISSING}),
        ('idle = ["w*"]', {"unchanged": MISSING}),
        ("", {"unchanged": FITTED.format(loss="'mse'")}),
        ('symptom = "raises"', {"before": "import numpy\n1 / 0\n", "after": HEALTHY}),
        ('symptom = "untracked"', {"before": "v = 1\n" + HEALTHY + "tf.Variable(1.0)\n", "after": HEALTHY}),
    ],
)
def test_a_right_fixture_passes(tmp_path: Path, keras: int, settings: str, programs: dict[str, str]) -> None:
    case = load_case(write(tmp_path / "codemod" / "case", settings, **programs))
    assert judge(case, keras) == []


@pytest.mark.tensorflow
@BOTH
def test_gradients_in_a_graph_and_in_fit_are_seen(tmp_path: Path, keras: int) -> None:
    traced = (
        "import tensorflow as tf\n"
        "w = tf.Variable([3.0, -4.0], name='w')\n"
        "@tf.function(jit_compile=True)\n"
        "def step():\n"
        "    with tf.GradientTape() as tape:\n"
        "        loss = tf.reduce_sum(w * w)\n"
        "    w.assign_sub(0.25 * tape.gradient(loss, w))\n"
        "step()\n"
        "step()\n"
    )
    program = tmp_path / "traced.py"
    program.write_text(traced, encoding="utf-8")
    seen = observe(program, keras)
    assert (seen.exception, seen.targets) == (None, ((25.0,), (6.25,)))
    assert [(s.line, s.name, s.executions, s.largest) for s in seen.sources] == [(8, "w:0", 2, 8.0)]

    program = tmp_path / "fitted.py"
    program.write_text(FITTED.format(loss="'mse'"), encoding="utf-8")
    seen = observe(program, keras)
    assert [(s.line, s.executions) for s in seen.sources] == [(6, 2), (6, 2)]
    assert seen.fits[0].trainable_weights == 2
    assert seen.fits[0].losses[1] < seen.fits[0].losses[0]


@pytest.mark.tensorflow
@BOTH
def test_a_program_that_kills_its_process_is_reported(tmp_path: Path, keras: int) -> None:
    program = tmp_path / "dies.py"
    program.write_text("import os\nos.kill(os.getpid(), 9)\n", encoding="utf-8")
    assert (observe(program, keras).exception or "").startswith("Crash")


@pytest.mark.tensorflow
@pytest.mark.parametrize("keras", [3], indirect=True)
def test_a_program_that_does_not_end_is_stopped(tmp_path: Path, keras: int) -> None:
    program = tmp_path / "waits.py"
    program.write_text("import time\nprint('here', flush=True)\ntime.sleep(60)\n", encoding="utf-8")
    server = Server(sys.executable, limit=2)
    try:
        seen = server.submit(program).result()
    finally:
        server.close()
    assert server.versions["keras"].startswith(f"{keras}.")
    assert (seen.exception or "").startswith("Timeout")
    assert seen.output == "here\n"


def test_an_interpreter_without_a_server_is_an_error() -> None:
    with pytest.raises(ServerError, match="the server has ended"):
        Server("true")


@pytest.mark.parametrize(
    ("settings", "programs", "complaint"),
    [
        ("", {}, "holds no program"),
        ("", {"before": ""}, "holds before"),
        ("", {"before": "", "after": "", "unchanged": ""}, "holds before, after, unchanged"),
        ('safety = "advice"', {"before": "", "after": ""}, "holds before, after"),
        ('symptom = "sadness"', {"unchanged": ""}, "unknown symptom 'sadness'"),
        ('safety = "maybe"', {"unchanged": ""}, "unknown safety 'maybe'"),
        ("keras = [4]", {"unchanged": ""}, "keras must be"),
        ("keras = []", {"unchanged": ""}, "keras must be"),
        ("colour = 1\nfiles = []", {"unchanged": ""}, "unknown key colour; unknown key files"),
    ],
)
def test_a_folder_that_makes_no_sense_is_refused(
    tmp_path: Path, settings: str, programs: dict[str, str], complaint: str
) -> None:
    folder = write(tmp_path / "codemod" / "case", settings, **programs)
    with pytest.raises(CaseError, match=complaint):
        load_case(folder)


def test_a_folder_without_fixtures_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match="holds no fixture"):
        load_cases(tmp_path)


def test_an_observation_survives_its_journey() -> None:
    seen = Observation(
        exception="ValueError: no",
        exception_line=3,
        sources=(Source(line=1, name="w", executions=2, missing=2, largest=0.0, finite=True),),
        targets=((1.0, 2.0),),
        fits=(Fit((1.0, 0.5), 4),),
        idle=("v:0",),
        warnings=("beware",),
    )
    assert Observation.from_data(json.loads(seen.to_json())) == seen


def test_a_constant_loss_is_one_that_stays(tmp_path: Path) -> None:
    case = load_case(write(tmp_path / "codemod" / "case", 'symptom = "constant-loss"', before="", after=""))
    source = Source(line=1, name="w", executions=2, missing=0, largest=1.0, finite=True)
    flat = Observation(sources=(source,), fits=(Fit((0.0, 0.0, 0.0), 2),))
    falling = Observation(sources=(source,), fits=(Fit((0.7, 0.4, 0.2), 2),))
    assert compare(case, {"before": flat, "after": falling}) == []
    assert compare(case, {"before": flat, "after": flat}) == ["after.py still shows constant-loss"]
