"""Dimensions that turn out to be the same, by unification: names, places that have none yet, and `1`."""

from __future__ import annotations

import itertools

ONE = "1"
Shape = tuple[object, object]
SCALAR: Shape = (ONE, ONE)


# how an axis begins that runs along two, the first outside: of `vec(X)`, of `A ⊗ B`
_FUSED = "⊗"


class Conflict(Exception):
    """Two dimensions that differ, or a formula that this cannot follow."""


class OfNoArray(Conflict):
    """An array as long as two axes together, which nobody can declare: whatever else it were would be misread."""


class Dimensions:
    def __init__(self) -> None:
        self.same: dict[object, object] = {}
        self.numbers = itertools.count()

    def fresh(self) -> int:
        return next(self.numbers)

    def root(self, dim: object) -> object:
        while dim in self.same:
            dim = self.same[dim]
        return dim

    def unify(self, left: object, right: object) -> None:
        left, right = self.root(left), self.root(right)
        if left == right:
            return
        if is_fused(left) or is_fused(right):
            self._unify_fused(left, right)
        elif not isinstance(left, str):
            self.same[left] = right
        elif not isinstance(right, str):
            self.same[right] = left
        else:
            raise Conflict

    def _unify_fused(self, left: object, right: object) -> None:
        if is_fused(left) and is_fused(right):
            for one, other in zip(left[1:], right[1:], strict=True):  # type: ignore[index]
                self.unify(one, other)
            return
        fused, other = (left, right) if is_fused(left) else (right, left)
        if isinstance(other, str):
            raise Conflict
        self.same[other] = fused

    def fused(self, outer: object, inner: object) -> object:
        """An axis that runs along two."""
        outer, inner = self.root(outer), self.root(inner)
        return inner if outer == ONE else outer if inner == ONE else (_FUSED, outer, inner)

    def unify_shapes(self, left: Shape, right: Shape) -> None:
        self.unify(left[0], right[0])
        self.unify(left[1], right[1])

    def is_number(self, shape: Shape) -> bool:
        return self.root(shape[0]) == ONE and self.root(shape[1]) == ONE


def is_fused(dim: object) -> bool:
    return isinstance(dim, tuple) and dim[0] == _FUSED
