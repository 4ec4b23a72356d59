"""Two operands that stand the wrong way round: in the operation itself, or where a function is handed them.

A helper with a right body that is called with its arguments swapped is right: the call is not.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gradfix import edits
from gradfix.model import Edit, Finding, Safety
from gradfix_codemods._lost import function_of
from gradfix_codemods._messages import from_elsewhere
from gradfix_codemods._outside import quoted
from gradfix_codemods._parameters import Parameters, offset

if TYPE_CHECKING:
    from gradfix.flow.objects import Frame
    from gradfix.flow.trace import Trace
    from gradfix.flow.values import Value
    from gradfix.module import Module

_HIGHEST = 8
Operands = tuple[ast.expr, ast.expr]


@dataclass(frozen=True, slots=True)
class Passing:
    """One time that an operation ran: its operands, in their order, and the call it ran in.

    ``wrong`` and ``right`` tell whether they are proven to be swapped or not. ``source`` is the call by which a library
    hands them to the program, in its own order.
    """

    operands: Operands
    frame: Frame | None
    wrong: bool
    right: bool
    source: ast.AST | None = None

    def is_from_library(self) -> bool:
        """Tell whether it is a library that calls the function."""
        return (
            self.frame is not None
            and self.source is not None
            and _spot(self.frame.node) == _spot(self.source)
        )


@dataclass(frozen=True, slots=True)
class Blame:
    """Where the operands are swapped: the operation, or a call that hands them over to ``taken`` in ``helper``.

    ``keys`` are the arguments of that call. Without ``certain`` the operation may be wrong as well as its callers.
    With ``unanimous`` it is wrong because all callers that are known agree.
    """

    node: ast.AST
    operands: Operands
    frames: tuple[Frame | None, ...]
    keys: tuple[int | str, int | str] | None = None
    helper: str = ""
    taken: tuple[str, str] = ("", "")
    certain: bool = True
    unanimous: bool = False

    @property
    def doubt(self) -> str:
        """Say what to do where it is not known what is wrong."""
        return f"Swap them here or where `{self.helper}` is called"

    def uses(self, module: Module) -> tuple[ast.AST, ...]:
        """Return the calls in other files that lead here."""
        return from_elsewhere(
            module, self.node, ((one.node, one.parent) for one in self.frames if one is not None)
        )

    def handed(self, module: Module) -> str:
        """Say what the call hands over."""
        assert isinstance(self.node, ast.Call)
        first, second = (quoted(module, one) for one in self.operands)
        name, other = self.taken
        return f"{quoted(module, self.node.func)} takes {first} as `{name}` and {second} as `{other}`"

    def finding(self, module: Module, operation: ast.AST, effect: str, safety: Safety) -> Finding:
        """Return the finding at a call: the one that is swapped, or advice where that is not certain."""
        assert self.keys is not None
        uses = (operation, *self.uses(module))
        message = f"{self.handed(module)}: {effect}"
        if not self.certain:
            message = f"{message}. Swap them here or in `{self.helper}`"
            return Finding(self.node, message, Safety.ADVICE, uses=uses)
        edit = Edit(self.node, edits.swap_arguments(*self.keys))
        return Finding(self.node, message, safety, edits=(edit,), uses=uses)


@dataclass(frozen=True, slots=True)
class _Site:
    """A call that hands the operands over, and the run that came through it."""

    call: ast.Call
    keys: tuple[int | str, int | str]
    passing: Passing


class Callers:
    """Finds where operands are swapped.

    Args:
        run: what the program was seen to do.
        role: tells by the name of a parameter whether it is the first operand (0), the second (1), or neither.
        fits: tells whether a value is a first operand (0) or a second one (1).
    """

    def __init__(
        self, run: Trace, role: Callable[[str], int | None], fits: Callable[[Value, int], bool]
    ) -> None:
        self._run = run
        self._role = role
        self._fits = fits

    def blamed(self, node: ast.AST, passings: Sequence[Passing]) -> Iterator[Blame]:
        """Yield where the operands of the operation ``node`` are swapped."""
        yield from self._at(Blame(node, passings[0].operands, ()), passings, 0)

    def _at(self, here: Blame, passings: Sequence[Passing], height: int) -> Iterator[Blame]:
        wrong = [one for one in passings if one.wrong]
        if not wrong or height > _HIGHEST:
            return
        right = any(one.right for one in passings)
        here = replace(here, frames=tuple(one.frame for one in wrong))
        parameters = self._parameters(here)
        taken = parameters.of(here.operands, self._role) if parameters is not None else None
        if parameters is None or taken is None:
            named_rightly = parameters is not None and self._reads_rightly(parameters, here.operands)
            doubtful = replace(here, certain=False, helper=parameters.name if parameters is not None else "")
            yield from self._here(doubtful if named_rightly else here, passings)
            return
        passings = [
            replace(one, frame=frame_of(self._run, parameters.function, here.node, one.frame))
            for one in passings
        ]
        wrong = [one for one in passings if one.wrong]
        sites = [self._site(one, parameters, taken) for one in wrong]
        resolved = [one for one in sites if one is not None]
        handed = [one for one in resolved if self._hands_swapped(one)]
        says = self._says(taken, here.operands)
        local = any(one.is_from_library() for one, site in zip(wrong, sites, strict=True) if site is None)
        unsure = replace(here, certain=False, helper=parameters.name)
        if says and not local and len(handed) < len(resolved):
            yield unsure
        elif local or len(handed) < len(resolved) or (says is False and not right):
            yield from self._here(here, passings)
        elif says or right:
            if len(resolved) < len(sites):
                yield unsure
            yield from self._higher(parameters, taken, passings, handed, height, certain=says is not False)
        elif len(wrong) < len(passings):
            return
        elif len({one.call for one in resolved}) > 1 and len(resolved) == len(sites):
            yield replace(here, unanimous=True)
        elif resolved and parameters.only_used_in(here.operands, taken):
            yield from self._higher(parameters, taken, passings, handed, height, certain=True)
        else:
            yield unsure

    def _parameters(self, here: Blame) -> Parameters | None:
        """Return the parameters of the innermost function around an operation that takes its operands."""
        function = function_of(self._run, here.node)
        while function is not None:
            parameters = Parameters(function)
            if any(map(parameters.sources, here.operands)):
                return parameters
            function = function_of(self._run, function)
        return None

    def _here(self, here: Blame, passings: Sequence[Passing]) -> Iterator[Blame]:
        if all(one.wrong for one in passings):
            yield here

    def _higher(
        self,
        parameters: Parameters,
        taken: tuple[str, str],
        passings: Sequence[Passing],
        handed: list[_Site],
        height: int,
        *,
        certain: bool,
    ) -> Iterator[Blame]:
        for call in {one.call: None for one in handed}:
            same = [one for one in handed if one.call is call]
            also = [self._site(one, parameters, taken) for one in passings if not one.wrong]
            through = [one.passing for one in (*same, *also) if one is not None and one.call is call]
            operands = through[0].operands
            blame = Blame(call, operands, (), same[0].keys, parameters.name, taken)
            if certain:
                yield from self._at(blame, through, height + 1)
            else:
                frames = tuple(one.frame for one in through)
                yield replace(blame, frames=frames, certain=False)

    def _says(self, taken: tuple[str, str], operands: Operands) -> bool | None:
        """Tell by the names of the parameters whether the function takes them rightly; None when they do not say."""
        first, second = map(self._role, taken)
        if first is None and second is None:
            names = (one.id if isinstance(one, ast.Name) else "" for one in operands)
            first, second = map(self._role, names)
        right, wrong = first == 0 or second == 1, first == 1 or second == 0
        return None if right == wrong else right

    def _reads_rightly(self, parameters: Parameters, operands: Operands) -> bool:
        """Tell whether what goes into the operands has the names that it should have, and no other says otherwise."""
        roles = [{self._role(name) for name in parameters.sources(one)} - {None} for one in operands]
        return roles in ([{0}, {1}], [{0}, set()], [set(), {1}])

    def _site(self, one: Passing, parameters: Parameters, taken: tuple[str, str]) -> _Site | None:
        """Return the call that hands over the parameters ``taken``, when it does so in a plain way."""
        call = one.frame.node if one.frame is not None else None
        if one.frame is None or not isinstance(call, ast.Call):
            return None
        left = offset(self._run, call, parameters.function)
        found = [parameters.argument(call, left, name) for name in taken]
        if found[0] is None or found[1] is None:
            return None
        (first, a), (second, b) = found[0], found[1]
        return _Site(call, (first, second), replace(one, operands=(a, b), frame=one.frame.parent))

    def _hands_swapped(self, site: _Site) -> bool:
        """Tell whether a call is seen to hand over a second operand as the first one, and the other way round."""
        first, second = (self._run.values(one) for one in site.passing.operands)
        return (
            bool(first and second)
            and all(self._fits(value, 1) for value in first)
            and not any(self._fits(value, 1) for value in second)
        )


def frame_of(run: Trace, function: ast.AST | None, node: ast.AST, frame: Frame | None) -> Frame | None:
    """Return the call of ``function`` that runs when ``node``, which stands in it or in a function inside, is run.

    ``frame`` is the call in which ``node`` itself is run.
    """
    while frame is not None and function_of(run, node) is not function:
        node, frame = frame.node, frame.parent
    return frame


def _spot(node: ast.AST) -> tuple[int, int]:
    return node.lineno, node.col_offset  # type: ignore[attr-defined]
