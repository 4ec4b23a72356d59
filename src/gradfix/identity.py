"""Who a process is: whether two of them, on two machines, would write the same report."""

from __future__ import annotations

import functools
import hashlib
import importlib
import os
import platform
from dataclasses import dataclass
from importlib.metadata import entry_points, version

from gradfix import __version__
from gradfix.codemod import GROUP


@dataclass(frozen=True)
class Identity:
    """What decides about the bytes of a report: versions, and a digest of the code that finds and fixes."""

    gradfix: str
    python: str
    libcst: str
    code: str

    def differs(self, other: Identity) -> str | None:
        """Return in words what is different first, or None."""
        for what in ("python", "gradfix", "libcst", "code"):
            mine, theirs = getattr(self, what), getattr(other, what)
            if mine != theirs:
                name = {"python": "Python", "code": "code of gradfix or of its codemods,"}.get(what, what)
                return f"{name} {theirs} there, {mine} here"
        return None


@functools.cache
def identity() -> Identity:
    """Return the identity of this process."""
    digest = hashlib.sha256()
    packages = sorted({"gradfix", *(entry.value for entry in entry_points(group=GROUP))})
    for name in packages:
        for folder in sorted(importlib.import_module(name).__path__):
            for path in _files(folder):
                digest.update(os.path.relpath(path, folder).replace(os.sep, "/").encode())
                with open(path, "rb") as file:
                    digest.update(hashlib.sha256(file.read()).digest())
    return Identity(__version__, platform.python_version(), version("libcst"), digest.hexdigest()[:12])


def _files(folder: str) -> list[str]:
    return sorted(
        os.path.join(parent, name)
        for parent, _, names in os.walk(folder)
        for name in names
        if name.endswith((".py", ".json"))
    )
