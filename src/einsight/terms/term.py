"""The heads of a term, interned.

A term is a component expression: its value is a number once every free index has one.  Matrix notation
is lowered to this before anything else happens, so both notations have one semantics.

Make terms with the functions in `build`, which canonicalise; the classes here only hold.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from .dimension import Dim, Index, Interned, Shift, Slot, Tensor, intern_object, slot_key

NO_TENSORS: frozenset[Tensor] = frozenset()
NO_INDICES: frozenset[Index] = frozenset()


def slot_indices(slot: Slot) -> tuple[Index, ...]:
    """The indices that a slot mentions: itself, none for a literal component, several for a shift."""
    if isinstance(slot, Index):
        return (slot,)
    if isinstance(slot, Shift):
        return tuple(i for i, _ in slot.indices)
    return ()


class Term(Interned):
    """What every head has.

    free     the indices whose value is still open
    depends  the tensors its value depends on, through definitions too
    height   how many binders are nested inside at most: names the next one
    heads    bit set of the heads inside, so that a walk can pass over what cannot match
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

    def children(self) -> tuple[Term, ...]:
        return ()

    def slots(self) -> tuple[Slot, ...]:
        """The slots that stand on this head itself, not on its children."""
        return ()

    def abstractions(self) -> tuple[Abstraction, ...]:
        return ()

    def _finish(self, name: str, binds: tuple[Index, ...] = (), tensors: frozenset[Tensor] = NO_TENSORS) -> Any:
        children, slots, abstractions = self.children(), self.slots(), self.abstractions()
        frees = [c.free for c in children]
        depending = [c.depends for c in children]
        height, heads, symbols = 0, 1 << self.RANK, 1
        for child in children:
            if child.height > height:
                height = child.height
            heads |= child.heads
            symbols += child.symbols
        for abstraction in abstractions:
            frees.append(abstraction.free)
            depending.append(abstraction.body.depends)
            height = max(height, abstraction.height)
            heads |= abstraction.body.heads
            symbols += abstraction.body.symbols
        if slots:
            frees.append(frozenset([i for s in slots for i in slot_indices(s)]))
        free = frees[0].union(*frees[1:]) if frees else NO_INDICES
        if binds:
            free = free.difference(binds)
            height += 1
        self.free = free
        self.depends = tensors.union(*depending) if depending else tensors
        self.height, self.heads, self.symbols = height, heads, symbols
        self.key = (
            self.RANK,
            name,
            tuple(slot_key(s) for s in slots),
            tuple(c.key for c in children),
            tuple(a.key for a in abstractions),
            len(binds),
        )
        self.memo = {}
        return self

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


MOST_DIGITS = 4000
MOST_BITS = MOST_DIGITS * 3322 // 1000


class NumberTooLong(OverflowError):
    """A rational number that nobody could read; Python writes none with more than 4300 digits."""

    def __init__(self) -> None:
        super().__init__(f"a number with more than {MOST_DIGITS} digits comes about: give it a name, as in `c ∈ ℝ`")


class Number(Term):
    """A rational number."""

    __slots__ = ("value",)
    RANK = 1
    value: Fraction

    @staticmethod
    def make(value: Fraction | int) -> Number:
        """Raises NumberTooLong."""
        value = Fraction(value)
        if value.numerator.bit_length() > MOST_BITS or value.denominator.bit_length() > MOST_BITS:
            raise NumberTooLong

        def build() -> Number:
            self = object.__new__(Number)
            self.value = value
            self._finish("")
            self.key = (1, "", (), (), (), value)
            return self

        return intern_object((Number, value), build)


class Size(Term):
    """The size of a dimension, as a number."""

    __slots__ = ("dim",)
    RANK = 2
    dim: Dim

    @staticmethod
    def make(dim: Dim) -> Term:
        if isinstance(dim.value, int):
            return Number.make(dim.value)

        def build() -> Size:
            self = object.__new__(Size)
            self.dim = dim
            return self._finish(dim.key)

        return intern_object((Size, dim), build)


