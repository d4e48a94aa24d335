"""Inverses, determinants and powers of Kronecker products, by their factors.

Source: K. B. Petersen, M. S. Pedersen, The Matrix Cookbook, section 10.2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..terms import build
from ..terms.dimension import Index, fresh_index
from ..terms.term import Product, Term
from .values import Fused, Value

REFUSED = "{} is worked out of a single Kronecker product alone, as in `inv(A ⊗ B)`, and this matrix is none"


@dataclass(frozen=True)
class Blocks:
    """`scale (A ⊗ B ⊗ …)`: each factor over its own rows and columns."""

    scale: Term
    factors: tuple[tuple[tuple[Index, Index], Term], ...]

    def _scaled(self, exponent: Term | int) -> Term:
        return build.ONE if self.scale is build.ONE else build.power(self.scale, exponent)

    def _others(self, place: int) -> list[Term]:
        """The sizes of all factors but one: as often does its determinant count."""
        return [build.size(rows.dim) for k, ((rows, _), _) in enumerate(self.factors) if k != place]

    def inverse(self, value: Value) -> Value:
        """inv(s A ⊗ B) = 1/s inv(A) ⊗ inv(B), on axes of its own."""
        ends = [(fresh_index(rows.dim), fresh_index(columns.dim)) for (rows, columns), _ in self.factors]
        inverses = [
            build.operator("inv", [build.abstraction(pair, body)], end)
            for (pair, body), end in zip(self.factors, ends, strict=True)
        ]
        rows, columns = (Fused(tuple(side)) for side in zip(*ends, strict=True))
        return replace(value, term=build.product([self._scaled(-1), *inverses]), axes=(rows, columns))

    def power(self, value: Value, exponent: Term) -> Value:
        """(s A ⊗ B)^k = s^k A^k ⊗ B^k."""
        raised = [build.matrix_power(pair, body, exponent) for pair, body in self.factors]
        return value.of(build.product([self._scaled(exponent), *raised]))

    def determinant(self) -> Term:
        """det(s A ⊗ B) = s^(n m) det(A)^m det(B)^n, for A n×n and B m×m."""
        whole = build.product([build.size(rows.dim) for (rows, _), _ in self.factors])
        parts = [
            build.power(build.operator("det", [build.abstraction(*factor)]), build.product(self._others(k)))
            for k, factor in enumerate(self.factors)
        ]
        return build.product([self._scaled(whole), *parts])

    def log_determinant(self) -> Term:
        """logdet(A ⊗ B) = m logdet(A) + n logdet(B), for A n×n and B m×m, where both have one."""
        (pair, body), *rest = self.factors
        factors = [(pair, build.product([self.scale, body])), *rest]
        return build.add(
            *(
                build.product([*self._others(k), build.operator("logdet", [build.abstraction(*factor)])])
                for k, factor in enumerate(factors)
            )
        )


def blocks_of(value: Value) -> Blocks | None:
    """The factors of a square matrix that is one Kronecker product; None where it is none, as a sum of them is not."""
    rows, columns = value.axes
    if not isinstance(rows, Fused) or not isinstance(columns, Fused):
        return None
    pairs = list(zip(rows.parts, columns.parts, strict=False))
    if len(rows.parts) != len(columns.parts) or any(r.dim is not c.dim for r, c in pairs):
        return None
    scale: list[Term] = []
    parts: list[list[Term]] = [[] for _ in pairs]
    for group in connected(value.term):
        touched = [k for k, pair in enumerate(pairs) if not group.free.isdisjoint(pair)]
        if len(touched) > 1:
            return None
        (parts[touched[0]] if touched else scale).append(group)
    return Blocks(
        build.product(scale), tuple((pair, build.product(part)) for pair, part in zip(pairs, parts, strict=True))
    )


def connected(term: Term) -> list[Term]:
    """The factors of a product, those that share a summed index taken together."""
    if not isinstance(term, Product):
        return [term]
    factors, dummies = build.open_product(term)
    groups: list[tuple[set[Index], list[Term]]] = []
    for factor in factors:
        touched = set(factor.free & set(dummies))
        members = [factor]
        rest = []
        for indices, others in groups:
            if touched.isdisjoint(indices):
                rest.append((indices, others))
            else:
                touched |= indices
                members = others + members
        groups = [*rest, (touched, members)]
    return [_product(members, indices) for indices, members in groups]


def _product(members: Sequence[Term], indices: set[Index]) -> Term:
    return build.product(members, sorted(indices, key=lambda i: i.key))
