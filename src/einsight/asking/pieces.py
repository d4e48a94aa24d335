"""Text of the language as it is put together: how tightly it holds, how many axes it has, and what may not be written."""

from __future__ import annotations

from dataclasses import dataclass, replace

# how tightly a text holds together: sums, elementwise products, products, powers, names and brackets
SUM, LAYER, CHAIN, POSTFIX, ATOM = range(5)


class Unwritten(Exception):
    """What is not read; the message says what, `start` and `end` where in the text."""

    def __init__(self, reason: str, start: int = 0, end: int = 0):
        super().__init__(reason)
        self.reason, self.start, self.end = reason, start, end


@dataclass(frozen=True)
class Written:
    """Text of the language, how tightly it holds, and its number of axes; `row` is a vector transposed.

    kept  of a matrix with one row or one column, written as the vector that it is: which axis has the length 1, else -1
    """

    text: str
    holds: int
    rank: int
    row: bool = False
    kept: int = -1

    def at(self, holds: int) -> str:
        return self.text if self.holds >= holds else f"({self.text})"


def transposed(value: Written) -> Written:
    if value.rank == 0:
        return value
    if value.kept >= 0:
        return replace(value, kept=1 - value.kept)
    row = value.rank == 1 and not value.row
    if value.holds >= POSTFIX and value.text.endswith("'"):
        return Written(value.text[:-1], value.holds, value.rank, row)
    return Written(f"{value.at(ATOM)}'", POSTFIX, value.rank, row)


def column(value: Written) -> Written:
    """A vector that lies as a column."""
    return transposed(value) if value.row and value.kept < 0 else value


def broadcast(left: Written, right: Written) -> tuple[Written, Written]:
    """Two arrays as NumPy repeats them to one shape, the last axes beside one another."""
    if not (left.rank and right.rank):
        return left, right
    if left.rank == right.rank == 1 and left.kept == right.kept:
        return left, right
    sides = [replace(column(v), rank=2, kept=0) if v.rank == 1 else v for v in (left, right)]
    if sides[0].kept == sides[1].kept:
        return sides[0], sides[1]
    return _filled(sides[0]), _filled(sides[1])


def _filled(value: Written) -> Written:
    """A row or a column repeated to a matrix: `b` as `ones b'`, `(x, :)` as `x ones'`."""
    if value.kept < 0:
        return value
    if value.kept == 0:
        return Written(f"ones {value.at(ATOM)}'", CHAIN, 2)
    return Written(f"{value.at(POSTFIX)} ones'", CHAIN, 2)


def times(left: Written, right: Written) -> Written:
    """Entry by entry; a number stands before what it multiplies."""
    if {left.kept, right.kept} == {0, 1}:  # a column beside a row
        before, behind = (left, right) if left.kept else (right, left)
        return Written(f"{before.at(POSTFIX)} {behind.at(ATOM)}'", CHAIN, 2)
    left, right = broadcast(left, right)
    array = left if left.rank >= right.rank else right
    if not (left.rank and right.rank):
        return Written(f"{left.at(CHAIN)} * {right.at(CHAIN)}", CHAIN, array.rank, array.row, array.kept)
    return Written(f"{left.at(LAYER)} ⊙ {right.at(CHAIN)}", LAYER, array.rank, array.row, array.kept)


def plus(left: Written, sign: str, right: Written) -> Written:
    left, right = broadcast(left, right)
    array = left if left.rank >= right.rank else right
    return Written(f"{left.at(SUM)} {sign} {right.at(LAYER)}", SUM, array.rank, array.row, array.kept)


def over(left: Written, right: Written) -> Written:
    if not right.rank:
        return Written(f"{left.at(CHAIN)}/{right.at(POSTFIX)}", CHAIN, left.rank, left.row, left.kept)
    left, right = broadcast(left, right)
    return Written(f"{left.at(LAYER)} ./ {right.at(CHAIN)}", LAYER, right.rank, right.row, right.kept)


def exponent(value: Written) -> str:
    return value.text if value.holds == ATOM else f"({value.text})"
