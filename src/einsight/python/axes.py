"""Axes that meet: which are as long as one another, which are broadcast; functions of the entries."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..terms import build
from ..terms.dimension import Dim, Index, fresh_index
from ..terms.term import Tensor, Term
from .choosing import Ways
from .sizes import Sizes
from .values import Array, Axis, Masked, Number, Picked


class Misfit(Exception):
    """Shapes that certainly do not go together, in words."""


class Axes:
    """Arrays side by side, and what is made of them entry by entry.  Raises Misfit.

    with_terms   are terms worked out?
    """

    def __init__(self, sizes: Sizes, with_terms: bool = False):
        self.sizes = sizes
        self.with_terms = with_terms
        self.ways: Ways | None = None  # the answers on the way that is read; None where nothing is asked
        self.label_dims: dict[str, Dim] = {}  # how many labels there are, by the array of labels
        self.selected: dict[
            Dim, tuple[Term, Index]
        ] = {}  # rows where a mask holds: their number, the mask over an index of the whole
        self.drawn = 0  # arrays of random numbers
        self.stretched = 0  # how often arrays of different numbers of axes have met

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
        masked = [a for a in arrays if isinstance(a, Masked)]
        if masked and all(
            a.mask.term is masked[0].mask.term and a.mask.term is not None
            if isinstance(a, Masked)
            else not a.rank and not a.open
            for a in arrays
        ):
            made = self.elementwise(make, *(a.source if isinstance(a, Masked) else a for a in arrays))
            plain = self.elementwise(
                make, *(Array(a.axes, a.open, a.term, a.why) if isinstance(a, Masked) else a for a in arrays)
            )
            return Masked(plain.axes, False, plain.term, masked[0].why, made, masked[0].mask)
        picked = next((a for a in arrays if isinstance(a, Picked)), None)
        if picked is not None and (rows := [self._in_rows(a, picked) for a in arrays]) and None not in rows:
            # of what is picked from each row it is what is picked from the rows' values
            return self.picked(self.elementwise(make, *(r for r in rows if r is not None)), picked.labels)
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

    def _in_rows(self, array: Array, picked: Picked) -> Array | None:
        """What stands beside the rows where an array stands beside what is picked from them; None where that is not known."""
        if isinstance(array, Picked):
            same = array.labels.term is picked.labels.term and array.labels.indices == picked.labels.indices
            return array.rows if array is picked or (same and array.labels.term is not None) else None
        if array.open or array.rank > 1:
            return None
        return Array((array.axes[0], ()), False, array.term, array.why) if array.rank else array

    def picked(self, rows: Array, labels: Array) -> Picked:
        """Of each row the entry at its label; `labels` has their shape."""
        (i,), axis = labels.axes[0], labels.axes[1]
        own = (fresh_index(i.dim),)
        if rows.term is None or labels.term is None or len(rows.axes[1]) != 1 or len(rows.axes[0]) != 1:
            return Picked((own,), False, None, rows.why or "entries at labels", rows, labels)
        names = {rows.axes[0][0]: own[0], rows.axes[1][0]: axis[0]}
        weight = build.substitute(labels.term, {i: own[0]})
        term = build.product([build.substitute(rows.term, dict(names)), weight], axis)
        return Picked((own,), False, term, "", rows, labels)

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
