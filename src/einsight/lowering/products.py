"""Products of whole arrays: do the factors conform, and if not, which one is wrong and what would mend it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from ..syntax.tree import Indexed, Node, Num
from ..terms import build
from ..terms.dimension import ONE_DIM, Dim, Index, Slot, fresh_index
from ..terms.term import Term
from .context import Context
from .operators import names_in, nodes_in
from .report import Fix, Related
from .values import Fused, Value, flat, fresh_axis, fuse

Factor = tuple[str, Node, Value]


def multiply(reader: Context, node: Node, factors: Sequence[Factor]) -> Value | None:
    """The matrix product of the factors in a row, scalars wherever they stand; `None` when they do not conform."""
    scalars: list[Term] = []
    arrays: list[Factor] = []
    for operator, part, value in factors:
        if _is_trailing_one(part, operator, arrays):
            value = Value(build.ONE, flexible="ones")
        if operator == "/":
            if value.rank or value.flexible:
                reader.error(
                    "EIN301",
                    part,
                    f"one divides by a number, and `{reader.source(part)}` is {value.shape_text()}: write `./` for elementwise division, or multiply by `inv(…)`",
                )
                return None
            if value.term is build.ZERO:
                reader.error("EIN001", part, "this divides by zero")
                return None
            scalars.append(build.power(value.term, -1))
        elif value.rank or value.flexible:
            arrays.append((operator, part, value))
        else:
            scalars.append(value.term)
    if not arrays:
        return Value(build.product(scalars))
    if any(v.rank > 2 for _, _, v in arrays) and len(arrays) > 1:
        part = next(p for _, p, v in arrays if v.rank > 2)
        reader.error("EIN002", part, "a product of arrays with more than two axes needs indices, as in `T_ijk x_k`")
        return None
    scaled = _scaled_identity(reader, node, arrays)
    if scaled is not None:
        return scaled.of(build.product([*scalars, scaled.term]))
    shaped = _shape_flexible(reader, node, arrays)
    if shaped is None:
        return None
    if shaped[0][2].flexible:
        return replace(shaped[0][2], term=build.product([*scalars, shaped[0][2].term]))
    if not _conforms(reader, shaped):
        _explain(reader, node, shaped)
        return None
    result = shaped[0][2]
    row = _Row([*scalars, result.term])
    for _, _, value in shaped[1:]:
        result = row.take(reader, result, value)
    return Value(
        build.product(row.factors, row.summed),
        result.axes,
        result.order,
        result.row,
        result.flexible,
        result.traced,
        result.split,
    )


def _is_trailing_one(part: Node, operator: str, before: Sequence[Factor]) -> bool:
    """`X 1`: a one behind a matrix or a row is the vector of ones."""
    if not (isinstance(part, Num) and part.value == 1 and operator == "" and before):
        return False
    last = before[-1][2]
    return last.rank == 2 or last.row


def _rows(value: Value) -> Dim | None:
    if value.flexible:
        return ONE_DIM if value.flexible == "ones" and value.row else None
    return value.layout[0]


def _columns(value: Value) -> Dim | None:
    if value.flexible:
        return ONE_DIM if value.flexible == "ones" and not value.row else None
    return value.layout[1]


def _scaled_identity(reader: Context, node: Node, arrays: Sequence[Factor]) -> Value | None:
    """`x' x I`: behind a product that is a number, `I` is no factor of the last array but a matrix of its own."""
    count = next((k for k, (_, _, v) in enumerate(reversed(arrays)) if v.flexible != "I"), len(arrays))
    before = arrays[: len(arrays) - count]
    if not count or len(before) < 2:
        return None
    first, last = before[0][2], before[-1][2]
    if not (first.row and first.rank == 1 and last.rank == 1 and not last.row):
        return None
    whole = multiply(reader, node, before)
    if whole is None or whole.rank or whole.flexible:
        return None
    return Value(build.product([whole.term, *(v.term for _, _, v in arrays[len(before) :])]), flexible="I")


def _shape_flexible(reader: Context, node: Node, arrays: list[Factor]) -> list[Factor] | None:
    """Give `I`, `1` and `0` the shapes their neighbours ask for; a product of nothing else stays open."""
    shaped = list(arrays)
    if all(v.flexible for _, _, v in arrays):
        if len(arrays) == 1:
            return shaped
        if all(v.flexible == "I" for _, _, v in arrays):
            term = build.product([v.term for _, _, v in arrays])
            return [(arrays[0][0], node, Value(term, flexible="I"))]
        reader.error("EIN301", node, "nothing here says how long these are: give sizes, as in `ones(n)` and `I(n)`")
        return None
    scale: list[Term] = []
    kept: list[Factor] = []
    for k, (operator, part, value) in enumerate(shaped):
        if value.flexible == "I":
            scale.append(value.term)  # the identity is neutral in a product
            continue
        if value.flexible:
            before = _columns(kept[-1][2]) if kept else None
            after = next((_rows(v) for _, _, v in shaped[k + 1 :] if v.flexible != "I"), None)
            dim = after if value.row else before
            if dim is None:
                reader.error("EIN301", part, "nothing here says how long this vector of ones is: write `ones(n)`")
                return None
            if dim is ONE_DIM:  # one of them is the number
                scale.append(value.term)
                continue
            value = Value(value.term, (fuse(*(fresh_index(d) for d in dim.parts or (dim,))),), row=value.row)
        kept.append((operator, part, value))
    if scale:
        operator, part, value = kept[0]
        kept[0] = (operator, part, value.of(build.product([*scale, value.term])))
    return kept


def _conforms(reader: Context, factors: Sequence[Factor]) -> bool:
    # an axis whose length nobody says is no axis of length 1: that is a number's, or a row's
    return all(_junctions(factors, lambda a, b: (a is ONE_DIM) == (b is ONE_DIM) and reader.same_dim(a, b) is not None))


def _junctions(factors: Sequence[Factor], fits: Callable[[Dim, Dim], bool]) -> list[bool]:
    """Does each factor fit what stands before it?  Anything fits behind a product that is a number, as `x' x`."""
    first = factors[0][2]
    rows, columns = first.layout if first.rank <= 2 else (ONE_DIM, ONE_DIM)
    found = []
    for _, _, value in factors[1:]:
        if rows is columns is ONE_DIM:
            rows, columns = value.layout
            found.append(True)
        else:
            found.append(fits(columns, value.layout[0]))
            columns = value.layout[1]
    return found


class _Row:
    """The factors of a product so far, and the indices that it sums: it is built once, at the end."""

    def __init__(self, factors: list[Term]):
        self.factors = factors
        self.summed: list[Index] = []

    def take(self, reader: Context, left: Value, right: Value) -> Value:
        """One factor more; what has the axes of the product with it."""
        if not left.rank:
            self.factors.append(right.term)
            return right
        if not left.row and left.rank == 1:  # a column: only a row or a one-row matrix conforms
            if right.rank == 1:
                self.factors.append(right.term)
                return Value(left.term, left.axes + right.axes)
            self.factors.append(right.on((1, right.axes[1])))
            return Value(left.term, (left.axes[0], right.axes[1]))
        inner = left.axes[-1]
        if right.row and right.rank == 1:  # a one-column matrix times a row
            self._rename(dict.fromkeys(flat((inner,)), 1))
            self.factors.append(right.term)
            return Value(left.term, (left.axes[0], right.axes[0]))
        if isinstance(inner, Fused):
            shared = fresh_axis(inner)
        elif reader.resolved(inner.dim) is inner.dim and inner.kind == Index.FRESH and inner not in right.term.free:
            shared = inner  # nobody else's
        else:
            shared = fresh_index(reader.resolved(inner.dim))
        if shared is not inner:
            self._rename(dict(zip(flat((inner,)), flat((shared,)), strict=True)))
        self.factors.append(right.on((shared, *right.axes[1:])))
        self.summed += flat((shared,))
        axes = left.axes[:-1] + right.axes[1:]
        return Value(left.term, axes, row=left.rank == 1 and len(axes) == 1)

    def _rename(self, names: dict[Index, Slot]) -> None:
        self.factors = [build.substitute(f, names) for f in self.factors]


def _explain(reader: Context, node: Node, factors: Sequence[Factor]) -> None:
    """One report for a product that does not conform: a transpose that mends it, an orientation, or the shapes."""
    junctions = _junctions(factors, _may_be_one)
    bad = junctions.index(False) if False in junctions else 0
    left, right = factors[bad], factors[bad + 1]
    if left[2].rank == right[2].rank == 1 and left[2].row == right[2].row:
        _explain_orientation(reader, left, right)
        return
    for k in _nearest_first(len(factors), bad):
        mended = [(o, p, v.transposed() if n == k else v) for n, (o, p, v) in enumerate(factors)]
        if _conforms(reader, mended):
            part = factors[k][1]
            text = transposed_text(reader, part)
            value = factors[k][2]
            message = (
                f"`{reader.source(left[1])}` is {left[2].shape_text()} and `{reader.source(right[1])}` is "
                f"{right[2].shape_text()}: with `{text}` ({value.transposed().shape_text()}) the product conforms"
            )
            fix = Fix(f"write `{text}`", (part.start, part.end), text)
            reader.error("EIN302", part, message, (fix,), related=related_to(reader, left[1], right[1]))
            return
    # the neighbours decide which of the two is out of step
    before = bad > 0 and junctions[bad - 1]
    after = bad + 1 < len(junctions) and junctions[bad + 1]
    wrong, other = (left, right) if after and not before else (right, left)
    if not before and not after:
        wrong, other = left, right
    inner = (left[2].layout[1], right[2].layout[0])
    message = (
        f"`{reader.source(wrong[1])}` does not fit `{reader.source(other[1])}`: `{reader.source(left[1])}` is "
        f"{left[2].shape_text()} and `{reader.source(right[1])}` is {right[2].shape_text()}, "
        f"so the inner dimensions {inner[0]} and {inner[1]} differ"
    )
    reader.error("EIN301", wrong[1], message, related=related_to(reader, left[1], right[1]))


def _may_be_one(a: Dim, b: Dim) -> bool:
    return a is b or a.inferred or b.inferred


def _nearest_first(count: int, bad: int) -> list[int]:
    return sorted(range(count), key=lambda k: (min(abs(k - bad), abs(k - bad - 1)), k))


def _explain_orientation(reader: Context, left: Factor, right: Factor) -> None:
    a, b = reader.source(left[1]), reader.source(right[1])
    column = "row" if left[2].row else "column"
    span = (left[1].start, right[1].end)
    bare_a, bare_b = (transposed_text(reader, p[1]) if p[2].row else reader.source(p[1]) for p in (left, right))
    choices = [f"{bare_a} {_raised(bare_b)}"]
    if left[2].layout == right[2].layout:
        choices = [f"{_raised(bare_a)} {bare_b}", *choices, f"{bare_a} ⊙ {bare_b}"]
    fixes = tuple(Fix(f"write `{c}`", span, c) for c in choices)
    message = f"`{a}` and `{b}` are both {column}s, and their product has no meaning: write " + ", ".join(
        f"`{c}`" for c in choices
    )
    reader.report.add("EIN303", span[0], span[1], message, fixes, related=related_to(reader, left[1], right[1]))


def _raised(text: str) -> str:
    return f"{text}'"


def transposed_text(reader: Context, node: Node) -> str:
    text = reader.source(node)
    for mark in ("'", "ᵀ", "^T", "^⊤"):
        if text.endswith(mark):
            return text[: -len(mark)]
    return f"{text}'"


def related_to(reader: Context, *nodes: Node) -> tuple[Related, ...]:
    named = [n.text for node in nodes for n in names_in(node)]
    marked = [n.marked for node in nodes for n in nodes_in(node) if isinstance(n, Indexed) and n.marked]
    return reader.declared_at(*dict.fromkeys([*named, *marked]))
