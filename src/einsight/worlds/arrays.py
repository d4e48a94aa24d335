"""Small arrays of such numbers, with rows and columns: a number is 1×1, a vector n×1."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from .jets import Jet, Number, absolute, add, divide, log, multiply, negative, plain, subtract

# of the series of an exponential
_TERMS = 18


class Unfit(Exception):
    """Shapes that do not go together, or what has no value."""


class Singular(Unfit):
    """A matrix that has no inverse, perhaps since it has more rows than columns here, or less."""


@dataclass(frozen=True, slots=True)
class Array:
    """`items` are its entries, row by row."""

    rows: int
    columns: int
    items: tuple[Number, ...]

    @property
    def shape(self) -> tuple[int, int]:
        return self.rows, self.columns

    @property
    def is_number(self) -> bool:
        return self.rows == self.columns == 1

    def at(self, row: int, column: int) -> Number:
        return self.items[row * self.columns + column]

    def row(self, k: int) -> tuple[Number, ...]:
        return self.items[k * self.columns : (k + 1) * self.columns]


def number(x: Number) -> Array:
    return Array(1, 1, (x,))


def built(rows: int, columns: int, entry: Callable[[int, int], Number]) -> Array:
    return Array(rows, columns, tuple(entry(i, j) for i in range(rows) for j in range(columns)))


def column(items: Iterable[Number]) -> Array:
    found = tuple(items)
    return Array(len(found), 1, found)


def identity(n: int) -> Array:
    return built(n, n, lambda i, j: float(i == j))


def filled(rows: int, columns: int, x: float) -> Array:
    return Array(rows, columns, (x,) * (rows * columns))


def transposed(a: Array) -> Array:
    return built(a.columns, a.rows, lambda i, j: a.at(j, i))


def mapped(function: Callable[[Number], Number], a: Array) -> Array:
    return Array(a.rows, a.columns, tuple(map(function, a.items)))


def entrywise(function: Callable[[Number, Number], Number], a: Array, b: Array) -> Array:
    """Entry by entry; a number goes with every entry."""
    if a.is_number and not b.is_number:
        a = Array(b.rows, b.columns, a.items * len(b.items))
    elif b.is_number and not a.is_number:
        b = Array(a.rows, a.columns, b.items * len(a.items))
    if a.shape != b.shape:
        raise Unfit
    return Array(a.rows, a.columns, tuple(map(function, a.items, b.items)))


def total(items: Iterable[Number]) -> Number:
    found: Number = 0.0
    for item in items:
        found = add(found, item)
    return found


def product(a: Array, b: Array) -> Array:
    if a.is_number or b.is_number:
        return entrywise(multiply, a, b)
    if a.columns != b.rows:
        raise Unfit
    columns = [b.items[j :: b.columns] for j in range(b.columns)]
    return built(a.rows, b.columns, lambda i, j: total(map(multiply, a.row(i), columns[j])))


def kronecker(a: Array, b: Array) -> Array:
    return built(
        a.rows * b.rows,
        a.columns * b.columns,
        lambda i, j: multiply(a.at(i // b.rows, j // b.columns), b.at(i % b.rows, j % b.columns)),
    )


def vec(a: Array) -> Array:
    """Its columns, one below the other."""
    return column(a.at(i, j) for j in range(a.columns) for i in range(a.rows))


def diagonal(a: Array) -> Array:
    if a.columns == 1 or a.rows == 1:
        n = len(a.items)
        return built(n, n, lambda i, j: a.items[i] if i == j else 0.0)
    return column(a.at(i, i) for i in range(min(a.shape)))


def trace(a: Array) -> Number:
    if a.rows != a.columns:
        raise Unfit
    return total(a.at(i, i) for i in range(a.rows))


def solved(a: Array, b: Array) -> tuple[Array, Number]:
    """`inv(A) B` by elimination with pivots, and the determinant of A."""
    n = a.rows
    if n != a.columns or n != b.rows:
        raise Unfit
    rows = [[*a.row(i), *b.row(i)] for i in range(n)]
    determinant: Number = 1.0
    for k in range(n):
        best = max(range(k, n), key=lambda r: abs(plain(rows[r][k])))
        if abs(plain(rows[best][k])) < 1e-12:
            raise Singular
        if best != k:
            rows[k], rows[best] = rows[best], rows[k]
            determinant = negative(determinant)
        pivot = rows[k][k]
        determinant = multiply(determinant, pivot)
        rows[k] = [divide(x, pivot) for x in rows[k]]
        for r in range(n):
            if r != k and (plain(by := rows[r][k]) != 0 or isinstance(by, Jet)):
                rows[r] = [subtract(x, multiply(by, y)) for x, y in zip(rows[r], rows[k], strict=True)]
    return Array(n, b.columns, tuple(x for row in rows for x in row[n:])), determinant


def inverse(a: Array) -> Array:
    return solved(a, identity(a.rows))[0]


def determinant(a: Array) -> Number:
    """By expansion where it is small, which holds of singular matrices too."""
    if a.rows != a.columns:
        raise Unfit
    if a.rows == 1:
        return a.items[0]
    if a.rows > 4:
        return solved(a, identity(a.rows))[1]
    found: Number = 0.0
    for j in range(a.columns):
        rest = [k for k in range(a.columns) if k != j]
        minor = Array(a.rows - 1, a.rows - 1, tuple(a.at(i, k) for i in range(1, a.rows) for k in rest))
        part = multiply(a.at(0, j), determinant(minor))
        found = add(found, part if j % 2 == 0 else negative(part))
    return found


def log_determinant(a: Array) -> Number:
    return log(absolute(determinant(a)))


def joined(rows: Sequence[Sequence[Array]]) -> Array:
    """Blocks beside and below one another."""
    lines: list[tuple[Number, ...]] = []
    for blocks in rows:
        heights = {b.rows for b in blocks}
        if len(heights) != 1:
            raise Unfit
        lines += [tuple(x for b in blocks for x in b.row(i)) for i in range(heights.pop())]
    if len({len(line) for line in lines}) != 1:
        raise Unfit
    return Array(len(lines), len(lines[0]), tuple(x for line in lines for x in line))


def crossing(a: Array) -> Array:
    """The 3×3 matrix of the cross product with `a`: `[a]_× b = a × b`."""
    if a.shape != (3, 1):
        raise Unfit
    x, y, z = a.items
    return Array(3, 3, (0.0, negative(z), y, z, 0.0, negative(x), negative(y), x, 0.0))


def exponential(a: Array) -> Array:
    """The exponential of a square matrix by its series, of a small part of it, squared again."""
    size = max((abs(plain(x)) for x in a.items), default=0.0) * a.rows
    halvings = max(0, math.ceil(math.log2(size)) + 1) if size > 0 else 0
    part = mapped(partial(multiply, 0.5**halvings), a)
    term = found = identity(a.rows)
    for k in range(1, _TERMS):
        term = mapped(partial(multiply, 1 / k), product(term, part))
        found = entrywise(add, found, term)
    for _ in range(halvings):
        found = product(found, found)
    return found
