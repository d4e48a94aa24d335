"""A derivation to be read: as lines of text, as aligned LaTeX, as a table of HTML in which a notebook typesets each step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..notation.quoting import in_html, in_text, visible
from .steps import Step

_CELL = '<td style="text-align: left">{}</td>'
# names of rules and notes are text, whatever stands in them
_TEXT = '<td class="tex2jax_ignore mathjax_ignore" style="text-align: left; white-space: pre-wrap">{}</td>'


@dataclass(frozen=True)
class Narrated:
    """The expression in components, in text and in LaTeX, and the steps that work it out."""

    start: str
    start_latex: str
    steps: Sequence[Step]

    def __str__(self) -> str:
        width = max((len(s.rule) for s in self.steps), default=0)
        lines = [f"{'':{width}}    {self.start}", *(f"{s.rule:{width}}  = {s.after}" for s in self.steps)]
        return "\n".join(visible(line) for line in lines)

    @property
    def latex(self) -> str:
        """An `aligned` environment, a rule behind each line."""
        rows = [f"& {self.start_latex}"]
        rows += [rf"={{}}& {s.latex} && \text{{{in_text(s.rule)}}}" for s in self.steps]
        return "\\begin{aligned}\n  " + " \\\\\n  ".join(rows) + "\n\\end{aligned}"

    def _repr_latex_(self) -> str:
        return f"${self.latex}$"

    def _repr_html_(self) -> str:
        rows = [("", f"$\\displaystyle {in_html(self.start_latex)}$", "")]
        rows += [(s.rule, f"$\\displaystyle = {in_html(s.latex)}$", s.note) for s in self.steps]
        lines = [
            f"<tr>{_TEXT.format(f'<code>{in_html(rule)}</code>')}{_CELL.format(formula)}{_TEXT.format(in_html(note))}</tr>"
            for rule, formula, note in rows
        ]
        return "<table>\n" + "\n".join(lines) + "\n</table>"

    def _repr_pretty_(self, printer: Any, is_cycle: bool) -> None:
        """For IPython: in full where it stands alone, short within a list or a dictionary."""
        printer.text(repr(self) if is_cycle or printer.indentation else str(self))
