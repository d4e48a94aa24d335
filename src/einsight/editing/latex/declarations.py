"""The fix of a declaration in LaTeX with a dimension that must be another one (`notes/mending.py`)."""

from __future__ import annotations

from ...lowering.report import Diagnostic, Fix, Span
from ...notation.latex_names import letter_latex
from ...sheets.cells import Cell
from ...sheets.places import extent, is_supposed, outside
from ...sheets.sheet import Sheet
from ...syntax.parse import parse_statement
from ...syntax.tree import Declaration
from ..edits import applied
from ..escapes import within


def declaration_fix(sheet: Sheet, found: Diagnostic) -> Fix | None:
    """The dimension exchanged where it stands; None where that does not mend the page."""
    known = sheet.scratch.setdefault("declarations", {})
    if found not in known:
        known[found] = _fix(sheet, found)
    fix: Fix | None = known[found]
    return fix


def _fix(sheet: Sheet, found: Diagnostic) -> Fix | None:
    here = [c for c in sheet.cells if c.place.is_translated and extent(c) == found.span]
    pairs = [(w, s) for w in here for s in here if not is_supposed(w) and is_supposed(s)]
    edit = _edit(sheet.text, *pairs[0]) if len(pairs) == 1 else None
    if edit is None:
        return None
    there = within(sheet, pairs[0][0])
    if there is None or there.sheet is not sheet:
        return None
    after = sheet.sibling(applied(sheet.text, [edit]))
    after.catch_up()
    (start, end), new = edit
    whole = sheet.text[found.span[0] : start] + new + sheet.text[end : found.span[1]]
    return Fix(f"write `{whole}`", *edit) if _errors(after) < _errors(sheet) else None


def _edit(text: str, written: Cell, supposed: Cell) -> tuple[Span, str] | None:
    trees = [parse_statement(c.item.text)[0] for c in (written, supposed)]
    if not all(isinstance(t, Declaration) and len(t.targets) == 1 for t in trees):
        return None
    old, new = (t.space.extents for t in trees if isinstance(t, Declaration))
    changed = [(a, b) for a, b in zip(old, new, strict=False) if a.value != b.value]
    if len(changed) != 1 or len(old) != len(new):
        return None
    span = outside(text, written, (changed[0][0].start, changed[0][0].end))
    return span, "".join(map(letter_latex, str(changed[0][1].value)))


def _errors(sheet: Sheet) -> int:
    return sum(d.severity == "error" for d in sheet.diagnostics())
