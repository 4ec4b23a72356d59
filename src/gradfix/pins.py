"""Which Keras a project pins: read from its requirements, ``pyproject.toml``, and lock files.

TensorFlow 2.16 was the first release whose ``tf.keras`` is Keras 3 (its release notes). A pin that allows both
says nothing.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

_METADATA = re.compile(
    r"(?:requirements.*\.(?:txt|in)|constraints.*\.txt|pyproject\.toml|setup\.(?:py|cfg)|Pipfile(?:\.lock)?"
    r"|(?:poetry|uv|pdm)\.lock|(?:environment|conda).*\.ya?ml)\Z"
)
_LOCKED = re.compile(
    r'name\s*=\s*"(tensorflow(?:-cpu|-gpu|-intel|-macos)?|keras)"\s*\n\s*version\s*=\s*"(\d+)\.(\d+)'
)
_PIN = re.compile(
    r"(?<![\w./-])(tensorflow(?:-cpu|-gpu|-intel|-macos)?|keras)(?:\[[^\]]*\])?[\"']?\s*"
    r"(?::\s*\{[^}]*?\"version\":\s*|=\s*)?[\"']?(?P<specifiers>(?:[=<>~!^]=?=?\s*\d[\w.*]*\s*,?\s*)+)"
)
_SPECIFIER = re.compile(r"([=<>~!^]=?=?)\s*(\d+)(?:\.(\d+|\*))?(\.[\d*]+)?")
_TENSORFLOW_WITH_KERAS_3 = (2, 16)


@dataclass(frozen=True, slots=True)
class Pin:
    """The version of Keras (2 or 3) that ``path`` pins."""

    keras: int
    path: str


def find_pin(start: str) -> Pin | None:
    """Return the pin of the project around the directory ``start``, or None.

    Looks into ``start`` and its parents, up to the root of the repository; the nearest pin counts.
    """
    directory = os.path.realpath(start)
    while True:
        pin = _in_directory(directory)
        parent = os.path.dirname(directory)
        if pin is not None or parent == directory or os.path.exists(os.path.join(directory, ".git")):
            return pin
        directory = parent


def _in_directory(directory: str) -> Pin | None:
    try:
        names = sorted(name for name in os.listdir(directory) if _METADATA.match(name))
    except OSError:
        return None
    for name in names:
        path = os.path.join(directory, name)
        try:
            with open(path, encoding="utf-8") as stream:
                text = stream.read()
        except (OSError, UnicodeDecodeError):
            # Metadata that cannot be read pins nothing; the programs themselves are what was asked about.
            continue
        keras = pinned_keras(text)
        if keras is not None:
            return Pin(keras, path)
    return None


def pinned_keras(text: str) -> int | None:
    """Return the Keras (2 or 3) that a metadata file's text pins, or None when it allows both."""
    found: set[int] = set()
    for match in _LOCKED.finditer(text):
        found.add(_version(match[1], (int(match[2]), int(match[3]))))
    for match in _PIN.finditer(text):
        version = _from_specifiers(match[1], match["specifiers"])
        if version is not None:
            found.add(version)
    return found.pop() if len(found) == 1 else None


def _version(package: str, version: tuple[int, int]) -> int:
    if package == "keras":
        return 3 if version[0] >= 3 else 2
    return 3 if version >= _TENSORFLOW_WITH_KERAS_3 else 2


def _from_specifiers(package: str, specifiers: str) -> int | None:
    for sign, major, minor, rest in _SPECIFIER.findall(specifiers):
        known = minor.isdigit()
        version = (int(major), int(minor) if known else 0)
        exact = sign in ("==", "===", "=") and (known or package == "keras")
        if exact or (sign == "~=" and rest):
            return _version(package, version)
        if sign in ("<", "<=") and _version(package, version) == 2:
            return 2
        if sign == "<" and version == ((3, 0) if package == "keras" else _TENSORFLOW_WITH_KERAS_3):
            return 2
        if sign in (">", ">=") and _version(package, version) == 3:
            return 3
        if sign in ("^", "~=") and package == "keras":
            return _version(package, version)
    return None
