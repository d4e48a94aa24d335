"""Notes as statements that conform: what their paragraphs declare, and what nobody says, in the order in which it counts.

A declaration counts from the start of the paragraph it stands in. `w_ij` is a component of `W` where only that is known. Names
that nobody declares get shapes with which the formula conforms (`shapes.py`); a claim that rests on such a shape is
never called wrong. What is said under a condition, and what is said of names that are never defined, is not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from itertools import groupby

from ...documents.regions import Region
from ...lowering.names import canonical_name
from ...lowering.report import Diagnostic
from .functions import aliases_of, functions_of_entries
from .paragraphs import Paragraph, paragraphs
from .reader import Reader
from .second import Second
from .sections import without_item
from .settling import Settling
from .subscripts import Subscripts
from .tables import claims_of_tables
from .trees import with_sums_to_their_ends
from .words import Words

_LETTER = re.compile(r"(?<![^\W_])[^\W\d_](?!\w)")


def planned(text: str, regions: list[Region], layout: str) -> tuple[list[Region], list[Diagnostic]]:
    """The regions of notes in the order in which they count, with declarations for what nobody declares; and findings."""
    if not regions:
        return [], []
    page = _Page(text, layout, regions)
    reader, second, settling = page.reader(), Second(), Settling(text, regions, layout, page.subscripts.marks)
    for together in [list(section) for _, section in groupby(page.read, lambda pair: without_item(pair[0].section))]:
        reader.section(together)
        second.read(reader, partial(_alone, page, together))
        settling.section(reader)
    return [*second.apart, *reader.known.out], reader.known.findings


def _alone(page: _Page, together: Sequence[tuple[Paragraph, Words]]) -> Reader:
    """A section as if nothing stood before it."""
    return page.reader().section(together)


class _Page:
    """What is known of a page before it is read in order; `read` are its paragraphs with their words."""

    def __init__(self, text: str, layout: str, regions: list[Region]):
        self.text, self.layout, self.subscripts = text, layout, Subscripts(text, regions)
        self.regions = [with_sums_to_their_ends(self.subscripts.written(r)) for r in regions]
        said = [r for r in self.regions if r.says]
        rows = claims_of_tables(text, self.regions, layout) if "|" in text else []
        said = sorted([*said, *rows], key=lambda r: r.start) if rows else said
        if any("∑" in r.text for r in said):
            said = [replace(r, sums=r.translated) for r in said]
        self.in_order = sorted(self.regions, key=lambda r: r.start)
        self.read = [(p, Words(text, p.start, p.end, self.in_order)) for p in paragraphs(text, said)]
        self.letters = {m for r in self.regions if r.translated for m in _LETTER.findall(r.text)}
        self.symmetric = any(words.has_unattributed_symmetry() for _, words in self.read)
        self.targets, self.called = _targets(self.regions), functions_of_entries(self.in_order)
        self.aliases: dict[str, str] | None = None

    def reader(self) -> Reader:
        """With nothing read yet."""
        reader = Reader(self.text, self.layout, self.symmetric, self.targets)
        reader.known.take_letters(self.letters)
        reader.known.sample(self.subscripts.families())
        reader.known.sizes = self.subscripts.sizes
        if self.aliases is None:
            self.aliases = aliases_of(self.in_order, reader.names)
        reader.aliases = dict(self.aliases)
        reader.known.call(f for f in self.called if f not in self.aliases)
        return reader


def _targets(regions: Iterable[Region]) -> set[str]:
    """The names that stand alone, or before their arguments, on the left of a formula."""
    found = (re.match(r"\s*([^\W\d_]\w*)\s*(?:\([^)=]*\)\s*)?:?=", r.text) for r in regions if not r.problem)
    return {canonical_name(m[1]) for m in found if m is not None}
