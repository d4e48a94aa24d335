"""Axes of a declared size that are met at a few places: points where an array is alike in all places but those.

An axis of n places is met at some of its `own` ones, each for itself, and at one or more that stand for all others, which
are alike: an entry there depends on which of its indices agree, and on nothing else.  That holds of sums, products,
functions, deltas and inverses of such arrays too, so that a sum over the axis is a weighted one, and a point is one of the declared
size.  (Arrays that permutations of the other places leave as they are: their entries are the orbits of a symmetric group.)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from .fields import Dual, Field, NotInField, NoValueHere


class NotAlike(NoValueHere):
    """A value that shows only where all places of an axis are met, each for itself."""


@dataclass(frozen=True)
class Thin:
    """An axis of `size` places.

    own     the places that are met for themselves, counted from 0
    alike   how many stand for all others: 1 where nothing tells these from one another, so that it stands for them at once
    """

    size: int
    own: tuple[int, ...]
    alike: int = 1

    @property
    def met(self) -> int:
        """Places that are met: the own ones, then those that stand for the rest."""
        return len(self.own) + self.alike

    @property
    def rest(self) -> int:
        """How many places are alike."""
        return self.size - len(self.own)

    def at(self, place: int) -> int:
        """Where a place of the axis is met."""
        if place in self.own:
            return self.own.index(place)
        raise NotInField("component out of range")

    def place(self, met: int) -> int:
        """Which place of the axis is met there."""
        if met < len(self.own):
            return self.own[met]
        raise NotInField("a place that stands for others is no number")

    def weights(self, taken: Sequence[int] = ()) -> list[int]:
        """How often each place counts in a sum, where other indices of a term stand at the `taken` ones."""
        own = len(self.own)
        if self.alike == 1:
            return [1] * own + [self.rest]
        used = {k for k in taken if k >= own}
        weights = [1 if k < own or k in used else 0 for k in range(self.met)]
        if self.rest > len(used):
            free = next((k for k in range(own, self.met) if k not in used), None)
            if free is None:
                raise NotInField("too few places stand for the rest of an axis")
            weights[free] = self.rest - len(used)
        return weights


def orbit(cell: tuple[int, ...], axes: Sequence[Any]) -> tuple[int, ...]:
    """The first of the cells whose entries are the same: those of the rest are renamed in order."""
    seen: dict[Any, list[int]] = {}
    out = []
    for place, (dim, axis) in zip(cell, axes, strict=True):
        if isinstance(axis, Thin) and place >= len(axis.own):
            known = seen.setdefault(dim, [])
            if place not in known:
                known.append(place)
            place = len(axis.own) + known.index(place)
        out.append(place)
    return tuple(out)


Rows = list[list[Any]]
Factors = list[tuple[Any, int]]  # of a determinant: numbers, and how often each counts


def of_matrix(
    field: Field, thin: Thin, matrix: Rows, taken: Sequence[int], compute: Callable[[Rows], tuple[Rows, Factors]],
    power: int | None,
) -> tuple[Rows, Factors]:  # fmt: skip
    """A power of a matrix over a thin axis (an inverse is one) and its determinant, by those of a smaller matrix and of a number.

    On vectors that are constant on the rest it is the matrix of its blocks; on those that add up to 0 there it is `d - c`
    times one, where `d` stands on its diagonal there and `c` beside it.  `compute` gives both for a matrix in full;
    without a `power` only the determinant is asked for.

    Where `d` is `c` the determinant vanishes, perhaps for no other reason than that the places are alike: raises NotAlike.
    """
    own = len(thin.own)
    single = [*range(own), *sorted({k for k in taken if k >= own})]
    spare = [k for k in range(own, thin.met) if k not in single]
    count = thin.size - len(single)
    if count < 2 or len(spare) < 2:
        raise NotInField("too few places stand for the rest of an axis")
    p, q = spare[:2]
    many = field.number(Fraction(count))
    minus = field.number(Fraction(-1))
    others = field.multiply(field.number(Fraction(count - 1)), matrix[p][q])
    blocks = [[matrix[i][j] for j in single] + [field.multiply(many, matrix[i][p])] for i in single]
    blocks.append([matrix[p][j] for j in single] + [field.add(matrix[p][p], others)])
    apart = field.add(matrix[p][p], field.multiply(minus, matrix[p][q]))
    if (power is None or power < 0) and _vanishes(field, apart, matrix[p][p]):
        raise NotAlike("a determinant vanishes where the places of an axis are alike")
    rows, factors = compute(blocks)
    factors = [*factors, (apart, count - 1)]
    if power is None:
        return [], factors
    inner = field.whole_power(apart, power)
    share = field.inverse(many)
    beside = field.multiply(share, field.add(rows[-1][-1], field.multiply(minus, inner)))
    where = {k: n for n, k in enumerate(single)}

    def entry(i: int, j: int) -> Any:
        if i in where and j in where:
            return rows[where[i]][where[j]]
        if i in where:
            return field.multiply(share, rows[where[i]][-1])
        if j in where:
            return rows[-1][where[j]]
        return field.add(beside, inner) if i == j else beside

    places = range(thin.met)
    return [[entry(i, j) for j in places] for i in places], factors


def _vanishes(field: Field, value: Any, beside: Any) -> bool:
    """Is it 0, or what rounding leaves of a difference of such numbers?"""
    while isinstance(value, Dual):
        value, beside = value.value, beside.value
    return value == 0 if field.exact else abs(value) <= 1e-9 * abs(beside)
