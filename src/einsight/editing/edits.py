"""What an action is: edits of the document, or a command."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..lowering.report import Diagnostic, Span
from ..sheets.cells import Cell
from ..sheets.sheet import Sheet

QUICKFIX, REWRITE, SOURCE = "quickfix", "refactor.rewrite", "source"
# kinds of their own, so that a key can be bound to one: `editor.action.codeAction` takes a kind
INDEX, MATRIX, RULE, STEP, JACOBIAN, DERIVATION, COPY = (
    f"{REWRITE}.{kind}" for kind in ("index", "matrix", "rule", "step", "jacobian", "derivation", "copy")
)
LAYOUT = f"{SOURCE}.layout"
FIX_ALL = "source.fixAll.einsight"


@dataclass(frozen=True)
class Action:
    """`edits` replace spans of the document; or a `command` of the server with its arguments is run.

    `mends` is the diagnostic that it removes; `preferred` where it is the one to take.
    """

    title: str
    kind: str
    edits: tuple[tuple[Span, str], ...] = ()
    mends: Diagnostic | None = None
    preferred: bool = False
    command: tuple[str, tuple] | None = None


def applied(text: str, edits: Sequence[tuple[Span, str]]) -> str:
    """The text after the edits."""
    for (start, end), new in sorted(edits, key=lambda e: -e[0][0]):
        text = text[:start] + new + text[end:]
    return text


def line_end(text: str) -> str:
    """The line end that the document uses."""
    found = re.search(r"\r\n|\n|\r", text)
    return found[0] if found else "\n"


def below(sheet: Sheet, cell: Cell, text: str) -> tuple[Span, str]:
    """A line of its own behind the statement."""
    at = cell.move((0, len(cell.item.text)))[1]
    ends = [p for p in (sheet.text.find(c, at) for c in "\r\n") if p >= 0]
    place = min(ends, default=len(sheet.text))
    return (place, place), line_end(sheet.text) + text
