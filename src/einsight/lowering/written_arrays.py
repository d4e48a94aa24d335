"""Arrays that are written out entry by entry, `[2 x y, x^2]`, `[[a, b], [c, d]]`, as sums of entries at their places."""

from __future__ import annotations

from ..syntax.tree import Array, Node
from ..terms import build
from ..terms.dimension import Dim, fresh_index
from .context import Context
from .values import Value, merge_orders


def read_array(reader: Context, node: Array) -> Value | None:
    """A column of numbers, or a matrix of the columns' entries row by row."""
    rows = [e.entries if isinstance(e, Array) else (e,) for e in node.entries]
    is_matrix = any(isinstance(e, Array) for e in node.entries)
    if is_matrix and (len({len(r) for r in rows}) > 1 or not all(isinstance(e, Array) for e in node.entries)):
        reader.error("EIN301", node, "the rows of a matrix have as many entries each")
        return None
    values = [[_entry(reader, e) for e in row] for row in rows]
    down = fresh_index(Dim(len(rows)))
    across = fresh_index(Dim(len(rows[0]))) if is_matrix else None
    terms = []
    order = merge_orders(*(v.order for row in values for v in row if v is not None))
    for i, row in enumerate(values, 1):
        for j, value in enumerate(row, 1):
            if value is None:
                return None
            places = [build.delta(down, i)] + ([build.delta(across, j)] if across is not None else [])
            terms.append(build.product([value.term, *places]))
    return Value(build.add(*terms), (down,) if across is None else (down, across), order)


def _entry(reader: Context, node: Node) -> Value | None:
    value = reader.read(node)
    if value is None:
        return None
    if value.rank or value.flexible:
        reader.error("EIN301", node, f"an entry of an array is a number, and this is {value.shape_text()}")
        return None
    return value
