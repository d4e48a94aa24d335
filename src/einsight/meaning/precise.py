"""Four hundred digits, for the points where double precision cannot tell: cancellation, saturation, underflow."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import Any

from ..terms.interruption import poll
from .fields import Field, NotInField

Values = Callable[[str], Callable[..., float] | None]
DIGITS = 400
# of functions that cost more: the logarithm of the gamma function takes 15 s to 1,200 digits, and 1 ms to 180
FEWER_DIGITS = 60
# two values are one where they agree to that part of the digits, relative to the larger of them and 1
AGREEMENT = 37 / 40
LARGEST = "1e10000"


class Precise(Field):
    """mpmath's numbers, with the functions it knows, and those whose `values` have as many digits; NotInField for any other."""

    exact = False

    def __init__(self, digits: int = DIGITS, values: Values | None = None, agreeing: int = 0) -> None:
        """Values are one where they agree as those of `agreeing` digits should, of all of them unless that is given."""
        import mpmath

        self.values = values
        self.mp = mpmath.mp.clone()
        self.mp.dps = digits
        self.agreement = self.mp.mpf(10) ** -int((agreeing or digits) * AGREEMENT)
        self.largest = self.mp.mpf(LARGEST)
        self.series_terms = digits // 2 + 10
        self.functions = _functions(self.mp)

    def number(self, value: Fraction) -> Any:
        return self.mp.mpf(value.numerator) / value.denominator

    def pi(self) -> Any:
        return +self.mp.pi

    def power(self, a: Any, b: Any) -> Any:
        if a < 0 or (a == 0 and b <= 0):
            raise NotInField("power of a negative number")
        return self._checked(lambda: a**b)

    def apply(self, function: str, arguments: tuple[Any, ...]) -> Any:
        found = self.function(function)
        if found is None:
            raise NotInField(f"{function} is not known to more digits")
        return self._checked(lambda: found(*arguments))

    def function(self, name: str) -> Callable[..., Any] | None:
        """A function of numbers with many digits; None where it is known in double precision alone."""
        found = self.functions.get(name)
        if found is None and self.values is not None:
            precisely = getattr(self.values(name), "precisely", None)
            found = None if precisely is None else partial(precisely, self.mp)
        return found

    def _checked(self, compute: Callable[[], Any]) -> Any:
        poll(counted=False)  # four hundred digits of an exponential take as long as thousands of products
        try:
            result = compute()
        except (ValueError, OverflowError, ZeroDivisionError, TypeError, MemoryError) as error:
            raise NotInField("a function left its domain") from error
        if not isinstance(result, self.mp.mpf) or not self.mp.isfinite(result) or abs(result) > self.largest:
            raise NotInField("a function left its domain")
        return result

    def differ(self, a: Any, b: Any) -> bool:
        return bool(abs(a - b) > self.agreement * max(1, abs(a), abs(b)))

    def text(self, value: Any) -> str:
        if value == int(value) and abs(value) < 1e6:
            return str(int(value))
        return str(self.mp.nstr(value, 6))


def _functions(mp: Any) -> dict[str, Callable[..., Any]]:
    plain = "exp log sin cos tan asin acos atan sinh cosh tanh erf".split()
    known: dict[str, Callable[..., Any]] = {name: getattr(mp, name) for name in plain}

    def sigmoid(z: Any) -> Any:
        return 1 / (1 + mp.exp(-z))

    known |= {
        "abs": abs,
        "sign": mp.sign,
        "sigmoid": sigmoid,
        "relu": lambda z: max(z, mp.mpf(0)),
        "softplus": lambda z: mp.log(1 + mp.exp(z)),
        "gelu": lambda z: z * (1 + mp.erf(z / mp.sqrt(2))) / 2,
        "silu": lambda z: z * sigmoid(z),
        "max": max,
        "min": min,
    }
    return known
