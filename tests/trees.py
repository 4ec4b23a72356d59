"""Small projects for tests, written into a folder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path


def planted(folder: Path, files: Mapping[str, str] | Iterable[str]) -> Path:
    """Write files below ``folder`` and return it: texts by path, or paths of empty files (``a/`` is a folder)."""
    texts = files if isinstance(files, Mapping) else dict.fromkeys(files, "")
    for name, text in texts.items():
        path = folder / name
        if name.endswith("/"):
            path.mkdir(parents=True, exist_ok=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return folder
