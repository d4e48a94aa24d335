"""The regions of a text that hold statements."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .latex.macros import macros_of
from .latex.reader import Statement, Unread, read_formula
from .markdown import spans

LANGUAGES = ("ein", "markdown")
# the language of a file by the end of its name
SUFFIXES = {".ein": "ein", ".md": "markdown", ".markdown": "markdown", ".qmd": "markdown"}
# what a formula must hold to be a statement: prose is full of lone names and values
_SAYS = re.compile(r"[=∈]|:[^:]*→")


@dataclass(frozen=True)
class Region:
    """Statements `text`, which stand at `start` of the document.

    One that is `translated` from LaTeX has the part of the document that each of its characters stands for in `places`;
    `problem` says why a formula is not read, and its text is empty then.  `rests_on` are names whose shapes were assumed,
    `inferred` says that some are only as long as their indices say, `symmetric` that the page speaks of such matrices.
    """

    start: int
    end: int
    text: str
    translated: bool = False
    places: tuple[tuple[int, int], ...] = ()
    problem: str = ""
    rests_on: frozenset[str] = frozenset()
    inferred: bool = False
    symmetric: bool = False

    def map_span(self, span: tuple[int, int]) -> tuple[int, int]:
        if not self.translated:
            return (span[0] + self.start, span[1] + self.start)
        inside = self.places[span[0] : span[1]] or self.places[max(0, span[0] - 1) : span[0]]
        if not inside:
            return (self.start, self.end)
        return (min(start for start, _ in inside), max(end for _, end in inside))


def regions_of(text: str, language: str) -> list[Region]:
    """All of an `.ein` text; of Markdown the fences marked `ein` and the formulas, in order."""
    if language == "ein":
        return [Region(0, len(text), text)]
    macros = macros_of(text)
    found: list[Region] = []
    for span in spans(text):
        if span.language == "ein":
            found.append(Region(span.start, span.end, text[span.start : span.end]))
            continue
        try:
            statements = read_formula(text, span.start, span.end, macros)
        except Unread as why:
            found.append(Region(span.start, span.end, "", True, problem=why.reason))
            continue
        found += [_of(s, span.start, span.end) for s in statements if _SAYS.search(s.text)]
    return found


def _of(statement: Statement, start: int, end: int) -> Region:
    return Region(start, end, statement.text, True, tuple(statement.places))
