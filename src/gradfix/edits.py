"""Functions that make changes: what a codemod gives to ``Edit(anchor, change)``.

A change gets the *updated* node at its anchor, so that what other fixes did inside it is kept as long as the
change keeps the parts. What it gets depends on the anchor alone, never on how the file is laid out:

- an expression (``ast.Call``, ``ast.Name``, ...) gives the expression;
- a simple statement (``ast.Assign``, ``ast.Expr``, ``ast.Import``, ...) gives the *small* statement without
  its line (``cst.Assign``, ``cst.Expr``, ...), whether or not it shares the line with others;
- a compound statement (``ast.With``, ``ast.FunctionDef``, ...) gives the whole statement with its body;
- ``ast.keyword`` gives ``cst.Arg``, ``ast.ExceptHandler`` the same of libcst.

It returns a node of the same sort; for a statement also ``cst.FlattenSentinel`` of small statements, lines and
compound statements in any mixture, or ``cst.RemovalSentinel``. The rewriter splits a line or a one-line suite
where that is needed, writes ``pass`` where a block would become empty, keeps comments with their statements,
and puts parentheses around an expression that binds looser than its place allows.

Importing this module does not import libcst.
"""

from __future__ import annotations

import ast
import string
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from gradfix.arguments import (
    argument_of,
    drop_argument,
    index_of,
    rename_keywords,
    set_argument,
    set_keyword,
    swap_arguments,
)
from gradfix.errors import RewriteError

if TYPE_CHECKING:
    from types import ModuleType

    import libcst as cst

    from gradfix.model import Changed

    Change = Callable[[cst.CSTNode], Changed]


def _cst() -> ModuleType:
    import libcst

    return libcst


def _tree() -> ModuleType:
    from gradfix import cstree

    return cstree


def compose(*changes: Change) -> Change:
    """Make one change of several, each of which gets what the one before returned.

    All but the last must return a node.
    """

    def change(node: cst.CSTNode) -> Changed:
        result: Changed = node
        for each in changes:
            if not isinstance(result, _cst().CSTNode):
                message = "a change that removes or adds statements must be the last of those composed"
                raise RewriteError(message)
            result = each(result)
        return result

    return change


__all__ = [
    "add_base",
    "append_statement",
    "callee",
    "compose",
    "drop_argument",
    "expression",
    "insert_after",
    "insert_before",
    "prepend_statement",
    "remove",
    "rename_keywords",
    "replace_string",
    "set_argument",
    "set_keyword",
    "statement",
    "swap_arguments",
    "template",
    "unwrap_argument",
    "unwrap_receiver",
]


# -- expressions -----------------------------------------------------------------------------------


def expression(text: str) -> Change:
    """Replace an expression by ``text``. Other fixes inside it are thrown away, and so left for later."""
    return lambda _: _tree().parse_expression(text)


def template(text: str) -> Change:
    """Replace an expression by ``text``, in which names in braces stand for the node's updated parts.

    ``{node}`` is the expression itself, ``{arg0}``, ``{arg1}`` ... positional arguments of a call,
    ``{receiver}`` what stands before the dot of a call's function; any other name is the child of that name
    in libcst (``{func}``, ``{value}``, ``{left}``, ``{right}``) or else the value of the call's keyword
    argument. Braces that are meant as such are doubled. Parts get parentheses where the text demands them::

        template("{arg0} + tf.stop_gradient({node} - {arg0})")
    """
    names = [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]
    marks = {name: f"gradfix_part_{number}" for number, name in enumerate(dict.fromkeys(names))}

    def change(node: cst.CSTNode) -> cst.CSTNode:
        name_type = _cst().Name
        parts = {mark: _part(node, name) for name, mark in marks.items()}
        frame = _tree().parse_expression(text.format(**marks))

        def swap(inner: cst.CSTNode) -> cst.CSTNode | None:
            return parts.get(inner.value) if isinstance(inner, name_type) else None

        result: cst.CSTNode = _tree().replaced(frame, swap)
        return result

    return change


