"""The built-in elementwise functions.  Derivatives are written in the language itself."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import cast

from .rule import Function


def _sigmoid(z: float) -> float:
    return 1 / (1 + math.exp(-z)) if z >= 0 else math.exp(z) / (1 + math.exp(z))


def _softplus(z: float) -> float:
    return max(z, 0.0) + math.log1p(math.exp(-abs(z)))


def _gelu(z: float) -> float:
    return z * 0.5 * (1 + math.erf(z / math.sqrt(2)))


def _sign(z: float) -> float:
    return (z > 0) - (z < 0)


# without overflow on either side
_SIGMOID = "numpy.exp(numpy.minimum({0}, 0)) / (1 + numpy.exp(-numpy.abs({0})))"
_ERF = "numpy.vectorize(math.erf, otypes=[dtype])({0})"

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
    ]
)  # fmt: skip


def from_sympy(name: str) -> Function | None:
    """A one-argument SymPy function that SymPy can differentiate; None for any other name."""
    import sympy
    from sympy.core.function import FunctionClass

    found = getattr(sympy, name, None)
    if not isinstance(found, FunctionClass) or 1 not in (found.nargs or ()):
        return None
    z = sympy.Symbol("z")
    try:
        derivative = sympy.diff(found(z), z)
        if derivative.has(sympy.Derivative, sympy.Subs) or not isinstance(found(z), found):
            return None
        text = str(derivative).replace("**", "^")
    except Exception:  # SymPy raises of every kind on functions that it cannot differentiate
        return None

    def value(at: float) -> float:
        return float(found(sympy.Float(at, 30)).evalf())

    return Function(name, (text,), value, "", rf"\operatorname{{{name}}}", "from SymPy", "sympy")
