"""What gradfix is compared with, as programs of one process.

usage: python benchmarks/_baselines.py parse PATH      read and parse every Python file with ``ast.parse``
       python benchmarks/_baselines.py names PATH      parse with libcst and resolve its qualified names
"""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Iterator


def contents(path: str) -> Iterator[bytes]:
    """Yield what stands in each Python file below ``path``."""
    below = (os.path.join(folder, name) for folder, _, names in os.walk(path) for name in names)
    for file in [path] if os.path.isfile(path) else below:
        if file.endswith(".py"):
            with open(file, "rb") as stream:
                yield stream.read()


def parse(path: str) -> None:
    """Do what any tool written in Python has to do first."""
    for content in contents(path):
        try:
            ast.parse(content)
        except (SyntaxError, ValueError):
            continue


def names(path: str) -> None:
    """Do what a fixer built on libcst does to know what a name refers to."""
    import libcst as cst
    from libcst.metadata import MetadataWrapper, QualifiedNameProvider

    for content in contents(path):
        try:
            module = cst.parse_module(content)
        except cst.ParserSyntaxError:
            continue
        MetadataWrapper(module, unsafe_skip_copy=True).resolve(QualifiedNameProvider)


if __name__ == "__main__":
    {"parse": parse, "names": names}[sys.argv[1]](sys.argv[2])
