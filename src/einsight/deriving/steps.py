"""The steps of a derivation, as text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..notation.index_form import free_names, index_form
from ..notation.index_latex import latex_form
from ..rules.accumulation import named_parts
from ..rules.engine import derivation
from ..rules.rule import Rule
from ..terms import build
from ..terms.dimension import Index
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
    steps: list[Step] = []

    def add(rule: str, old: Term, new: Term, note: str) -> None:
        before = steps[-1].after if steps else index_form(old, names)
        after = in_components(new, names)
        if after == before:
            return
        if rule in SILENT and steps:  # it belongs to the step that left it open
            before, rule, note = steps[-1].before, steps[-1].rule, steps[-1].note
            del steps[-1]
        steps.append(Step(rule, before, after, note, latex_form(new, names) if latex else ""))

    last = term
    for rewrite in derivation(term, rules):
        note = rewrite.rule.doc.splitlines()[0] if rewrite.rule.doc else ""
        add(rewrite.rule.id, rewrite.before, rewrite.after, note)
        last = rewrite.after
    if rules is None:
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
