"""A term's entries at an instance: the definition that every rule is held to.

Plain Python over any field, for the small sizes that checking needs; `targets` writes fast code.
"""

from __future__ import annotations

import functools
import math
import random
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from ..terms.dimension import Dim, Index, Shift, Slot
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
from ..terms.unknown import is_unknown, split_unknown
from ..terms.walk import is_whole
from .cofactors import COFACTOR, with_cofactors
from .cost import contraction
from .fields import Dual, Duals, Field, NotInField, NoValueHere
from .instances import Instance, inverted
from .thin import Factors, NotAlike, Thin, of_matrix

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
        return self._elementwise(
            term, [term.left, term.right], lambda v: one if self.field.compare(term.relation, v[0], v[1]) else zero
        )

    def _product(self, term: Product) -> Table:
        tables = [self.table(f) for f in term.factors]
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
            taken = [cell[i] for i in free if i.dim is params[0].dim]
            places = tuple(self._place(slot, cell, params[0].dim) for slot in term.indices)
            if term.name == COFACTOR:
                key = (which, *places)
                if key not in memo:
                    if (which,) not in memo:
                        memo[which,] = _cofactors(self.field, blocks[0], matrix_axis, taken)
                    memo[key] = memo[which,](places)
                return memo[key]
            if (which,) not in memo:
                memo[which,] = _matrix_function(self.field, term.name, blocks, matrix_axis, taken)
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


def _matrix_function(field: Field, name: str, blocks: list[list[Any]], axis: int | Thin, taken: Sequence[int]) -> Any:
    """A function of a square matrix over an axis, given row by row: rows, or a number."""
    data = blocks[0]
    n = math.isqrt(len(data))
    matrix = [data[r * n : r * n + n] for r in range(n)]
    if name == "power":
        return _whole_power(field, matrix, field.whole(blocks[1][0]), axis, taken)
    inverse, factors = inverted(field, matrix, axis, taken, need_inverse=name == "inv")
    if name == "inv":
        return inverse
    return _log_of(field, factors) if name == "logdet" else _multiplied(field, factors)


def _multiplied(field: Field, factors: Factors) -> Any:
    return functools.reduce(field.multiply, (field.whole_power(value, times) for value, times in factors))


def _log_of(field: Field, factors: Factors) -> Any:
    """The logarithm of a product, whose value may be beyond the range of the field."""
    if field.exact or len(factors) == 1:
        return field.apply("log", (_multiplied(field, factors),))
    if sum(times for value, times in factors if value < 0) % 2:
        raise NoValueHere("the logarithm of a negative number")
    logs = (field.multiply(field.number(Fraction(n)), field.apply("log", (abs(value),))) for value, n in factors)
    return functools.reduce(field.add, logs)


def _cofactors(field: Field, data: list[Any], axis: int | Thin, taken: Sequence[int]) -> Callable[[Sequence[int]], Any]:
    """The cofactors of a matrix, for the pairs `a, b` of some places: its determinant, once the row `b` of each is the unit row of `a`.

    By minors of the inverse (Jacobi) where numbers are exact and it has one, and on a thin axis, where no single row is replaced.
    Raises NotAlike where it has none there.
    """
    n = math.isqrt(len(data))
    matrix = [data[r * n : r * n + n] for r in range(n)]
    known = None
    if field.exact or isinstance(axis, Thin):
        try:
            known = inverted(field, matrix, axis, taken)
        except NoValueHere:
            if isinstance(axis, Thin):
                raise NotAlike("a cofactor of a singular matrix") from None

    def at(places: Sequence[int]) -> Any:
        units = dict(zip(places[1::2], places[::2], strict=True))
        if len(units) < len(places) // 2:
            return field.number(Fraction(0))
        if known is not None:
            minor = [[known[0][a][b] for b in units] for a in units.values()]
            return field.multiply(_multiplied(field, known[1]), solve_inverse(field, minor, need_inverse=False)[1])
        rows = list(matrix)
        for b, a in units.items():
            rows[b] = [field.number(Fraction(int(a == k))) for k in range(n)]
        return solve_inverse(field, rows, need_inverse=False)[1]

    return at


def _whole_power(
    field: Field, matrix: list[list[Any]], count: int, axis: int | Thin, taken: Sequence[int]
) -> list[list[Any]]:
    """By repeated squaring."""
    if count < 0:
        matrix, count = inverted(field, matrix, axis, taken)[0], -count
    if isinstance(axis, Thin):
        return of_matrix(field, axis, matrix, taken, lambda rows: (_whole_power(field, rows, count, 0, ()), []), count)[
            0
        ]
    size = range(len(matrix))
    result = [[field.number(Fraction(int(i == j))) for j in size] for i in size]
    while count:
        if count & 1:
            result = _matrix_product(field, result, matrix)
        count >>= 1
        if count:
            matrix = _matrix_product(field, matrix, matrix)
    return result


