"""What one statement says, and how its claims are judged: functions of its text and of the facts that it asks.

What fails in one statement, by a fault of ours, is told there and costs nothing else.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

from ..documents.regions import Region
from ..judging.claims import Judged
from ..judging.judge import judge_statement
from ..judging.wording import claim_of
from ..lowering.lowered import Lowered, Side
from ..lowering.names import Fact, Names
from ..lowering.report import NAMES, Diagnostic, is_fault, told_fault
from ..lowering.statements import lower_item, silenced
from ..rules.catalogue import catalogue
from ..syntax.parse import parse_statement
from ..syntax.statements import Directive, Piece
from ..syntax.tree import Relation
from ..terms.interruption import OutOfTime, within
from .cells import Analysis, Cell, too_large
from .ledger import Asked
from .lints import CODE, lint_findings

# what no statement tells as an analysis that failed has asked it: that is tried again when the text changes
FAILED: Fact = ("failed", "")
# texts whose analyses are kept for when they come back, beyond those that stand there: an undone edit, a moved line
REMEMBERED = 300
ANALYSES_OF_ONE = 3  # of one text, among different names
log = logging.getLogger("einsight")


def analysed(item: Piece | Directive, asked: Asked, budget: float | None) -> Analysis:
    """What a statement says and tells; `asked` answers its questions, and keeps them.  `budget` is in seconds."""
    names = Names(catalogue().arity, asked)
    item = replace(item, start=0)
    try:
        lowered = _lowered(item, names, budget)
        silent = silenced(item, names) if isinstance(item, Piece) else frozenset()
        if CODE not in silent:
            lowered.diagnostics += lint_findings(lowered)
    except Exception as error:
        log.error("%s in `%s`", type(error).__name__, item.text, exc_info=error)
        return Analysis(_failed(item.text, error), {}, {**asked.answers, FAILED: error}, frozenset(), frozenset())
    return Analysis(lowered, names.own, asked.answers, frozenset(names.used), silent)


def settled(item: Piece | Directive, region: Region | None) -> Analysis | None:
    """What a statement says on whose claims the verdict is known: its sides, which nobody reads again; None of any other."""
    tree = parse_statement(item.text)[0] if region is not None and region.settled else None
    if not isinstance(tree, Relation):
        return None
    sides = tuple(Side(None, item.text[s.start : s.end].strip(), s.span) for s in tree.sides)
    return Analysis(Lowered("claim", item.text, "", sides, tree=tree), {}, {}, frozenset(), frozenset())


def _settled(lowered: Lowered, fault: str) -> Judged:
    verdict = "wrong" if fault else "right"
    links = list(pairwise(lowered.sides))
    told = [
        Diagnostic("EIN401", NAMES["EIN401"][1], right.span, f"this is not right: {fault}")
        for _, right in links
        if fault
    ]
    return Judged(tuple(claim_of(left, right, verdict) for left, right in links), tuple(told))


def _lowered(item: Piece | Directive, names: Names, budget: float | None) -> Lowered:
    """What a statement says; where it takes more time or memory to be read than there is, that."""
    limit: object = None
    try:
        with within(budget) as limit:
            return lower_item(item, names)
    except (OutOfTime, MemoryError) as spent:
        if isinstance(spent, OutOfTime) and spent.limit is not limit:
            raise
        names.own.clear()
        return too_large(item.text, spent)


def judged(cell: Cell, asked: Asked, budget: float | None) -> Judged:
    """The verdicts on the claims of a cell that has been read; `asked` keeps what they rest on."""
    assert cell.analysis is not None
    names = Names(catalogue().arity, asked)
    place = cell.place
    if place.region is not None and place.region.settled:
        return _settled(cell.lowered, place.region.fault)
    try:
        found = judge_statement(cell.lowered, names, cell.analysis.silent, place.given, place.sums, budget)
    except Exception as error:
        log.error("%s in the verdict on `%s`", type(error).__name__, cell.item.text, exc_info=error)
        found = Judged((), (*cell.lowered.diagnostics, *_failed(cell.item.text, error).diagnostics))
    if any(is_fault(d) for d in found.diagnostics):
        asked.answers[FAILED] = found
    return found


def _failed(text: str, error: Exception) -> Lowered:
    return Lowered("broken", text, "", diagnostics=[told_fault(error, (0, len(text)))])


class Memory:
    """Analyses by their texts, for when a text comes back among names that mean the same."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple, list[Analysis]] = OrderedDict()

    def find(self, item: Piece | Directive, holds: Callable[[dict[Fact, Any]], bool]) -> Analysis | None:
        """An analysis of that text of which all that it asked has the same answers."""
        for analysis in self._known.get(_content(item), ()):
            if holds(analysis.asked):
                self._known.move_to_end(_content(item))
                return analysis
        return None

    def keep(self, item: Piece | Directive, analysis: Analysis, standing: int) -> None:
        """An analysis, beside those of the `standing` statements of a document; one that failed is tried again."""
        if FAILED in analysis.asked:
            return
        known = self._known.setdefault(_content(item), [])
        known.insert(0, analysis)
        del known[ANALYSES_OF_ONE:]
        if len(self._known) > REMEMBERED + standing:
            self._known.popitem(last=False)


def _content(item: Piece | Directive) -> tuple:
    return item.text, getattr(item, "ignored", None), type(item)
