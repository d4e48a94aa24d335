"""Text of the language as it is put together: how tightly it holds, how many axes it has, and what may not be written."""

from __future__ import annotations

from dataclasses import dataclass

# how tightly a text holds together: sums, elementwise products, products, powers, names and brackets
SUM, LAYER, CHAIN, POSTFIX, ATOM = range(5)


class Unwritten(Exception):
    """What is not read; the message says what, `start` and `end` where in the text."""

    def __init__(self, reason: str, start: int = 0, end: int = 0):
        super().__init__(reason)
        self.reason, self.start, self.end = reason, start, end


@dataclass(frozen=True)
class Written:
    """Text of the language, how tightly it holds, and its number of axes; `row` is a vector transposed."""

    text: str
    holds: int
    rank: int
    row: bool = False

    def at(self, holds: int) -> str:
        return self.text if self.holds >= holds else f"({self.text})"


def transposed(value: Written) -> Written:
    if value.rank == 0:
        return value
    row = value.rank == 1 and not value.row
    if value.holds >= POSTFIX and value.text.endswith("'"):
        return Written(value.text[:-1], value.holds, value.rank, row)
    return Written(f"{value.at(ATOM)}'", POSTFIX, value.rank, row)


def times(left: Written, right: Written) -> Written:
    """Entry by entry; a number stands before what it multiplies."""
    array = left if left.rank >= right.rank else right
    if not (left.rank and right.rank):
        return Written(f"{left.at(CHAIN)} * {right.at(CHAIN)}", CHAIN, array.rank, array.row)
    return Written(f"{left.at(LAYER)} ⊙ {right.at(CHAIN)}", LAYER, array.rank, array.row)


def over(left: Written, right: Written) -> Written:
    if not right.rank:
        return Written(f"{left.at(CHAIN)}/{right.at(POSTFIX)}", CHAIN, left.rank, left.row)
    return Written(f"{left.at(LAYER)} ./ {right.at(CHAIN)}", LAYER, right.rank, right.row)


def exponent(value: Written) -> str:
    return value.text if value.holds == ATOM else f"({value.text})"
