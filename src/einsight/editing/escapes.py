"""Edits of formulas in files that write them with escapes: the cells of a notebook, docstrings.

What is to be written is found in the text that was taken out of the file, and put into the file in the spelling with which
the same text comes out of it.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from ..documents.extract import Extract
from ..documents.regions import extracts_of
from ..lowering.report import Span
from ..sheets.cells import Cell
from ..sheets.places import extent
from ..sheets.sheet import Sheet
from .edits import applied

Edit = tuple[Span, str]
_SPELLINGS: tuple[Callable[[str], str], ...] = (str, lambda text: json.dumps(text, ensure_ascii=False)[1:-1])


class Within:
    """A statement in the text that its file holds: there `sheet` and `cell` are about LaTeX as it is."""

    def __init__(self, file: Sheet, extract: Extract, page: int, sheet: Sheet, cell: Cell):
        self.file, self.extract, self.page, self.sheet, self.cell = file, extract, page, sheet, cell

    def in_file(self, edit: Edit) -> Edit | None:
        """An edit of the text as one of the file; None where no spelling of it gives the text."""
        if self.sheet is self.file:
            return edit
        wanted = applied(self.extract.text, [edit])
        for spell in _SPELLINGS:
            made = self.extract.place(edit[0]), spell(edit[1])
            texts = extracts_of(applied(self.file.text, [made]), self.file.language)
            if self.page < len(texts) and texts[self.page].text == wanted:
                return made
        return None


def within(file: Sheet, cell: Cell) -> Within | None:
    """Where to work out what is to be written for a statement of a file."""
    if "extracts" not in file.scratch:
        file.scratch["extracts"] = extracts_of(file.text, file.language)
    extract: Extract = file.scratch["extracts"][cell.place.world[0]]
    if extract.runs is None:
        return Within(file, extract, cell.place.world[0], file, cell)
    key = ("text", cell.place.world[0])
    if key not in file.scratch:
        made = Sheet(extract.text, extract.kind, file.layout, file.budget, file.beside)
        made.finish()
        file.scratch[key] = made
    sheet: Sheet = file.scratch[key]
    same = (c for c in sheet.cells if c.item.text == cell.item.text and extract.place(extent(c)) == extent(cell))
    found = next((c for c in same if c.place.is_translated), None)
    return Within(file, extract, cell.place.world[0], sheet, found) if found is not None else None
