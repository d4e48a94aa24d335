"""The heads of a term, and the tensors it is about, interned.

A term is a component expression: its value is a number once every free index has one.  Matrix notation
is lowered to this before anything else happens, so both notations have one semantics.

Long because a tensor may be defined by a term, so that both stand in one file.

Make terms with the functions in `build`, which canonicalise; the classes here only hold.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from operator import attrgetter
from typing import Any, TypeVar

from .dimension import Dim, Index, Shift, Slot, slot_indices, slot_key
from .interning import TABLE, Interned, intern_absent, intern_object

Head = TypeVar("Head", bound="Term")
NO_TENSORS: frozenset[Tensor] = frozenset()
NO_INDICES: frozenset[Index] = frozenset()
_ONLY_INDICES = frozenset((Index,))
_key = attrgetter("key")
SHIFTED = 1  # among the bits of heads, of which none has the rank 0


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
        identity = cls, name, dims, properties, definition
        entry = TABLE.get(identity)
        found = entry() if entry is not None else None
        if found is not None:
            return found

        def make() -> Tensor:
            self = object.__new__(cls)
            self.name, self.dims, self.properties, self.definition = name, dims, properties, definition
            inner = definition.body.depends if definition is not None else frozenset()
            self.depends = inner | {self}
            self.leaves = (
                frozenset(t for t in inner if t.definition is None) if definition is not None else self.depends
            )
            self.linked = None
            self.is_symmetric = len(dims) == 2 and not properties.isdisjoint(("symmetric", "diagonal"))
            self.key = f"{name}({','.join(map(_key, dims))}){'=' if definition else ''}"
            return self

        return intern_absent(identity, make, ())

    def __repr__(self) -> str:
        return f"Tensor({self.key})"


def _of_slots(slots: tuple[Slot, ...]) -> tuple[frozenset[Index], int, tuple]:
    """The indices in some slots, SHIFTED where one of them is shifted, and the keys."""
    if _ONLY_INDICES.issuperset(map(type, slots)):  # as of most
        return frozenset(slots), 0, tuple(map(_key, slots))  # type: ignore[arg-type]
    free = frozenset([i for s in slots for i in slot_indices(s)])
    return free, int(Shift in map(type, slots)), tuple(map(slot_key, slots))


class Term(Interned):
    """What every head has.

    free     the indices whose value is still open
    depends  the tensors its value depends on, through definitions too
    height   how many binders are nested inside at most: names the next one
    heads    bit set of the heads inside, so that a walk can pass over what cannot match; SHIFTED where a shifted index stands
    symbols  how many heads it has, shared parts counted each time: how long it is when it is written
    key      a total order that does not depend on the run
    """

    __slots__ = ("free", "depends", "height", "heads", "symbols", "key", "memo", "__weakref__")
    RANK = 0
    free: frozenset[Index]
    depends: frozenset[Tensor]
    height: int
    heads: int
    symbols: int
    key: tuple
    memo: dict[Any, Any]

    @classmethod
    def make(cls: type[Head], *parts: Any) -> Head:
        """The term with this head over those parts, as they stand: `build` knows which are canonical."""
        identity = cls, parts
        entry = TABLE.get(identity)  # as `intern_object` does, with one call less
        found = entry() if entry is not None else None
        return intern_absent(identity, cls, parts) if found is None else found

    def children(self) -> tuple[Term, ...]:
        return ()

    def slots(self) -> tuple[Slot, ...]:
        """The slots that stand on this head itself, not on its children."""
        return ()

    def abstractions(self) -> tuple[Abstraction, ...]:
        return ()

    def _finish_children(self, children: tuple[Term, ...], name: str = "", binds: tuple[Index, ...] = ()) -> None:
        """What is kept of a head that has neither slots nor abstractions, as most have."""
        first = children[0]
        free, depends, height, heads, symbols = first.free, first.depends, first.height, first.heads, 1 + first.symbols
        for child in children[1:]:
            if child.free is not free:
                free = free | child.free
            if child.depends is not depends:
                depends = depends | child.depends
            if child.height > height:
                height = child.height
            heads |= child.heads
            symbols += child.symbols
        if binds:
            free = free.difference(binds)
            height += 1
        self.free, self.depends, self.height, self.symbols = free, depends, height, symbols
        self.heads = heads | 1 << self.RANK
        self.key = (self.RANK, name, (), tuple(map(_key, children)), (), len(binds))
        self.memo = {}

    def _finish(self, name: str, slots: tuple[Slot, ...] = (), abstractions: tuple[Abstraction, ...] = ()) -> None:
        """The same for a head without children."""
        free, heads, keys = _of_slots(slots) if slots else (NO_INDICES, 0, ())
        depends, height, symbols = NO_TENSORS, 0, 1
        for function in abstractions:
            body = function.body
            free, depends, height = free | function.free, depends | body.depends, max(height, function.height)
            heads |= body.heads
            symbols += body.symbols
        self.free, self.depends, self.height, self.symbols = free, depends, height, symbols
        self.heads = heads | 1 << self.RANK
        self.key = (self.RANK, name, keys, (), tuple(map(_key, abstractions)), 0)
        self.memo = {}

    def walk(self) -> Iterator[Term]:
        """Every distinct term inside, itself included."""
        seen: set[Term] = set()
        todo: list[Term] = [self]
        while todo:
            term = todo.pop()
            if term in seen:
                continue
            seen.add(term)
            yield term
            todo.extend(term.children())
            todo.extend(a.body for a in term.abstractions())


class Number(Term):
    """A rational number; `whole` where it is one without a denominator."""

    __slots__ = ("value", "whole")
    RANK = 1
    whole: int | None

    def __init__(self, value: Fraction) -> None:
        self.value = value
        self.whole = value.numerator if value.denominator == 1 else None
        self.free, self.depends, self.memo = NO_INDICES, NO_TENSORS, {}
        self.height, self.heads, self.symbols = 0, 1 << self.RANK, 1
        self.key = (1, "", (), (), (), value)


class Size(Term):
    """The size of a dimension, as a number."""

    __slots__ = ("dim",)
    RANK = 2

    def __init__(self, dim: Dim) -> None:
        self.dim = dim
        self._finish(dim.key)


class Constant(Term):
    """A number with a name, such as `pi`."""

    __slots__ = ("name",)
    RANK = 3

    def __init__(self, name: str) -> None:
        self.name = name
        self._finish(name)


class Component(Term):
    """`T_ij…`: one entry of a tensor; `S_ij` and `S_ji` of a symmetric one are the same object."""

    __slots__ = ("tensor", "indices")
    RANK = 4

    def __init__(self, tensor: Tensor, indices: tuple[Slot, ...]) -> None:
        self.tensor, self.indices = tensor, indices
        self.depends, self.height, self.symbols = tensor.depends, 0, 1
        if _ONLY_INDICES.issuperset(map(type, indices)):  # as of most
            self.heads, self.free, keys = 1 << 4, frozenset(indices), tuple(map(_key, indices))  # type: ignore[arg-type]
        else:
            self.free, shifted, keys = _of_slots(indices)
            self.heads = 1 << 4 | shifted
        self.key = (4, tensor.key, keys, (), (), 0)
        self.memo = {}

    def slots(self) -> tuple[Slot, ...]:
        return self.indices


class Delta(Term):
    """`δ_ij`: 1 where its two slots agree, else 0."""

    __slots__ = ("left", "right")
    RANK = 5

    def __init__(self, left: Slot, right: Slot) -> None:
        self.left, self.right = left, right
        self.depends, self.height, self.symbols, self.memo = NO_TENSORS, 0, 1, {}
        self.free, shifted, keys = _of_slots((left, right))
        self.heads = 1 << 5 | shifted
        self.key = (5, "", keys, (), (), 0)

    def slots(self) -> tuple[Slot, ...]:
        return (self.left, self.right)


class Bracket(Term):
    """Iverson `[a ∘ b]` between two numbers, `∘` one of `= ≠ < ≤`; index brackets compare positions."""

    __slots__ = ("relation", "left", "right")
    RANK = 6

    def __init__(self, relation: str, left: Term, right: Term) -> None:
        self.relation, self.left, self.right = relation, left, right
        self._finish_children((left, right), relation)

    def children(self) -> tuple[Term, ...]:
        return (self.left, self.right)


class Position(Term):
    """The value of an index as a number, counted from 1; only inside brackets and weights."""

    __slots__ = ("slot",)
    RANK = 7

    def __init__(self, slot: Slot) -> None:
        self.slot = slot
        self._finish("", (slot,))

    def slots(self) -> tuple[Slot, ...]:
        return (self.slot,)


class Power(Term):
    """`base ^ exponent`, elementwise: both are numbers at every index."""

    __slots__ = ("base", "exponent")
    RANK = 8

    def __init__(self, base: Term, exponent: Term) -> None:
        self.base, self.exponent = base, exponent
        self._finish_children((base, exponent))

    def children(self) -> tuple[Term, ...]:
        return (self.base, self.exponent)


class Apply(Term):
    """An elementwise function of numbers, by its name."""

    __slots__ = ("function", "arguments")
    RANK = 9

    def __init__(self, function: str, arguments: tuple[Term, ...]) -> None:
        self.function, self.arguments = function, arguments
        if arguments:
            self._finish_children(arguments, function)
        else:
            self._finish(function)

    def children(self) -> tuple[Term, ...]:
        return self.arguments


class Operator(Term):
    """One component of a function of whole arrays: `inv(X)_ij`, `det(X)`, `softmax(x)_i`."""

    __slots__ = ("name", "arguments", "indices")
    RANK = 10

    def __init__(self, name: str, arguments: tuple[Abstraction, ...], indices: tuple[Slot, ...]) -> None:
        self.name, self.arguments, self.indices = name, arguments, indices
        self._finish(name, indices, arguments)

    def slots(self) -> tuple[Slot, ...]:
        return self.indices

    def abstractions(self) -> tuple[Abstraction, ...]:
        return self.arguments


class Derivative(Term):
    """`∂ body / ∂ tensor_indices`, not carried out yet."""

    __slots__ = ("body", "tensor", "indices")
    RANK = 11

    def __init__(self, body: Term, tensor: Tensor, indices: tuple[Slot, ...]) -> None:
        self.body, self.tensor, self.indices = body, tensor, indices
        own, shifted, keys = _of_slots(indices)
        self.free, self.depends = body.free | own, body.depends | {tensor}
        self.height, self.symbols, self.memo = body.height, 1 + body.symbols, {}
        self.heads = body.heads | 1 << 11 | shifted
        self.key = (11, tensor.key, keys, (body.key,), (), 0)

    def children(self) -> tuple[Term, ...]:
        return (self.body,)

    def slots(self) -> tuple[Slot, ...]:
        return self.indices


class Sum(Term):
    """`a + b + …`, a multiset in canonical order."""

    __slots__ = ("terms",)
    RANK = 12

    def __init__(self, terms: tuple[Term, ...]) -> None:
        self.terms = terms
        self._finish_children(terms)

    def children(self) -> tuple[Term, ...]:
        return self.terms


class Product(Term):
    """`∑_bound f g …`: a contraction as data, a multiset of factors and the indices it sums over."""

    __slots__ = ("factors", "bound")
    RANK = 13

    def __init__(self, factors: tuple[Term, ...], bound: tuple[Index, ...]) -> None:
        self.factors, self.bound = factors, bound
        self._finish_children(factors, binds=bound)

    def children(self) -> tuple[Term, ...]:
        return self.factors


class Abstraction(Interned):
    """`(i, j) ↦ body`: an array as a function of its indices, with canonical parameter names."""

    __slots__ = ("params", "body", "free", "height", "key", "symmetric", "__weakref__")
    params: tuple[Index, ...]
    body: Term
    free: frozenset[Index]
    height: int
    key: tuple
    symmetric: bool  # a matrix that is its own transpose, as far as the canonical form shows

    def __init__(self, params: tuple[Index, ...], body: Term, symmetric: bool) -> None:
        self.params, self.body, self.symmetric = params, body, symmetric
        self.free = body.free.difference(params)
        self.height = body.height + 1
        self.key = (len(params), tuple(map(_key, params)), body.key)

    @classmethod
    def make(cls, params: tuple[Index, ...], body: Term, symmetric: bool) -> Abstraction:
        """The one with those parameters, as they stand: `build` knows their canonical names."""
        return intern_object((cls, params, body), cls, params, body, symmetric)

    @property
    def dims(self) -> tuple[Dim, ...]:
        return tuple(p.dim for p in self.params)


HEADS: dict[str, type[Term]] = {
    head.__name__: head
    for head in (
        Number, Size, Constant, Component, Delta, Bracket, Position,
        Power, Apply, Operator, Derivative, Sum, Product,
    )
}  # fmt: skip


def has_head(term: Term, head: type[Term]) -> bool:
    """Does a term of that head occur anywhere inside?"""
    return bool(term.heads >> head.RANK & 1)
