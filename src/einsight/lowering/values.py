"""The value of an expression: a component term, and the axes along which it is laid out."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..terms.build import substitute
from ..terms.dimension import ONE_DIM, Dim, Index
from ..terms.term import Term


@dataclass(frozen=True, slots=True)
class Value:
    """`term` over `axes`: none for a scalar, one for a vector, two for rows and columns of a matrix.

    order     the named free indices, in order of first appearance
    row       a vector laid out as a row
    flexible  `I`, `1` or `0`, whose shape its surroundings give; `axes` is empty then
    traced    indices that this one component sums, as `i` in `W_ii`: no other factor may hold them
    """

    term: Term
    axes: tuple[Index, ...] = ()
    order: tuple[Index, ...] = ()
    row: bool = False
    flexible: str | None = None
    traced: tuple[str, ...] = ()

    @property
    def rank(self) -> int:
        return len(self.axes)

    @property
    def layout(self) -> tuple[Dim, ...]:
        """Rows and columns; the dims themselves for three axes and more; nothing for a scalar."""
        if self.rank == 1:
            return (ONE_DIM, self.axes[0].dim) if self.row else (self.axes[0].dim, ONE_DIM)
        return tuple(a.dim for a in self.axes)

    def shape_text(self) -> str:
        return "×".join(str(d) for d in self.layout) if self.rank else "a scalar"

    def transposed(self) -> Value:
        if self.flexible:
            return replace(self, row=not self.row)
        if self.rank == 1:
            return replace(self, row=not self.row)
        return replace(self, axes=self.axes[::-1])

    def on(self, axes: tuple[Index, ...]) -> Term:
        """The term with its axes renamed."""
        return substitute(self.term, dict(zip(self.axes, axes, strict=True)))

    def same_layout(self, other: Value) -> bool:
        return self.layout == other.layout


def merge_orders(*orders: tuple[Index, ...]) -> tuple[Index, ...]:
    """In order of first appearance, each once."""
    return tuple(dict.fromkeys(i for order in orders for i in order))
