"""Kronecker deltas: contraction over the whole product at once."""

from __future__ import annotations

from ..terms import build
from ..terms.dimension import Index, Shift, Slot, linear_slot, slot_indices, slot_key
from ..terms.term import (
    Apply,
    Bracket,
    Component,
    Delta,
    Number,
    Position,
    Power,
    Product,
    Sum,
    Term,
    has_head,
)
from .rule import Rule


def trace(term: Term) -> Term | None:
    """∑_i δ_ii = n, the size of the dimension; at one place δ_ii = 1."""
    if isinstance(term, Delta) and term.left is term.right:
        return build.ONE
    return None


def contract(term: Term) -> Term | None:
    """∑_j δ_ij T_j = T_i: the sum filters out the one term where the two indices agree."""
    if not isinstance(term, Product) or not term.bound or not any(isinstance(f, Delta) for f in term.factors):
        return None
    factors, dummies = build.open_product(term)
    rest: list[Term] = list(factors)
    bound = list(dummies)
    fired = False
    while True:
        for place, found in enumerate(rest):
            solved = _solve(found, bound, rest[:place] + rest[place + 1 :]) if isinstance(found, Delta) else None
            if solved is not None:
                break
        else:
            return build.product(rest, bound) if fired else None
        gone, kept, within = solved
        del rest[place]
        fired = True
        if kept is gone:  # δ_ii = 1, and the sum over i goes on
            continue
        bound.remove(gone)
        rest = [*within, *(build.substitute(f, {gone: kept}) for f in rest)]


def _solve(delta: Delta, bound: list[Index], others: list[Term]) -> tuple[Index, Slot, list[Term]] | None:
    """The summed index that a delta fixes, what it is, and the brackets that keep that inside the sum."""
    ends = (delta.left, delta.right)
    for end, other in (ends, ends[::-1]):
        if isinstance(end, Index) and end in bound and not isinstance(other, Shift):
            return end, other, []
    for end, other in (ends, ends[::-1]):
        parts, offset = linear_slot(end)
        for gone, factor in parts:
            if gone not in bound or abs(factor) != 1 or gone in slot_indices(other):
                continue
            # factor·gone + rest + offset = other
            mine: dict[Index, int] = {i: -factor * c for i, c in parts if i is not gone}
            others_parts, other_offset = linear_slot(other)
            for index, c in others_parts:
                mine[index] = mine.get(index, 0) + factor * c
            kept = _slot(mine, factor * (other_offset - offset), gone)
            within = _within(kept, gone, [f for f in others if gone in f.free])
            if within is not None:
                return gone, kept, within
    return None


def _slot(parts: dict[Index, int], offset: int, like: Index) -> Slot:
    indices = tuple((i, c) for i, c in parts.items() if c)
    if not indices:
        return offset
    if len(indices) == 1 and indices[0][1] == 1 and not offset and indices[0][0].dim is like.dim:
        return indices[0][0]
    return Shift(indices, offset, like.dim)


def _within(kept: Slot, gone: Index, holders: list[Term]) -> list[Term] | None:
    """Brackets that say that `kept` is in the range of `gone`; None where a factor has no value outside of it.

    An array is 0 outside of its axis, so that a factor `w_gone` needs no bracket.
    """
    if not isinstance(kept, Shift):
        return []
    if not all(map(_has_value_outside, holders)):
        return None
    if any(isinstance(f, Component) and gone in f.indices for f in holders):
        return []
    place = build.position(kept)
    return [build.bracket("≤", build.ONE, place), build.bracket("≤", place, build.size(gone.dim))]


_DEFINED_AT_ZERO = frozenset("tanh sin cos exp sigmoid relu softplus abs sign erf gelu silu max min atan".split())


def _has_value_outside(term: Term) -> bool:
    """Is it a number even where components are asked for beyond their axis and count as 0?"""
    if isinstance(term, (Component, Delta, Bracket, Position)) or not term.free:
        return True
    if isinstance(term, Power):
        whole = isinstance(term.exponent, Number) and term.exponent.value.denominator == 1 and term.exponent.value > 0
        return whole and _has_value_outside(term.base)
    if isinstance(term, Apply) and term.function not in _DEFINED_AT_ZERO:
        return False
    return isinstance(term, (Sum, Product, Apply)) and all(map(_has_value_outside, term.children()))


