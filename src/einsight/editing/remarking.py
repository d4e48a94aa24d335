"""Comments for what is not to be reported in notes: they are understood here, and renderers hide them."""

from __future__ import annotations

from collections.abc import Iterator

from ..lowering.report import Diagnostic
from ..sheets.cells import Cell
from ..sheets.places import behind_formula
from ..sheets.sheet import Sheet
from .edits import QUICKFIX, Action

# how each kind of document writes a comment behind a formula; within one it is always that of LaTeX
_COMMENTS = {"markdown": "<!-- {} -->", "cells": "<!-- {} -->", "latex": "% {}"}


def remarked(sheet: Sheet, cell: Cell, found: Diagnostic) -> Iterator[Action]:
    """Leave a finding out here, or have the formula taken for no claim."""
    region, comment = cell.place.region, _COMMENTS.get(sheet.language)
    if region is None or comment is None or found.severity == "hint":
        return
    line_end = _line_end(sheet.text, found.span[1])
    behind = behind_formula(sheet.text, region.end)
    end = behind if sheet.language != "latex" else _line_end(sheet.text, region.end)
    if line_end < region.end:  # a row of its own
        yield _action(f"Ignore {found.code} in this row", line_end, f"% einsight: ignore {found.code}", found)
    else:
        yield _action(f"Ignore {found.code} here", end, comment.format(f"einsight: ignore {found.code}"), found)
    if found.code.startswith("EIN4"):
        yield _action("This is no claim", end, comment.format("einsight: no claim"), found)


def _action(title: str, at: int, text: str, found: Diagnostic) -> Action:
    return Action(title, QUICKFIX, (((at, at), f" {text}"),), found)


def _line_end(text: str, at: int) -> int:
    return min((k for c in "\r\n" if (k := text.find(c, at)) >= 0), default=len(text))
