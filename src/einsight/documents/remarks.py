"""Comments of notes that are meant for us: what is not to be reported, and what is no claim.

    $x = y$ <!-- einsight: no claim -->
    $$ … $$ <!-- einsight: ignore EIN401 -->
    &= 2 x \\\\ % einsight: ignore EIN405

One behind a formula, on the line on which that ends, is about all of it; one within a formula about its line.  Without codes every
code is ignored.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

from .extract import Span

# what a part of a text does not report; `*` is every code
Silence = tuple[int, int, frozenset[str]]
NO_CLAIM = "it is marked as no claim"
_REMARK = re.compile(
    r"(?:<!--|%|^\.\.)[ \t]*einsight:[ \t]*(?:(?P<none>no claim)\b|ignore\b(?P<codes>[A-Z0-9, ]*))", re.MULTILINE
)
_CODE = re.compile(r"EIN\d+")


def remarks_on(text: str, formulas: Sequence[Span]) -> tuple[dict[Span, list[Silence]], set[Span]]:
    """What is silent in which of the formulas, which are in order; and those that are no claims."""
    silent: dict[Span, list[Silence]] = {}
    none: set[Span] = set()
    starts = [start for start, _ in formulas]
    for remark in _REMARK.finditer(text) if "einsight:" in text else ():
        at = bisect_right(starts, remark.start()) - 1
        if at < 0:
            continue
        formula = start, end = formulas[at]
        line = text.rfind("\n", 0, remark.start()) + 1
        about = (max(line, start), remark.start()) if remark.start() < end else formula
        if end < line:  # that stands behind no formula
            continue
        if remark["none"]:
            none.add(formula)
        else:
            silent.setdefault(formula, []).append((*about, frozenset(_CODE.findall(remark["codes"]) or ["*"])))
    return silent, none
