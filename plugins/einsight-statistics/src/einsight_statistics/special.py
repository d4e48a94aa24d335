"""Special functions of numbers that Python's `math` does not have, to about 1e-14."""

from __future__ import annotations

import math

# B_2k / (2k)! for k = 1, 2, …
_BERNOULLI = (1 / 12, -1 / 720, 1 / 30240, -1 / 1209600, 1 / 47900160, -691 / 1307674368000, 1 / 74724249600)
# so far an argument is moved up before a series for large ones is used
FAR = 12.0


def ndtr(z: float) -> float:
    """How likely a standard normal variable is below z."""
    return math.erfc(-z / math.sqrt(2)) / 2


def logndtr(z: float) -> float:
    """Its logarithm, also where the probability is too small for a float."""
    if z > 5:
        return math.log1p(-ndtr(-z))
    if z > -20:
        return math.log(ndtr(z))
    term, total = 1.0, 1.0
    for k in range(1, 9):  # the asymptotic series of Mills' ratio
        term *= -(2 * k - 1) / z**2
        total += term
    return -(z**2) / 2 - math.log(-z) - math.log(2 * math.pi) / 2 + math.log(total)


def probit(z: float) -> float:
    """The inverse of `ndtr`; ValueError outside of (0, 1)."""
    from statistics import NormalDist, StatisticsError

    try:
        found = NormalDist().inv_cdf(z)
    except StatisticsError:
        raise ValueError("a probability is between 0 and 1") from None
    density = math.exp(-(found**2) / 2) / math.sqrt(2 * math.pi)
    return found - (ndtr(found) - z) / density if density else found  # one step of Newton's


def digamma(z: float) -> float:
    """The slope of `lgamma`; ValueError at 0, -1, -2, …"""
    _require_no_pole(z)
    total = 0.0
    while z < FAR:
        total -= 1 / z
        z += 1
    series = sum(b * math.factorial(2 * k - 1) / z ** (2 * k) for k, b in enumerate(_BERNOULLI, 1))
    return total + math.log(z) - 1 / (2 * z) - series


def hurwitz(s: float, q: float) -> float:
    """Hurwitz' zeta function, the sum of 1/(q + n)^s over n = 0, 1, …, and its continuation to s from -2 to 1.

    By the formula of Euler and Maclaurin; ValueError at s = 1, where a power of a negative number is none, and below -2, where
    large terms cancel: at s = -7.3 three digits would be left, at -30 none.
    """
    if s == 1:
        raise ValueError("a pole")
    if s < -2:
        raise ValueError("an order below -2")
    _require_no_pole(q)
    total = 0.0
    while q < FAR:
        if q < 0 and s != int(s):
            raise ValueError("a power of a negative number")
        total += q**-s
        q += 1
    total += q ** (1 - s) / (s - 1) + q**-s / 2
    rising = s  # s (s + 1) … (s + 2k - 2)
    for k, b in enumerate(_BERNOULLI, 1):
        total += b * rising * q ** (-s - 2 * k + 1)
        rising *= (s + 2 * k - 1) * (s + 2 * k)
    return total


def _require_no_pole(z: float) -> None:
    if z <= 0 and z == int(z):
        raise ValueError("a pole")
