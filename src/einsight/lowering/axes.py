"""Functions that run along an axis: `softmax(S, axis=1)`, `softmax_j(S_ij)`, `max(x)`.

Each is one of a vector, by a formula in its entries; along an axis, an index, or all entries, the formula is put over those
indices.  Axes count as NumPy counts them: from 0, or back from -1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..syntax.parse import parse_statement
from ..syntax.tree import Addition, Keyword, Node, Num, Relation, Subscript
from ..terms import build
from ..terms.dimension import Dim, Index, Slot, fresh_index
from ..terms.term import Component, Operator, Position, Product, Size, Tensor, Term
from ..terms.walk import map_parts
from .context import Context
from .function_table import ROW, FunctionRow, running_along
from .names import ALONG_ROWS, NOTES, Entry, Names
from .report import Fix, Report
from .values import Axis, Value, flat

_X, _N = "x", Dim("n")


def along(reader: Context, row: FunctionRow, term: Term, over: Sequence[Index]) -> Term:
    """The function of the entries that a term has over some indices; one that keeps its axis is free in them again."""
    if not row.formula:
        return _operator(row.name, over, term)
    body, kept = _formula(row, type(reader), reader)
    groups: dict[Index, tuple[Index, ...]] = {} if kept is None else {kept: tuple(over)}
    return _put_over(body, term, tuple(over), groups)


_read: dict[tuple[str, type[Context]], tuple[Term, Index | None]] = {}


def _formula(row: FunctionRow, reading: type[Context], reader: Context) -> tuple[Term, Index | None]:
    """The formula in the entries of a vector, read once, and the index of the result."""
    key = (row.name, reading)
    if key not in _read:
        names, report = Names(reader.names.elementwise), Report()
        names.put(Entry(_X, Tensor(_X, (_N,)), None, "declared"))
        tree, _ = parse_statement(row.formula)
        assert isinstance(tree, Relation)
        own = reading(names, report, row.formula)
        with own.keeping(row.indices):
            value = own.read(tree.sides[0])
        assert value is not None and not report.has_errors(), (row.formula, report.diagnostics)
        value = own.settle(value)
        _read[key] = value.term, value.order[0] if value.order else None
    return _read[key]


def _put_over(formula: Term, term: Term, over: tuple[Index, ...], groups: dict[Index, tuple[Index, ...]]) -> Term:
    """The formula with each of its indices run over several: `groups` says which stand for which."""

    def opened(indices: Sequence[Index]) -> tuple[Index, ...]:
        """Fresh indices for some that are bound."""
        made: list[Index] = []
        for index in indices:
            groups[index] = tuple(fresh_index(i.dim) for i in over)
            made += groups[index]
        return tuple(made)

    def visit(t: Term) -> Term:
        if isinstance(t, Component):
            (slot,) = t.indices
            assert isinstance(slot, Index)
            names: dict[Index, Slot] = dict(zip(over, groups[slot], strict=True))
            return build.substitute(term, names)
        if isinstance(t, Size):
            return build.product([build.size(i.dim) for i in over])
        if isinstance(t, Position):
            assert isinstance(t.slot, Index)
            (index,) = groups[t.slot]
            return build.position(index)
        if isinstance(t, Product) and t.bound:
            factors, dummies = build.open_product(t)
            bound = opened(dummies)
            return build.product([visit(f) for f in factors], bound)
        if isinstance(t, Operator):
            (argument,) = t.arguments
            params, body = build.open_abstraction(argument)
            return _operator(t.name, opened(params), visit(body))
        return map_parts(t, visit)

    found = visit(formula)
    visit = None  # type: ignore[assignment]  # which holds itself
    return found


def _operator(name: str, over: Sequence[Index], term: Term) -> Term:
    """The largest entry or the product of all entries; of one number that number."""
    return build.operator(name, [build.abstraction(over, term)]) if over else term


def call_along(
    reader: Context, node: Node, row: FunctionRow, inner: Node, value: Value, keywords: Sequence[Keyword] = ()
) -> Value | None:
    """A function of a whole array, along the axis that is given, its only one, or all of them."""
    if not reader.is_sized(inner, value):
        return None
    value = reader.settle(value)
    if keywords:
        axis = axis_of(reader, row.name, inner, value, keywords[0])
        if axis is None:
            return None
    elif value.rank == 1:
        axis = 0
    elif not row.whole and value.as_vector().rank == 1:  # a row that is declared with an axis of one entry
        if not row.keeps_axis:
            value = value.as_vector()
        axis = next(k for k, a in enumerate(value.axes) if a.dim.value != 1)
    elif row.whole:
        return Value(along(reader, row, value.term, value.plain_axes), order=value.order)
    elif value.rank == 2 and row.keeps_axis and (reader.names.fact(NOTES) or reader.names.fact(ALONG_ROWS)):
        told = f"`{reader.source(node)}` is taken along each row, which nothing says"
        reader.error("EIN106", node, told)
        axis = 1
    elif value.rank:
        axis_needed(reader, node, row.name, inner, value)
        return None
    else:
        message = f"`{row.name}` is a function of a vector, and `{reader.source(inner)}` is a number"
        reader.error("EIN301", inner, message)
        return None
    if not _counts(reader, inner, row, flat((value.axes[axis],))):
        return None
    term = along(reader, row, value.term, flat((value.axes[axis],)))
    if row.keeps_axis:
        return value.of(term)
    left = tuple(a for k, a in enumerate(value.axes) if k != axis)
    return Value(term, left, value.order)


def _counts(reader: Context, inner: Node, row: FunctionRow, over: Sequence[Axis]) -> bool:
    """Has a function that counts places one index to count?"""
    if len(over) == 1 or "<" not in row.formula:
        return True
    message = f"the entries of an axis of `vec` or `⊗` are not counted: `{row.name}` of `{reader.source(inner)}` needs one index"
    reader.error("EIN002", inner, message)
    return False


def axis_of(reader: Context, name: str, inner: Node, value: Value, keyword: Keyword) -> int | None:
    """The place of the axis that `axis=` names; None, and a report, where there is none."""
    if keyword.name != "axis":
        message = f"`{name}` takes no `{keyword.name}=`: it takes `axis=`, which counts from 0, as NumPy does"
        reader.error("EIN001", keyword, message)
        return None
    given = _whole_number(keyword.value)
    rank, source = value.rank, reader.source(inner)
    if not rank:
        reader.error("EIN301", keyword, f"`{source}` is a number and has no axis: leave `axis=` out")
        return None
    # a row is a matrix with one row, a column a vector
    first = 1 if value.row else 0
    places = range(first, first + rank)
    allowed = [*places, *(-k for k in range(1, rank + 1))]
    if given is None or given not in allowed:
        axes = "1 axis" if rank == 1 else f"{rank} axes"
        fixes = tuple(
            Fix(f"write `axis={k}`", (keyword.start, keyword.end), f"axis={k}") for k in places
        )  # each of them is one that there is
        listed = " or ".join(f"`axis={k}`" for k in places)
        message = f"`{source}` is {value.shape_text()}, with {axes}: write {listed}, or count back from `axis=-1`"
        reader.error("EIN301", keyword, message, fixes)
        return None
    return given - first if given >= 0 else given + rank


def _whole_number(node: Node) -> int | None:
    sign = 1
    if isinstance(node, Addition) and len(node.items) == 1:
        sign, node = node.items[0]
    return sign * int(node.value) if isinstance(node, Num) and node.value.denominator == 1 else None


def axis_needed(reader: Context, node: Node, name: str, inner: Node, value: Value) -> None:
    """EIN306: of a matrix that may run along either axis, with both fixes."""
    source = reader.source(inner)
    if reader.names.fact(NOTES):
        reader.error(
            "EIN002", node, f"`{name}` of a matrix runs along its rows or along its columns: nothing says which"
        )
        return
    calls = [f"{name}({source}, axis={k})" for k in reversed(range(value.rank))]
    meant = [f"`{calls[0]}` runs along each row", f"`{calls[1]}` along each column"] if value.rank == 2 else None
    listed = ", ".join(meant or [f"`{c}`" for c in calls])
    message = f"`{name}` of an array with {value.rank} axes needs the axis along which it runs: {listed}"
    fixes = tuple(Fix(f"write `{c}`", (node.start, node.end), c) for c in calls)
    reader.error("EIN306", node, message, fixes)


def call_over_index(
    reader: Context, node: Node, row: FunctionRow, arguments: Sequence[Node], subscript: Subscript
) -> Value | None:
    """`logsumexp_j(S_ij)`: the index is bound, as by a sum; of `softmax_j(S_ij)` it stays free."""
    if subscript.problem or not all(e.plain for e in subscript.entries) or subscript.lower is not None:
        reader.error(
            "EIN001", subscript, subscript.problem or f"below `{row.name}` stand indices, as in `{row.name}_j(S_ij)`"
        )
        return None
    if len(arguments) != 1:
        reader.error("EIN001", node, f"`{row.name}` takes one argument along an index, {len(arguments)} given")
        return None
    for entry in subscript.entries:
        reader.see(entry)
    wanted = [e.plain for e in subscript.entries if e.plain]
    around = reader.bound
    reader.bound = around if row.keeps_axis else around | set(wanted)
    with reader.keeping(wanted):
        value = reader.read(arguments[0])
    reader.bound = around
    if value is None:
        return None
    value = reader.settle(value)
    by_name = {i.name: i for i in value.order}
    missing = [n for n in wanted if n not in by_name]
    if missing:
        _not_there(reader, node, row, arguments[0], subscript, missing[0], list(by_name), value)
        return None
    over = tuple(by_name[n] for n in wanted)
    if not _counts(reader, arguments[0], row, over):
        return None
    term = along(reader, row, value.term, over)
    if row.keeps_axis:
        return replace(value, term=term, traced=())
    for index in over:
        reader.marks.summed(index.name, node.start, node.end, index.dim)
    order = tuple(i for i in value.order if i not in over)
    return reader.closed(replace(value, term=term, order=order, traced=()), wanted)


def _not_there(
    reader: Context, node: Node, row: FunctionRow, inner: Node, subscript: Subscript, missing: str,
    there: list[str], value: Value,
) -> None:  # fmt: skip
    """The index along which it should run does not stand in the argument."""
    source = reader.source(inner)
    calls = [f"{row.name}_{n}({source})" for n in there]
    if not calls and value.rank:
        calls = [f"{row.name}({source}{f', axis={k}' if value.rank > 1 else ''})" for k in reversed(range(value.rank))]
    advice = "write " + " or ".join(f"`{c}`" for c in calls) if calls else "it is one number"
    message = (
        f"index `{missing}` does not occur in `{source}`, so `{row.name}_{missing}` has nothing to run along: {advice}"
    )
    fixes = tuple(Fix(f"write `{c}`", (node.start, node.end), c) for c in calls)
    reader.error("EIN201", subscript, message, fixes)


def no_keyword(reader: Context, text: str, keyword: Keyword) -> None:
    """A keyword before a function that takes none."""
    named = keyword.name
    if named == "axis":
        message = f"`{text}` takes no axis: those that do are {', '.join(running_along())}"
    else:
        message = f"`{text}` takes no `{named}=`"
    reader.error("EIN001", keyword, message)


def row_along(name: str) -> FunctionRow | None:
    """The row of a function that runs along an axis."""
    row = ROW.get(name)
    return row if row is not None and row.along else None
