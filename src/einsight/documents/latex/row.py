"""A row of LaTeX as it is read, from left to right, and what has been written of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from .habits import Habits
from .pieces import Piece
from .tree import Item, Items, Leaf

Write: TypeAlias = Callable[[Items], list[Piece]]


@dataclass
class Row:
    """
    lists        may commas separate names?
    write_part   writes items as a row of their own, given the habits and `lists`
    at           the next item
    out          what has been written
    opened       how many brackets of the source are open
    dividers     signs that part what a function is of, by their items, and how each is written: `‖` of `KL(q ‖ p)`
    round        brackets that are written as round ones
    """

    items: Items
    habits: Habits
    lists: bool
    write_part: Callable[[Items, Habits, bool], list[Piece]]
    at: int = 0
    out: list[Piece] = field(default_factory=list)
    opened: int = 0
    dividers: dict[int, str] = field(default_factory=dict)
    round: list[Item] = field(default_factory=list)
    _counted: tuple[int, int] = (0, 0)

    def inner(self, items: Items, lists: bool = False) -> list[Piece]:
        return self.write_part(items, self.habits, lists)

    def emit(self, text: str, start: int, end: int) -> None:
        self.out.append(Piece(text, start, end))

    def bracketed(self, pieces: list[Piece], start: int, end: int) -> None:
        self.emit("(", start, start)
        self.out += pieces
        self.emit(")", end, end)

    def next(self) -> Item | None:
        return self.items[self.at] if self.at < len(self.items) else None

    def until_closed(self) -> tuple[Items, Item | None]:
        """What stands from here up to the bracket that closes the one before, and that bracket."""
        return until_closed(self.items, self.at)

    def in_brackets(self) -> bool:
        """Is more opened than closed in what is written?  What was counted before is not counted again."""
        counted, opened = self._counted
        for piece in self.out[counted:]:
            text = piece.text
            opened += text.count("(") + text.count("[") - text.count(")") - text.count("]")
        self._counted = len(self.out), opened
        return opened > 0


def until_closed(items: Items, at: int) -> tuple[Items, Item | None]:
    """The items from `at` up to the bracket that closes one opened before, and that bracket; None where nothing does."""
    depth = 1
    for k in range(at, len(items)):
        atom = items[k].atom
        if isinstance(atom, Leaf):
            depth += (atom.kind == "OPENING") - (atom.kind == "CLOSING")
            if depth == 0:
                return items[at:k], items[k]
    return items[at:], None
