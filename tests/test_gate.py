"""What is told from the words of a file, before anything is parsed."""

from __future__ import annotations

import pytest

from gradfix.gate import asks, calls, defines, imports, mentions_libraries


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import tensorflow as tf", True),
        ("from tf_keras import layers", True),
        ("import keras", True),
        ("import numpy as np", False),
        ("", False),
    ],
)
def test_mentions(text: str, expected: bool) -> None:
    assert mentions_libraries(text) is expected


@pytest.mark.parametrize(
    "text",
    [
        "with tf.GradientTape() as tape:",
        "g = tape.gradient(loss, w)",
        "optimizer.minimize(loss, w)",
        "model.fit(x, y)",
        "self.add_loss(value)",
        "optimizer.apply_gradients(pairs)",
        "model.compile('adam', 'mse')",
        "re.compile('a'); model.compile('adam')",
        "store.compile('adam')",
    ],
)
def test_asks(text: str) -> None:
    assert asks(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "PATTERN = re.compile('a')",
        "A = re.compile('a')\nB = re.compile('b')",
        "fast = torch.compile(net)",
        "compile(source, path, 'exec')",
        "fit(x, y)",
        "model.predict(x)",
        "def gradient(x): ...",
    ],
)
def test_does_not_ask(text: str) -> None:
    assert not asks(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("class Dense(keras.layers.Layer):", True),
        ("class Net(Model): pass", True),
        ("class Net(\n    tf.keras.Model,\n):", True),
        ("class Huber(keras.losses.Loss):", True),
        ("class Hits(tf.keras.metrics.Metric):", True),
        ("class Net(tf.Module):", True),
        ("class Conv(layers.Conv2D):", True),
        ("class Net(Base):\n    def call(self, inputs):", True),
        ("class Net(Base):\n    def train_step(self, data):", True),
        ("class Settings(dict):", False),
        ("class Layer:\n    pass", False),
        ("def call(inputs):", False),
        ("model = keras.Sequential()", False),
    ],
)
def test_defines(text: str, expected: bool) -> None:
    assert defines(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("main()", True),
        ("import train\ntrain.main(1)", True),
        ("if __name__ == '__main__':\n    main()", True),
        ("if __name__ == '__main__':\n    # the whole thing\n\n    main()", True),
        ("app.run(main)", True),
        ("", False),
        ("x = main()", True),
        ("X = main()", False),
        ("if __name__ == '__main__':\n    options = parse()\n    run(options)", True),
        ("def main():\n    run()", False),
        ("if __name__ == '__main__':\n    unittest.main()", False),
        ("if __name__ == '__main__':\n    tf.test.main()", False),
        ("logging.basicConfig(level=1)", False),
        ("np.random.seed(0)", False),
        ("setup(name='x')", False),
        ("# main()", False),
    ],
)
def test_calls(text: str, expected: bool) -> None:
    assert calls(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import a", {(0, "a")}),
        ("import a.b as c, d", {(0, "a.b"), (0, "d")}),
        ("from a import b", {(0, "a"), (0, "a.b")}),
        ("from a.b import c as d, e", {(0, "a.b"), (0, "a.b.c"), (0, "a.b.e")}),
        ("from . import b", {(1, ""), (1, "b")}),
        ("from ..a import b", {(2, "a"), (2, "a.b")}),
        ("from .. a import b", {(2, "a"), (2, "a.b")}),
        ("from a import (\n    b,\n    c as d,\n)", {(0, "a"), (0, "a.b"), (0, "a.c")}),
        ("from a import b  # see c", {(0, "a"), (0, "a.b")}),
        ("def f():\n\tfrom a import b", {(0, "a"), (0, "a.b")}),
        ("try:\n    import a\nexcept ImportError:\n    import b", {(0, "a"), (0, "b")}),
        ("from a import *", {(0, "a")}),
        ("# import a", set()),
        ("x = 'import a'", set()),
        ("imports = a", set()),
        ("", set()),
    ],
)
def test_imports(text: str, expected: set[tuple[int, str]]) -> None:
    assert set(imports(text)) == expected


def test_a_long_block_without_a_call_is_read_once() -> None:
    body = "".join(f"        x = {number}\n" for number in range(200))
    assert not calls(f"for i in range(3):\n{body}y = 1\n")
    assert calls(f"for i in range(3):\n{body}        train(i)\n")
