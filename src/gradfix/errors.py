"""The exception tree of gradfix: whatever goes wrong with one file is a ``GradfixError``.

::

    GradfixError
    ├── SourceError      a file could not be read, decoded, or written
    ├── ParseError       a file is not valid Python
    ├── RewriteError     an edit could not be carried out, or its result was refused
    └── UsageError       the command line or the configuration does not make sense
"""

from __future__ import annotations


class GradfixError(Exception):
    """A failure with a place: printed as ``path:line:column: message``.

    ``line`` and ``column`` are 1-based; either may be ``None`` when the failure has no such place.
    """

    def __init__(
        self, message: str, *, path: str | None = None, line: int | None = None, column: int | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        self.line = line
        self.column = column

    def __str__(self) -> str:
        place = [str(part) for part in (self.path, self.line, self.column) if part is not None]
        return f"{':'.join(place)}: {self.message}" if place else self.message

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.message, self.path, self.line, self.column)


def _rebuild(
    kind: type[GradfixError], message: str, path: str | None, line: int | None, column: int | None
) -> GradfixError:
    return kind(message, path=path, line=line, column=column)


class SourceError(GradfixError):
    """A file could not be read, decoded, or written."""


class ParseError(GradfixError):
    """A file is not valid Python."""


class RewriteError(GradfixError):
    """An edit could not be carried out, or its result was refused."""


class UsageError(GradfixError):
    """The command line or the configuration does not make sense."""
