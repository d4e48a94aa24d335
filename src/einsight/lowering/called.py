"""How libraries of arrays call the functions that the language has under another name.

What reads code as text of the language (`asking/code.py`) and what reads it as terms (`python/functions.py`) look here.
"""

from __future__ import annotations

# functions of each entry
OF_ENTRIES = {
    "arcsin": "asin", "arccos": "acos", "arctan": "atan", "arcsinh": "asinh", "arccosh": "acosh", "arctanh": "atanh",
    "absolute": "abs", "fabs": "abs", "expit": "sigmoid", "logistic": "sigmoid", "swish": "silu", "ln": "log",
    "gammaln": "loggamma", "lgamma": "loggamma", "psi": "digamma",
}  # fmt: skip
# those of whole arrays
OF_ARRAYS = {
    "trace": "tr", "maximum": "max", "minimum": "min", "amax": "max", "amin": "min", "average": "mean", "inverse": "inv",
    "reduce_sum": "sum", "reduce_mean": "mean", "diagonal": "diag", "diagflat": "diag", "logsigmoid": "log_sigmoid",
}  # fmt: skip


def own_name(name: str) -> str:
    """What the language calls a function of a library; the name itself where that is the same."""
    return OF_ENTRIES.get(name) or OF_ARRAYS.get(name) or name
