"""The regions of a text that hold statements, whatever it is written in.

file ─extracts_of─▶ texts with formulas ─regions_in─▶ regions of a text ─Region.mapped─▶ regions of the file
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from . import docstrings, markdown, notebook, rst, tex
from .extract import Extract, Formula, Span
from .inputs import Beside, macros_with
from .latex.habits import habits_of
from .latex.reader import Statement, Unread, read_formula
from .remarks import NO_CLAIM, Silence, remarks_on
from .scanning import LONGEST

LANGUAGES = ("ein", "markdown", "latex", "rst", "notebook", "python", "julia")
# the language of a file by the end of its name
SUFFIXES = {
    ".ein": "ein", ".md": "markdown", ".markdown": "markdown", ".qmd": "markdown", ".Rmd": "markdown", ".rmd": "markdown", ".tex": "latex", ".rst": "rst",
    ".ipynb": "notebook", ".py": "python", ".jl": "julia",
}  # fmt: skip
# the texts of a file that is not one itself
_EXTRACTS: dict[str, Callable[[str], list[Extract]]] = {
    "notebook": notebook.extracts, "python": docstrings.python_extracts, "julia": docstrings.julia_extracts,
}  # fmt: skip
# where the formulas of each kind of text stand; `cells` are those of a notebook, one behind the other
_FORMULAS: dict[str, Callable[[str], list[Formula]]] = {
    "markdown": markdown.formulas, "latex": tex.formulas, "rst": rst.formulas, "cells": notebook.formulas,
    "docstring": docstrings.formulas, "julia docstring": docstrings.julia_formulas,
}  # fmt: skip
# files that are written for something else: what is told in them is what is wrong, and no more
GUESTS = {"python", "julia"}
# formulas of a text, after which no more are read
MOST_FORMULAS = 20_000
# what a formula must hold to be a statement: prose is full of lone names and values
_SAYS = re.compile(r"[=∈]|:[^:]*→")


@dataclass(frozen=True)
class Region:
    """Statements `text`, which stand at `start` of the document.

    One that is `translated` from LaTeX has the part of the document that each of its characters stands for in `places`,
    and so has one in the language itself that the document writes with escapes or with marks of a quotation in between.
    `problem` says why a formula is not read, and its text is empty then.  `rests_on` are names whose shapes were assumed,
    `inferred` says that some are only as long as their indices say, `symmetric` that the page speaks of such matrices.
    `condition` is what the words behind a formula say, `if A = Aᵀ`; `given` are names with the properties that words give
    them, `("A", "symmetric")`; `silent` are parts of the document in which its comments leave codes out; `doubt` says why what
    fails here is not called wrong, `bound` why what conforms and
    fails is not; `sums` that the page writes out what is summed; `spoken` are names that stand for something, with what they stand for; `page` counts the extracts of a file,
    and `apart` the parts of one that are read by themselves, each with declarations of its own, which count nowhere else;
    `settled` says what a claim rests on that is known to be right, or to have a `fault`.
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
    sums: bool = False
    condition: str = ""
    given: tuple[tuple[str, str], ...] = ()
    doubt: str = ""
    bound: str = ""
    spoken: tuple[tuple[str, str], ...] = ()
    page: int = 0
    apart: int = 0
    settled: tuple[str, ...] = ()
    fault: str = ""
    silent: tuple[Silence, ...] = ()

    @property
    def says(self) -> bool:
        """Is it a statement, or why there is none, and more than a lone name or value?"""
        return not self.translated or bool(self.problem) or _SAYS.search(self.text) is not None

    @property
    def is_verbatim(self) -> bool:
        """Does the document have the text just as it is?"""
        return not self.translated and not self.places

    def is_silent(self, code: str, span: Span) -> bool:
        """Do comments of the document say that it is not to be reported?"""
        return any(s <= span[0] and span[1] <= e and ("*" in codes or code in codes) for s, e, codes in self.silent)

    def in_words(self, text: str) -> str:
        """A message about the statement, with what the names in it stand for."""
        for name, meaning in self.spoken:
            text = re.sub(rf"(?<!\w){re.escape(name)}(?![^\W_])", meaning, text)
        return text

    def map_span(self, span: tuple[int, int]) -> tuple[int, int]:
        if self.is_verbatim:
            return (span[0] + self.start, span[1] + self.start)
        inside = self.places[span[0] : span[1]] or self.places[max(0, span[0] - 1) : span[0]]
        if not inside:
            return (self.start, self.end)
        return (min(start for start, _ in inside), max(end for _, end in inside))

    def mapped(self, extract: Extract, page: int = 0) -> Region:
        """A region of an extract, the one of that number, in the file that the extract is of."""
        if extract.runs is None:
            return self
        start, end = extract.place((self.start, self.end))
        silent = tuple((*extract.place((s, e)), codes) for s, e, codes in self.silent)
        if self.is_verbatim and end - start == len(self.text):
            return replace(self, start=start, end=end, page=page)
        places = [(k, k + 1) for k in range(self.start, self.end)] if self.is_verbatim else self.places
        return replace(self, start=start, end=end, places=tuple(map(extract.place, places)), page=page, silent=silent)


