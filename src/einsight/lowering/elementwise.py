"""Sums, elementwise operations and powers of values, with their shapes checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..syntax.tree import Iverson, Layer, Node, Superscript
from ..terms import build
from ..terms.dimension import Index
from ..terms.term import Number, Term
from ..terms.walk import is_whole
from .context import Context
from .kronecker import REFUSED, blocks_of
from .products import related_to, transposed_text
from .report import Fix
from .values import Value, flat, fresh_axis, fuse, identity, merge_orders

# a power of Kronecker products that are added is multiplied out as far
LARGEST_FUSED_POWER = 12


def add(reader: Context, node: Node, parts: Sequence[tuple[int, Node, Value]]) -> Value | None:
    """`± a ± b`: one shape, or scalars among arrays; the same free indices, or none."""
    if len(parts) == 1:
        sign, _, value = parts[0]
        return value if sign > 0 else value.of(build.negate(value.term))
    arrays = [(p, v) for _, p, v in parts if v.rank]
    model = arrays[0][1] if arrays else None
    terms: list[Term] = []
    failed = False
    indices = _common_indices(reader, node, [(p, v) for _, p, v in parts])
    if indices is None:
        return None
    for sign, part, value in parts:
        term = fit(reader, part, value, arrays[0] if arrays else None)
        if term is None:
            failed = True
            continue
        terms.append(term if sign > 0 else build.negate(term))
    if failed:
        return None
    settled = [reader.settle(Value(t)).term for t in terms]
    if model is None:
        flexible = next((v.flexible for _, _, v in parts if v.flexible), None)
        return Value(build.add(*settled), order=indices, flexible=flexible if len(parts) == 1 else None)
    model = reader.settle(model)
    return Value(build.add(*settled), model.axes, indices, model.row)


def _common_indices(reader: Context, node: Node, parts: Sequence[tuple[Node, Value]]) -> tuple[Index, ...] | None:
    """The free indices of a sum; a term with none may stand in any."""
    order = merge_orders(*(v.order for _, v in parts))
    dims: dict[str, Index] = {}
    for part, value in parts:
        for index in value.order:
            known = dims.setdefault(index.name, index)
            if reader.same_dim(known.dim, index.dim) is None:
                message = f"index `{index.name}` runs over {known.dim} in one term and over {index.dim} in `{reader.source(part)}`"
                reader.error("EIN301", part, message)
                return None
    names = [i.name for i in order]
    largest = max((v for _, v in parts), key=lambda v: len(v.order))
    want = {i.name for i in largest.order}
    for part, value in parts:
        have = {i.name for i in value.order}
        free = reader.in_bracket or (reader.broadcast and have | want <= reader.kept)
        # what a `∑` around it binds is bound in every term
        extra, missing = sorted(have - want - reader.bound), sorted(want - have - reader.bound)
        if have and (extra or missing) and not free:
            what = " and ".join(
                [f"lacks {_listed(missing)}"] * bool(missing)
                + [f"has {_listed(extra)} that the others lack"] * bool(extra)
            )
            message = f"the terms of a sum have the same free indices: `{reader.source(part)}` {what}"
            twice = sorted(
                n
                for n in missing
                if len([s for s in reader.index_spans.get(n, []) if part.start <= s[0] < part.end]) > 1
            )
            if twice:
                message += f" (`{twice[0]}` occurs twice in it, so it is summed there)"
            reader.error("EIN201", part, message)
            return None
    unique = {name: Index(name, reader.resolved(dims[name].dim)) for name in names}
    return tuple(unique.values())


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{n}`" for n in names)


def fit(reader: Context, part: Node, value: Value, first: tuple[Node, Value] | None) -> Term | None:
    """The term of one summand on the axes of the first array."""
    if first is None:
        if value.flexible != "zero" and not reader.is_sized(part, value):
            return None
        return value.term
    model_node, model = first
    if value.flexible == "I":
        if model.rank != 2 or reader.same_dim(model.axes[0].dim, model.axes[1].dim) is None:
            reader.error("EIN304", part, f"`I` is square, and `{reader.source(model_node)}` is {model.shape_text()}")
            return None
        return build.product([value.term, identity(*model.axes)])
    if not value.rank:
        bare = isinstance(value.term, Number) and value.term.value in (0, 1, -1)
        if not (value.flexible or bare or value.order):
            message = f"the number `{reader.source(part)}` stands beside every entry of a {model.shape_text()} array"
            reader.error("EIN305", part, message)
        return value.term
    if value.rank == model.rank and value.row == model.row and _same_dims(reader, value, model):
        return value.on(model.axes)
    turned = value.transposed() if value.rank <= 2 else value
    if turned.rank == model.rank and turned.row == model.row and _same_dims(reader, turned, model):
        text = reader.source(part)
        text = transposed_text(reader, part) if len(text) == 1 or text.endswith("'") else f"({text})'"
        message = (
            f"`{reader.source(part)}` is {value.shape_text()} and `{reader.source(model_node)}` is {model.shape_text()}: "
            f"with `{text}` the shapes agree"
        )
        reader.error(
            "EIN302",
            part,
            message,
            (Fix(f"write `{text}`", (part.start, part.end), text),),
            related=related_to(reader, part, model_node),
        )
        return None
    message = (
        f"`{reader.source(part)}` is {value.shape_text()} and `{reader.source(model_node)}` is {model.shape_text()}: "
        "the terms of a sum have one shape"
    )
    reader.error("EIN301", part, message, related=related_to(reader, part, model_node))
    return None


def _same_dims(reader: Context, a: Value, b: Value) -> bool:
    pairs = list(zip(a.axes, b.axes, strict=True))
    if any(not (x.dim is y.dim or x.dim.inferred or y.dim.inferred) for x, y in pairs):
        return False
    return all(reader.same_dim(x.dim, y.dim) is not None for x, y in pairs)


def layer(reader: Context, node: Layer, parts: Sequence[tuple[str, Node, Value]]) -> Value | None:
    """`a ⊙ b ./ c ⊗ d`, left to right."""
    _, left_node, result = parts[0]
    for operator, part, value in parts[1:]:
        if operator == "⊗":
            combined = outer(reader, part, result, value)
        else:
            agreed = reader.agree([("", left_node, result), ("", part, value)])
            if agreed is None:
                return None
            result, value = agreed
            term = fit(reader, part, value, (left_node, result) if result.rank else None)
            if term is None:
                return None
            if operator == "./":
                term = build.power(term, -1)
            if result.flexible and value.rank:  # `I ⊙ A`: the identity is as large as its neighbour
                fitted = fit(reader, left_node, result, (part, value))
                if fitted is None:
                    return None
                result = result.of(fitted)
            if not result.rank and (value.rank or value.flexible):
                combined = value.of(build.product([result.term, term]))
            else:
                combined = result.of(build.product([result.term, term]))
        if combined is None:
            return None
        result = replace(combined, order=merge_orders(result.order, value.order))
    return result


def mask(reader: Context, node: Iverson, left: Value, right: Value) -> Value | None:
    """`[x > 0]`, entry by entry."""
    sides = [(node.left, left), (node.right, right)]
    first = next((n, v) for n, v in sides if v.rank)
    terms = [fit(reader, n, v, first) for n, v in sides]
    if terms[0] is None or terms[1] is None:
        return None
    order = merge_orders(left.order, right.order)
    return replace(first[1], term=build.bracket(node.relation, terms[0], terms[1]), order=order)


def outer(reader: Context, node: Node, left: Value, right: Value) -> Value | None:
    """The outer product of two columns, the Kronecker product of anything else."""
    if left.flexible or right.flexible:
        reader.error("EIN301", node, "nothing here says how large this factor of `⊗` is: write `I(n)` or `ones(n)`")
        return None
    if left.rank > 2 or right.rank > 2:
        reader.error("EIN002", node, "`⊗` of arrays with more than two axes needs indices")
        return None
    term = build.product([left.term, right.term])
    if left.rank == right.rank == 1 and left.row == right.row and not left.row:
        return Value(term, left.axes + right.axes)
    rows = [a for v in (left, right) for a in (v.axes[:1] if v.rank == 2 or not v.row else ())]
    columns = [a for v in (left, right) for a in (v.axes[-1:] if v.rank == 2 or v.row else ())]
    axes = tuple(fuse(*side) for side in (rows, columns) if side)
    return Value(term, axes, row=not rows and bool(columns))


def power_of_each(reader: Context, node: Superscript, base: Value, exponent: Value) -> Value | None:
    """`p_i^{y_i}`, `p.^y`: exponents that are components, or entries."""
    agreed = reader.agree([("", node.base, base), ("", node.exponent, exponent)])
    if agreed is None:
        return None
    base, exponent = agreed
    order = merge_orders(base.order, exponent.order)
    raised = exponent.term
    if exponent.rank:
        if not base.rank and not base.flexible:  # `2.^x`
            return replace(exponent, term=build.power(base.term, exponent.term), order=order)
        fitted = fit(reader, node.exponent, exponent, (node.base, base))
        if fitted is None:
            return None
        raised = fitted
    found = power(reader, node, base, raised)
    return None if found is None else replace(found, order=order)


def power(reader: Context, node: Superscript, base: Value, exponent: Term) -> Value | None:
    """`x^2` elementwise for numbers and vectors; the matrix power for matrices; `.^` always elementwise."""
    if base.flexible == "I" and not node.dotted:
        return base.of(build.power(base.term, exponent))
    if base.flexible:
        reader.error("EIN301", node, "nothing here says how large this is: write `I(n)` or `ones(n)`")
        return None
    if base.term is build.ZERO and isinstance(exponent, Number) and exponent.value <= 0:
        reader.error("EIN001", node, "this is a power of zero that has no value")
        return None
    if base.rank != 2 or node.dotted:
        return base.of(build.power(base.term, exponent))
    symbolic = not isinstance(exponent, Number) and is_whole(exponent)
    if not symbolic and not (isinstance(exponent, Number) and exponent.value.denominator == 1):
        message = "a matrix is raised to whole powers only: write `.^` for the power of each entry, or declare `k ∈ ℝ integer` for a symbolic one"
        reader.error("EIN002", node.exponent, message)
        return None
    rows, columns = base.axes
    if reader.same_dim(rows.dim, columns.dim) is None:
        reader.error(
            "EIN304",
            node,
            f"a power of a matrix needs a square one, and `{reader.source(node.base)}` is {base.shape_text()}",
        )
        return None
    base = reader.settle(base)
    if not base.is_fused:
        return base.of(build.matrix_power(base.plain_axes, base.term, exponent))
    blocks = blocks_of(base)
    if blocks is not None:
        return blocks.power(base, exponent)
    if isinstance(exponent, Number) and 0 <= exponent.value <= LARGEST_FUSED_POWER:
        return _multiplied_out(base, int(exponent.value))
    reader.error("EIN002", node, REFUSED.format("this power"))
    return None


def _multiplied_out(base: Value, count: int) -> Value:
    if count == 0:
        return base.of(identity(*base.axes))
    result = base
    for _ in range(count - 1):
        shared, fresh = fresh_axis(base.axes[0]), fresh_axis(base.axes[1])
        factors = [result.on((result.axes[0], shared)), base.on((shared, fresh))]
        result = replace(base, term=build.product(factors, flat((shared,))), axes=(result.axes[0], fresh))
    return result
