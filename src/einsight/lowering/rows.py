"""Factors in a row: what a sum sign or a derivative takes in, and the convention over the indices that two factors share."""

from __future__ import annotations

from ..syntax.tree import Absolute, Group, Indexed, Name, Node, Norm, Num, Transpose
from ..terms import build
from ..terms.dimension import Index
from . import derivatives, products, sums
from . import marks as kinds
from .constants import read_unit_vector, unit_vectors
from .context import Context
from .operators import Items, as_node, differential, juxtaposed, nabla_sign, names_in, spread, sum_sign
from .values import Value, merge_orders

# what is neither a sum sign nor a derivative
_NO_SIGN = frozenset({Absolute, Group, Norm, Num, Transpose})


def read_row(reader: Context, node: Node, items: Items) -> Value | None:
    """Factors up to the first operator that governs the rest, then the rest."""
    factors: list[tuple[str, Node, Value]] = []
    failed = False
    place = 0
    around, reader.row_end = reader.row_end, items[-1][1].end
    items = juxtaposed(reader.names, items)
    units = unit_vectors(reader.names, items)
    while place < len(items):
        operator, item = items[place]
        found = _governed(reader, items, place)
        if found is not None:
            read = [(operator, item, found[0])]
            place = found[1]
        else:
            # `s_i(1 - s_i) δ_ij` is one product of three: no bracket of its own holds both `s_i`
            parts = spread(reader.names, item) if operator != "/" else None
            if units and item in units:
                parts = (("", item),)
            if parts:
                read = [("" if k else operator, n, _read_part(reader, n, units)) for k, (_, n) in enumerate(parts)]
            else:
                read = [(operator, item, reader.read(item) if operator == "/" else reader.read_factor(item))]
            place += 1
        for sign, factor, value in read:
            if value is None:
                failed = True
            else:
                factors.append((sign, factor, value))
    reader.row_end = around
    return None if failed else contract(reader, node, factors)


def _read_part(reader: Context, node: Node, units: set[Node]) -> Value | None:
    return (
        read_unit_vector(reader, node) if units and isinstance(node, Indexed) and node in units else reader.read(node)
    )


def _governed(reader: Context, items: Items, place: int) -> tuple[Value | None, int] | None:
    """The value of a sum sign or derivative with all that it takes in, and where the row goes on."""
    item = items[place][1]
    if type(item) in _NO_SIGN:
        return None
    head = item.base if type(item) is Indexed else item
    if type(head) is Name and head.text[0] != "d" and (head is item or head.text not in ("sum", "D")):
        return None
    sign = sum_sign(item)
    if sign is not None:
        reader.marks.add(kinds.OPERATOR, item.start, item.start + (1 if reader.text[item.start] == "∑" else 3), "∑")
        return sums.read_sum(reader, sign, items[place + 1 :]), len(items)
    nabla = nabla_sign(item, reader.names)
    if nabla is not None:
        reader.marks.add(kinds.OPERATOR, item.start, item.start + 1, reader.text[item.start])
        rest = items[place + 1 :]
        return derivatives.nabla(reader, nabla, as_node(rest) if rest else None), len(items)
    found = differential(items, place, reader.names)
    if found is None and _is_differential_of_the_rest(reader, items, place):
        inner = as_node(items[place + 1 :])
        reader.marks.node(kinds.OPERATOR, item)
        return derivatives.total(reader, Node(item.start, inner.end), inner), len(items)
    if found is None:
        _warn_of_differentials(reader, items, place)
        return None
    for at in (found.node.start, *(v.start - 1 for v in found.variables)):
        reader.marks.add(kinds.OPERATOR, at, at + 1, reader.text[at])
    after = place + found.consumed
    if found.numerator is not None:
        return derivatives.differential(reader, found, found.numerator), after
    rest = items[after:]
    if not rest or rest[0][0] == "/":
        name = reader.source(found.node)
        reader.error(
            "EIN001",
            found.node,
            f"nothing stands after `{name}`: write what it differentiates, as in `{name} (a' x)`",
        )
        return None, len(items)
    return derivatives.differential(reader, found, as_node(rest)), len(items)


