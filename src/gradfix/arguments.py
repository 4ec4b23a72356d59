"""Changes of the arguments of a call; ``edits`` hands them on to codemods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gradfix.errors import RewriteError

if TYPE_CHECKING:
    from types import ModuleType

    from gradfix.edits import Change


def _cst() -> ModuleType:
    import libcst

    return libcst


def _tree() -> ModuleType:
    from gradfix import cstree

    return cstree


def set_argument(key: int | str, text: str) -> Change:
    """Replace the value of an argument that is there."""

    def change(node: Any) -> Any:
        index = index_of(node, key)
        return with_argument(node, index, value=_tree().parse_expression(text))

    return change


def set_keyword(name: str, text: str) -> Change:
    """Give a call the keyword argument ``name=text``: replaced where it is, else added at the end."""

    def change(node: Any) -> Any:
        value = _tree().parse_expression(text)
        for index, arg in enumerate(node.args):
            if arg.keyword is not None and arg.keyword.value == name:
                return with_argument(node, index, value=value)
        cst = _cst()
        tight = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))
        return _append(node, cst.Arg(keyword=cst.Name(name), value=value, equal=tight))

    return change


def rename_keywords(names: dict[str, str]) -> Change:
    """Rename keyword arguments, old name to new; those that the call does not have are passed over."""

    def change(node: Any) -> Any:
        args = [
            arg.with_changes(keyword=_cst().Name(names[arg.keyword.value]))
            if arg.keyword is not None and arg.keyword.value in names
            else arg
            for arg in node.args
        ]
        return node.with_changes(args=args)

    return change


def drop_argument(key: int | str) -> Change:
    """Take an argument away, given by position or keyword."""

    def change(node: Any) -> Any:
        index = index_of(node, key)
        args = list(node.args)
        gone = args.pop(index)
        if args and index == len(args):
            args[-1] = args[-1].with_changes(comma=gone.comma, whitespace_after_arg=gone.whitespace_after_arg)
        changes = {} if args else {"whitespace_before_args": _cst().SimpleWhitespace("")}
        return node.with_changes(args=args, **changes)

    return change


def swap_arguments(one: int | str, other: int | str) -> Change:
    """Let two arguments of a call trade their values."""

    def change(node: Any) -> Any:
        first, second = argument_of(node, one).value, argument_of(node, other).value
        node = with_argument(node, index_of(node, one), value=second)
        return with_argument(node, index_of(node, other), value=first)

    return change


def index_of(call: Any, key: int | str) -> int:
    for index, arg in enumerate(getattr(call, "args", ())):
        if arg.star or (isinstance(key, int) and index > key):
            break
        if (index == key and arg.keyword is None) or (arg.keyword is not None and arg.keyword.value == key):
            return index
    for index, arg in enumerate(getattr(call, "args", ())):
        if arg.keyword is not None and arg.keyword.value == key:
            return index
    message = f"no argument {key!r} in the call to be changed"
    raise RewriteError(message)


def argument_of(call: Any, key: int | str) -> Any:
    return call.args[index_of(call, key)]


def with_argument(call: Any, index: int, **changes: Any) -> Any:
    args = list(call.args)
    args[index] = args[index].with_changes(**changes)
    return call.with_changes(args=args)


def _append(call: Any, new: Any) -> Any:
    """Add an argument in the layout of those before it: one in each line, a trailing comma."""
    cst = _cst()
    args = list(call.args)
    if not args:
        return call.with_changes(args=[new])
    last = args[-1]
    if isinstance(last.value, cst.GeneratorExp) and not last.value.lpar:
        last = last.with_changes(value=_tree().parenthesized(last.value))
    before = args[-2].comma if len(args) > 1 else None
    space = before.whitespace_after if isinstance(before, cst.Comma) else call.whitespace_before_args
    if isinstance(space, cst.ParenthesizedWhitespace):
        plain = space.first_line.with_changes(comment=None, whitespace=cst.SimpleWhitespace(""))
        space = space.with_changes(first_line=plain, empty_lines=[])
    elif not isinstance(before, cst.Comma):
        space = cst.SimpleWhitespace(" ")
    separator = cst.Comma(whitespace_after=space)
    new = new.with_changes(comma=last.comma, whitespace_after_arg=last.whitespace_after_arg)
    if isinstance(last.comma, cst.Comma) and _comment_of(last.comma.whitespace_after) is not None:
        # The comment behind a trailing comma speaks of the argument before it.
        own = last.comma.whitespace_after
        separator = (
            cst.Comma(whitespace_after=space.with_changes(first_line=own.first_line))
            if isinstance(space, cst.ParenthesizedWhitespace)
            else separator
        )
        bare = own.first_line.with_changes(comment=None, whitespace=cst.SimpleWhitespace(""))
        new = new.with_changes(
            comma=last.comma.with_changes(whitespace_after=own.with_changes(first_line=bare))
        )
    args[-1] = last.with_changes(comma=separator, whitespace_after_arg=cst.SimpleWhitespace(""))
    return call.with_changes(args=[*args, new])


def _comment_of(space: Any) -> Any:
    return space.first_line.comment if isinstance(space, _cst().ParenthesizedWhitespace) else None
