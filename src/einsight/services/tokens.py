"""Semantic tokens: what each piece of the text was taken for."""

from __future__ import annotations

from collections.abc import Iterator

from ..lowering import marks as kinds
from ..lowering.marks import Mark
from .sheet import Cell, Sheet

# token types and modifiers of the protocol, so that every theme has colours for them
TYPES = ("variable", "parameter", "function", "type", "macro", "keyword", "property", "number", "comment", "operator")
MODIFIERS = ("declaration", "definition", "readonly", "local", "modification", "defaultLibrary")
# of an index: free ones are parameters, summed ones local parameters
_KIND = {
    kinds.TENSOR: "variable", kinds.FUNCTION: "function", kinds.DIMENSION: "type", kinds.DELTA: "macro",
    kinds.CONSTANT: "number", kinds.OPERATOR: "operator", kinds.PROPERTY: "property", kinds.INDEX: "parameter",
}  # fmt: skip


def tokens(sheet: Sheet, start: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """`(start, end, type, modifiers)` in order, of the statements that touch a part of the document."""
    found: list[tuple[int, int, int, int]] = []
    for cell in sheet.cells[max(0, sheet.last_before(start)) : sheet.last_before(end) + 1]:
        if cell.analysis is not None and (cell.place.region is None or not cell.place.region.translated):
            found += _of(cell)
    last = 0
    for token in sorted(found, key=lambda t: (t[0], -t[1])):  # a directive may stand between the lines of a statement
        if token[0] >= last:  # tokens must not overlap: of nested ones the outer counts
            yield token
            last = token[1]


def _of(cell: Cell) -> Iterator[tuple[int, int, int, int]]:
    begin, end = cell.move((0, len(cell.item.text)))
    if cell.lowered.kind == "directive":
        yield begin, end, TYPES.index("keyword"), 0
        return
    for mark in sorted(cell.lowered.marks.found.values(), key=lambda m: (m.start, -m.end)):
        span = cell.move((mark.start, mark.end))
        yield *span, TYPES.index(_KIND[mark.kind]), _modifiers(cell, mark)


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