def _is_differential_of_the_rest(reader: Context, items: Items, place: int) -> bool:
    """`d logdet(A)` beside `dA`: a `d` that is no name, before a product, in a statement that writes the differential of a name."""
    item = items[place][1]
    if not (isinstance(item, Name) and item.text == "d") or reader.names.knows("d") or place + 1 >= len(items):
        return False
    if items[place + 1][0] == "/":
        return False
    named = {n.text for _, part in items[place + 1 :] for n in names_in(part)}
    return any(derivatives.writes_differential(reader, name) for name in named)


def _warn_of_differentials(reader: Context, items: Items, place: int) -> None:
    """`dy/dx` of two declared names is a quotient, which a reader may take for a derivative."""
    pair = [n for _, n in items[place : place + 2]]
    if len(pair) < 2 or items[place + 1][0] != "/":
        return
    if all(isinstance(n, Name) and n.text[0] == "d" and len(n.text) > 1 and reader.names.knows(n.text) for n in pair):
        a, b = (reader.source(n) for n in pair)
        message = f"`{a}/{b}` is the quotient of two declared names; the derivative is `∂{a[1:]}/∂{b[1:]}`"
        reader.report.add("EIN104", pair[0].start, pair[1].end, message)


def contract(reader: Context, node: Node, factors: list[tuple[str, Node, Value]]) -> Value | None:
    """The product of the factors, summed by the convention over each index that two of them share."""
    if len(factors) == 1:
        return factors[0][2]
    values = reader.agree(factors)
    if values is None:
        return None
    counts: dict[Index, int] = {}
    for value in values:
        for index in value.order:
            counts[index] = counts.get(index, 0) + 1
    for index, count in counts.items():
        if count > 2 and index.name not in reader.kept:
            reader.too_often(node, index.name, count)
            return None
    traced = [n for v in values for n in v.traced]
    clash = (
        next((n for n in traced if traced.count(n) > 1 or any(i.name == n for i in counts)), None) if traced else None
    )
    if clash is not None:
        reader.too_often(node, clash, 2 * traced.count(clash) + sum(c for i, c in counts.items() if i.name == clash))
        return None
    if "/" not in [op for op, _, _ in factors] and not any(v.axes or v.flexible for v in values):
        return _of_numbers(reader, node, values, [i for i, c in counts.items() if c == 2 and i.name not in reader.kept])
    whole = products.multiply(reader, node, [(op, n, v) for (op, n, _), v in zip(factors, values, strict=True)])
    if whole is None:
        return None
    divided = _divided(reader, node, factors, values)
    summed = [i for i, c in counts.items() if c == 2 and i.name not in reader.kept and i not in divided]
    for index in summed:
        reader.marks.summed(index.name, node.start, node.end, index.dim)
    order = tuple([i for i in merge_orders(*[v.order for v in values]) if i not in summed])
    term = build.product([whole.term], summed) if summed else whole.term
    result = Value(term, whole.axes, order, whole.row, whole.flexible, (), whole.split)
    return reader.closed(result, [i.name for i in summed]) if summed else result


def _of_numbers(reader: Context, node: Node, values: list[Value], summed: list[Index]) -> Value:
    """The product of components, which is built at once with its sums."""
    for index in summed:
        reader.marks.summed(index.name, node.start, node.end, index.dim)
    order = tuple([i for i in merge_orders(*[v.order for v in values]) if i not in summed])
    result = Value(build.product([v.term for v in values], summed), order=order)
    return reader.closed(result, [i.name for i in summed]) if summed else result


def _divided(reader: Context, node: Node, factors: list[tuple[str, Node, Value]], values: list[Value]) -> set[Index]:
    """Indices that stand above and below the line of one quotient, once each: a normalisation keeps them free."""
    if "/" not in [op for op, _, _ in factors]:
        return set()
    above, below = (
        [i for (op, _, _), v in zip(factors, values, strict=True) if (op == "/") is under for i in v.order]
        for under in (False, True)
    )
    found = {i for i in above if i.name not in reader.kept and above.count(i) == below.count(i) == 1}
    for index in sorted(found, key=lambda i: i.key):
        reader.error(
            "EIN207",
            node,
            f"`{index.name}` stands above and below the line of this quotient, so it is not summed: "
            f"write `∑_{index.name}` before it for the sum",
        )
    return found
