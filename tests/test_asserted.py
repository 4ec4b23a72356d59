"""A gradient that a test only asserts to be None is not asked for; every other one is."""

from __future__ import annotations

import ast

import pytest

from gradfix.flow.asserted import asserted_none

TEST = """\
def test_it():
    with tf.GradientTape() as tape:
        y = tf.round(x)
    g = tape.gradient(y, x)
    {use}
"""


@pytest.mark.parametrize(
    ("use", "expected"),
    [
        ("assert g is None", True),
        ("assert y is not None and g is None", True),
        ("self.assertIsNone(g, 'a stair')", True),
        ("self.assertTrue(g is None)", True),
        ("assert all(one is None for one in g)", True),
        ("assert g[0] is None", True),
        ("for one in g: self.assertIsNone(one)", True),
        ("assert g is not None", False),
        ("assert not g is None", False),
        ("assert not any(one is None for one in g)", False),
        ("assert y is None or g is None", False),
        ("self.assertIsNotNone(g)", False),
        ("if g is None: print('lost')", False),
        ("print(g is None)", False),
        ("assert g is None; print(g)", False),
        ("pass", False),
    ],
)
def test_only_what_is_asserted_to_be_none_is_left_out(use: str, *, expected: bool) -> None:
    assert bool(asserted_none(ast.parse(TEST.format(use=use)))) is expected


def test_a_request_may_stand_in_the_assertion_itself() -> None:
    assert len(asserted_none(ast.parse("self.assertIsNone(tape.gradient(y, x))"))) == 1
    assert not asserted_none(ast.parse("self.assertEqual(tape.gradient(y, x), None)"))
