"""Quotients of elementwise functions that are a function themselves: `sinh(z)/cosh(z)` as `tanh(z)`.

What stands on the left has no value where the right has none, or is its continuation: each holds wherever both are defined.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..terms import build
from ..terms.term import Apply, Number, Power, Product, Term
from .rule import Rule

# the function above, the one below, of the same argument, and what their quotient is
_QUOTIENTS = {
    ("sinh", "cosh"): lambda u: build.apply("tanh", u),
    ("sin", "cos"): lambda u: build.apply("tan", u),
    ("sign", "abs"): lambda u: build.power(u, -1),
}


def quotient(term: Term) -> Term | None:
    """sinh(z)/cosh(z) = tanh(z), sin(z)/cos(z) = tan(z), sign(z)/abs(z) = 1/z."""
    if not isinstance(term, Product) or not any(isinstance(f, Power) for f in term.factors):
        return None
    applied = [(base.function, times) for base, times in map(_applied, term.factors) if base is not None]
    if not any((a, b) in _QUOTIENTS for a, times in applied if times >= 1 for b, divided in applied if divided <= -1):
        return None
    factors, dummies = build.open_product(term)
    for above in factors:
        top, times = _applied(above)
        if top is None or times < 1:
            continue
        for below in factors:
            bottom, divided = _applied(below)
            if bottom is None or divided > -1 or top.arguments != bottom.arguments:
                continue
            whole = _QUOTIENTS.get((top.function, bottom.function))
            if whole is not None:
                shared = min(times, -divided)
                parts = [
                    build.power(top, times - shared), build.power(bottom, divided + shared),
                    build.power(whole(top.arguments[0]), shared),
                ]  # fmt: skip
                return build.product([*_others(factors, above, below), *parts], dummies)
    return None


def mirrored(term: Term) -> Term | None:
    """exp(-z) sigmoid(z) = sigmoid(-z)."""
    if not isinstance(term, Product):
        return None
    if not {"exp", "sigmoid"} <= {f.function for f in term.factors if isinstance(f, Apply)}:
        return None
    factors, dummies = build.open_product(term)
    for factor in factors:
        if isinstance(factor, Apply) and factor.function == "sigmoid":
            turned = build.negate(factor.arguments[0])
            other = next(
                (f for f in factors if isinstance(f, Apply) and f.function == "exp" and f.arguments == (turned,)), None
            )
            if other is not None:
                return build.product([*_others(factors, factor, other), build.apply("sigmoid", turned)], dummies)
    return None


def _applied(factor: Term) -> tuple[Apply | None, int]:
    """A function and the whole power to which it stands."""
    base, count = factor, 1
    if isinstance(factor, Power) and isinstance(factor.exponent, Number) and factor.exponent.value.denominator == 1:
        base, count = factor.base, int(factor.exponent.value)
    return (base, count) if isinstance(base, Apply) else (None, 0)


def _others(factors: Sequence[Term], *gone: Term) -> list[Term]:
    return [f for f in factors if f not in gone]


_D = "x in R^m; s, t in R"
RULES = (
    Rule(
        "algebra.quotient", "sinh(s)/cosh(s) => tanh(s)", quotient.__doc__ or "", "simplify", ("Product",), quotient,
        (
            (_D, "t sinh(x_i)/cosh(x_i)", "t tanh(x_i)"),
            (_D, "sinh(s)^2/cosh(s)^3", "tanh(s)^2/cosh(s)"),
            (_D, "sin(s)/cos(s)", "tan(s)"),
            (_D, "s sign(s)/abs(s)", "s/s"),
            (_D, "sinh(s)/cosh(t)", None),
            (_D, "sinh(s) cosh(s)", None),
        ),
        inside=("Power", "Apply"),
    ),
    Rule(
        "algebra.mirrored-sigmoid", "exp(-s) sigmoid(s) => sigmoid(-s)", mirrored.__doc__ or "", "simplify", ("Product",), mirrored,
        ((_D, "t exp(-s) sigmoid(s)", "t sigmoid(-s)"), (_D, "exp(s) sigmoid(s)", None)),
        inside=("Apply",),
    ),
)  # fmt: skip
