"""The next link of a chain in LaTeX, `= …`, as the author writes it; tried before it is offered."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...lowering.report import Span
from ...sheets.cells import Cell
from ...sheets.places import extent, inside, is_supposed
from ...sheets.sheet import Sheet
from ...syntax.parse import parse_statement
from ...syntax.tree import Relation
from ..derivations import derivation
from ..edits import STEP, Action, applied, line_end
from ..escapes import within
from .fixes import in_latex, replaceable
from .style import style_of
from .sums import with_sums

# the beginning of a row that carries the left side over, below which the next one stands
_CARRIES = re.compile(r"(?P<indent>[ \t]*(?:>[ \t]*)*)(?P<sign>&[ \t]*=[ \t]*|=[ \t]*&[ \t]*)")


def latex_step(sheet: Sheet, cell: Cell, at: int, stop: int) -> Iterator[Action]:
    """The action that writes the first step of the last side of a claim behind it."""
    tree = cell.lowered.tree
    if cell.lowered.kind != "claim" or not isinstance(tree, Relation):
        return
    last = tree.sides[-1]
    place = cell.move((last.start, last.end))
    found = derivation(sheet, *place)
    if found is not None and found.span == place and found.steps:
        edit = latex_link(sheet, cell, len(tree.sides) - 1, found.steps[0].after)
        if edit is not None:
            yield Action("Insert the next step", STEP, (edit,))


def latex_link(sheet: Sheet, cell: Cell, side: int, text: str) -> tuple[Span, str] | None:
    """The edit that puts an expression as a link behind a side of a claim; None where it would not be right."""
    key = (cell, side, text)
    known = sheet.scratch.setdefault("links", {})
    if key not in known:
        there = within(sheet, cell)
        made = _link(there.sheet, there.cell, side, text) if there is not None else None
        known[key] = there.in_file(made) if there is not None and made is not None else None
    edit: tuple[Span, str] | None = known[key]
    return edit


def _link(sheet: Sheet, cell: Cell, side: int, text: str) -> tuple[Span, str] | None:
    tree = cell.lowered.tree
    if not isinstance(tree, Relation):
        return None
    at, names = tree.sides[side].end, sheet.names_at(cell)
    link = with_sums(cell, names, at, at, f" = {text}", style_of(sheet))
    added = parse_statement(link.removeprefix(" = "))[0]
    if not isinstance(added, Relation) or added.bindings or len(added.sides) != 1:
        return None
    before = replaceable(sheet.text, cell, (tree.sides[side].start, tree.sides[side].end))
    if before is None or cell.doubt or cell.unread or cell.is_settled:
        return None
    for copies in (True, False):
        source = in_latex(sheet, cell, added.sides[0], copies)
        if source is not None:
            edit = (before[1], before[1]), _sign(sheet.text, before[0]) + source
            if _is_right(sheet, cell, edit, side):
                return edit
    return None


def _sign(text: str, at: int) -> str:
    """`=`, on a row of its own where the side at an offset stands on one."""
    line = max(text.rfind(c, 0, at) for c in "\r\n") + 1
    found = _CARRIES.fullmatch(text, line, at)
    return rf" \\{line_end(text)}{found['indent']}{found['sign']}" if found is not None else " = "


def _is_right(sheet: Sheet, cell: Cell, edit: tuple[Span, str], side: int) -> bool:
    after = sheet.sibling(applied(sheet.text, [edit]))
    after.catch_up()
    at = edit[0][0] + len(edit[1]) - 1
    here = [
        c for c in after.cells if not is_supposed(c) and extent(c)[0] <= at < extent(c)[1] and inside(after.text, c, at)
    ]
    if len(here) != 1 or here[0].analysis is None:
        return False
    after.judge(here[0])
    sides = [s.text for s in here[0].lowered.sides]
    claims = list(after.claims_of(here[0]))
    kept = sides[: side + 1] + sides[side + 2 :] == [s.text for s in cell.lowered.sides]
    return kept and len(claims) > side and claims[side].verdict == "right"
