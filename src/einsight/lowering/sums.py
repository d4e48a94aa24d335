"""`∑_j`, `∑_{i,j}`, `∑_{j=1}^m` with the product that follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..terms import build
from ..terms.dimension import Dim, Index, Shift
from . import bounds
from .context import Context
from .operators import Items, SumSign, as_node
from .values import Value

NEEDS_INDEX = "`∑` needs an index: write `∑_j`, or `sum(x)` for the sum of all entries"


def read_sum(reader: Context, sign: SumSign, rest: Items) -> Value | None:
    subscript = sign.subscript
    if subscript is None:
        reader.error("EIN001", sign.node, NEEDS_INDEX)
        return None
    if subscript.problem:
        reader.error("EIN001", subscript, subscript.problem)
        return None
    names = [e.plain for e in subscript.entries]
    if not names or any(n is None for n in names):
        reader.error("EIN001", subscript, "below a sum sign stand indices, as in `∑_j` or `∑_{i,j}`")
        return None
    if not rest or rest[0][0] == "/":
        reader.error(
            "EIN001",
            sign.node,
            f"nothing stands after this sum: write what it adds up, as in `∑_{names[0]} x_{names[0]}`",
        )
        return None
    for entry in subscript.entries:
        reader.see(entry)
    wanted = [n for n in names if n]
    around, reader.bound = reader.bound, reader.bound | set(wanted)
    with reader.keeping(wanted):
        body = reader.read(as_node(rest))
    reader.bound = around
    if body is None:
        return None
    _run_over_shifted(reader, body, wanted)
    bound = [i for i in body.order if i.name in wanted]
    limits = bounds.read_bounds(reader, sign, body)
    for name in wanted:
        if not any(i.name == name for i in bound):
            if limits.axis is None:
                message = f"index `{name}` does not occur in what is summed, so its range is unknown: give a bound, as in `∑_{{{name}=1}}^n`"
                reader.error("EIN201", subscript, message)
                return None
            bound.append(Index(name, limits.axis))
    body = bounds.restrict(reader, sign, body, bound, limits)
    bound = [Index(i.name, reader.resolved(i.dim)) for i in bound]
    for index in bound:
        reader.marks.summed(index.name, sign.node.start, rest[-1][1].end, index.dim, _written_bounds(reader, sign))
    order = tuple(i for i in body.order if i.name not in wanted)
    return reader.closed(replace(body, term=build.product([body.term], bound), order=order), wanted)


def _run_over_shifted(reader: Context, body: Value, names: Sequence[str]) -> None:
    """An index that stands in `x_{i-1}` alone runs over the axis of `x`, where nothing else says how far."""
    for term in body.term.walk():
        for slot in term.slots():
            if isinstance(slot, Shift) and len(slot.indices) == 1:
                ((index, _),) = slot.indices
                if index.name in names and reader.resolved(index.dim) is Dim(index.name, inferred=True):
                    reader.same_dim(slot.dim, index.dim)


def _written_bounds(reader: Context, sign: SumSign) -> str:
    """`2 to n - 1`, where bounds are written."""
    if sign.upper is None or sign.subscript is None:
        return ""
    return f"{sign.subscript.lower or 1} to {reader.source(sign.upper).strip('{}() ')}"
