"""The value of an expression: a component term, and the axes along which it is laid out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Union

from ..frozen import frozen
from ..terms import build
from ..terms.dimension import ONE_DIM, Dim, Index, Slot, fresh_index
from ..terms.term import Term


@frozen
class Fused:
    """An axis that runs over several indices, the first slowest: `vec(X)` has the axis `(j, i)`."""

    parts: tuple[Index, ...]

    @property
    def dim(self) -> Dim:
        return Dim.product([p.dim for p in self.parts])


Axis = Union[Index, Fused]  # noqa: UP007 - evaluated at run time on 3.10


def fuse(*axes: Axis) -> Axis:
    """One axis over those, the first slowest."""
    parts = flat(axes)
    return parts[0] if len(parts) == 1 else Fused(parts)


def flat(axes: Sequence[Axis]) -> tuple[Index, ...]:
    """The indices of the axes."""
    if Fused not in map(type, axes):
        return tuple(axes)  # type: ignore[arg-type]
    return tuple([i for a in axes for i in (a.parts if isinstance(a, Fused) else (a,))])


def fresh_axis(axis: Axis) -> Axis:
    """An axis like that one, of indices that occur nowhere else."""
    if isinstance(axis, Fused):
        return Fused(tuple(fresh_index(p.dim) for p in axis.parts))
    return fresh_index(axis.dim)


@frozen
class Value:
    """`term` over `axes`: none for a scalar, one for a vector, two for rows and columns of a matrix.

    order     the named free indices, in order of first appearance
    row       a vector laid out as a row
    flexible  `I`, `1` or `0`, whose shape its surroundings give; `axes` is empty then
    traced    indices that this one component sums, as `i` in `W_ii`: no other factor may hold them
    split     of a derivative with more than two axes, how many are the output's
    """

    term: Term
    axes: tuple[Axis, ...] = ()
    order: tuple[Index, ...] = ()
    row: bool = False
    flexible: str | None = None
    traced: tuple[str, ...] = ()
    split: int | None = None

    @property
    def rank(self) -> int:
        return len(self.axes)

    @property
    def layout(self) -> tuple[Dim, ...]:
        """Rows and columns; the dims themselves for three axes and more; nothing for a scalar."""
        dims = tuple([a.dim for a in self.axes])
        if len(dims) == 1:
            return (ONE_DIM, *dims) if self.row else (*dims, ONE_DIM)
        return dims

    def shape_text(self) -> str:
        return "×".join(str(d) for d in self.layout) if self.rank else "a scalar"

    def transposed(self) -> Value:
        if self.flexible or len(self.axes) == 1:
            return Value(self.term, self.axes, self.order, not self.row, self.flexible, self.traced, self.split)
        return Value(self.term, self.axes[::-1], self.order, self.row, self.flexible, self.traced, self.split)

    def of(self, term: Term) -> Value:
        """Another term laid out so: what `replace` does, at a fourth of its cost."""
        return Value(term, self.axes, self.order, self.row, self.flexible, self.traced, self.split)

    def closed(self, term: Term) -> Value:
        """Another term laid out so, no index of which has been summed by the convention as far as those around it are concerned."""
        return Value(term, self.axes, self.order, self.row, self.flexible, (), self.split)

    def as_vector(self) -> Value:
        """A matrix with one row or one column as the vector, or the number, that it is; anything else as it stands."""
        units = {a: 1 for a in self.axes if isinstance(a, Index) and a.dim.value == 1}
        if self.rank != 2 or not units:
            return self
        axes = tuple(a for a in self.axes if a not in units)
        row = len(axes) == 1 and self.axes[0] in units
        return replace(self, term=build.substitute(self.term, dict(units)), axes=axes, row=row, split=None)

    def on(self, axes: Sequence[Slot | Fused]) -> Term:
        """The term with its axes renamed, or at a component of them."""
        names: dict[Index, Slot] = {}
        for mine, other in zip(self.axes, axes, strict=True):
            if isinstance(mine, Fused):
                assert isinstance(other, Fused)
                names.update(zip(mine.parts, other.parts, strict=True))
            else:
                assert not isinstance(other, Fused)
                names[mine] = other
        return build.substitute(self.term, names)

    @property
    def is_fused(self) -> bool:
        """Does an axis run over several indices?"""
        return Fused in map(type, self.axes)

    @property
    def plain_axes(self) -> tuple[Index, ...]:
        """Every index of every axis."""
        return flat(self.axes)

    def same_layout(self, other: Value) -> bool:
        return self.layout == other.layout


def merge_orders(*orders: tuple[Index, ...]) -> tuple[Index, ...]:
    """In order of first appearance, each once."""
    return tuple(dict.fromkeys([i for order in orders for i in order]))


def identity(rows: Axis, columns: Axis) -> Term:
    """1 where the two axes agree, else 0."""
    pairs = zip(flat((rows,)), flat((columns,)), strict=True)
    return build.product([build.delta(a, b) for a, b in pairs])
