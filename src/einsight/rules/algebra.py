"""Arithmetic of terms: like terms, powers, numbers before brackets, what undoes what."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from ..terms import build
from ..terms.term import Apply, Component, Number, Power, Product, Sum, Term
from .pattern import rule
from .rule import Rule

LARGEST_EXPANSION = 24
_REST, _WEIGHT, _SHAPE = "rest", "weight", "shape"  # what is kept with a term


def split_coefficient(term: Term) -> tuple[Fraction | int, Term]:
    """A term as a number times the rest."""
    if isinstance(term, Number):
        return _value(term), build.ONE
    if isinstance(term, Product) and isinstance(term.factors[0], Number):
        rest = term.memo.get(_REST)
        if rest is None:
            factors = term.factors[1:]
            alone = len(factors) == 1 and not term.bound
            rest = term.memo[_REST] = factors[0] if alone else Product.make(factors, term.bound)
        return _value(term.factors[0]), rest
    return 1, term


def _value(number: Number) -> Fraction | int:
    return number.value if number.whole is None else number.whole


def collect(term: Term) -> Term | None:
    """a x + b x = (a + b) x for plain numbers a and b."""
    if not isinstance(term, Sum):
        return None
    if len({split_coefficient(part)[1] for part in term.terms}) == len(term.terms):
        return None
    totals: dict[Term, Fraction | int] = {}
    for part in term.terms:
        number, rest = split_coefficient(part)
        totals[rest] = totals.get(rest, 0) + number
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
    if len({f.base if type(f) is Power else f for f in term.factors}) == len(term.factors):  # type: ignore[attr-defined]
        return None
    factors, dummies = build.open_product(term)
    totals: dict[Term, list[Term]] = {}
    for factor in factors:
        base, exponent = (factor.base, factor.exponent) if isinstance(factor, Power) else (factor, build.ONE)
        totals.setdefault(base, []).append(exponent)
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


def content(term: Sum) -> Fraction | int:
    """The greatest number that every term of a sum is a whole multiple of, negative where all are."""
    numbers = [split_coefficient(t)[0] for t in term.terms]
    size: Fraction | int = math.gcd(*[n.numerator for n in numbers])
    if set(map(type, numbers)) != {int}:
        size = Fraction(size, math.lcm(*[n.denominator for n in numbers]))
    return -size if max(numbers) < 0 else size


def pull_number(term: Term) -> Term | None:
    """c (a x + a y) = c a (x + y) for plain numbers c and a."""
    if not isinstance(term, Product) or Sum not in map(type, term.factors):
        return None
    pulled = {f: content(f) for f in term.factors if isinstance(f, Sum)}
    if set(pulled.values()) == {1}:
        return None
    factors, dummies = build.open_product(term)
    out: list[Term] = []
    for factor in factors:
        number = content(factor) if isinstance(factor, Sum) else 1
        if number != 1 and isinstance(factor, Sum):
            out.append(build.number(number))
            factor = build.add(*(build.product([build.number(1 / Fraction(number)), t]) for t in factor.terms))
        out.append(factor)
    return build.product(out, dummies)


def sign(term: Term) -> Term | None:
    """-(a - b) c = (b - a) c."""
    if not isinstance(term, Product) or Sum not in map(type, term.factors) or split_coefficient(term)[0] >= 0:
        return None
    factors, dummies = build.open_product(term)
    for place, factor in enumerate(factors):
        twins = [f for f in factors if isinstance(f, Sum) and f is not factor and f.depends == factor.depends]
        if isinstance(factor, Sum) and not twins and not any(isinstance(t, Number) for t in factor.terms):
            signs = [split_coefficient(t)[0] < 0 for t in factor.terms]
            if any(signs) and 2 * sum(signs) >= len(signs):
                turned = build.add(*(build.negate(t) for t in factor.terms))
                return build.product([*factors[:place], build.MINUS_ONE, turned, *factors[place + 1 :]], dummies)
    return None


def weight(term: Term) -> int:
    """About how many symbols a reader meets: the measure that `expand` must bring down."""
    kind = type(term)
    if kind is Component:
        return 1
    found = term.memo.get(_WEIGHT)
    if found is None:
        if kind is Number:
            found = 0
        elif kind is Sum or kind is Product:
            found = sum([weight(t) for t in term.children()])
        elif isinstance(term, Power):
            found = weight(term.base) + (1 if isinstance(term.exponent, Number) else weight(term.exponent))
        else:
            inner = sum(map(weight, term.children())) + sum(weight(a.body) for a in term.abstractions())
            found = 1 + inner
        term.memo[_WEIGHT] = found
    return found


def _multiplied_out(term: Term, only: Sum | None = None) -> list[Term]:
    """The terms of a product of sums, sums inside sums left as they are; of one sum only where it is named."""
    if not isinstance(term, Product):
        return list(term.terms) if isinstance(term, Sum) else [term]
    if Sum not in map(type, term.factors):
        return [term]
    factors, dummies = build.open_product(term)
    choices: list[tuple[Term, ...]] = []
    for shut, factor in zip(term.factors, factors, strict=True):
        open_it = isinstance(factor, Sum) and (only is None or shut is only)
        choices.append(factor.terms if open_it and isinstance(factor, Sum) else (factor,))
    if math.prod(map(len, choices)) > LARGEST_EXPANSION:
        return [term]
    return [build.product(choice, dummies) for choice in itertools.product(*choices)]


def multiplied_out(term: Term) -> Term:
    """An equal sum of products, those that are alike taken together; what stands in powers and in functions stays as it is."""
    whole = build.add(*_summands(term))
    return collect(whole) or whole


def _summands(term: Term) -> list[Term]:
    parts = _multiplied_out(term)
    return [powers(term) or term] if parts == [term] else [s for part in parts for s in _summands(part)]


def _shape(term: Term) -> int:
    """A number that is the same for terms that differ in the names of indices and in plain factors alone."""
    found = term.memo.get(_SHAPE)
    if found is None:
        if isinstance(term, Number):
            found = 0
        elif isinstance(term, Product):
            found = sum(map(_shape, term.factors))
        else:
            parts = tuple(sorted(map(_shape, term.children())))
            if isinstance(term, Power) and isinstance(term.exponent, Number):
                parts = (_shape(term.base), hash(term.exponent.value))
            inside = tuple(sorted(_shape(a.body) for a in term.abstractions()))
            own = getattr(term, "tensor", None) or getattr(term, "name", None) or getattr(term, "function", "")
            found = hash((type(term).__name__, own, parts, inside))
        term.memo[_SHAPE] = found
    return found


def _may_merge(term: Term, only: Sum | None = None) -> bool:
    """May terms be alike, or factors of one base meet, once a sum or a product is multiplied out, or only one sum in it?

    If not, what comes out weighs no less.  Only what differs in more than names of indices surely stays apart.
    """
    seen: set[int] = set()
    for part in term.terms if isinstance(term, Sum) else (term,):
        factors = _factors(part)
        opened = [f for f in factors if isinstance(f, Sum) and (only is None or f is only)]
        apart = [f for f in factors if f not in opened]
        sums = [f.terms for f in opened]
        if math.prod(map(len, sums)) > LARGEST_EXPANSION:
            return True
        summed = set(part.bound) if isinstance(part, Product) else set()
        summed.difference_update(*(f.free for f in apart))
        if summed and not all(summed <= t.free for terms in sums for t in terms):
            return True  # a sum over what does not hold its index is a size, which may meet another
        bases: set[Term] = set()
        for group in (apart, *([g for t in terms for g in _factors(t)] for terms in sums)):
            own = {_base(f) for f in group if not isinstance(f, Number)}
            if not bases.isdisjoint(own):
                return True
            bases |= own
        common = sum(map(_shape, apart))
        for choice in itertools.product(*sums):
            shape = common + sum(map(_shape, choice))
            if shape in seen:
                return True
            seen.add(shape)
    return False


def _factors(term: Term) -> tuple[Term, ...]:
    return term.factors if isinstance(term, Product) else (term,)


def _base(factor: Term) -> Term:
    return factor.base if isinstance(factor, Power) else factor


def _expansions(term: Product, sums: Sequence[Sum]) -> Iterator[Term]:
    """A product with one sum multiplied out, each that may come out shorter so; then with all of them."""
    for one in sums:
        if len(sums) == 1 or _may_merge(term, one):
            yield build.add(*_multiplied_out(term, one))
    if len(sums) > 1:
        yield build.add(*_multiplied_out(term))


def expand(term: Term) -> Term | None:
    """a (b + c) = a b + a c, where terms then cancel or are alike."""
    if isinstance(term, Sum):
        if not [t for t in term.terms if type(t) is Product and Sum in map(type, t.factors)]:  # type: ignore[attr-defined]
            return None
        if not _may_merge(term):
            return None
        candidates: Iterable[Term] = [build.add(*(p for t in term.terms for p in _multiplied_out(t)))]
    elif isinstance(term, Product):
        sums = [f for f in term.factors if isinstance(f, Sum)]
        if not sums or not _may_merge(term):
            return None
        candidates = _expansions(term, sums)
    else:
        return None
    before = weight(term)
    for candidate in candidates:
        if candidate is not term:
            after = collect(candidate) or candidate
            if weight(after) < before:
                return after
    return None


def log_of_product(term: Term) -> Term | None:
    """log(exp(u) v) = u + log(v); log(v^n) = n log(v) for odd n, where both sides are defined for the same v."""
    if not isinstance(term, Apply) or term.function != "log":
        return None
    (inner,) = term.arguments
    if isinstance(inner, Power) and isinstance(inner.exponent, Number) and inner.exponent.value.numerator % 2:
        return build.product([inner.exponent, build.apply("log", inner.base)])
    if not isinstance(inner, Product) or inner.bound:
        return None
    out: list[Term] = []
    rest: list[Term] = []
    for factor in inner.factors:
        base, count = factor, build.ONE
        if isinstance(factor, Power) and isinstance(factor.exponent, Number):
            base, count = factor.base, factor.exponent
        if isinstance(base, Apply) and base.function == "exp":
            out.append(build.product([count, base.arguments[0]]))
        else:
            rest.append(factor)
    return build.add(*out, build.apply("log", build.product(rest))) if out else None


def sigmoid(term: Term) -> Term | None:
    """exp(s)/(1 + exp(s)) = 1/(1 + exp(-s)) = sigmoid(s)."""
    if isinstance(term, Power):
        argument = _one_plus_exp(term)
        if argument is not None and split_coefficient(argument)[0] < 0:
            return build.apply("sigmoid", build.negate(argument))
        return None
    if not isinstance(term, Product):
        return None
    factors, dummies = build.open_product(term)
    for place, factor in enumerate(factors):
        argument = _one_plus_exp(factor)
        if argument is None:
            continue
        over = build.apply("exp", argument)
        if over in factors:
            rest = [f for k, f in enumerate(factors) if k != place and f is not over]
            return build.product([*rest, build.apply("sigmoid", argument)], dummies)
    return None


def _one_plus_exp(term: Term) -> Term | None:
    """s where the term is 1/(1 + exp(s))."""
    if not (isinstance(term, Power) and term.exponent is build.MINUS_ONE and isinstance(term.base, Sum)):
        return None
    if len(term.base.terms) != 2 or build.ONE not in term.base.terms:
        return None
    other = next(t for t in term.base.terms if t is not build.ONE)
    return other.arguments[0] if isinstance(other, Apply) and other.function == "exp" else None


_D = "x in R^m; s, t in R positive; A in R^(m x m) symmetric; y in R^m"
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
        "algebra.pull-number", "s (2 x_i + 4 t) => 2 s (x_i + 2 t)", pull_number.__doc__ or "", "simplify", ("Product",), pull_number,
        ((_D, "s (2 x_i + 4 t)", "2 s (x_i + 2 t)"), (_D, "s (x_i + 2 t)", None)),
        inside=("Sum",),
    ),
    Rule(
        "algebra.sign", "-s (x_i - y_i) => s (y_i - x_i)", sign.__doc__ or "", "simplify", ("Product",), sign,
        ((_D, "-s (x_i - y_i)", "s (y_i - x_i)"), (_D, "-s (x_i + y_i)", None), (_D, "-s (1 - x_i^2)", None)),
        inside=("Sum", "Number"),
    ),
    Rule(
        "algebra.expand", "x_i (s - t) + t x_i => s x_i", expand.__doc__ or "", "simplify", ("Sum", "Product"), expand,
        (
            (_D, "x_i (s - t) + t x_i", "s x_i"),
            (_D, "∑_{i,j} A_ij (x_i y_j + y_i x_j)", "2 ∑_{i,j} A_ij x_i y_j"),
            (_D, "x_i (s + t)", None),
        ),
        inside=("Sum", "Product"),
    ),
    Rule(
        "algebra.log-product", "log(exp(s) t) => s + log(t)", log_of_product.__doc__ or "", "simplify", ("Apply",), log_of_product,
        ((_D, "log(exp(s) t)", "s + log(t)"), (_D, "log(1/t)", "-log(t)"), (_D, "log(s t)", None), (_D, "log(t^2)", None)),
    ),
    Rule(
        "algebra.powers", "sqrt(s) (1/s) => s^(-1/2)", powers.__doc__ or "", "simplify", ("Product",), powers,
        ((_D, "sqrt(s) (1/s)", "s^(-1/2)"), (_D, "s t", None)),
        inside=("Power",),
    ),
    Rule(
        "algebra.nested-power", "sqrt(sqrt(s)) => s^(1/4)", nested_power.__doc__ or "", "simplify", ("Power",), nested_power,
        ((_D, "sqrt(sqrt(s))", "s^(1/4)"), (_D, "sqrt(s^2)", None)),
    ),
    Rule(
        "algebra.sigmoid", "exp(s)/(1 + exp(s)) => sigmoid(s)", sigmoid.__doc__ or "", "simplify", ("Product", "Power"), sigmoid,
        ((_D, "exp(s) t/(1 + exp(s))", "t sigmoid(s)"), (_D, "1/(1 + exp(-s))", "sigmoid(s)"), (_D, "1/(2 + exp(s))", None)),
        inside=("Power", "Apply", "Sum"),
    ),
    rule("algebra.log-exp", "log(exp(s)) => s", "The logarithm undoes the exponential."),
    rule("algebra.exp-log", "exp(log(s)) => s", "The exponential undoes the logarithm, where it is defined."),
    rule("algebra.log-one", "log(1) => 0", "The logarithm of one is zero."),
    rule("algebra.exp-zero", "exp(0) => 1", "The exponential of zero is one."),
    rule("inverse.left", "inv(A)_ij A_jk => δ_ik", "A^-1 A = I."),
    rule("inverse.right", "A_ij inv(A)_jk => δ_ik", "A A^-1 = I."),
)  # fmt: skip
