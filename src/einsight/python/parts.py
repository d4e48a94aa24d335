"""Parts of axes: slices, entries that are written one by one, arrays that are put behind one another, axes that are cut.

All of it is written with places that are moved, `x_(i+1)`.  What is put at a place of an array is a sum over the part with a δ between
both places, so that nothing is asked for outside of the part.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

from ..terms import build
from ..terms.dimension import Dim, Index, Shift, Slot, fresh_index
from ..terms.term import Component, Term
from .axes import Misfit
from .labels import Labels
from .values import Array, Axis, Cells, Number, Value, Whole


class Parts(Labels):
    """What is a part of something, and what has parts.  Raises Misfit."""

    def length(self, axis: Axis) -> int | None:
        """The length of an axis as a number; one is chosen where lengths are."""
        numbers = [self.sizes.number(i.dim) for i in axis]
        known = [n for n in numbers if n is not None]
        return math.prod(known) if len(known) == len(numbers) else None

    def part_of(self, axis: Axis, bounds: Sequence[int | None]) -> tuple[Axis, Slot] | None:
        """The axis of a slice, and the place on the whole axis of each of its places; None where that is not known."""
        if len(axis) != 1 or bounds[2] == 0:
            return None
        (own,) = axis
        start, stop, step = bounds[0], bounds[1], bounds[2] or 1
        length = self.number_of(axis)
        if length is None and step == 1 and (start or 0) >= 0:
            first = start or 0
            if stop is None or stop < 0:
                new = fresh_index(self.sizes.part(own.dim, first - (stop or 0)))
                return (new,), Shift(((new, 1),), first, own.dim)
            self.sizes.at_least(own.dim, stop)
            return self._places(own, range(first, stop))
        length = self.length(axis)
        return None if length is None else self._places(own, range(*slice(start, stop, step).indices(length)))

    def _places(self, own: Index, places: range) -> tuple[Axis, Slot] | None:
        if not places:
            return None
        if len(places) == 1:
            return (), places[0] + 1
        new = fresh_index(Dim(len(places)))
        return (new,), Shift(((new, places.step),), places.start + 1 - places.step, own.dim)

    def sliced(self, array: Array, place: int, bounds: Sequence[int | None]) -> Array | None:
        """`x[a:b]` at an axis; None where its length is not known."""
        found = self.part_of(array.axes[place], bounds)
        if found is None:
            return None
        axis, slot = found
        (own,) = array.axes[place]
        term = build.substitute(array.term, {own: slot}) if array.term is not None else None
        return Array((*array.axes[:place], axis, *array.axes[place + 1 :]), array.open, term, array.why)

    # what is written

    def placed(self, holder: Array, items: Sequence[Value], value: Array) -> bool:
        """Write a value at places of an array; False where that is not read.  Raises Misfit."""
        if holder.open or any(len(a) > 1 for a in holder.axes):
            return False
        factors: list[Term] = []
        bound: list[Index] = []
        region: list[Axis] = []
        key: list[int | None] = []
        for axis, item in itertools.zip_longest(holder.axes, items, fillvalue=Whole(True)):
            if not isinstance(axis, tuple):
                return False
            if isinstance(item, Whole) and item.all:
                region.append(axis)
                key.append(None)
                continue
            slot = self._slot(axis, item, region)
            if slot is None:
                return False
            if isinstance(slot, Shift):
                bound += [i for i, _ in slot.indices]
            key.append(slot if isinstance(slot, int) else -1)
            if axis:
                factors.append(slot if isinstance(slot, Term) else build.delta(axis[0], slot))
        if value.rank > len(region):
            raise Misfit(f"{self.shape_text(value)} is written into {self.shape_text(Array(tuple(region)))}")
        self.broadcast([Array(tuple(region)), value])
        if not self.with_terms:
            return True
        moved = self.over(value, region)
        if moved.term is None or holder.term is None:
            return False
        if -1 not in key and len(key) == holder.rank:
            self._at_cell(holder, tuple(key), moved.term)
            return True
        mask = build.product(factors, bound)
        kept = build.product([holder.term, build.subtract(build.ONE, mask)])
        holder.cells = None
        holder.term = build.add(kept, build.product([*factors, moved.term], bound))
        return True

    def _slot(self, axis: Axis, item: Value, region: list[Axis]) -> Slot | Term | None:
        """Where along an axis something stands: a place, the places of a part, or a label, which is 1 there; None where it is not known."""
        if isinstance(item, Number) and item.value is not None and item.value.denominator == 1:
            place = int(item.value)
            length = self.length(axis) if place < 0 else self.number_of(axis)
            if place < 0 and length is None:
                return None
            if length is not None and not -length <= place < length:
                self.sizes.note(length, place + 1)
                raise Misfit(f"an axis of {length} has no place {place}")
            return place + 1 if place >= 0 else (length or 0) + place + 1
        if isinstance(item, Whole) and item.bounds is not None:
            found = self.part_of(axis, item.bounds)
            if found is None:
                return None
            region.append(found[0])
            return found[1]
        if (self.is_label(item) or self.is_one_place(item)) and axis:
            assert isinstance(item, Array)
            return self.row_of(item, axis[0]) if self.with_terms else build.ONE
        return None

    def _at_cell(self, holder: Array, key: tuple[int | None, ...], term: Term) -> None:
        """Write where numbers say it, which is what it is from then on at that place."""
        cells = holder.cells
        if cells is None or [k is None for k in next(iter(cells.at))] != [k is None for k in key]:
            assert holder.term is not None
            cells = Cells(holder.term)
        holder.cells = cells = Cells(cells.base, {**cells.at, key: term})
        count = math.prod(self.number_of(a) or 0 for a, k in zip(holder.axes, key, strict=True) if k is not None)
        where = {
            k: build.product([build.delta(a[0], n) for a, n in zip(holder.axes, k, strict=True) if n is not None and a])
            for k in cells.at
        }
        written = [build.product([where[k], t]) for k, t in cells.at.items()]
        if count != len(written):
            rest = build.subtract(build.ONE, build.add(*where.values()))
            written.append(build.product([cells.base, rest]))
        holder.term = build.add(*written)

    def cell(self, array: Array, items: Sequence[Value]) -> Term | None:
        """What was written at places that numbers say; None where nothing was."""
        if array.cells is None or len(items) > array.rank:
            return None
        key: list[int | None] = []
        for axis, item in itertools.zip_longest(array.axes, items, fillvalue=Whole(True)):
            if isinstance(item, Whole) and item.all:
                key.append(None)
                continue
            slot = self._slot(axis, item, []) if isinstance(item, Number) and isinstance(axis, tuple) else None
            if not isinstance(slot, int):
                return None
            key.append(slot)
        return array.cells.at.get(tuple(key))

    def on_diagonal(self, holder: Array, value: Array) -> bool:
        """Write a value on the diagonal of a matrix; False where that is not read.  Raises Misfit."""
        if holder.open or holder.rank != 2 or any(len(a) != 1 for a in holder.axes) or value.rank > 1:
            return False
        (row,), (column,) = holder.axes
        if not self.sizes.meet(row.dim, column.dim):
            raise Misfit(f"{self.shape_text(holder)} is not square")
        if not self.with_terms:
            return True
        moved = self.over(value, [(row,)])
        if holder.term is None or moved.term is None:
            return False
        diagonal = build.delta(row, column)
        holder.cells = None
        kept = build.product([holder.term, build.subtract(build.ONE, diagonal)])
        holder.term = build.add(kept, build.product([diagonal, moved.term]))
        return True

    def joined(self, array: Array) -> Array:
        """With one index along each axis, where axes are put together of several of known lengths."""
        axes, term = list(array.axes), array.term
        for place, axis in enumerate(axes):
            lengths = [self.number_of((i,)) for i in axis]
            if len(axis) < 2 or None in lengths:
                continue
            (new,) = axes[place] = self.axis(Dim(math.prod(n or 1 for n in lengths)))
            slot = _place([(i,) for i in axis], [n or 1 for n in lengths], new.dim)
            term = None if term is None else build.product([build.delta(new, slot), term], axis)
        return Array(tuple(axes), array.open, term, array.why)

    def divided(self, array: Array, place: int, lengths: Sequence[int]) -> Array:
        """With an axis cut into several, the first slowest."""
        (own,) = array.axes[place]
        parts = tuple(fresh_index(Dim(n)) for n in lengths)
        slot = _place([(i,) for i in parts], lengths, own.dim)
        term = None if array.term is None else build.substitute(array.term, {own: slot})
        return Array((*array.axes[:place], parts, *array.axes[place + 1 :]), array.open, term, array.why)

    # labels

    def is_label(self, value: Value) -> bool:
        """Is it one number that is given, and so may be a label?"""
        if not isinstance(value, Array) or isinstance(value, Number) or value.open or value.rank:
            return False
        if value.term is None:
            return not self.with_terms
        return isinstance(value.term, Component) and len(value.term.indices) == 1

    def at_label(self, array: Array, place: int, label: Array) -> Array:
        """The entries at the place of a label along an axis."""
        own = array.axes[place]
        left = (*array.axes[:place], *array.axes[place + 1 :])
        if len(own) != 1 or array.term is None or label.term is None:
            return Array(left, array.open, None, array.why or "entries at labels")
        return Array(left, array.open, build.product([array.term, self.row_of(label, own[0])], own))

    # arrays behind one another

    def behind(self, parts: Sequence[Array], axis: int) -> tuple[Axis, Term | None]:
        """The axis that the axes of several arrays make behind one another, and what stands there."""
        lengths = [self.number_of(p.axes[axis]) for p in parts]
        unknown = [k for k, n in enumerate(lengths) if n is None]
        total = sum(n for n in lengths if n is not None)
        if len(unknown) == 1 and self.sizes.lengths:
            (own,) = parts[unknown[0]].axes[axis]
            return self.axis(self.sizes.whole(own.dim, total)), None
        if unknown:
            return self.unknown_axis(), None
        new = self.axis(Dim(total))
        if not self.with_terms or any(p.term is None or len(p.axes[axis]) > 1 for p in parts) or not new:
            return new, None
        terms, offset = [], 0
        for part, length in zip(parts, lengths, strict=True):
            own_axis = part.axes[axis]
            slot: Slot = Shift(((own_axis[0], 1),), offset, new[0].dim) if own_axis else offset + 1
            assert part.term is not None
            terms.append(build.product([build.delta(new[0], slot), part.term], own_axis))
            offset += length or 0
        return new, build.add(*terms)

    # axes that are cut, and put together

    def cut(self, array: Array, lengths: Sequence[int]) -> Array | None:
        """Entries in their order in another shape of known lengths; None where those of the array are not known."""
        own = [self.number_of(a) for a in array.axes]
        if None in own or any(len(a) > 1 for a in array.axes):
            return None
        axes = tuple(self.axis(Dim(n)) if n > 1 else () for n in lengths)
        if array.term is None:
            return Array(axes, why=array.why)
        if len(own) == 1 or sum(n != 1 for n in own) <= 1:
            whole = next((a[0] for a in array.axes if a), None)
            if whole is None:
                return Array(axes, term=array.term)
            return Array(axes, term=build.substitute(array.term, {whole: _place(axes, lengths, whole.dim)}))
        if sum(n != 1 for n in lengths) == 1:
            target = next(a[0] for a in axes if a)
            slot = _place(array.axes, [n or 1 for n in own], target.dim)
            bound = [i for a in array.axes for i in a]
            return Array(axes, term=build.product([build.delta(target, slot), array.term], bound))
        flat = self.cut(array, [math.prod(n or 1 for n in own)])
        return None if flat is None else self.cut(flat, lengths)


def _place(axes: Sequence[Axis], lengths: Sequence[int], whole: Dim) -> Slot:
    """The place that entries of a shape have in their order, the last axis fastest."""
    parts: list[tuple[Index, int]] = []
    step, offset = 1, 1
    for axis, length in zip(reversed(axes), reversed(list(lengths)), strict=True):
        if axis:
            parts.append((axis[0], step))
            offset -= step
        step *= length
    return Shift(tuple(parts), offset, whole) if parts else 1
