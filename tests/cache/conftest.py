"""A project to run in, and what is checked in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gradfix import pool
from gradfix.engine import check_path
from gradfix.model import FileResult
from tests.cache.running import (
    FILES,
)
from tests.trees import planted


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = planted(tmp_path / "project", FILES)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that are checked and not taken from the cache, without those that are checked once more."""
    paths: list[str] = []

    def noted(path: str, *rest: Any) -> FileResult:
        paths.append(path)
        return check_path(path, *rest)

    monkeypatch.setattr(pool, "check_path", noted)
    return paths
