"""Functions of whole arrays, and elementwise ones of any array: who reads a call, and what each does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from ..syntax.tree import Call, Indexed, Keyword, Name, Node
from ..terms import build
from ..terms.dimension import fresh_index
from ..terms.term import Component, Term
from ..terms.unknown import unknown_name
from .array_functions import call_defined
from .axes import call_along, no_keyword
from .context import Context
from .elementwise import fit
from .function_table import OF_TWO, ROW
from .matrix_functions import BUILT, OF_PAIRS, covariance
from .names import ARRAYS, NOTES, Entry
from .products import transposed_text
from .report import Fix
from .values import Value, flat, merge_orders


def call(
    reader: Context,
    node: Node,
    text: str,
    nodes: Sequence[Node],
    values: Sequence[Value],
    keywords: Sequence[Keyword] = (),
) -> Value | None:
    """A function of whole arrays, or an elementwise one of any array."""
    entry = reader.names.find(text)
    if entry is None and _is_of_arrays(text, len(values)):
        return _of_arrays(reader, node, text, nodes, values, keywords)
    if keywords:
        no_keyword(reader, text, keywords[0])
        return None
    if entry is not None and entry.function is not None:
        return unknown_call(reader, node, entry, nodes, values, 0)
    # what SymPy has need not be asked for
    arity = 1 if entry is not None or text in _NAMED else _ARITY.get(text) or reader.names.elementwise(text)
    if not arity:
        reader.error("EIN002", node, f"`{text}` is not supported yet")
        return None
    if len(values) != arity:
        _counted(reader, node, text, arity, len(values))
        return None
    if not all(reader.is_sized(n, v) for n, v in zip(nodes, values, strict=True)):
        return None
    if text in _OF_MATRICES and values[0].rank == 2 and _is_square(values[0]):
        if reader.names.fact(NOTES):
            message = f"`{text}` of a square matrix is taken entry by entry, or of the matrix: nothing says which"
            reader.error("EIN002", node, message)
            return None
        what = f"{text}({reader.source(nodes[0])})"
        matrix = "; that is `expm`" if text == "exp" else ""
        message = (
            f"`{what}` of a square matrix is taken entry by entry here; it is not the `{text}` of the matrix{matrix}"
        )
        reader.error("EIN305", node, message)
    if arity == 1:
        name = text if entry is None else reader.names.applied(entry)
        apply = (_NAMED.get(text) if entry is None else None) or (lambda t: build.apply(name, t))
        term = apply(values[0].term)
        return values[0].closed(term)
    return _of_several(reader, text, nodes, values)


def _of_several(reader: Context, text: str, nodes: Sequence[Node], values: Sequence[Value]) -> Value | None:
    """An elementwise function of arrays of one shape, and of numbers, which stand for arrays of them."""
    agreed = reader.agree([("", n, v) for n, v in zip(nodes, values, strict=True)])
    if agreed is None:
        return None
    first = next(((n, v) for n, v in zip(nodes, agreed, strict=True) if v.rank), None)
    terms: list[Term] = []
    for part, value in zip(nodes, agreed, strict=True):
        term = fit(reader, part, value, first) if value.rank else value.term
        if term is None:
            return None
        terms.append(term)
    model = reader.settle(first[1]) if first else agreed[0]
    if text == "clip":
        text, terms = "min", [build.apply("max", *terms[:2]), terms[2]]
    term = build.apply(text, *terms)
    return replace(model, term=term, order=merge_orders(*(v.order for v in agreed)))


def _is_of_arrays(text: str, count: int) -> bool:
    """Is it a function of whole arrays, where it has so many arguments?"""
    if text in ARRAYS or text in BUILT:
        return True
    row = ROW.get(text)
    if row is None or (text in OF_TWO and count == 2):
        return False
    return row.along or bool(row.formula) or text in (*OF_PAIRS, "cov")


def _of_arrays(
    reader: Context, node: Node, text: str, nodes: Sequence[Node], values: Sequence[Value], keywords: Sequence[Keyword]
) -> Value | None:
    if is_of_component(reader, node, text, nodes, values):
        return None
    row = ROW.get(text)
    if text in ARRAYS or (row is not None and row.ranks):
        if keywords:
            no_keyword(reader, text, keywords[0])
            return None
        return call_defined(reader, node, text, nodes, values)
    assert row is not None
    if len(values) != len(row.arguments):
        _counted(reader, node, text, len(row.arguments), len(values))
        return None
    if len(keywords) > 1:
        reader.error("EIN001", keywords[1], f"`{text}` takes one `axis=`")
        return None
    if row.along:
        return call_along(reader, node, row, nodes[0], values[0], keywords)
    if text == "cov":
        return covariance(reader, node, nodes[0], values[0], keywords)
    if keywords:
        no_keyword(reader, text, keywords[0])
        return None
    return (
        OF_PAIRS[text](reader, node, nodes, values)
        if text in OF_PAIRS
        else BUILT[text](reader, node, nodes[0], values[0])
    )


def _counted(reader: Context, node: Node, text: str, wanted: int, given: int) -> None:
    told = "one argument" if wanted == 1 else f"{wanted} arguments"
    reader.error("EIN001", node, f"`{text}` takes {told}, {given} given")


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


def is_of_component(reader: Context, node: Node, text: str, nodes: Sequence[Node], values: Sequence[Value]) -> bool:
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
        if text in ROW and ROW[text].along and text != "sum":
            fixes += [f"{text}_{i.name}({source})" for i in value.order]
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


_ARITY = {"clip": 3}
_NAMED = {
    "sqrt": lambda t: build.power(t, Fraction(1, 2)),
    "ln": lambda t: build.apply("log", t),
}
