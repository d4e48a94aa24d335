"""Arithmetics in which terms are evaluated."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

PRIME = (1 << 61) - 1


class NotInField(Exception):
    """A value that this arithmetic cannot express, such as a root in a prime field."""


class NoValueHere(NotInField):
    """No value at this point, such as the inverse of a singular matrix; another point may have one."""


class Field:
    """Numbers with `+ × ^` and functions.  Elements are plain Python numbers."""

    LARGEST_EXPONENT = 10**9
    exact = True
    series_terms = 14  # of an exponential at no more than 1/16, in double precision

    def number(self, value: Fraction) -> Any:
        return value

    def add(self, a: Any, b: Any) -> Any:
        return a + b

    def multiply(self, a: Any, b: Any) -> Any:
        return a * b

    def inverse(self, a: Any) -> Any:
        if a == 0:
            raise NoValueHere("division by zero")
        return 1 / a

    def power(self, a: Any, b: Any) -> Any:
        raise NotInField("power")

    def apply(self, function: str, arguments: tuple[Any, ...]) -> Any:
        raise NotInField(function)

    def pi(self) -> Any:
        raise NotInField("pi")

    def compare(self, relation: str, a: Any, b: Any) -> bool:
        return {"=": a == b, "≠": a != b, "<": a < b, "≤": a <= b}[relation]

    def whole(self, a: Any) -> int:
        """An element that is a whole number, as one.  Raises NotInField for any other."""
        if not abs(a) < self.LARGEST_EXPONENT:
            raise NotInField("an exponent is too large to be evaluated")
        if a != int(a):
            raise NotInField("an exponent is no whole number")
        return int(a)

    def whole_power(self, a: Any, n: int) -> Any:
        if n < 0:
            return self.whole_power(self.inverse(a), -n)
        result = self.number(Fraction(1))
        while n:
            if n & 1:
                result = self.multiply(result, a)
            a = self.multiply(a, a)
            n >>= 1
        return result


class PrimeField(Field):
    """Integers modulo 2^61 - 1: exact and fast; no order, no roots."""

    def number(self, value: Fraction) -> int:
        return value.numerator * pow(value.denominator, -1, PRIME) % PRIME

    def add(self, a: int, b: int) -> int:
        return (a + b) % PRIME

    def multiply(self, a: int, b: int) -> int:
        return a * b % PRIME

    def inverse(self, a: int) -> int:
        if a == 0:
            raise NoValueHere("division by zero")
        return pow(a, -1, PRIME)

    def whole(self, a: int) -> int:
        return super().whole(a if a < PRIME // 2 else a - PRIME)

    def compare(self, relation: str, a: Any, b: Any) -> bool:
        if relation in "=≠":
            return super().compare(relation, a, b)
        raise NotInField("order")


class Rationals(Field):
    """Fractions, for counterexamples that a person can check."""

    LARGEST_EXPONENT = 1000  # their digits grow with it
    LONGEST = 20_000  # bits of a power: nobody checks one that is longer

    def whole_power(self, a: Fraction, n: int) -> Fraction:
        if max(a.numerator.bit_length(), a.denominator.bit_length()) * abs(n) > self.LONGEST and abs(a) not in (0, 1):
            raise NotInField("a number is too long")
        return super().whole_power(a, n)

    def inverse(self, a: Fraction) -> Fraction:
        if a == 0:
            raise NoValueHere("division by zero")
        return 1 / Fraction(a)


class Floats(Field):
    """Double precision, with every function; raises NotInField outside a function's domain."""

    exact = False

    def __init__(self, values: Callable[[str], Callable[..., float] | None]):
        self.values = values

    def number(self, value: Fraction) -> float:
        return _finite(lambda: float(value))

    def pi(self) -> float:
        return math.pi

    def power(self, a: float, b: float) -> float:
        if a < 0 or (a == 0 and b <= 0):
            raise NotInField("power of a negative number")
        return _finite(lambda: a**b)

    def apply(self, function: str, arguments: tuple[float, ...]) -> float:
        found = self.values(function)
        if found is None:
            return _opaque(function, arguments)
        return _finite(lambda: found(*arguments))


