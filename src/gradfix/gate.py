"""Which files can hold a lost gradient at all: told by words in their text, before anything is parsed.

Most files of most projects have nothing to do with gradients. To read their words costs a hundredth of parsing
them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_LIBRARIES = ("tensorflow", "keras")
_ASKS = ("GradientTape", ".gradient(", ".minimize(", ".fit(", ".add_loss(", ".apply_gradients(")
_COMPILES = re.compile(r"(?<!\bre)(?<!torch)\.compile\(")
_DEFINES = (
    re.compile(r"class\s+\w+\([^)]*(?:Layer|Model|Loss|Metric|Module|Sequential|Wrapper|Cell|layers\.)"),
    re.compile(r"def\s+(?:call|train_step)\(\s*self"),
)
# A line at the left margin, or one in a loop, a ``with`` or ``if __name__ …:`` there, that calls something and may keep the result. Left out
# are those who run tests, for what they call has no name in the file, and calls that only set something up.
_CALL = (
    r"(?:[a-z_]\w*[ \t]*=[ \t]*)?"
    r"(?!(?:tf|absl\w*|unittest|pytest|googletest|test|log|logger|logging|warnings|flags|np|numpy|random|os|sys|"
    r"argparse|matplotlib|plt|torch)\.|setup\(|globals\(|setattr\()[a-zA-Z_][\w.]*\("
)
_CALLS = re.compile(rf"\n(?:(?:if __name__|for|while|with)\b.*\n(?:[ \t].*\n|\n)*?[ \t]+)?{_CALL}")
_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+(?P<dots>\.*)[ \t]*(?P<module>[\w.]*)[ \t]+import[ \t]+(?P<names>\([^)]*\)|[^\n#]*)"
    r"|import[ \t]+(?P<modules>[\w., \t]+))",
    re.MULTILINE,
)
_WORD = "import"
_ALIAS = re.compile(r"(\w+)(?:[ \t]+as[ \t]+\w+)?")


def mentions_libraries(text: str) -> bool:
    """Tell whether a file names TensorFlow or Keras."""
    return any(word in text for word in _LIBRARIES)


def mentions(text: str, name: str) -> bool:
    """Tell whether a file does more with a name than to import it, or to list it in ``__all__``."""
    return name in text and re.search(rf"(?<![\"'\w]){name}(?![\"'\w])", _IMPORT.sub("", text)) is not None


def asks(text: str) -> bool:
    """Tell whether a file asks for a gradient."""
    return any(word in text for word in _ASKS) or (".compile(" in text and _COMPILES.search(text) is not None)


def defines(text: str) -> bool:
    """Tell whether a file defines what has weights, or a loss."""
    return any(pattern.search(text) is not None for pattern in _DEFINES)


def calls(text: str) -> bool:
    """Tell whether running a file calls something, which may ask for a gradient in another file."""
    # That each line begins behind the end of another one lets the search jump from line to line.
    return _CALLS.search(f"\n{text}") is not None


def imports(text: str) -> Iterator[tuple[int, str]]:
    """Yield what a file may import, as level and dotted name: ``from ..a import b`` is ``(2, "a")``, ``(2, "a.b")``."""
    for match in _imports(text):
        if match["modules"] is not None:
            yield from ((0, part.split()[0]) for part in match["modules"].split(",") if part.strip())
            continue
        level, module = len(match["dots"]), match["module"]
        yield level, module
        for alias in _ALIAS.finditer(match["names"]):
            yield level, f"{module}.{alias[1]}" if module else alias[1]


def _imports(text: str) -> Iterator[re.Match[str]]:
    """Yield the import statements. To look for the word first takes a tenth of trying each line."""
    at, done = text.find(_WORD), 0
    while at >= 0:
        start = text.rfind("\n", 0, at) + 1
        match = _IMPORT.match(text, start) if start >= done else None
        if match is not None:
            yield match
        done = max(done, match.end() if match is not None else at)
        at = text.find(_WORD, max(done, at + len(_WORD)))
