"""Semantic tokens: what each piece of the text was taken for."""

from __future__ import annotations

from collections.abc import Iterator

from ..lowering import marks as kinds
from ..lowering.marks import Mark
from ..sheets.cells import Cell
from ..sheets.sheet import Sheet

# the protocol's names for what is marked
# of an index: free ones are parameters, summed ones local parameters
_KIND = {
    kinds.TENSOR: "variable", kinds.FUNCTION: "function", kinds.DIMENSION: "type", kinds.DELTA: "macro",
    kinds.CONSTANT: "number", kinds.OPERATOR: "operator", kinds.PROPERTY: "property", kinds.INDEX: "parameter",
}  # fmt: skip


Token = tuple[int, int, str, tuple[str, ...]]


def tokens(sheet: Sheet, start: int, end: int) -> Iterator[tuple[Cell, tuple[Token, ...]]]:
    """The statements that touch a part of the document, each with its tokens `(start, end, type, modifiers)`, in order.

    A token counts from the start of its statement, so that what has been found stands until the statement changes.
    """
    for cell in sheet.cells_between(start, end):
        if cell.analysis is not None and not cell.place.is_translated:
            yield cell, sheet.noted(cell, "tokens", lambda _, cell=cell: tuple(_of(cell)))  # type: ignore[misc]


def _of(cell: Cell) -> Iterator[Token]:
    if cell.lowered.kind == "directive":
        yield 0, len(cell.item.text), "keyword", ()
        return
    last = 0
    for mark in sorted(cell.lowered.marks.found.values(), key=lambda m: (m.start, -m.end)):
        if mark.start >= last:  # tokens must not overlap: of nested ones the outer counts
            last = mark.end
            yield mark.start, mark.end, _KIND[mark.kind], tuple(_modifiers(cell, mark))


def _modifiers(cell: Cell, mark: Mark) -> Iterator[str]:
    if mark.declares:
        yield "definition" if cell.lowered.kind == "definition" else "declaration"
    if mark.kind == kinds.INDEX and cell.lowered.marks.scope_of(mark) is not None:
        yield "local"
    if mark.kind == kinds.CONSTANT:
        yield "readonly"
    if mark.kind == kinds.FUNCTION and not mark.declares and not _is_declared(cell, mark):
        yield "defaultLibrary"


def _is_declared(cell: Cell, mark: Mark) -> bool:
    assert cell.analysis is not None
    return cell.analysis.asked.get(("name", mark.name)) is not None
