"""What an evaluation would take, before it is begun: the operations on arrays, as products of dimensions.

The walk is the evaluator's own (`evaluate.py`), so that the two go through the same arrays in the same order.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from ..terms.dimension import Dim, Index, Shift, Slot
from ..terms.interruption import poll
from ..terms.term import (
    Abstraction,
    Bracket,
    Component,
    Delta,
    Derivative,
    Operator,
    Position,
    Power,
    Product,
    Tensor,
    Term,
    has_head,
)
from ..terms.unknown import ENTRY_FUNCTIONS, is_unknown
from .cofactors import COFACTOR, with_cofactors
from .instances import SAMPLES, Sizes, is_permutation
from .thin import Thin

# operations of one evaluation of a claim; about a third of a second, and 30 MB, in the prime field
MOST = 200_000
# operations beyond which an axis that may be thin is: a claim is evaluated at thirty points or so
COMFORTABLE = 20_000
# the size of a named dimension when the order of a contraction is chosen
TYPICAL = 3
_ORDER = "contraction order"
# what holds of a tensor where entries on a diagonal differ from those beside it
_PAIRED = frozenset({"positive-definite", "orthogonal", "diagonal"})

Axes = tuple[Dim, ...]


def typical(dim: Dim) -> int:
    return dim.value if isinstance(dim.value, int) else TYPICAL


def contraction(term: Product) -> list[Index]:
    """In which order the indices of a product are summed: the one that makes the smallest array next."""
    order = term.memo.get(_ORDER)
    if order is None:
        order = []
        tables = [set(f.free) for f in term.factors]
        left = list(term.bound)
        while left:
            poll(counted=False)
            costs = {index: _union_cost(tables, index) for index in left}
            index = min(left, key=costs.__getitem__)
            left.remove(index)
            order.append(index)
            tables = [*(t for t in tables if index not in t), _united(tables, index) - {index}]
        term.memo[_ORDER] = order
    return order


def _united(tables: Sequence[set[Index]], index: Index) -> set[Index]:
    return set().union(*(t for t in tables if index in t))


def _union_cost(tables: Sequence[set[Index]], index: Index) -> int:
    return math.prod(typical(a.dim) for a in _united(tables, index))


def _met(size: int | Thin) -> int:
    return size.met if isinstance(size, Thin) else size


class Plan:
    """The arrays and operations of one evaluation of some terms over some axes.

    operations   how many of them go over which dimensions
    in_full      those that there are where the last of these dimensions is met in full
    width        how many places of a dimension must be told apart at once, where its places are told apart
    fixed        dimensions whose places count as numbers, which are met in full
    paired       dimensions with deltas or matrix functions, which tell places apart
    matrices     dimensions of the arguments of matrix functions
    literal      places that are asked for by number, counted from 0
    """

    def __init__(self, terms: Iterable[Term], axes: Iterable[Index], tensors: Iterable[Tensor] = ()):
        self.operations: dict[Axes, int] = {}
        self.in_full: dict[Axes, int] = {}
        self.width: dict[Dim, int] = {}
        self.fixed: set[Dim] = set()
        self.paired: set[Dim] = set()
        self.matrices: set[Dim] = set()
        self.literal: dict[Dim, set[int]] = {}
        self._seen: set[Term | Tensor | Abstraction] = set()
        over = tuple(a.dim for a in axes)
        for tensor in tensors:
            self._drawn(tensor)
        for term in terms:
            self._visit(with_cofactors(term))
            self._count(over)
        self.dims: set[Dim] = set()
        for dims in self.operations:
            self.dims.update(dims)
            for dim in dims:
                self._widen(dim, dims.count(dim))

    def total(self, sizes: Sizes) -> int:
        """Operations at some sizes; a dimension without one has its own."""
        size = {d: _met(sizes[d]) if d in sizes else typical(d) for d in self.dims}
        full = [(dims, n) for dims, n in self.in_full.items() if not isinstance(sizes.get(dims[-1]), Thin)]
        return sum(n * math.prod(size[d] for d in dims) for dims, n in (*self.operations.items(), *full))

    def _count(self, dims: Axes, times: int = 1) -> None:
        self.operations[dims] = self.operations.get(dims, 0) + times

    def _in_full(self, dims: Axes, times: int = 1) -> None:
        self.in_full[dims] = self.in_full.get(dims, 0) + times

    def _widen(self, dim: Dim, count: int) -> None:
        if count > self.width.get(dim, 0):
            self.width[dim] = count

    def _drawn(self, tensor: Tensor) -> None:
        self._count(tensor.dims)
        if not tensor.properties.isdisjoint(("special", *SAMPLES)) or is_permutation(tensor.properties):
            self.fixed.update(tensor.dims)
        if not tensor.properties.isdisjoint(_PAIRED):
            self.paired.update(tensor.dims)
            self._widen(tensor.dims[0], 3)
        if not tensor.properties.isdisjoint(("positive-definite", "orthogonal")):
            self._count((*tensor.dims, tensor.dims[0]), 3)

    def _visit(self, term: Term) -> None:
        """Each distinct term once, those inside of it first: without recursion, since terms can be deep."""
        todo: list[tuple[Term, bool]] = [(term, False)]
        while todo:
            part, is_open = todo.pop()
            if is_open:
                self._of(part)
                continue
            if part in self._seen:
                continue
            poll(counted=False)
            self._seen.add(part)
            todo.append((part, True))
            todo += [(c, False) for c in part.children()] if not isinstance(part, Derivative) else []
            todo += [(a.body, False) for a in part.abstractions()]
            if isinstance(part, Component) and part.tensor.definition is not None:
                self._defined(part.tensor, todo)

    def _defined(self, tensor: Tensor, todo: list[tuple[Term, bool]]) -> None:
        assert tensor.definition is not None
        if tensor not in self._seen:
            self._seen.add(tensor)
            self._count(tensor.dims)
            todo.append((tensor.definition.body, False))

    def _of(self, term: Term) -> None:
        free = tuple([i.dim for i in term.free])
        self._count(free, 1 + len(term.children()))
        if isinstance(term, Product):
            self._product(term, free)
        elif isinstance(term, Operator):
            self._operator(term, free)
        elif isinstance(term, Derivative):
            self._derivative(term, free)
        elif isinstance(term, Component):
            self._slots(term.indices, term.tensor.dims)
        elif isinstance(term, Delta):
            self.paired.update(free)
            dim = next((s.dim for s in (term.left, term.right) if not isinstance(s, int)), None)
            if dim is not None:
                self._slots((term.left, term.right), (dim, dim))
        elif isinstance(term, Position) or (isinstance(term, Bracket) and has_head(term, Position)):
            self.fixed.update(free)
        elif isinstance(term, Power):
            self._count(free)

    def _slots(self, slots: Sequence[Slot], dims: Sequence[Dim]) -> None:
        """Places that are asked for by number, and shifted indices."""
        for slot, dim in zip(slots, dims, strict=True):
            if isinstance(slot, Shift):
                self.fixed.update((dim, *(i.dim for i, _ in slot.indices)))
            elif isinstance(slot, int):
                self.literal.setdefault(dim, set()).add(slot - 1)

    def _product(self, term: Product, free: Axes) -> None:
        tables = [set(f.free) for f in term.factors]
        for index in contraction(term):
            touching = [t for t in tables if index in t]
            made = _united(tables, index)
            self._count(tuple(a.dim for a in made), len(touching) + 1)
            tables = [*(t for t in tables if index not in t), made - {index}]
        self._count(free, len(tables))

    def _operator(self, term: Operator, free: Axes) -> None:
        first = term.arguments[0]
        settings = tuple({i: i.dim for a in term.arguments for i in a.free}.values())
        inner = tuple(p.dim for p in first.params)
        self._count((*settings, *inner), 2)
        if is_unknown(term.name):
            self._count((*settings, *free, *inner, *inner))
            self.fixed.update(inner)
            return
        if term.name in ENTRY_FUNCTIONS:
            self._count((*settings, *inner))
            self.fixed.update(inner if term.name == "prod" else ())
            return
        dim = inner[0]
        self._slots(term.indices, [dim] * len(term.indices))
        self._count((*settings, dim, dim, dim), 30 if term.name in ("power", "expm") else 2)
        self.fixed.update(inner if term.name == "expm" else ())
        if term.name == COFACTOR:  # a determinant for each of them, but on a thin axis
            self._in_full((*free, dim, dim, dim))
            self._count(free, len(term.indices) ** 2)
        self._widen(dim, settings.count(dim) + 2)
        self._widen(dim, settings.count(dim) + len(term.indices))
        self.paired.add(dim)
        self.matrices.add(dim)

    def _derivative(self, term: Derivative, free: Axes) -> None:
        """One evaluation of the body for each entry of the tensor."""
        inner = Plan([term.body], sorted(term.body.free, key=lambda i: i.key), term.body.depends)
        for dims, count in inner.operations.items():
            self._count((*dims, *term.tensor.dims), 3 * count)
        for dims, count in inner.in_full.items():
            self._in_full((*term.tensor.dims, *dims), 3 * count)
        self._count((*term.tensor.dims, *term.tensor.dims))
        self._count(free)
        self.fixed |= inner.fixed | set(term.tensor.dims)
        self.paired |= inner.paired
        self.matrices |= inner.matrices
        for dim, places in inner.literal.items():
            self.literal.setdefault(dim, set()).update(places)
        self._slots(term.indices, term.tensor.dims)
