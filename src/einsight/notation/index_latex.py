"""Index form in LaTeX."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..rules.catalogue import catalogue
from ..terms.dimension import Index, Slot
from ..terms.term import Constant, Term
from .index_form import ATOM, Printer, printed
from .latex_names import name_latex, raised_latex
from .tree_latex import formula_latex


def latex_form(term: Term, names: dict[Index, str] | None = None) -> str:
    """The components of a term in LaTeX; `names` and errors as in `index_form`."""
    return printed(LatexPrinter(), term, names)


class LatexPrinter(Printer):
    """The same walk, in LaTeX."""

    sum_sign, minus = r"\sum", "-"

    def name(self, text: str) -> str:
        return name_latex(text)

    def bracket(self, body: str) -> str:
        return rf"\left({body}\right)"

    def subscript(self, slots: Sequence[Slot], scope: dict[Index, str]) -> str:
        names = [self.slot(s, scope) for s in slots]
        joined = "".join(names) if all(len(n) == 1 for n in names) else ",".join(names)
        return f"_{{{joined}}}" if names else ""

    def _constant(self, term: Constant, scope: dict[Index, str]) -> tuple[str, int]:
        return r"\pi", ATOM

    def fraction(self, top: str, bottom: str) -> str:
        return rf"\frac{{{top}}}{{{bottom}}}"

    def root(self, body: str) -> str:
        return rf"\sqrt{{{body}}}"

    def power_text(self, base: str, exponent: str) -> str:
        return raised_latex(base, exponent)

    def relation(self, sign: str) -> str:
        return {"≠": r"\neq", "≤": r"\leq", "≥": r"\geq"}.get(sign, sign)

    def function(self, name: str) -> str:
        found = catalogue().function(name)
        return found.latex if found and found.latex else rf"\operatorname{{{name}}}"

    def partial(self, top: str, variable: str) -> str:
        return rf"\frac{{\partial {top}}}{{\partial {variable}}}"

    def over(self, top: str, bottom: list[str]) -> str:
        below = _unbracketed(bottom[0]) if len(bottom) == 1 else " ".join(bottom)
        return rf"\frac{{{top}}}{{{below}}}"

    def sum_over(self, names: list[str]) -> str:
        return rf"\sum_{{{','.join(names)}}}"

    def matrix(self, text: str) -> str:
        return formula_latex(text)


def _unbracketed(text: str) -> str:
    """Without brackets around the whole, which a fraction makes needless."""
    depth, ends = 0, []
    for found in re.finditer(r"\\(left|right)(?![a-z])", text):
        depth += 1 if found[1] == "left" else -1
        if depth == 0:
            ends.append(found.end())
    whole = text.startswith(r"\left(") and text.endswith(r"\right)") and ends == [len(text) - 1]
    return text[6:-7] if whole else text
