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
    lengths   what sizes are taken to be that are asked for as numbers, in the order in which they are; none where they stay unknown
    chosen    those that have been taken
    conflict  one of them, and the number that it met
    computed  numbers that were worked out, of which arrays are as long
    has_none  is an array asked for that has no entries?  With the lengths that are chosen nothing is told of it
    """

    def __init__(self, binding: bool = False, mark: str = "", lengths: Sequence[int] = ()):
        self.binding, self.mark, self.lengths = binding, mark, lengths
        self.chosen: list[int] = []
        self.conflict: tuple[int, int] | None = None
        self.has_none = False
        self._picked: set[Dim] = set()
        self.computed: set[int] = set()
        self._cuts: list[tuple[Dim, int, Dim]] = []  # a whole axis, by how much it is longer than a part, the part
        self._least: dict[Dim, int] = {}
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
        if isinstance(a.value, int) and isinstance(b.value, int):
            self.note(a.value, b.value)
        return isinstance(a.value, int) == isinstance(b.value, int)

    def note(self, a: int, b: int) -> None:
        """Two numbers that should be one, of which one was chosen."""
        if self.conflict is None and {a, b} & set(self.chosen):
            self.conflict = (a, b) if a in self.chosen else (b, a)

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

    # sizes as numbers

    def number(self, dim: Dim) -> int | None:
        """A size as a number: what it is, else a length that is chosen for it; None where none is."""
        self.settle_cuts()
        dim = self.find(dim)
        if isinstance(dim.value, int):
            return dim.value
        if not self.lengths:
            return None
        for whole, _, part in self._cuts:
            if self.find(whole) is dim and self.find(part) is dim:
                self.conflict = self.conflict or (0, 0)  # an axis as long as a part of it
            elif self.find(whole) is dim:
                self.number(part)
                return self.number(dim)
        number = max(self.lengths[len(self.chosen) % len(self.lengths)], self.named(dim))
        self.chosen.append(number)
        self._picked.add(dim)
        self._same[dim] = Dim(number)
        self.settle_cuts()
        return number

    def is_derived(self, dim: Dim) -> bool:
        """Is it a number that follows from others, as the length of a part, and that was neither chosen nor written?"""
        while dim in self._same:
            if dim in self._picked:
                return False
            dim = self._same[dim]
        return bool(self.lengths) and dim.value in self.computed

    def named(self, dim: Dim) -> int:
        """How many entries of an axis are named, and it is no shorter; 0 where none are."""
        dim = self.find(dim)
        return max((n for d, n in self._least.items() if self.find(d) is dim), default=0)

    def at_least(self, dim: Dim, number: int) -> None:
        """An axis is no shorter than that."""
        self._least[dim] = max(self._least.get(dim, 0), number)

    def part(self, whole: Dim, more: int) -> Dim:
        """The size of a part of an axis that is longer by so much."""
        if not more:
            return whole
        for other, by, part in self._cuts:
            if by == more and self.find(other) is self.find(whole):
                return part
        part = self.fresh()
        self._cuts.append((whole, more, part))
        return part

    def whole(self, part: Dim, more: int) -> Dim:
        """The size of an axis that is longer by so much than another."""
        if not more:
            return part
        for whole, by, other in self._cuts:
            if by == more and self.find(other) is self.find(part):
                return whole
        whole = self.fresh()
        self._cuts.append((whole, more, part))
        return whole

    def choose_cuts(self) -> None:
        """Take lengths for all parts of axes that nothing else says."""
        for _, _, part in list(self._cuts):
            self.number(part)

    def settle_cuts(self) -> None:
        """What parts and wholes say of one another."""
        changed = bool(self._cuts)
        while changed:
            changed = False
            for whole, more, part in self._cuts:
                a, b = self.find(whole), self.find(part)
                if isinstance(a.value, int) and isinstance(b.value, int):
                    if a.value != b.value + more:
                        self.note(a.value, b.value + more)
                        self.conflict = self.conflict or (a.value, b.value + more)
                elif isinstance(a.value, int) and a.value > more:
                    self.join(b, Dim(a.value - more))
                    changed = True
                elif isinstance(b.value, int):
                    self.join(a, Dim(b.value + more))
                    changed = True

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
