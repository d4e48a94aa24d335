"""The same numbers by another way, one that does not leave the range of floats: no `exp` stands in a quotient of large ones.

Where a term says more than floats can hold on the way (`exp(1000)/(1 + exp(1000))` is 1), it is written by functions that do not:

    exp(a) / ∑ exp(b)          exp(a - log(∑ exp(b))), in which the writer knows softmax and log-sum-exp
    exp(a)^q / (1 + exp(a))^p  sigmoid(a)^q sigmoid(-a)^(p - q), for q ≤ p
    sigmoid(z) exp(-z)         sigmoid(-z)
    log(1 + exp(a))            softplus(a)
    log(sigmoid(z))            -softplus(-z)
    [i ≠ k]/a_ik               [i ≠ k]/(a_ik + 1 - [i ≠ k]), which is 0 and not 0/0 on the diagonal
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from ..meaning.masks import finite_where_masked
from ..terms import build
from ..terms.term import Apply, Component, Constant, Number, Power, Product, Size, Sum, Term
from ..terms.walk import map_parts


def stable(term: Term) -> Term:
    """An equal term that is computed in the range of floats where the value is."""
    changed = _shown(map_parts(term, stable))
    if isinstance(changed, Product):
        factors, dummies = build.open_product(changed)
        balanced = _balanced(factors)
        finite = finite_where_masked(factors if balanced is None else balanced)
        return changed if balanced is finite is None else build.product(finite or balanced or factors, dummies)
    if isinstance(changed, Apply) and changed.function == "log":
        return _logarithm(changed.arguments[0])
    if isinstance(changed, Power):
        balanced = _balanced([changed])
        return changed if balanced is None else build.product(balanced)
    return changed


def exponents(term: Term) -> Sequence[Term] | None:
    """The `a`, `b`, … of `∑ exp(a)` or `exp(a) + exp(b) + …`, of the first one as it stands under its sum; None for other terms."""
    if isinstance(term, Product) and term.bound and len(term.factors) == 1:
        inner = term.factors[0]
        return inner.arguments if isinstance(inner, Apply) and inner.function == "exp" else None
    if isinstance(term, Sum) and all(isinstance(t, Apply) and t.function == "exp" for t in term.terms):
        return [t.arguments[0] for t in term.terms if isinstance(t, Apply)]
    return None


def _shown(term: Term) -> Term:
    """A name of exponentials, or of a sum of them, as what it stands for."""
    if isinstance(term, Component) and term.tensor.definition is not None:
        body = stable(build.instantiate(term.tensor.definition, term.indices))
        if exponents(body) is not None or (isinstance(body, Apply) and body.function == "exp"):
            return body
    return term


def _one_more(term: Term) -> Term | None:
    """The `a` of `1 + exp(a)`."""
    if isinstance(term, Sum) and len(term.terms) == 2 and build.ONE in term.terms:
        other = next(t for t in term.terms if t is not build.ONE)
        if isinstance(other, Apply) and other.function == "exp":
            return other.arguments[0]
    return None


def negative(term: Term) -> Term:
    """`-a`, of a sum term by term."""
    return build.add(*(build.negate(t) for t in (term.terms if isinstance(term, Sum) else (term,))))


def _logarithm(argument: Term) -> Term:
    one_more = _one_more(argument)
    if one_more is not None:
        return build.apply("softplus", one_more)
    if isinstance(argument, Apply) and argument.function == "exp":
        return argument.arguments[0]
    if isinstance(argument, Apply) and argument.function == "sigmoid":
        return build.negate(build.apply("softplus", negative(argument.arguments[0])))
    if isinstance(argument, Product) and not argument.bound:
        sums = [f for f in argument.factors if exponents(f) is not None]
        rest = [f for f in argument.factors if f not in sums]
        if sums and all(_is_positive(f) for f in rest):  # a mean of exponentials
            logs = [build.apply("log", f) for f in sums]
            return build.add(*logs, *(build.apply("log", f) for f in rest))
    return build.apply("log", argument)


def _is_positive(term: Term) -> bool:
    if isinstance(term, Number):
        return term.value > 0
    if isinstance(term, Power):
        return _is_positive(term.base)
    return isinstance(term, (Size, Constant))


def _balanced(factors: Sequence[Term]) -> list[Term] | None:
    """The factors with each exponential set against what divides it; None where none is."""
    rest: list[Term] = []
    totals: list[Term] = []  # sums over products that hold an exponential
    raised: list[Term] = []  # the `a` of each factor `exp(a)`
    sigmoids: list[Term] = []
    divided: list[tuple[Term, int]] = []
    for factor in factors:
        base, count = _counted(factor)
        if count < 0 and (exponents(base) is not None or _one_more(base) is not None):
            divided.append((base, -count))
        elif count > 0 and isinstance(base, Apply) and base.function == "exp":
            raised += [base.arguments[0]] * count
        elif count > 0 and isinstance(base, Apply) and base.function == "sigmoid":
            sigmoids += [base.arguments[0]] * count
        elif count > 0 and isinstance(base, Product) and any(_raised(f) for f in base.factors):
            totals += [base] * count
        else:
            rest.append(factor)
    changed = False
    for base, count in divided:
        a = _one_more(base)
        if a is not None:
            over = min(count, raised.count(a))
            for _ in range(over):
                raised.remove(a)
            rest += [build.apply("sigmoid", a)] * over + [build.apply("sigmoid", negative(a))] * (count - over)
            changed = True
        elif raised or totals:
            log = build.apply("log", base)
            for at in range(count):
                place = at % (len(raised) + len(totals))
                if place < len(raised):
                    raised[place] = build.subtract(raised[place], log)
                else:
                    totals[place - len(raised)] = _divided(totals[place - len(raised)], log)
            changed = True
        else:
            rest.append(build.power(base, -count))
    for z in sigmoids:
        if negative(z) in raised:
            raised.remove(negative(z))
            z, changed = negative(z), True
        rest.append(build.apply("sigmoid", z))
    return [*rest, *totals, *(build.apply("exp", a) for a in raised)] if changed else None


def _raised(factor: Term) -> bool:
    return isinstance(factor, Apply) and factor.function == "exp"


def _divided(total: Term, log: Term) -> Term:
    """A sum over products, each divided by `exp(log)` where its exponential stands."""
    assert isinstance(total, Product)
    factors, dummies = build.open_product(total)
    at = next(k for k, f in enumerate(factors) if _raised(f))
    inner = factors[at]
    assert isinstance(inner, Apply)
    scaled = build.apply("exp", build.subtract(inner.arguments[0], log))
    return build.product([*factors[:at], scaled, *factors[at + 1 :]], dummies)


def _counted(factor: Term) -> tuple[Term, int]:
    """A factor as a base and how often it stands there."""
    if isinstance(factor, Power) and isinstance(factor.exponent, Number):
        exponent: Fraction = factor.exponent.value
        if exponent.denominator == 1:
            return factor.base, exponent.numerator
    return factor, 1
