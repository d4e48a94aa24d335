"""Which statement tells which fact, and which asked for it: the dependencies of a document, both ways."""

from __future__ import annotations

import itertools
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from typing import Any

from ..lowering.names import ANYWHERE, LAYOUT, MOST_NEIGHBOURS, NOTES, Entry, Fact
from .cells import Analysis, Cell, World

# the names before a place, of which a name that is not known may be a misspelling
VOCABULARY: Fact = ("vocabulary", "")


class Ledger:
    """The facts of a document whose cells are `cells`, in order.

    tellers   the cells that tell a fact, in order; the last before a place counts there
    askers    the cells whose analysis or verdict rests on the answer
    uses      how many statements use a name
    """

    def __init__(self, cells: list[Cell], layout: str, redeclares: bool = False):
        self.cells = cells
        self.standing: dict[Fact, Any] = {LAYOUT: layout, NOTES: redeclares}  # where no statement says otherwise
        self.tellers: dict[Fact, list[Cell]] = {}
        self.askers: dict[Fact, set[Cell]] = {}
        self.uses: Counter[str] = Counter()

    def enter(self, cell: Cell, analysis: Analysis) -> None:
        """Take in what a cell tells and asked."""
        for key in analysis.told:
            tellers = self.tellers.setdefault(key, [])
            tellers.insert(bisect_left(tellers, cell.order, key=order_of), cell)
        self.ask(cell, analysis.asked)
        self.uses.update(analysis.used)

    def withdraw(self, cell: Cell, analysis: Analysis) -> None:
        """Take that back."""
        for key in analysis.told:
            self.tellers[key].remove(cell)
            if not self.tellers[key]:
                del self.tellers[key]
        self.drop(cell, analysis.asked)
        self.uses.subtract(analysis.used)

    def ask(self, cell: Cell, keys: Iterable[Fact]) -> None:
        for key in keys:
            self.askers.setdefault(key, set()).add(cell)

    def drop(self, cell: Cell, keys: Iterable[Fact]) -> None:
        for key in keys:
            asking = self.askers[key]
            asking.discard(cell)
            if not asking:
                del self.askers[key]

    def concerned(self, cell: Cell, keys: Iterable[Fact]) -> list[Cell]:
        """The cells that asked for one of the facts and hear of that cell; for the vocabulary too where a name is among them.

        Those behind it do, and of what holds anywhere those before it too.
        """
        changed = list(keys)
        if any(kind == "name" for kind, _ in changed):
            changed.append(VOCABULARY)
        return [
            c
            for key in changed
            for c in self.askers.get(key, ())
            if c.order > cell.order or (key[0] in ANYWHERE and c is not cell)
        ]

    def fact_before(self, key: Fact, order: int, world: World | None = None, behind: int | None = None) -> Any:
        """The last that was told of it before that place, in the same world: that of the statement before it by default.

        Of what holds anywhere and is not told before it, the first from `behind` on, by default from that place.
        """
        if key is VOCABULARY:
            return self.names_before(order)
        cell = self.teller_before(key, order, world)
        if cell is None and key[0] in ANYWHERE and not self.standing[NOTES]:
            start = order if behind is None else behind
            cell = next((c for c in self.tellers.get(key, ()) if c.order >= start), None)
        if cell is None:
            return self.standing.get(key)
        assert cell.analysis is not None
        return cell.analysis.told[key]

    def teller_before(self, key: Fact, order: int, world: World | None = None) -> Cell | None:
        tellers = self.tellers.get(key)
        if not tellers or tellers[0].order >= order:
            return None
        last = tellers[-1]
        found = last if last.order < order else tellers[bisect_left(tellers, order, key=order_of) - 1]
        return found if found.place.world == (self.cells[order - 1].place.world if world is None else world) else None

    def holds(self, asked: dict[Fact, Any], order: int, world: World, behind: int | None = None) -> bool:
        """Have the facts still these answers before that place?"""
        return all(answer == self.fact_before(key, order, world, behind) for key, answer in asked.items())

    def names_before(self, order: int) -> tuple[str, ...]:
        """Some hundred names, the newest first."""
        told = (
            key[1]
            for cell in reversed(self.cells[max(0, order - 20 * MOST_NEIGHBOURS) : order])
            if cell.analysis is not None
            for key in cell.analysis.told
            if key[0] == "name"
        )
        return tuple(dict.fromkeys(itertools.islice(told, MOST_NEIGHBOURS)))

    def entries_before(self, order: int) -> dict[str, Entry]:
        """Every name that means something at a place, in order of its declaration."""
        known = {name: self.fact_before((kind, name), order) for kind, name in self.tellers if kind == "name"}
        return {name: entry for name, entry in known.items() if entry is not None}

    def dimensions_before(self, order: int) -> list[str]:
        """The named dimensions at a place."""
        return [
            n for kind, n in self.tellers if kind == "dim" and not n.isdigit() and self.fact_before((kind, n), order)
        ]


class Asked:
    """The facts before a place, each question noted with its answer; stands behind `Names`.

    Definitions from `behind` on are known too: a statement that is read does not learn what it told when it was read last.
    """

    def __init__(self, ledger: Ledger, order: int, world: World | None = None, behind: int | None = None):
        self.ledger, self.order, self.world, self.behind = ledger, order, world, behind
        self.answers: dict[Fact, Any] = {}

    def fact(self, key: Fact) -> Any:
        if key in self.answers:
            return self.answers[key]
        answer = self.answers[key] = self.ledger.fact_before(key, self.order, self.world, self.behind)
        return answer

    def vocabulary(self) -> Iterable[str]:
        return self.fact(VOCABULARY)


def order_of(cell: Cell) -> int:
    return cell.order
