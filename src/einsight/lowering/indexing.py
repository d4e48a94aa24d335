"""Indices on names and on whole expressions: `W_ij`, `δ_ij`, `(A B)_ij`, `x_{i+k-1}`."""

from __future__ import annotations

from dataclasses import replace

from ..syntax.tree import Indexed, IndexEntry, Name, Node, Subscript
from ..terms import build
from ..terms.dimension import Dim, Index, Shift, Slot, fresh_index
from ..terms.term import Tensor, Term, slot_indices
from . import marks as kinds
from .context import Context
from .names import AS_ROW, DELTA_IS_ARRAY, Entry, canonical_name
from .values import Value, merge_orders


def read_indexed(reader: Context, node: Indexed) -> Value | None:
    """A name or an expression with indices."""
    subscript = node.subscript
    if subscript.problem:
        reader.error("EIN001", subscript, subscript.problem)
        return None
    base = node.base
    if subscript.lower is not None:
        reader.error("EIN001", subscript, "a bound stands only below a sum sign, as in `∑_{j=1}^m`")
        return None
    if isinstance(base, Name):
        is_delta = base.text in ("delta", "δ") and not reader.names.knows(base.text)
        if is_delta and not reader.names.fact(DELTA_IS_ARRAY):
            reader.marks.node(kinds.DELTA, base, "δ")
            return _delta(reader, node, subscript)
        joined = f"{base.text}_{subscript.text}"
        if node.marked and reader.names.is_dimension(joined) and not reader.names.knows(base.text):
            return reader.read(Name(node.start, node.end, joined))
        if node.marked and reader.names.knows(joined):
            return reader.read(Name(node.start, node.end, joined))
        is_sign = base.text in ("J", "H") and not reader.names.knows(base.text)
        inner = reader.names.find(subscript.text) if is_sign else None
        if inner is not None and inner.function:
            message = f"`{joined}` is a function: write `{joined}(…)`, or `∂{inner.name}/∂x`"
            reader.error("EIN002", node, message)
            return None
        change = reader.changes.get(canonical_name(base.text))
        entry = reader.names.get(base.text) or change or _component_entry(reader, base, subscript)
        reader.marks.node(kinds.TENSOR if entry.tensor is not None else kinds.FUNCTION, base, entry.name)
        if entry.tensor is None:
            reader.error("EIN002", base, f"`{base.text}` is a function: index its value, as in `{base.text}(x)_i`")
            return None
        return _component(reader, node, entry.tensor, subscript)
    whole = reader.names.find(base.marked) if isinstance(base, Indexed) and base.marked else None
    if whole is not None and whole.tensor is not None:  # `W_q_ij`
        whole = reader.names.get(whole.name) or whole
        reader.marks.node(kinds.TENSOR, base, whole.name)
        assert whole.tensor is not None
        return _component(reader, node, whole.tensor, subscript)
    value = reader.read(base)
    if value is None:
        return None
    if value.flexible == "I" and len(subscript.entries) == 2:
        delta = _delta(reader, node, subscript)
        return None if delta is None else delta.of(build.product([value.term, delta.term]))
    return component_of(reader, node, value, subscript)


def _component_entry(reader: Context, base: Name, subscript: Subscript) -> Entry:
    """`w_{ij}` as a component of `W`, else a name that is inferred from its use."""
    capital = base.text.upper()
    if len(base.text) == 1 and capital != base.text and len(subscript.entries) >= 2:
        found = reader.names.find(capital)
        if found is not None and found.tensor is not None and len(found.tensor.dims) == len(subscript.entries):
            reader.names.used.add(found.name)
            return found
    dims = []
    for place, entry in enumerate(subscript.entries):
        name = entry.plain
        dims.append(Dim(name if name else f"{base.text}{place + 1}", inferred=True))
    name = canonical_name(base.text)
    inferred = Entry(name, Tensor(name, tuple(dims)), None, "inferred")
    reader.names.put(inferred)
    axes = "1 axis" if len(dims) == 1 else f"{len(dims)} axes"
    message = f"`{base.text}` is not declared: it is taken for an array with {axes}, as long as its indices say"
    reader.report.add("EIN101", base.start, base.end, message, severity="hint")
    return inferred


def _delta(reader: Context, node: Node, subscript: Subscript) -> Value | None:
    if len(subscript.entries) != 2:
        reader.error("EIN203", node, f"δ has 2 indices, {len(subscript.entries)} given: write `δ_ij`")
        return None
    # both ends run over one dimension, that of the first plain index; a shifted end points into it
    plain = [Index(e.plain, Dim(e.plain, inferred=True)) for e in subscript.entries if e.plain]
    dim = plain[0].dim if plain else Dim(node.start, inferred=True)
    if len(plain) == 2:
        agreed = reader.same_dim(plain[0].dim, plain[1].dim)
        if agreed is None:
            dims = [reader.resolved(i.dim) for i in plain]
            message = f"δ compares positions in one axis, and `{plain[0].name}` runs over {dims[0]}, `{plain[1].name}` over {dims[1]}"
            reader.error("EIN301", node, message)
            return None
        dim = agreed
    slots = []
    for entry in subscript.entries:
        reader.see(entry)
        slots.append(Index(entry.plain, dim) if entry.plain else _shift(entry, dim) if entry.names else entry.offset)
    order = tuple(i for s in slots for i in slot_indices(s))
    if len(order) == 2 and order[0] is order[1] and order[0].name not in reader.kept:
        return Value(build.product([build.delta(*slots)], order[:1]))
    return Value(build.delta(*slots), order=merge_orders(order))


