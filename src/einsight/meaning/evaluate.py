"""A term's entries at an instance: the definition that every rule is held to.

Plain Python over any field, for the small sizes that checking needs; `targets` writes fast code.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from ..terms.dimension import Dim, Index, Shift, Slot
from ..terms.extrema import compared_with_largest
from ..terms.interruption import poll
from ..terms.term import (
    Abstraction,
    Apply,
    Bracket,
    Component,
    Constant,
    Delta,
    Derivative,
    Number,
    Operator,
    Position,
    Power,
    Product,
    Size,
    Sum,
    Tensor,
    Term,
)
from ..terms.unknown import ENTRY_FUNCTIONS, is_unknown
from ..terms.walk import is_whole
from .cofactors import COFACTOR, with_cofactors
from .cost import contraction
from .fields import Dual, Duals, Field, NotInField
from .instances import Instance
from .masks import finite_where_masked
from .matrices import cofactors, matrix_function
from .thin import Thin
from .unknown import unknown_value

# entries of one array; `cost.MOST` is what a claim may take
LARGEST = 300_000


class Table:
    """Entries over an ordered tuple of indices, row-major."""

    __slots__ = ("axes", "data")

    def __init__(self, axes: tuple[Index, ...], data: list[Any]):
        self.axes, self.data = axes, data


def entries(term: Term, instance: Instance, axes: Sequence[Index]) -> list[Any]:
    """The entries of `term` over `axes`, which must hold its free indices; it is repeated along the others."""
    evaluator = Evaluator(instance)
    term = with_cofactors(term)
    for tensor in sorted(term.depends, key=lambda t: len(t.depends)):
        if tensor.definition is not None:  # those that others use first, so that nothing recurses through them
            evaluator.array(tensor)
    table = evaluator.table(term)
    return evaluator.spread(table, tuple(axes))


class Evaluator:
    def __init__(self, instance: Instance):
        self.instance, self.field = instance, instance.field
        self.memo: dict[Term, Table] = {}
        self.defined: dict[Tensor, list[Any]] = {}

    def table(self, term: Term) -> Table:
        found = self.memo.get(term)
        if found is None:
            poll()
            found = self.memo[term] = getattr(self, "_" + type(term).__name__.lower())(term)
        return found

    def sizes(self, axes: Sequence[Index]) -> list[int]:
        return [self.instance.size(a.dim) for a in axes]

    def spread(self, table: Table, axes: tuple[Index, ...]) -> list[Any]:
        """The data of a table over more axes, in another order."""
        if table.axes == axes:
            return table.data
        data = table.data
        return [data[k] for k in self._offsets(table.axes, axes)]

    def _offsets(self, own: tuple[Index, ...], axes: tuple[Index, ...]) -> list[int]:
        strides: dict[Index, int] = {}
        step = 1
        for axis in reversed(own):
            strides[axis] = step
            step *= self.instance.size(axis.dim)
        offsets = [0]
        for axis, size in zip(axes, self.sizes(axes), strict=True):
            if len(offsets) * size > LARGEST:
                raise NotInField("too many entries to evaluate")
            stride = strides.get(axis, 0)
            offsets = [o + stride * k for o in offsets for k in range(size)]
        return offsets

    def _axes_of(self, term: Term) -> tuple[Index, ...]:
        return tuple(sorted(term.free, key=lambda i: i.key))

    def _by_cell(self, term: Term, value: Any) -> Table:
        """A table from a function of the free indices' positions (0-based)."""
        axes = self._axes_of(term)
        cells: list[dict[Index, int]] = [{}]
        for axis, size in zip(axes, self.sizes(axes), strict=True):
            if len(cells) * size > LARGEST:
                raise NotInField("too many entries to evaluate")
            cells = [{**c, axis: k} for c in cells for k in range(size)]
        return Table(axes, [value(c) for c in cells])

    def _place(self, slot: Slot, cell: dict[Index, int], dim: Dim | None = None) -> int:
        """The 0-based place that a slot points at, on an axis of that dimension."""
        if isinstance(slot, int):
            return slot - 1 if dim is None else self.instance.met(dim, slot - 1)
        if isinstance(slot, Shift):
            return sum(c * (cell[i] + 1) for i, c in slot.indices) + slot.offset - 1
        return cell[slot]

    def _number(self, term: Number) -> Table:
        return Table((), [self.field.number(term.value)])

    def _size(self, term: Size) -> Table:
        return Table((), [self.field.number(Fraction(self.instance.size(term.dim)))])

    def _constant(self, term: Constant) -> Table:
        return Table((), [self.field.pi()])

    def _delta(self, term: Delta) -> Table:
        one, zero = (self.field.number(Fraction(v)) for v in (1, 0))
        dim = next((s.dim for s in (term.left, term.right) if not isinstance(s, int)), None)

        def value(cell: dict[Index, int]) -> Any:
            return one if self._place(term.left, cell, dim) == self._place(term.right, cell, dim) else zero

        return self._by_cell(term, value)

    def _position(self, term: Position) -> Table:
        return self._by_cell(term, lambda c: self.field.number(Fraction(self._place(term.slot, c) + 1)))

    def _component(self, term: Component) -> Table:
        return self._pick(term, self.array(term.tensor), term.indices, term.tensor.dims)

    def _pick(self, term: Term, data: list[Any], slots: Sequence[Slot], dims: Sequence[Dim]) -> Table:
        shape = [self.instance.size(d) for d in dims]

        def value(cell: dict[Index, int]) -> Any:
            offset = 0
            for slot, size, dim in zip(slots, shape, dims, strict=True):
                place = self._place(slot, cell, dim)
                if not 0 <= place < size:
                    if isinstance(slot, Shift):
                        return self.field.number(Fraction(0))
                    raise NotInField("component out of range")
                offset = offset * size + place
            return data[offset]

        return self._by_cell(term, value)

    def array(self, tensor: Tensor) -> list[Any]:
        """All entries of a tensor, given or defined."""
        found = self.instance.entries.get(tensor)
        if found is None:
            if tensor.definition is None:
                raise NotInField(f"no value for {tensor.name}")
            found = self.defined.get(tensor)
            if found is None:
                found = self.defined[tensor] = self._array_of(tensor.definition)
        return found

    def _array_of(self, function: Abstraction) -> list[Any]:
        # bound indices keep their names: what is shared is met once, however often it is opened
        return self.spread(self.table(function.body), function.params)

    def _elementwise(self, term: Term, children: Sequence[Term], combine: Any) -> Table:
        axes = self._axes_of(term)
        columns = [self.spread(self.table(c), axes) for c in children]
        return Table(axes, [combine(values) for values in zip(*columns, strict=True)])

    def _sum(self, term: Sum) -> Table:
        def total(values: tuple[Any, ...]) -> Any:
            result = values[0]
            for value in values[1:]:
                result = self.field.add(result, value)
            return result

        return self._elementwise(term, term.terms, total)

    def _power(self, term: Power) -> Table:
        if isinstance(term.exponent, Number) and term.exponent.value.denominator == 1:
            n = int(term.exponent.value)
            return self._elementwise(term, [term.base], lambda v: self.field.whole_power(v[0], n))
        if is_whole(term.exponent):
            return self._elementwise(
                term, [term.base, term.exponent], lambda v: self.field.whole_power(v[0], self.field.whole(v[1]))
            )
        return self._elementwise(term, [term.base, term.exponent], lambda v: self.field.power(v[0], v[1]))

    def _apply(self, term: Apply) -> Table:
        return self._elementwise(term, term.arguments, lambda v: self.field.apply(term.function, v))

    def _bracket(self, term: Bracket) -> Table:
        one, zero = (self.field.number(Fraction(v)) for v in (1, 0))
        along = compared_with_largest(term)
        if along is not None:
            return self._is_largest(term, along, one, zero)
        return self._elementwise(
            term, [term.left, term.right], lambda v: one if self.field.compare(term.relation, v[0], v[1]) else zero
        )

    def _is_largest(self, term: Bracket, along: tuple[Index, ...], one: Any, zero: Any) -> Table:
        """1 where an entry of the right side is the largest along some indices, else 0."""
        axes = self._axes_of(term)
        kept = tuple(a for a in axes if a not in along)
        data = self.spread(self.table(term.right), (*kept, *along))
        size = math.prod(self.sizes(along))
        out: list[Any] = []
        for start in range(0, len(data), size):
            block = data[start : start + size]
            largest = _of_entries(self.field, "max", block)
            out += [zero if self.field.compare("<", value, largest) else one for value in block]
        return Table(axes, self.spread(Table((*kept, *along), out), axes))

    def _product(self, term: Product) -> Table:
        tables = [self.table(f) for f in finite_where_masked(term.factors) or term.factors]
        for index in contraction(term):
            touching = [t for t in tables if index in t.axes]
            tables = [t for t in tables if index not in t.axes]
            tables.append(self._total(self._multiply(touching), index))
        result = self._multiply(tables)
        axes = self._axes_of(term)
        return Table(axes, self.spread(result, axes))

    def _multiply(self, tables: list[Table]) -> Table:
        result = tables[0]
        for table in tables[1:]:
            axes = tuple(dict.fromkeys((*result.axes, *table.axes)))
            multiply = self.field.multiply
            pairs = zip(self.spread(result, axes), self.spread(table, axes), strict=True)
            result = Table(axes, [multiply(a, b) for a, b in pairs])
        return result

    def _total(self, table: Table, index: Index) -> Table:
        axes = tuple(a for a in table.axes if a is not index)
        size = self.instance.size(index.dim)
        data = self.spread(table, (*axes, index))
        thin = self.instance.thin(index.dim)
        if thin is not None:
            return Table(axes, self._weighted(data, thin, axes, index.dim))
        out = []
        for start in range(0, len(data), size):
            total = data[start]
            for value in data[start + 1 : start + size]:
                total = self.field.add(total, value)
            out.append(total)
        return Table(axes, out)

    def _weighted(self, data: list[Any], thin: Thin, axes: Sequence[Index], dim: Dim) -> list[Any]:
        """The sums over a thin axis, the last of some: each place as often as it stands for others."""
        taken: list[tuple[int, ...]] = [()]  # for each setting of the axes, where those of that dimension stand
        for axis in axes:
            places = [(k,) if axis.dim is dim else () for k in range(self.instance.size(axis.dim))]
            taken = [(*t, *p) for t in taken for p in places]
        multiply, add = self.field.multiply, self.field.add
        out = []
        for n, others in enumerate(taken):
            total = self.field.number(Fraction(0))
            for place, weight in enumerate(thin.weights(others)):
                if weight:
                    value = data[n * thin.met + place]
                    total = add(total, value if weight == 1 else multiply(self.field.number(Fraction(weight)), value))
            out.append(total)
        return out

    def _operator(self, term: Operator) -> Table:
        free = tuple(sorted({i for a in term.arguments for i in a.free}, key=lambda i: i.key))
        sizes = self.sizes(free)
        arguments = []  # of each: its entries for every setting of the free indices, one block after another
        for argument in term.arguments:
            table = self.table(argument.body)
            arguments.append((self.spread(table, (*free, *argument.params)), math.prod(self.sizes(argument.params))))
        params = term.arguments[0].params
        matrix_axis = self.instance.sizes.get(params[0].dim, self.instance.size(params[0].dim)) if params else 1
        memo: dict[tuple[int, ...], Any] = {}

        def value(cell: dict[Index, int]) -> Any:
            which = 0
            for axis, size in zip(free, sizes, strict=True):
                which = which * size + cell[axis]
            blocks = [data[which * size : (which + 1) * size] for data, size in arguments]
            if is_unknown(term.name):
                places = tuple(self._place(slot, cell) for slot in term.indices)
                key = (which, *places)
                if key not in memo:
                    shape = self.sizes(term.arguments[0].params)
                    memo[key] = unknown_value(self.field, term.name, places, shape, blocks[0])
                return memo[key]
            if term.name in ENTRY_FUNCTIONS:
                if (which,) not in memo:
                    memo[which,] = _of_entries(self.field, term.name, blocks[0])
                return memo[which,]
            taken = [cell[i] for i in free if i.dim is params[0].dim]
            places = tuple(self._place(slot, cell, params[0].dim) for slot in term.indices)
            if term.name == COFACTOR:
                key = (which, *places)
                if key not in memo:
                    if (which,) not in memo:
                        memo[which,] = cofactors(self.field, blocks[0], matrix_axis, taken)
                    memo[key] = memo[which,](places)
                return memo[key]
            if (which,) not in memo:
                memo[which,] = matrix_function(self.field, term.name, blocks, matrix_axis, taken)
            result = memo[which,]
            return result[places[0]][places[1]] if places else result

        return self._by_cell(term, value)

    def _derivative(self, term: Derivative) -> Table:
        """By definition: one entry of the tensor at a time gets a slope of one."""
        tensor = term.tensor
        shape = [self.instance.size(d) for d in tensor.dims]
        base = self.array(tensor)
        axes = tuple(sorted(term.body.free, key=lambda i: i.key))
        columns: list[list[Any]] = []
        zero = self.field.number(Fraction(0))
        directions = _directions(tensor, shape, self.field)
        for direction in directions:
            poll(counted=False)
            duals = Duals(self.field)
            lifted = Instance(duals, self.instance.sizes)
            for other, values in self.instance.entries.items():
                lifted.entries[other] = [Dual(v, zero) for v in values]
            lifted.entries[tensor] = [Dual(v, s) for v, s in zip(base, direction, strict=True)]
            inner = Evaluator(lifted)
            columns.append([d.slope for d in inner.spread(inner.table(term.body), axes)])
        inner_sizes = self.sizes(axes)

        def value(cell: dict[Index, int]) -> Any:
            which = 0
            for slot, size in zip(term.indices, shape, strict=True):
                which = which * size + self._place(slot, cell)
            place = 0
            for axis, size in zip(axes, inner_sizes, strict=True):
                place = place * size + cell[axis]
            return columns[which][place]

        return self._by_cell(term, value)


def _of_entries(field: Field, name: str, data: Sequence[Any]) -> Any:
    """The product of some entries, or the largest of them, with its own slope."""
    if name == "prod":
        return functools.reduce(field.multiply, data)
    return functools.reduce(lambda a, b: b if field.compare("<", a, b) else a, data)


def _directions(tensor: Tensor, shape: Sequence[int], field: Field) -> list[list[Any]]:
    """For each entry the direction in which a structured tensor moves when that entry does."""
    one, zero, half = (field.number(v) for v in (Fraction(1), Fraction(0), Fraction(1, 2)))
    count = 1
    for size in shape:
        count *= size
    out = []
    for k in range(count):
        direction = [zero] * count
        direction[k] = one
        if len(shape) == 2 and shape[0] == shape[1]:
            n = shape[0]
            i, j = divmod(k, n)
            turned = j * n + i
            if "diagonal" in tensor.properties:
                direction[k] = one if i == j else zero
            elif "symmetric" in tensor.properties and i != j:
                direction[k] = direction[turned] = half
            elif "antisymmetric" in tensor.properties:
                direction[k] = zero if i == j else half
                if i != j:
                    direction[turned] = field.multiply(field.number(Fraction(-1)), half)
        out.append(direction)
    return out
