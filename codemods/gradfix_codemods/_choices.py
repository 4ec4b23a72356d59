"""Branches and loops over tensors as one statement: a choice by ``tf.where``, a sum over the batch."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from gradfix_codemods._lost import paths
from gradfix_codemods._twins import families
from gradfix_codemods._vectorise import Unfit, Writer


def chosen(writer: Writer, statement: ast.If, following: Sequence[ast.stmt]) -> tuple[str, list[ast.stmt]]:
    """Return the statement that says the same as an ``if`` over a tensor, and the statements it takes in.

    Raises:
        Unfit: the branches do not give the same names, or do more than compute.
    """
    if isinstance(statement.body[-1], ast.Return):
        text = _returned(writer, statement, following)
        return f"return {text}", [] if _complete(statement) else [following[0]]
    return _assigned(writer, statement), []


def _complete(statement: ast.If) -> bool:
    if len(statement.orelse) == 1 and isinstance(statement.orelse[0], ast.If):
        return _complete(statement.orelse[0])
    return bool(statement.orelse)


def _returned(writer: Writer, statement: ast.If, following: Sequence[ast.stmt]) -> str:
    yes = _result(writer, statement.body, following)
    no = _result(writer, statement.orelse or list(following), following)
    return writer.where(statement.test, yes, no)


def _result(writer: Writer, body: Sequence[ast.stmt], following: Sequence[ast.stmt]) -> str:
    match list(body):
        case [ast.Return(value=ast.expr() as value), *_]:
            return writer.value(value)
        case [ast.If() as inner]:
            return _returned(writer, inner, following)
    raise Unfit


def _assigned(writer: Writer, statement: ast.If) -> str:
    match statement:
        case ast.If(
            body=[ast.AugAssign(target=ast.Name(id=name), op=ast.Add() | ast.Sub() as op, value=value)],
            orelse=[],
        ):
            sign = "+=" if isinstance(op, ast.Add) else "-="
            return f"{name} {sign} {writer.where(statement.test, writer.value(value), '0.0')}"
    name, text = _choice(writer, statement)
    return f"{name} = {text}"


def _choice(writer: Writer, statement: ast.If) -> tuple[str, str]:
    name, yes = _value_of(writer, statement.body)
    if not statement.orelse:
        return name, writer.where(statement.test, yes, name)
    other, no = _value_of(writer, statement.orelse)
    if name != other:
        raise Unfit
    return name, writer.where(statement.test, yes, no)


def _value_of(writer: Writer, body: Sequence[ast.stmt]) -> tuple[str, str]:
    match list(body):
        case [ast.Assign(targets=[ast.Name(id=name)], value=value)]:
            return name, writer.value(value)
        case [ast.If() as inner] if inner.orelse:
            return _choice(writer, inner)
    raise Unfit


def summed(writer: Writer, loop: ast.For) -> tuple[str, str]:
    """Return the name that a loop over the batch sums up in, and the sum as one expression.

    Raises:
        Unfit: the loop does more than add something for each element.
    """
    if loop.orelse or len(loop.body) != 1:
        raise Unfit
    name, text = _term(writer, loop.body[0])
    return name, f"{writer.spell('sum' if families(writer.module)[0] == 'keras' else 'reduce_sum')}({text})"


def _term(writer: Writer, statement: ast.stmt) -> tuple[str, str]:
    match statement:
        case ast.AugAssign(target=ast.Name(id=name), op=ast.Add(), value=value):
            return name, _summand(writer, value)
        case ast.Assign(
            targets=[ast.Name(id=name)], value=ast.BinOp(left=ast.Name(id=same), op=ast.Add(), right=value)
        ) if name == same:
            return name, _summand(writer, value)
        case ast.If(body=[inner], orelse=[]):
            name, text = _term(writer, inner)
            return name, writer.where(statement.test, text, "0.0")
        case ast.If(body=[inner], orelse=[other]):
            name, text = _term(writer, inner)
            second, alternative = _term(writer, other)
            if name == second:
                return name, writer.where(statement.test, text, alternative)
    raise Unfit


def _summand(writer: Writer, value: ast.expr) -> str:
    """Return what is added; the sum over all of an element goes, for everything is summed up in the end."""
    sums = {path for path in paths(writer.run, value) if path.rpartition(".")[2] in ("reduce_sum", "sum")}
    if not sums or not isinstance(value, ast.Call) or len(value.args) != 1 or value.keywords:
        return writer.value(value)
    before = writer.summed_whole
    text = writer.value(value.args[0])
    writer.summed_whole = before
    return text
