"""Texts of arrays and of their transposes: products, sums, powers, and the brackets that they need."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Sequence
from fractions import Fraction

from ..frozen import frozen

SUM, LAYER, PRODUCT, ATOM = range(4)


class NoForm(Exception):
    """What is to be written has no matrix form that is known here."""


@frozen
class Array:
    """The text of an array and of its transpose; `chain` holds the factors of a product, `root` what a power to `count` is of."""

    text: str
    level: int
    flipped: str
    flipped_level: int
    chain: tuple[Array, ...] = ()
    number: Fraction | int = 1
    scalars: tuple[str, ...] = ()
    below: tuple[str, ...] = ()
    root: Array | None = None
    count: int = 1
    scaled: bool = False  # by a number or scalars

    @property
    def factors(self) -> tuple[Array, ...]:
        """The arrays of a product; none where this is a number."""
        return self.chain if self.chain or self.scaled else (self,)

    def at(self, level: int) -> str:
        return self.text if self.level >= level else f"({self.text})"


def symbol(text: str) -> Array:
    return Array(text, ATOM, f"{text}'", ATOM)


def symmetric(text: str) -> Array:
    """A scalar, or a matrix that is its own transpose."""
    return Array(text, ATOM, text, ATOM)


def compound(text: str, level: int) -> Array:
    body = text if level == ATOM else f"({text})"
    return Array(text, level, f"{body}'", ATOM)


def flip(array: Array) -> Array:
    if array.chain or array.scaled:
        return product([flip(f) for f in reversed(array.factors)], array.number, array.scalars, array.below)
    root = None if array.root is None else flip(array.root)
    return Array(array.flipped, array.flipped_level, array.text, array.level, root=root, count=array.count)


def product(
    factors: Sequence[Array], number: Fraction | int = 1, scalars: Sequence[str] = (), below: Sequence[str] = ()
) -> Array:
    """`number · scalars · factors / below`, products inside flattened."""
    flat: list[Array] = []
    scalars, below = list(scalars), list(below)
    for factor in factors:
        if factor.scaled or factor.chain:
            number *= factor.number
            scalars += factor.scalars
            below += factor.below
        if factor.text != "1":
            flat += factor.factors
    flat = _repeated_as_powers(flat)
    parts = scalars + [f.text if f.level >= ATOM else f"({f.text})" for f in flat]
    if len(flat) == 1 and not parts[:-1] and number in (1, -1) and not below:
        parts = [flat[0].at(PRODUCT)]
    size = number if number >= 0 else -number
    if size.denominator != 1 or not parts:
        parts.insert(0, str(size))
    elif size != 1:
        parts.insert(0, str(size.numerator))
    text = " ".join(parts)
    if below:
        text += "/" + (below[0] if len(below) == 1 else f"({' '.join(below)})")
    level = PRODUCT
    if number < 0:
        text, level = f"-{text}", SUM
    elif len(parts) == 1 and not below and flat:
        level = flat[0].level
        if number == 1 and not scalars:
            return flat[0]
    elif len(parts) == 1 and not below:
        level = ATOM if "/" not in text else PRODUCT
    flipped = [f.flipped if f.flipped_level >= ATOM else f"({f.flipped})" for f in reversed(flat)]
    given = tuple(flat), number, tuple(scalars), tuple(below), None, 1, number != 1 or bool(scalars or below)
    if not flat:
        return Array(text, level, text, level, *given)
    return Array(text, level, " ".join(flipped), PRODUCT, *given)


def power(base: Array, count: int) -> Array:
    """A matrix to a whole power: `Q^2`, and of what is turned round `(Q^2)'`."""
    turned_back = base.text.count("'") > base.flipped.count("'")
    plain = flip(base) if turned_back else base
    is_power = re.search(r"\^-?\w+$", plain.text) is not None
    bare = (plain.level == ATOM and not is_power) or plain.text.startswith("(")
    text = f"{plain.text if bare else f'({plain.text})'}^{count}"
    turned = text if base.text == base.flipped else f"({text})'"
    whole = Array(text, ATOM, turned, ATOM, root=plain, count=count)
    return flip(whole) if turned_back else whole


def _may_be_alike(left: Array, right: Array) -> bool:
    return left.text == right.text or left.root is not None or right.root is not None


def _repeated_as_powers(factors: list[Array]) -> list[Array]:
    """`Q Q` as `Q^2`, `Q' Q'` as `(Q^2)'`, `Q^2 Q` as `Q^3`."""

    def kind(factor: Array) -> tuple[str, int, bool]:
        base = factor.root or factor
        return base.text, base.level, factor.count < 0

    if not any(map(_may_be_alike, factors, factors[1:])):
        return factors
    out: list[Array] = []
    for _, group in itertools.groupby(factors, key=kind):
        same = list(group)
        base = same[0].root or same[0]
        is_repeated = len(same) > 1 and base.text != "I"
        out += [power(base, sum(f.count for f in same))] if is_repeated else same
    return out


def scaled_product(scalars: Sequence[Array], arrays: Sequence[Array]) -> Array:
    """A product of numbers and of matrices in a row."""
    number: Fraction | int = 1
    texts = []
    for scalar in scalars:
        if scalar.scaled and not scalar.chain and not scalar.scalars and not scalar.below:
            number *= scalar.number
        else:
            texts.append(scalar.at(ATOM))
    return product(arrays, number, texts)


def total(parts: Sequence[Array]) -> Array:
    """A sum; its transpose as a sum or as a transposed bracket, whichever has fewer transposes."""
    if len({p.text for p in parts}) == 1:
        return product([parts[0]], len(parts))
    text, flipped = _sum_text(parts), _sum_text([flip(p) for p in parts])
    shared = _content([p.number for p in parts])
    if shared != 1:
        inner = [product(p.chain or p.factors, _divided(p.number, shared), p.scalars, p.below) for p in parts]
        whole = product([total(inner)], shared)
        if len(whole.text) < len(text):
            return whole
    if flipped.count("'") > text.count("'") + 1:
        return Array(text, SUM, f"({text})'", ATOM)
    if text.count("'") > flipped.count("'") + 1:
        return Array(f"({flipped})'", ATOM, flipped, SUM)
    return Array(text, SUM, flipped, SUM)


def _sum_text(parts: Sequence[Array]) -> str:
    if {p.level for p in parts} == {ATOM}:
        parts = sorted(parts, key=lambda p: p.text.count("'"))
    return _joined([p.text for p in parts])


def _content(numbers: Sequence[Fraction | int]) -> Fraction | int:
    """The greatest number that all are whole multiples of."""
    size: Fraction | int = math.gcd(*[n.numerator for n in numbers])
    if set(map(type, numbers)) != {int}:
        size = Fraction(size, math.lcm(*[n.denominator for n in numbers]))
    return -size if max(numbers) < 0 else size


def _divided(number: Fraction | int, by: Fraction | int) -> Fraction | int:
    return number if by == 1 else Fraction(number) / by


def _joined(items: Sequence[str]) -> str:
    out = items[0]
    for item in items[1:]:
        out += f" - {item[1:]}" if item.startswith("-") else f" + {item}"
    return out


def factored_total(parts: Sequence[Array]) -> Array | None:
    """`x' A + x' A'` as `x' (A + A')`: the longest factor that all summands begin or end with."""
    chains = [list(p.factors) for p in parts]
    if len(parts) < 2 or not all(chains):
        return None
    same = len({(p.scalars, p.below) for p in parts}) == 1
    alike = same and bool(parts[0].scalars or parts[0].below)
    if min(map(len, chains)) < 2 and not alike:
        return None
    front: list[Array] = []
    while min(map(len, chains)) > 1 and len({c[0].text for c in chains}) == 1:
        front.append(chains[0][0])
        chains = [c[1:] for c in chains]
    back: list[Array] = []
    while min(map(len, chains)) > 1 and len({c[-1].text for c in chains}) == 1:
        back.insert(0, chains[0][-1])
        chains = [c[:-1] for c in chains]
    if not front and not back and not alike:
        return None
    number = _content([p.number for p in parts])
    inner = [
        product(c, _divided(p.number, number), *(() if same else (p.scalars, p.below)))
        for c, p in zip(chains, parts, strict=True)
    ]
    middle = total(inner)
    return product([*front, middle, *back], number, *((parts[0].scalars, parts[0].below) if same else ()))
