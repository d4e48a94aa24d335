"""Matrices declared orthogonal: Q'Q = Q Q' = I and inv(Q) = Q'."""

from __future__ import annotations

from operator import attrgetter

from ..terms import build
from ..terms.dimension import Index
from ..terms.term import Component, Number, Operator, Power, Product, Term
from .rule import Rule

_properties, _NONE = attrgetter("properties"), frozenset[str]()


def _is_orthogonal(term: Term) -> bool:
    return isinstance(term, Component) and "orthogonal" in term.tensor.properties


def _holds_orthogonal(term: Term) -> bool:
    return "orthogonal" in _NONE.union(*map(_properties, term.depends))


def contract(term: Term) -> Term | None:
    """∑_k Q_ki Q_kj = δ_ij for an orthogonal Q, and so for its rows."""
    if not isinstance(term, Product) or not term.bound or not _holds_orthogonal(term):
        return None
    if not any(_is_orthogonal(_base(f)) for f in term.factors):
        return None
    factors, dummies = build.open_product(term)
    for place, factor in enumerate(factors):
        base = _base(factor)
        if not isinstance(base, Component) or not _is_orthogonal(base):
            continue
        square = isinstance(factor, Power) and isinstance(factor.exponent, Number) and factor.exponent.value == 2
        for side, shared in enumerate(base.indices):
            if not isinstance(shared, Index) or shared not in dummies or base.indices[0] is base.indices[1]:
                continue
            others = [k for k, f in enumerate(factors) if k != place and shared in f.free]
            rest = [f for k, f in enumerate(factors) if k != place and k not in others]
            left = [d for d in dummies if d is not shared]
            if square and not others:  # ∑_k Q_ki^2 = 1
                return build.product(rest, left)
            partner = factors[others[0]] if len(others) == 1 and factor is base else None
            if (
                isinstance(partner, Component)
                and partner.tensor is base.tensor
                and partner.indices[side] is shared
                and partner.indices[1 - side] is not shared
            ):
                return build.product([*rest, build.delta(base.indices[1 - side], partner.indices[1 - side])], left)
    return None


def _base(factor: Term) -> Term:
    return factor.base if isinstance(factor, Power) else factor


def inverse(term: Term) -> Term | None:
    """inv(Q)_ij = Q_ji for an orthogonal Q."""
    if not isinstance(term, Operator) or term.name != "inv":
        return None
    function = term.arguments[0]
    if _is_orthogonal(function.body) and set(function.body.slots()) == set(function.params):
        return build.instantiate(function, term.indices[::-1])
    return None


_D = "Q in R^(m x m) orthogonal; A in R^(m x m); x, y in R^m"
RULES = (
    Rule(
        "orthogonal.contract", "∑_k Q_ki Q_kj => δ_ij for an orthogonal Q", contract.__doc__ or "", "contract", ("Product",), contract,
        ((_D, "Q_ki Q_kj", "δ_ij"), (_D, "∑_{k,i} Q_ik Q_jk x_i", "∑_i δ_ij x_i"), (_D, "Q_ki Q_jk", None), (_D, "A_ki A_kj", None)),
    ),
    Rule(
        "orthogonal.inverse", "inv(Q)_ij => Q_ji for an orthogonal Q", inverse.__doc__ or "", "simplify", ("Operator",), inverse,
        ((_D, "inv(Q)_ij", "Q_ji"), (_D, "inv(A)_ij", None)),
    ),
)  # fmt: skip