def _shift(entry: IndexEntry, dim: Dim) -> Shift:
    """`i+k-1`, pointing into an axis of that dimension; outside of it an array is 0."""
    return Shift(tuple((Index(n, Dim(n, inferred=True)), c) for n, c in entry.names), entry.offset, dim)


def _component(reader: Context, node: Node, tensor: Tensor, subscript: Subscript) -> Value | None:
    way = reader.names.fact(("family", tensor.name)) if len(subscript.entries) < len(tensor.dims) else None
    if way:
        sample = _sample(reader, node, tensor, subscript)
        return None if sample is None else replace(sample, row=way == AS_ROW and sample.rank == 1)
    if len(subscript.entries) != len(tensor.dims):
        count, given = len(tensor.dims), len(subscript.entries)
        axes = "1 axis" if count == 1 else f"{count} axes"
        reader.error(
            "EIN203", subscript, f"`{tensor.name}` has {axes}, {given} {'index' if given == 1 else 'indices'} given",
            related=reader.declared_at(tensor.name),
        )  # fmt: skip
        return None
    slots = _slots(reader, subscript, tensor.dims, tensor.name)
    return None if slots is None else _sum_repeated(reader, node, build.component(tensor, slots), slots)


def _sample(reader: Context, node: Node, tensor: Tensor, subscript: Subscript) -> Value | None:
    """`x_i` where that is a vector: of an array whose first axes count samples, one of them."""
    count = len(subscript.entries)
    slots = _slots(reader, subscript, tensor.dims[:count], tensor.name)
    if slots is None:
        return None
    picked = _sum_repeated(reader, node, build.ONE, slots)
    axes = tuple(fresh_index(d) for d in tensor.dims[count:])
    return None if picked is None else replace(picked, term=build.component(tensor, (*slots, *axes)), axes=axes)


def component_of(reader: Context, node: Node, value: Value, subscript: Subscript) -> Value | None:
    """`(A B)_ij`: an index form of a whole expression."""
    if value.is_fused:
        reader.error("EIN002", subscript, "an axis of `vec` or `⊗` has no single index: index the factors instead")
        return None
    if value.flexible or len(subscript.entries) != value.rank:
        count = "no axes" if not value.rank else f"{value.rank} axes" if value.rank > 1 else "1 axis"
        reader.error("EIN203", subscript, f"this expression has {count}, {len(subscript.entries)} indices given")
        return None
    slots = _slots(reader, subscript, tuple(a.dim for a in value.axes), reader.source(node))
    if slots is None:
        return None
    if any(isinstance(s, Shift) for s in slots):
        reader.error(
            "EIN002", subscript, "a shifted index stands on a declared or defined name: define this expression first"
        )
        return None
    return _sum_repeated(reader, node, value.on(slots), slots, value.order)


def _sum_repeated(
    reader: Context, node: Node, term: Term, slots: tuple[Slot, ...], order: tuple[Index, ...] = ()
) -> Value | None:
    """`W_ii` is a trace, unless something else says what becomes of `i`."""
    indices = [i for s in slots for i in ((s,) if type(s) is Index else slot_indices(s))]
    if len(set(indices)) == len(indices):
        return Value(term, order=merge_orders(order, tuple(indices)))
    repeated = {i for i in indices if indices.count(i) > 1 and i.name not in reader.kept}
    if any(indices.count(i) > 2 for i in repeated):
        reader.too_often(node, next(i.name for i in repeated), 3)
        return None
    free = merge_orders(order, tuple(i for i in indices if i not in repeated))
    traced = tuple(sorted(i.name for i in repeated))
    for index in repeated:
        reader.marks.summed(index.name, node.start, node.end, index.dim)
    return Value(build.product([term], repeated) if repeated else term, order=free, traced=traced)


def _slots(reader: Context, subscript: Subscript, dims: tuple[Dim, ...], what: str) -> tuple[Slot, ...] | None:
    slots: list[Slot] = []
    named: dict[str, Dim] = {}
    for entry, dim in zip(subscript.entries, dims, strict=True):
        name = entry.plain
        if entry.names:
            reader.see(entry)
        if name is None and entry.names:
            sizes = [n for n, _ in entry.names if n not in reader.kept and reader.names.is_dimension(n)]
            if sizes:
                message = f"`{sizes[0]}` is a dimension, and an index is shifted by numbers and by other indices only: write the sum with a bracket, as in `∑_j [i + j = {sizes[0]} + 1] x_j`"
                reader.error("EIN002", entry, message)
                return None
            slots.append(_shift(entry, dim))
            continue
        if name is None:
            if entry.offset < 1 or (isinstance(dim.value, int) and entry.offset > dim.value):
                message = f"component {entry.offset} is outside this axis of `{what}`, which runs from 1 to {dim}"
                reader.error("EIN206", entry, message)
                return None
            slots.append(entry.offset)
            continue
        agreed = reader.same_dim(named.get(name, dim), dim)
        if agreed is None:
            message = f"index `{name}` runs over {named[name]} and over {dim} in `{what}`: the two axes must agree"
            reader.error("EIN301", entry, message, related=reader.declared_at(what))
            return None
        named[name] = agreed
        slots.append(Index(name, agreed))
    # an index that stands plain beside a shift of itself runs over the axis where it stands plain
    return tuple([_with_dims(s, named) if isinstance(s, Shift) else s for s in slots])


def _with_dims(shift: Shift, named: dict[str, Dim]) -> Shift:
    return Shift(tuple((Index(i.name, named.get(i.name, i.dim)), c) for i, c in shift.indices), shift.offset, shift.dim)
