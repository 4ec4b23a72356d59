from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from gradfix.errors import SourceError
from gradfix.source import encode, from_bytes, read, write

BOM = b"\xef\xbb\xbf"


@pytest.mark.parametrize(
    ("raw", "encoding", "has_bom", "text"),
    [
        (b"", "utf-8", False, ""),
        (b"x = 1\n", "utf-8", False, "x = 1\n"),
        ("x = 'ä'".encode(), "utf-8", False, "x = 'ä'"),
        (BOM + b"x = 1\r\n", "utf-8", True, "x = 1\r\n"),
        (BOM + b"# coding: utf-8\nx = 1\n", "utf-8", True, "# coding: utf-8\nx = 1\n"),
        (
            b"# -*- coding: latin-1 -*-\nx = '\xe4'\n",
            "iso-8859-1",
            False,
            "# -*- coding: latin-1 -*-\nx = 'ä'\n",
        ),
        (b"#!/usr/bin/python\n# vim: fileencoding=cp1252\n'\x80'\n", "cp1252", False, None),
        (b"# coding: latin-1\rx = '\xe4'\r", "iso-8859-1", False, "# coding: latin-1\rx = 'ä'\r"),
        (b"\n\n# coding: latin-1 stands too low\n", "utf-8", False, None),
        (
            b"a = 1\r\nb = 2\rc = 3\n\x0cd = 4\r\n\td",
            "utf-8",
            False,
            "a = 1\r\nb = 2\rc = 3\n\x0cd = 4\r\n\td",
        ),
    ],
)
def test_decoding_keeps_every_byte(raw: bytes, encoding: str, has_bom: bool, text: str | None) -> None:
    source = from_bytes(raw, "a.py")

    assert (source.encoding, source.has_bom) == (encoding, has_bom)
    assert text is None or source.text == text
    assert encode(source, source.text) == raw


@pytest.mark.parametrize(
    ("raw", "line", "column", "words"),
    [
        (b"x = 1\ny = '\xff'\n", 2, 6, "cannot be decoded as utf-8"),
        ("ä = 1\r\nö".encode() + b"\xff", 2, 2, "cannot be decoded as utf-8"),
        (b"# \xff", 1, 3, "cannot be decoded as utf-8"),
        (b"# coding: no-such\n", 1, None, "no-such"),
        (b"# coding: hex\nx = 1\n", 1, None, "hex"),
        (BOM + b"# coding: latin-1\n", 1, None, "encoding problem"),
        (b"x = 1\ny\x00 = 2\n", 2, 2, "null bytes"),
        ("x = 1".encode("utf-16-le"), 1, 2, "null bytes"),
    ],
)
def test_what_cannot_be_decoded_is_told_with_its_place(
    raw: bytes, line: int, column: int | None, words: str
) -> None:
    with pytest.raises(SourceError, match=words) as caught:
        from_bytes(raw, "bad.py")

    assert (caught.value.path, caught.value.line, caught.value.column) == ("bad.py", line, column)
    assert "\n" not in str(caught.value)


def test_unreadable_paths(tmp_path: Path) -> None:
    (tmp_path / "broken.py").symlink_to("nowhere")
    (tmp_path / "circle.py").symlink_to("circle.py")
    reasons = {
        "missing.py": "no such file",
        "broken.py": "broken symbolic link",
        "circle.py": "cannot be read",
        ".": "is a directory",
        "null\0.py": "cannot be read",
    }
    for name, reason in reasons.items():
        with pytest.raises(SourceError, match=reason):
            read(f"{tmp_path}/{name}")


def test_writing_keeps_mode_and_follows_links(tmp_path: Path) -> None:
    real, link = tmp_path / "real.py", tmp_path / "link.py"
    real.write_bytes(BOM + b"x = 1\r\n")
    real.chmod(0o750)
    link.symlink_to("real.py")

    source = read(str(link))
    write(source, source.text.replace("1", "'ä'"))

    assert link.is_symlink()
    assert real.read_bytes() == BOM + "x = 'ä'\r\n".encode()
    assert stat.S_IMODE(real.stat().st_mode) == 0o750
    assert sorted(os.listdir(tmp_path)) == ["link.py", "real.py"]


def test_a_file_that_changed_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"x = 1\n")
    source = read(str(path))
    path.write_bytes(b"x = 2\n")

    with pytest.raises(SourceError, match="has changed since it was read"):
        write(source, "x = 3\n")

    assert path.read_bytes() == b"x = 2\n"
    assert os.listdir(tmp_path) == ["a.py"]


def test_a_file_that_vanished_is_not_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"x = 1\n")
    source = read(str(path))
    path.unlink()

    with pytest.raises(SourceError, match="cannot be written"):
        write(source, "x = 3\n")

    assert os.listdir(tmp_path) == []


def test_text_outside_the_encoding_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    raw = b"# coding: latin-1\nx = '\xe4'\n"
    path.write_bytes(raw)
    source = read(str(path))

    with pytest.raises(SourceError, match="does not fit its encoding") as caught:
        write(source, "# coding: latin-1\nx = '→'\n")

    assert (caught.value.line, caught.value.column) == (2, 6)
    assert path.read_bytes() == raw


def test_an_interrupted_write_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"x = 1\n")

    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write(read(str(path)), "x = 2\n")

    assert os.listdir(tmp_path) == ["a.py"]
    assert path.read_bytes() == b"x = 1\n"
