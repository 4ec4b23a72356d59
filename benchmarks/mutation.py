"""How many bugs gradfix finds when healthy public code is broken in one known way.

usage: python benchmarks/mutation.py CORPUS [--show-missed N]

CORPUS is a folder of unpacked packages (``benchmarks/precision.py --fetch CORPUS`` makes one). Each tape block
and each loss that gradfix holds to be healthy is broken by one mutation at a time; a mutation counts as found
when a finding stands at the line that was broken.
"""

from __future__ import annotations

import argparse
import ast
import collections
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gradfix.errors import GradfixError
from gradfix.module import Module

_TWINS = {
    "reduce_mean": "mean",
    "reduce_sum": "sum",
    "square": "square",
    "exp": "exp",
    "sqrt": "sqrt",
    "abs": "abs",
}
_SELF_AND_TWO = 3
_BASES = {
    "Loss",
    "losses.Loss",
    "keras.losses.Loss",
    "tf.keras.losses.Loss",
    "keras.Loss",
    "tf_keras.losses.Loss",
}


@dataclass(frozen=True)
class Mutation:
    """A broken text, the kind of the break, and the lines at which a finding is right."""

    kind: str
    text: str
    lines: frozenset[int]


def mutations(module: Module) -> Iterator[Mutation]:
    """Yield every mutation of a file's tape blocks and losses."""
    seen: set[ast.With] = set()
    for function in ast.walk(module.tree):
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            for node in ast.walk(function):
                if isinstance(node, ast.With) and node not in seen and _tape_name(node):
                    seen.add(node)
                    yield from _of_block(module, function, node)
    for loss in _losses(module):
        yield from _of_loss(module, loss)


def _tape_name(node: ast.With) -> str | None:
    for item in node.items:
        if "GradientTape" in ast.unparse(item.context_expr) and isinstance(item.optional_vars, ast.Name):
            return item.optional_vars.id
    return None


def _target(function: ast.AST, block: ast.With) -> str | None:
    """Return the name given to ``tape.gradient`` of this block, when it is a plain name."""
    tape = _tape_name(block)
    for node in ast.walk(function):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id=name), attr="gradient"), args=[ast.Name(id=target), *_]
            ):
                if name == tape and node.lineno > block.lineno:
                    return target
    return None


def _of_block(module: Module, function: ast.AST, block: ast.With) -> Iterator[Mutation]:
    target = _target(function, block)
    last = block.body[-1]
    if target is None or not _assigns(last, target) or last.col_offset == 0:
        return
    lines = list(module.lines)
    end = last.end_lineno or last.lineno
    indent = " " * last.col_offset
    prefix = module.spell("tensorflow.round") or "tf.round"
    rounded = f"{indent}{target} = {prefix}({target})\n"
    yield Mutation("loss rounded", "".join([*lines[:end], rounded, *lines[end:]]), frozenset({end + 1}))
    if len(block.body) > 1 and not isinstance(last, (ast.With, ast.If, ast.For, ast.Try)):
        shift = last.col_offset - block.col_offset
        moved = [line[shift:] if line[:shift].isspace() else line for line in lines[last.lineno - 1 : end]]
        text = "".join([*lines[: last.lineno - 1], *moved, *lines[end:]])
        yield Mutation("last statement dedented", text, frozenset(range(last.lineno, end + 1)))
    first = next((s for s in block.body if isinstance(s, ast.Assign) and isinstance(s.value, ast.Call)), None)
    if first is not None and len(block.body) > 1 and not isinstance(first.targets[0], ast.Tuple):
        yield _replace(
            module, "first value .numpy()", first.value, f"({module.segment(first.value)}).numpy()"
        )
    for node in ast.walk(last):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(), attr=name)) if (
                name in _TWINS and "numpy" in module.aliases
            ):
                twin = f"{module.aliases['numpy']}.{_TWINS[name]}"
                yield _replace(module, "NumPy for its twin", node.func, twin)
                break


def _assigns(statement: ast.stmt, name: str) -> bool:
    return isinstance(statement, ast.Assign) and any(
        isinstance(t, ast.Name) and t.id == name for t in statement.targets
    )


