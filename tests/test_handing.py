"""Decorators that only look at what they are given are told from those that do something with it."""

import ast
import textwrap

import pytest

from gradfix.flow.handing import hands_back

LOOKING = {
    "writes the documentation": """
        def document(function):
            lines = (function.__doc__ or "").splitlines()
            lines[0] = f"{lines[0]} ({function.__name__})"
            function.__doc__ = "\\n".join(lines)
            return function
        """,
    "checks what it is given": """
        def check(function):
            if not callable(function):
                raise TypeError(f"{function} cannot be called")
            return function
        """,
}
DOING = {
    "keeps it": """
        def register(function):
            REGISTRY[function.__name__] = function
            return function
        """,
    "hands it to another": """
        def register(function):
            keep(function)
            return function
        """,
    "wraps it": """
        def log(function):
            def inner(*given):
                return function(*given)
            return inner
        """,
    "gives another sometimes": """
        def choose(function):
            if FAST:
                return other
            return function
        """,
    "gives another under its name": """
        def double(function):
            function = twice(function)
            return function
        """,
    "changes something else": """
        def count(function):
            state.last = function.__name__
            return function
        """,
    "calls it": """
        def warm(function):
            function(0)
            return function
        """,
    "gives nothing": """
        def forget(function):
            print(function.__name__)
        """,
}


@pytest.mark.parametrize("text", LOOKING.values(), ids=LOOKING)
def test_a_function_that_only_looks_hands_back(text: str) -> None:
    assert hands_back(ast.parse(textwrap.dedent(text)).body[0])


@pytest.mark.parametrize("text", DOING.values(), ids=DOING)
def test_a_function_that_does_something_does_not(text: str) -> None:
    assert not hands_back(ast.parse(textwrap.dedent(text)).body[0])
