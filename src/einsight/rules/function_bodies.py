"""Elementwise functions as terms: what one that an expression defines is at its arguments, and the derivative of each.

Both are read from texts that the functions were registered with; what a plugin says is held to numbers when it is first used.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from ..lowering.expressions import Reader
from ..lowering.names import Entry, Names
from ..lowering.report import Report
from ..syntax.parse import parse_statement
from ..syntax.tree import Relation
from ..terms import build
from ..terms.term import Component, Tensor, Term
from ..terms.walk import map_parts
from .catalogue import catalogue, kept_while_known
from .engine import BudgetExceeded, MissingRule, normal_form
from .faults import OWN, Fault
from .rule import Function
from .slopes import slope_problem, slopes_compared

# at so many points the derivative of a plugin's function is looked at when it is first used
POINTS = 5

_Z, _W = Tensor("z"), Tensor("w")


def _read_in(text: str, arguments: Iterable[tuple[str, Tensor]]) -> Term | None:
    """A text as a term in some names of numbers; None where it does not read."""
    tree, problems = parse_statement(text)
    if problems or not isinstance(tree, Relation) or len(tree.sides) != 1:
        return None
    names = Names(catalogue().arity)
    for name, tensor in arguments:
        names.put(Entry(name, tensor, None, "declared"))
    report = Report()
    value = Reader(names, report, text).read(tree.sides[0])
    return None if value is None or report.has_errors() or value.rank else value.term


@kept_while_known
@lru_cache(maxsize=512)
def body_of(name: str) -> Term | None:
    """What a function that is defined by an expression is at `z`."""
    found = catalogue().function(name)
    if found is None or found.definition is None:
        return None
    argument, text = found.definition
    return _read_in(text, [(argument, _Z)])


def written_out(name: str, argument: Term) -> Term | None:
    """A function that is defined by an expression, as that expression of the argument."""
    body = body_of(name)
    return None if body is None else _at(body, (argument,))


@kept_while_known
@lru_cache(maxsize=512)
def _derivative_body(name: str, place: int) -> Term | None:
    found = catalogue().function(name)
    if found is None or place >= len(found.derivative):
        return None
    if not found.derivative[place]:
        return _differentiated(body_of(name))
    body = _read_in(found.derivative[place], [(t.name, t) for t in (_Z, _W)])
    if found.source in OWN:
        return body
    if body is None:
        _switch_off(found, "malformed", f"its derivative does not read: `{found.derivative[place]}`", "Correct it.")
        return None
    return body if _is_slope(found, place, body) else None


def _is_slope(function: Function, place: int, body: Term) -> bool:
    """Is it the derivative of a plugin's function, by numbers?  If not, the function is switched off."""
    known = catalogue()
    problem, _ = slopes_compared(function, place, body, known.value, POINTS)
    if problem:
        _switch_off(function, "unsound", problem, f"Correct its derivative, `{function.derivative[place]}`.")
    return not problem


def _switch_off(function: Function, stage: str, reason: str, advice: str) -> None:
    known = catalogue()
    if known.functions.get(function.name) is function:
        version = known.versions.get(function.source, "")
        known.switch_off(Fault(function.source, version, function.name, stage, reason, advice))


def derivative_problem(name: str, place: int, points: int = 20) -> str:
    """What is wrong with the derivative of a function; empty where nothing is."""
    found = catalogue().function(name)
    if found is None:
        return next((f.reason for f in catalogue().faults.all if f.subject == name), f"there is no function `{name}`")
    body = function_derivative(name, place, (build.component(_Z), build.component(_W))[: found.arity])
    if body is None:
        off = next((f.reason for f in catalogue().faults.all if f.subject == name), "")
        text = found.derivative[place] or (found.definition or ("", ""))[1]
        of = "derivative" if found.derivative[place] else "definition"
        return off or f"its {of} does not read, or has no derivative: `{text}`"
    return slope_problem(found, place, body, catalogue().value, points)


def _differentiated(body: Term | None) -> Term | None:
    try:
        return None if body is None else normal_form(build.derivative(body, _Z))
    except (BudgetExceeded, MissingRule):
        return None


def function_derivative(name: str, place: int, arguments: tuple[Term, ...]) -> Term | None:
    """`∂f/∂(argument number place)` at the arguments; of an unknown function `s`, `s'`."""
    if catalogue().function(name) is None:
        return build.apply(name + "'", *arguments) if len(arguments) == 1 else None
    body = _derivative_body(name, place)
    return None if body is None else _at(body, arguments)


def _at(body: Term, arguments: tuple[Term, ...]) -> Term:
    given = dict(zip((_Z, _W), arguments, strict=False))

    def visit(term: Term) -> Term:
        if isinstance(term, Component):
            return given.get(term.tensor, term)
        return map_parts(term, visit)

    found = visit(body)
    visit = None  # type: ignore[assignment]  # which holds itself
    return found
