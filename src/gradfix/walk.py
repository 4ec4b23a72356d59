"""From the paths people name to the files to look at: directories, ``.gitignore``, links, exclusions."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Union

from gradfix.errors import SourceError
from gradfix.source import NOTEBOOK, why_unreadable

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

SUFFIXES = (".py", NOTEBOOK)

# Environments, caches, metadata of version control and build results: nobody's own source.
SKIPPED = frozenset(
    {
        ".direnv",
        ".eggs",
        ".git",
        ".hg",
        ".hypothesis",
        ".ipynb_checkpoints",
        ".mypy_cache",
        ".nox",
        ".pytest_cache",
        ".pytype",
        ".ruff_cache",
        ".svn",
        ".tox",
        ".venv",
        "__pycache__",
        "__pypackages__",
        "_build",
        "build",
        "dist",
        "node_modules",
        "site-packages",
        "venv",
    }
)

Identity = tuple[int, int]
Walked = Union[str, SourceError]


@dataclass(frozen=True, slots=True)
class Exclude:
    """Patterns as in a ``.gitignore``, relative to the directory ``root``."""

    root: str
    patterns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Rules:
    """Ignore rules that hold below ``root`` (absolute, real); later ones win over earlier ones."""

    root: str
    spec: GitIgnoreSpec

    def verdict(self, path: str, *, is_dir: bool) -> bool | None:
        relative = os.path.relpath(path, self.root)
        if relative == os.curdir or relative.startswith(os.pardir + os.sep) or relative == os.pardir:
            return None
        relative = relative.replace(os.sep, "/")
        return self.spec.check_file(relative + "/" if is_dir else relative).include


@dataclass(frozen=True, slots=True)
class _Directory:
    path: str
    real: str
    rules: tuple[_Rules, ...]


def walk(
    paths: Sequence[str], exclude: Sequence[Exclude] = (), *, force_exclude: bool = False
) -> Iterator[Walked]:
    """Yield the files to look at, each real file once, in a fixed order; and an error for what fails.

    A file that is named is taken whatever its ending, and even when it is ignored or excluded (unless
    ``force_exclude``). A directory gives its ``.py`` files and its notebooks in Python, without what
    ``.gitignore`` files and ``.git/info/exclude`` ignore, ``exclude``, and environments, caches and build results.
    Links that stand in it are not followed: what they lead to is found at its own place, or lies outside and was
    not named.
    """
    walker = _Walker(tuple(_rules(one.root, one.patterns) for one in exclude if one.patterns))
    for path in paths:
        try:
            status = os.stat(path)
        except (OSError, ValueError) as error:
            yield SourceError(why_unreadable(path, error), path=path)
            continue
        if stat.S_ISDIR(status.st_mode):
            yield from walker.directory(path)
        elif not (force_exclude and walker.excluded(os.path.abspath(path), is_dir=False)):
            yield from walker.file(path, status)


class _Walker:
    """Keeps which files and directories were seen, through however many arguments."""

    def __init__(self, exclude: tuple[_Rules, ...]) -> None:
        self.exclude = exclude
        self.files: set[Identity] = set()
        self.directories: set[Identity] = set()

    def excluded(self, path: str, *, is_dir: bool) -> bool:
        return any(rules.verdict(path, is_dir=is_dir) for rules in self.exclude)

    def file(self, path: str, status: os.stat_result) -> Iterator[Walked]:
        identity = _identity(path, status)
        if identity not in self.files:
            self.files.add(identity)
            yield path

    def directory(self, path: str) -> Iterator[Walked]:
        real = os.path.realpath(path)
        waiting = [_Directory("" if path == os.curdir else path, real, _rules_above(real))]
        while waiting:
            below: list[_Directory] = []
            for item in self.enter(waiting.pop()):
                if isinstance(item, _Directory):
                    below.append(item)
                else:
                    yield item
            waiting.extend(reversed(below))

    def enter(self, here: _Directory) -> Iterator[Walked | _Directory]:
        """Yield the files of one directory, and the directories below it, unless it was seen before."""
        name = here.path or os.curdir
        try:
            identity = _identity(name, os.stat(name))
            if identity in self.directories:
                return
            self.directories.add(identity)
            with os.scandir(name) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError as error:
            yield SourceError(why_unreadable(name, error), path=name)
            return
        rules = _rules_in(here.real, entries, here.rules)
        for entry in entries:
            path = os.path.join(here.path, entry.name)
            try:
                yield from self.entry(entry, _Directory(path, os.path.join(here.real, entry.name), rules))
            except OSError as error:
                yield SourceError(why_unreadable(path, error), path=path)

    def entry(self, entry: os.DirEntry[str], here: _Directory) -> Iterator[Walked | _Directory]:
        is_dir = entry.is_dir()
        if not is_dir and not entry.name.endswith(SUFFIXES):
            return
        if (is_dir and _skipped(entry)) or self.ignored(here, is_dir=is_dir):
            return
        if entry.is_symlink():
            entry.stat()
            if is_dir and _leads_up(here):
                yield SourceError("symbolic link loop: leads back to a directory above it", path=here.path)
        elif is_dir:
            yield here
        elif entry.is_file() and not (entry.name.endswith(NOTEBOOK) and _speaks_another(entry.path)):
            yield from self.file(here.path, os.stat(entry.path) if os.name == "nt" else entry.stat())

    def ignored(self, here: _Directory, *, is_dir: bool) -> bool:
        if self.exclude and self.excluded(os.path.abspath(here.path), is_dir=is_dir):
            return True
        return bool(_verdict(here.real, here.rules, is_dir=is_dir))


def _verdict(real: str, rules: tuple[_Rules, ...], *, is_dir: bool) -> bool | None:
    """Return what the nearest rule that speaks of ``real`` says: ignored, not ignored, or nothing."""
    verdicts = (level.verdict(real, is_dir=is_dir) for level in reversed(rules))
    return next((verdict for verdict in verdicts if verdict is not None), None)


def _leads_up(link: _Directory) -> bool:
    target = os.path.realpath(link.real)
    return os.path.commonpath([target, link.real]) == target


def _identity(path: str, status: os.stat_result) -> Identity:
    if status.st_ino:
        return status.st_dev, status.st_ino
    return 0, hash(os.path.normcase(os.path.realpath(path)))


def _speaks_another(path: str) -> bool:
    """Tell whether a notebook is in another language than Python; one that cannot be read is told of later."""
    from gradfix.notebook import speaks_python

    try:
        with open(path, "rb") as stream:
            return not speaks_python(stream.read())
    except OSError:
        return False


def _skipped(entry: os.DirEntry[str]) -> bool:
    return entry.name in SKIPPED or os.path.isfile(os.path.join(entry.path, "pyvenv.cfg"))


def _rules_above(real: str) -> tuple[_Rules, ...]:
    """Return the ignore rules of the repository that hold in the directory ``real``.

    Outside a repository there are none, and none either when the repository ignores ``real`` itself: who
    names an ignored directory wants to see what is in it.
    """
    above = [real]
    while not os.path.exists(os.path.join(above[-1], ".git")):
        parent = os.path.dirname(above[-1])
        if parent == above[-1]:
            return ()
        above.append(parent)
    rules: tuple[_Rules, ...] = ()
    for directory in reversed(above):
        if _verdict(directory, rules, is_dir=True):
            return ()
        if directory != real:
            rules = _rules_of(directory, rules)
    return rules


def _rules_in(real: str, entries: list[os.DirEntry[str]], above: tuple[_Rules, ...]) -> tuple[_Rules, ...]:
    names = {entry.name for entry in entries}
    return _rules_of(real, above) if ".gitignore" in names or ".git" in names else above


def _rules_of(directory: str, above: tuple[_Rules, ...]) -> tuple[_Rules, ...]:
    """Add the rules that stand in ``directory``; a repository inside another starts afresh."""
    if os.path.exists(os.path.join(directory, ".git")):
        above = _rules_from(directory, os.path.join(directory, ".git", "info", "exclude"))
    return above + _rules_from(directory, os.path.join(directory, ".gitignore"))


def _rules_from(root: str, file: str) -> tuple[_Rules, ...]:
    try:
        with open(file, encoding="utf-8-sig", errors="surrogateescape") as stream:
            lines = stream.read().splitlines()
    except OSError:
        # Git takes an ignore file that cannot be read for an absent one.
        return ()
    return (_rules(root, lines),)


def _rules(root: str, lines: Sequence[str]) -> _Rules:
    from pathspec import GitIgnoreSpec

    # For Git ``a/**`` is all that is in ``a`` but not ``a`` itself, for pathspec it is both; ``a/*`` is the
    # same thing to a walk that does not enter what is ignored.
    spec = GitIgnoreSpec.from_lines(line[:-1] if line.endswith("/**") else line for line in lines)
    return _Rules(os.path.realpath(root), spec)
