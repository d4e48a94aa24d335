"""A document that is being written: only what an edit touches is worked out again.

Each statement is a cell.  Its analysis is a function of its text and of the facts that it asked of the statements
before it (what a name means, what a directive said), so every fact asked is kept with the answer, and every fact
told with the statement that tells it:

    edit ──▶ the blocks around it are split again ──▶ new cells are dirty
    a cell told something else than before ──▶ the cells behind it that asked for that are looked at again
    the facts a cell asked have the same answers ──▶ its analysis stands

Judging claims is a second stage, a cell at a time in any order, since a verdict tells nothing to other statements.
Spans inside a cell count from its start; they become places of the document when they are asked for.
"""

from __future__ import annotations

import heapq
import itertools
import logging
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any, TypeVar

from ..documents.inputs import Beside
from ..documents.regions import GUESTS, Region, everything_in, extracts_of
from ..lowering.names import Names
from ..lowering.report import NAMES, Diagnostic, Span
from ..lowering.statements import Lowered, lower_item, silenced
from ..rules.catalogue import catalogue
from ..syntax.statements import Piece, split_document
from ..terms.interruption import OutOfTime, poll, within
from .cells import Analysis, Cell, Place, placed, told, too_large, unsure
from .judge import Claim, judge_statement
from .ledger import Asked, Ledger, order_of
from .lints import CODE, lint_findings
from .notes import planned
from .places import nearest

