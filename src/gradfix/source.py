"""Bytes in and bytes out: reading, decoding, encoding and writing one file.

Newlines are never translated and nothing is normalised: ``encode(source, source.text)`` is ``source.raw``. A
notebook is one source, too: its text is that of its cells, see ``notebook.py``.
"""

from __future__ import annotations

import codecs
import os
import re
import stat
import tokenize
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from gradfix.errors import SourceError
from gradfix.model import Notebook

NOTEBOOK = ".ipynb"

_FIRST_TWO_LINES = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)?[^\r\n]*(?:\r\n|\r|\n)?")
_NEWLINE = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Source:
    """One file as it was read.

    ``raw`` are its bytes, ``encoding`` is the one they are in (by byte-order mark, PEP 263 cookie, or the
    default UTF-8), ``text`` is the decoded text without the byte-order mark, newlines untouched. Of a notebook,
    ``text`` is the Python of its cells, and ``notebook`` tells how it is made of them.
    """

    path: str
    raw: bytes
    encoding: str
    has_bom: bool
    text: str
    notebook: Notebook | None = None


class Disk:
    """The files of this machine."""

    def read(self, path: str) -> Source:
        """Read the file at ``path``; see ``read``."""
        return read(path)

    def entries(self, directory: str) -> Mapping[str, bool]:
        """Return the names in ``directory``, and whether each is a directory; nothing if it cannot be listed."""
        try:
            with os.scandir(directory) as listed:
                return {entry.name: entry.is_dir() for entry in listed}
        except (OSError, ValueError):
            return {}


def read(path: str) -> Source:
    """Read the file at ``path``.

    Raises:
        SourceError: it cannot be read (missing, no permission, a directory, a broken or circular link) or
            decoded.
    """
    try:
        with open(path, "rb") as stream:
            raw = stream.read()
    except (OSError, ValueError) as error:
        raise SourceError(why_unreadable(path, error), path=path) from error
    return from_bytes(raw, path)


def from_bytes(raw: bytes, path: str) -> Source:
    """Decode ``raw`` as Python itself would, or as a notebook when ``path`` ends like one.

    Raises:
        SourceError: an unknown encoding, bytes that are not valid in it, null bytes, or no notebook in Python.
    """
    if path.endswith(NOTEBOOK):
        from gradfix.notebook import opened

        text, notebook = opened(raw, path)
        return Source(path, raw, "utf-8", raw.startswith(codecs.BOM_UTF8), text, notebook)
    head = _FIRST_TWO_LINES.match(raw)
    # bytes.splitlines knows all three newlines; BytesIO.readline would take a CR-only file for one line.
    lines = iter(head.group().splitlines(keepends=True) if head else ())
    try:
        encoding, _ = tokenize.detect_encoding(lambda: next(lines, b""))
    except SyntaxError as error:
        _raise_undecodable(raw, path)
        raise SourceError(f"cannot be decoded: {error.msg}", path=path, line=1) from error
    has_bom = raw.startswith(codecs.BOM_UTF8)
    if has_bom:
        encoding = "utf-8"
    body = raw[len(codecs.BOM_UTF8) :] if has_bom else raw
    text = _decode(body, encoding, path)
    null = text.find("\0")
    if null >= 0:
        line, column = _place(text[:null])
        raise SourceError("contains null bytes: not Python source", path=path, line=line, column=column)
    return Source(path, raw, encoding, has_bom, text)


def encode(source: Source, text: str) -> bytes:
    """Return ``text`` in the encoding of ``source``, with its byte-order mark if it had one.

    Raises:
        SourceError: a character of ``text`` does not exist in the encoding, or the encoding has several
            spellings of one text, so that unchanged parts would not stay as they are.
        RewriteError: ``text`` is not one of the cells of the notebook.
    """
    if source.notebook is not None:
        from gradfix.notebook import spliced

        return spliced(source.raw, source.notebook, source.text, text)
    if _encode(source, source.text) != source.raw:
        message = f"cannot be written back exactly in its encoding ({source.encoding}); not written"
        raise SourceError(message, path=source.path)
    return _encode(source, text)


def write(source: Source, text: str) -> None:
    """Replace the file that ``source`` was read from by ``text``, at once or not at all.

    A link is followed, the mode is kept, and so is the owner where the system allows it.

    Raises:
        SourceError: the file has changed since it was read, is not writable, or ``text`` cannot be encoded.
    """
    data = encode(source, text)
    target = os.path.realpath(source.path)
    temporary = None
    try:
        status = os.stat(target)
        if not os.access(target, os.W_OK):
            raise SourceError("is not writable; not written", path=source.path)
        temporary = _write_beside(target, data, status)
        with open(target, "rb") as stream:
            if stream.read() != source.raw:
                raise SourceError("has changed since it was read; not written", path=source.path)
        os.replace(temporary, target)
        temporary = None
    except OSError as error:
        message = f"cannot be written: {error.strerror or error}"
        raise SourceError(message, path=source.path) from error
    finally:
        if temporary is not None:
            with suppress(OSError):
                os.unlink(temporary)


def why_unreadable(path: str, error: Exception) -> str:
    """Return one line that says why ``path`` could not be opened or listed."""
    if isinstance(error, FileNotFoundError) and os.path.islink(path):
        return "is a broken symbolic link"
    if isinstance(error, FileNotFoundError):
        return "no such file or directory"
    if isinstance(error, IsADirectoryError):
        return "is a directory"
    reason = error.strerror if isinstance(error, OSError) else None
    return f"cannot be read: {reason or error}"


def _write_beside(target: str, data: bytes, status: os.stat_result) -> str:
    import tempfile

    handle, temporary = tempfile.mkstemp(prefix=".gradfix-", dir=os.path.dirname(target))
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        if hasattr(os, "chown"):
            with suppress(OSError):
                os.chown(temporary, status.st_uid, status.st_gid)
        os.chmod(temporary, stat.S_IMODE(status.st_mode))
    except BaseException:
        # Also on Ctrl-C: no temporary file is left behind.
        os.unlink(temporary)
        raise
    return temporary


def _decode(body: bytes, encoding: str, path: str) -> str:
    try:
        return body.decode(encoding)
    except UnicodeDecodeError as error:
        before = body[: error.start].decode(encoding, "replace")
        line, column = _place(before)
        message = f"cannot be decoded as {encoding}: {error.reason}"
        raise SourceError(message, path=path, line=line, column=column) from error
    except (LookupError, ValueError) as error:
        raise SourceError(f"cannot be decoded as {encoding}: {error}", path=path, line=1) from error


def _raise_undecodable(raw: bytes, path: str) -> None:
    """Raise with the exact place if the reason why no encoding was found is that UTF-8 does not fit."""
    head = _FIRST_TWO_LINES.match(raw)
    if head:
        _decode(head.group(), "utf-8", path)


def _encode(source: Source, text: str) -> bytes:
    try:
        data = text.encode(source.encoding)
    except UnicodeEncodeError as error:
        line, column = _place(text[: error.start])
        char = text[error.start]
        message = f"the fixed text does not fit its encoding ({source.encoding}): {char!r}; not written"
        raise SourceError(message, path=source.path, line=line, column=column) from error
    return codecs.BOM_UTF8 + data if source.has_bom else data


def _place(before: str) -> tuple[int, int]:
    """Return the 1-based line and column of the character behind ``before``."""
    lines = _NEWLINE.split(before)
    return len(lines), len(lines[-1]) + 1
