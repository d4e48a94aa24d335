"""The functions that a page need not define, by the names that it may call them."""

from __future__ import annotations

from collections.abc import Callable

from . import jets
from .jets import Jet, Number

ENTRYWISE: dict[str, Callable[[Number], Number]] = {
    "exp": jets.exp, "log": jets.log, "ln": jets.log, "sqrt": jets.sqrt, "sin": jets.sin, "cos": jets.cos, "tan": jets.tan,
    "sinh": jets.sinh, "cosh": jets.cosh, "tanh": jets.tanh, "sigmoid": jets.sigmoid, "σ": jets.sigmoid, "sigm": jets.sigmoid,
    "softplus": jets.softplus, "arcsin": jets.asin, "arccos": jets.acos, "arctan": jets.atan, "asin": jets.asin, "acos": jets.acos,
    "atan": jets.atan, "erf": jets.erf, "abs": jets.absolute, "sign": jets.sign, "sgn": jets.sign, "relu": jets.relu,
    "ReLU": jets.relu, "logistic": jets.sigmoid,
}  # fmt: skip
# functions of whole arrays; `norm1` is what `‖x‖_1` stands for
TO_NUMBERS = {"norm", "norm1", "tr", "trace", "det", "logdet", "sum", "mean", "logsumexp"}
ARRAYS = TO_NUMBERS | {"inv", "diag", "vec", "kron", "softmax", "log_softmax", "transpose", "cross"}
OF_SQUARES = {"tr", "trace", "det", "logdet", "inv"}
# those that are written before what they are of, without brackets
BARE = set(ENTRYWISE) - {"σ"} | {"tr", "trace", "det", "logdet", "vec", "diag"}
# those that are of a whole square matrix just as well, so that nothing says which is meant
OF_MATRICES = {"exp", "log", "ln", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh"}
_LEVEL = 1_000_000  # above all others


def derived(function: Callable[[Number], Number], order: int) -> Callable[[Number], Number]:
    """A function's derivative of that order."""
    if order == 0:
        return function
    inner, level = derived(function, order - 1), _LEVEL + order

    def slope(x: Number) -> Number:
        found = inner(Jet(level, x, {0: 1.0}))
        return found.parts.get(0, 0.0) if isinstance(found, Jet) and found.level == level else 0.0

    return slope
