"""The measured knowledge: the committed table is what TensorFlow does, and it is sound in itself."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
TABLE: dict[str, Any] = json.loads((ROOT / "src/gradfix/flow/ops.json").read_text(encoding="utf-8"))
OPS: dict[str, dict[str, Any]] = TABLE["ops"]
VERSIONS = ("3", "2")
ANSWERS = {"yes", "zero", "none", "raises"}


def answers(row: Mapping[str, Any], version: str) -> dict[str, str]:
    """What a row says for one version, argument by argument."""
    spread = {
        name: answer if isinstance(answer, dict) else {version: answer} for name, answer in row["g"].items()
    }
    return {name: answer[version] for name, answer in spread.items() if version in answer}


def find(name: str) -> dict[str, Any]:
    """The row that stands for a name, as a reader of the table finds it."""
    name = TABLE["aliases"].get(name, name)
    if name not in OPS:
        name = name.replace("tensorflow.compat.v1.", "tensorflow.")
        name = TABLE["aliases"].get(name, name)
    return OPS[name]


def disagreements(table: Mapping[str, Any], part: Mapping[str, Any]) -> Iterator[str]:
    """How the table differs from a fresh measurement of one version, one line for each row."""
    version = part["version"]
    fresh = dict(part["rows"])
    fresh.update({name: fresh[target] for name, target in part["aliases"].items() if target in fresh})
    for name, row in table["ops"].items():
        expected = answers(row, version)
        if name in fresh:
            if fresh[name]["g"] != expected:
                yield f"{name}: the table says {expected}, TensorFlow {fresh[name]['g']}"
            kind = row.get("r" + version, row.get("r", "float"))
            if fresh[name].get("r", "float") != kind:
                yield f"{name}: the table says the result is {kind}, TensorFlow {fresh[name].get('r', 'float')}"
        elif (
            row.get("only", version) == version and name not in part["failed"] and name not in part["skipped"]
        ):
            yield f"{name}: not in this version"
    for name, row in part["rows"].items():
        if name not in table["ops"] and name not in table["aliases"] and ".compat.v1." not in name:
            yield f"{name}: measured as {row['g']}, not in the table"


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A measurement of the TensorFlow that is installed here."""
    pytest.importorskip("tensorflow")
    out = tmp_path_factory.mktemp("measured") / "part.json"
    command = [sys.executable, str(ROOT / "tools/measure_ops.py"), "measure", "--out", str(out)]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    )
    assert done.returncode == 0, done.stderr[-2000:]
    part: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    versions = TABLE["versions"].get(part["version"], {})
    if any(part["versions"][name] != versions.get(name) for name in ("tensorflow", "keras")):
        pytest.skip(f"the table was measured on {versions}, installed is {part['versions']}")
    return part


@pytest.mark.tensorflow
def test_table_agrees_with_a_fresh_measurement(fresh: dict[str, Any]) -> None:
    assert list(disagreements(TABLE, fresh)) == []


@pytest.mark.tensorflow
def test_a_wrong_row_is_noticed(fresh: dict[str, Any]) -> None:
    name = "tensorflow.round"
    wrong = {**TABLE, "ops": {**OPS, name: {**OPS[name], "g": {"x": "yes"}}}}
    assert [line.partition(":")[0] for line in disagreements(wrong, fresh)] == [name]


@pytest.mark.tensorflow
def test_twins_are_proven_anew(fresh: dict[str, Any]) -> None:
    version = fresh["version"]
    for name, row in TABLE["numpy"].items():
        if row.get("only", version) != version:
            continue
        again = fresh["numpy"].get(name, {})
        twin = row.get("tf" + version, row.get("tf"))
        assert again.get("tf") == twin, name
        keywords = row.get("k" + version, row.get("k", {})) if twin else {}
        assert all(again["k"].get(key) == value for key, value in keywords.items() if key in again["p"]), name
        assert again.get("keras") == (row.get("keras") if version == "3" else None), name


@pytest.mark.tensorflow
def test_share_of_measured_callables(fresh: dict[str, Any]) -> None:
    assert fresh["share"] >= 0.95
    assert fresh["share"] == pytest.approx(
        len(fresh["rows"]) / (len(fresh["rows"]) + len(fresh["failed"])), abs=1e-3
    )


@pytest.mark.tensorflow
def test_methods_and_operators_agree(fresh: dict[str, Any]) -> None:
    version = fresh["version"]
    for section in ("methods", "operators"):
        for name, answer in fresh[section].items():
            known = TABLE[section][name]
            assert (known[version] if isinstance(known, dict) else known) == answer, name


def test_rows_are_well_formed() -> None:
    for name, row in OPS.items():
        assert set(row) <= {"p", "g", "r", "c", "only", "p2", "r2"}, name
        assert row["g"], name
        parameters = {parameter.lstrip("*") for key in ("p", "p2") for parameter in row.get(key, ())}
        assert {argument.lstrip("*") for argument in row["g"]} <= parameters, name
        for version in VERSIONS:
            assert set(answers(row, version).values()) <= ANSWERS, name
        for components in row.get("c", {}).values():
            assert set(components) <= ANSWERS, name


