"""Functions of a square matrix over any field: inverse, determinant and its logarithm, whole powers, exponential, cofactors.

Over an axis that is met in full, or at a few places (`thin.py`).
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from ..terms.interruption import poll
from .fields import Dual, Field, NotInField, NoValueHere
from .thin import Factors, NotAlike, Thin, of_matrix

# of the absolute values of a row, in the exponential of a matrix
LARGEST_EXPONENT = 200


def matrix_function(field: Field, name: str, blocks: list[list[Any]], axis: int | Thin, taken: Sequence[int]) -> Any:
    """A function of a square matrix over an axis, given row by row: rows, or a number."""
    data = blocks[0]
    n = math.isqrt(len(data))
    matrix = [data[r * n : r * n + n] for r in range(n)]
    if name == "power":
        return _whole_power(field, matrix, field.whole(blocks[1][0]), axis, taken)
    if name == "expm":
        return _exponential(field, matrix)
    inverse, factors = inverted(field, matrix, axis, taken, need_inverse=name == "inv")
    if name == "inv":
        return inverse
    return _log_of(field, factors) if name == "logdet" else _multiplied(field, factors)


def _multiplied(field: Field, factors: Factors) -> Any:
    return functools.reduce(field.multiply, (field.whole_power(value, times) for value, times in factors))


def _log_of(field: Field, factors: Factors) -> Any:
    """The logarithm of a product, whose value may be beyond the range of the field."""
    if field.exact or len(factors) == 1:
        return field.apply("log", (_multiplied(field, factors),))
    if sum(times for value, times in factors if value < 0) % 2:
        raise NoValueHere("the logarithm of a negative number")
    logs = (field.multiply(field.number(Fraction(n)), field.apply("log", (abs(value),))) for value, n in factors)
    return functools.reduce(field.add, logs)


def cofactors(field: Field, data: list[Any], axis: int | Thin, taken: Sequence[int]) -> Callable[[Sequence[int]], Any]:
    """The cofactors of a matrix, for the pairs `a, b` of some places: its determinant, once the row `b` of each is the unit row of `a`.

    By minors of the inverse (Jacobi) where numbers are exact and it has one, and on a thin axis, where no single row is replaced.
    Raises NotAlike where it has none there.
    """
    n = math.isqrt(len(data))
    matrix = [data[r * n : r * n + n] for r in range(n)]
    known = None
    if field.exact or isinstance(axis, Thin):
        try:
            known = inverted(field, matrix, axis, taken)
        except NoValueHere:
            if isinstance(axis, Thin):
                raise NotAlike("a cofactor of a singular matrix") from None

    def at(places: Sequence[int]) -> Any:
        units = dict(zip(places[1::2], places[::2], strict=True))
        if len(units) < len(places) // 2:
            return field.number(Fraction(0))
        if known is not None:
            minor = [[known[0][a][b] for b in units] for a in units.values()]
            return field.multiply(_multiplied(field, known[1]), solve_inverse(field, minor, need_inverse=False)[1])
        rows = list(matrix)
        for b, a in units.items():
            rows[b] = [field.number(Fraction(int(a == k))) for k in range(n)]
        return solve_inverse(field, rows, need_inverse=False)[1]

    return at


def _exponential(field: Field, matrix: list[list[Any]]) -> list[list[Any]]:
    """`I + A + A²/2 + …`, of a matrix that is halved until the sum is short, and then squared as often."""
    if field.exact:
        raise NotInField("the exponential of a matrix")

    def size(value: Any) -> float:
        while isinstance(value, Dual):
            value = value.value
        return float(abs(value))

    largest = max(sum(map(size, row)) for row in matrix)
    if largest > LARGEST_EXPONENT:
        raise NotInField("the exponential of so large a matrix")
    halvings = max(0, math.ceil(math.log2(largest)) + 4) if largest else 0
    half = field.number(Fraction(1, 2**halvings))
    matrix = [[field.multiply(half, entry) for entry in row] for row in matrix]
    count = range(len(matrix))
    one = [[field.number(Fraction(int(i == j))) for j in count] for i in count]
    total = one
    for k in range(field.series_terms, 0, -1):
        share = field.number(Fraction(1, k))
        scaled = [[field.multiply(share, entry) for entry in row] for row in _matrix_product(field, matrix, total)]
        total = [[field.add(one[i][j], scaled[i][j]) for j in count] for i in count]
    for _ in range(halvings):
        total = _matrix_product(field, total, total)
    return total


def _whole_power(
    field: Field, matrix: list[list[Any]], count: int, axis: int | Thin, taken: Sequence[int]
) -> list[list[Any]]:
    """By repeated squaring."""
    if count < 0:
        matrix, count = inverted(field, matrix, axis, taken)[0], -count
    if isinstance(axis, Thin):
        return of_matrix(field, axis, matrix, taken, lambda rows: (_whole_power(field, rows, count, 0, ()), []), count)[
            0
        ]
    size = range(len(matrix))
    result = [[field.number(Fraction(int(i == j))) for j in size] for i in size]
    while count:
        if count & 1:
            result = _matrix_product(field, result, matrix)
        count >>= 1
        if count:
            matrix = _matrix_product(field, matrix, matrix)
    return result


def _matrix_product(field: Field, left: list[list[Any]], right: list[list[Any]]) -> list[list[Any]]:
    poll(counted=False)
    columns = list(zip(*right, strict=True))
    return [[functools.reduce(field.add, map(field.multiply, row, column)) for column in columns] for row in left]


def inverted(
    f: Field, matrix: list[list[Any]], axis: int | Thin, taken: Sequence[int] = (), need_inverse: bool = True
) -> tuple[list[list[Any]], Factors]:
    """The inverse of a matrix over an axis, and the factors of its determinant.

    Where the axis is thin, other indices of it stand at the `taken` places.
    """

    def solve(rows: list[list[Any]]) -> tuple[list[list[Any]], Factors]:
        inverse, det = solve_inverse(f, rows, need_inverse)
        return inverse, [(det, 1)]

    return (
        of_matrix(f, axis, matrix, taken, solve, -1 if need_inverse else None)
        if isinstance(axis, Thin)
        else solve(matrix)
    )


def solve_inverse(field: Field, matrix: list[list[Any]], need_inverse: bool = True) -> tuple[list[list[Any]], Any]:
    """Inverse and determinant by Gauss-Jordan elimination over a field.  Raises NoValueHere where an inverse is needed and none."""
    n = len(matrix)
    one, zero, minus = (field.number(Fraction(v)) for v in (1, 0, -1))
    rows = [list(r) + [one if i == j else zero for j in range(n)] for i, r in enumerate(matrix)]
    det = one

    def size(value: Any) -> float:
        while isinstance(value, Dual):
            value = value.value
        return abs(value) if not field.exact else float(value != 0)

    for column in range(n):
        poll(counted=False)
        pivot = max(range(column, n), key=lambda r: size(rows[r][column]))
        if size(rows[pivot][column]) < (0.5 if field.exact else 1e-6):
            if need_inverse:
                raise NoValueHere("singular matrix")
            return [], _determinant(field, matrix)  # 0, but with a slope it may have
        if pivot != column:
            rows[pivot], rows[column] = rows[column], rows[pivot]
            det = field.multiply(det, minus)
        det = field.multiply(det, rows[column][column])
        inverse = field.inverse(rows[column][column])
        rows[column] = [field.multiply(inverse, v) for v in rows[column]]
        for r in range(n):
            if r != column:
                factor = field.multiply(minus, rows[r][column])
                rows[r] = [field.add(a, field.multiply(factor, b)) for a, b in zip(rows[r], rows[column], strict=True)]
    return [r[n:] for r in rows], det


def _determinant(field: Field, matrix: list[list[Any]]) -> Any:
    """Without any division by an entry (Faddeev and LeVerrier)."""
    n = len(matrix)
    size = range(n)
    zero = field.number(Fraction(0))
    inner = [[field.number(Fraction(int(i == j))) for j in size] for i in size]
    last = zero
    for k in range(1, n + 1):
        inner = [
            [functools.reduce(field.add, (field.multiply(row[m], inner[m][j]) for m in size)) for j in size]
            for row in matrix
        ]
        trace = functools.reduce(field.add, (inner[i][i] for i in size))
        last = field.multiply(field.number(Fraction(-1, k)), trace)
        for i in size:
            inner[i][i] = field.add(inner[i][i], last)
    return last if n % 2 == 0 else field.multiply(field.number(Fraction(-1)), last)
