"""`∑_j`, `∑_{i,j}`, `∑_{j=1}^m` with the product that follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..syntax.tree import Node
from ..terms import build
from ..terms.dimension import Dim, Index, Shift
from . import bounds
from .context import Context
from .operators import Items, SumSign, as_node
from .values import Value, merge_orders

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
    if subscript.condition:
        return _compared(reader, sign, subscript.condition, wanted, as_node(rest))
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


def _compared(reader: Context, sign: SumSign, relation: str, ends: list[str], rest: Node) -> Value | None:
    """`∑_{i<j}`, `∑_{j≠i}`: over the first index, and over the second where that stands in what is summed and nothing binds it."""
    first, second = ends
    free = second in reader.kept
    around, reader.bound = reader.bound, reader.bound | set(ends)
    with reader.keeping(ends):
        body = reader.read(rest)
    reader.bound = around
    if body is None:
        return None
    found = {i.name: i for i in body.order if i.name in ends}
    if first not in found:
        message = f"index `{first}` does not occur in what is summed, so its range is unknown"
        reader.error("EIN201", sign.subscript or sign.node, message)
        return None
    other = found.get(second) or Index(second, Dim(second, inferred=True))
    if first == second or reader.same_dim(found[first].dim, other.dim) is None:
        message = f"`{first}` and `{second}` are compared, and run over axes of different sizes"
        reader.error("EIN301", sign.subscript or sign.node, message)
        return None
    body = reader.settle(body)
    pair = [Index(n, reader.resolved(found[first].dim)) for n in ends]
    bracket = build.bracket(relation, *map(build.position, pair))
    bound = pair if second in found and not free else pair[:1]
    for index in bound:
        reader.marks.summed(index.name, sign.node.start, rest.end, index.dim, "")
    order = merge_orders(tuple(i for i in body.order if i not in bound), tuple(i for i in pair if i not in bound))
    summed = build.product([body.term, bracket], bound)
    return reader.closed(replace(body, term=summed, order=order), [i.name for i in bound])


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
