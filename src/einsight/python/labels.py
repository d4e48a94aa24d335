"""Entries at labels, `scores[arange(n), y]`, which of each row is the one that its label says; entries where a mask holds.

A label is read as a row that is 1 at its place and 0 elsewhere.  A function of what is picked is what is picked from the
values of the function, which is how such a row is told from any other whose entries add up to 1.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..terms import build
from ..terms.dimension import Index
from ..terms.term import Component, Tensor, Term
from .axes import Misfit
from .products import Products
from .values import Array, Mask, Masked, Number, Picked, Range, Value

# the property of a tensor whose rows are 1 at one place and 0 elsewhere
LABELS = "labels"


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
        term, axes = label.term, base.axes
        if not isinstance(term, Component) or term.indices != label.indices:
            return Array(axes, False, None, "labels that are computed")
        indices = tuple(i for a in axes for i in a)
        rows = Tensor(f"{term.tensor.name}·rows", tuple(self.sizes.find(i.dim) for i in indices), frozenset({LABELS}))
        return Array(axes, False, build.component(rows, indices))

    def masked(self, base: Array, items: Sequence[Value]) -> Masked | None:
        """`base[base > 0]`; None where it is anything else."""
        mask = items[0] if len(items) == 1 else None
        if not isinstance(mask, Mask) or base.open or mask.open:
            return None
        if base.rank != mask.rank or not base.rank or mask is base:
            return None
        found = self.sizes
        for own, other in zip(base.axes, mask.axes, strict=True):
            a, b = found.settled(i.dim for i in own), found.settled(i.dim for i in other)
            if a != b and not (found.binding and len(a) == len(b) == 1 and found.meet(a[0], b[0])):
                return None
        source = Array(base.axes, False, base.term, base.why)
        return Masked((self.unknown_axis(),), why="entries where something holds", source=source, mask=mask)

    def written(self, holder: Array, place: Picked | Masked, value: Value) -> Term | None:
        """What an array is once a value stands at its labels, or where a mask holds; None where that is not read."""
        if isinstance(place, Masked):
            return self._where(holder, place, value)
        return self._at_labels(holder, place, value)

    def _where(self, holder: Array, place: Masked, value: Value) -> Term | None:
        mask = self.over(place.mask, holder.axes)
        if isinstance(value, Masked) and value.mask.term is place.mask.term:
            value = self.over(value.source, holder.axes)
        elif not isinstance(value, Array) or value.rank or value.open:
            return None
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
