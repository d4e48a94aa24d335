"""Terms carried out, in the shortest of the forms that are found."""

from __future__ import annotations

from contextlib import suppress

from ..lowering.report import fail
from ..rules.accumulation import is_deep
from ..rules.algebra import weight
from ..rules.engine import BudgetExceeded, MissingRule, normal_form
from ..terms.term import Tensor, Term
from ..terms.walk import expand_definitions, fold_definitions
from .answering import beyond


def reduce(term: Term) -> Term:
    """The normal form.  Raises EinsightError where no rule goes on, or the budget is spent."""
    try:
        return normal_form(term)
    except MissingRule as missing:
        advice = f": a plugin can add one, as `derivative.{missing.name}`" if missing.can_be_added else ""
        raise fail("EIN002", f"{missing}{advice}") from None
    except BudgetExceeded as spent:
        raise fail(beyond(spent), str(spent)) from None


def shortest(reduced: Term, original: Term) -> Term:
    """A result with what has a name written by its name; with the definitions put in first, where that cancels."""
    defined = definitions_in(original)
    if not defined:
        return reduced
    if is_deep(reduced):
        return fold_definitions(reduced, defined)
    starts = [reduced]
    with suppress(BudgetExceeded, MissingRule):
        starts.append(normal_form(expand_definitions(reduced)))
    candidates = [fold_definitions(start, defined) for start in starts]
    for start in starts:  # a definition may be written in others, which must be found in it first
        for tensor in reversed(defined):
            start = fold_definitions(start, [tensor])
        candidates.append(start)
    return min(candidates, key=weight)


def definitions_in(term: Term) -> list[Tensor]:
    """The defined tensors that a term uses, the last first: in them its results are written."""
    found = [t for t in term.depends if t.definition is not None]
    return sorted(found, key=lambda t: (-len(t.depends), t.key))
