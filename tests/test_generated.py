"""The pages, the table and the picture are made from the codemods; a change that forgets them is noticed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from gradfix.codemod import load_codemods
from tools import make_docs, make_picture


@pytest.fixture
def documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in place of the project's, with a README that has the marks of the table."""
    monkeypatch.setattr(make_docs, "PAGES", tmp_path / "docs" / "codemods")
    monkeypatch.setattr(make_docs, "README", tmp_path / "README.md")
    readme = f"# Title\n\n{make_docs.START}\nStale row.\n{make_docs.END}\n\nEnd.\n"
    (tmp_path / "README.md").write_text(readme, encoding="utf-8")
    monkeypatch.setattr(make_docs, "ROOT", tmp_path)
    monkeypatch.setattr(sys, "argv", ["make_docs.py"])
    return tmp_path


def test_the_documents_are_up_to_date(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["make_docs.py", "--check"])
    assert make_docs.main() == 0


def test_every_codemod_gets_a_page_and_a_row(documents: Path) -> None:
    assert make_docs.main() == 0
    readme = (documents / "README.md").read_text(encoding="utf-8")
    assert readme.startswith("# Title\n")
    assert readme.endswith("\n\nEnd.\n")
    assert "Stale row." not in readme
    for codemod in load_codemods():
        assert f"[{codemod.name}](docs/codemods/{codemod.name}.md)" in readme
        page = (documents / "docs" / "codemods" / f"{codemod.name}.md").read_text(encoding="utf-8")
        assert codemod.documentation in page


def test_drift_is_noticed(
    documents: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert make_docs.main() == 0
    monkeypatch.setattr(sys, "argv", ["make_docs.py", "--check"])
    assert make_docs.main() == 0
    stale = documents / "docs" / "codemods" / "gone.md"
    stale.write_text("# gone\n", encoding="utf-8")
    assert make_docs.main() == 1
    assert "docs/codemods/gone.md has drifted" in capsys.readouterr().err


def test_a_readme_without_marks_is_an_error(documents: Path) -> None:
    (documents / "README.md").write_text("# Title\n", encoding="utf-8")
    with pytest.raises(ValueError, match="must hold"):
        make_docs.main()


def test_the_picture_is_the_same_each_time_and_complete() -> None:
    output = make_picture.run()
    picture = make_picture.draw(output)
    assert picture == make_picture.draw(output)
    assert "np.sin" in picture
    assert "@font-face" not in picture


def test_a_drifted_picture_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(make_picture, "PICTURE", tmp_path / "diff.svg")
    monkeypatch.setattr(sys, "argv", ["make_picture.py"])
    assert make_picture.main() == 0
    monkeypatch.setattr(sys, "argv", ["make_picture.py", "--check"])
    assert make_picture.main() == 0
    make_picture.PICTURE.write_text("<svg/>", encoding="utf-8")
    assert make_picture.main() == 1
