"""Functions of whole arrays, and elementwise ones of any array: who reads a call, and what each does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from ..syntax.tree import Call, Indexed, Name, Node
from ..terms import build
from ..terms.dimension import fresh_index
from ..terms.term import Component
from ..terms.unknown import unknown_name
from .array_functions import call_defined
from .context import Context
from .elementwise import fit
from .kronecker import REFUSED, blocks_of
from .names import ARRAYS, NOTES, Entry
from .products import related_to, transposed_text
from .report import Fix
from .values import Value, flat, fresh_axis, fuse, identity, merge_orders


def call(reader: Context, node: Node, text: str, nodes: Sequence[Node], values: Sequence[Value]) -> Value | None:
    """A function of whole arrays, or an elementwise one of any array."""
    entry = reader.names.find(text)
    if entry is None and (text in ARRAYS or text in _ARRAY) and _is_of_component(reader, node, text, nodes, values):
        return None
    if entry is None and text in ARRAYS:
        return call_defined(reader, node, text, nodes, values)
    function = _ARRAY.get(text)
    known = function is not None or text in _NAMED  # what SymPy has need not be asked for
    arity = 0 if known else reader.names.elementwise(text)
    if entry is None and text in ("min", "max"):
        arity = 2
    elif entry is None and function is not None:
        if len(values) != 1:
            reader.error("EIN001", node, f"`{text}` takes one argument, {len(values)} given")
            return None
        return function(reader, node, nodes[0], values[0])
    if entry is not None and entry.function is not None:
        return unknown_call(reader, node, entry, nodes, values, 0)
    if entry is not None or text in _NAMED:
        arity = 1
    if not arity:
        reader.error("EIN002", node, f"`{text}` is not supported yet")
        return None
    if len(values) != arity:
        reader.error("EIN001", node, f"`{text}` takes {arity} argument{'s' * (arity > 1)}, {len(values)} given")
        return None
    if any(v.flexible for v in values):
        place = next(k for k, v in enumerate(values) if v.flexible)
        message = f"nothing here says how large `{reader.source(nodes[place])}` is: write `I(n)` or `ones(n)`"
        reader.error("EIN301", nodes[place], message)
        return None
    if text in _OF_MATRICES and values[0].rank == 2 and _is_square(values[0]):
        if reader.names.fact(NOTES):
            message = f"`{text}` of a square matrix is taken entry by entry, or of the matrix: nothing says which"
            reader.error("EIN002", node, message)
            return None
        what = f"{text}({reader.source(nodes[0])})"
        message = f"`{what}` of a square matrix is taken entry by entry here; it is not the `{text}` of the matrix"
        reader.error("EIN305", node, message)
    if arity == 1:
        name = text if entry is None else reader.names.applied(entry)
        apply = (_NAMED.get(text) if entry is None else None) or (lambda t: build.apply(name, t))
        term = apply(values[0].term)
        return replace(values[0], term=term, traced=())
    agreed = reader.agree([("", n, v) for n, v in zip(nodes, values, strict=True)])
    if agreed is None:
        return None
    first = next(((n, v) for n, v in zip(nodes, agreed, strict=True) if v.rank), None)
    terms = [fit(reader, n, v, first) for n, v in zip(nodes, agreed, strict=True)]
    if any(t is None for t in terms):
        return None
    model = first[1] if first else agreed[0]
    return replace(
        model,
        term=build.apply(text, *(t for t in terms if t is not None)),
        order=merge_orders(*(v.order for v in agreed)),
    )


def unknown_call(
    reader: Context, node: Node, entry: Entry, nodes: Sequence[Node], values: Sequence[Value], order: int
) -> Value | None:
    """`f(x)` of an unknown `f : ℝ^m → ℝ^n`, or its derivative of that order, the variable's axes last."""
    assert entry.function is not None
    source, image = entry.function
    if len(values) != 1:
        reader.error("EIN001", node, f"`{entry.name}` takes one argument, {len(values)} given")
        return None
    value, inner = values[0], nodes[0]
    if value.order:
        reader.error("EIN203", inner, f"`{entry.name}` is a function of a whole array, and this is a component of one")
        return None
    fits = len(source) == value.rank and not value.row and not value.flexible
    if not fits or any(reader.same_dim(d, a.dim) is None for d, a in zip(source, value.axes, strict=True)):
        want = "×".join(map(str, source)) or "a scalar"
        turned = value.transposed() if value.row else value
        fixes: tuple[Fix, ...] = ()
        if value.row and len(source) == 1 and reader.same_dim(source[0], turned.axes[0].dim) is not None:
            text = transposed_text(reader, inner)
            fixes = (Fix(f"write `{text}`", (inner.start, inner.end), text),)
        message = f"`{entry.name}` takes {want}{'×1' * (len(source) == 1)}, and `{reader.source(inner)}` is {value.shape_text()}"
        reader.error("EIN302" if fixes else "EIN301", inner, message, fixes, related=reader.declared_at(entry.name))
        return None
    value = reader.settle(value)
    function = build.abstraction(value.plain_axes, value.term)
    axes = tuple(fresh_index(d) for d in (*image, *source * order))
    term = build.operator(unknown_name(entry.name, order), [function], axes)
    row = not image and order == 1 and len(source) == 1
    return Value(term, axes, row=row, split=len(image) if len(axes) > 2 else None)


