"""Which factors of a row are one derivative: `∂y_i/∂x_j`, `d/dx`, `∂²f/∂x_i∂x_j`."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from ..frozen import frozen
from .tree import Chain, Indexed, Name, Node, Num, Superscript, Symbol


@frozen
class Quotient(Node):
    """What stands above and below the line."""

    above: tuple[Node, ...]
    below: tuple[Node, ...]


def units(row: Chain) -> Iterator[tuple[str, Node]]:
    """The factors of a row with their operators, each derivative as one `Quotient`."""
    items = row.items
    k = 0
    while k < len(items):
        stop, line = _extent(items, k)
        if stop > k:
            above, below = (tuple(n for _, n in part) for part in (items[k:line], items[line:stop]))
            yield items[k][0], Quotient(above[0].start, below[-1].end, above, below)
            k = stop
        else:
            yield items[k]
            k += 1


def _extent(items: tuple[tuple[str, Node], ...], k: int) -> tuple[int, int]:
    """Where the derivative that begins at a factor ends, and where its line is; the factor itself where none begins."""
    sign = _sign(items[k][1])
    # `∂/∂x` or `∂y/∂x`; `dy/dx` has the variable in its name
    line = next((m for m in (k + 1, k + 2) if m < len(items) and items[m][0] == "/"), None)
    if sign is None or line is None or _sign(items[line][1]) != sign or any(op for op, _ in items[k + 1 : line]):
        return k, k
    if sign == "d":
        # `d/dx`, `dy/dx`, and `d^2 f/dx^2`, but not `dy z/dx`
        return (line + 1, line) if line == k + 1 or _bare(items[k][1]) else (k, k)
    order, stop = _order(items[k][1]), line
    while order > 0 and stop + 1 < len(items) and _sign(items[stop][1]) == "∂" and (stop == line or not items[stop][0]):
        order -= _order(items[stop + 1][1])
        stop += 2
    return (stop, line) if stop > line else (k, k)


def _order(node: Node) -> Fraction:
    return node.exponent.value if isinstance(node, Superscript) and isinstance(node.exponent, Num) else Fraction(1)


def _sign(node: Node) -> str | None:
    base = node
    while isinstance(base, (Superscript, Indexed)):
        base = base.base
    if isinstance(base, Symbol):
        return "∂" if base.text == "∂" else None
    return "d" if isinstance(base, Name) and base.text.startswith("d") else None


def _bare(node: Node) -> bool:
    base = node.base if isinstance(node, Superscript) else node
    return isinstance(base, Name) and base.text == "d"
