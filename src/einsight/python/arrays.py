"""Operations of arrays: sums along axes, the same entries in another order, functions of matrices."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction

from ..terms import build
from ..terms.dimension import Dim, Index, fresh_index
from ..terms.term import Term
from .axes import Misfit
from .parts import Parts
from .values import Array, Axis, Masked


class Arrays(Parts):
    """What operations make of arrays.  Raises Misfit."""

    def place(self, array: Array, axis: int, what: str = "") -> int:
        """The place of an axis counted from the end, negative.  Raises Misfit; LookupError where that is not known."""
        if not array.open and not array.rank:  # NumPy takes an axis of a number in places
            raise LookupError
        if array.open:
            array.least = max(array.least, axis + 1, -axis)
        if axis >= 0:
            if array.open:
                raise LookupError
            axis -= array.rank
        if -axis > array.rank or axis >= 0:
            if array.open:
                raise LookupError
            shown = axis + array.rank if axis + array.rank >= 0 else axis
            raise Misfit(f"{what or 'an array'} of shape {self.shape_text(array)} has no axis {shown}")
        return axis

    def places(self, array: Array, axes: Sequence[int] | None) -> list[int]:
        """The axes that are reduced, counted from the front.  Raises Misfit; LookupError."""
        if axes is None:
            if array.open:
                raise LookupError
            return list(range(array.rank))
        if array.open:
            array.least = max(array.least, *(a + 1 for a in axes), *(-a for a in axes))
        return sorted({array.rank + self.place(array, a) for a in axes})

    def reduce(
        self,
        array: Array,
        axes: Sequence[int] | None,
        keep: bool,
        make: Callable[[Term, tuple[Index, ...]], Term] | None,
    ) -> Array:
        """A function along axes, of the term and the indices that go; None where it has no term.  Raises Misfit."""
        if isinstance(array, Masked) and make == self.total and not keep and axes in (None, [0]):
            weighed = self.elementwise(lambda a, b: build.product([a, b]), array.source, self._plain(array.mask))
            return self.reduce(weighed, None, False, make)
        if axes is None and not keep and array.open:
            return Array((), why=array.why or "an array of which the shape is not known")
        try:
            gone = self.places(array, axes)
        except LookupError:
            return self.unknown(array.why)
        left = tuple(() if k in gone else a for k, a in enumerate(array.axes) if keep or k not in gone)
        indices = tuple(i for k in gone for i in array.axes[k])
        if make is None:
            return Array(left, array.open, why="a reduction")
        term, why = self._term([array], lambda t: make(t, indices))
        return Array(left, array.open, term, why)

    def running(self, array: Array, axis: int) -> Array:
        """The sums of an axis up to each of its places.  Raises Misfit; LookupError."""
        place = array.rank + self.place(array, axis)
        own = array.axes[place]
        if array.term is None or not own:
            return Array(array.axes, array.open, array.term, array.why)
        if len(own) > 1:
            return Array(array.axes, array.open, None, "sums along axes that were put together")
        new = fresh_index(own[0].dim)
        until = build.bracket("≤", build.position(own[0]), build.position(new))
        term = build.product([until, array.term], own)
        return Array((*array.axes[:place], (new,), *array.axes[place + 1 :]), array.open, term)

    def turned(self, array: Array, axes: Sequence[int] | None) -> Array:
        """With axes in the reverse order, whose lengths are known.  Raises Misfit; LookupError."""
        for place in self.places(array, axes):
            if array.axes[place]:
                found = self.sliced(array, place, (None, None, -1)) if self.sizes.lengths else None
                array = found or Array(array.axes, array.open, None, "a part of an axis")
        return array

    def _plain(self, array: Array) -> Array:
        return Array(array.axes, array.open, array.term, array.why)

    def total(self, term: Term, indices: tuple[Index, ...]) -> Term:
        return build.product([term], indices)

    def mean(self, term: Term, indices: tuple[Index, ...]) -> Term:
        return build.product([term, build.power(self.size_term(indices), -1)], indices)

    # the same entries in another order

    def permuted(self, array: Array, order: Sequence[int]) -> Array:
        """Raises Misfit; LookupError."""
        if array.open:
            array.least = max(array.least, len(order))
            raise LookupError
        places = [self.place(array, k) for k in order]
        if len(places) != array.rank or len(set(places)) != array.rank:
            raise Misfit(f"an array of shape {self.shape_text(array)} is not permuted by {len(places)} axes")
        return Array(tuple(array.axes[k] for k in places), False, array.term, array.why)

    def swapped(self, array: Array, a: int, b: int) -> Array:
        """Raises Misfit; LookupError."""
        first, second = (array.rank + self.place(array, k) for k in (a, b))
        axes = list(array.axes)
        axes[first], axes[second] = axes[second], axes[first]
        return Array(tuple(axes), array.open, array.term, array.why)

    def reversed(self, array: Array) -> Array:
        """`x.T`."""
        if array.open:
            return Array((), True, None, array.why)
        return Array(array.axes[::-1], False, array.term, array.why)

    def expanded(self, array: Array, axis: int) -> Array:
        """With an axis of length 1 put in.  Raises Misfit; LookupError."""
        if array.open and (axis >= 0 or -axis - 1 > array.rank):
            raise LookupError
        at = axis if axis >= 0 else array.rank + 1 + axis
        if not 0 <= at <= array.rank:
            raise Misfit(f"an array of shape {self.shape_text(array)} has no place {axis} for a new axis")
        return Array((*array.axes[:at], (), *array.axes[at:]), array.open, array.term, array.why)

    def squeezed(self, array: Array, axes: Sequence[int] | None, strict: bool) -> Array:
        """Without axes of length 1.  Raises Misfit; LookupError."""
        if axes is None:
            if array.open or any(axis and self.number_of(axis) is None for axis in array.axes):
                raise LookupError
            gone = [k for k, axis in enumerate(array.axes) if self.number_of(axis) == 1]
        else:
            gone = self.places(array, axes)
        for k in gone:
            length = self.number_of(array.axes[k])
            if length is None:
                raise LookupError
            if length != 1 and strict:
                raise Misfit(f"axis {k} of shape {self.shape_text(array)} is {length} long and cannot be squeezed")
        kept = tuple(a for k, a in enumerate(array.axes) if k not in gone or self.number_of(a) != 1)
        return Array(kept, array.open, array.term, array.why)

    def reshaped(self, array: Array, wanted: Sequence[Sequence[Dim] | None]) -> Array:
        """In another shape; None is what is left, as -1 says.  Raises Misfit."""
        total = [self.sizes.find(i.dim) for i in array.indices]
        known = [d for w in wanted if w is not None for d in self.sizes.settled(w)]
        whole = None if array.open else self.number_of(array.indices)
        product = _product(known)
        if whole is not None and product is not None:
            fits = whole == product if None not in wanted else product > 0 and whole % product == 0
            if not fits:
                shown = ", ".join("-1" if w is None else self.sizes.text(w) for w in wanted)
                raise Misfit(f"{whole} entries, of shape {self.shape_text(array)}, do not go into ({shown})")
        if self.sizes.lengths and not array.open and (found := self._in_lengths(array, wanted)) is not None:
            return found
        dims: list[tuple[Dim, ...]] = []
        for w in wanted:
            if w is not None:
                dims.append(self.sizes.settled(w))
                continue
            if array.open:
                dims.append((self.sizes.fresh(),))
            elif whole is not None and product:
                dims.append((Dim(whole // product),) if whole != product else ())
            else:
                rest = list(total)
                for d in known:
                    if d in rest:
                        rest.remove(d)
                    else:
                        rest = [self.sizes.fresh()]
                        break
                dims.append(tuple(rest))
        return self._regrouped(array, dims)

    def _in_lengths(self, array: Array, wanted: Sequence[Sequence[Dim] | None]) -> Array | None:
        """In a shape of lengths that are chosen; None where they are not known.  Raises Misfit."""
        lengths: list[int | None] = []
        for w in wanted:
            known = None if w is None else _product([self.sizes.find(d) for d in w])
            if w is not None and known is None:
                return None
            lengths.append(known)
        if None not in lengths and array.rank == 1 and len(array.axes[0]) == 1:
            self.sizes.meet(array.axes[0][0].dim, Dim(math.prod(n or 1 for n in lengths)))
        total = self.length(array.indices)
        whole = math.prod(n for n in lengths if n is not None)
        if total is None or total % whole or (None not in lengths and total != whole):
            raise Misfit(f"{total} entries do not go into another shape")
        return self.cut(array, [total // whole if n is None else n for n in lengths])

    def _regrouped(self, array: Array, dims: Sequence[tuple[Dim, ...]]) -> Array:
        """Over axes of those sizes, the indices put together where that is possible."""
        flat = list(array.indices)
        groups: list[Axis] = []
        for want in dims:
            group = tuple(flat[: len(want)])
            if [self.sizes.find(i.dim) for i in group] != list(want):
                axes = tuple(tuple(fresh_index(d) for d in w) for w in dims)
                return Array(axes, why="a `reshape` that cuts an axis")
            groups.append(group)
            flat = flat[len(want) :]
        if flat or array.open:
            return Array(tuple(tuple(fresh_index(d) for d in w) for w in dims), why="a `reshape`")
        return Array(tuple(groups), False, array.term, array.why)

    def stacked(self, arrays: Sequence[Array], axis: int) -> Array:
        """Beside one another along a new axis.  Raises Misfit; LookupError."""
        if any(a.open for a in arrays):
            raise LookupError
        if len({a.rank for a in arrays}) > 1:
            raise Misfit(f"arrays of shapes {' and '.join(map(self.shape_text, arrays))} are not stacked")
        axes = arrays[0].axes
        for other in arrays[1:]:
            text = f"arrays of shapes {self.shape_text(arrays[0])} and {self.shape_text(other)} are not stacked"
            axes = tuple(self.same(a, b, text) for a, b in zip(axes, other.axes, strict=True))
        at = axis if axis >= 0 else len(axes) + 1 + axis
        if not 0 <= at <= len(axes):
            raise LookupError
        new = self.axis(Dim(len(arrays)))
        parts = [self.over(a, axes) for a in arrays]

        def make(*terms: Term) -> Term:
            if not new:
                return terms[0]
            return build.add(*(build.product([build.delta(new[0], k + 1), t]) for k, t in enumerate(terms)))

        term, why = self._term(parts, make)
        return Array((*axes[:at], new, *axes[at:]), False, term, why)

    # matrices

    def square(self, array: Array, what: str) -> tuple[Axis, Axis] | None:
        """The last two axes of what must be square; None where it has fewer that are known.  Raises Misfit."""
        if array.rank < 2:
            if array.open:
                return None
            if not array.rank:  # some take a number for a matrix
                raise LookupError
            raise Misfit(f"`{what}` takes a square matrix, and this has shape {self.shape_text(array)}")
        rows, columns = array.axes[-2:]
        text = f"`{what}` takes a square matrix, and this has shape {self.shape_text(array)}"
        self.same(rows, columns, text)
        return rows, columns

    def inverse(self, array: Array) -> Array:
        """Raises Misfit."""
        found = self.square(array, "inv")
        if found is None:
            return self.unknown()
        rows, columns = found
        if len(rows) != 1 or len(columns) != 1:
            return Array(array.axes, array.open, why="an inverse")
        ends = fresh_index(rows[0].dim), fresh_index(columns[0].dim)
        term, why = self._term(
            [array], lambda t: build.operator("inv", [build.abstraction((rows[0], columns[0]), t)], ends)
        )
        return Array((*array.axes[:-2], ends[:1], ends[1:]), array.open, term, why)

    def scalar_of_matrix(self, array: Array, name: str) -> Array:
        """`det`, `logdet`.  Raises Misfit."""
        found = self.square(array, name)
        if found is None:
            return self.unknown()
        rows, columns = found
        if len(rows) != 1 or len(columns) != 1:
            return Array(array.axes[:-2], array.open, why=f"a {name}")
        params = rows[0], columns[0]
        term, why = self._term([array], lambda t: build.operator(name, [build.abstraction(params, t)]))
        return Array(array.axes[:-2], array.open, term, why)

    def diagonal(self, array: Array) -> Array:
        """The diagonal of a matrix, or the matrix of a vector, as NumPy's `diag`.  Raises LookupError."""
        if array.open or array.rank not in (1, 2):
            raise LookupError
        if array.rank == 1:
            own = array.axes[0]
            other = tuple(fresh_index(i.dim) for i in own)
            term, why = self._term([array], lambda t: build.product([t, *map(build.delta, own, other)]))
            return Array((own, other), False, term, why)
        rows, columns = array.axes
        a, b = self._factors(rows), self._factors(columns)
        if a != b or len(a) != 1:
            return Array((self.unknown_axis(),), why="the diagonal of a matrix that may not be square")
        new = fresh_index(rows[0].dim)
        term, why = self._term([array], lambda t: build.substitute(t, {rows[0]: new, columns[0]: new}))
        return Array(((new,),), False, term, why)

    def trace(self, array: Array) -> Array:
        """Raises LookupError."""
        if array.open or array.rank != 2:
            raise LookupError
        found = self.diagonal(array)
        return self.reduce(found, None, False, self.total)

    def identity(self, dim: Dim) -> Array:
        first = self.axis(dim)
        second = tuple(fresh_index(i.dim) for i in first)
        term = build.product(list(map(build.delta, first, second))) if self.with_terms else None
        return Array((first, second), term=term)

    def component(self, array: Array, axis: int, place: int) -> Array:
        """`x[…, place, …]` at an axis counted from the front.  Raises Misfit."""
        own = array.axes[axis]
        length = self.number_of(own)
        if length is not None and not -length <= place < length:
            self.sizes.note(length, place + 1)
            raise Misfit(f"axis {axis} of shape {self.shape_text(array)} has no place {place}")
        left = (*array.axes[:axis], *array.axes[axis + 1 :])
        if not own:
            return Array(left, array.open, array.term, array.why)
        if length is None and len(own) == 1 and place >= 0:
            self.sizes.at_least(own[0].dim, place + 1)
        elif length is None and place < 0:
            length = self.length(own)
        if len(own) > 1 or (place < 0 and length is None):
            return Array(left, array.open, why="an entry counted from the end")
        slot = place + 1 if place >= 0 else (length or 0) + place + 1
        term, why = self._term([array], lambda t: build.substitute(t, {own[0]: slot}))
        return Array(left, array.open, term, why)


def _product(dims: Sequence[Dim]) -> int | None:
    """The product of sizes, where all of them are numbers."""
    numbers = [d.value for d in dims if isinstance(d.value, int)]
    return math.prod(numbers) if len(numbers) == len(dims) else None


def half(term: Term) -> Term:
    """The square root."""
    return build.power(term, Fraction(1, 2))
