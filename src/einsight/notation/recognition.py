"""Functions of whole arrays, found in components: `‖u‖²`, `logsumexp(u)`, `softmax(u)`, `mean(u)`; sums among factors."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from ..terms import build
from ..terms.dimension import Index
from ..terms.term import Apply, Number, Power, Product, Size, Sum, Term, has_head

# stands in terms that are being written, and in no others
SOFTMAX = "softmax"


class Vector(NamedTuple):
    """The array whose entries are `term`, over `axis`."""

    term: Term
    axis: Index


class Softmax(NamedTuple):
    """`softmax(argument)` at an index, `place`, to the power `times`; of each row of a matrix where `row` says which."""

    argument: Vector
    place: Index
    times: Fraction
    row: Index | None


def squared(term: Term) -> tuple[Term, tuple[Index, ...]] | None:
    """`u` and its indices where the term is `∑ u_k²` over the entries of a vector or matrix."""
    if not isinstance(term, Product) or len(term.factors) != 1 or not term.bound or len(term.bound) > 2:
        return None
    (factor,), dummies = build.open_product(term)
    if not (isinstance(factor, Power) and isinstance(factor.exponent, Number) and factor.exponent.value == 2):
        return None
    return factor.base, dummies


def exponentiated(term: Term) -> Vector | None:
    """`u` where the term is `∑_k exp(u_k)`."""
    if not (isinstance(term, Product) and len(term.bound) == 1 and len(term.factors) == 1):
        return None
    (inner,), (dummy,) = build.open_product(term)
    if not (isinstance(inner, Apply) and inner.function == "exp"):
        return None
    return Vector(inner.arguments[0], dummy)


def normalised(factor: Term) -> tuple[Vector, Fraction] | None:
    """`u`, and how often, where a factor is a power of 1/∑_k exp(u_k), as of a softmax."""
    if not (isinstance(factor, Power) and isinstance(factor.exponent, Number) and factor.exponent.value < 0):
        return None
    argument = exponentiated(factor.base)
    return None if argument is None else (argument, -factor.exponent.value)


def means(factors: Sequence[Term]) -> tuple[list[Term], list[Vector]]:
    """The factors without each `(∑_k u_k)/n`, and the `u` of those, of which it is `mean(u)`."""
    out = list(factors)
    found: list[Vector] = []
    for factor in factors if Power in map(type, factors) else ():
        if not (isinstance(factor, Power) and isinstance(factor.base, Size) and isinstance(factor.exponent, Number)):
            continue
        left = -factor.exponent.value
        for closed in list(out):
            if left < 1 or not (isinstance(closed, Product) and len(closed.bound) == 1 and not closed.free):
                continue
            opened, (dummy,) = build.open_product(closed)
            if dummy.dim is factor.base.dim and len(opened) == 1 and not isinstance(opened[0], Power):
                found.append(Vector(opened[0], dummy))
                out.remove(closed)
                left -= 1
        out.remove(factor)
        if left:
            out.append(build.power(factor.base, -left))
    return out, found


def softmaxes(factors: Sequence[Term]) -> tuple[list[Term], list[Softmax], list[Index]]:
    """The factors without each `exp(u_i)/∑_k exp(u_k)`, those as `softmax(u)_i`, and indices that are to be summed besides.

    The exponential may stand in a contraction of its own, whose other factors then stand among the rest.
    """
    out = list(factors)
    found: list[Softmax] = []
    bound: list[Index] = []
    for factor in factors if Power in map(type, factors) else ():
        below = normalised(factor)
        if below is None:
            continue
        assert isinstance(factor, Power)
        argument, left = below
        exponential = build.apply("exp", argument.term)
        rows = argument.term.free - {argument.axis}
        row = next(iter(rows), None)
        waiting = list(out) if len(rows) < 2 else []
        while waiting and left >= 1:
            candidate = waiting.pop(0)
            parts: list[Term] = [candidate]
            own: tuple[Index, ...] = ()
            if isinstance(candidate, Product) and candidate.bound and not candidate.free:
                opened, own = build.open_product(candidate)
                parts = list(opened)
            hit = next(filter(None, (_power_of(p, exponential, argument.axis) for p in parts)), None)
            if hit is None:
                continue
            part, index, count = hit
            times = min(left, count)
            found.append(Softmax(argument, index, times, row))
            parts.remove(part)
            if count > times:
                parts.append(build.power(build.substitute(exponential, {argument.axis: index}), count - times))
            out.remove(candidate)
            out += parts
            waiting += parts
            bound += own
            left -= times
        out.remove(factor)
        if left:
            out.append(build.power(factor.base, -left))
    return out, found, bound


def _power_of(part: Term, exponential: Term, dummy: Index) -> tuple[Term, Index, Fraction] | None:
    """The index at which a factor is that exponential, and how often it is."""
    base, count = (part.base, part.exponent) if isinstance(part, Power) else (part, build.ONE)
    if not (isinstance(base, Apply) and base.function == "exp" and isinstance(count, Number) and count.value >= 1):
        return None
    for index in base.free:
        if index.dim is dummy.dim and build.substitute(exponential, {dummy: index}) is base:
            return part, index, count.value
    return None


def with_softmax(term: Term) -> Term:
    """Each `exp(u_i)/∑_k exp(u_k)` of a vector, or of the rows of a matrix, as one factor, which a contraction does not part."""
    if not (has_head(term, Apply) and has_head(term, Power)):
        return term
    if isinstance(term, Sum):
        return build.add(*map(with_softmax, term.terms))
    if not isinstance(term, Product):
        return term
    factors, dummies = build.open_product(term)
    rest, found, bound = softmaxes([with_softmax(f) if isinstance(f, Sum) else f for f in factors])
    if not found:
        return term
    named = [
        build.power(
            build.operator(SOFTMAX, [build.abstraction((s.argument.axis,), s.argument.term)], (s.place,)),
            build.number(s.times),
        )
        for s in found
    ]
    return build.product([*rest, *named], [*dummies, *bound])


def factored(factors: Sequence[Term]) -> list[Term]:
    """Sums among the factors with what all their terms share in front of them: `a X - b X` as `X`, `a - b`."""
    if Sum not in map(type, factors):
        return list(factors)
    out: list[Term] = []
    for factor in factors:
        if isinstance(factor, Sum) and all(isinstance(t, Product) and not t.bound for t in factor.terms):
            shared = [f for f in factor.terms[0].children() if f.free and all(f in t.children() for t in factor.terms)]
            if shared:
                rest = [build.product([*t.children(), *(build.power(f, -1) for f in shared)]) for t in factor.terms]
                out += [*shared, build.add(*rest)]
                continue
        out.append(factor)
    return out


def spread_out(factors: Sequence[Term], dummies: Sequence[Index]) -> Term | None:
    """The product multiplied out over a sum that has no place in a graph.

    That is one with more than two indices, or with a term that lacks a summed index of the others: it would
    have to be filled up with ones.
    """
    for place, factor in enumerate(factors):
        if not isinstance(factor, Sum):
            continue
        summed = factor.free & set(dummies)
        if has_head(factor, Apply) and any(map(normalised, factors)):
            lacking = any(isinstance(f, Apply) and f.function == "exp" for t in factor.terms for f in t.children())
            if lacking:
                others = [*factors[:place], *factors[place + 1 :]]
                return build.add(*(build.product([*others, t], dummies) for t in factor.terms))
        lacking = len(factor.free) > 1 and any(t.free and not summed <= t.free for t in factor.terms)
        if len(factor.free) > 2 or lacking:
            others = [*factors[:place], *factors[place + 1 :]]
            return build.add(*(build.product([*others, t], dummies) for t in factor.terms))
    return None
