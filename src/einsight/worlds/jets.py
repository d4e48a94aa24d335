"""Numbers with their derivatives: forward differentiation, to any order by nesting.

A `Jet` of a level is a value with its partial derivatives in the entries of what is differentiated at that level; values and
partials may be jets of lower levels, which makes second derivatives.  A partial that is not there is 0.
(Griewank & Walther, Evaluating Derivatives, 2nd ed., chapter 3.)
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, eq=False)
class Jet:
    level: int
    value: Number
    parts: dict[int, Number]


Number = float | Jet


def level_of(x: Number) -> int:
    return x.level if isinstance(x, Jet) else 0


def value_at(x: Number, level: int) -> Number:
    return x.value if isinstance(x, Jet) and x.level == level else x


def parts_at(x: Number, level: int) -> dict[int, Number]:
    return x.parts if isinstance(x, Jet) and x.level == level else {}


def plain(x: Number) -> float:
    """The number without its derivatives."""
    while isinstance(x, Jet):
        x = x.value
    return x


def add(x: Number, y: Number) -> Number:
    if not isinstance(x, Jet) and not isinstance(y, Jet):
        return x + y
    level = max(level_of(x), level_of(y))
    parts = dict(parts_at(x, level))
    for k, p in parts_at(y, level).items():
        parts[k] = add(parts[k], p) if k in parts else p
    return Jet(level, add(value_at(x, level), value_at(y, level)), parts)


def multiply(x: Number, y: Number) -> Number:
    if not isinstance(x, Jet) and not isinstance(y, Jet):
        return x * y
    level = max(level_of(x), level_of(y))
    a, b = value_at(x, level), value_at(y, level)
    parts = {k: multiply(p, b) for k, p in parts_at(x, level).items()}
    for k, p in parts_at(y, level).items():
        q = multiply(a, p)
        parts[k] = add(parts[k], q) if k in parts else q
    return Jet(level, multiply(a, b), parts)


def negative(x: Number) -> Number:
    return multiply(-1.0, x)


def subtract(x: Number, y: Number) -> Number:
    return add(x, negative(y))


def of(function: Callable[[float], float], slope: Callable[[Number], Number], x: Number) -> Number:
    """A function of a number, where its derivative is known."""
    if not isinstance(x, Jet):
        return function(x)
    found = of(function, slope, x.value)
    by = slope(x.value)
    return Jet(x.level, found, {k: multiply(by, p) for k, p in x.parts.items()})


def inverse(x: Number) -> Number:
    return of(lambda v: 1 / v, lambda v: negative(multiply(inverse(v), inverse(v))), x)


def divide(x: Number, y: Number) -> Number:
    return multiply(x, inverse(y))


def whole_power(x: Number, n: int) -> Number:
    if n < 0:
        return whole_power(inverse(x), -n)
    found: Number = 1.0
    for _ in range(n):
        found = multiply(found, x)
    return found


def exp(x: Number) -> Number:
    return of(math.exp, exp, x)


def log(x: Number) -> Number:
    return of(math.log, inverse, x)


def sqrt(x: Number) -> Number:
    return of(math.sqrt, lambda v: multiply(0.5, inverse(sqrt(v))), x)


def power(x: Number, y: Number) -> Number:
    if not isinstance(y, Jet) and float(y).is_integer() and abs(y) <= 40:
        return whole_power(x, int(y))
    return exp(multiply(y, log(x)))


def sin(x: Number) -> Number:
    return of(math.sin, cos, x)


def cos(x: Number) -> Number:
    return of(math.cos, lambda v: negative(sin(v)), x)


def tan(x: Number) -> Number:
    return divide(sin(x), cos(x))


def sinh(x: Number) -> Number:
    return of(math.sinh, cosh, x)


def cosh(x: Number) -> Number:
    return of(math.cosh, sinh, x)


def tanh(x: Number) -> Number:
    return of(math.tanh, lambda v: subtract(1.0, multiply(tanh(v), tanh(v))), x)


def sigmoid(x: Number) -> Number:
    return of(lambda v: 0.5 * (1 + math.tanh(v / 2)), lambda v: multiply(sigmoid(v), subtract(1.0, sigmoid(v))), x)


def softplus(x: Number) -> Number:
    return of(lambda v: max(v, 0.0) + math.log1p(math.exp(-abs(v))), sigmoid, x)


def asin(x: Number) -> Number:
    return of(math.asin, lambda v: inverse(sqrt(subtract(1.0, multiply(v, v)))), x)


def acos(x: Number) -> Number:
    return of(math.acos, lambda v: negative(inverse(sqrt(subtract(1.0, multiply(v, v))))), x)


def atan(x: Number) -> Number:
    return of(math.atan, lambda v: inverse(add(1.0, multiply(v, v))), x)


def erf(x: Number) -> Number:
    return of(math.erf, lambda v: multiply(2 / math.sqrt(math.pi), exp(negative(multiply(v, v)))), x)


def normal_density(x: Number) -> Number:
    return multiply(1 / math.sqrt(2 * math.pi), exp(multiply(-0.5, multiply(x, x))))


def normal_distribution(x: Number) -> Number:
    return of(lambda v: 0.5 * math.erfc(-v / math.sqrt(2)), normal_density, x)


def absolute(x: Number) -> Number:
    return negative(x) if plain(x) < 0 else x


def sign(x: Number) -> Number:
    return math.copysign(1.0, plain(x))


def relu(x: Number) -> Number:
    return x if plain(x) > 0 else 0.0


def greater(x: Number, y: Number) -> Number:
    return x if plain(x) >= plain(y) else y
