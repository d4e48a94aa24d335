"""The built-in elementwise functions.  Derivatives are written in the language itself."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any, cast

from .rule import Function
from .sympy_table import TABLE


def _sigmoid(z: float) -> float:
    return 1 / (1 + math.exp(-z)) if z >= 0 else math.exp(z) / (1 + math.exp(z))


def _softplus(z: float) -> float:
    return max(z, 0.0) + math.log1p(math.exp(-abs(z)))


def _gelu(z: float) -> float:
    return z * 0.5 * (1 + math.erf(z / math.sqrt(2)))


def _huber(z: float, w: float) -> float:
    if w < 0:
        raise ValueError("a threshold is not negative")
    return z * z / 2 if abs(z) <= w else w * (abs(z) - w / 2)


def _sign(z: float) -> float:
    return (z > 0) - (z < 0)


# without overflow on either side
_SIGMOID = "numpy.exp(numpy.minimum({0}, 0)) / (1 + numpy.exp(-numpy.abs({0})))"
_ERF = "numpy.vectorize(math.erf, otypes=[dtype])({0})"

# no square of what is large
_HUBER = "numpy.minimum(numpy.abs({0}), {1}) * (numpy.abs({0}) - numpy.minimum(numpy.abs({0}), {1}) / 2)"

FUNCTIONS = tuple(
    Function(name, derivative, cast("Callable[..., float]", value), numpy, latex or rf"\operatorname{{{name}}}")
    for name, derivative, value, numpy, latex in [
        ("exp", ("exp(z)",), math.exp, "numpy.exp({0})", r"\exp"),
        ("log", ("1/z",), math.log, "numpy.log({0})", r"\log"),
        ("abs", ("sign(z)",), abs, "numpy.abs({0})", ""),
        ("sign", ("0",), _sign, "numpy.sign({0})", ""),
        ("sin", ("cos(z)",), math.sin, "numpy.sin({0})", r"\sin"),
        ("cos", ("-sin(z)",), math.cos, "numpy.cos({0})", r"\cos"),
        ("tan", ("1 + tan(z)^2",), math.tan, "numpy.tan({0})", r"\tan"),
        ("asin", ("1/sqrt(1 - z^2)",), math.asin, "numpy.arcsin({0})", r"\arcsin"),
        ("acos", ("-1/sqrt(1 - z^2)",), math.acos, "numpy.arccos({0})", r"\arccos"),
        ("atan", ("1/(1 + z^2)",), math.atan, "numpy.arctan({0})", r"\arctan"),
        ("sinh", ("cosh(z)",), math.sinh, "numpy.sinh({0})", r"\sinh"),
        ("cosh", ("sinh(z)",), math.cosh, "numpy.cosh({0})", r"\cosh"),
        ("tanh", ("1 - tanh(z)^2",), math.tanh, "numpy.tanh({0})", r"\tanh"),
        ("sigmoid", ("sigmoid(z) (1 - sigmoid(z))",), _sigmoid, _SIGMOID, ""),
        ("relu", ("[z > 0]",), lambda z: max(z, 0.0), "numpy.maximum({0}, 0)", ""),
        ("softplus", ("sigmoid(z)",), _softplus, "numpy.logaddexp({0}, 0)", ""),
        ("erf", ("2/sqrt(pi) exp(-z^2)",), math.erf, _ERF, ""),
        ("gelu", ("1/2 (1 + erf(z/sqrt(2))) + z exp(-z^2/2)/sqrt(2 pi)",), _gelu, f"0.5 * {{0}} * (1 + {_ERF.format('({0} / 2 ** 0.5)')})", ""),
        ("silu", ("sigmoid(z) (1 + z (1 - sigmoid(z)))",), lambda z: z * _sigmoid(z), f"{{0}} * {_SIGMOID}", ""),
        ("max", ("[z >= w]", "[w > z]"), max, "numpy.maximum({0}, {1})", r"\max"),
        ("min", ("[z <= w]", "[w < z]"), min, "numpy.minimum({0}, {1})", r"\min"),
        ("huber", ("min(max(z, -w), w)", "[abs(z) > w] (abs(z) - w)"), _huber, _HUBER, ""),
    ]
)  # fmt: skip


class SympyValue:
    """The value of a function of SymPy's, written in `z` and `w`.  Raises ValueError where it is no real number."""

    DIGITS = 20
    # of functions of two arguments, whose series mpmath sums for minutes where these are large
    LARGEST = (40, 10_000)

    def __init__(self, name: str, expression: str):
        self.name, self.expression = name, expression

    def __call__(self, *at: float) -> float:
        import sympy

        return float(self._number([sympy.Float(a, self.DIGITS) for a in at], self.DIGITS))

    def precisely(self, mp: Any, *at: Any) -> Any:
        """The value of numbers of mpmath's, to as many digits as its context works with."""
        import sympy

        found = self._number([sympy.Float(mp.nstr(a, mp.dps + 5), mp.dps) for a in at], mp.dps)
        return mp.make_mpf(found._mpf_)

    def or_nan(self, *at: float) -> float:
        """As arrays have it: not a number where there is no value."""
        try:
            return self(*at)
        except (ValueError, ArithmeticError):
            return math.nan

    def _number(self, at: list[Any], digits: int) -> Any:
        import sympy

        if len(at) == 2 and any(abs(a) > most for a, most in zip(at, self.LARGEST, strict=True)):
            raise ValueError(f"`{self.name}` is not evaluated at so large a number")
        try:
            found = _expression(self.expression).xreplace(dict(zip(_symbols(), at, strict=False)))
            found = sympy.Float(sympy.N(found, digits), digits)
        except Exception as error:  # SymPy and mpmath raise of every kind outside of a domain, and at a pole
            raise ValueError(f"`{self.name}` has no value here") from error
        if not found.is_finite:
            raise ValueError(f"`{self.name}` has no value here")
        return found


@lru_cache(maxsize=1)
def _symbols() -> tuple[Any, Any]:
    import sympy

    return sympy.Symbol("z", real=True), sympy.Symbol("w", real=True)


@lru_cache(maxsize=256)
def _expression(text: str) -> Any:
    import sympy

    return sympy.sympify(text, locals=dict(zip("zw", _symbols(), strict=True)))


@lru_cache(maxsize=256)
def from_sympy(name: str) -> Function | None:
    """A function that SymPy has; None for any other name.  SymPy is not imported for that."""
    found = TABLE.get(name)
    if found is None:
        return None
    _, derivative, value = found
    return Function(name, derivative, SympyValue(name, value), "", rf"\operatorname{{{name}}}", "from SymPy", "sympy")


def sympy_name(name: str) -> str:
    """What SymPy calls one of its functions: `LambertW` for `lambertw`."""
    return TABLE[name][0] if name in TABLE else name
