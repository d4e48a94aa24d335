"""A formula in LaTeX, pasted without its page, as statements of the language."""

from __future__ import annotations

import re

from ..documents.latex.habits import Habits, habits_of
from ..documents.latex.reader import Unread, read_formula
from .code import Unwritten
from .lists import cut, with_functions_as_names

# what stands around a formula that is copied with its page
_AROUND = re.compile(r"^\s*(?:\$\$?|\\\[|\\\(|\\displaystyle)|(?:\$\$?|\\\]|\\\))\s*[.,;]?\s*$")


def statements_of(text: str) -> list[str]:
    """What a formula says: what its names stand for, then the formula itself.  Raises Unwritten."""
    inner = text
    while (bare := _AROUND.sub("", inner)) != inner:
        inner = bare
    inner = inner.strip().rstrip(".,;").strip()
    formula, *others = cut(inner)
    return with_functions_as_names(_one(formula), [_one(part) for part in others])


def _one(text: str) -> str:
    """One formula.  A prime is part of a name or a transpose, by how the formula writes its others; else as it can be read."""
    habits = habits_of([text])
    other = Habits("transpose" if habits.primes == "name" else "name", habits.has_invariants)
    refused: Unwritten | None = None
    for habit in (habits, other) if "'" in text or "prime" in text else (habits,):
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
