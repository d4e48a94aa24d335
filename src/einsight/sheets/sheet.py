"""A document that is being written: only what an edit touches is worked out again.

Each statement is a cell.  Its analysis is a function of its text and of the facts that it asked of the statements
before it (what a name means, what a directive said), so every fact asked is kept with the answer, and every fact
told with the statement that tells it:

    another text ──▶ the blocks that differ are split again ──▶ new cells are dirty
    a cell told something else than before ──▶ the cells behind it that asked for that are looked at again
    the facts a cell asked have the same answers ──▶ its analysis stands

Judging claims is a second stage, a cell at a time in any order, since a verdict tells nothing to other statements.

Each of these steps is worked out whole and then put in its place, with no poll in between: one that is stopped, or
that fails, leaves the sheet as it was.  At a poll another thread may have taken its turn and read the sheet on, or given
it another text; what was worked out for a text that is gone is dropped.  Spans inside a cell count from its start; they become places of the document when they are asked for.
"""

from __future__ import annotations

import heapq
import logging
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from operator import itemgetter
from typing import Any, TypeVar

from ..documents.inputs import Beside
from ..documents.regions import GUESTS
from ..judging.claims import Claim
from ..lowering.names import Fact, Names
from ..lowering.report import NAMES, Diagnostic, Span
from ..python.entry import Found, code_in
from ..rules.catalogue import catalogue
from ..terms.interruption import Stopped, poll
from .cells import Analysis, Cell, Place, World, told, unsure
from .ledger import Asked, Ledger, order_of
from .places import nearest
from .reading import FAILED, Memory, analysed, judged, settled
from .splitting import Split, split, split_again, staying, touched

T = TypeVar("T")
log = logging.getLogger("einsight")


