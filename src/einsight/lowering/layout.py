"""How a derivative is laid out as a matrix (docs/pages/layouts.md).  The components never depend on it."""

from __future__ import annotations

from dataclasses import replace

from ..terms import build
from ..terms.dimension import Index, fresh_index
from ..terms.term import Tensor
from .values import Axis, Value, fuse

LAYOUTS = ("numerator", "denominator", "mixed")


def tensor_value(tensor: Tensor) -> Value:
    """A tensor as a whole array, a vector as a column."""
    axes = tuple(map(fresh_index, tensor.dims))
    return Value(build.component(tensor, axes), axes)


def lay_out(value: Value, slots: tuple[Axis, ...], layout: str) -> Value:
    """The axes of a derivative in that layout: the output's in `value`, then the variable's."""
    axes, rank, variables = value.axes, value.rank, len(slots)
    row = value.row
    if rank + variables > 2:
        bare = _without_units(value, slots) if layout in LAYOUTS else None
        if bare is not None:
            return lay_out(*bare, layout)
        return replace(value, axes=axes + slots, row=False, split=rank)
    if layout in ("gradient", "second"):
        return replace(value, axes=axes + slots, row=False)
    if rank == 0:
        if variables == 1:
            row = layout == "numerator"
        elif variables == 2 and layout == "numerator":
            slots = slots[::-1]
        return Value(value.term, slots, value.order, row and variables == 1, value.flexible, value.traced, value.split)
    if variables == 0:
        if rank == 1:
            return replace(value, row=layout == "denominator")
        return replace(value, axes=axes[::-1] if rank == 2 and layout == "denominator" else axes)
    whole = axes + slots
    if rank == 1 and variables == 1 and layout == "denominator":
        whole = whole[::-1]
    return Value(value.term, whole, value.order, False, value.flexible, value.traced, value.split)


def _without_units(value: Value, slots: tuple[Axis, ...]) -> tuple[Value, tuple[Axis, ...]] | None:
    """A derivative of rows by rows as that of the vectors that they are; None where that leaves more than two axes.

    A row is declared with an axis of one entry, `x ∈ ℝ^(1×n)`, which its components keep and its matrix does not.
    """
    units = {a: 1 for a in (*value.axes, *slots) if isinstance(a, Index) and a.dim.value == 1}
    axes, others = (tuple(a for a in side if a not in units) for side in (value.axes, slots))
    if not units or len(axes) + len(others) > 2:
        return None
    return replace(value, term=build.substitute(value.term, dict(units)), axes=axes, row=False), others


def stacked(value: Value, layout: str, by_rows: bool = False) -> Value | None:
    """A derivative with more than two axes as the matrix of `∂vec(Y)/∂vec(X)`; None where there is none.

    Its rows run over the output's entries and its columns over the variable's, column by column, as
    `vec` stacks them (Magnus and Neudecker, Matrix Differential Calculus, chapter 9); `by_rows` gives the
    other habit.
    """
    split = value.split
    if split is None or not 1 <= split <= 2 or not 1 <= value.rank - split <= 2:
        return None
    sides = [value.axes[:split], value.axes[split:]]
    if not by_rows:
        sides = [side[::-1] for side in sides]
    if layout == "denominator":
        sides.reverse()
    return replace(value, axes=tuple(fuse(*side) for side in sides), split=None)