def _matrix_product(field: Field, left: list[list[Any]], right: list[list[Any]]) -> list[list[Any]]:
    poll(counted=False)
    columns = list(zip(*right, strict=True))
    return [[functools.reduce(field.add, map(field.multiply, row, column)) for column in columns] for row in left]


def unknown_value(field: Field, name: str, places: tuple[int, ...], shape: Sequence[int], data: list[Any]) -> Any:
    """An entry of an unknown function of an array, or of its derivative: smooth, and fixed by its name.

    Each entry of the value is a sum of sines of random linear forms, more of them than the argument has
    entries, so that derivatives satisfy no equation but their symmetry.
    """
    function, order = split_unknown(name)
    rank = len(shape)
    first = len(places) - order * rank
    output, by = places[:first], []
    for k in range(order):
        where = 0
        for place, size in zip(places[first + k * rank :], shape, strict=False):
            where = where * size + place
        by.append(where)
    return _unknown_entry(field, f"{function} {output}", tuple(sorted(by)), data)


def _unknown_entry(field: Field, seed: str, by: tuple[int, ...], data: list[Any]) -> Any:
    if isinstance(field, Duals):
        inner = field.inner
        value = _unknown_entry(inner, seed, by, [d.value for d in data])
        slope = field.zero
        for k, entry in enumerate(data):
            if entry.slope != field.zero:
                along = _unknown_entry(inner, seed, tuple(sorted((*by, k))), [d.value for d in data])
                slope = inner.add(slope, inner.multiply(along, entry.slope))
        return Dual(value, slope)
    total = field.number(Fraction(0))
    quarter = field.multiply(field.pi(), field.number(Fraction(len(by), 2)))
    for wave in range(len(data) + 2):
        weights = _weights(seed, wave, len(data))
        phase = field.add(field.number(weights[0]), quarter)
        for weight, entry in zip(weights[2:], data, strict=True):
            phase = field.add(phase, field.multiply(field.number(weight), entry))
        amplitude = weights[1] * math.prod(weights[2 + k] for k in by)
        total = field.add(total, field.multiply(field.number(Fraction(amplitude)), field.apply("sin", (phase,))))
    return total


@functools.lru_cache(maxsize=4096)
def _weights(seed: str, wave: int, count: int) -> tuple[Fraction, ...]:
    """Phase, amplitude and the coefficients of a linear form."""
    generator = random.Random(f"{seed} {wave}")
    return tuple(Fraction(generator.choice((-1, 1)) * generator.randint(8, 31), 16) for _ in range(count + 2))


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


def solve_inverse(field: Field, matrix: list[list[Any]], need_inverse: bool = True) -> tuple[list[list[Any]], Any]:
    """Inverse and determinant by Gauss-Jordan elimination over a field.  Raises NoValueHere where an inverse is needed and none."""
    n = len(matrix)
    one, zero, minus = (field.number(Fraction(v)) for v in (1, 0, -1))
    rows = [list(r) + [one if i == j else zero for j in range(n)] for i, r in enumerate(matrix)]
    det = one

    def size(value: Any) -> float:
        while isinstance(value, Dual):
            value = value.value
        return abs(value) if not field.exact else float(value != 0)

    for column in range(n):
        poll(counted=False)
        pivot = max(range(column, n), key=lambda r: size(rows[r][column]))
        if size(rows[pivot][column]) < (0.5 if field.exact else 1e-6):
            if need_inverse:
                raise NoValueHere("singular matrix")
            return [], _determinant(field, matrix)  # 0, but with a slope it may have
        if pivot != column:
            rows[pivot], rows[column] = rows[column], rows[pivot]
            det = field.multiply(det, minus)
        det = field.multiply(det, rows[column][column])
        inverse = field.inverse(rows[column][column])
        rows[column] = [field.multiply(inverse, v) for v in rows[column]]
        for r in range(n):
            if r != column:
                factor = field.multiply(minus, rows[r][column])
                rows[r] = [field.add(a, field.multiply(factor, b)) for a, b in zip(rows[r], rows[column], strict=True)]
    return [r[n:] for r in rows], det


def _determinant(field: Field, matrix: list[list[Any]]) -> Any:
    """Without any division by an entry (Faddeev and LeVerrier)."""
    n = len(matrix)
    size = range(n)
    zero = field.number(Fraction(0))
    inner = [[field.number(Fraction(int(i == j))) for j in size] for i in size]
    last = zero
    for k in range(1, n + 1):
        inner = [
            [functools.reduce(field.add, (field.multiply(row[m], inner[m][j]) for m in size)) for j in size]
            for row in matrix
        ]
        trace = functools.reduce(field.add, (inner[i][i] for i in size))
        last = field.multiply(field.number(Fraction(-1, k)), trace)
        for i in size:
            inner[i][i] = field.add(inner[i][i], last)
    return last if n % 2 == 0 else field.multiply(field.number(Fraction(-1)), last)
