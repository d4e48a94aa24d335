"""Matrices whose rows or columns run over two indices: `B' ⊗ A`, `diag(vec(F)) (I ⊗ W)`, `vec(A) vec(B)'`, `vec(A X B)`.

The entry of `P ⊗ Q` at rows `(j, i)` and columns `(l, k)`, the first index slowest, is `P_jl Q_ik`; so a term
is a Kronecker product where its factors part into those on `j, l` and those on `i, k`.  Where they part into those on
`j, k` and those on `i, l`, as of a transpose, it is one with its columns exchanged, by a commutation matrix: `(P ⊗ Q) K`.  One plain
index on one side and two on the other, each in a factor with it, are a Khatri–Rao product.  A factor on
both row indices alone scales the rows, one on both column indices the columns; where there are no others it is `vec(F) vec(G)'`.
A sum that mixes indices in any other way is multiplied out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import product as choices

from ..lowering.kronecker import connected
from ..lowering.values import Axis, Fused
from ..terms import build
from ..terms.dimension import Index
from ..terms.term import Delta, Product, Sum, Term
from .array_text import ATOM, LAYER, PRODUCT, Array, NoForm, flip, product, scaled_product, symbol, symmetric, total
from .ordering import order_terms
from .raising import raise_term, with_sizes
from .recognition import with_softmax

Places = tuple[Index | None, Index | None]
# how often a sum among the factors is multiplied out, within one another
DEEPEST = 4


def fused_form(term: Term, rows: Axis | None, columns: Axis | None) -> str:
    """The matrix of `term` over those axes.  Raises NoForm."""
    if columns is None and isinstance(rows, Fused):
        return f"vec({_over(term, rows).text})"
    if rows is None and isinstance(columns, Fused):
        return f"vec({_over(term, columns).text})'"
    return total(list(_parts(with_softmax(term), rows, columns, DEEPEST))).text


def _parts(term: Term, rows: Axis | None, columns: Axis | None, depth: int) -> Iterator[Array]:
    """The summands, those multiplied out that have no form otherwise."""
    for part in order_terms(term.terms) if isinstance(term, Sum) else [term]:
        try:
            yield _raise_part(part, rows, columns)
        except NoForm:
            spread = _multiplied_out(part) if depth else None
            if spread is None:
                raise
            yield from _parts(spread, rows, columns, depth - 1)


def _multiplied_out(term: Term) -> Term | None:
    """A product over the summands of its factor with the most indices."""
    if not isinstance(term, Product):
        return None
    factors, dummies = build.open_product(term)
    sums = [f for f in factors if isinstance(f, Sum) and f.free]
    if not sums:
        return None
    widest = max(sums, key=lambda f: len(f.free))
    rest = [f for f in factors if f is not widest]
    return build.add(*(build.product([*rest, t], dummies) for t in widest.terms))


def _over(term: Term, axis: Axis) -> Array:
    """The array whose `vec` runs over the axis, or the vector over a plain one."""
    if not isinstance(axis, Fused):
        return raise_term(term, axis, None)
    if len(axis.parts) != 2:
        raise NoForm
    return raise_term(term, axis.parts[1], axis.parts[0])


def _stacked(term: Term, axis: Axis) -> Array:
    """The vector that runs over the axis."""
    array = _over(term, axis)
    if not isinstance(axis, Fused):
        return array
    return symbol(f"vec({with_sizes(array.text, term, axis.parts)})")


def _places(axis: Axis | None) -> Iterator[Places]:
    """An axis as the rows (or columns) of the two factors; a plain index may belong to either."""
    if isinstance(axis, Fused):
        if len(axis.parts) != 2:
            raise NoForm
        yield axis.parts[0], axis.parts[1]
    else:
        yield None, axis
        yield axis, None


def _raise_part(term: Term, rows: Axis | None, columns: Axis | None) -> Array:
    groups = connected(term)
    scale = [raise_term(g, None, None) for g in groups if not g.free]
    groups = [g for g in groups if g.free]
    if isinstance(rows, Fused) and len(rows.parts) == 4:
        return scaled_product(scale, [_of_vec(groups, rows, columns)])
    found: list[Array] = []
    if rows is not None and columns is not None:
        ends = _indices(rows), _indices(columns)
        sides = [[g for g in groups if g.free <= end] for end in ends]
        if all(sides) and sum(map(len, sides)) == len(groups):
            with suppress(NoForm):
                left, right = (_stacked(build.product(s), a) for s, a in zip(sides, (rows, columns), strict=True))
                found.append(scaled_product(scale, [left, flip(right)]))
    for above, beside in choices(_places(rows), _places(columns)):
        for crossed in (False, True):
            with suppress(NoForm):
                found.append(scaled_product(scale, _raise_at(groups, above, beside, rows, columns, crossed)))
    if all("diag(vec(" in f.text for f in found):
        with suppress(NoForm):
            found.append(scaled_product(scale, [_khatri_rao(groups, rows, columns)]))
    if not found:
        found.append(scaled_product(scale, [_block_diagonal(groups, rows, columns)]))
    return min(found, key=lambda f: ("diag(vec(" in f.text, "vec(" in f.text, len(f.text)))


def _of_vec(groups: Sequence[Term], rows: Axis | None, columns: Axis | None) -> Array:
    """`vec(A ⊗ B) = (I ⊗ K ⊗ I) (vec(A) ⊗ vec(B))`, where one of the two depends on the columns.  Raises NoForm.

    Source: J. R. Magnus, H. Neudecker, Matrix Differential Calculus, section 3.7.
    """
    if not isinstance(rows, Fused) or len(rows.parts) != 4 or columns is None:
        raise NoForm
    ends, below = [rows.parts[::2], rows.parts[1::2]], _indices(columns)
    for own in (0, 1):
        inside = [g for g in groups if g.free <= {*ends[own], *below}]
        beside = [g for g in groups if g.free <= {*ends[1 - own]}]
        if len(inside) + len(beside) == len(groups) and beside:
            matrix = fused_form(build.product(inside), Fused(ends[own]), columns)
            vector = _stacked(build.product(beside), Fused(ends[1 - own])).text
            dims = [str(p.dim) for p in rows.parts]
            if matrix == "I":
                matrix = " ⊗ ".join(f"I({p.dim})" for p in ends[own])
            both = [matrix if "+" not in matrix and "-" not in matrix[1:] else f"({matrix})", vector]
            text = " ⊗ ".join(both if own == 0 else both[::-1])
            middle = f"I({dims[0]}) ⊗ K({dims[1]}, {dims[2]}) ⊗ I({dims[3]})"
            return Array(f"({middle}) ({text})", PRODUCT, f"(({middle}) ({text}))'", ATOM)
    raise NoForm


def _khatri_rao(groups: Sequence[Term], rows: Axis | None, columns: Axis | None) -> Array:
    """`P_jk Q_ik` at rows `(j, i)` and column `k`, or the same with rows and columns exchanged.  Raises NoForm."""
    if isinstance(rows, Index) and isinstance(columns, Fused):
        return flip(_khatri_rao(groups, columns, rows))
    if not isinstance(rows, Fused) or not isinstance(columns, Index) or len(rows.parts) != 2:
        raise NoForm
    # what deltas make equal to the column stands for it in the factors that hold several of those
    ends = [d for d in groups if isinstance(d, Delta)]
    diagonal = next((d for d in ends if {d.left, d.right} == {*rows.parts}), None)
    if diagonal is not None and len(groups) > 1:  # of the diagonal of a matrix, whose rows are those
        place = build.fresh_index(rows.parts[0].dim)
        rest = [build.substitute(g, dict.fromkeys(rows.parts, place)) for g in groups if g is not diagonal]
        ones = symbol(f"khatri_rao(I({place.dim}), I({place.dim}))")
        with suppress(NoForm):
            return product([ones, _factor(rest, place, columns)])
    equal = _same_as(columns, ends)
    if any(not {d.left, d.right} <= equal for d in ends):
        raise NoForm
    sides: list[list[Term]] = [[build.delta(p, columns)] if p in equal else [] for p in rows.parts]
    for group in groups:
        if isinstance(group, Delta):
            continue
        moved = build.substitute(group, dict.fromkeys(equal & set(rows.parts), columns))
        side = next((k for k, p in enumerate(rows.parts) if moved.free <= {p, columns}), None)
        if side is None:
            raise NoForm
        sides[side].append(moved)
    texts = [_factor(side, p, columns).text for side, p in zip(sides, rows.parts, strict=True)]
    text = f"khatri_rao({', '.join(texts)})"
    return Array(text, ATOM, f"{text}'", ATOM)


def _block_diagonal(groups: Sequence[Term], rows: Axis | None, columns: Axis | None) -> Array:
    """`δ_ik P_ij Q_il` at rows `(j, i)` and columns `(l, k)`: two Khatri–Rao products that share `i`.  Raises NoForm."""
    if not isinstance(rows, Fused) or not isinstance(columns, Fused):
        raise NoForm
    for link in groups:
        if not isinstance(link, Delta) or not isinstance(link.left, Index) or not isinstance(link.right, Index):
            continue
        above, beside = (link.left, link.right) if link.left in rows.parts else (link.right, link.left)
        if above not in rows.parts or beside not in columns.parts:
            continue
        shared = build.fresh_index(above.dim)
        moved = [build.substitute(g, {above: shared, beside: shared}) for g in groups if g is not link]
        sides: list[Array] = []
        for axis, end in ((rows, above), (columns, beside)):
            own = [g for g in moved if g.free & set(axis.parts) or (axis is rows and g.free <= {shared})]
            sides.append(_khatri_rao([*own, build.delta(end, shared)], axis, shared))
            moved = [g for g in moved if g not in own]
        if not moved:
            return product([sides[0], flip(sides[1])])
    raise NoForm


def _same_as(index: Index, deltas: Sequence[Delta]) -> set[Index]:
    """The indices that deltas make equal to one."""
    equal = {index}
    for _ in deltas:
        for delta in deltas:
            ends = {e for e in (delta.left, delta.right) if isinstance(e, Index)}
            if len(ends) == 2 and ends & equal:
                equal |= ends
    return equal


def _indices(axis: Axis) -> set[Index]:
    return set(axis.parts) if isinstance(axis, Fused) else {axis}


def _raise_at(
    groups: Sequence[Term], above: Places, beside: Places, rows: Axis | None, columns: Axis | None, crossed: bool
) -> list[Array]:
    """The factors in a row, with the columns of the Kronecker product exchanged if it is `crossed`."""
    sides: tuple[list[Term], list[Term]] = ([], [])
    left: list[Term] = []
    right: list[Term] = []
    under = beside
    if crossed:
        if None in beside or None in above:
            raise NoForm
        under = beside[::-1]
    ends = ({above[0], under[0]} - {None}, {above[1], under[1]} - {None})
    for group in groups:
        free = group.free
        if free <= ends[0] or free <= ends[1]:
            sides[0 if free <= ends[0] else 1].append(group)
        elif free <= {*above}:
            left.append(group)
        elif free <= {*beside}:
            right.append(group)
        else:
            raise NoForm
    both = [_factor(sides[k], above[k], under[k]) for k in (0, 1)]
    chain: list[Array] = []
    if left:
        assert isinstance(rows, Fused)
        chain.append(symmetric(f"diag(vec({_over(build.product(left), rows).text}))"))
    trivial = all(b.text == "1" or b.text.startswith("I(") for b in both)
    if not trivial or not (left or right or crossed):
        present = [b for b in both if b.text != "1"]
        if len(present) < 2:
            raise NoForm
        text = " ⊗ ".join(b.at(ATOM) for b in present)
        chain.append(Array(text, LAYER, f"({text})'", ATOM))
    if crossed:
        n, m = (str(i.dim) for i in under if i is not None)
        chain.append(Array(f"K({n}, {m})", ATOM, f"K({m}, {n})", ATOM))
    if right:
        assert isinstance(columns, Fused)
        chain.append(symmetric(f"diag(vec({_over(build.product(right), columns).text}))"))
    return chain


def _factor(terms: Sequence[Term], row: Index | None, column: Index | None) -> Array:
    if row is None and column is None:
        return raise_term(build.product(terms), None, None)
    found = raise_term(build.product(terms), row, column)
    if found.text == "I" and row is not None:
        return symmetric(f"I({row.dim})")
    return found
