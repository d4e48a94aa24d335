"""What the checks in `truth/` stand on: random values, derivatives by central differences, comparison.

Nothing of einsight is imported. A check is a function of a `Point` that returns the two sides of an `=`, each evaluated
as the page writes it. A side in matrix notation is a `Matrix`, its vectors being columns; a side in index notation is
an array whose axes are the free indices, in the same order on both sides.

    right       equal at every point
    transposed  equal after the right side is transposed
    right_if    different in general, equal where the assumption holds
    shape       the sides, or the terms of one side, have different shapes
    wrong       different, also where all square matrices are symmetric, antisymmetric, orthogonal or diagonal
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

k, m, n, q, s = 2, 3, 4, 5, 6  # the sizes of every axis, all different
EQUAL, DIFFERENT = 3e-6, 1e-3
ZERO = 0  # a right side that fits every left side
EVERYWHERE = ("symmetric", "antisymmetric", "orthogonal", "diagonal")
Side = Any
Check = Callable[["Point"], tuple[Side, Side]]


class Misfit(Exception):
    """Two shapes that cannot be added, multiplied or compared."""


class Matrix(np.ndarray):
    """Two axes, and no broadcasting: a column plus a row is a mistake. One entry may multiply anything."""

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        shapes = {x.shape for x in inputs if isinstance(x, np.ndarray)}
        if ufunc in (np.multiply, np.divide):
            shapes = {shape for shape in shapes if shape != (1, 1)}
        if ufunc is np.matmul:
            if inputs[0].shape[1] != inputs[1].shape[0]:
                raise Misfit(f"{inputs[0].shape} times {inputs[1].shape}")
        elif len(shapes) > 1:
            raise Misfit(f"{ufunc.__name__} of {shapes}")
        plain = [x.view(np.ndarray) if isinstance(x, Matrix) else x for x in inputs]
        result = getattr(ufunc, method)(*plain, **options)
        return result.view(Matrix) if np.ndim(result) == 2 else result


class Point:
    """Random values in one layout. `assumed` maps names to what holds of them, `every` holds of all square matrices."""

    def __init__(self, seed: int, layout: str, assumed: Mapping[str, str] = {}, every: str = "") -> None:  # noqa: B006
        self.random = np.random.default_rng(seed)
        self.layout, self.assumed, self.every = layout, assumed, every

    # values

    def num(self) -> float:
        return float(self.random.uniform(0.4, 1.6))

    def arr(self, *sizes: int, name: str = "", low: float = -1.6) -> np.ndarray:
        """An array; of a square one `every` holds, of a named one what is assumed of the name."""
        a = self.random.uniform(0.3 if low < 0 else low, 1.6, sizes)
        if low < 0:
            a = a * self.random.choice([-1, 1], sizes)
        if self.every and len(sizes) == 2 and sizes[0] == sizes[1]:
            a = _made(a, self.every)
        return _made(a, self.assumed[name]) if name in self.assumed else a

    def pos(self, *sizes: int, name: str = "") -> np.ndarray:
        return self.arr(*sizes, name=name, low=0.2)

    def mat(self, rows: int, columns: int, name: str = "", low: float = -1.6) -> Matrix:
        return self.arr(rows, columns, name=name, low=low).view(Matrix)

    def col(self, size: int, name: str = "", low: float = -1.6) -> Matrix:
        return self.arr(size, name=name, low=low).reshape(size, 1).view(Matrix)

    def sym(self, size: int) -> Matrix:
        """A matrix that the page says is symmetric."""
        return _made(self.random.uniform(0.2, 1.6, (size, size)), "symmetric").view(Matrix)

    def spd(self, size: int) -> Matrix:
        """A matrix that the page says is a covariance, or positive definite."""
        a = self.random.uniform(-1, 1, (size, size))
        return (a @ a.T + np.eye(size)).view(Matrix)

    def regular(self, size: int, name: str = "") -> Matrix:
        """A matrix with a positive determinant, far from singular."""
        a = self.arr(size, size, name=name) / 2
        return (a + size * np.eye(size) if self.every in ("", "symmetric") else a).view(Matrix)

    def one_hot(self, size: int) -> Matrix:
        return np.eye(size)[:, [self.random.integers(size)]].view(Matrix)

    # derivatives as matrices

    def d(self, f: Callable[[Any], Any], x: Any) -> Matrix:
        """∂f/∂x laid out as a matrix in the layout of the page."""
        x = _matrix(x)
        t = partial(lambda z: _matrix(f(z if z.size > 1 else float(z[0, 0]))), x)
        if t.shape[0] == 1:
            t = t.transpose(1, 0, 2, 3)  # a row is differentiated as a vector
        size, var = t.shape[:2], t.shape[2:]
        if size == (1, 1):
            result = t[0, 0]
            flip = self.layout == "numerator"
        elif size[1] == 1 and var[1] == 1:
            result = t[:, 0, :, 0]
            flip = self.layout == "denominator"
        elif var == (1, 1):
            result = t[:, :, 0, 0]
            flip = self.layout == "denominator"
        else:
            raise Misfit("more than two axes")
        return (result.T if flip else result).view(Matrix)


def partial(f: Callable[[Any], Any], x: Any, step: float = 1e-5) -> np.ndarray:
    """∂f/∂x in components: the axes of f, then those of x."""
    columns, matrix = [], isinstance(x, Matrix)
    x = np.asarray(x, dtype=float).view(np.ndarray)
    for index in np.ndindex(x.shape):
        e = np.zeros_like(x)
        e[index] = step
        points = (x + e, x - e) if x.ndim else (float(x + e), float(x - e))
        high, low = (np.asarray(f(z.view(Matrix) if matrix else z)) for z in points)
        columns.append((high - low) / (2 * step))
    return np.stack(columns, axis=-1).reshape(columns[0].shape + x.shape)


def second(f: Callable[[Any], Any], x: Any, y: Any = None, step: float = 1e-4) -> np.ndarray:
    """∂²f/∂x∂x in components; with `y`, f is a function of x and y and this is ∂²f/∂x∂y."""
    if y is None:
        return partial(lambda a: partial(f, a, step), x, step)
    return partial(lambda b: partial(lambda a: f(a, b), x, step), y, step)


def grad(f: Callable[[Any], Any], x: Matrix) -> Matrix:
    """∇f in the shape of x."""
    return partial(lambda z: np.asarray(f(z)).reshape(()), x).view(Matrix)


def hess(f: Callable[[Any], Any], x: Matrix) -> Matrix:
    size = x.size
    return second(lambda z: np.asarray(f(z)).reshape(()), x).reshape(size, size).view(Matrix)


def jac(f: Callable[[Any], Any], x: Matrix) -> Matrix:
    """∂f_i/∂x_j at row i and column j, whatever the layout."""
    return partial(lambda z: np.asarray(f(z)).ravel(), x).reshape(-1, x.size).view(Matrix)


def along(f: Callable[[Any], Any], x: Any, dx: Any, step: float = 1e-5) -> Any:
    """df where x moves along dx."""
    return (f(x + step * dx) - f(x - step * dx)) / (2 * step)


# matrices


def I(size: int) -> Matrix:  # noqa: E743
    return np.eye(size).view(Matrix)


def ones(rows: int, columns: int = 1) -> Matrix:
    return np.ones((rows, columns)).view(Matrix)


def diag(x: Matrix) -> Matrix:
    """The diagonal matrix of a column, or the diagonal of a matrix as a column."""
    return (np.diagflat(np.asarray(x)) if x.shape[1] == 1 else np.diag(np.asarray(x)).reshape(-1, 1)).view(Matrix)


def inv(x: Matrix) -> Matrix:
    if x.shape[0] != x.shape[1]:
        raise Misfit("inverse of a matrix that is not square")
    return np.linalg.inv(np.asarray(x)).view(Matrix)


def det(x: Matrix) -> float:
    return float(np.linalg.det(np.asarray(x)))


def tr(x: Matrix) -> float:
    if x.shape[0] != x.shape[1]:
        raise Misfit("trace of a matrix that is not square")
    return float(np.trace(np.asarray(x)))


def total(x: Any) -> float:
    return float(np.sum(np.asarray(x)))


def norm(x: Any) -> float:
    return float(np.sqrt(np.sum(np.asarray(x) ** 2)))


def half_square(x: Any) -> float:
    return norm(x) ** 2 / 2


def stack(f: Callable[..., Any], *sizes: int) -> np.ndarray:
    """The array whose entries are f(i, j, …)."""
    return np.array([f(*index) for index in np.ndindex(*sizes)]).reshape(sizes + np.shape(f(*(0,) * len(sizes))))


def E(subscripts, *arrays):
    """einsum; axes that do not fit are a claim of the wrong shape, not a mistake here."""
    try:
        return np.einsum(subscripts, *arrays)
    except ValueError as error:
        raise Misfit(str(error)) from None


def sigmoid(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))


def softmax(z: Any) -> Any:
    e = np.exp(z)
    return e / total(e)


# comparison


def verdict(
    check: Check,
    layout: str,
    assumed: Mapping[str, str] = {},  # noqa: B006
    every: str = "",
    seeds: Sequence[int] = (1, 2),
) -> str:
    """`equal`, `equal-transposed`, `different`, `shape`, or `unusable` where the values are degenerate."""
    found = set()
    for seed in seeds:
        try:
            left, right = check(Point(seed, layout, assumed, every))
            # the determinant of an antisymmetric matrix is 0, and so is twice that
            vanishes = every and right is not ZERO and np.abs(np.asarray(left)).max() < 1e-9
            found.add("unusable" if vanishes else _compare(left, right))
        except Misfit:
            found.add("shape")
        except (np.linalg.LinAlgError, FloatingPointError, RuntimeWarning):
            found.add("unusable")
    if len(found) > 1:
        return "different" if "equal" not in found else "mixed"
    return found.pop()


def assumptions(text: str) -> dict[str, str]:
    """`A, B symmetric` → {A: symmetric, B: symmetric}; `sum(y) = 1` → {y: sum 1}."""
    if match := re.fullmatch(r"sum\((\w+)\) = 1", text):
        return {match[1]: "sum 1"}
    names, _, property = text.rpartition(" ")
    return {name.strip(): property for name in names.split(",")}


def _compare(left: Side, right: Side) -> str:
    matrices = isinstance(left, Matrix) and isinstance(right, Matrix)
    right = np.zeros_like(left) if right is ZERO else right
    left, right = (np.asarray(x, dtype=float).view(np.ndarray) for x in (left, right))
    if left.size == right.size == 1:
        left, right = left.reshape(()), right.reshape(())
    if left.shape != right.shape and not (matrices and left.shape == right.T.shape):
        return "shape"
    if left.shape == right.shape and _close(left, right):
        return "equal"
    return "equal-transposed" if matrices and left.shape == right.T.shape and _close(left, right.T) else "different"


def _close(left: np.ndarray, right: np.ndarray) -> bool:
    distance = np.abs(left - right).max() / max(np.abs(left).max(), np.abs(right).max(), 1e-3)
    if EQUAL < distance < DIFFERENT:
        raise AssertionError(f"neither equal nor different: {distance}")
    return bool(distance <= EQUAL)


def _matrix(x: Any) -> Matrix:
    return x if isinstance(x, Matrix) else np.asarray(x, dtype=float).reshape(1, 1).view(Matrix)


def _made(a: np.ndarray, property: str) -> np.ndarray:
    """The array changed so that the property holds of it."""
    if property == "symmetric":
        return (a + a.T) / 2
    if property == "antisymmetric":
        return a - a.T
    if property == "orthogonal":
        return np.linalg.qr(a)[0]
    if property == "diagonal":
        return np.diag(np.diag(a))
    if property == "positive":
        return np.abs(a)
    if property == "sum 1":
        return np.abs(a) / np.abs(a).sum()
    raise ValueError(property)