T = TypeVar("T")
# texts whose analyses are kept for when they come back, beyond those that stand there: an undone edit, a moved line
REMEMBERED = 300
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
        self.text, self.language, self.layout, self.budget, self.beside = text, language, layout, budget, beside
        self.places: list[Place] = []
        self.cells: list[Cell] = []
        self.ledger = Ledger(self.cells, layout, redeclares=language != "ein")
        self.dirty: set[Cell] = set()
        self.unjudged: set[Cell] = set()
        self.reporting: set[Cell] = set()  # the few that have something to report
        self.touched = 0  # where the last edit was: claims near it are judged first
        self.lowered_count = self.judged_count = 0
        self._memory: OrderedDict[tuple, list[Analysis]] = OrderedDict()
        self.refused: list[Region] = []  # formulas that are no text of the language
        self.fences: list[Span] = []  # where notes hold text of the language
        self.scratch: dict[Any, Any] = {}  # what others have worked out about the text as it stands
        self.findings: list[Diagnostic] = []  # what was found out about notes before they were read
        self._splice(0, 0, self._split(text))

    def sibling(self, text: str) -> Sheet:
        """A sheet of another text, which knows what this one has read."""
        made = Sheet(text, self.language, self.layout, self.budget, self.beside)
        made._memory = self._memory
        return made

    # edits

    def edit(self, start: int, end: int, new: str) -> None:
        """Replace the text from `start` to `end`."""
        text = self.text[:start] + new + self.text[end:]
        if self.language == "ein":
            self._edit_lines(text, start, end, len(new) - (end - start))
        else:
            self._replace_all(text)
        self.text, self.touched = text, start
        self.scratch.clear()

    def _split(self, text: str) -> list[Place]:
        if self.language == "ein":
            return [placed(block) for block in split_document(text)]
        self.refused, self.fences, self.findings = [], [], []
        places: list[Place] = []
        for page, extract in enumerate(extracts_of(text, self.language)):
            if extract.problem is not None:
                self.findings.append(Diagnostic("EIN001", NAMES["EIN001"][1], *extract.problem))
            read, findings = planned(extract.text, everything_in(extract, self.beside), self.layout)
            regions = [r.mapped(extract, page) for r in read]
            self.findings += [found.moved(extract.place, lambda name: None) for found in findings]
            self.refused += [r for r in regions if r.problem]
            self.fences += [(r.start, r.end) for r in regions if not r.translated]
            places += [placed(b, r) for r in regions for b in split_document(r.text)]
        return places

    def _edit_lines(self, text: str, start: int, end: int, grown: int) -> None:
        """Split again from the block before the edit until a block begins behind it where one began before."""
        first = max(0, bisect_right(self.places, start, key=_start) - 2)
        new: list[Place] = []
        last = len(self.places)
        for block in split_document(text, self.places[first].start if self.places else 0):
            new.append(placed(block))
            before = block.end - grown
            if before >= end:
                at = bisect_left(self.places, before, key=_start)
                if at < len(self.places) and self.places[at].start == before:
                    last = at
                    break
        for place in self.places[last:]:
            place.start += grown
        self._replace(first, last, new)

    def _replace_all(self, text: str) -> None:
        self._replace(0, len(self.places), self._split(text))

    def _replace(self, first: int, last: int, new: list[Place]) -> None:
        """Exchange those places, but for what is the same at both ends."""
        old = self.places[first:last]
        ahead = sum(1 for _ in itertools.takewhile(lambda p: p[0].same(p[1]), zip(old, new, strict=False)))
        rest = zip(reversed(old[ahead:]), reversed(new[ahead:]), strict=False)
        behind = sum(1 for _ in itertools.takewhile(lambda p: p[0].same(p[1]), rest))
        for kept, now in [*zip(old[:ahead], new[:ahead], strict=True), *_tails(old, new, behind)]:
            kept.start, kept.region = now.start, now.region
        self._splice(first + ahead, last - behind, new[ahead : len(new) - behind])

    def _splice(self, first: int, last: int, new: list[Place]) -> None:
        gone = [cell for place in self.places[first:last] for cell in place.cells]
        fresh = []
        for place in new:
            place.cells = [Cell(item, place) for item in place.items]
            fresh += place.cells
        at = self._cells_before(first)
        self.places[first:last] = new
        for cell in gone:
            self._forget(cell)
        self.cells[at : at + len(gone)] = fresh
        if len(gone) != len(fresh):
            for order in range(at, len(self.cells)):
                self.cells[order].order = order
        else:
            for order, cell in enumerate(fresh, at):
                cell.order = order
        self.dirty.update(fresh)

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
        return Names(catalogue().arity, Asked(self.ledger, cell.order, cell.place.page))

    def declaration_of(self, name: str, order: int, page: int | None = None) -> Span | None:
        """Where a name that is known at a place was declared or defined."""
        cell = self.ledger.teller_before(("name", name), order, page)
        if cell is None or cell.analysis is None:
            return None
        span = cell.analysis.told["name", name].span
        return None if span is None else cell.move(span)

    # first stage: reading

    def catch_up(self, until: int | None = None, pause: Callable[[], bool] | None = None) -> None:
        """Read what is dirty, in order; up to the cell of that number, or until `pause` says so."""
        heap = [(cell.order, cell) for cell in self.dirty]
        heap.sort(key=_order_of_pair)
        while heap:
            order, cell = heap[0]
            if (until is not None and order > until) or (pause is not None and pause()):
                return
            poll()
            for behind in self._read(cell):
                if behind not in self.dirty:
                    self.dirty.add(behind)
                    heapq.heappush(heap, (behind.order, behind))
            heapq.heappop(heap)  # what was pushed stands behind it
            self.dirty.discard(cell)

    def _read(self, cell: Cell) -> list[Cell]:
        """Analyse a cell; gives the cells behind it that have to be looked at again."""
        old = cell.analysis
        if old is not None and self.ledger.holds(old.asked, cell.order, cell.place.page):
            if cell.judged is not None and not self.ledger.holds(cell.judging_asked, cell.order, cell.place.page):
                self._drop_verdict(cell)
            return []
        new = self._remembered(cell) or self._analyse(cell)
        self._withdraw(cell)
        self._enter(cell, new)
        before = old.told if old is not None else {}
        changed = [k for k in before.keys() | new.told.keys() if before.get(k) != new.told.get(k)]
        return self.ledger.behind(cell, changed)

    def _remembered(self, cell: Cell) -> Analysis | None:
        for analysis in self._memory.get(_content(cell), ()):
            if self.ledger.holds(analysis.asked, cell.order, cell.place.page):
                self._memory.move_to_end(_content(cell))
                return analysis
        return None

    def _analyse(self, cell: Cell) -> Analysis:
        self.lowered_count += 1
        asked = Asked(self.ledger, cell.order, cell.place.page)
        names = Names(catalogue().arity, asked)
        item = replace(cell.item, start=0)
        try:
            with within(self.budget) as limit:
                lowered = lower_item(item, names)
        except (OutOfTime, MemoryError) as spent:
            if isinstance(spent, OutOfTime) and spent.limit is not limit:
                raise
            lowered = too_large(item.text, spent)
            names.own.clear()
        except Exception as error:  # a fault of ours in one statement must not cost the file
            log.error("%s in `%s`", type(error).__name__, item.text, exc_info=error)
            message = f"internal error, please report it ({type(error).__name__}: {error})"
            lowered = Lowered("broken", item.text, "")
            lowered.diagnostics.append(Diagnostic("EIN002", NAMES["EIN002"][1], (0, len(item.text)), message))
            names.own.clear()
        silent = silenced(item, names) if isinstance(item, Piece) else frozenset()
        if CODE not in silent:
            lowered.diagnostics += lint_findings(lowered)
        analysis = Analysis(lowered, names.own, asked.answers, frozenset(names.used), silent)
        known = self._memory.setdefault(_content(cell), [])
        known.insert(0, analysis)
        del known[3:]
        if len(self._memory) > REMEMBERED + len(self.cells):
            self._memory.popitem(last=False)
        return analysis

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
            self.dirty.update(self.ledger.behind(cell, cell.analysis.told))
        self._withdraw(cell)
        self.dirty.discard(cell)

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
        asked = Asked(self.ledger, cell.order + 1, cell.place.page)
        with within(self.budget):
            judged = judge_statement(
                cell.lowered, Names(catalogue().arity, asked), cell.analysis.silent, cell.place.given, cell.place.sums
            )
        self.judged_count += 1
        cell.judged, cell.judging_asked = (
            judged,
            {k: v for k, v in asked.answers.items() if k not in cell.analysis.told},
        )
        self.ledger.ask(cell, cell.judging_asked)
        self.unjudged.discard(cell)
        if judged.diagnostics:
            self.reporting.add(cell)

    def _drop_verdict(self, cell: Cell) -> None:
        assert cell.analysis is not None
        self.ledger.drop(cell, cell.judging_asked.keys() - cell.analysis.asked.keys())
        cell.judged, cell.judging_asked = None, {}
        if cell.awaits_verdict:
            self.unjudged.add(cell)

    def noted(self, cell: Cell, what: Any, compute: Callable[[Names], T]) -> T:
        """Something about a cell, worked out among its names once, and again when one of them means something else."""
        known = cell.notes.get(what)
        if known is not None and self.ledger.holds(known[0], cell.order + 1, cell.place.page):
            return known[1]
        asked = Asked(self.ledger, cell.order + 1, cell.place.page)
        value = compute(Names(catalogue().arity, asked))
        cell.notes[what] = asked.answers, value
        return value

    def finish(self) -> None:
        """Everything read and judged."""
        self.catch_up()
        for cell in self.next_claims():
            self.judge(cell)

    # what was found, in places of the document

    def diagnostics(self) -> list[Diagnostic]:
        """All of them, in order of place."""
        found = [d for cell in self.reporting if not cell.unread for d in self.diagnostics_of(cell)]
        found += self.unused() if self.language == "ein" else self.findings
        if self.language in GUESTS:
            found = [d for d in found if d.severity in ("error", "warning")]
        return sorted(found, key=lambda d: (d.span, d.code))

    def diagnostics_of(self, cell: Cell) -> list[Diagnostic]:
        move, order, page = cell.move, cell.order, cell.place.page
        found = [d.moved(move, lambda name: self.declaration_of(name, order, page)) for d in cell.diagnostics]
        return found if cell.place.region is None else [told(cell, d) for d in found]

    def unused(self) -> Iterator[Diagnostic]:
        """EIN103: declared and never used."""
        for key, tellers in self.ledger.tellers.items():
            if key[0] != "name" or self.ledger.uses[key[1]] > 0:
                continue
            cell = tellers[-1]
            assert cell.analysis is not None
            entry = cell.analysis.told[key]
            if entry.kind == "declared" and entry.span:
                message = f"`{entry.name}` is declared and never used"
                yield Diagnostic("EIN103", NAMES["EIN103"][1], cell.move(entry.span), message)

    def claims(self) -> list[Claim]:
        return [replace(c, span=cell.move(c.span)) for cell in self.cells for c in self.claims_of(cell)]

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
        return sorted({(r.start, r.end): why for r, why in reversed(found) if r is not None}.items())

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


_start: Callable[[Place], int] = lambda place: place.start  # noqa: E731
_order_of_pair: Callable[[tuple[int, Cell]], int] = lambda pair: pair[0]  # noqa: E731


def _content(cell: Cell) -> tuple:
    return cell.item.text, getattr(cell.item, "ignored", None), type(cell.item)


def _tails(old: list[Place], new: list[Place], count: int) -> Iterable[tuple[Place, Place]]:
    return zip(old[len(old) - count :], new[len(new) - count :], strict=True)
