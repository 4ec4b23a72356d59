"""Which Keras a project's metadata pins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gradfix.pins import find_pin, pinned_keras

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("text", "keras"),
    [
        ("tensorflow==2.15.0\n", 2),
        ("tensorflow-cpu==2.15.*\nnumpy\n", 2),
        ("tensorflow<2.16\n", 2),
        ("tensorflow>=2.10,<2.16  # the old Keras\n", 2),
        ("tensorflow[and-cuda]~=2.14.0\n", 2),
        ("tensorflow==2.18.1\n", 3),
        ("tensorflow>=2.16\n", 3),
        ("keras<3\n", 2),
        ("keras==3.5.0\n", 3),
        ("keras~=2.15\n", 2),
        ("tensorflow\n", None),
        ("tensorflow>=2.4\n", None),
        ("tensorflow~=2.4\n", None),
        ("tensorflow-probability==0.20\n", None),
        ("tensorflow>=2.16\nkeras<3\n", None),
        ('dependencies = [\n  "tensorflow == 2.13.1",\n]\n', 2),
        ('[tool.poetry.dependencies]\ntensorflow = "==2.12.0"\n', 2),
        ('[[package]]\nname = "tensorflow"\nversion = "2.17.0"\n', 3),
        ('"tensorflow": {"hashes": [], "version": "==2.11.0"}', 2),
        ("dependencies:\n  - python=3.9\n  - tensorflow=2.10\n", 2),
    ],
)
def test_a_pin_tells_the_keras(text: str, keras: int | None) -> None:
    assert pinned_keras(text) == keras


def test_the_nearest_pin_of_the_repository_counts(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("tensorflow==2.15.0\n")
    package = tmp_path / "src" / "package"
    package.mkdir(parents=True)
    pin = find_pin(str(package))
    assert pin is not None
    assert (pin.keras, pin.path) == (2, str(tmp_path.resolve() / "requirements.txt"))
    (package / ".git").mkdir()
    assert find_pin(str(package)) is None
