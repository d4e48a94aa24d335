"""Rows where a mask holds: `X[on]`, an axis that is as long as the mask says, of which in the end only sums are left.

Such an axis has a size of its own while functions are read.  Afterwards each sum over it is one over the whole axis, times the mask, and
its length is the sum of the mask.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..terms import build
from ..terms.dimension import Dim, Index, fresh_index
from ..terms.term import Operator, Product, Size, Term
from ..terms.walk import map_parts


class Selected(Exception):
    """Something besides sums is left of rows that were selected."""


def over_all(term: Term, masks: Mapping[Dim, tuple[Term, Index]], find: Callable[[Dim], Dim]) -> Term:
    """A term with sums over whole axes in the place of those over selected rows.  Raises Selected.

    masks   for the size of such an axis the mask, over an index of the whole one
    """

    def mask_at(dim: Dim) -> tuple[Term, Index]:
        mask, own = masks[dim]
        new = fresh_index(own.dim)
        return build.substitute(mask, {own: new}), new

    def visit(part: Term) -> Term:
        if isinstance(part, Size) and find(part.dim) in masks:
            mask, new = mask_at(find(part.dim))
            return build.product([mask], [new])
        if isinstance(part, Operator):
            if any(find(d) in masks for a in part.abstractions() for d in a.dims):
                raise Selected
            return map_parts(part, visit)
        if not isinstance(part, Product) or not any(find(b.dim) in masks for b in part.bound):
            return map_parts(part, visit)
        opened, dummies = build.open_product(part)
        factors = [visit(f) for f in opened]
        bound: list[Index] = []
        for dummy in dummies:
            if find(dummy.dim) not in masks:
                bound.append(dummy)
                continue
            mask, new = mask_at(find(dummy.dim))
            factors = [*(build.substitute(f, {dummy: new}) for f in factors), mask]
            bound.append(new)
        return build.product(factors, bound)

    found = visit(term)
    if any(find(i.dim) in masks for i in found.free):
        raise Selected
    return found
