"""What a verdict in notes rests on: shapes with the line that says them, or that nobody says; definitions, properties, the layout."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..documents.positions import LineIndex
from ..lowering.names import Entry
from ..terms.term import Tensor
from .cells import Cell, has_derivative

if TYPE_CHECKING:
    from .sheet import Sheet


def premises_of(sheet: Sheet, cell: Cell, lines: LineIndex) -> tuple[str, ...]:
    """Of a statement of notes, each in a few words; nothing where the language itself is written."""
    region = cell.place.region
    if region is None or not region.translated or cell.analysis is None:
        return ()
    if region.settled:
        return region.settled
    tensors = {t.name: t for side in cell.lowered.sides if side.value is not None for t in side.value.term.depends}
    said = [*_shapes(sheet, cell, tensors, lines)]
    said += [f"`{name}` {what}" for name, what in region.given if name in tensors]
    if has_derivative(cell.lowered):
        said.append(f"{cell.lowered.layout} layout")
    return tuple(map(region.in_words, said))


def _shapes(sheet: Sheet, cell: Cell, tensors: dict[str, Tensor], lines: LineIndex) -> Iterator[str]:
    for name in sorted(tensors):
        teller = sheet.ledger.teller_before(("name", name), cell.order + 1, cell.place.world)
        if teller is None or teller.analysis is None:
            continue
        entry = teller.analysis.told["name", name]
        if not isinstance(entry, Entry):
            continue
        place = f"line {lines.position(teller.start)[0] + 1}"
        if entry.tensor is not None and entry.tensor.definition is not None:
            yield f"`{' '.join(teller.item.text.split())}` ({place})"
        elif name in teller.rests_on or entry.kind == "inferred":
            yield f"`{entry.describe()}`, which nobody says"
        else:
            yield f"`{entry.describe()}` ({place})"