def _losses(module: Module) -> Iterator[ast.FunctionDef]:
    """Yield the functions that gradfix itself judged as losses: ``Loss.call`` and ``compile(loss=f)``."""
    named = {
        k.value.id
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        for k in node.keywords
        if k.arg == "loss" and isinstance(k.value, ast.Name)
    }
    # Where a package implements Loss itself, nothing in the file says that it is Keras's.
    bases = _BASES - {node.name for node in module.tree.body if isinstance(node, ast.ClassDef)}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ClassDef) and any(ast.unparse(base) in bases for base in node.bases):
            for method in node.body:
                if (
                    isinstance(method, ast.FunctionDef)
                    and method.name == "call"
                    and len(method.args.args) >= _SELF_AND_TWO
                ):
                    yield method
        elif (
            isinstance(node, ast.FunctionDef)
            and node.name in named
            and len(node.args.args) >= _SELF_AND_TWO - 1
        ):
            yield node


def _of_loss(module: Module, loss: ast.FunctionDef) -> Iterator[Mutation]:
    prefix = module.spell("tensorflow.round")
    if prefix is None:
        return
    returns = [node for node in ast.walk(loss) if isinstance(node, ast.Return) and node.value is not None]
    if len(returns) == 1 and returns[0].value is not None:
        value = returns[0].value
        yield _replace(module, "loss's return rounded", value, f"{prefix}({module.segment(value)})")
    first = next(
        (s for s in loss.body if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))), None
    )
    name = loss.args.args[-1 if loss.name == "call" else 1].arg
    if first is not None and first.lineno > loss.lineno:
        name = loss.args.args[2 if loss.args.args[0].arg == "self" else 1].arg
        line = f"{' ' * first.col_offset}{name} = {prefix}({name})\n"
        lines = list(module.lines)
        text = "".join([*lines[: first.lineno - 1], line, *lines[first.lineno - 1 :]])
        yield Mutation("y_pred rounded on entry", text, frozenset({first.lineno}))


def _replace(module: Module, kind: str, node: ast.expr, text: str) -> Mutation:
    lines = [line.encode() for line in module.lines]
    end = node.end_lineno or node.lineno
    head = lines[node.lineno - 1][: node.col_offset]
    tail = lines[end - 1][node.end_col_offset :]
    whole = b"".join([*lines[: node.lineno - 1], head, text.encode(), tail, *lines[end:]])
    return Mutation(kind, whole.decode(), frozenset(range(node.lineno, end + 1)))


def main() -> None:
    """Run all mutations over a corpus and print the share found of each kind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--show-missed", type=int, default=0)
    options = parser.parse_args()
    found: collections.Counter[str] = collections.Counter()
    total: collections.Counter[str] = collections.Counter()
    missed: list[str] = []
    for path in sorted(options.corpus.rglob("*.py")):
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        if not re.search(r"GradientTape|\bLoss\b|loss=", text) or not re.search("tensorflow|keras", text):
            continue
        try:
            module = Module.parse(text, str(path))
            healthy = {one.node.lineno for one in module.flow.all_broken()}  # type: ignore[attr-defined]
        except GradfixError:
            continue
        if healthy:
            continue
        for mutation in mutations(module):
            total[mutation.kind] += 1
            try:
                broken = Module.parse(mutation.text, str(path))
            except GradfixError:
                total[mutation.kind] -= 1
                continue
            lines = {one.node.lineno for one in broken.flow.all_broken()}  # type: ignore[attr-defined]
            if lines & mutation.lines:
                found[mutation.kind] += 1
            else:
                missed.append(f"{path}:{min(mutation.lines)}: {mutation.kind} (findings at {sorted(lines)})")
    for kind in total:
        print(
            f"{kind:28} {found[kind]:4} of {total[kind]:4}  {100 * found[kind] / max(total[kind], 1):.0f} %"
        )
    for line in missed[: options.show_missed]:
        print(line)


if __name__ == "__main__":
    main()
