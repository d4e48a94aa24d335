"""The steps of a derivation, as text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..notation.index_form import free_names, index_form
from ..notation.index_latex import latex_form
from ..rules.accumulation import named_parts
from ..rules.engine import BudgetExceeded, Rewrite, derivation
from ..rules.rule import Rule
from ..terms import build
from ..terms.dimension import Index
from ..terms.interruption import OutOfTime, within
from ..terms.term import Term
from .reducing import shortest

# what nobody writes a line for: that the derivative of a constant is 0
SILENT = ("derivative.constant",)


@dataclass(frozen=True)
class Step:
    """One line of a derivation: `before` equals `after` by the rule; `latex` is `after` in LaTeX."""

    rule: str
    before: str
    after: str
    note: str = ""
    latex: str = ""

    def as_json(self) -> dict[str, str]:
        return {"rule": self.rule, "before": self.before, "after": self.after, "note": self.note}


def narrate(term: Term, names: dict[Index, str], rules: Sequence[Rule] | None = None, latex: bool = True) -> list[Step]:
    """The steps of a derivation as text, and in LaTeX; one that would not change what is shown is left out."""
    return _told(term, names, derivation(term, rules), rules is None, latex, [])


def narrate_within(seconds: float, term: Term, names: dict[Index, str]) -> tuple[list[Step], str]:
    """The steps that there are within some seconds, and why those are not all; nothing where they are."""
    taken: list[Rewrite] = []
    steps: list[Step] = []
    lack, limit = "", None
    try:
        with within(seconds) as limit:
            derivation(term, into=taken)
    except OutOfTime as spent:
        if spent.limit is not limit:
            raise
        lack = f"more steps take longer than {seconds:g} s"
    except BudgetExceeded as problem:
        lack = str(problem)
    try:
        with within(seconds / 2) as limit:
            _told(term, names, taken, not lack, True, steps)
    except OutOfTime as spent:
        if spent.limit is not limit:
            raise
        lack = f"more steps take longer than {seconds / 2:g} s to write"
    return steps, lack


def _told(
    term: Term, names: dict[Index, str], taken: Iterable[Rewrite], folds: bool, latex: bool, steps: list[Step]
) -> list[Step]:
    """The steps of some rewrites, put into a list as they are written."""

    def add(rule: str, old: Term, new: Term, note: str) -> None:
        before = steps[-1].after if steps else index_form(old, names)
        after = in_components(new, names)
        if after == before:
            return
        last = None
        if rule in SILENT and steps:  # it belongs to the step that left it open
            last = steps[-1]
            before, rule, note = last.before, last.rule, last.note
        step = Step(rule, before, after, note, latex_form(new, names) if latex else "")
        if last is not None:
            del steps[-1]
        steps.append(step)

    last = term
    for rewrite in taken:
        note = rewrite.rule.doc.splitlines()[0] if rewrite.rule.doc else ""
        add(rewrite.rule.id, rewrite.before, rewrite.after, note)
        last = rewrite.after
    if folds:
        add("definition.fold", last, shortest(last, term), "What has a name is written by its name.")
    return steps


def in_components(term: Term, names: dict[Index, str]) -> str:
    """The index form; behind `where`, what the names mean that accumulation gave."""
    parts = []
    for tensor in named_parts([term]):
        assert tensor.definition is not None
        params, body = build.open_abstraction(tensor.definition)
        named = free_names(params)
        left = index_form(build.component(tensor, params), named)
        parts.append(f"{left} = {index_form(body, named)}")
    return index_form(term, names) + (f" where {', '.join(parts)}" if parts else "")
