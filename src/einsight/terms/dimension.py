"""Dimensions, indices and tensors: the names that a term is about.

All are interned, so that identity is equality.  An index carries its dimension, so a term knows the
shape of each of its axes without a symbol table.
"""

from __future__ import annotations

import itertools
import weakref
from _weakref import _remove_dead_weakref  # type: ignore[attr-defined]  # what WeakValueDictionary uses: atomic
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Union

from .interruption import poll

if TYPE_CHECKING:
    from .term import Abstraction

_FRESH = itertools.count(1)


class _Entry(weakref.ref):
    """A live object in the table, under its identity.  Half the cost of a WeakValueDictionary's look-up."""

    __slots__ = ("identity",)
    identity: tuple


_TABLE: dict[tuple, _Entry] = {}


def _remove(gone: Any) -> None:
    # only if it is still the dead one: another object of that identity may have been made since
    _remove_dead_weakref(_TABLE, gone.identity)


def intern_object(identity: tuple, make: Any) -> Any:
    """The one live object of that identity; `make` builds it when there is none.

    Safe under threads, and at a fork, without a lock: `setdefault` decides which of two that were made at once is the one.
    """
    known = _TABLE.get(identity)
    found = known() if known is not None else None
    if found is not None:
        return found
    poll(counted=False)  # whatever takes long makes terms
    made = make()
    entry = _Entry(made, _remove)
    entry.identity = identity
    while True:
        standing = _TABLE.setdefault(identity, entry)
        if standing is entry:
            return made
        found = standing()
        if found is not None:
            return found
        _remove(standing)  # dead, and not taken out yet


class Interned:
    """What there is once: its copy is itself, and a pickle of it becomes, where it is read, the one that there is."""

    __slots__ = ()

    def __copy__(self) -> Any:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        from .pickling import reduced  # which builds terms

        return reduced(self)


class Dim(Interned):
    """The size of an axis: a name, or a positive integer.

    `inferred` marks a dimension that nobody declared (index notation names it after its index); such a
    one may still turn out to equal another, a declared one may not.
    """

    __slots__ = ("value", "inferred", "key", "parts", "__weakref__")
    value: str | int
    inferred: bool
    key: str
    parts: tuple[Dim, ...]

    def __new__(cls, value: str | int, inferred: bool = False, parts: tuple[Dim, ...] = ()) -> Dim:
        def make() -> Dim:
            self = object.__new__(cls)
            self.value, self.inferred, self.parts = value, inferred, parts
            self.key = f"{value}?" if inferred else str(value)
            return self

        return intern_object((cls, value, type(value), inferred, parts), make)

    @staticmethod
    def product(dims: Sequence[Dim]) -> Dim:
        """The dimension of an axis that runs over several, the first slowest; only `vec` and `⊗` make such axes."""
        parts = tuple(p for d in dims for p in (d.parts or (d,)))
        return parts[0] if len(parts) == 1 else Dim("·".join(map(str, parts)), parts=parts)

    def __str__(self) -> str:
        return str(self.value)

    def __repr__(self) -> str:
        return f"Dim({self.key})"


ONE_DIM = Dim(1)


class Index(Interned):
    """A free index (`named`), an opened bound one (`fresh`) or a closed bound one (`bound`).

    A bound index is named by the height of its binder and its place in it, so two sums that differ in
    the names of their dummies are one object.  A bound index never stands free in a term that is handed
    out: whoever goes under a binder opens it with fresh indices first (`walk.open_product`).
    """

    __slots__ = ("name", "dim", "key", "kind", "__weakref__")
    NAMED, FRESH, BOUND = 1, 2, 0
    name: str
    dim: Dim
    kind: int
    key: tuple[int, int, str]

    def __new__(cls, name: str, dim: Dim, kind: int = NAMED, number: int = 0) -> Index:
        def make() -> Index:
            self = object.__new__(cls)
            self.name, self.dim, self.kind = name, dim, kind
            self.key = (kind, number, name + ":" + dim.key)
            return self

        return intern_object((cls, name, dim, kind, number), make)

    def over(self, dim: Dim) -> Index:
        """The same index, running over another dimension."""
        return Index(self.name, dim, self.kind, self.key[1])

    def __repr__(self) -> str:
        return self.name


def fresh_index(dim: Dim) -> Index:
    """An index that occurs nowhere else."""
    number = next(_FRESH)
    return Index(f"?{number}", dim, Index.FRESH, number)


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
    return (3, slot, "") if isinstance(slot, int) else slot.key


class Tensor(Interned):
    """A named array: its axes, its declared properties and, if it was defined, its definition.

    `depends` holds every tensor its value depends on, itself included; a tensor that is not in there is
    one it is provably independent of.  `leaves` are those of them without a definition.  `linked` is for whoever puts
    late definitions in (`lowering/linking.py`): the last that came out.
    """

    __slots__ = (
        "name", "dims", "properties", "definition", "depends", "leaves", "linked", "key", "is_symmetric", "__weakref__",
    )  # fmt: skip
    name: str
    dims: tuple[Dim, ...]
    properties: frozenset[str]
    definition: Abstraction | None
    depends: frozenset[Tensor]
    leaves: frozenset[Tensor]
    linked: tuple[Any, Tensor] | None
    key: str
    is_symmetric: bool

    def __new__(
        cls,
        name: str,
        dims: tuple[Dim, ...] = (),
        properties: frozenset[str] = frozenset(),
        definition: Abstraction | None = None,
    ) -> Tensor:
        def make() -> Tensor:
            self = object.__new__(cls)
            self.name, self.dims, self.properties, self.definition = name, dims, properties, definition
            inner = definition.body.depends if definition is not None else frozenset()
            self.depends = inner | {self}
            self.leaves = frozenset(t for t in inner if t.definition is None) if definition is not None else self.depends
            self.linked = None
            self.is_symmetric = len(dims) == 2 and not properties.isdisjoint(("symmetric", "diagonal"))
            self.key = f"{name}({','.join(d.key for d in dims)}){'=' if definition else ''}"
            return self

        return intern_object((cls, name, dims, properties, definition), make)

    def __repr__(self) -> str:
        return f"Tensor({self.key})"
