"""What the terms of a sum share, written once: `x_k A_ki + A_ik x_k` as `(A_ik + A_ki) x_k`.

Terms agree but for the names of their dummies, so that these are matched first.  A result is gathered where it is shown; its
normal form, by which results are compared, stays as it is.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from fractions import Fraction

from ..rules.algebra import weight
from ..terms import build
from ..terms.dimension import Index, Slot
from ..terms.term import NO_INDICES, Number, Power, Product, Sum, Term, has_head
from ..terms.walk import map_parts

# symbols of a term, its summands, and the dummies of a summand, beyond which nothing is gathered
MOST_SYMBOLS, MOST_TERMS, MOST_DUMMIES = 200, 8, 3
ONE = Fraction(1)
Opened = tuple[Sequence[Term], Sequence[Index]]


def gathered(term: Term) -> Term:
    """An equal term, in which sums have what their terms share before a bracket."""
    if not has_head(term, Sum) or not _may_gather(term):
        return term
    kept = term.free

    def visit(part: Term) -> Term:
        if not has_head(part, Sum):
            return part
        if isinstance(part, (Sum, Product, Power)):
            part = map_parts(part, visit)
        if isinstance(part, Product):
            return _spread(part)
        return _of_sum(part, kept) if isinstance(part, Sum) else part

    found = term if weight(term) > MOST_SYMBOLS else visit(term)
    visit = None  # type: ignore[assignment]  # which holds itself
    return found


def _may_gather(term: Term) -> bool:
    """Is there a sum in which two terms share something, or one that a `∑` may be spread over?"""
    if not has_head(term, Sum) or not isinstance(term, (Sum, Product, Power)):
        return False
    if isinstance(term, Sum):
        heads = [_head(f) for t in term.terms for f in set(_factors(t)) if not isinstance(f, Number)]
        if len(set(heads)) < len(heads):
            return True
    return (isinstance(term, Product) and _is_spread(term)) or any(map(_may_gather, term.children()))


def _is_spread(term: Product) -> bool:
    """Is it a `∑` over one sum, but for numbers?"""
    others = [f for f in term.factors if not isinstance(f, Number)]
    return bool(term.bound) and len(others) == 1 and isinstance(others[0], Sum)


def _spread(term: Product) -> Term:
    """`∑_p (a_p + b_p)` as `∑_p a_p + ∑_p b_p`, of which the convention says each `∑` where it can."""
    if not _is_spread(term):
        return term
    factors, dummies = build.open_product(term)
    terms = next(f.terms for f in factors if isinstance(f, Sum))
    numbers = [f for f in factors if isinstance(f, Number)]
    return build.add(*(build.product([*numbers, t], dummies) for t in terms))


def _of_sum(whole: Sum, kept: AbstractSet[Index]) -> Term:
    terms = list(whole.terms)
    if len(terms) > MOST_TERMS:
        return whole
    saved: dict[tuple[Term, Term], tuple[int, Term]] = {}
    opened: dict[Term, Opened] = {}
    while len(terms) > 1:
        pairs = list(itertools.combinations(terms, 2))
        for pair in pairs:
            if pair not in saved:
                merged = _merged(*pair, kept, opened)
                saved[pair] = (0, whole) if merged is None else (1 + sum(map(weight, pair)) - weight(merged), merged)
        best = max(pairs, key=lambda pair: saved[pair][0])
        if not saved[best][0]:
            break
        terms = [saved[best][1], *(t for t in terms if t not in best)]
    return build.add(*terms)


def _merged(left: Term, right: Term, kept: AbstractSet[Index], opened: dict[Term, Opened]) -> Term | None:
    """Two terms as what they share times the sum of what is left of them; None where that is no shorter.

    By the convention the terms of that sum have the same indices, or none but those of the whole, along which they may be repeated.
    """
    sides = _factors(left), _factors(right)
    if max(len(t.bound) if isinstance(t, Product) else 0 for t in (left, right)) > MOST_DUMMIES:
        return None
    if (
        isinstance(left, Number)
        or isinstance(right, Number)
        or set(map(_head, sides[0])).isdisjoint(map(_head, sides[1]))
    ):
        return None
    (first, own), (second, others) = _opened(left, opened), _opened(right, opened)
    best: tuple[int, list[Term], list[Index], list[tuple[list[Term], list[Index]]]] | None = None
    for way in _ways(own, others):
        names: dict[Index, Slot] = dict(way)
        turned = [build.substitute(f, names) for f in second]
        shared = _shared(first, turned)
        before = [build.power(base, count) for base, count in shared.items()]
        if not any(f.free or weight(f) > 1 for f in before):
            continue
        outside = [d for d in own if any(d in f.free for f in before)]
        left_over = [
            (
                [build.power(b, n) for b, c in map(_counted, factors) if (n := c - shared.get(b, 0))],
                [d for d in dummies if d not in outside],
            )
            for factors, dummies in ((first, own), (turned, [way.get(d, d) for d in others]))
        ]
        one, two = (NO_INDICES.union(*[f.free for f in factors]).difference(bound) for factors, bound in left_over)
        if one and two and one != two and not one | two <= kept:
            continue
        size = sum(map(weight, itertools.chain(before, *(factors for factors, _ in left_over))))
        if best is None or size < best[0]:
            best = size, before, outside, left_over
    if best is None:
        return None
    _, before, outside, left_over = best
    rests = [build.product(*rest) for rest in left_over]
    content = _content(rests)
    if content == 1:
        found = build.product([*before, build.add(*rests)], outside)
    else:
        inner = build.add(*(build.product([build.number(1 / content), r]) for r in rests))
        found = build.product([build.number(content), *before, inner], outside)
    shorter = weight(left) + weight(right) - weight(found)
    # one line to divide by is better than two
    divided = any(isinstance(f, Power) and _counted(f)[1] < 0 for f in _factors(found))
    return found if shorter > 0 or (shorter == 0 and divided) else None


def _content(terms: Sequence[Term]) -> Fraction:
    """The number that all terms are multiples of, negative where all of them are."""
    numbers = [next((f.value for f in _factors(t) if isinstance(f, Number)), ONE) for t in terms]
    if ONE in numbers and all(n.denominator == 1 for n in numbers):
        return ONE
    size = Fraction(math.gcd(*(n.numerator for n in numbers)), math.lcm(*(n.denominator for n in numbers)))
    return -size if all(n < 0 for n in numbers) else size


def _factors(term: Term) -> Sequence[Term]:
    """The factors as they stand, under the names that their product binds."""
    return term.factors if isinstance(term, Product) else (term,)


def _opened(term: Term, opened: dict[Term, Opened]) -> Opened:
    """The factors with names of their own for what is summed: a term of the sum has the same in each pair."""
    if not isinstance(term, Product):
        return (term,), ()
    found = opened.get(term)
    if found is None:
        found = opened[term] = build.open_product(term)
    return found


def _head(factor: Term) -> object:
    """What two factors have in common that are equal but for their indices."""
    base = factor.base if isinstance(factor, Power) else factor
    return type(base), getattr(base, "tensor", None), getattr(base, "function", None), getattr(base, "name", None)


def _ways(own: Sequence[Index], others: Sequence[Index]) -> Iterator[dict[Index, Index]]:
    """Each way to name dummies of one term by those of the other."""
    if len(others) > len(own):
        for way in _ways(others, own):
            yield {mine: theirs for theirs, mine in way.items()}
        return
    for chosen in itertools.permutations(own, len(others)):
        if all(a.dim is b.dim for a, b in zip(others, chosen, strict=True)):
            yield dict(zip(others, chosen, strict=True))


def _shared(first: Sequence[Term], second: Sequence[Term]) -> dict[Term, Fraction | int]:
    """The factors of both, each to the power nearest to 0 in which either has it."""
    one, two = dict(map(_counted, first)), dict(map(_counted, second))
    found: dict[Term, Fraction | int] = {}
    for base, count in one.items():
        other = two.get(base)
        if other is None or isinstance(base, Number) or (count > 0) != (other > 0):
            continue
        found[base] = min(count, other) if count > 0 else max(count, other)
    return found


def _counted(factor: Term) -> tuple[Term, Fraction | int]:
    if isinstance(factor, Power) and isinstance(factor.exponent, Number):
        exponent = factor.exponent
        return factor.base, exponent.value if exponent.whole is None else exponent.whole
    return factor, 1
