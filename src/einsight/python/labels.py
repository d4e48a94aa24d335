"""Entries at labels, `scores[arange(n), y]`, which of each row is the one that its label says; entries where a mask holds.

A label is read as a row that is 1 at its place and 0 elsewhere.  A function of what is picked is what is picked from the
values of the function, which is how such a row is told from any other whose entries add up to 1.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..terms import build
from ..terms.dimension import Dim, Index, Slot, fresh_index
from ..terms.term import Bracket, Component, Product, Sum, Tensor, Term
from ..terms.term import Number as NumberTerm
from .axes import Misfit
from .products import Products
from .values import Array, Axis, Mask, Masked, Number, Picked, Range, Value, Whole

# the property of a tensor whose rows are 1 at one place and 0 elsewhere, and how it is called behind the name of the labels
LABELS, ROWS = "labels", "·rows"


class Labels(Products):
    """Entries at labels.  Raises Misfit."""

    def labelled(self, base: Array, items: Sequence[Value]) -> Picked | None:
        """`base[arange(n), y]`; None where it is anything else.  Raises Misfit."""
        if base.open or base.rank != 2 or len(items) != 2 or not all(len(a) == 1 for a in base.axes):
            return None
        places, label = items
        if (
            not isinstance(places, Range)
            or not isinstance(label, Array)
            or isinstance(label, (Number, Range))
            or label.open
        ):
            return None
        if label.rank != 1:
            if self.sizes.binding:  # labels have one axis
                raise Misfit("labels of another number of axes")
            return None
        (row,), _ = base.axes
        for other in (places.axes[0], label.axes[0]):
            if len(other) != 1:
                return None
            a, b = self.sizes.find(row.dim), self.sizes.find(other[0].dim)
            if a is not b and not (self.sizes.binding and self.sizes.meet(a, b)):
                return None
        return self.picked(Array(base.axes, False, base.term, base.why), self._rows_of(base, label))

    def _rows_of(self, base: Array, label: Array) -> Array:
        """A row for each label, over the axes of an array."""
        axes = base.axes
        if label.term is None or not is_of_label(label.term):
            return Array(axes, False, None, label.why or "labels that are computed")
        moved = build.substitute(label.term, {label.axes[0][0]: axes[0][0]})
        return Array(axes, False, self.row_of(Array((axes[0],), term=moved), axes[1][0]))

    def row_of(self, label: Array, place: Slot) -> Term:
        """1 at the place that a label says: an entry of an array of labels, or a number that is computed of some."""
        term = label.term
        assert term is not None
        further = _further(term)
        if further is None:
            return build.bracket("=", build.position(place), build.add(term, build.ONE))
        term, more = further
        tensor = term.tensor if not more else Tensor(f"{term.tensor.name}{more:+}", term.tensor.dims)
        dim = self.label_dims.setdefault(tensor.name, self.sizes.fresh())
        if isinstance(place, Index):
            self.sizes.meet(dim, place.dim)
        dims = (*map(self.sizes.find, tensor.dims), self.sizes.find(dim))
        rows = Tensor(f"{tensor.name}{ROWS}", dims, frozenset({LABELS}))
        return build.component(rows, (*term.indices, place))

    # entries at arrays of places

    def gathered(self, base: Array, items: Sequence[Value]) -> Array | None:
        """`base[i]`, `base[:, i]`, `base[i, j]` for arrays of places; None where it is anything else.  Raises Misfit."""
        found = self._places_in(base, items)
        if found is None:
            return None
        first, taken, axes = found
        result = self.distinct([*base.axes[:first], *axes, *base.axes[first + len(taken) :]])
        if base.term is None or not all(map(_is_known, taken)):
            why = base.why or next((t.why for t in taken if t.term is None), "")
            return Array(result, why=why or "entries at places that are computed")
        kept = [i for k, a in enumerate(base.axes) if not first <= k < first + len(taken) for i in a]
        left = [i for k, a in enumerate(result) if not first <= k < first + len(axes) for i in a]
        own = [fresh_index(base.axes[first + k][0].dim) for k in range(len(taken))]
        names = {**dict(zip(kept, left, strict=True)), **{base.axes[first + k][0]: i for k, i in enumerate(own)}}
        rows = self._rows_at(taken, result[first : first + len(axes)], own)
        return Array(result, term=build.product([build.substitute(base.term, dict(names)), *rows], own))

    def gathered_along(self, base: Array, places: Array, axis: int) -> Array | None:
        """`take_along_axis(base, places, axis)`; None where it is not read.  Raises Misfit."""
        if base.open or places.open or places.rank != base.rank or not self.sizes.binding:
            return None
        at = axis + base.rank if axis < 0 else axis
        if not 0 <= at < base.rank or len(base.axes[at]) != 1 or not self._is_of_places(places):
            return None
        axes = list(places.axes)
        for k, (own, other) in enumerate(zip(base.axes, places.axes, strict=True)):
            if k != at:
                shown = f"places of shape {self.shape_text(places)} in {self.shape_text(base)}"
                axes[k] = self.beside(own, other, lambda shown=shown: shown)  # type: ignore[misc]
        result = self.distinct(axes)
        if base.term is None or not _is_known(places):
            return Array(result, why=base.why or places.why or "entries at places that are computed")
        own_place = fresh_index(base.axes[at][0].dim)
        inner = [*result[:at], (own_place,), *result[at + 1 :]]
        row = self.row_of(self.over(places, result), own_place)
        term = self.over(base, inner).term
        return Array(result, term=build.product([term, row], [own_place]) if term is not None else None)

    def added_at(self, holder: Array, items: Sequence[Value], value: Array) -> bool:
        """Add to the entries at places as often as they are named, as `np.add.at` does; False where that is not read.  Raises Misfit."""
        found = self._places_in(holder, items)
        if found is None or value.open:
            return False
        first, taken, axes = found
        region = self.distinct([*holder.axes[:first], *axes, *holder.axes[first + len(taken) :]])
        if value.rank > len(region):
            raise Misfit(f"{self.shape_text(value)} is added to {self.shape_text(Array(region))}")
        self.broadcast([Array(region), value])
        if not self.with_terms:
            return True
        moved = self.over(value, region)
        if holder.term is None or moved.term is None or not all(map(_is_known, taken)):
            return False
        at = region[first : first + len(axes)]
        names = dict(
            zip(
                [i for k, a in enumerate(region) if not first <= k < first + len(axes) for i in a],
                [i for k, a in enumerate(holder.axes) if not first <= k < first + len(taken) for i in a],
                strict=True,
            )
        )
        rows = self._rows_at(taken, at, [holder.axes[first + k][0] for k in range(len(taken))])
        added = build.product([build.substitute(moved.term, dict(names)), *rows], [i for a in at for i in a])
        holder.term, holder.cells = build.add(holder.term, added), None
        return True

    def _rows_at(self, taken: Sequence[Array], axes: Sequence[Axis], places: Sequence[Index]) -> list[Term]:
        rows = []
        for label, place in zip(taken, places, strict=True):
            if isinstance(label, Range):
                rows.append(build.delta(self.over(label, axes).axes[-1][0], place))
            else:
                rows.append(self.row_of(self.over(label, axes), place))
        return rows

    def _places_in(self, base: Array, items: Sequence[Value]) -> tuple[int, list[Array], tuple[Axis, ...]] | None:
        """The first axis of which entries are taken at arrays of places, those arrays, and the axes that they make."""
        at = [k for k, i in enumerate(items) if self._is_of_places(i)]
        if not at or base.open or len(items) > base.rank or not self.sizes.binding:
            return None
        if at != list(range(at[0], at[-1] + 1)) or any(len(base.axes[k]) != 1 for k in at):
            return None
        if not all(k in at or (isinstance(i, Whole) and i.all) for k, i in enumerate(items)):
            return None
        taken = [i for i in items if isinstance(i, Array)]
        if all(isinstance(t, Range) for t in taken):
            return None
        if any(isinstance(t, Range) for t in taken) and any(t.rank != 1 for t in taken):
            return None
        axes = self.broadcast(taken)
        if any(len(a) != 1 for a in axes):
            return None
        return at[0], taken, axes

    def is_one_place(self, value: Value) -> bool:
        """May it be one place, which is given?"""
        if (
            not isinstance(value, Array)
            or isinstance(value, (Number, Mask, Masked, Picked))
            or value.open
            or value.rank
        ):
            return False
        return not self.with_terms or (isinstance(value.term, Component) and not value.term.indices)

    def _is_of_places(self, value: Value) -> bool:
        """May it be an array of whole numbers?"""
        if not isinstance(value, Array) or isinstance(value, (Number, Mask, Masked, Picked)) or value.open:
            return False
        return value.rank > 0 or value.term is None or not value.term.free

    def masked(self, base: Array, items: Sequence[Value]) -> Masked | None:
        """`base[base > 0]`, `base[on]` of the rows where a mask holds; None where it is anything else."""
        mask = items[0] if len(items) == 1 else None
        if not isinstance(mask, Mask) or base.open or mask.open:
            return None
        are_rows = mask.rank == 1 and base.rank > 1
        if not (base.rank == mask.rank or are_rows) or not base.rank or mask is base:
            return None
        found = self.sizes
        for own, other in zip(base.axes, mask.axes, strict=False):
            a, b = found.settled(i.dim for i in own), found.settled(i.dim for i in other)
            if a != b and not (found.binding and len(a) == len(b) == 1 and found.meet(a[0], b[0])):
                return None
        source = Array(base.axes, False, base.term, base.why)
        axes: tuple[Axis, ...] = (self.unknown_axis(),)
        term = None
        if mask.rank == 1 and len(base.axes[0]) == 1 and len(mask.axes[0]) == 1:
            own_index = base.axes[0][0]
            axes = ((fresh_index(self._selected(mask, own_index)),), *base.axes[1:])
            if base.term is not None and mask.term is not None:
                term = build.substitute(base.term, {own_index: axes[0][0]})
            axes = self.distinct(axes)
        elif are_rows:
            return None
        return Masked(
            axes, False, term, "" if term is not None else "entries where something holds", source=source, mask=mask
        )

    def _selected(self, mask: Array, own: Index) -> Dim:
        """The size of the axis that rows make where a mask holds: one for each mask."""
        if mask.term is None:
            return self.sizes.fresh()
        term = build.substitute(mask.term, {mask.axes[0][0]: own})
        for dim, (other, index) in self.selected.items():
            if self.sizes.find(index.dim) is self.sizes.find(own.dim) and build.substitute(other, {index: own}) is term:
                return dim
        dim = self.sizes.fresh()
        self.selected[dim] = term, own
        return dim

    def written(self, holder: Array, place: Picked | Masked, value: Value) -> Term | None:
        """What an array is once a value stands at its labels, or where a mask holds; None where that is not read."""
        if isinstance(place, Masked):
            return self._where(holder, place, value)
        return self._at_labels(holder, place, value)

    def _where(self, holder: Array, place: Masked, value: Value) -> Term | None:
        along = Array((*place.mask.axes, *((),) * (holder.rank - place.mask.rank)), term=place.mask.term)
        mask = self.over(along, holder.axes)
        if isinstance(value, Masked) and value.mask.term is place.mask.term and value.source.rank == holder.rank:
            value = self.over(value.source, holder.axes)
        elif isinstance(value, Array) and value.rank == holder.rank == place.rank and value.term is not None:
            own, other = value.axes[0], place.axes[0]
            if len(own) != 1 or len(other) != 1 or self.sizes.find(own[0].dim) is not self.sizes.find(other[0].dim):
                return None
            if own[0].dim not in self.selected:
                return None
            value = self.over(value, holder.axes)
        elif not isinstance(value, Array) or value.rank > max(0, holder.rank - 1) or value.open:
            return None
        else:
            value = self.over(value, holder.axes)
        if (
            mask.term is None
            or value.term is None
            or place.source.term is None
            or place.source.indices != holder.indices
        ):
            return None
        kept = build.product([place.source.term, build.subtract(build.ONE, mask.term)])
        return build.add(kept, build.product([mask.term, value.term]))

    def _at_labels(self, holder: Array, place: Picked, value: Value) -> Term | None:
        labels, rows = place.labels, place.rows
        if not isinstance(value, Array) or value.open or labels.term is None or rows.term is None:
            return None
        if isinstance(value, Picked) and value.labels.term is labels.term:
            new = value.rows.term
        elif value.term is not None and value.rank <= 1:
            names: dict[Index, Index] = {}
            if value.rank:
                if len(value.axes[0]) != 1:
                    return None
                names = {value.axes[0][0]: rows.axes[0][0]}
            new = build.substitute(value.term, dict(names))
        else:
            return None
        if new is None or rows.indices != holder.indices:
            return None
        kept = build.product([rows.term, build.subtract(build.ONE, labels.term)])
        return build.add(kept, build.product([labels.term, new]))


def _is_known(places: Array) -> bool:
    return isinstance(places, Range) or (places.term is not None and is_of_label(places.term))


def _further(term: Term) -> tuple[Component, int] | None:
    """A label, and by how much a number is more, as in `y - 1`; None for anything else."""
    if isinstance(term, Component):
        return term, 0
    if not isinstance(term, Sum) or len(term.terms) != 2:
        return None
    number, label = sorted(term.terms, key=lambda t: not isinstance(t, NumberTerm))
    if not isinstance(number, NumberTerm) or not isinstance(label, Component) or number.value.denominator != 1:
        return None
    return label, int(number.value)


def is_of_label(term: Term) -> bool:
    """Is it a label, one more or less, or a label where something holds and the first elsewhere?"""
    if _further(term) is not None:
        return True
    if not isinstance(term, Product) or term.bound:
        return False
    labels = [f for f in term.factors if isinstance(f, Component)]
    return len(labels) == 1 and all(f in labels or _is_condition(f) for f in term.factors)


def _is_condition(term: Term) -> bool:
    if isinstance(term, (Sum, Product)):
        return all(isinstance(t, NumberTerm) or _is_condition(t) for t in term.children())
    return isinstance(term, Bracket)
