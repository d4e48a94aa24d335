"""A formula in LaTeX, pasted without its page, as statements of the language."""

from __future__ import annotations

import re
from collections.abc import Callable

from ..documents.latex.habits import Habits, habits_of
from ..documents.latex.reader import Unread, read_formula
from .brackets import with_positive_parts
from .habits import with_samples_below
from .lists import cut_first, with_functions_as_names
from .pieces import Unwritten

_OTHER_TRANSPOSE = re.compile(r"\^\s*\{?\s*(?:T\b|\\top|\\intercal|\\mathsf|\\mathrm\s*\{\s*T)")
# what stands around a formula that is copied with its page
_AROUND = re.compile(r"^\s*(?:\$\$?|\\\[|\\\(|\\displaystyle)|(?:\$\$?|\\\]|\\\))\s*[.,;]?\s*$")


def statements_of(text: str, is_known: Callable[[str], bool]) -> list[str]:
    """What a formula says: what its names stand for, then the formula itself; `is_known` tells functions.  Raises Unwritten."""
    inner = text
    while (bare := _AROUND.sub("", inner)) != inner:
        inner = bare
    inner = with_positive_parts(inner.strip().rstrip(".,;").strip(), r"\max(({}), 0)")
    formula, others = cut_first(inner)
    formulas = [with_samples_below(_one(part)) for part in (formula, *others)]
    return with_functions_as_names(formulas[0], formulas[1:], is_known)


def _one(text: str) -> str:
    """One formula.  A prime is a transpose where the formula has no other for it and can be read so; else part of a name."""
    habits = habits_of([text])
    ways = [Habits(p, habits.has_invariants) for p in ("transpose", "name")]
    if _OTHER_TRANSPOSE.search(text):
        ways.reverse()
    refused: Unwritten | None = None
    for habit in ways if "'" in text or "prime" in text else (habits,):
        try:
            found = read_formula(text, 0, len(text), {}, habit)
        except Unread as unread:
            refused = refused or Unwritten(unread.reason, *unread.span)
            continue
        problem = next((s for s in found if s.problem), None)
        if problem is None and len(found) == 1:
            return found[0].text.strip()
        if problem is not None:
            refused = refused or Unwritten(problem.problem, *problem.span)
        else:
            refused = refused or Unwritten("this is more than one formula" if found else "there is no formula here")
    assert refused is not None
    raise refused