def test_names_are_canonical_and_disjoint() -> None:
    assert all(re.match(r"(tensorflow|keras)\.", name) for name in OPS)
    assert not any(name.startswith("tensorflow.keras.") for name in (*OPS, *TABLE["aliases"]))
    assert OPS.keys().isdisjoint(TABLE["aliases"])
    assert OPS.keys().isdisjoint(TABLE["not_measured"])
    assert all(target in OPS for target in TABLE["aliases"].values())
    assert all(TABLE["not_measured"].values())


def test_twins_point_to_rows_with_a_gradient() -> None:
    for name, row in TABLE["numpy"].items():
        assert "tf" in row or "keras" in row, name
        for twin, keywords in (
            (row.get("tf"), row.get("k", {})),
            (row.get("keras"), row.get("kk", row.get("k", {}))),
        ):
            if twin is None:
                continue
            found = find(twin)
            names = {parameter.lstrip("*") for parameter in found["p"]}
            assert {keyword.lstrip("*") for keyword in keywords.values()} <= names, (name, twin)
            tensor = row["p"][0] if row["p"][0] in keywords else next(iter(keywords))
            if not row.get("const") and keywords[tensor] in found["g"]:
                assert "yes" in answers(found, "3").values(), (name, twin)
        assert all(need in {**row.get("k", {}), **row.get("kk", {})} for need in row.get("need", ())), name


@pytest.mark.parametrize(
    ("name", "argument", "answer"),
    [
        ("tensorflow.round", "x", "none"),
        ("tensorflow.floor", "x", "none"),
        ("tensorflow.math.ceil", "x", "none"),
        ("tensorflow.math.rint", "x", "none"),
        ("tensorflow.math.floordiv", "x", "none"),
        ("tensorflow.argmax", "input", "none"),
        ("tensorflow.argsort", "values", "none"),
        ("tensorflow.bitcast", "input", "none"),
        ("tensorflow.greater", "x", "none"),
        ("tensorflow.searchsorted", "values", "none"),
        ("tensorflow.random.categorical", "logits", "none"),
        ("tensorflow.stop_gradient", "input", "none"),
        ("tensorflow.numpy_function", "inp", "none"),
        ("tensorflow.Variable", "initial_value", "none"),
        ("tensorflow.compat.v1.to_int32", "x", "none"),
        ("keras.backend.round", "x", "none"),
        ("keras.backend.get_value", "x", "none"),
        ("keras.metrics.binary_accuracy", "y_pred", "none"),
        ("tensorflow.sign", "x", "zero"),
        ("keras.ops.sign", "x", "zero"),
        ("tensorflow.unique", "x", "raises"),
        ("tensorflow.sort", "values", "yes"),
        ("tensorflow.math.top_k", "input", "yes"),
        ("tensorflow.where", "x", "yes"),
        ("tensorflow.clip_by_value", "t", "yes"),
        ("tensorflow.math.floormod", "x", "yes"),
        ("tensorflow.py_function", "inp", "yes"),
        ("tensorflow.convert_to_tensor", "value", "yes"),
        ("tensorflow.constant", "value", "yes"),
        ("tensorflow.cast", "x", "yes"),
        ("tensorflow.map_fn", "elems", "yes"),
        ("keras.losses.mean_squared_error", "y_pred", "yes"),
    ],
)
def test_known_facts(name: str, argument: str, answer: str) -> None:
    row = find(name)
    for version in VERSIONS:
        if row.get("only", version) == version:
            assert answers(row, version)[argument] == answer


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("tensorflow.argmax", "int"),
        ("tensorflow.greater", "bool"),
        ("tensorflow.math.top_k", ["float", "int"]),
        ("tensorflow.nn.moments", ["float", "float"]),
        ("tensorflow.split", "float[]"),
        ("tensorflow.sin", "float"),
        ("tensorflow.as_string", "string"),
        ("keras.backend.eval", "numpy"),
    ],
)
def test_known_kinds(name: str, kind: Any) -> None:
    assert find(name).get("r", "float") == kind


@pytest.mark.parametrize(
    "name", ["numpy.round", "numpy.sign", "numpy.argmax", "numpy.floor", "numpy.linalg.svd"]
)
def test_no_twin_is_claimed(name: str) -> None:
    assert name not in TABLE["numpy"]


def test_operators() -> None:
    operators = TABLE["operators"]
    assert {operators[name] for name in ("+", "-", "*", "/", "**", "@", "%", "abs", "neg", "getitem")} == {
        "yes"
    }
    assert {operators[name] for name in ("//", "<", "==", "!=", "float", "int")} == {"none"}


def test_table_is_small_and_readable() -> None:
    text = (ROOT / "src/gradfix/flow/ops.json").read_text(encoding="utf-8")
    assert len(text.encode()) < 250_000
    assert text.count("\n") > len(OPS)
