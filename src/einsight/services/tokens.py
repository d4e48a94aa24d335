"""Semantic tokens: what each piece of the text was taken for."""

from __future__ import annotations

from collections.abc import Iterator

from ..lowering import marks as kinds
from ..lowering.marks import Mark
from .cells import Cell
from .sheet import Sheet

# token types and modifiers of the protocol, so that every theme has colours for them
TYPES = ("variable", "parameter", "function", "type", "macro", "keyword", "property", "number", "comment", "operator")
MODIFIERS = ("declaration", "definition", "readonly", "local", "modification", "defaultLibrary")
# of an index: free ones are parameters, summed ones local parameters
_KIND = {
    kinds.TENSOR: "variable", kinds.FUNCTION: "function", kinds.DIMENSION: "type", kinds.DELTA: "macro",
    kinds.CONSTANT: "number", kinds.OPERATOR: "operator", kinds.PROPERTY: "property", kinds.INDEX: "parameter",
}  # fmt: skip


Token = tuple[int, int, int, int]


def tokens(sheet: Sheet, start: int, end: int) -> Iterator[tuple[Cell, tuple[Token, ...]]]:
    """The statements that touch a part of the document, each with its tokens `(start, end, type, modifiers)`, in order.

    A token counts from the start of its statement, so that what has been found stands until the statement changes.
    """
    for cell in sheet.cells[max(0, sheet.last_before(start)) : sheet.last_before(end) + 1]:
        if cell.analysis is not None and (cell.place.region is None or not cell.place.region.translated):
            yield cell, sheet.noted(cell, "tokens", lambda _, cell=cell: tuple(_of(cell)))  # type: ignore[misc]


def _of(cell: Cell) -> Iterator[Token]:
    if cell.lowered.kind == "directive":
        yield 0, len(cell.item.text), TYPES.index("keyword"), 0
        return
    last = 0
    for mark in sorted(cell.lowered.marks.found.values(), key=lambda m: (m.start, -m.end)):
        if mark.start >= last:  # tokens must not overlap: of nested ones the outer counts
            last = mark.end
            yield mark.start, mark.end, TYPES.index(_KIND[mark.kind]), _modifiers(cell, mark)


def _modifiers(cell: Cell, mark: Mark) -> int:
    names = []
    if mark.declares:
        names.append("definition" if cell.lowered.kind == "definition" else "declaration")
    if mark.kind == kinds.INDEX and cell.lowered.marks.scope_of(mark) is not None:
        names.append("local")
    if mark.kind == kinds.CONSTANT:
        names.append("readonly")
    if mark.kind == kinds.FUNCTION and not mark.declares and not _is_declared(cell, mark):
        names.append("defaultLibrary")
    return sum(1 << MODIFIERS.index(n) for n in names)


def _is_declared(cell: Cell, mark: Mark) -> bool:
    assert cell.analysis is not None
    return cell.analysis.asked.get(("name", mark.name)) is not None
