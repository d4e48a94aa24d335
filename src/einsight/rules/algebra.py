"""Arithmetic of terms: like terms, powers, numbers before brackets, what undoes what."""

from __future__ import annotations

from fractions import Fraction

from ..terms import build
from ..terms.term import Number, Power, Product, Sum, Term
from .pattern import rule
from .rule import Rule


def split_coefficient(term: Term) -> tuple[Fraction, Term]:
    """A term as a number times the rest."""
    if isinstance(term, Number):
        return term.value, build.ONE
    if isinstance(term, Product) and isinstance(term.factors[0], Number):
        factors, dummies = build.open_product(term)
        return term.factors[0].value, build.product(factors[1:], dummies)
    return Fraction(1), term


def collect(term: Term) -> Term | None:
    """a x + b x = (a + b) x for plain numbers a and b."""
    if not isinstance(term, Sum):
        return None
    totals: dict[Term, Fraction] = {}
    for part in term.terms:
        number, rest = split_coefficient(part)
        totals[rest] = totals.get(rest, Fraction(0)) + number
    if len(totals) == len(term.terms) and all(totals.values()):
        return None
    return build.add(*(build.product([build.number(n), t]) for t, n in totals.items() if n))


def distribute_number(term: Term) -> Term | None:
    """a + c (b + d) = a + c b + c d for a plain number c."""
    if not isinstance(term, Sum):
        return None
    out: list[Term] = []
    fired = False
    for part in term.terms:
        number, rest = split_coefficient(part)
        if number != 1 and isinstance(rest, Sum):
            out += [build.product([build.number(number), t]) for t in rest.terms]
            fired = True
        else:
            out.append(part)
    return build.add(*out) if fired else None


def powers(term: Term) -> Term | None:
    """x^a x^b = x^(a + b)."""
    if not isinstance(term, Product):
        return None
    factors, dummies = build.open_product(term)
    totals: dict[Term, list[Term]] = {}
    for factor in factors:
        base, exponent = (factor.base, factor.exponent) if isinstance(factor, Power) else (factor, build.ONE)
        totals.setdefault(base, []).append(exponent)
    if all(len(e) == 1 for e in totals.values()):
        return None
    return build.product([build.power(b, build.add(*e)) for b, e in totals.items()], dummies)


def nested_power(term: Term) -> Term | None:
    """(x^a)^b = x^(a b) where a is no even number, so that no sign is lost."""
    if not (isinstance(term, Power) and isinstance(term.base, Power)):
        return None
    inner, outer = term.base.exponent, term.exponent
    if (
        isinstance(inner, Number)
        and isinstance(outer, Number)
        and inner.value.numerator % 2
        and inner.value.denominator > 1
    ):
        return build.power(term.base.base, inner.value * outer.value)
    return None


_D = "x in R^m; s, t in R positive"
RULES = (
    Rule(
        "algebra.collect", "2 x_i + 3 x_i => 5 x_i", collect.__doc__ or "", "simplify", ("Sum",), collect,
        ((_D, "2 x_i + 3 x_i", "5 x_i"), (_D, "x_i - x_i", "0 x_i"), (_D, "x_i + x_i^2", None)),
    ),
    Rule(
        "algebra.distribute-number", "x_i + 2 (x_i^2 + exp(x_i)) => x_i + 2 x_i^2 + 2 exp(x_i)",
        distribute_number.__doc__ or "", "simplify", ("Sum",), distribute_number,
        ((_D, "x_i + 2 (x_i^2 + exp(x_i))", "x_i + 2 x_i^2 + 2 exp(x_i)"), (_D, "2 (s + t)", None)),
    ),
    Rule(
        "algebra.powers", "sqrt(s) (1/s) => s^(-1/2)", powers.__doc__ or "", "simplify", ("Product",), powers,
        ((_D, "sqrt(s) (1/s)", "s^(-1/2)"), (_D, "s t", None)),
    ),
    Rule(
        "algebra.nested-power", "sqrt(sqrt(s)) => s^(1/4)", nested_power.__doc__ or "", "simplify", ("Power",), nested_power,
        ((_D, "sqrt(sqrt(s))", "s^(1/4)"), (_D, "sqrt(s^2)", None)),
    ),
    rule("algebra.log-exp", "log(exp(s)) => s", "The logarithm undoes the exponential."),
    rule("algebra.exp-log", "exp(log(s)) => s", "The exponential undoes the logarithm, where it is defined."),
    rule("algebra.log-one", "log(1) => 0", "The logarithm of one is zero."),
    rule("algebra.exp-zero", "exp(0) => 1", "The exponential of zero is one."),
    rule("inverse.left", "inv(A)_ij A_jk => δ_ik", "A^-1 A = I."),
    rule("inverse.right", "A_ij inv(A)_jk => δ_ik", "A A^-1 = I."),
)  # fmt: skip
