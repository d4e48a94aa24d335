"""Products multiplied out over sums, where that spares large arrays: `∑_p (A_ip x_j + B_ijp) t_p` needs no array over i, j, p."""

from __future__ import annotations

from collections.abc import Mapping

from ..terms import build
from ..terms.dimension import Dim
from ..terms.term import Component, Number, Product, Size, Sum, Term
from ..terms.walk import map_parts
from .contraction import cost, entries
from .subscripts import in_order

GAIN = 3  # how many times cheaper it must be
MOST = 16  # terms that a product is multiplied out into


class Expansion:
    """Chooses by the number of operations, at the sizes that are expected."""

    def __init__(self, sizes: Mapping[Dim, int]):
        self.sizes = sizes
        self.costs: dict[Term, float] = {}

    def expanded(self, term: Term) -> Term:
        changed = map_parts(term, self.expanded)
        if not isinstance(changed, Product) or not changed.bound:
            return changed
        factors, dummies = build.open_product(changed)
        for at, factor in enumerate(factors):
            if isinstance(factor, Sum) and not factor.free.isdisjoint(dummies) and len(factor.terms) <= MOST:
                rest = (*factors[:at], *factors[at + 1 :])
                parts = [build.product([part, *rest], dummies) for part in factor.terms]
                if self.cost(changed) > GAIN * sum(map(self.cost, parts)):
                    return self.expanded(build.add(*parts))
        return changed

    def cost(self, term: Term) -> float:
        """Operations on entries."""
        found = self.costs.get(term)
        if found is None:
            found = self.costs[term] = self._cost(term)
        return found

    def _cost(self, term: Term) -> float:
        if isinstance(term, (Component, Number, Size)):
            return 0
        if isinstance(term, Product):
            factors, dummies = build.open_product(term)
            arrays = [f for f in factors if f.free]
            own = cost([in_order(f.free) for f in arrays], term.free, self.sizes) if arrays else 0
            build.give_back(term, (factors, dummies))
            return own + sum(map(self.cost, factors))
        parts = [*term.children(), *(a.body for a in term.abstractions())]
        return entries(term.free, self.sizes) * max(1, len(parts)) + sum(map(self.cost, parts))