def extracts_of(text: str, language: str) -> list[Extract]:
    """The texts of a file in which formulas stand; what one of them declares does not count in another."""
    if text.startswith(
        "\ufeff"
    ):  # a byte order mark that came along: an empty line before the file is one in every language
        text = "\n" + text[1:]
    extracts = _EXTRACTS.get(language)
    return [Extract(text, language)] if extracts is None else extracts(text)


def formulas_in(extract: Extract) -> list[Formula]:
    """Where the formulas of an extract stand, in order, whether they can be read or not."""
    return _FORMULAS[extract.kind](extract.text)


def regions_in(extract: Extract, beside: Beside | None = None) -> list[Region]:
    """The formulas that say something and the fences marked `ein` of an extract, in order; all of an `.ein` text.

    `beside` gives the files beside a LaTeX file, for the macros in them.
    """
    return [r for r in everything_in(extract, beside) if r.says]


def everything_in(extract: Extract, beside: Beside | None = None) -> list[Region]:
    """The same with the formulas that say nothing by themselves, such as lone names."""
    text = extract.text
    if extract.kind == "ein":
        return [Region(0, len(text), text)]
    if extract.unread:
        return [Region(0, 1, "", True, problem=extract.unread)]
    formulas = formulas_in(extract)
    read, rest = formulas[:MOST_FORMULAS], formulas[MOST_FORMULAS:]
    macros = macros_with(text, beside if extract.kind == "latex" else None) if formulas else {}
    source = _without(text, [hole for f in read for hole in f.holes])
    written = [source[f.start : f.end] for f in read if f.language == "latex" and not _is_too_long(f)]
    habits = habits_of(written)
    silent, none = remarks_on(text, [(f.start, f.end) for f in read if f.language == "latex"])
    found: list[Region] = []
    for formula in read:
        start, end = formula.start, formula.end
        if formula.language == "ein":
            places = tuple((k, k + 1) for k in range(start, end)) if formula.holes else ()
            found.append(Region(start, end, source[start:end], places=places))
            continue
        if (start, end) in none:
            found.append(Region(start, end, "", True, problem=NO_CLAIM))
            continue
        if _is_too_long(formula):
            found.append(Region(start, end, "", True, problem=f"it is longer than {LONGEST} characters"))
            continue
        try:
            statements = read_formula(source, start, end, macros, habits)
        except Unread as why:
            found.append(Region(start, end, "", True, problem=why.reason))
            continue
        except RecursionError:
            found.append(Region(start, end, "", True, problem="it is nested too deeply"))
            continue
        found += [replace(_of(s, start, end), silent=tuple(silent.get((start, end), ()))) for s in statements]
    if rest:
        told = f"of this text {MOST_FORMULAS} formulas are read, and {len(rest)} more are not"
        found.append(Region(rest[0].start, rest[-1].end, "", True, problem=told))
    return found


def _is_too_long(formula: Formula) -> bool:
    return formula.language == "latex" and formula.end - formula.start > LONGEST


def regions_of(text: str, language: str) -> list[Region]:
    """The regions of a whole file, in places of the file."""
    return [region.mapped(extract) for extract in extracts_of(text, language) for region in regions_in(extract)]


def _without(text: str, holes: Sequence[Span]) -> str:
    """The text with blanks where there are holes, which are in order, so that all places stay."""
    parts, at = [], 0
    for start, end in holes:
        parts += [text[at:start], " " * (end - start)]
        at = end
    return "".join([*parts, text[at:]])


def _of(statement: Statement, start: int, end: int) -> Region:
    if statement.problem:
        return Region(*statement.span, "", True, problem=statement.problem)
    return Region(start, end, statement.text, True, tuple(statement.places), condition=statement.condition)
