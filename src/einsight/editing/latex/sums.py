"""Sums that the summation convention leaves out, written where the author of a page writes them."""

from __future__ import annotations

import re

from ...lowering.marks import INDEX, Scope
from ...lowering.names import Names
from ...lowering.statements import lower_statement
from ...sheets.cells import Cell
from ...syntax.statements import Piece
from .style import Style

_SUM = re.compile(r"∑_(?:\{([^}=]*)[^}]*\}|(\w))(?:\^\w+)?\s*")


def with_sums(cell: Cell, names: Names, start: int, end: int, new: str, style: Style) -> str:
    """What replaces a part of a statement, with a sign for each of its sums and the letters that the statement sums over.

    As it is, where neither the statement nor most of the page writes sums.
    """
    text = cell.lowered.text
    if "∑" not in text and (cell.lowered.marks.sums or style.signs["bounded sum"].total() < 1):
        return new
    whole = text[:start] + new + text[end:]
    marks = lower_statement(Piece(0, whole), names.child(), cell.lowered.layout).marks
    here = [s for s in marks.sums if start <= s.start and s.end <= start + len(new)]
    implied = [s for s in here if s.name not in _signed(whole, s.start)]
    inside = [m for m in marks.found.values() if m.kind == INDEX and start <= m.start < start + len(new)]
    letters = {s: _letter(cell, {m.name for m in inside if marks.scope_of(m) != s}, s) for s in implied}
    edits = [
        (m.start, m.end, letters[scope])
        for m in inside
        if (scope := marks.scope_of(m)) in letters and whole[m.start : m.end] == m.name
    ]
    own = [sign[0] for sign in _SUM.finditer(text)]
    bounded = "=" in own[0] if own else style.sign("bounded sum", "no") == "yes"
    for scope in implied:
        letter = letters[scope]
        number = re.compile(r"-?\s*\d+\s+").match(whole, scope.start)
        at = number.end() if number is not None else scope.start
        edits.append((at, at, f"∑_{{{letter}=1}}^{scope.dim} " if bounded else f"∑_{letter} "))
    for first, last, letter in sorted(edits, reverse=True):
        whole = whole[:first] + letter + whole[last:]
    return whole[start : len(whole) - (len(text) - end)]


def _signed(text: str, at: int) -> str:
    """The indices of the signs of sums that stand at a place."""
    found = ""
    while (sign := _SUM.match(text, at)) is not None:
        found += sign[1] or sign[2]
        at = sign.end()
    return found


def _letter(cell: Cell, taken: set[str], scope: Scope) -> str:
    """The letter that the statement sums that axis over, where nothing else has it."""
    own = [s.name for s in cell.lowered.marks.sums if s.dim is scope.dim and s.name not in taken]
    return own[0] if own else scope.name