def _is_of_component(reader: Context, node: Node, text: str, nodes: Sequence[Node], values: Sequence[Value]) -> bool:
    """Is a function of arrays taken of a component, which is a number?  Reports that."""
    rank = {p: r for p, (_, r) in enumerate(ARRAYS[text].parameters)} if text in ARRAYS else {}
    for place, (part, value) in enumerate(zip(nodes, values, strict=True)):
        numbered = isinstance(value.term, Component) and bool(value.term.indices)
        if value.rank or value.flexible or not (value.order or numbered) or rank.get(place) == 0:
            continue
        source, indices = reader.source(part), ", ".join(f"`{i.name}`" for i in value.order)
        fixes: list[str] = []
        if isinstance(part, Indexed) and isinstance(part.base, Name):
            fixes.append(f"{text}({part.base.text})" if isinstance(node, Call) else f"‖{part.base.text}‖")
        if text == "sum" and value.order:
            below = ",".join(i.name for i in value.order)
            below = below if len(below) == 1 else f"{{{below}}}"
            fixes.append(f"∑_{below} {source if isinstance(part, Indexed) else f'({source})'}")
        if text == "norm":
            fixes.append(f"abs({source})")
        each = f" for each {indices}" if indices else ""
        message = f"`{text}` is a function of whole arrays, and `{source}` is one number{each}: " + (
            "write " + " or ".join(f"`{f}`" for f in fixes) if fixes else "write the array without indices"
        )
        told = tuple(Fix(f"write `{f}`", (node.start, node.end), f) for f in fixes)
        reader.error("EIN208", node, message, told)
        return True
    return False


# functions that there are of square matrices too, by their power series
_OF_MATRICES = frozenset({"exp", "log", "sqrt", "sin", "cos", "sinh", "cosh"})


def _is_square(value: Value) -> bool:
    rows, columns = (tuple(i.dim for i in flat((a,))) for a in value.axes)
    return rows == columns


def _inverse(value: Value) -> Value:
    axes = tuple(fresh_index(a.dim) for a in value.axes)
    function = build.abstraction(value.plain_axes, value.term)
    return replace(value, term=build.operator("inv", [function], axes), axes=axes)


_NAMED = {
    "sqrt": lambda t: build.power(t, Fraction(1, 2)),
    "ln": lambda t: build.apply("log", t),
}


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
            return value if name == "det" else replace(value, term=build.apply("log", value.term))
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
        return replace(value, term=build.power(value.term, -1))
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


def _total(reader: Context, node: Node, inner: Node, value: Value) -> Value | None:
    if value.flexible:
        reader.error("EIN301", inner, "nothing here says how large this is")
        return None
    return Value(build.product([value.term], value.plain_axes), order=value.order)


def _mean(reader: Context, node: Node, inner: Node, value: Value) -> Value | None:
    total = _total(reader, node, inner, value)
    if total is None:
        return None
    sizes = [build.power(build.size(a.dim), -1) for a in value.plain_axes]
    return replace(total, term=build.product([total.term, *sizes]))


def _norm(reader: Context, node: Node, inner: Node, value: Value) -> Value | None:
    total = _total(reader, node, inner, replace(value, term=build.power(value.term, 2)))
    return None if total is None else replace(total, term=build.power(total.term, Fraction(1, 2)))


def _vector(reader: Context, inner: Node, value: Value, what: str) -> bool:
    if value.rank == 1:
        return True
    reader.error(
        "EIN301",
        inner,
        f"`{what}` is a function of a vector, and `{reader.source(inner)}` is {value.shape_text()}: use indices to say along which axis",
    )
    return False


def _softmax(reader: Context, node: Node, inner: Node, value: Value) -> Value | None:
    if not _vector(reader, inner, value, "softmax"):
        return None
    shared = fresh_axis(value.axes[0])
    total = build.product([build.apply("exp", value.on((shared,)))], flat((shared,)))
    return replace(value, term=build.quotient(build.apply("exp", value.term), total))


def _logsumexp(reader: Context, node: Node, inner: Node, value: Value) -> Value | None:
    if not _vector(reader, inner, value, "logsumexp"):
        return None
    total = build.product([build.apply("exp", value.term)], value.plain_axes)
    return Value(build.apply("log", total), order=value.order)


_ARRAY = {
    "tr": _trace, "trace": _trace, "det": _matrix_scalar("det"), "logdet": _matrix_scalar("logdet"), "inv": _inv,
    "diag": _diag, "vec": _vec, "sum": _total, "mean": _mean, "norm": _norm, "softmax": _softmax, "logsumexp": _logsumexp,
}  # fmt: skip