def _part(node: Any, name: str) -> Any:
    if name == "node":
        return node
    if name == "receiver":
        return node.func.value
    if name.startswith("arg") and name[3:].isdigit():
        return node.args[index_of(node, int(name[3:]))].value
    part = getattr(node, name, None)
    return part if isinstance(part, _cst().BaseExpression) else node.args[index_of(node, name)].value


def callee(text: str) -> Change:
    """Replace a call's function by ``text`` and keep its arguments."""
    return lambda node: node.with_changes(func=_tree().parse_expression(text))


def unwrap_argument(key: int | str = 0) -> Change:
    """Replace a call by one of its arguments, given by position or keyword."""
    return lambda node: argument_of(node, key).value


def unwrap_receiver() -> Change:
    """Replace ``x.numpy()`` by ``x``."""

    def change(node: Any) -> Any:
        if not isinstance(node, _cst().Call) or not isinstance(node.func, _cst().Attribute):
            message = "only the call of a method has a receiver"
            raise RewriteError(message)
        return node.func.value

    return change


def replace_string(text: str) -> Change:
    """Replace a string literal's value by ``text``; quotes and prefix stay as they are written."""

    def change(node: Any) -> Any:
        while isinstance(node, _cst().ConcatenatedString):
            node = node.left
        if not isinstance(node, _cst().SimpleString):
            message = f"{type(node).__name__} is not a plain string literal"
            raise RewriteError(message)
        quote = node.quote
        escaped = repr('"' + text)[2:-1].replace("\\'", "'").replace(quote[0], "\\" + quote[0])
        value = f"{node.prefix}{quote}{escaped}{quote}"
        if ast.literal_eval(value) not in (text, text.encode()):
            value = f"{quote}{escaped}{quote}"
        return node.with_changes(value=value)

    return change


# -- statements ------------------------------------------------------------------------------------


def statement(text: str) -> Change:
    """Replace a statement by the statements of ``text``."""
    return lambda _: _cst().FlattenSentinel(_unlined(_tree().parse_statements(text)))


def insert_before(text: str) -> Change:
    """Put the statements of ``text`` before a statement, above the comments that belong to it."""
    return lambda node: _cst().FlattenSentinel([*_tree().parse_statements(text), node])


def insert_after(text: str) -> Change:
    """Put the statements of ``text`` behind a statement."""
    return lambda node: _cst().FlattenSentinel([node, *_tree().parse_statements(text)])


def remove() -> Change:
    """Take a statement away, with the comments that belong to it."""
    return lambda _: _cst().RemovalSentinel.REMOVE


def prepend_statement(text: str) -> Change:
    """Put the statements of ``text`` first into the body of a function, class, ``with`` or other block.

    A docstring stays in front of them; a body that is only ``pass`` is replaced.
    """
    return lambda node: _in_body(node, text, at_end=False)


def append_statement(text: str) -> Change:
    """Put the statements of ``text`` last into the body of a block; a body that is only ``pass`` goes."""
    return lambda node: _in_body(node, text, at_end=True)


def add_base(text: str) -> Change:
    """Add a base class, behind those the class has."""

    def change(node: Any) -> Any:
        cst = _cst()
        new = cst.Arg(_tree().parse_expression(text))
        if not node.bases and not node.keywords:
            return node.with_changes(bases=[new], lpar=cst.LeftParen(), rpar=cst.RightParen())
        return node.with_changes(bases=[*node.bases, new])

    return change


def _unlined(lines: list[Any]) -> list[Any]:
    """Return a single line without comments as its small statements, which keep the line they go into."""
    if len(lines) == 1 and isinstance(lines[0], _cst().SimpleStatementLine):
        return list(lines[0].body)
    return lines


def _in_body(node: Any, text: str, *, at_end: bool) -> Any:
    from gradfix import blocks

    lines = _tree().parse_statements(text)
    block = blocks.to_block(node.body)
    body = list(block.body)
    if len(body) == 1 and blocks.is_bare_pass(body[0]):
        body = []
    start = len(body) if at_end else blocks.start_of_body(node, body)
    if at_end and block.footer:
        lines[0] = lines[0].with_changes(leading_lines=[*block.footer, *lines[0].leading_lines])
        block = block.with_changes(footer=())
    return node.with_changes(body=block.with_changes(body=[*body[:start], *lines, *body[start:]]))
