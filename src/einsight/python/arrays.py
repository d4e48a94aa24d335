"""Operations of arrays: shapes, and terms over the axes where they are asked for."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction

from ..terms import build
from ..terms.dimension import Dim, Index, Tensor, fresh_index
from ..terms.term import Term
from .sizes import Sizes
from .subscripts import ELLIPSIS, Subscripts
from .values import Array, Axis, Number


class Misfit(Exception):
    """Shapes that certainly do not go together, in words."""


class Arrays:
    """What operations make of arrays.  Raises Misfit.

    with_terms   are terms worked out?
    """

    def __init__(self, sizes: Sizes, with_terms: bool = False):
        self.sizes = sizes
        self.with_terms = with_terms
        self.stretched = 0  # how often arrays of different numbers of axes have met
        self.opaque = False  # does a term hold a function that it does not say all about?

    # arrays of given shape

    def axis(self, dim: Dim) -> Axis:
        dim = self.sizes.find(dim)
        return () if dim.value == 1 else (fresh_index(dim),)

    def unknown_axis(self, label: str = "") -> Axis:
        return (fresh_index(self.sizes.fresh(label)),)

    def of(self, dims: Sequence[Dim], open: bool = False, why: str = "") -> Array:
        """An array of which the shape is known."""
        return Array(tuple(map(self.axis, dims)), open, why=why)

    def unknown(self, why: str = "") -> Array:
        return Array(open=True, why=why)

    def named(self, name: str, array: Array) -> tuple[Tensor, Array]:
        """A tensor of the shape of an array, and its components over new axes."""
        axes = tuple(tuple(fresh_index(self.sizes.find(i.dim)) for i in axis) for axis in array.axes)
        tensor = Tensor(name, tuple(i.dim for axis in axes for i in axis))
        term = build.component(tensor, tuple(i for axis in axes for i in axis)) if self.with_terms else None
        return tensor, Array(axes, array.open, term)

    def filled(self, dims: Sequence[Dim], term: Term | None, why: str = "") -> Array:
        found = self.of(dims)
        return Array(found.axes, term=term if self.with_terms else None, why=why)

    def shape_text(self, array: Array) -> str:
        shown = ["…"] * array.open + [self.size_text(a) for a in array.axes]
        return f"({', '.join(shown)}{',' if len(shown) == 1 else ''})"

    def size_text(self, axis: Axis) -> str:
        return self.sizes.text([i.dim for i in axis])

    def number_of(self, axis: Axis) -> int | None:
        """The length of an axis, where it is a number."""
        found = 1
        for index in axis:
            value = self.sizes.find(index.dim).value
            if not isinstance(value, int):
                return None
            found *= value
        return found

    def size_term(self, axis: Axis) -> Term:
        return build.product([build.size(self.sizes.find(i.dim)) for i in axis])

    def _term(self, arrays: Sequence[Array], make: Callable[..., Term]) -> tuple[Term | None, str]:
        """A term made of those of the arrays, or why there is none."""
        if not self.with_terms:
            return None, ""
        lacking = next((a for a in arrays if a.term is None), None)
        if lacking is not None:
            return None, lacking.why
        return make(*(a.term for a in arrays)), ""

    def renamed(self, array: Array, axes: Sequence[Axis]) -> Array:
        """The same over other indices."""
        names = dict(zip(array.indices, (i for a in axes for i in a), strict=True))
        term = build.substitute(array.term, dict(names)) if array.term is not None else None
        return Array(tuple(axes), array.open, term, array.why)

    def fresh(self, array: Array) -> Array:
        """The same over new indices."""
        return self.renamed(array, [tuple(fresh_index(i.dim) for i in axis) for axis in array.axes])

    # axes that meet

    def _factors(self, axis: Axis) -> tuple[Dim, ...]:
        return self.sizes.settled(i.dim for i in axis)

    def same(self, a: Axis, b: Axis, what: str) -> Axis:
        """Two axes that must be as long as one another: the one that says more.  Raises Misfit."""
        x, y = self._factors(a), self._factors(b)
        if len(x) == len(y) == 1:
            if self.sizes.clash(x[0], y[0]):
                raise Misfit(what)
            self.sizes.meet(x[0], y[0])
            return a
        first, second = self.number_of(a), self.number_of(b)
        if first is not None and second is not None and first != second:
            raise Misfit(what)
        for one, other in ((x, y), (y, x)):
            if not one and len(other) == 1 and other[0].inferred:
                self.sizes.join(other[0], Dim(1))
        return a if len(x) >= len(y) else b

    def beside(self, a: Axis, b: Axis, what: Callable[[], str]) -> Axis:
        """Two axes of which one of length 1 is broadcast.  Raises Misfit."""
        x, y = self._factors(a), self._factors(b)
        if not x or not y:
            return b if not x else a
        if len(x) == len(y) == 1:
            first, second = x[0], y[0]
            if first is second:
                return a
            if self.sizes.clash(first, second):
                raise Misfit(what())
            if self.sizes.binding:
                self.sizes.meet(first, second)
                return a
            for axis, dim in ((a, first), (b, second)):
                if isinstance(dim.value, int):
                    return axis
            return self.unknown_axis(self.sizes.label(first if second.inferred else second).strip("?"))
        first_size, second_size = self.number_of(a), self.number_of(b)
        if first_size is not None and second_size is not None and first_size != second_size:
            raise Misfit(what())
        if x == y:
            return a
        return self.unknown_axis()

    def aligned(self, axis: Axis, target: Axis) -> dict[Index, Index] | None:
        """The indices of an axis as those of another of the same length; None where they are cut differently."""
        if len(axis) != len(target):
            return None
        pairs = list(zip(axis, target, strict=True))
        if len(pairs) > 1 and any(self.sizes.find(a.dim) is not self.sizes.find(b.dim) for a, b in pairs):
            return None
        return dict(pairs)

    def over(self, array: Array, axes: Sequence[Axis]) -> Array:
        """Broadcast to axes, which the array goes with, the last to the last."""
        if array.term is None:
            return Array(tuple(axes), array.open, None, array.why)
        names: dict[Index, Index] = {}
        for own, target in zip(reversed(array.axes), reversed(list(axes)), strict=False):
            if not own:
                continue
            pairs = self.aligned(own, target)
            if pairs is None:
                return Array(tuple(axes), array.open, None, "an axis that is cut in two ways")
            names.update(pairs)
        return Array(tuple(axes), array.open, build.substitute(array.term, dict(names)))

    def elementwise(self, make: Callable[..., Term], *arrays: Array) -> Array:
        """A function of the entries, broadcast.  Raises Misfit."""
        if len(arrays) == 1:
            (only,) = arrays
            term, why = self._term(arrays, make)
            return Array(only.axes, only.open, term, why)
        if all(type(a) is Number for a in arrays):
            term, why = self._term(arrays, make)
            return Array((), term=term, why=why)
        axes = self.broadcast(arrays)
        self.stretched += len({a.rank for a in arrays if a.rank}) > 1
        is_open = any(a.open for a in arrays)
        if not self.with_terms:
            return Array(axes, is_open)
        # each over indices of its own, so that `x * x'` of one array does not share them
        parts = [self.over(a, axes) for a in arrays]
        term, why = self._term(parts, make)
        return Array(axes, is_open, term, why)

    def broadcast(self, arrays: Sequence[Array]) -> tuple[Axis, ...]:
        """The axes of arrays side by side, the last beside the last.  Raises Misfit."""
        longest = max(a.rank for a in arrays)
        found: list[Axis] = []
        for place in range(1, longest + 1):
            here: Axis | None = None
            for array in arrays:
                if array.rank >= place:
                    axis = array.axes[-place]
                    here = axis if here is None else self.beside(here, axis, lambda: self._beside_text(arrays))
                elif array.open and here is not None and self.number_of(here) in (None, 1):
                    here = self.unknown_axis()
            if any(a.open and a.rank < place for a in arrays) and (here is None or self.number_of(here) in (None, 1)):
                here = self.unknown_axis()
            assert here is not None
            found.append(here)
        return self.distinct(found[::-1])

    def _beside_text(self, arrays: Sequence[Array]) -> str:
        return f"shapes {' and '.join(map(self.shape_text, arrays))} cannot be broadcast"

    def distinct(self, axes: Sequence[Axis]) -> tuple[Axis, ...]:
        """The axes with new indices where one stands twice."""
        seen: set[Index] = set()
        found = []
        for axis in axes:
            if any(i in seen for i in axis):
                axis = tuple(fresh_index(i.dim) for i in axis)
            seen.update(axis)
            found.append(axis)
        return tuple(found)

    # sums and products

    def matmul(self, a: Array, b: Array) -> Array:
        """`a @ b`.  Raises Misfit."""
        for one in (a, b):
            if not one.open and not one.rank:
                raise Misfit(f"`@` takes no number: the shapes are {self.shape_text(a)} and {self.shape_text(b)}")
        if not a.rank or not b.rank or (a.open and a.rank < 2) or (b.open and b.rank < 2):
            return self.unknown()
        if a is b:
            b = self.fresh(b)
        what = f"`@` of shapes {self.shape_text(a)} and {self.shape_text(b)}: {{}} against {{}}"
        inner = a.axes[-1], b.axes[-2] if b.rank > 1 else b.axes[-1]
        shared = self.same(*inner, what.format(*map(self.size_text, inner)))
        left, right = a.axes[-2:-1] if a.rank > 1 else (), b.axes[-1:] if b.rank > 1 else ()
        stacks = [Array(x.axes[:-2], x.open) for x in (a, b)]
        lead = self.broadcast(stacks) if any(s.axes for s in stacks) else ()
        is_open = a.open or b.open
        if not self.with_terms:
            return Array((*lead, *left, *right), is_open)
        b = self.fresh(b) if set(a.indices) & set(b.indices) else b
        left, right = a.axes[-2:-1] if a.rank > 1 else (), b.axes[-1:] if b.rank > 1 else ()
        summed = tuple(fresh_index(i.dim) for i in shared)
        first = self.over(a, (*lead, *left, summed))
        second = self.over(b, (*lead, summed, *right) if b.rank > 1 else (summed,))
        term, why = self._term([first, second], lambda x, y: build.product([x, y], summed))
        return Array((*lead, *left, *right), is_open, term, why)

    def contract(self, operands: Sequence[Array], subscripts: Subscripts, texts: Sequence[str]) -> Array:
        """`einsum`, in which every library broadcasts an axis of length 1.  Raises Misfit.

        `texts` are what the operands are called in messages.
        """
        axes: dict[str, Axis] = {}
        whose: dict[str, int] = {}
        leads: list[Array] = []
        for number, (operand, letters, text) in enumerate(zip(operands, subscripts.operands, texts, strict=True)):
            own = self._letter_axes(operand, letters, text)
            if own is None:
                leads.append(self.unknown())
                continue
            lead, named = own
            if lead is not None:
                leads.append(lead)
            for letter, axis in named:
                if letter not in axes:
                    axes[letter], whose[letter] = axis, number
                    continue
                here, there, first = self.size_text(axes[letter]), self.size_text(axis), whose[letter]
                told = f"letter `{letter}` is {here} in `{texts[first]}` and {there} in `{text}`"
                if first == number:
                    told = f"letter `{letter}` is {here} and {there} in `{text}`"
                axes[letter] = self.beside(axes[letter], axis, lambda told=told: told)  # type: ignore[misc]
        lead_axes = self.broadcast(leads) if leads else ()
        for letter in (x for part in (*subscripts.operands, subscripts.output) for x in part if x != ELLIPSIS):
            axes.setdefault(letter, self.unknown_axis(letter))
        new = {x: tuple(fresh_index(self.sizes.find(i.dim)) for i in axis) for x, axis in axes.items()}
        front = tuple(tuple(fresh_index(i.dim) for i in axis) for axis in lead_axes)
        is_open = any(a.open for a in leads)
        output = tuple(a for x in subscripts.output for a in (front if x == ELLIPSIS else (new[x],)))
        if not self.with_terms:
            return Array(output, is_open and ELLIPSIS in subscripts.output)
        if is_open:
            return Array(output, ELLIPSIS in subscripts.output, why="an operand of which the shape is not known")
        kept = {i for axis in output for i in axis}
        summed = [i for axis in (*new.values(), *front) for i in axis if i not in kept]
        parts = [
            self._at(operand, letters, new, front) if operand.term is not None else operand
            for operand, letters in zip(operands, subscripts.operands, strict=True)
        ]
        term, why = self._term(parts, lambda *terms: build.product(terms, summed))
        return Array(output, False, term, why)

    def _letter_axes(
        self, operand: Array, letters: Sequence[str], text: str
    ) -> tuple[Array | None, list[tuple[str, Axis]]] | None:
        """What `...` stands for, and the axes with their letters; None where that is not known.  Raises Misfit."""
        named = [x for x in letters if x != ELLIPSIS]
        has_dots = len(named) < len(letters)
        if operand.open and not has_dots and operand.rank <= len(named):
            # as many axes as letters: what is known are the last ones
            operand.axes = (*(self.unknown_axis(x) for x in named[: len(named) - operand.rank]), *operand.axes)
            operand.open = False
            if operand.term is not None:
                operand.term, operand.why = None, "an operand of which the shape is not known"
        if not operand.open and (operand.rank < len(named) or (operand.rank > len(named) and not has_dots)):
            many = f"{operand.rank} ax{'i' if operand.rank == 1 else 'e'}s"
            at_least = "at least " * has_dots
            raise Misfit(f"`{text}` has {many}, and `{_written(letters)}` names {at_least}{len(named)}")
        if operand.open and operand.rank > len(named) and not has_dots:
            raise Misfit(f"`{text}` has at least {operand.rank} axes, and `{_written(letters)}` names {len(named)}")
        at = list(letters).index(ELLIPSIS) if has_dots else len(letters)
        before, behind = letters[:at], letters[at + 1 :]
        if operand.open and (before or operand.rank < len(behind)):
            if operand.rank < len(behind):
                return None
            pairs = list(zip(behind, operand.axes[operand.rank - len(behind) :], strict=True))
            return Array((), True), pairs
        stop = operand.rank - len(behind)
        pairs = [*zip(before, operand.axes[: len(before)], strict=True), *zip(behind, operand.axes[stop:], strict=True)]
        return (Array(operand.axes[len(before) : stop], operand.open) if has_dots else None), pairs

    def _at(self, operand: Array, letters: Sequence[str], new: dict[str, Axis], lead: Sequence[Axis]) -> Array:
        """An operand over the axes of its letters."""
        at = list(letters).index(ELLIPSIS) if ELLIPSIS in letters else len(letters)
        before, behind = letters[:at], letters[at + 1 :]
        stop = operand.rank - len(behind)
        own_lead = operand.axes[len(before) : stop] if ELLIPSIS in letters else ()
        targets = [new[x] for x in before] + list(lead)[len(lead) - len(own_lead) :] + [new[x] for x in behind]
        names: dict[Index, Index] = {}
        for own, target in zip(operand.axes, targets, strict=True):
            pairs = self.aligned(own, target) if own else {}
            if pairs is None:
                return Array(operand.axes, operand.open, None, "an axis that is cut in two ways")
            names.update(pairs)
        assert operand.term is not None
        return Array(operand.axes, operand.open, build.substitute(operand.term, dict(names)))

    def place(self, array: Array, axis: int, what: str = "") -> int:
        """The place of an axis counted from the end, negative.  Raises Misfit; LookupError where that is not known."""
        if not array.open and not array.rank:  # NumPy takes an axis of a number in places
            raise LookupError
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
        return sorted({array.rank + self.place(array, a) for a in axes})

    def reduce(
        self,
        array: Array,
        axes: Sequence[int] | None,
        keep: bool,
        make: Callable[[Term, tuple[Index, ...]], Term] | None,
    ) -> Array:
        """A function along axes, of the term and the indices that go; None where it has no term.  Raises Misfit."""
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

    def total(self, term: Term, indices: tuple[Index, ...]) -> Term:
        return build.product([term], indices)

    def mean(self, term: Term, indices: tuple[Index, ...]) -> Term:
        return build.product([term, build.power(self.size_term(indices), -1)], indices)

    # the same entries in another order

    def permuted(self, array: Array, order: Sequence[int]) -> Array:
        """Raises Misfit; LookupError."""
        places = [self.place(array, k) for k in order]
        if array.open:
            raise LookupError
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
            raise Misfit(f"axis {axis} of shape {self.shape_text(array)} has no place {place}")
        left = (*array.axes[:axis], *array.axes[axis + 1 :])
        if not own:
            return Array(left, array.open, array.term, array.why)
        if len(own) > 1 or (place < 0 and length is None):
            return Array(left, array.open, why="an entry counted from the end")
        slot = place + 1 if place >= 0 else (length or 0) + place + 1
        term, why = self._term([array], lambda t: build.substitute(t, {own[0]: slot}))
        return Array(left, array.open, term, why)


def _product(dims: Sequence[Dim]) -> int | None:
    """The product of sizes, where all of them are numbers."""
    numbers = [d.value for d in dims if isinstance(d.value, int)]
    return math.prod(numbers) if len(numbers) == len(dims) else None


def _written(letters: Sequence[str]) -> str:
    return "".join("..." if x == ELLIPSIS else x if len(x) == 1 else f" {x}" for x in letters).strip()


def half(term: Term) -> Term:
    """The square root."""
    return build.power(term, Fraction(1, 2))