class Constant(Term):
    """A number with a name, such as `pi`."""

    __slots__ = ("name",)
    RANK = 3
    name: str

    @staticmethod
    def make(name: str) -> Constant:
        def build() -> Constant:
            self = object.__new__(Constant)
            self.name = name
            return self._finish(name)

        return intern_object((Constant, name), build)


class Component(Term):
    """`T_ij…`: one entry of a tensor; `S_ij` and `S_ji` of a symmetric one are the same object."""

    __slots__ = ("tensor", "indices")
    RANK = 4
    tensor: Tensor
    indices: tuple[Slot, ...]

    def slots(self) -> tuple[Slot, ...]:
        return self.indices

    @staticmethod
    def make(tensor: Tensor, indices: tuple[Slot, ...] = ()) -> Component:
        if tensor.is_symmetric and slot_key(indices[1]) < slot_key(indices[0]):
            indices = indices[::-1]

        def build() -> Component:
            self = object.__new__(Component)
            self.tensor, self.indices = tensor, indices
            return self._finish(tensor.key, tensors=tensor.depends)

        return intern_object((Component, tensor, indices), build)


class Delta(Term):
    """`δ_ij`: 1 where its two slots agree, else 0."""

    __slots__ = ("left", "right")
    RANK = 5
    left: Slot
    right: Slot

    def slots(self) -> tuple[Slot, ...]:
        return (self.left, self.right)


class Bracket(Term):
    """Iverson `[a ∘ b]` between two numbers, `∘` one of `= ≠ < ≤`; index brackets compare positions."""

    __slots__ = ("relation", "left", "right")
    RANK = 6
    relation: str
    left: Term
    right: Term

    def children(self) -> tuple[Term, ...]:
        return (self.left, self.right)


class Position(Term):
    """The value of an index as a number, counted from 1; only inside brackets and weights."""

    __slots__ = ("slot",)
    RANK = 7
    slot: Slot

    def slots(self) -> tuple[Slot, ...]:
        return (self.slot,)


class Power(Term):
    """`base ^ exponent`, elementwise: both are numbers at every index."""

    __slots__ = ("base", "exponent")
    RANK = 8
    base: Term
    exponent: Term

    def children(self) -> tuple[Term, ...]:
        return (self.base, self.exponent)


class Apply(Term):
    """An elementwise function of numbers, by its name."""

    __slots__ = ("function", "arguments")
    RANK = 9
    function: str
    arguments: tuple[Term, ...]

    def children(self) -> tuple[Term, ...]:
        return self.arguments


class Operator(Term):
    """One component of a function of whole arrays: `inv(X)_ij`, `det(X)`, `softmax(x)_i`."""

    __slots__ = ("name", "arguments", "indices")
    RANK = 10
    name: str
    arguments: tuple[Abstraction, ...]
    indices: tuple[Slot, ...]

    def slots(self) -> tuple[Slot, ...]:
        return self.indices

    def abstractions(self) -> tuple[Abstraction, ...]:
        return self.arguments


class Derivative(Term):
    """`∂ body / ∂ tensor_indices`, not carried out yet."""

    __slots__ = ("body", "tensor", "indices")
    RANK = 11
    body: Term
    tensor: Tensor
    indices: tuple[Slot, ...]

    def children(self) -> tuple[Term, ...]:
        return (self.body,)

    def slots(self) -> tuple[Slot, ...]:
        return self.indices


class Sum(Term):
    """`a + b + …`, a multiset in canonical order."""

    __slots__ = ("terms",)
    RANK = 12
    terms: tuple[Term, ...]

    def children(self) -> tuple[Term, ...]:
        return self.terms


class Product(Term):
    """`∑_bound f g …`: a contraction as data, a multiset of factors and the indices it sums over."""

    __slots__ = ("factors", "bound")
    RANK = 13
    factors: tuple[Term, ...]
    bound: tuple[Index, ...]

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
