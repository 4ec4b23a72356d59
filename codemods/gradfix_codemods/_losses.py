"""Rewriting losses and activations in the file's own spelling, and the pairs that a rewrite touches."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gradfix import edits
from gradfix.flow.heads import Head, Part
from gradfix.flow.structure import Loss, Pair
from gradfix.flow.values import Kind, Value
from gradfix.model import Edit, Finding, ImportNeeded, Safety

if TYPE_CHECKING:
    from gradfix.module import Module

_LONG = 70
CLASSES = {
    "categorical": "CategoricalCrossentropy",
    "sparse": "SparseCategoricalCrossentropy",
    "binary": "BinaryCrossentropy",
}
FUNCTIONS = {
    "categorical": "categorical_crossentropy",
    "sparse": "sparse_categorical_crossentropy",
    "binary": "binary_crossentropy",
}


@dataclass(frozen=True, slots=True)
class Fix:
    """Edits and the imports that go with them. ``local`` tells that nothing else can depend on them."""

    edits: tuple[Edit, ...] = ()
    imports: tuple[ImportNeeded, ...] = ()
    unused: tuple[str, ...] = ()
    local: bool = True

    def __add__(self, other: Fix) -> Fix:
        return Fix(
            self.edits + other.edits,
            self.imports + other.imports,
            self.unused + other.unused,
            self.local and other.local,
        )


@dataclass(frozen=True, slots=True)
class Group:
    """Pairs with one defect that are repaired together.

    ``conflict`` tells that the same loss or layer also serves a pair without the defect, ``doubt`` that it
    serves a prediction that is not known.
    """

    pairs: tuple[Pair, ...]
    conflict: bool
    doubt: bool

    @property
    def pair(self) -> Pair:
        return self.pairs[0]

    def finding(self, node: ast.AST, message: str, safety: Safety, fix: Fix | None) -> Finding:
        """Return a finding as safe as the fix and the other users of what it changes allow."""
        if fix is None or self.conflict or not fix.edits:
            return Finding(node, message, Safety.ADVICE)
        if safety is Safety.SAFE and (self.doubt or not fix.local):
            safety = Safety.UNSAFE
        return Finding(node, message, safety, (), fix.edits, fix.imports, fix.unused)


def groups(module: Module, wrong: Callable[[Pair], bool], *, loss: bool = True, layer: bool = True) -> Iterator[Group]:
    """Group the pairs for which ``wrong`` holds by what a fix changes: their ``loss``, their ``layer``, or both."""
    pairs = module.flow.structure.pairs
    found: dict[tuple[int, int], list[Pair]] = {}
    for pair in pairs:
        if pair.head is not None and wrong(pair):
            found.setdefault((_site(pair.loss, loss), id(pair.head.layer.call) if layer else 0), []).append(pair)
    for same in found.values():
        first = same[0]
        others = [p for p in pairs if p not in same and _shares(p, first, loss=loss, layer=layer)]
        conflict = any(p.head is not None and not wrong(p) for p in others)
        yield Group(tuple(same), conflict, any(p.head is None for p in others))


def _site(loss: Loss, wanted: bool) -> int:
    return id(loss.node) if wanted and loss.node is not None else 0


def _shares(pair: Pair, other: Pair, *, loss: bool, layer: bool) -> bool:
    if loss and pair.loss.node is not None and pair.loss.node is other.loss.node:
        return True
    return layer and pair.head is not None and other.head is not None and pair.head.layer.call is other.head.layer.call


def show(module: Module, node: ast.AST) -> str:
    """Return the source of an expression on one line, shortened, for messages."""
    text = " ".join(module.segment(node).split())
    return text if len(text) <= _LONG else text[: _LONG - 3] + "..."


def head_text(module: Module, head: Head) -> str:
    """Return the layer of a head as the program writes it."""
    return show(module, head.layer.call) if head.layer.call is not None else head.layer.path.rpartition(".")[2]


def quoted(module: Module, text: str) -> str:
    """Return ``text`` as a string literal in the quotes that the file uses more."""
    mark = "'" if module.text.count("'") > module.text.count('"') else '"'
    return f"{mark}{text}{mark}"


# -- losses ----------------------------------------------------------------------------------------


def change_family(module: Module, pair: Pair, family: str) -> Fix | None:
    """Write another cross-entropy in the form in which the loss is written."""
    loss = pair.loss
    if loss.node is None:
        return None
    if loss.form == "name":
        new = CLASSES[family] if loss.path[:1].isupper() else FUNCTIONS[family]
        return Fix((Edit(loss.node, edits.replace_string(new)),), local=_is_inside(loss.node, pair.node) or _only_use(module, loss.node))
    if _stands_in_the_way(loss):
        return None
    new = CLASSES[family] if loss.form == "class" else FUNCTIONS[family]
    expression = loss.call.func if loss.call is not None else loss.node
    return rename(module, expression, loss.path, f"{loss.path.rpartition('.')[0]}.{new}")


def _stands_in_the_way(loss: Loss) -> bool:
    first = 3 if loss.form == "called" else 1
    more = any(isinstance(key, int) and key >= first for key in loss.arguments)
    return "ignore_class" in loss.arguments or "**" in loss.arguments or (more and loss.family == "sparse")


def expect_logits(module: Module, pair: Pair) -> Fix | None:
    """Let the loss take logits; a loss given by name or as a function becomes the class."""
    loss = pair.loss
    if loss.node is None or not loss.family:
        return None
    if loss.call is not None:
        if 0 in loss.arguments and loss.form == "class":
            return Fix((Edit(loss.call, edits.set_argument(0, "True")),))
        if loss.form == "called" and "from_logits" not in loss.arguments and 2 in loss.arguments:  # noqa: PLR2004
            return Fix((Edit(loss.call, edits.set_argument(2, "True")),))
        return Fix((Edit(loss.call, edits.set_keyword("from_logits", "True")),))
    path = f"keras.losses.{CLASSES[loss.family]}"
    name, imports = spelled(module, path)
    old = _import_of(module, loss.node.id) if isinstance(loss.node, ast.Name) else None
    unused = (f"{old[0].module}.{old[1].name}",) if old is not None else ()
    if old is not None and module.spell(path) is None:
        name, imports = CLASSES[loss.family], (ImportNeeded(str(old[0].module), CLASSES[loss.family]),)
    local = _is_inside(loss.node, pair.node) or _only_use(module, loss.node)
    return Fix((Edit(loss.node, edits.expression(f"{name}(from_logits=True)")),), imports, unused, local)


def expect_probabilities(loss: Loss) -> Fix | None:
    """Drop ``from_logits=True``."""
    if loss.call is None:
        return None
    for position, key in enumerate(("from_logits", 0 if loss.form == "class" else 2)):
        if key in loss.arguments:
            last = isinstance(key, str) or len([k for k in loss.arguments if isinstance(k, int)]) == key + 1
            change = edits.drop_argument(key) if last else edits.set_argument(key, "False")
            del position
            return Fix((Edit(loss.call, change),))
    return None


# -- activations -----------------------------------------------------------------------------------


def change_activation(module: Module, part: Part, new: str) -> Fix | None:
    """Write another activation (``sigmoid`` or ``softmax``) in the form in which this one is written."""
    call = part.call
    if call is None:
        return None
    if part.form == "op":
        return _change_op(module, part, call, new)
    if part.given is None:  # Softmax(), ReLU()
        fix = rename(module, call.func, part.path, "keras.layers.Activation")
        names = [keyword for keyword in call.keywords if keyword.arg == "name"]
        more = "".join(f", name={module.segment(keyword.value)}" for keyword in names)
        if fix is None or len(fix.edits) != 1 or fix.edits[0].anchor is not call.func:
            text, imports = spelled(module, "keras.layers.Activation")
            return Fix((Edit(call, edits.expression(f"{text}({quoted(module, new)}{more})")),), imports)
        text, imports = spelled(module, "keras.layers.Activation")
        prefix = module.segment(call.func).rpartition(".")[0]
        text = f"{prefix}.Activation" if prefix else text
        return Fix((Edit(call, edits.expression(f"{text}({quoted(module, new)}{more})")),), fix.imports, fix.unused)
    expression = argument(call, "activation", 0 if part.form == "layer" else 1)
    if expression is None:
        return None
    return _change_given(module, part.given, expression, new)


def _change_given(module: Module, given: Value, expression: ast.expr, new: str) -> Fix | None:
    if given.kind is Kind.CONST and isinstance(given.data, str) and isinstance(given.node, ast.Constant):
        local = given.node is expression or _only_use(module, given.node)
        return Fix((Edit(given.node, edits.replace_string(new)),), local=local)
    if given.kind is Kind.PATH:
        home = given.data.rpartition(".")[0]
        if home in ("tensorflow", "tensorflow.math"):
            home = "tensorflow.nn"
        return rename(module, expression, given.data, f"{home}.{new}")
    if given.node is expression:
        return Fix((Edit(expression, edits.expression(quoted(module, new))),))
    return None


def _change_op(module: Module, part: Part, call: ast.Call, new: str) -> Fix | None:
    home = part.path.rpartition(".")[0]
    if home in ("tensorflow", "tensorflow.math"):
        home = "tensorflow.nn"
    if len(call.args) != 1 or any(keyword.arg not in ("axis", "name") for keyword in call.keywords):
        return None
    fix = rename(module, call.func, part.path, f"{home}.{new}")
    axis = [keyword for keyword in call.keywords if keyword.arg == "axis"]
    if fix is None or not axis:
        return fix
    return Fix((*fix.edits, Edit(call, edits.drop_argument("axis"))), fix.imports, fix.unused)


def add_activation(module: Module, head: Head, new: str) -> Fix | None:
    """Give the last layer an activation. None when something stands between it and the output."""
    call = head.layer.call
    if call is None or any(part.sort in ("pooling", "reshaping") for part in head.parts):
        return None
    written = next((part for part in head.parts if part.given is not None), None)
    if written is not None and written.given is not None and written.given.kind is Kind.CONST and written.given.data == "linear":
        return change_activation(module, written, new)
    if written is not None and written.form == "argument" and not any(k.arg == "activation" for k in call.keywords):
        return Fix((Edit(call, edits.set_argument(1, quoted(module, new))),))
    if written is not None and written.form != "argument":
        return None
    return Fix((Edit(call, edits.set_keyword("activation", quoted(module, new))),))


# -- names -----------------------------------------------------------------------------------------


def rename(module: Module, expression: ast.expr, old: str, new: str) -> Fix | None:
    """Write the canonical path ``new`` where ``expression`` writes ``old``."""
    last = new.rpartition(".")[2]
    if isinstance(expression, ast.Attribute) and expression.attr == old.rpartition(".")[2]:
        text = f"{module.segment(expression.value)}.{last}"
        return Fix((Edit(expression, edits.expression(text)),))
    if isinstance(expression, ast.Name):
        found = _import_of(module, expression.id)
        if found is None:
            text, imports = spelled(module, new)
            return Fix((Edit(expression, edits.expression(text)),), imports)
        statement, alias = found
        package = str(statement.module)
        have = module.aliases.get(new)
        text = have or last
        change = Edit(expression, edits.expression(text))
        if have is not None:
            return Fix((change,), unused=(f"{package}.{alias.name}",))
        if alias.asname is None and _count(module, expression.id) == 1:
            return Fix((change, Edit(statement, _import_instead(alias.name, last))))
        return Fix((change,), (ImportNeeded(package, last),), (f"{package}.{alias.name}",))
    return None


def spelled(module: Module, path: str) -> tuple[str, tuple[ImportNeeded, ...]]:
    """Return how the file writes ``path``, and the import that this needs."""
    text = module.spell(path)
    if text is not None:
        return text, ()
    home, _, last = path.rpartition(".")
    return last, (ImportNeeded(f"{keras_package(module)}{home.removeprefix('keras')}", last),)


def keras_package(module: Module) -> str:
    """Return the package that the file imports Keras from, for example ``tensorflow.keras``."""
    for node in _imports(module):
        name = node.module or ""
        for package in ("tensorflow.keras", "tensorflow.python.keras", "tf_keras", "keras"):
            if name == package or name.startswith(package + "."):
                return package
    return "tensorflow.keras" if "tensorflow" in module.aliases else "keras"


def _imports(module: Module) -> Iterable[ast.ImportFrom]:
    return (node for node in ast.walk(module.tree) if isinstance(node, ast.ImportFrom) and not node.level)


def _import_of(module: Module, name: str) -> tuple[ast.ImportFrom, ast.alias] | None:
    for node in _imports(module):
        for alias in node.names:
            if (alias.asname or alias.name) == name:
                return node, alias
    return None


def _import_instead(old: str, new: str) -> Callable[[Any], Any]:
    def change(node: Any) -> Any:
        import libcst as cst

        names = [a.with_changes(name=cst.Name(new)) if a.name.value == old else a for a in node.names]
        return node.with_changes(names=names)

    return change


def _count(module: Module, name: str) -> int:
    return sum(isinstance(node, ast.Name) and node.id == name for node in ast.walk(module.tree))


def argument(call: ast.Call, name: str, position: int) -> ast.expr | None:
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    return call.args[position] if len(call.args) > position else None


def _is_inside(node: ast.AST, outer: ast.AST) -> bool:
    return any(inner is node for inner in ast.walk(outer))


def _only_use(module: Module, node: ast.AST) -> bool:
    """Tell whether ``node`` is the value of a variable that is read once."""
    for statement in ast.walk(module.tree):
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if value is node:
                reads = [n for n in ast.walk(module.tree) if isinstance(n, ast.Name) and n.id == name]
                return sum(isinstance(n.ctx, ast.Load) for n in reads) == 1 == sum(isinstance(n.ctx, ast.Store) for n in reads)
    return False
