"""Bounds written at a sum sign: checked against the axis, or a bracket where the sum takes in a part of it.

`∑_{j=1}^m` of an axis of size m is the whole sum; `∑_{j=2}^{m-1}` is the sum of `[2 ≤ j] [j < m] …`, and
`∑_{j=1}^i` that of `[j ≤ i] …`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..syntax.parse import parse_statement
from ..syntax.tree import Addition, Group, Name, Node, Num, Relation
from ..terms import build
from ..terms.dimension import Dim, Index
from ..terms.term import Position, Term
from . import marks as kinds
from .context import Context
from .function_table import INFINITY
from .operators import SumSign
from .report import Fix
from .values import Value, merge_orders


@dataclass(frozen=True)
class Bounds:
    """What the bounds of a sum say.

    axis    the dimension that a plain upper bound names
    lower, upper   the bounds as numbers, where they do not simply span the axis
    indices        indices that stand in them
    """

    axis: Dim | None = None
    lower: Term | None = None
    upper: Term | None = None
    indices: tuple[Index, ...] = ()


def read_bounds(reader: Context, sign: SumSign, body: Value) -> Bounds:
    """The bounds of a sum sign.  Reports one that cannot be read, and takes the whole axis then."""
    free = {i.name: i for i in body.order}
    found: list[Index] = []
    upper_node = _inside(sign.upper) if sign.upper is not None else None
    if isinstance(upper_node, Name) and upper_node.text in INFINITY and not reader.names.is_dimension(upper_node.text):
        reader.report.add("EIN001", upper_node.start, upper_node.end, "a sum without an end is no sum over an axis")
    axis, upper = _upper(reader, upper_node, free, found) if upper_node is not None else (None, None)
    if upper_node is not None and axis is None and upper is None:
        reader.error(
            "EIN205",
            upper_node,
            "this bound is not understood, so the whole axis is summed: write a dimension, a number, an index, or one of them plus or minus a number",
        )
    lower = None
    text = sign.subscript.lower if sign.subscript is not None else None
    if text not in (None, "1"):
        tree, problems = parse_statement(text or "")
        node = tree.sides[0] if not problems and isinstance(tree, Relation) and len(tree.sides) == 1 else None
        lower = _number(reader, _inside(node), free, found) if node is not None else None
        if (lower is None or lower is build.ZERO) and _counts(body.term, sign):
            message = f"the sum counts from {text}, and what it counts runs along an axis, which is counted from 1"
            reader.report.add("EIN001", sign.node.start, sign.node.end, message)
            lower = None
        elif lower is None or lower is build.ZERO:
            reader.error(
                "EIN205",
                sign.subscript or sign.node,
                f"the sum starts at {text}, but an axis is counted from 1; it is read as the whole axis",
            )
            lower = None
    return Bounds(axis, lower, upper, tuple(dict.fromkeys(found)))


def _counts(term: Term, sign: SumSign) -> bool:
    """Does the index of a sum stand in what is summed as a number?"""
    names = {n for e in (sign.subscript.entries if sign.subscript is not None else ()) for n, _ in e.names}
    return any(isinstance(t, Position) and isinstance(t.slot, Index) and t.slot.name in names for t in term.walk())


def restrict(reader: Context, sign: SumSign, body: Value, bound: Sequence[Index], limits: Bounds) -> Value:
    """The summand with the brackets of its bounds."""
    if len(bound) != 1:
        return body
    (index,) = bound
    whole = limits.axis is not None and reader.same_dim(limits.axis, index.dim) is not None
    count = limits.axis.value if limits.axis is not None else None
    if isinstance(count, int) and not whole:  # a number takes in the first components, as far as there are any
        size = reader.resolved(index.dim).value
        if isinstance(size, str) or size < count:
            message = f"the sum runs to {count}, but index `{index.name}` runs over an axis of size {size}: it takes in the first {count} components"
            reader.error("EIN205", sign.upper or sign.node, message)
    elif limits.axis is not None and sign.upper is not None and not whole:
        message = f"the sum runs to {limits.axis}, but index `{index.name}` runs over an axis of size {index.dim}"
        fix = Fix(f"write {index.dim}", (sign.upper.start, sign.upper.end), str(index.dim))
        reader.error("EIN205", sign.upper, message, (fix,))
    # an index in a bound counts along the same axis, unless it has one of its own
    for other in limits.indices:
        if reader.resolved(other.dim).inferred:
            reader.same_dim(index.dim, other.dim)
    place = build.position(index)
    brackets = []
    if limits.lower is not None:
        brackets.append(build.bracket("≤", limits.lower, place))
    if limits.upper is not None and not whole:
        brackets.append(build.bracket("≤", place, limits.upper))
    order = merge_orders(body.order, limits.indices)
    return reader.settle(replace(body, term=build.product([body.term, *brackets]), order=order))


def _inside(node: Node) -> Node:
    while isinstance(node, Group):
        node = node.inner
    return node


def _upper(reader: Context, node: Node, free: dict[str, Index], found: list[Index]) -> tuple[Dim | None, Term | None]:
    """A bare dimension, or else a number that the index does not pass."""
    if isinstance(node, Num) and node.value.denominator == 1 and node.value >= 1:
        return Dim(int(node.value)), build.number(node.value)
    if isinstance(node, Name) and not _is_index(reader, node, free):
        reader.marks.node(kinds.DIMENSION, node)
        return reader.names.dimension(node.text), None
    return None, _number(reader, node, free, found)


def _is_index(reader: Context, node: Name, free: dict[str, Index]) -> bool:
    return node.text in reader.kept or (node.text in free and not reader.names.is_dimension(node.text))


def _number(reader: Context, node: Node, free: dict[str, Index], found: list[Index]) -> Term | None:
    """A dimension, an index or a number, or sums and differences of them."""
    if isinstance(node, Num) and node.value.denominator == 1:
        return build.number(node.value)
    if isinstance(node, Name):
        if not _is_index(reader, node, free):
            return build.size(reader.names.dimension(node.text)) if reader.names.is_dimension(node.text) else None
        reader.marks.node(kinds.INDEX, node)
        index = free.get(node.text) or Index(node.text, Dim(node.text, inferred=True))
        found.append(index)
        return build.position(index)
    if isinstance(node, Addition):
        parts = [(sign, _number(reader, _inside(part), free, found)) for sign, part in node.items]
        if all(p is not None for _, p in parts):
            return build.add(*(build.product([build.number(s), p]) for s, p in parts if p is not None))
    return None
