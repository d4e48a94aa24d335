"""What an expression of SymPy is worth on arrays: matrix and array expressions, sums of components, deltas.

SymPy's own way to numbers, `lambdify`, does not read all that its derivatives consist of.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def value_of(e: Any, known: dict[Any, Any]) -> Any:
    """The value of an expression of SymPy on arrays; indices may be arrays, too."""
    import numpy as np

    if e in known:
        return known[e]
    name, args = type(e).__name__, e.args
    if name in ("Sum", "Piecewise", "Indexed", "Lambda", "Subs"):
        return _bound(name, e, known)
    if e.is_Number or e.is_NumberSymbol:
        return float(e)
    if name in ("ElementwiseApplyFunction", "ArrayElementwiseApplyFunc"):
        inner = value_of(e.expr, known)
        return _applied(e.function, inner, known)
    if name in ("ArrayContraction", "ArrayDiagonal", "PermuteDims"):
        return _rearranged(name, e, known)
    if name in ("Identity", "OneMatrix", "ZeroMatrix", "ZeroArray", "OneArray"):
        sizes = [int(value_of(d, known)) for d in e.shape]
        return np.eye(sizes[0]) if name == "Identity" else np.full(sizes, float(name.startswith("One")))
    if name == "MatrixElement":
        array, *at = (value_of(a, known) for a in args)
        return array[tuple(int(i) for i in at)]
    values = [value_of(a, known) for a in args]
    if name in SIMPLE:
        return SIMPLE[name](np, values)
    raise NotImplementedError(f"{name} has no value")


def _applied(function: Any, inner: Any, known: dict[Any, Any]) -> Any:
    (variable,) = function.variables
    return value_of(function.expr, {**known, variable: inner})


def _bound(name: str, e: Any, known: dict[Any, Any]) -> Any:
    import numpy as np

    if name == "Indexed":
        array, *at = (value_of(a, known) for a in e.args)
        inside = True
        for index, size in zip(at, array.shape, strict=True):
            inside = inside & (index >= 0) & (index < size)  # an array is 0 outside
        clipped = tuple(np.clip(index, 0, size - 1).astype(int) for index, size in zip(at, array.shape, strict=True))
        return np.where(inside, array[clipped], 0.0)
    if name == "Sum":
        body, *limits = e.args
        if not limits:
            return value_of(body, known)
        *before, (index, low, high) = limits
        inner = e.func(body, *before) if before else body
        total: Any = 0.0
        low, high = (np.asarray(value_of(b, known)) for b in (low, high))
        for k in range(int(low.min()), int(high.max()) + 1):
            total = total + np.where((k >= low) & (k <= high), value_of(inner, {**known, index: k}), 0.0)
        return total
    if name == "Piecewise":
        result: Any = np.nan
        for part, condition in reversed(e.args):
            with np.errstate(all="ignore"):
                result = np.where(value_of(condition, known), value_of(part, known), result)
        return result
    if name == "Subs":
        inner, variables, values = e.args
        return value_of(inner, {**known, **{v: value_of(w, known) for v, w in zip(variables, values, strict=True)}})
    raise NotImplementedError(f"{name} has no value")


def _rearranged(name: str, e: Any, known: dict[Any, Any]) -> Any:
    import numpy as np

    inner = value_of(e.expr, known)
    if name == "PermuteDims":
        return inner.transpose(e.permutation.array_form)
    groups = e.contraction_indices if name == "ArrayContraction" else e.diagonal_indices
    letters = list(range(inner.ndim))
    for group in groups:
        for axis in group:
            letters[int(axis)] = letters[int(group[0])]
    together = [letters[int(group[0])] for group in groups]
    alone = [letter for letter in letters if letter not in together]
    return np.einsum(inner, letters, alone if name == "ArrayContraction" else alone + together)


def _product(np: Any, values: list[Any]) -> Any:
    result: Any = 1.0
    for value in values:
        array = np.asarray(value)
        scalar = array.ndim == 0 or np.ndim(result) == 0
        result = result * array if scalar else result @ array
    return result


def _power(np: Any, values: list[Any]) -> Any:
    base, exponent = values
    if np.shape(base) == (1, 1):
        return base**exponent
    if exponent < 0:
        base, exponent = np.linalg.inv(base), -exponent
    return np.linalg.matrix_power(base, int(exponent))


def _tensor_product(np: Any, values: list[Any]) -> Any:
    result = np.asarray(1.0)
    for value in values:
        result = np.multiply.outer(result, value)
    return result


def _folded(operation: str) -> Callable[[Any, list[Any]], Any]:
    def fold(np: Any, values: list[Any]) -> Any:
        first, *others = values
        for value in others:
            first = getattr(np, operation)(first, value)
        return first

    return fold


def _diagonal(np: Any, values: list[Any]) -> Any:
    return np.diagflat(values[0])


# what a head of SymPy computes of the values of its arguments
SIMPLE: dict[str, Callable[[Any, list[Any]], Any]] = {
    **dict.fromkeys(("Add", "MatAdd", "ArrayAdd"), _folded("add")),
    **dict.fromkeys(("Mul", "HadamardProduct"), _folded("multiply")),
    **dict.fromkeys(("DiagMatrix", "DiagonalOf"), _diagonal),
    **dict.fromkeys(("Max",), _folded("maximum")),
    **dict.fromkeys(("And",), _folded("logical_and")),
    **dict.fromkeys(("Or",), _folded("logical_or")),
    "ArrayTensorProduct": _tensor_product,
    "MatMul": _product,
    "MatPow": _power,
    "Inverse": lambda np, v: np.linalg.inv(v[0]),
    "Transpose": lambda np, v: np.swapaxes(v[0], 0, 1),
    "Trace": lambda np, v: np.trace(v[0]),
    "Determinant": lambda np, v: np.linalg.det(v[0]),
    "KroneckerProduct": lambda np, v: np.kron(*v),
    "Pow": lambda np, v: np.asarray(v[0], dtype=float) ** v[1],
    "HadamardPower": lambda np, v: np.asarray(v[0], dtype=float) ** v[1],
    "KroneckerDelta": lambda np, v: np.where(np.equal(*v), 1.0, 0.0),
    "Heaviside": lambda np, v: np.heaviside(v[0], 0.5),
    "exp": lambda np, v: np.exp(v[0]),
    "log": lambda np, v: np.log(v[0]),
    "tanh": lambda np, v: np.tanh(v[0]),
    "sin": lambda np, v: np.sin(v[0]),
    "cos": lambda np, v: np.cos(v[0]),
    "sqrt": lambda np, v: np.sqrt(v[0]),
    "Abs": lambda np, v: np.abs(v[0]),
    "Not": lambda np, v: np.logical_not(v[0]),
    "BooleanTrue": lambda np, v: True,
    "BooleanFalse": lambda np, v: False,
    "Equality": lambda np, v: np.equal(*v),
    "Unequality": lambda np, v: np.not_equal(*v),
    "GreaterThan": lambda np, v: np.greater_equal(*v),
    "LessThan": lambda np, v: np.less_equal(*v),
    "StrictGreaterThan": lambda np, v: np.greater(*v),
    "StrictLessThan": lambda np, v: np.less(*v),
    "Tuple": lambda np, v: v,
}