def _finite(compute: Callable[[], float]) -> float:
    try:
        result = float(compute())
    except (ValueError, OverflowError, ZeroDivisionError, TypeError) as error:
        raise NotInField("a function left its domain, or the range of floating-point numbers") from error
    if not math.isfinite(result) or abs(result) > 1e100:
        raise NotInField("not finite")
    return result


def _opaque(function: str, arguments: tuple[float, ...]) -> float:
    """An unknown function: smooth, fixed by its name, with `s'` the derivative of `s`."""
    base = function.rstrip("'")
    order = len(function) - len(base)
    seed = sum(ord(c) * (k + 1) for k, c in enumerate(base))
    a, b = 0.7 + seed % 7 / 10, 0.3 + seed % 11 / 10
    (z,) = arguments
    line = (0.31 * z - 0.2, 0.31)[order] if order < 2 else 0.0
    return a**order * math.sin(a * z + b + order * math.pi / 2) + line


@dataclass(frozen=True, slots=True)
class Dual:
    """`value + slope ε` with `ε² = 0`."""

    value: Any
    slope: Any


class Duals(Field):
    """Forward-mode derivatives over another field: what a derivative is by definition.

    The slope of an elementwise function is a five-point difference quotient, so that it owes nothing to the
    derivative rules it is used to test.
    """

    STEP = 1e-3

    def __init__(self, inner: Field):
        self.inner, self.exact, self.series_terms = inner, inner.exact, inner.series_terms
        self.zero = inner.number(Fraction(0))

    def number(self, value: Fraction) -> Dual:
        return Dual(self.inner.number(value), self.zero)

    def pi(self) -> Dual:
        return Dual(self.inner.pi(), self.zero)

    def add(self, a: Dual, b: Dual) -> Dual:
        return Dual(self.inner.add(a.value, b.value), self.inner.add(a.slope, b.slope))

    def multiply(self, a: Dual, b: Dual) -> Dual:
        f = self.inner
        return Dual(f.multiply(a.value, b.value), f.add(f.multiply(a.slope, b.value), f.multiply(a.value, b.slope)))

    def inverse(self, a: Dual) -> Dual:
        f = self.inner
        inverse = f.inverse(a.value)
        slope = f.multiply(f.number(Fraction(-1)), f.multiply(f.multiply(inverse, inverse), a.slope))
        return Dual(inverse, slope)

    def power(self, a: Dual, b: Dual) -> Dual:
        f = self.inner
        value = f.power(a.value, b.value)
        slope = f.multiply(f.multiply(b.value, f.multiply(value, f.inverse(a.value))), a.slope)
        if b.slope != self.zero:
            slope = f.add(slope, f.multiply(f.multiply(value, f.apply("log", (a.value,))), b.slope))
        return Dual(value, slope)

    def apply(self, function: str, arguments: tuple[Dual, ...]) -> Dual:
        f = self.inner
        values = tuple(a.value for a in arguments)
        result = f.apply(function, values)
        slope = self.zero
        for place, argument in enumerate(arguments):
            if argument.slope != self.zero:
                slope = f.add(slope, f.multiply(self.quotient(function, values, place), argument.slope))
        return Dual(result, slope)

    def quotient(self, function: str, values: tuple[Any, ...], place: int, scale: float = 1.0) -> Any:
        """The derivative of a function in one argument, by five points; `scale` makes the steps between them smaller."""
        if isinstance(self.inner, Duals):
            raise NotInField("second derivative of a function by differences")

        # near zero in smaller steps: a logarithm changes over lengths of its argument's size
        step = scale * self.STEP * min(1.0, max(abs(values[place]), 1e-2))

        def at(steps: int) -> float:
            moved = list(values)
            moved[place] += steps * step
            return self.inner.apply(function, tuple(moved))

        return (at(-2) - 8 * at(-1) + 8 * at(1) - at(2)) / (12 * step)

    def whole(self, a: Dual) -> int:
        if a.slope != self.zero:
            raise NotInField("a whole number has no slope")
        return self.inner.whole(a.value)

    def compare(self, relation: str, a: Dual, b: Dual) -> bool:
        return self.inner.compare(relation, a.value, b.value)
