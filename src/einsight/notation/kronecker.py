"""Matrices whose rows or columns run over two indices: `B' ⊗ A`, `diag(vec(F)) (I ⊗ W)`, `vec(A X B)`.

The entry of `P ⊗ Q` at rows `(j, i)` and columns `(l, k)`, the first index slowest, is `P_jl Q_ik`; so a term
is a Kronecker product where its factors part into those on `j, l` and those on `i, k`.  A factor on both row
indices alone scales the rows, one on both column indices the columns.  A term that mixes them in any other
way, as the transpose does (a commutation matrix), has no form here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product as choices

from ..lowering.kronecker import connected
from ..lowering.values import Axis, Fused
from ..terms import build
from ..terms.dimension import Index
from ..terms.term import Sum, Term
from .array_text import ATOM, LAYER, Array, NoForm, scaled_product, symmetric, total
from .ordering import order_terms
from .raising import raise_term

Places = tuple[Index | None, Index | None]


def fused_form(term: Term, rows: Axis | None, columns: Axis | None) -> str:
    """The matrix of `term` over those axes.  Raises NoForm."""
    if columns is None and isinstance(rows, Fused):
        return f"vec({_over(term, rows).text})"
    if rows is None and isinstance(columns, Fused):
        return f"vec({_over(term, columns).text})'"
    parts = order_terms(term.terms) if isinstance(term, Sum) else [term]
    return total([_raise_part(p, rows, columns) for p in parts]).text


def _over(term: Term, axis: Fused) -> Array:
    """The array whose `vec` runs over the axis."""
    if len(axis.parts) != 2:
        raise NoForm
    return raise_term(term, axis.parts[1], axis.parts[0])


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
    for above, beside in choices(_places(rows), _places(columns)):
        try:
            return _raise_at(term, above, beside, rows, columns)
        except NoForm:
            continue
    raise NoForm


def _raise_at(term: Term, above: Places, beside: Places, rows: Axis | None, columns: Axis | None) -> Array:
    sides: tuple[list[Term], list[Term]] = ([], [])
    scale: list[Term] = []
    left: list[Term] = []
    right: list[Term] = []
    ends = ({above[0], beside[0]} - {None}, {above[1], beside[1]} - {None})
    for group in connected(term):
        free = group.free
        if not free:
            scale.append(group)
        elif free <= ends[0] or free <= ends[1]:
            sides[0 if free <= ends[0] else 1].append(group)
        elif free <= {*above}:
            left.append(group)
        elif free <= {*beside}:
            right.append(group)
        else:
            raise NoForm
    both = [_factor(sides[k], above[k], beside[k]) for k in (0, 1)]
    chain: list[Array] = []
    if left:
        assert isinstance(rows, Fused)
        chain.append(symmetric(f"diag(vec({_over(build.product(left), rows).text}))"))
    if not (left or right) or any(b.text != "1" and not b.text.startswith("I(") for b in both):
        present = [b for b in both if b.text != "1"]
        if len(present) < 2:
            raise NoForm
        text = " ⊗ ".join(b.at(ATOM) for b in present)
        chain.append(Array(text, LAYER, f"({text})'", ATOM))
    if right:
        assert isinstance(columns, Fused)
        chain.append(symmetric(f"diag(vec({_over(build.product(right), columns).text}))"))
    return scaled_product([raise_term(s, None, None) for s in scale], chain)


def _factor(terms: Sequence[Term], row: Index | None, column: Index | None) -> Array:
    if row is None and column is None:
        return raise_term(build.product(terms), None, None)
    found = raise_term(build.product(terms), row, column)
    if found.text == "I" and row is not None:
        return symmetric(f"I({row.dim})")
    return found
