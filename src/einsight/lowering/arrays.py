"""Sums, elementwise operations, powers and functions of values, with their shapes checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from ..syntax.tree import Call, Indexed, Iverson, Layer, Name, Node, Superscript
from ..terms import build
from ..terms.dimension import Index, fresh_index
from ..terms.term import Component, Number, Term
from ..terms.unknown import unknown_name
from ..terms.walk import is_whole
from .kronecker import blocks_of
from .names import ARRAYS, NOTES, Entry
from .report import Fix, Related
from .values import Axis, Value, flat, fresh_axis, fuse, merge_orders

if TYPE_CHECKING:
    from .expressions import Reader


# a power of Kronecker products that are added is multiplied out as far
LARGEST_FUSED_POWER = 12


def add(reader: Reader, node: Node, parts: Sequence[tuple[int, Node, Value]]) -> Value | None:
    """`± a ± b`: one shape, or scalars among arrays; the same free indices, or none."""
    if len(parts) == 1:
        sign, _, value = parts[0]
        return value if sign > 0 else replace(value, term=build.negate(value.term))
    arrays = [(p, v) for _, p, v in parts if v.rank]
    model = arrays[0][1] if arrays else None
    terms: list[Term] = []
    failed = False
    indices = _common_indices(reader, node, [(p, v) for _, p, v in parts])
    if indices is None:
        return None
    for sign, part, value in parts:
        term = _fit(reader, part, value, arrays[0] if arrays else None)
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


def _common_indices(reader: Reader, node: Node, parts: Sequence[tuple[Node, Value]]) -> tuple[Index, ...] | None:
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


def _fit(reader: Reader, part: Node, value: Value, first: tuple[Node, Value] | None) -> Term | None:
    """The term of one summand on the axes of the first array."""
    if first is None:
        if value.flexible and value.flexible != "zero":
            reader.error(
                "EIN301", part, f"nothing here says how large `{reader.source(part)}` is: write `I(n)` or `ones(n)`"
            )
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
            message = f"the number `{reader.source(part)}` is added to every entry of a {model.shape_text()} array"
            reader.error("EIN305", part, message)
        return value.term
    if value.rank == model.rank and value.row == model.row and _same_dims(reader, value, model):
        return value.on(model.axes)
    turned = value.transposed() if value.rank <= 2 else value
    if turned.rank == model.rank and turned.row == model.row and _same_dims(reader, turned, model):
        from .products import _transposed_text

        text = reader.source(part)
        text = _transposed_text(reader, part) if len(text) == 1 or text.endswith("'") else f"({text})'"
        message = (
            f"`{reader.source(part)}` is {value.shape_text()} and `{reader.source(model_node)}` is {model.shape_text()}: "
            f"with `{text}` the shapes agree"
        )
        reader.error(
            "EIN302",
            part,
            message,
            (Fix(f"write `{text}`", (part.start, part.end), text),),
            related=_where(reader, part, model_node),
        )
        return None
    message = (
        f"`{reader.source(part)}` is {value.shape_text()} and `{reader.source(model_node)}` is {model.shape_text()}: "
        "the terms of a sum have one shape"
    )
    reader.error("EIN301", part, message, related=_where(reader, part, model_node))
    return None


def _where(reader: Reader, *nodes: Node) -> tuple[Related, ...]:
    from .products import _related

    return _related(reader, *nodes)


def _same_dims(reader: Reader, a: Value, b: Value) -> bool:
    pairs = list(zip(a.axes, b.axes, strict=True))
    if any(not (x.dim is y.dim or x.dim.inferred or y.dim.inferred) for x, y in pairs):
        return False
    return all(reader.same_dim(x.dim, y.dim) is not None for x, y in pairs)


def layer(reader: Reader, node: Layer, parts: Sequence[tuple[str, Node, Value]]) -> Value | None:
    """`a ⊙ b ./ c ⊗ d`, left to right."""
    _, left_node, result = parts[0]
    for operator, part, value in parts[1:]:
        if operator == "⊗":
            combined = _outer(reader, part, result, value)
        else:
            agreed = reader.agree([("", left_node, result), ("", part, value)])
            if agreed is None:
                return None
            result, value = agreed
            term = _fit(reader, part, value, (left_node, result) if result.rank else None)
            if term is None:
                return None
            if operator == "./":
                term = build.power(term, -1)
            if result.flexible and value.rank:  # `I ⊙ A`: the identity is as large as its neighbour
                fitted = _fit(reader, left_node, result, (part, value))
                if fitted is None:
                    return None
                result = replace(result, term=fitted)
            if not result.rank and (value.rank or value.flexible):
                combined = replace(value, term=build.product([result.term, term]))
            else:
                combined = replace(result, term=build.product([result.term, term]))
        if combined is None:
            return None
        result = replace(combined, order=merge_orders(result.order, value.order))
    return result


def mask(reader: Reader, node: Iverson, left: Value, right: Value) -> Value | None:
    """`[x > 0]`, entry by entry."""
    sides = [(node.left, left), (node.right, right)]
    first = next((n, v) for n, v in sides if v.rank)
    terms = [_fit(reader, n, v, first) for n, v in sides]
    if terms[0] is None or terms[1] is None:
        return None
    order = merge_orders(left.order, right.order)
    return replace(first[1], term=build.bracket(node.relation, terms[0], terms[1]), order=order)


def identity(rows: Axis, columns: Axis) -> Term:
    """1 where the two axes agree, else 0."""
    pairs = zip(flat((rows,)), flat((columns,)), strict=True)
    return build.product([build.delta(a, b) for a, b in pairs])


def _outer(reader: Reader, node: Node, left: Value, right: Value) -> Value | None:
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


def power(reader: Reader, node: Superscript, base: Value, exponent: Term) -> Value | None:
    """`x^2` elementwise for numbers and vectors; the matrix power for matrices; `.^` always elementwise."""
    if base.flexible == "I" and not node.dotted:
        return replace(base, term=build.power(base.term, exponent))
    if base.flexible:
        reader.error("EIN301", node, "nothing here says how large this is: write `I(n)` or `ones(n)`")
        return None
    if base.term is build.ZERO and isinstance(exponent, Number) and exponent.value <= 0:
        reader.error("EIN001", node, "this is a power of zero that has no value")
        return None
    if base.rank != 2 or node.dotted:
        return replace(base, term=build.power(base.term, exponent))
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
        return replace(base, term=build.matrix_power(base.plain_axes, base.term, exponent))
    blocks = blocks_of(base)
    if blocks is not None:
        return blocks.power(base, exponent)
    if isinstance(exponent, Number) and 0 <= exponent.value <= LARGEST_FUSED_POWER:
        return _multiplied_out(base, int(exponent.value))
    _refuse_fused(reader, node, "this power")
    return None


def _multiplied_out(base: Value, count: int) -> Value:
    if count == 0:
        return replace(base, term=identity(*base.axes))
    result = base
    for _ in range(count - 1):
        shared, fresh = fresh_axis(base.axes[0]), fresh_axis(base.axes[1])
        factors = [result.on((result.axes[0], shared)), base.on((shared, fresh))]
        result = replace(base, term=build.product(factors, flat((shared,))), axes=(result.axes[0], fresh))
    return result


def _refuse_fused(reader: Reader, node: Node, what: str) -> None:
    message = f"{what} is worked out of a single Kronecker product alone, as in `inv(A ⊗ B)`, and this matrix is none"
    reader.error("EIN002", node, message)


def _inverse(value: Value) -> Value:
    axes = tuple(fresh_index(a.dim) for a in value.axes)
    function = build.abstraction(value.plain_axes, value.term)
    return replace(value, term=build.operator("inv", [function], axes), axes=axes)


# functions that there are of square matrices too, by their power series
_OF_MATRICES = frozenset({"exp", "log", "sqrt", "sin", "cos", "sinh", "cosh"})


def _is_square(value: Value) -> bool:
    rows, columns = (tuple(i.dim for i in flat((a,))) for a in value.axes)
    return rows == columns


def _is_of_component(
    reader: Reader, node: Node, text: str, nodes: Sequence[Node], values: Sequence[Value]
) -> bool:
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


def call(reader: Reader, node: Node, text: str, nodes: Sequence[Node], values: Sequence[Value]) -> Value | None:
    """A function of whole arrays, or an elementwise one of any array."""
    entry = reader.names.find(text)
    if entry is None and (text in ARRAYS or text in _ARRAY) and _is_of_component(reader, node, text, nodes, values):
        return None
    if entry is None and text in ARRAYS:
        from .array_functions import call_defined

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
    terms = [_fit(reader, n, v, first) for n, v in zip(nodes, agreed, strict=True)]
    if any(t is None for t in terms):
        return None
    model = first[1] if first else agreed[0]
    return replace(
        model,
        term=build.apply(text, *(t for t in terms if t is not None)),
        order=merge_orders(*(v.order for v in agreed)),
    )


_NAMED = {
    "sqrt": lambda t: build.power(t, Fraction(1, 2)),
    "ln": lambda t: build.apply("log", t),
}


def _square(reader: Reader, node: Node, inner: Node, value: Value, what: str) -> Value | None:
    if value.flexible == "I":
        reader.error("EIN301", inner, "nothing here says how large `I` is: write `I(n)`")
        return None
    if value.rank != 2 or reader.same_dim(value.axes[0].dim, value.axes[1].dim) is None:
        message = f"`{what}` needs a square matrix, and `{reader.source(inner)}` is {value.shape_text()}"
        reader.error("EIN304", inner, message, related=_where(reader, inner))
        return None
    return reader.settle(value)


def unknown_call(
    reader: Reader, node: Node, entry: Entry, nodes: Sequence[Node], values: Sequence[Value], order: int
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
            from .products import _transposed_text

            text = _transposed_text(reader, inner)
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


def _trace(reader: Reader, node: Node, inner: Node, value: Value) -> Value | None:
    if not value.rank and not value.flexible:
        return value
    square = _square(reader, node, inner, value, "tr")
    if square is None:
        return None
    shared = fresh_axis(square.axes[0])
    return Value(build.product([square.on((shared, shared))], flat((shared,))), order=value.order)


def _matrix_scalar(name: str):  # type: ignore[no-untyped-def]
    def read(reader: Reader, node: Node, inner: Node, value: Value) -> Value | None:
        if not value.rank and not value.flexible:
            return value if name == "det" else replace(value, term=build.apply("log", value.term))
        square = _square(reader, node, inner, value, name)
        if square is None:
            return None
        if square.is_fused:
            blocks = blocks_of(square)
            if blocks is None:
                _refuse_fused(reader, node, f"`{name}`")
                return None
            return Value(blocks.determinant() if name == "det" else blocks.log_determinant(), order=value.order)
        return Value(build.operator(name, [build.abstraction(square.plain_axes, square.term)]), order=value.order)

    return read


def _inv(reader: Reader, node: Node, inner: Node, value: Value) -> Value | None:
    if value.flexible == "I" or not value.rank:
        return replace(value, term=build.power(value.term, -1))
    square = _square(reader, node, inner, value, "inv")
    if square is None or not square.is_fused:
        return None if square is None else _inverse(square)
    blocks = blocks_of(square)
    if blocks is None:
        _refuse_fused(reader, node, "`inv`")
        return None
    return blocks.inverse(square)


def _diag(reader: Reader, node: Node, inner: Node, value: Value) -> Value | None:
    if value.rank == 1:
        axis = value.axes[0]
        other = fresh_axis(axis)
        return replace(value, term=build.product([value.term, identity(axis, other)]), axes=(axis, other), row=False)
    square = _square(reader, node, inner, value, "diag")
    if square is None:
        return None
    axis = fresh_axis(square.axes[0])
    return Value(square.on((axis, axis)), (axis,), value.order)


def _vec(reader: Reader, node: Node, inner: Node, value: Value) -> Value | None:
    """The columns of a matrix, one below the other."""
    if value.flexible or not 1 <= value.rank <= 2:
        reader.error("EIN301", inner, f"`vec` takes a matrix, and `{reader.source(inner)}` is {value.shape_text()}")
        return None
    return replace(value, axes=(fuse(*reversed(value.axes)),), row=False, split=None)


def _total(reader: Reader, node: Node, inner: Node, value: Value) -> Value | None:
    if value.flexible:
        reader.error("EIN301", inner, "nothing here says how large this is")
        return None
    return Value(build.product([value.term], value.plain_axes), order=value.order)


def _mean(reader: Reader, node: Node, inner: Node, value: Value) -> Value | None:
    total = _total(reader, node, inner, value)
    if total is None:
        return None
    sizes = [build.power(build.size(a.dim), -1) for a in value.plain_axes]
    return replace(total, term=build.product([total.term, *sizes]))


def _norm(reader: Reader, node: Node, inner: Node, value: Value) -> Value | None:
    total = _total(reader, node, inner, replace(value, term=build.power(value.term, 2)))
    return None if total is None else replace(total, term=build.power(total.term, Fraction(1, 2)))


def _vector(reader: Reader, inner: Node, value: Value, what: str) -> bool:
    if value.rank == 1:
        return True
    reader.error(
        "EIN301",
        inner,
        f"`{what}` is a function of a vector, and `{reader.source(inner)}` is {value.shape_text()}: use indices to say along which axis",
    )
    return False


def _softmax(reader: Reader, node: Node, inner: Node, value: Value) -> Value | None:
    if not _vector(reader, inner, value, "softmax"):
        return None
    shared = fresh_axis(value.axes[0])
    total = build.product([build.apply("exp", value.on((shared,)))], flat((shared,)))
    return replace(value, term=build.quotient(build.apply("exp", value.term), total))


def _logsumexp(reader: Reader, node: Node, inner: Node, value: Value) -> Value | None:
    if not _vector(reader, inner, value, "logsumexp"):
        return None
    total = build.product([build.apply("exp", value.term)], value.plain_axes)
    return Value(build.apply("log", total), order=value.order)


_ARRAY = {
    "tr": _trace, "trace": _trace, "det": _matrix_scalar("det"), "logdet": _matrix_scalar("logdet"), "inv": _inv,
    "diag": _diag, "vec": _vec, "sum": _total, "mean": _mean, "norm": _norm, "softmax": _softmax, "logsumexp": _logsumexp,
}  # fmt: skip
