"""Functions of matrices that no formula in components says, built from terms: traces, inverses, what is laid out anew.

Their names and what they take stand in `function_table.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from ..syntax.tree import Keyword, Node
from ..terms import build
from ..terms.dimension import fresh_index
from ..terms.term import Term
from .axes import axis_needed, axis_of
from .context import Context
from .elementwise import outer
from .kronecker import REFUSED, blocks_of
from .products import related_to
from .values import Axis, Value, flat, fresh_axis, fuse, identity

Read = Callable[[Context, Node, Node, Value], "Value | None"]


def _square(reader: Context, node: Node, inner: Node, value: Value, what: str) -> Value | None:
    if value.flexible == "I":
        reader.error("EIN301", inner, "nothing here says how large `I` is: write `I(n)`")
        return None
    if value.rank != 2 or reader.same_dim(value.axes[0].dim, value.axes[1].dim) is None:
        message = f"`{what}` needs a square matrix, and `{reader.source(inner)}` is {value.shape_text()}"
        reader.error("EIN304", inner, message, related=related_to(reader, inner))
        return None
    return reader.settle(value)


def _trace(reader: Context, node: Node, inner: Node, value: Value) -> Value | None:
    if not value.rank and not value.flexible:
        return value
    square = _square(reader, node, inner, value, "tr")
    if square is None:
        return None
    shared = fresh_axis(square.axes[0])
    return Value(build.product([square.on((shared, shared))], flat((shared,))), order=value.order)


def _matrix_scalar(name: str):  # type: ignore[no-untyped-def]
    def read(reader: Context, node: Node, inner: Node, value: Value) -> Value | None:
        if not value.rank and not value.flexible:
            return value if name == "det" else value.of(build.apply("log", value.term))
        square = _square(reader, node, inner, value, name)
        if square is None:
            return None
        if square.is_fused:
            blocks = blocks_of(square)
            if blocks is None:
                reader.error("EIN002", node, REFUSED.format(f"`{name}`"))
                return None
            return Value(blocks.determinant() if name == "det" else blocks.log_determinant(), order=value.order)
        return Value(build.operator(name, [build.abstraction(square.plain_axes, square.term)]), order=value.order)

    return read


def _inv(reader: Context, node: Node, inner: Node, value: Value) -> Value | None:
    if value.flexible == "I" or not value.rank:
        return value.of(build.power(value.term, -1))
    square = _square(reader, node, inner, value, "inv")
    if square is None or not square.is_fused:
        return None if square is None else _inverse(square)
    blocks = blocks_of(square)
    if blocks is None:
        reader.error("EIN002", node, REFUSED.format("`inv`"))
        return None
    return blocks.inverse(square)


def _diag(reader: Context, node: Node, inner: Node, value: Value) -> Value | None:
    if value.rank == 1:
        axis = value.axes[0]
        other = fresh_axis(axis)
        return replace(value, term=build.product([value.term, identity(axis, other)]), axes=(axis, other), row=False)
    square = _square(reader, node, inner, value, "diag")
    if square is None:
        return None
    axis = fresh_axis(square.axes[0])
    return Value(square.on((axis, axis)), (axis,), value.order)


def _vec(reader: Context, node: Node, inner: Node, value: Value) -> Value | None:
    """The columns of a matrix, one below the other."""
    if value.flexible or not 1 <= value.rank <= 2:
        reader.error("EIN301", inner, f"`vec` takes a matrix, and `{reader.source(inner)}` is {value.shape_text()}")
        return None
    return replace(value, axes=(fuse(*reversed(value.axes)),), row=False, split=None)


def _inverse(value: Value) -> Value:
    axes = tuple(fresh_index(a.dim) for a in value.axes)
    function = build.abstraction(value.plain_axes, value.term)
    return replace(value, term=build.operator("inv", [function], axes), axes=axes)


def _exponential(reader: Context, node: Node, inner: Node, value: Value) -> Value | None:
    """`I + A + A²/2 + …`."""
    if not value.rank and not value.flexible:
        return value.of(build.apply("exp", value.term))
    square = _square(reader, node, inner, value, "expm")
    if square is None:
        return None
    if square.is_fused:
        reader.error("EIN002", node, REFUSED.format("`expm`"))
        return None
    axes = tuple(fresh_index(a.dim) for a in square.axes)
    function = build.abstraction(square.plain_axes, square.term)
    return replace(square, term=build.operator("expm", [function], axes), axes=axes)


def _kronecker(reader: Context, node: Node, nodes: Sequence[Node], values: Sequence[Value]) -> Value | None:
    """`A ⊗ B`, of vectors too: the blocks `A_ij B`."""
    left, right = values
    if left.rank == right.rank == 1 and left.row == right.row:
        return replace(left, term=build.product([left.term, right.term]), axes=(fuse(*left.axes, *right.axes),))
    return outer(reader, node, left, right)


def _khatri_rao(reader: Context, node: Node, nodes: Sequence[Node], values: Sequence[Value]) -> Value | None:
    """The Kronecker product of the columns of two matrices, column by column.

    Source: C. G. Khatri, C. R. Rao, Solutions to some functional equations, Sankhyā A 30 (1968).
    """
    for part, value in zip(nodes, values, strict=True):
        if value.flexible or value.rank != 2:
            message = f"`khatri_rao` takes two matrices, and `{reader.source(part)}` is {value.shape_text()}"
            reader.error("EIN301", part, message)
            return None
    left, right = values
    if reader.same_dim(left.axes[1].dim, right.axes[1].dim) is None:
        message = (
            f"`khatri_rao` takes two matrices with as many columns, and `{reader.source(nodes[0])}` is "
            f"{left.shape_text()}, `{reader.source(nodes[1])}` {right.shape_text()}"
        )
        reader.error("EIN301", node, message, related=related_to(reader, *nodes))
        return None
    left, right = reader.settle(left), reader.settle(right)
    term = build.product([left.term, right.on((right.axes[0], left.axes[1]))])
    return replace(left, term=term, axes=(fuse(left.axes[0], right.axes[0]), left.axes[1]))


def covariance(reader: Context, node: Node, inner: Node, value: Value, keywords: Sequence[Keyword]) -> Value | None:
    """`1/n (X - 1 m')' (X - 1 m')`, where m are the means along the axis."""
    if value.flexible or value.rank != 2:
        reader.error("EIN301", inner, f"`cov` takes a matrix, and `{reader.source(inner)}` is {value.shape_text()}")
        return None
    if not keywords:
        axis_needed(reader, node, "cov", inner, value)
        return None
    place = axis_of(reader, "cov", inner, value, keywords[0])
    if place is None:
        return None
    value = reader.settle(value)
    over, kept = value.axes[place], value.axes[1 - place]
    size = build.power(build.size(over.dim), -1)
    other = fresh_axis(kept)

    def moved(along: Axis, at: Axis) -> Term:
        """The entries less their mean."""
        pair = [along, at] if place == 0 else [at, along]
        again = fresh_axis(over)
        mean = build.product([size, value.on([again if a is along else a for a in pair])], flat((again,)))
        return build.subtract(value.on(pair), mean)

    term = build.product([size, moved(over, kept), moved(over, other)], flat((over,)))
    return Value(term, (kept, other), value.order)


OF_PAIRS = {"kron": _kronecker, "khatri_rao": _khatri_rao}
BUILT: dict[str, Read] = {
    "tr": _trace, "trace": _trace, "det": _matrix_scalar("det"), "logdet": _matrix_scalar("logdet"), "inv": _inv,
    "expm": _exponential, "diag": _diag, "vec": _vec,
}  # fmt: skip
