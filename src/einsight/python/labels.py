"""Entries at labels: `scores[arange(n), y]`, which of each row is the one that its label says.

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
from .values import Array, Number, Picked, Range, Value

# the property of a tensor whose rows are 1 at one place and 0 elsewhere
LABELS = "labels"


class Labels(Products):
    """Entries at labels.  Raises Misfit."""

    def labelled(self, base: Array, items: Sequence[Value]) -> Picked | None:
        """`base[arange(n), y]`; None where it is anything else.  Raises Misfit."""
        if base.open or base.rank != 2 or len(items) != 2 or not all(len(a) == 1 for a in base.axes):
            return None
        places, label = items
        if not isinstance(places, Range) or not isinstance(label, Array) or isinstance(label, (Number, Range)) or label.open:
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

    def written(self, holder: Array, place: Picked, value: Value) -> Term | None:
        """What an array is once a value stands at its labels; None where that is not read."""
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
