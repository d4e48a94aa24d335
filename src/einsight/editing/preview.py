"""What a rendered page shows of its claims: each formula as it is written, with the verdicts on it."""

from __future__ import annotations

from dataclasses import dataclass

from ..lowering.report import Span
from ..sheets.places import extent
from ..sheets.sheet import Sheet
from .hints import SIGNS
from .hover import VERDICTS


@dataclass(frozen=True)
class Rendered:
    """A verdict on an `=` whose right side ends at `span[1]`: of the formula or the line of a fence that is `source`."""

    span: Span
    source: str
    verdict: str
    sign: str
    says: str


def rendered(sheet: Sheet) -> list[Rendered]:
    """Every verdict of a page, in the order of places."""
    found = []
    for cell in sheet.cells:
        if cell.analysis is None or cell.unread:
            continue
        findings = [d for d in sheet.diagnostics_of(cell) if not cell.is_silent(d)]
        region = cell.place.region
        whole = (region.start, region.end) if region is not None and cell.place.is_translated else extent(cell)
        for claim in sheet.claims_of(cell):
            span = cell.move(claim.span)
            told = next((d.message for d in findings if d.span[0] <= span[1] and span[0] <= d.span[1]), "")
            sign = SIGNS.get(claim.verdict) or f"✓ if {claim.assumption}"
            words = VERDICTS[claim.verdict].partition(" ")[2]
            found.append(Rendered(span, sheet.text[slice(*whole)], claim.verdict, sign, told or words))
    return sorted(found, key=lambda r: r.span[1])
