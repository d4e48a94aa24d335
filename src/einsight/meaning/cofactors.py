"""Inverses that a determinant multiplies, as what they are there: cofactors, which have a value where the matrix is singular.

    det(A) inv(A)_ab                                  the adjugate, a cofactor of one pair (a, b)
    det(A) (inv(A)_ab inv(A)_cd - inv(A)_ad inv(A)_cb)    a cofactor of two pairs, and so on (Jacobi)

The cofactor of some pairs (a, b) is the determinant of A in which the row b is the unit row of a, for each pair; 0 where two
of the rows are one.  So all derivatives of a determinant are polynomials in the entries, though rules write them as quotients.

A sum is taken for one of cofactors where it comes of some terms by changing b for d among their inverses in all ways, each with
its sign, and averaging: what has a pole in a single term is gone from the average.  A sum that is no such one, `det(A) (inv(A)_kk)^2`, stays as it is: it has a pole.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import permutations, product

from ..terms import build
from ..terms.dimension import Index, Slot, slot_key
from ..terms.term import Abstraction, Component, Number, Operator, Power, Product, Sum, Term, has_head
from ..terms.walk import map_parts

COFACTOR = "cofactor"
MOST_PAIRS = 4
MOST_TERMS = 64  # that a product is multiplied out into
_REGULAR = frozenset({"positive-definite", "orthogonal"})

Pair = tuple[Slot, Slot]
# a term for `det(A) inv(A)_ab inv(A)_cd …` in a sum of cofactors
Writer = Callable[[Abstraction, Sequence[Pair]], Term]


def cofactor(matrix: Abstraction, pairs: Sequence[Pair]) -> Term:
    return build.operator(COFACTOR, [matrix], [slot for pair in pairs for slot in pair])


def as_cofactors(matrix: Abstraction, pairs: Sequence[Pair]) -> Term:
    """The share of one term, `1/k!` of the cofactor."""
    return build.product([build.number(Fraction(1, math.factorial(len(pairs)))), cofactor(matrix, pairs)])


def with_cofactors(term: Term, write: Writer = as_cofactors) -> Term:
    """An equal term in which no inverse stands that a determinant cancels."""
    if not has_head(term, Operator) or not any(_is_determinant(t) for t in term.walk()):
        return term
    memo: dict[Term, Term] = {}

    def visit(t: Term) -> Term:
        if not has_head(t, Operator):
            return t
        if t not in memo:
            # from outside: a determinant within a factor may cancel an inverse beside it
            memo[t] = map_parts(_without_poles(t, write), visit)
        return memo[t]

    return visit(term)


def _is_determinant(term: Term) -> bool:
    return isinstance(term, Operator) and term.name == "det" and not _is_regular(term.arguments[0])


def _is_regular(matrix: Abstraction) -> bool:
    """Is it declared to be?"""
    return isinstance(matrix.body, Component) and not _REGULAR.isdisjoint(matrix.body.tensor.properties)


def _without_poles(term: Term, write: Writer) -> Term:
    if not isinstance(term, (Sum, Product)):
        return term
    parts = term.terms if isinstance(term, Sum) else (term,)
    if isinstance(term, Product) and any(not m.free.isdisjoint(term.bound) for m in _determinants(term)):
        factors, dummies = build.open_product(term)  # a family of matrices that is summed over
        inner = build.product(factors)
        changed = _without_poles(inner, write)
        return term if changed is inner else build.product([changed], dummies)
    matrices = dict.fromkeys(m for part in parts for m in _determinants(part))
    for matrix in matrices:
        parts = _written(parts, matrix, write)
    return term if parts == (term.terms if isinstance(term, Sum) else (term,)) else build.add(*parts)


def _determinants(part: Term) -> Iterator[Abstraction]:
    """The matrices whose determinants stand among its factors, or those of a sum among them."""
    if isinstance(part, Operator):
        if _is_determinant(part):
            yield part.arguments[0]
    elif isinstance(part, (Sum, Product)) or (isinstance(part, Power) and isinstance(part.exponent, Number)):
        for child in part.children():
            yield from _determinants(child)


@dataclass(frozen=True)
class _Flat:
    """`∑_dummies det(A)^count inv(A)_ab … rest`, multiplied out."""

    count: int
    pairs: tuple[Pair, ...]
    rest: tuple[Term, ...]
    dummies: tuple[Index, ...]

    def term(self, matrix: Abstraction, pairs: Iterable[Pair]) -> tuple[Fraction, Term]:
        """Its number, and what that multiplies, with those pairs."""
        sign, inverses = 1, []
        for pair in pairs:
            if _turn(matrix) == -1 and slot_key(pair[1]) < slot_key(pair[0]):
                sign, pair = -sign, pair[::-1]
            inverses.append(build.operator("inv", [matrix], pair))
        return _counted(build.product([build.number(sign), *self.rest, *inverses], self.dummies))


def _turn(matrix: Abstraction) -> int:
    """What transposing the matrix multiplies it by; 0 where it makes another one."""
    if matrix.symmetric:
        return 1
    return -1 if isinstance(matrix.body, Component) and "antisymmetric" in matrix.body.tensor.properties else 0


def _counted(term: Term) -> tuple[Fraction, Term]:
    if isinstance(term, Number):
        return term.value, build.ONE
    if isinstance(term, Product) and isinstance(term.factors[0], Number):
        return term.factors[0].value, build.product(term.factors[1:], term.bound)
    return Fraction(1), term


def _written(parts: Sequence[Term], matrix: Abstraction, write: Writer) -> tuple[Term, ...]:
    """The terms of a sum, where the determinant of the matrix cancels inverses of it."""
    done: list[Term] = []
    left: dict[int, list[tuple[Term, list[_Flat]]]] = {}
    for part in parts:
        flats = _multiplied_out(part, matrix) if matrix in _determinants(part) else []
        inverses = max((len(f.pairs) - f.count for f in flats), default=0)
        if not any(f.pairs for f in flats) or len(flats) > MOST_TERMS:
            done.append(part)
        elif inverses <= 0:
            done += [_each_by_itself(flat, matrix, write) for flat in flats]
        else:
            left.setdefault(inverses, []).append((part, flats))
    for group in left.values():
        flats = [flat for _, own in group for flat in own]
        whole = _together(flats, matrix, write)
        done += [part for part, _ in group] if whole is None else whole
    return tuple(done)


def _each_by_itself(flat: _Flat, matrix: Abstraction, write: Writer) -> Term:
    """As many determinants as inverses, or more."""
    spare = build.power(build.operator("det", [matrix]), flat.count - len(flat.pairs))
    return build.product([*flat.rest, spare, *(write(matrix, [pair]) for pair in flat.pairs)], flat.dummies)


def _together(flats: Sequence[_Flat], matrix: Abstraction, write: Writer) -> list[Term] | None:
    """The terms of a sum that is one of cofactors, orbit by orbit; None where one of them is none."""
    orbits: dict[Term, list[_Flat]] = {}
    simple: list[Term] = []
    for flat in flats:
        if len(flat.pairs) <= flat.count:
            simple.append(_each_by_itself(flat, matrix, write))
            continue
        if flat.count != 1 or len(flat.pairs) > MOST_PAIRS:
            return None
        key = min((flat.term(matrix, pairs)[1] for _, pairs in _changes(flat.pairs, matrix)), key=lambda t: t.key)
        orbits.setdefault(key, []).append(flat)
    for orbit in orbits.values():
        origins = _origins(orbit, matrix)
        if origins is None:
            return None
        if not _turn(matrix):  # the averages of a sum that they give back are written by the sum itself
            simple += [build.product([*f.rest, write(matrix, f.pairs)], f.dummies) for f in orbit]
        else:
            simple += _averaged(origins, matrix, write)
    return simple


def _averaged(origins: Sequence[tuple[Fraction, _Flat]], matrix: Abstraction, write: Writer) -> list[Term]:
    total: dict[Term, Fraction] = {}
    for weight, flat in origins:
        for share, pairs in _changes(flat.pairs, matrix):
            count, term = _counted(build.product([*flat.rest, write(matrix, pairs)], flat.dummies))
            total[term] = total.get(term, Fraction(0)) + weight * share * count
    return [build.product([build.number(count), term]) for term, count in total.items() if count]


def _origins(orbit: Sequence[_Flat], matrix: Abstraction) -> list[tuple[Fraction, _Flat]] | None:
    """Terms, each with a weight, whose averages add up to the sum; None where there are none."""
    places: dict[Term, int] = {}
    terms: list[_Flat] = []
    columns: list[dict[int, Fraction]] = []

    def place(flat: _Flat) -> tuple[Fraction, int]:
        count, term = flat.term(matrix, flat.pairs)
        if term not in places:
            places[term] = len(terms)
            terms.append(replace(flat, rest=(build.number(1 / count), *flat.rest)) if count else flat)
        return count, places[term]

    wanted = _gathered(map(place, orbit))
    while len(columns) < len(terms) <= MOST_TERMS:
        flat = terms[len(columns)]
        averages = [(share, place(replace(flat, pairs=tuple(pairs)))) for share, pairs in _changes(flat.pairs, matrix)]
        columns.append(_gathered((share * count, at) for share, (count, at) in averages))
    if len(terms) > MOST_TERMS:
        return None
    weights = _solved(columns, wanted)
    return None if weights is None else [(w, flat) for w, flat in zip(weights, terms, strict=True) if w]


def _gathered(counted: Iterable[tuple[Fraction, int]]) -> dict[int, Fraction]:
    total: dict[int, Fraction] = {}
    for count, at in counted:
        total[at] = total.get(at, Fraction(0)) + count
    return {at: count for at, count in total.items() if count}


def _solved(columns: Sequence[dict[int, Fraction]], wanted: dict[int, Fraction]) -> list[Fraction] | None:
    """Weights of the columns that add up to what is wanted."""
    size = range(len(columns))
    rows = [[c.get(at, Fraction(0)) for c in columns] + [wanted.get(at, Fraction(0))] for at in size]
    pivots: list[int] = []
    for column in size:
        at = len(pivots)
        pivot = next((r for r in range(at, len(rows)) if rows[r][column]), None)
        if pivot is None:
            continue
        rows[at], rows[pivot] = rows[pivot], rows[at]
        rows[at] = [v / rows[at][column] for v in rows[at]]
        for r in size:
            if r != at and rows[r][column]:
                rows[r] = [v - rows[r][column] * p for v, p in zip(rows[r], rows[at], strict=True)]
        pivots.append(column)
    if any(row[-1] for row in rows[len(pivots) :]):
        return None
    weights = [Fraction(0)] * len(columns)
    for row, column in zip(rows, pivots, strict=False):
        weights[column] = row[-1]
    return weights


def _changes(pairs: Sequence[Pair], matrix: Abstraction) -> Iterator[tuple[Fraction, list[Pair]]]:
    """The pairs with their second slots changed for each other, each with its sign and share; where the matrix is symmetric or
    antisymmetric, either slot may be the second."""
    turn = _turn(matrix)
    ways = math.factorial(len(pairs)) * (2 ** len(pairs) if turn else 1)
    for turned in product((False, True) if turn else (False,), repeat=len(pairs)):
        ordered = [pair[::-1] if turns else pair for pair, turns in zip(pairs, turned, strict=True)]
        for order in permutations(range(len(pairs))):
            crossings = sum(a > b for k, a in enumerate(order) for b in order[k + 1 :])
            changed = [(ordered[k][0], ordered[at][1]) for k, at in enumerate(order)]
            yield Fraction((-1) ** crossings * (turn ** sum(turned) if turn else 1), ways), changed


# multiplying out


def _multiplied_out(part: Term, matrix: Abstraction) -> list[_Flat]:
    """A product as a sum of products in which the inverses of the matrix stand as factors; too many are not made."""
    flats = [_Flat(0, (), (), ())]
    factors, dummies = build.open_product(part) if isinstance(part, Product) else ((part,), ())
    for factor in factors:
        flats = [_joined(a, b) for a in flats for b in _alternatives(factor, matrix)]
        if len(flats) > MOST_TERMS:
            return flats
    return [_Flat(f.count, f.pairs, f.rest, (*dummies, *f.dummies)) for f in flats]


def _joined(a: _Flat, b: _Flat) -> _Flat:
    return _Flat(a.count + b.count, a.pairs + b.pairs, a.rest + b.rest, a.dummies + b.dummies)


def _alternatives(factor: Term, matrix: Abstraction) -> list[_Flat]:
    """What a factor is the sum of; each time with names of its own for what it sums."""
    alone = [_Flat(0, (), (factor,), ())]
    if not has_head(factor, Operator):
        return alone
    if isinstance(factor, Operator) and factor.arguments[0] is matrix:
        return _of_matrix(factor, matrix) or alone
    if isinstance(factor, Power) and isinstance(factor.exponent, Number):
        count = factor.exponent.value
        if factor.base is build.operator("det", [matrix]) and count.denominator == 1 and count > 0:
            return [_Flat(int(count), (), (), ())]
        if count.denominator == 1 and 1 < count <= MOST_PAIRS and _holds(factor.base, matrix):
            flats = [_Flat(0, (), (), ())]
            for _ in range(int(count)):
                flats = [_joined(a, b) for a in flats for b in _alternatives(factor.base, matrix)][: MOST_TERMS + 1]
            return flats
    if isinstance(factor, Sum) and _holds(factor, matrix):
        return [flat for term in factor.terms for flat in _multiplied_out(term, matrix)]
    if isinstance(factor, Product) and _holds(factor, matrix):
        return _multiplied_out(factor, matrix)
    return alone


def _of_matrix(factor: Operator, matrix: Abstraction) -> list[_Flat]:
    if factor.name == "det":
        return [_Flat(1, (), (), ())]
    if factor.name == "inv":
        return [_Flat(0, ((factor.indices[0], factor.indices[1]),), (), ())]
    exponent = factor.arguments[1].body if factor.name == "power" else None
    if isinstance(exponent, Number) and -MOST_PAIRS <= exponent.value < -1:
        between = [build.fresh_index(matrix.params[0].dim) for _ in range(-int(exponent.value) - 1)]
        chain = [factor.indices[0], *between, factor.indices[1]]
        return [_Flat(0, tuple(zip(chain, chain[1:], strict=False)), (), tuple(between))]
    return []


def _holds(term: Term, matrix: Abstraction) -> bool:
    """Does a determinant or an inverse of the matrix stand among its factors, or those of its terms?"""
    if isinstance(term, Operator):
        return term.name in ("det", "inv", "power") and term.arguments[0] is matrix
    if isinstance(term, Power):
        return isinstance(term.exponent, Number) and _holds(term.base, matrix)
    return isinstance(term, (Sum, Product)) and any(_holds(c, matrix) for c in term.children())
