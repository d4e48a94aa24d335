"""Inverses and determinants of products of square matrices, and of diagonal ones, by their factors.

Where a factor has no inverse the product has none either, so that nothing is lost.
Source: K. B. Petersen, M. S. Pedersen, The Matrix Cookbook, eq. 1, 2 and 24.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ..terms import build
from ..terms.dimension import Index
from ..terms.term import Abstraction, Delta, Operator, Product, Term
from .rule import Rule


def inverse_of_product(term: Term) -> Term | None:
    """inv(A B) = inv(B) inv(A) for square A and B, inv(s A) = 1/s inv(A) and inv(diag(x) A) = inv(A) diag(1/x)."""
    parts = _parts_of(term, "inv")
    if parts is None or not isinstance(term, Operator):
        return None
    row, column = term.indices
    inner = [build.fresh_index(m.params[0].dim) for m in parts.matrices[1:]]
    ends = [row, *inner, column]
    factors = [build.power(parts.scale, -1)]
    factors += [
        build.operator("inv", [m], pair) for m, pair in zip(reversed(parts.matrices), pairwise(ends), strict=True)
    ]
    for end, (index, weight) in zip(reversed(ends), parts.weights, strict=True):
        factors.append(build.power(build.substitute(weight, {index: end}), -1))
    return build.product(factors, inner)


def determinant_of_product(term: Term) -> Term | None:
    """det(A B) = det(A) det(B) for square A and B."""
    parts = _parts_of(term, "det")
    if parts is None or parts.scale is not build.ONE or any(w is not build.ONE for _, w in parts.weights):
        return None
    return build.product([build.operator("det", [m]) for m in parts.matrices])


def _holds_delta(body: Term) -> bool:
    return isinstance(body, Product) and any(isinstance(f, Delta) for f in body.factors)


def inverse_of_diagonal(term: Term) -> Term | None:
    """inv(diag(x)) = diag(1/x)."""
    if not isinstance(term, Operator) or term.name != "inv" or not _holds_delta(term.arguments[0].body):
        return None
    (row, column), body = build.open_abstraction(term.arguments[0])
    factors, dummies = build.open_product(body) if isinstance(body, Product) else ((body,), ())
    diagonal = next((f for f in factors if isinstance(f, Delta) and f.free == {row, column}), None)
    if diagonal is None or len(factors) < 2:
        return None
    entries = build.product([f for f in factors if f is not diagonal], dummies)
    entries = build.substitute(entries, {column: row})
    first, second = term.indices
    return build.product([build.delta(first, second), build.power(build.substitute(entries, {row: first}), -1)])


def inverse_of_transpose(term: Term) -> Term | None:
    """inv(A') = inv(A)', where the entries of A come first in the order of terms."""
    if not isinstance(term, Operator) or term.name != "inv":
        return None
    matrix = term.arguments[0]
    turned = build.abstraction(matrix.params[::-1], matrix.body)
    return build.operator("inv", [turned], term.indices[::-1]) if turned.key < matrix.key else None


@dataclass(frozen=True)
class Parts:
    """`s diag(v) A diag(w) B …`: a number, the matrices, and what scales the rows before each and the columns behind the last."""

    scale: Term
    matrices: list[Abstraction]
    weights: list[tuple[Index, Term]]


def _parts_of(term: Term, name: str) -> Parts | None:
    """The factors of what a function of matrices is taken of; None where it is of one matrix."""
    if not isinstance(term, Operator) or term.name != name or not isinstance(term.arguments[0].body, Product):
        return None
    (row, column), body = build.open_abstraction(term.arguments[0])
    assert isinstance(body, Product)
    factors, dummies = build.open_product(body)
    scale = build.product([f for f in factors if not f.free])
    rest = [f for f in factors if len(f.free) > 1]
    lone = [f for f in factors if len(f.free) == 1]
    if any(isinstance(f, Delta) for f in rest) or not all(any(i in f.free for f in rest) for i in (row, column)):
        return None
    cuts = _cuts(rest, dummies, row, column)
    stops = [row, *cuts, column]
    weights = [(i, build.product([f for f in lone if f.free == {i}])) for i in stops]
    inner = [f for f in lone if f.free.isdisjoint(stops)]
    if not cuts and scale is build.ONE and all(w is build.ONE for _, w in weights):
        return None
    matrices: list[Abstraction] = []
    for start, end in pairwise(stops):
        left = _reached(rest, start, end)
        rest = [f for f in rest if f not in left]
        left += [f for f in inner if any(not f.free.isdisjoint(g.free) for g in left)]
        bound = [d for d in dummies if d not in (start, end) and any(d in f.free for f in left)]
        matrices.append(build.abstraction((start, end), build.product(left, bound)))
    return Parts(scale, matrices, weights)


def _cuts(factors: Sequence[Term], dummies: Sequence[Index], row: Index, column: Index) -> list[Index]:
    """The summed indices, as long as the matrix, at which the product falls in two, from its rows to its columns."""
    found = []
    for index in dummies:
        if index.dim is row.dim:
            left = _reached(factors, row, index)
            if (
                len(left) < len(factors)
                and not any(column in f.free for f in left)
                and any(index in f.free for f in left)
            ):
                found.append((len(left), index))
    return [index for _, index in sorted(found, key=lambda f: f[0])]


def _reached(factors: Sequence[Term], start: Index, end: Index) -> list[Term]:
    """The factors that hang together with an index without one another: those before `end`."""
    seen = {start}
    found: list[Term] = []
    grown = True
    while grown:
        more = [f for f in factors if f not in found and not seen.isdisjoint(f.free)]
        found += more
        seen.update(*(f.free - {end} for f in more))
        grown = bool(more)
    return found


_D = "A, B, C in R^(m x m); S in R^(m x m) symmetric; W in R^(n x m); x, y in R^m; s in R"
RULES = (
    Rule(
        "inverse.product", "inv(A B)_ij => inv(B)_ik inv(A)_kj", inverse_of_product.__doc__ or "", "expand", ("Operator",),
        inverse_of_product,
        (
            (_D, "inv(A B)_ij", "inv(B)_ik inv(A)_kj"),
            (_D, "inv(A B' C)_ij", "inv(C)_ik inv(B)_lk inv(A)_lj"),
            (_D, "inv(2 A)_ij", "1/2 inv(A)_ij"),
            (_D, "inv(W W')_ij", None),
            (_D, "inv(W A W')_ij", None),
            (_D, "inv(A + B)_ij", None),
        ),
    ),
    Rule(
        "determinant.product", "det(A B) => det(A) det(B)", determinant_of_product.__doc__ or "", "expand", ("Operator",),
        determinant_of_product,
        ((_D, "det(A B)", "det(A) det(B)"), (_D, "det(A B C)", "det(A) det(B) det(C)"), (_D, "det(W W')", None)),
    ),
    Rule(
        "inverse.transpose", "inv(A')_ij => inv(A)_ji", inverse_of_transpose.__doc__ or "", "expand", ("Operator",),
        inverse_of_transpose,
        ((_D, "inv(A')_ij", "inv(A)_ji"), (_D, "inv(A)_ij", None), (_D, "inv(S)_ij", None)),
    ),
    Rule(
        "inverse.diagonal", "inv(diag(x))_ij => δ_ij/x_i", inverse_of_diagonal.__doc__ or "", "expand", ("Operator",),
        inverse_of_diagonal, ((_D, "inv(diag(x))_ij", "δ_ij/x_i"), (_D, "inv(diag(A x))_ij", "δ_ij/(A_ik x_k)"), (_D, "inv(A)_ij", None)),
    ),
)  # fmt: skip
