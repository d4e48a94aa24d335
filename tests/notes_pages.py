"""Short pages of notes, and what holds of their claims by numbers alone.

A page stands with a check for each claim (`corpus/notes/points.py`), which einsight takes no part in: a verdict must be what
the numbers say, or less.
"""

from collections.abc import Callable
from dataclasses import dataclass

from corpus.notes import points

import einsight

# what the numbers say where a verdict is told
SAYS = {
    "right": "equal",
    "transposed": "equal-transposed",
    "right_if": "different",
    "wrong": "different",
    "shape": "shape",
}


@dataclass(frozen=True)
class Page:
    """A page in one layout with `(verdict, check)` for each of its claims that is read, in order."""

    name: str
    text: str
    claims: tuple[tuple[str, Callable], ...]
    layout: str = "mixed"


def verify(page):
    found = einsight.check(page.text, language="markdown", layout=page.layout).claims
    assert [c.verdict for c in found] == [verdict for verdict, _ in page.claims], [c.text for c in found]
    for claim, (verdict, check) in zip(found, page.claims, strict=True):
        numbers = points.verdict(check, page.layout)
        if verdict in SAYS:
            assert numbers == SAYS[verdict], (claim.text, numbers)
        alarms = [
            d
            for d in einsight.check(page.text, language="markdown", layout=page.layout).diagnostics
            if d.span == claim.span
        ]
        if verdict == "undecided":
            assert not any(d.severity in ("error", "warning") for d in alarms)
