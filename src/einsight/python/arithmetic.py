"""Operators of Python, and what they make of numbers."""

from __future__ import annotations

import ast
from collections.abc import Callable
from fractions import Fraction

from ..terms import build
from ..terms.dimension import Dim
from ..terms.term import Term
from .values import Number, Value, plain

OPERATIONS: dict[type[ast.operator], Callable[[Term, Term], Term]] = {
    ast.Add: lambda a, b: build.add(a, b),
    ast.Sub: build.subtract,
    ast.Mult: lambda a, b: build.product([a, b]),
    ast.Div: build.quotient,
    ast.Pow: build.power,
}


def of_numbers(operator: ast.operator, left: Number, right: Number) -> Value:
    make = OPERATIONS.get(type(operator))
    rough = left.rough or right.rough
    term = None
    if make is not None and left.term is not None and right.term is not None:
        zero = isinstance(operator, ast.Div) and right.term is build.ZERO
        term = None if zero else make(left.term, right.term)
    value = getattr(term, "value", None)
    exact = value if isinstance(value, Fraction) else None
    if isinstance(operator, ast.FloorDiv) and left.value is not None and right.value:
        return plain(left.value // right.value)
    if isinstance(operator, ast.Mod) and left.value is not None and right.value:
        return plain(left.value % right.value)
    factors = None
    if isinstance(operator, ast.Mult):
        parts = [
            n.factors
            if n.factors is not None
            else (Dim(int(n.value)),)
            if n.value and n.value > 0 and n.value.denominator == 1
            else None
            for n in (left, right)
        ]
        if parts[0] is not None and parts[1] is not None and exact is None:
            factors = (*parts[0], *parts[1])
    why = left.why or right.why
    return Number(term=term, value=exact, factors=factors, rough=rough, why=why)