class Sheet:
    """The analysis of one document, kept up to date under edits.

    budget                        seconds for the claims of one statement, if they are limited
    beside                        gives the files beside a LaTeX file, for the macros in them
    lowered_count, judged_count   statements worked out since the start, for tests and benchmarks
    """

    def __init__(
        self,
        text: str,
        language: str = "ein",
        layout: str = "numerator",
        budget: float | None = None,
        beside: Beside | None = None,
    ):
        self.text, self.language, self.layout, self.budget, self.beside = "", language, layout, budget, beside
        self.places: list[Place] = []
        self.cells: list[Cell] = []
        self.ledger = Ledger(self.cells, layout, redeclares=language != "ein")
        self.dirty: set[Cell] = set()
        self.echoed: set[Cell] = set()  # those of the dirty that only what stands behind them concerns
        self.unjudged: set[Cell] = set()
        self.reporting: set[Cell] = set()  # the few that have something to report
        self.touched = 0  # where the last edit was: claims near it are judged first
        self.lowered_count = self.judged_count = 0
        self._memory = Memory()
        self._edition = 0  # how many texts it has had
        self.scratch: dict[Any, Any] = {}  # what others have worked out about the text as it stands
        self._take(text, 0, 0, 0, split(text, language, layout, beside))

    def sibling(self, text: str) -> Sheet:
        """A sheet of another text, which knows what this one has read."""
        made = Sheet(text, self.language, self.layout, self.budget, self.beside)
        made._memory = self._memory
        return made

    # edits

    def edit(self, start: int, end: int, new: str) -> None:
        """Replace the text from `start` to `end`."""
        self.become(self.text[:start] + new + self.text[end:])

    def become(self, text: str) -> None:
        """Take another text; what is the same in it stands.  Until all of it is split nothing changes."""
        while self.text != text:
            edition, (start, end) = self._edition, touched(self.text, text)
            first, last, made = self._changed(text, start, end)
            if self._edition == edition:
                self._take(text, start, first, last, made)

    def _changed(self, text: str, start: int, end: int) -> tuple[int, int, Split]:
        """What stands in the place of which places in a text that differs from `start` to `end`, as places were."""
        if self.language == "ein" and not self.findings:
            try:
                first, last, new = split_again(self.places, text, start, end, len(text) - len(self.text))
                return first, last, Split(new)
            except Exception as fault:
                log.error("%s while an edit was read", type(fault).__name__, exc_info=fault)
        return 0, len(self.places), split(text, self.language, self.layout, self.beside)

    def _take(self, text: str, at: int, first: int, last: int, made: Split) -> None:
        """Put places in the place of others, but for what is the same, and let the text be another one, changed there."""
        grown = len(text) - len(self.text)
        now, old = list(made.places), self.places[first:last]
        stay = staying(old, now)
        gone = set(old) - {old[a] for a, _ in stay}
        fresh = set(now) - {now[b] for _, b in stay}
        for place in fresh:
            place.cells = [Cell(item, place) for item in place.items]
        # from here on nothing is worked out
        for place in self.places[last:]:
            place.start += grown
        for a, b in stay:
            old[a].start, old[a].region = now[b].start, now[b].region
            now[b] = old[a]
        for cell in (c for place in old if place in gone for c in place.cells):
            self._forget(cell)
        self._put(first, last, now)
        self.dirty.update(cell for place in fresh for cell in place.cells)
        self.dirty.update(self.ledger.askers.get(FAILED, ()))
        self.refused, self.fences, self.findings = made.refused, made.fences, made.findings
        self.text, self.touched, self.scratch = text, at, {}
        self._edition += 1

    def _put(self, first: int, last: int, now: list[Place]) -> None:
        """Put places in the place of others, with their cells."""
        at, before = self._cells_before(first), sum(len(place.cells) for place in self.places[first:last])
        cells = [cell for place in now for cell in place.cells]
        self.places[first:last] = now
        self.cells[at : at + before] = cells
        for order in range(at, at + before if before == len(cells) else len(self.cells)):
            self.cells[order].order = order

    def _cells_before(self, place: int) -> int:
        for k in range(place - 1, -1, -1):
            if self.places[k].cells:
                return self.places[k].cells[-1].order + 1
        return 0

    # facts

    def names_at(self, cell: Cell | None) -> Names:
        """What holds at a statement, itself included; at the end where there is none."""
        order = len(self.cells) if cell is None else cell.order + 1
        return Names(catalogue().arity, Asked(self.ledger, order))

    def names_before(self, cell: Cell) -> Names:
        """What a statement could ask."""
        return Names(catalogue().arity, Asked(self.ledger, cell.order, cell.place.world, cell.order + 1))

    def declaration_of(self, name: str, order: int, world: World | None = None) -> Span | None:
        """Where a name that is known at a place was declared or defined."""
        cell = self.ledger.teller_before(("name", name), order, world)
        if cell is None or cell.analysis is None:
            return None
        entry = cell.analysis.told["name", name]
        span = entry.span if entry is not None else None
        return None if span is None else cell.move(span)

    # first stage: reading

    def catch_up(self, until: int | None = None, pause: Callable[[], bool] | None = None) -> None:
        """Read what is dirty, in order; up to the cell of that number, or until `pause` says so.

        A definition concerns the cells before it too (`echoed`), which are looked at again once all behind it are read, the
        last first: what a definition tells rests on what stands before it or, where nobody declares a name, on what is
        defined behind it.
        """
        while self.dirty:  # another thread may have read meanwhile, and not so far
            told = self.dirty - self.echoed
            for first in [told] if told else [{c} for c in sorted(self.echoed, key=order_of, reverse=True)]:
                if not self._read_on(first & self.dirty, until, pause):
                    return

    def _read_on(self, dirty: set[Cell], until: int | None, pause: Callable[[], bool] | None) -> bool:
        """Read some cells, and those behind them that they concern; False where that was broken off."""
        heap = [(cell.order, cell) for cell in dirty]
        heap.sort(key=itemgetter(0))
        while heap:
            order, cell = heap[0]
            if (until is not None and order > until) or (pause is not None and pause()):
                return False
            edition = self._edition
            poll()
            self._require(edition)
            for other in self._soil(cell, self._read(cell)):
                if other.order > order:
                    heapq.heappush(heap, (other.order, other))
            heapq.heappop(heap)  # what was pushed stands behind it
            self.dirty.discard(cell)
            self.echoed.discard(cell)
        return True

    def _soil(self, cell: Cell, others: Iterable[Cell]) -> list[Cell]:
        """Mark those that a cell concerns as dirty; gives those that were not."""
        fresh = [other for other in dict.fromkeys(others) if other not in self.dirty]
        self.dirty.update(fresh)
        self.echoed.update(other for other in fresh if other.order < cell.order)
        return fresh

    def _require(self, edition: int) -> None:
        """Stop what has been working on a text that is gone."""
        if self._edition != edition:
            raise Stopped

    def _read(self, cell: Cell) -> list[Cell]:
        """Analyse a cell; gives the cells that have to be looked at again."""
        old, edition = cell.analysis, self._edition
        if old is not None and self._holds(old.asked, cell):
            if cell.judged is not None and not self._holds(cell.judging_asked, cell):
                self._drop_verdict(cell)
            return []
        new = self._analysed(cell)
        self._require(edition)
        if cell.analysis is not old:  # another thread has read it, and told those behind it
            return []
        self._withdraw(cell)
        self._enter(cell, new)
        before = old.told if old is not None else {}
        changed = [k for k in before.keys() | new.told.keys() if before.get(k) != new.told.get(k)]
        return self.ledger.concerned(cell, changed)

    def _holds(self, asked: dict[Fact, Any], cell: Cell) -> bool:
        """Have facts that a cell asked still these answers?"""
        return self.ledger.holds(asked, cell.order, cell.place.world, cell.order + 1)

    def _analysed(self, cell: Cell) -> Analysis:
        """What a cell says among the names that stand before it."""
        found = settled(cell.item, cell.place.region)
        if known := found or self._memory.find(cell.item, lambda asked: self._holds(asked, cell)):
            return known
        self.lowered_count += 1
        asked = Asked(self.ledger, cell.order, cell.place.world, cell.order + 1)
        made = analysed(cell.item, asked, self.budget)
        self._memory.keep(cell.item, made, len(self.cells))
        return made

    def _enter(self, cell: Cell, analysis: Analysis) -> None:
        cell.analysis = analysis
        self.ledger.enter(cell, analysis)
        if analysis.lowered.diagnostics:
            self.reporting.add(cell)
        if cell.awaits_verdict:
            self.unjudged.add(cell)

    def _withdraw(self, cell: Cell) -> None:
        """Take back what a cell told and asked."""
        if cell.analysis is None:
            return
        self._drop_verdict(cell)
        self.unjudged.discard(cell)
        self.reporting.discard(cell)
        self.ledger.withdraw(cell, cell.analysis)
        cell.analysis = None
        cell.notes.clear()

    def _forget(self, cell: Cell) -> None:
        """A cell that stands no longer in the document: whoever asked what it told is dirty."""
        if cell.analysis is not None:
            self._soil(cell, self.ledger.concerned(cell, cell.analysis.told))
        self._withdraw(cell)
        self.dirty.discard(cell)
        self.echoed.discard(cell)
        cell.order = -1

    # second stage: verdicts

    def next_claims(self) -> list[Cell]:
        """The cells whose claims await a verdict, those near the last edit first."""
        at = bisect_left(self.cells, self.touched, key=lambda c: c.end)
        return sorted(self.unjudged, key=lambda c: abs(c.order - at))

    def judge(self, cell: Cell) -> None:
        """Give the claims of a cell their verdicts."""
        if not cell.awaits_verdict or cell in self.dirty:
            return
        assert cell.analysis is not None
        edition, analysis = self._edition, cell.analysis
        asked = Asked(self.ledger, cell.order + 1, cell.place.world)
        found = judged(cell, asked, self.budget)
        self._require(edition)
        if cell.analysis is not analysis or cell.judged is not None:  # another thread has read it or judged it
            return
        self.judged_count += 1
        cell.judging_asked = {k: v for k, v in asked.answers.items() if k not in analysis.told}
        cell.judged = found
        self.ledger.ask(cell, cell.judging_asked)
        self.unjudged.discard(cell)
        if found.diagnostics:
            self.reporting.add(cell)

    def _drop_verdict(self, cell: Cell) -> None:
        assert cell.analysis is not None
        self.ledger.drop(cell, cell.judging_asked.keys() - cell.analysis.asked.keys())
        cell.judged, cell.judging_asked = None, {}
        if cell.awaits_verdict:
            self.unjudged.add(cell)

    def noted(self, cell: Cell, what: Any, compute: Callable[[Names], T]) -> T:
        """Something about a cell, worked out among its names once, and again when one of them means something else.

        It must hold no places of the document: what stands before the cell may change.
        """
        known = cell.notes.get(what)
        if known is not None and self.ledger.holds(known[0], cell.order + 1, cell.place.world):
            return known[1]
        edition, analysis = self._edition, cell.analysis
        asked = Asked(self.ledger, cell.order + 1, cell.place.world)
        value = compute(Names(catalogue().arity, asked))
        if self._edition == edition and cell.analysis is analysis:
            cell.notes[what] = asked.answers, value
        return value

    def finish(self) -> None:
        """Everything read and judged."""
        self.catch_up()
        for cell in self.next_claims():
            self.judge(cell)
        code_in(self.text, self.language, self.budget, self.scratch)

    @property
    def code(self) -> Found:
        """What the code of a program says beside the formulas in it, once it has been read."""
        return self.scratch.get("code") or Found()

    # what was found, in places of the document

    def diagnostics(self) -> list[Diagnostic]:
        """All of them, in order of place."""
        found = [d for c in self.reporting if not c.unread for d in self.diagnostics_of(c) if not c.is_silent(d)]
        found += [*self.findings, *(self.unused() if self.language == "ein" else ()), *self.code.diagnostics]
        if self.language in GUESTS:
            found = [d for d in found if d.severity in ("error", "warning")]
        return sorted(found, key=lambda d: (d.span, d.code))

    def diagnostics_of(self, cell: Cell) -> list[Diagnostic]:
        move, order, world = cell.move, cell.order, cell.place.world
        found = [d.moved(move, lambda name: self.declaration_of(name, order, world)) for d in cell.diagnostics]
        return found if cell.place.region is None else [told(cell, d) for d in found]

    def unused(self) -> Iterator[Diagnostic]:
        """EIN103: declared and never used."""
        for key, tellers in self.ledger.tellers.items():
            if key[0] != "name" or self.ledger.uses[key[1]] > 0:
                continue
            cell = tellers[-1]
            assert cell.analysis is not None
            entry = cell.analysis.told[key]
            if entry is not None and entry.kind == "declared" and entry.span:
                message = f"`{entry.name}` is declared and never used"
                yield Diagnostic("EIN103", NAMES["EIN103"][1], cell.move(entry.span), message)

    def claims(self) -> list[Claim]:
        return [*(replace(c, span=x.move(c.span)) for x in self.cells for c in self.claims_of(x)), *self.code.claims]

    def claims_of(self, cell: Cell) -> Iterable[Claim]:
        """The verdicts on a statement that are told, in places of the statement."""
        if cell.judged is None or cell.unread:
            return ()
        is_sure = cell.place.region is None or not cell.doubt
        return cell.judged.claims if is_sure else [unsure(c) for c in cell.judged.claims]

    def unread(self) -> list[tuple[Span, str]]:
        """The formulas that are not understood, each with the reason."""
        cells = [c for c in sorted(self.reporting, key=order_of) if c.unread]
        found = [*((c.place.region, c.lack) for c in cells), *((r, r.problem) for r in self.refused)]
        reasons = {(r.start, r.end): why for r, why in reversed(found) if r is not None}
        return sorted([*reasons.items(), *self.code.unread])

    def last_before(self, offset: int) -> int:
        """The number of the last cell that may count at an offset; in notes that is the last of all."""
        if self.language != "ein":
            return len(self.cells) - 1
        return bisect_right(self.cells, offset, key=lambda c: c.start) - 1

    def cell_at(self, offset: int) -> Cell | None:
        """The statement at an offset; of two that meet there, the one that begins."""
        if self.language != "ein":
            return nearest(self.cells, offset)
        at = self.last_before(offset)
        cell = self.cells[at] if at >= 0 else None
        return cell if cell is not None and offset <= cell.end else None

    def order_at(self, offset: int) -> int:
        """Behind how many cells an offset stands, in the order in which they count."""
        if self.language != "ein":
            return 1 + max((k for k, c in enumerate(self.cells) if c.start <= offset), default=-1)
        return self.last_before(offset) + 1

    def cells_between(self, start: int, end: int) -> list[Cell]:
        """The statements that touch a part of the document, and one before it."""
        if self.language != "ein":
            return [c for c in self.cells if c.end >= start and c.start <= end]
        return self.cells[max(0, self.last_before(start)) : self.last_before(end) + 1]
