"""Dimensions, indices and the slots that they stand in.

All are interned, so that identity is equality.  An index carries its dimension, so a term knows the
shape of each of its axes without a symbol table.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from functools import lru_cache
from typing import Union

from .interning import TABLE, Interned, intern_absent, intern_new, intern_object

_FRESH = itertools.count(1)


class Dim(Interned):
    """The size of an axis: a name, or a positive integer.

    `inferred` marks a dimension that nobody declared (index notation names it after its index); such a
    one may still turn out to equal another, a declared one may not.
    """

    __slots__ = ("value", "text", "inferred", "key", "parts", "__weakref__")
    value: str | int
    text: str
    inferred: bool
    key: str
    parts: tuple[Dim, ...]

    def __new__(cls, value: str | int, inferred: bool = False, parts: tuple[Dim, ...] = ()) -> Dim:
        identity = cls, value, type(value), inferred, parts
        entry = TABLE.get(identity)
        found = entry() if entry is not None else None
        if found is not None:
            return found

        def make() -> Dim:
            self = object.__new__(cls)
            self.value, self.inferred, self.parts = value, inferred, parts
            self.text = str(value)
            self.key = f"{value}?" if inferred else self.text
            return self

        return intern_absent(identity, make, ())

    @staticmethod
    def product(dims: Sequence[Dim]) -> Dim:
        """The dimension of an axis that runs over several, the first slowest; only `vec` and `⊗` make such axes."""
        parts = tuple(p for d in dims for p in (d.parts or (d,)))
        return parts[0] if len(parts) == 1 else Dim("·".join(map(str, parts)), parts=parts)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"Dim({self.key})"


ONE_DIM = Dim(1)


class Index(Interned):
    """A free index (`named`), an opened bound one (`fresh`) or a closed bound one (`bound`).

    A bound index is named by the height of its binder and its place in it, so two sums that differ in
    the names of their dummies are one object.  A bound index never stands free in a term that is handed
    out: whoever goes under a binder opens it with fresh indices first (`build.open_product`).
    """

    __slots__ = ("name", "dim", "key", "kind", "__weakref__")
    NAMED, FRESH, BOUND = 1, 2, 0
    name: str
    dim: Dim
    kind: int
    key: tuple[int, int, str]

    def __new__(cls, name: str, dim: Dim, kind: int = NAMED, number: int = 0) -> Index:
        identity = cls, name, dim, kind, number
        entry = TABLE.get(identity)
        found = entry() if entry is not None else None
        if found is not None:
            return found

        def make() -> Index:
            self = object.__new__(cls)
            self.name, self.dim, self.kind = name, dim, kind
            self.key = (kind, number, name + ":" + dim.key)
            return self

        return intern_absent(identity, make, ())

    def over(self, dim: Dim) -> Index:
        """The same index, running over another dimension."""
        return Index(self.name, dim, self.kind, self.key[1])

    def __repr__(self) -> str:
        return self.name


def fresh_index(dim: Dim) -> Index:
    """An index that occurs nowhere else."""
    number = next(_FRESH)
    name = f"?{number}"
    made = object.__new__(Index)
    made.name, made.dim, made.kind, made.key = name, dim, Index.FRESH, (Index.FRESH, number, f"{name}:{dim.key}")
    return intern_new((Index, name, dim, Index.FRESH, number), made)


@lru_cache(maxsize=4096)
def bound_index(height: int, place: int, dim: Dim) -> Index:
    """The canonical name of the `place`-th index of a binder of that height."""
    return Index(f"#{height}.{place}", dim, Index.BOUND, height * 4096 + place)


class Shift(Interned):
    """A shifted index `i + k - 1`: a sum of indices and a whole number, counted from 1 like components."""

    __slots__ = ("indices", "offset", "dim", "key", "__weakref__")
    indices: tuple[tuple[Index, int], ...]
    offset: int
    dim: Dim
    key: tuple[int, int, str]

    def __new__(cls, indices: tuple[tuple[Index, int], ...], offset: int, dim: Dim) -> Shift:
        indices = tuple(sorted(indices, key=lambda pair: pair[0].key))

        def make() -> Shift:
            self = object.__new__(cls)
            self.indices, self.offset, self.dim = indices, offset, dim
            self.key = (4, offset, ";".join(f"{c}*{i.key}" for i, c in indices) + ":" + dim.key)
            return self

        return intern_object((cls, indices, offset, dim), make)


Slot = Union[Index, int, Shift]  # noqa: UP007 - evaluated at run time on 3.10


def slot_key(slot: Slot) -> tuple[int, int, str]:
    return slot.key if type(slot) is Index else (3, slot, "") if isinstance(slot, int) else slot.key


def slot_indices(slot: Slot) -> tuple[Index, ...]:
    """The indices that a slot mentions: itself, none for a literal component, several for a shift."""
    if isinstance(slot, Index):
        return (slot,)
    if isinstance(slot, Shift):
        return tuple(i for i, _ in slot.indices)
    return ()


def linear_slot(slot: Slot) -> tuple[tuple[tuple[Index, int], ...], int]:
    """A slot as a sum of indices and a number."""
    if isinstance(slot, Shift):
        return slot.indices, slot.offset
    return ((), slot) if isinstance(slot, int) else (((slot, 1),), 0)


def distance(left: Slot, right: Slot) -> int | None:
    """How far apart two slots are, where that is a number."""
    total: dict[Index, int] = {}
    offset = 0
    for slot, sign in ((left, 1), (right, -1)):
        parts, own = linear_slot(slot)
        offset += sign * own
        for index, factor in parts:
            total[index] = total.get(index, 0) + sign * factor
    return None if any(total.values()) else offset


def substitute_slot(slot: Slot, names: dict[Index, Slot]) -> Slot:
    if type(slot) is Index:
        return names.get(slot, slot)
    if isinstance(slot, Shift) and any(i in names for i, _ in slot.indices):
        total: dict[Index, int] = {}
        offset = slot.offset
        for index, factor in slot.indices:
            target = names.get(index, index)
            if isinstance(target, int):
                offset += factor * target
                continue
            if isinstance(target, Shift):
                offset += factor * target.offset
            for i, c in target.indices if isinstance(target, Shift) else ((target, 1),):
                total[i] = total.get(i, 0) + factor * c
        parts = tuple((i, c) for i, c in total.items() if c)
        if not parts:
            return offset
        if len(parts) == 1 and parts[0][1] == 1 and offset == 0 and parts[0][0].dim is slot.dim:
            return parts[0][0]
        return Shift(parts, offset, slot.dim)
    return slot
