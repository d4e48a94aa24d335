"""Dimensions that turn out to be the same, by unification: names, places that have none yet, and `1`."""

from __future__ import annotations

import itertools

ONE = "1"
Shape = tuple[object, object]
SCALAR: Shape = (ONE, ONE)


class Conflict(Exception):
    """Two dimensions that differ, or a formula that this cannot follow."""


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
        if not isinstance(left, str):
            self.same[left] = right
        elif not isinstance(right, str):
            self.same[right] = left
        else:
            raise Conflict

    def unify_shapes(self, left: Shape, right: Shape) -> None:
        self.unify(left[0], right[0])
        self.unify(left[1], right[1])

    def is_number(self, shape: Shape) -> bool:
        return self.root(shape[0]) == ONE and self.root(shape[1]) == ONE
