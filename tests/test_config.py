from __future__ import annotations

from pathlib import Path

import pytest

from gradfix.config import Config, choose, find_config, read_config
from gradfix.errors import UsageError
from tests.fakes import Rename

CODEMODS = [Rename("numpy-on-tensor", "a"), Rename("frozen-model", "b"), Rename("metric-as-loss", "c")]


def test_every_key(tmp_path: Path) -> None:
    path = tmp_path / "pyproject.toml"
    path.write_text(
        "[tool.gradfix]\nselect = ['a']\nignore = ['b']\nexclude = ['old']\nkeras = 2\nunsafe = true\n"
    )

    config = read_config(str(path))

    assert config == Config(str(path), ("a",), ("b",), ("old",), 2, unsafe=True)
    assert config.root == str(tmp_path)


def test_the_nearest_file_with_a_table_holds(tmp_path: Path) -> None:
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text("[tool.gradfix]\nkeras = 2\n")
    (tmp_path / "a" / "pyproject.toml").write_text("[project]\nname = 'gradfix-user'\n")
    (deep / "pyproject.toml").write_text("not TOML, and nobody's business")
    (deep / "x.py").write_text("")

    assert find_config([str(deep / "x.py")]).keras == 2
    assert find_config([str(deep), str(tmp_path / "a")]).keras == 2
    (tmp_path / "a" / "pyproject.toml").write_text("[tool.gradfix]\nkeras = 3\n")
    assert find_config([str(deep), str(tmp_path / "a")]).keras == 3
    assert find_config([str(deep), str(tmp_path)]).keras == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[tool.gradfix]\nselct = []\n", "unknown key 'selct'; did you mean 'select'"),
        ("[tool.gradfix]\nkeras = 4\n", "keras must be 2 or 3, not 4"),
        ("[tool.gradfix]\nkeras = true\n", "keras must be 2 or 3"),
        ("[tool.gradfix]\nkeras = '3'\n", "keras must be 2 or 3"),
        ("[tool.gradfix]\nselect = 'a'\n", "select must be a list of strings"),
        ("[tool.gradfix]\nexclude = [1]\n", "exclude must be a list of strings"),
        ("[tool.gradfix]\nunsafe = 1\n", "unsafe must be true or false"),
        ("[tool]\ngradfix = 1\n", "must be a table"),
        ("[tool.gradfix\n", "is not valid TOML"),
        ("# gradfix \udcff", "is not valid TOML"),
    ],
)
def test_nonsense_names_the_file_and_the_key(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "pyproject.toml"
    path.write_text(text, encoding="utf-8", errors="surrogateescape")

    with pytest.raises(UsageError, match=words) as caught:
        find_config([str(tmp_path)])

    assert caught.value.path == str(path)


def test_a_named_file_must_speak_of_gradfix(tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text("[tool.ruff]\n")

    with pytest.raises(UsageError, match=r"no \[tool.gradfix\] table"):
        read_config(str(tmp_path / "other.toml"))
    with pytest.raises(UsageError, match="cannot be read"):
        read_config(str(tmp_path / "missing.toml"))


@pytest.mark.parametrize(
    ("config", "select", "ignore", "chosen"),
    [
        (Config(), None, [], ["numpy-on-tensor", "frozen-model", "metric-as-loss"]),
        (Config(select=()), None, [], []),
        (Config(select=("frozen-model",)), None, [], ["frozen-model"]),
        (Config(ignore=("frozen-model",)), None, [], ["numpy-on-tensor", "metric-as-loss"]),
        (Config(ignore=("frozen-model",)), ["frozen-model"], [], ["frozen-model"]),
        (Config(select=("frozen-model",)), ["metric-as-loss"], [], ["metric-as-loss"]),
        (Config(), ["frozen-model", "metric-as-loss"], ["frozen-model"], ["metric-as-loss"]),
        (Config(ignore=("frozen-model",)), [], ["metric-as-loss"], ["numpy-on-tensor"]),
    ],
)
def test_choosing(config: Config, select: list[str] | None, ignore: list[str], chosen: list[str]) -> None:
    assert [codemod.name for codemod in choose(CODEMODS, config, select, ignore)] == chosen


def test_an_unknown_codemod_is_told_with_a_guess() -> None:
    with pytest.raises(UsageError, match="did you mean 'numpy-on-tensor'"):
        choose(CODEMODS, Config(), ["numpy-on-tensors"])
    with pytest.raises(UsageError, match=r"ignore: unknown codemod 'xyz'$") as caught:
        choose(CODEMODS, Config("some.toml", ignore=("xyz",)))
    assert caught.value.path == "some.toml"
