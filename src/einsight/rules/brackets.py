"""Iverson brackets between positions of indices: what is always or never true, and one way to write the rest."""

from __future__ import annotations

from fractions import Fraction

from ..terms import build
from ..terms.dimension import Index
from ..terms.term import Bracket, Number, Position, Power, Product, Size, Sum, Term
from .algebra import split_coefficient
from .rule import Rule

Linear = dict[Term, Fraction]


def linear(term: Term) -> Linear | None:
    """A sum of positions, sizes and a number, as coefficients (of `ONE` for the number); None for anything else."""
    found: Linear = {}
    for part in term.terms if isinstance(term, Sum) else (term,):
        number, rest = split_coefficient(part)
        if not (rest is build.ONE or isinstance(rest, (Position, Size))):
            return None
        found[rest] = found.get(rest, Fraction(0)) + number
    return {k: v for k, v in found.items() if v}


def _least(difference: Linear) -> Fraction | None:
    """The least value that it can take as positions run over their axes and sizes from 1 up; None for none."""
    low = difference.get(build.ONE, Fraction(0))
    sizes: Linear = {}
    for part, number in difference.items():
        if isinstance(part, Position):
            assert isinstance(part.slot, Index)
            if number > 0:
                low += number
            else:
                size = build.size(part.slot.dim)
                sizes[size] = sizes.get(size, Fraction(0)) + number
        elif isinstance(part, Size):
            sizes[part] = sizes.get(part, Fraction(0)) + number
    for size, number in sizes.items():
        if isinstance(size, Number):
            low += number * size.value
        elif number < 0:
            return None
        else:
            low += number
    return low


def in_range(term: Term) -> Term | None:
    """[i ≤ n] = 1 for an index that runs to n; [i + 1 ≤ n] = [i < n]."""
    if not isinstance(term, Bracket) or term.relation not in "<≤":
        return None
    left, right = linear(term.left), linear(term.right)
    if left is None or right is None:
        return None
    difference = dict(right)
    for part, number in left.items():
        difference[part] = difference.get(part, Fraction(0)) - number
    difference = {k: v for k, v in difference.items() if v}
    if any(v.denominator != 1 for v in difference.values()):
        return None
    if term.relation == "<":  # between whole numbers: a < b is a ≤ b - 1
        difference[build.ONE] = difference.get(build.ONE, Fraction(0)) - 1
    least, most = _least(difference), _least({k: -v for k, v in difference.items()})
    if least is not None and least >= 0:
        return build.ONE
    if most is not None and most > 0:
        return build.ZERO
    new = _written(difference)
    return None if new is term else new


def _written(difference: Linear) -> Term:
    """`difference ≥ 0` with nothing negative on either side; `<` where that saves a number."""
    number = difference.get(build.ONE, Fraction(0))
    above = [build.product([build.number(v), k]) for k, v in difference.items() if v > 0 and k is not build.ONE]
    below = [build.product([build.number(-v), k]) for k, v in difference.items() if v < 0 and k is not build.ONE]
    if number == -1 and above and below:
        return build.bracket("<", build.add(*below), build.add(*above))
    (above if number > 0 else below).append(build.number(abs(number)))
    return build.bracket("≤", build.add(*below), build.add(*above))


def idempotent(term: Term) -> Term | None:
    """[a < b]^n = [a < b]."""
    if isinstance(term, Power) and isinstance(term.base, Bracket) and getattr(term.exponent, "value", 0) > 0:
        return term.base
    return None


def contrary(term: Term) -> Term | None:
    """[a < b] [b ≤ a] = 0 and [a < b] [a ≤ b] = [a < b]."""
    if not isinstance(term, Product):
        return None
    brackets = [f for f in term.factors if isinstance(f, Bracket)]
    for one in brackets:
        if one.relation != "<":
            continue
        for other in brackets:
            if other is not one and other.relation in "<≤" and (other.left, other.right) == (one.right, one.left):
                return build.ZERO
            if other.relation == "≤" and (other.left, other.right) == (one.left, one.right):
                factors, dummies = build.open_product(term)
                place = term.factors.index(other)
                return build.product([*factors[:place], *factors[place + 1 :]], dummies)
    return None


_D = "x in R^m; y in R^m; s, t in R"
RULES = (
    Rule(
        "bracket.range", "[i ≤ m] => 1", in_range.__doc__ or "", "simplify", ("Bracket",), in_range,
        ((_D, "[i ≤ m] x_i", "∑_i x_i"), (_D, "[i + 1 ≤ m] x_i", "[i < m] x_i"), (_D, "[i < m] x_i", None), (_D, "[i > m] x_i", "0 x_i")),
    ),
    Rule(
        "bracket.idempotent", "[s < t]^2 => [s < t]", idempotent.__doc__ or "", "simplify", ("Power",), idempotent,
        ((_D, "[s < t]^2", "[s < t]"), (_D, "s^2", None)),
        inside=("Bracket",),
    ),
    Rule(
        "bracket.contrary", "[s < t] [t ≤ s] => 0", contrary.__doc__ or "", "simplify", ("Product",), contrary,
        ((_D, "[s < t] [t ≤ s]", "0 s"), (_D, "[s < t] [s ≤ t]", "[s < t]"), (_D, "[s < t] [s < 1]", None)),
        inside=("Bracket",),
    ),
)  # fmt: skip
