"""Sizes of axes: numbers, names that a scope declares, and unknowns, which become what they meet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..terms.dimension import Dim

# sizes that an axis is the product of; none for an axis of length 1
Factors = tuple[Dim, ...]


class Sizes:
    """Which sizes are one.

    binding   may a declared name be a number, or an unknown the size beside it?  So a gradient is read, where nothing is
              told of sizes; elsewhere that is left open
    assumed   was anything taken for equal that need not be?
    mark      tells the unknown sizes of two scopes apart
    """

    def __init__(self, binding: bool = False, mark: str = ""):
        self.binding, self.mark = binding, mark
        self.assumed = False
        self._same: dict[Dim, Dim] = {}
        self._labels: dict[Dim, str] = {}
        self._made = 0

    def fresh(self, label: str = "") -> Dim:
        """A size that nothing is known of; `label` is what it is called where that is shown."""
        self._made += 1
        dim = Dim(f"{label or '?'}·{self.mark}{self._made}", inferred=True)
        self._labels[dim] = label
        return dim

    def find(self, dim: Dim) -> Dim:
        while dim in self._same:
            dim = self._same[dim]
        return dim

    def label(self, dim: Dim) -> str:
        """As it is shown."""
        dim = self.find(dim)
        return (self._labels.get(dim) or "?") if dim.inferred else str(dim.value)

    def join(self, a: Dim, b: Dim) -> None:
        """Let an unknown, or a name, be the other from now on."""
        a, b = self.find(a), self.find(b)
        if a is b:
            return
        if not a.inferred and (b.inferred or isinstance(a.value, int)):
            a, b = b, a
        self._same[a] = b
        if b.inferred and not self._labels.get(b):
            self._labels[b] = self._labels.get(a, "")

    def clash(self, a: Dim, b: Dim) -> bool:
        """Are they certainly of different size?"""
        a, b = self.find(a), self.find(b)
        if a is b or a.inferred or b.inferred:
            return False
        return isinstance(a.value, int) == isinstance(b.value, int)

    def meet(self, a: Dim, b: Dim) -> bool:
        """Take two for the same size, as far as that is certain; False where they clash."""
        a, b = self.find(a), self.find(b)
        if a is b:
            return True
        if self.clash(a, b):
            return False
        if a.inferred or b.inferred or self.binding:
            self.assumed |= not (a.inferred or b.inferred)
            self.join(a, b)
        return True

    def settled(self, factors: Iterable[Dim]) -> Factors:
        """The factors as they are known by now, without ones."""
        return tuple(d for d in map(self.find, factors) if d.value != 1)

    def text(self, factors: Sequence[Dim]) -> str:
        """A product of sizes as it is shown."""
        factors = self.settled(factors)
        number = 1
        names = []
        for dim in factors:
            if isinstance(dim.value, int):
                number *= dim.value
            else:
                names.append(self.label(dim))
        return "·".join([str(number)] * (number != 1 or not names) + names)

    def replacements(self, dims: Iterable[Dim]) -> dict[Dim, Dim]:
        """What those that are known to be others are."""
        return {d: found for d in dims if (found := self.find(d)) is not d}
