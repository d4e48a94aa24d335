"""Cofactors of a matrix by its singular values, A = U diag(s) V': nothing is divided by, so a singular matrix has them too.

    adj(A) = det(U) det(V) V diag(∏_{t≠r} s_t) U'

A cofactor of two pairs (a, b), (c, d) is the sum over r ≠ q of `w_rq V_ar U_br V_cq U_dq`, less the same with b and d changed for
each other, where `w_rq` is det(U) det(V) times the other singular values; and so on.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from ..meaning.cofactors import COFACTOR, Pair, cofactor
from ..terms import build
from ..terms.term import Abstraction, Operator, Term
from .arrays import Arrays

LEFT, RIGHT, WEIGHTS = "left-singular", "right-singular", "singular-weights"


def by_singular_values(matrix: Abstraction, pairs: Sequence[Pair]) -> Term:
    """The share of one term in a sum of cofactors.  Its own pole, where two of the `r` are one, is left out: it cancels in the sum."""
    if len(pairs) == 1:
        return cofactor(matrix, pairs)
    values = [build.fresh_index(matrix.params[0].dim) for _ in pairs]
    vectors = [
        build.operator(name, [matrix], slots)
        for (a, b), r in zip(pairs, values, strict=True)
        for name, slots in ((RIGHT, (a, r)), (LEFT, (r, b)))
    ]
    return build.product([build.operator(WEIGHTS, [matrix], values), *vectors], values)


class Singular:
    """The arrays of one matrix, or of a stack with `family` axes before its two."""

    def __init__(self, arrays: Arrays, matrix: str, family: int):
        self.dialect, self.lines, self.family = arrays.dialect, arrays.lines, family
        self.parts = self.lines.name(self.dialect.svd.format(matrix))

    def array(self, term: Operator) -> str:
        if term.name == RIGHT:
            return self.dialect.adjoint.format(f"{self.parts}[2]")
        if term.name == LEFT:
            return self.dialect.adjoint.format(f"{self.parts}[0]")
        if term.name == WEIGHTS:
            return self.weights(len(term.indices))
        assert term.name == COFACTOR and len(term.indices) == 2
        right, left = (self.lines.name(self.dialect.adjoint.format(f"{self.parts}[{k}]")) for k in (2, 0))
        weights = self.lines.name(self.weights(1))
        return f"({right} * {weights}[..., None, :]) @ {left}"

    def weights(self, count: int) -> str:
        """For each choice of so many singular values, the product of the others, with the sign; 0 where one is chosen twice."""
        same = self.lines.name(self.dialect.mask.format(f"{self.parts}[1].shape[-1]"))

        def along(*places: int) -> str:
            return ", ".join(":" if k in places else "None" for k in range(count))

        chosen = " | ".join(f"{same}[{along(k)}, :]" for k in range(count))
        values = f"{self.parts}[1][..., {'None, ' * count}:]"
        others = f"{self.dialect.where.format(chosen, '1.0', values)}.prod(-1)"
        if count > 1:
            twice = " | ".join(f"{same}[{along(*pair)}]" for pair in combinations(range(count), 2))
            others = self.dialect.where.format(twice, "0.0", self.lines.name(others))
        sign = self.lines.name(" * ".join(self.dialect.det.format(f"{self.parts}[{k}]") for k in (0, 2)))
        return f"{others} * {sign}{'[..., ' + ', '.join(['None'] * count) + ']' if self.family else ''}"
