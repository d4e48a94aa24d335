"""Which indices does the summation convention sum, in a product as it is written?"""

from __future__ import annotations

from collections.abc import Sequence

from ..terms.dimension import Index
from ..terms.term import SHIFTED, Component, Delta, Derivative, Operator, Position, Product, Sum, Term, slot_indices

_POSITION, _SUM = 1 << Position.RANK, 1 << Sum.RANK


def is_summed(index: Index, over: Sequence[Term], under: Sequence[Term]) -> bool:
    """Does the convention sum that index in a quotient of products, without a `∑`?

    It does for one component that holds it twice, and for two factors that hold it once each; an inner product
    that held it twice would be read as summed by itself.
    """
    holders = [f for f in (*over, *under) if index in f.free]
    if under:
        below = sum([f in under for f in holders])
        if len(under) > 1 and below == len(holders):
            return False  # they stand in a bracket of their own
        if 0 < below < len(holders):
            return False  # what stands above and below the line of a quotient is not summed
    for factor in holders:
        if type(factor) is not Component or factor.heads & SHIFTED:
            break
    else:
        return [f.indices.count(index) for f in holders] in ([2], [1, 1])  # type: ignore[attr-defined]
    heads = 0
    for factor in holders:
        heads |= factor.heads
    if heads & _POSITION:
        return False  # in `[k < l]` a letter might be read as a dimension of that name
    if heads & _SUM and any(_is_broadcast(f, index) for f in holders):
        return False  # terms of a sum have the same indices, but for those that a `∑` governs
    if len(holders) == 1:
        (factor,) = holders
        inside = any(index in a.free for a in factor.abstractions())
        plain = isinstance(factor, (Component, Delta, Operator)) and not inside
        return plain and sum(index in slot_indices(s) for s in factor.slots()) == 2
    return len(holders) == 2 and all(_occurrences(f, index) == 1 for f in holders)


def _is_broadcast(term: Term, index: Index) -> bool:
    """Does a sum inside that holds it have terms with indices, and not all with the same?"""
    if index not in term.free or not term.heads & _SUM:
        return False
    if isinstance(term, Sum) and len({t.free for t in term.terms if t.free}) > 1:
        return True
    return any(_is_broadcast(c, index) for c in term.children())


def _occurrences(term: Term, index: Index) -> int:
    """How often the convention counts an index in a term."""
    if index not in term.free:
        return 0
    if type(term) is Component and not term.heads & SHIFTED:
        return term.indices.count(index)
    inner = [_occurrences(c, index) for c in term.children()]
    if inner and not isinstance(term, Derivative):
        return sum(inner) if isinstance(term, Product) else max(inner)
    own = sum(index in slot_indices(s) for s in term.slots()) + sum(index in a.free for a in term.abstractions())
    return own + sum(inner)
