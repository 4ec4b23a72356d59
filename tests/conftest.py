"""What all tests share: the servers that run TensorFlow, or the reason why they do not run."""

from __future__ import annotations

import importlib.util
import os

import pytest

from gradfix.store import VARIABLE
from tests.harness.client import KERAS2_VARIABLE, python_for

collect_ignore = ["programs", "projects"]  # what is analysed and run, and may have tests of its own

REQUIRE_VARIABLE = "GRADFIX_REQUIRE_TENSORFLOW"
"""Set in continuous integration: without TensorFlow the tests that need it fail instead of being skipped."""


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """No test reads what other runs have kept, or leaves something to them."""
    os.environ[VARIABLE] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture
def keras(request: pytest.FixtureRequest) -> int:
    """Keras 3 or 2, by the parameter of the test; skips when there is no interpreter with it."""
    version: int = request.param
    if version == 3 and importlib.util.find_spec("tensorflow") is None:
        _unavailable("TensorFlow is not installed")
    if python_for(version) is None:
        _unavailable(f"{KERAS2_VARIABLE} does not name an interpreter with TensorFlow 2.15")
    return version


def _unavailable(reason: str) -> None:
    if os.environ.get(REQUIRE_VARIABLE):
        pytest.fail(f"{REQUIRE_VARIABLE} is set, and {reason}")
    pytest.skip(reason)
