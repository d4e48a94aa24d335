"""Kronecker deltas: contraction over the whole product at once."""

from __future__ import annotations

from ..terms import build
from ..terms.dimension import Index, Slot, slot_key
from ..terms.term import Delta, Power, Product, Sum, Term, has_head
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
        place = next((k for k, f in enumerate(rest) if isinstance(f, Delta) and _summed_end(f, bound)), None)
        if place is None:
            return build.product(rest, bound) if fired else None
        found = rest.pop(place)
        assert isinstance(found, Delta)
        gone = _summed_end(found, bound)
        assert gone is not None
        kept: Slot = found.right if found.left is gone else found.left
        bound.remove(gone)
        if kept is gone:  # ∑_i δ_ii
            rest.append(build.size(gone.dim))
        rest = [build.substitute(f, {gone: kept}) for f in rest]
        fired = True


def _summed_end(delta: Delta, bound: list[Index]) -> Index | None:
    for end in (delta.left, delta.right):
        if isinstance(end, Index) and end in bound:
            return end
    return None


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
        ((_D, "∑_j δ_ij x_j", "x_i"), (_D, "δ_ij x_j y_i", "x_k y_k"), (_D, "∑_j x_j y_j", None)),
    ),
    Rule(
        "delta.replace", "δ_ij x_j => δ_ij x_i for free i, j", replace.__doc__ or "", "contract", ("Product",), replace,
        ((_D, "∑_{i,j} x_i δ_ij x_j", "∑_{i,j} δ_ij x_i^2"), (_D, "δ_ij x_k", None)),
    ),
    Rule(
        "delta.idempotent", "δ_ij^2 => δ_ij", idempotent.__doc__ or "", "contract", ("Power",), idempotent,
        ((_D, "δ_ij^2", "δ_ij"), (_D, "x_i^2", None)),
    ),
    Rule(
        "delta.distribute", "∑_j (δ_ij + x_i) y_j => ∑_j δ_ij y_j + ∑_j x_i y_j", distribute.__doc__ or "",
        "contract", ("Product",), distribute,
        ((_D, "∑_j (δ_ij + x_i x_j) y_j", "∑_j δ_ij y_j + ∑_j x_i x_j y_j"), (_D, "∑_j (x_j + y_j) y_j", None)),
    ),
)  # fmt: skip