def replace(term: Term) -> Term | None:
    """δ_ij T_j = δ_ij T_i: where the delta is not zero, the two indices are one."""
    if not isinstance(term, Product):
        return None
    factors, dummies = build.open_product(term)
    for found in factors:
        if not isinstance(found, Delta) or found.left is found.right:
            continue
        keep, gone = sorted((found.left, found.right), key=slot_key)
        if not isinstance(gone, Index):
            keep, gone = gone, keep
        if isinstance(gone, Index) and any(f is not found and gone in f.free for f in factors):
            return build.product([f if f is found else build.substitute(f, {gone: keep}) for f in factors], dummies)
    return None


def idempotent(term: Term) -> Term | None:
    """δ_ij^2 = δ_ij."""
    if isinstance(term, Power) and isinstance(term.base, Delta) and getattr(term.exponent, "value", 0) > 0:
        return term.base
    return None


def distribute(term: Term) -> Term | None:
    """∑_j (δ_ij + a_j) T_j = ∑_j δ_ij T_j + ∑_j a_j T_j: only so can a delta inside a sum be contracted."""
    if not isinstance(term, Product) or not term.bound:
        return None
    factors, dummies = build.open_product(term)
    for k, factor in enumerate(factors):
        if isinstance(factor, Sum) and any(_has_delta_on(t, dummies) for t in factor.terms):
            others = [*factors[:k], *factors[k + 1 :]]
            return build.add(*(build.product([*others, t], dummies) for t in factor.terms))
    return None


def _has_delta_on(term: Term, dummies: tuple[Index, ...]) -> bool:
    if not has_head(term, Delta):
        return False
    parts = term.factors if isinstance(term, Product) else (term,)
    return any(
        (isinstance(p, Delta) and not p.free.isdisjoint(dummies))
        or (isinstance(p, Sum) and any(_has_delta_on(t, dummies) for t in p.terms))
        for p in parts
    )


_D = "x, y in R^m; T in R^(m x n)"
RULES = (
    Rule("delta.trace", "δ_ii => m", trace.__doc__ or "", "contract", ("Delta",), trace, ((_D, "∑_{i=1}^m δ_ii x_j", "m x_j"), (_D, "δ_ij", None))),
    Rule(
        "delta.contract", "∑_j δ_ij x_j => x_i", contract.__doc__ or "", "contract", ("Product",), contract,
        (
            (_D, "∑_j δ_ij x_j", "x_i"),
            (_D, "δ_ij x_j y_i", "x_k y_k"),
            (_D, "∑_j δ_{i,j+1} x_j", "x_{i-1}"),
            (_D, "∑_j δ_{i,j+1} (x_j + y_j)^2", "[1 ≤ i - 1] [i - 1 ≤ m] (x_{i-1} + y_{i-1})^2"),
            (_D, "∑_j δ_{i,j+1} log(x_j)", None),
            (_D, "∑_j x_j y_j", None),
        ),
        inside=("Delta",),
    ),
    Rule(
        "delta.replace", "δ_ij x_j => δ_ij x_i for free i, j", replace.__doc__ or "", "contract", ("Product",), replace,
        ((_D, "∑_{i,j} x_i δ_ij x_j", "∑_{i,j} δ_ij x_i^2"), (_D, "δ_ij x_k", None)),
        inside=("Delta",),
    ),
    Rule(
        "delta.idempotent", "δ_ij^2 => δ_ij", idempotent.__doc__ or "", "contract", ("Power",), idempotent,
        ((_D, "δ_ij^2", "δ_ij"), (_D, "x_i^2", None)),
        inside=("Delta",),
    ),
    Rule(
        "delta.distribute", "∑_j (δ_ij + x_i) y_j => ∑_j δ_ij y_j + ∑_j x_i y_j", distribute.__doc__ or "",
        "contract", ("Product",), distribute,
        ((_D, "∑_j (δ_ij + x_i x_j) y_j", "∑_j δ_ij y_j + ∑_j x_i x_j y_j"), (_D, "∑_j (x_j + y_j) y_j", None)),
        inside=("Delta", "Sum"),
    ),
)  # fmt: skip
