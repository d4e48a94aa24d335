"""Elementwise functions as numbers: the value of a body, and a stated derivative held against a difference quotient."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from fractions import Fraction

from ..meaning.evaluate import entries
from ..meaning.fields import Duals, Floats, NotInField
from ..meaning.instances import Instance
from ..terms import build
from ..terms.dimension import Tensor
from ..terms.term import Component, Term
from ..terms.walk import map_parts
from .rule import Function

Values = Callable[[str], Callable[..., float] | None]
# relative: a difference quotient of five points is good to about 1e-9
TOLERANCE = 1e-6


def number_at(body: Term, arguments: tuple[float, ...], values: Values) -> float:
    """The value of a function's body, a term in `z` and `w`.  Raises NotInField outside of its domain."""
    numbers = {Tensor(n): build.number(Fraction(v)) for n, v in zip("zw", arguments, strict=False)}

    def visit(term: Term) -> Term:
        return numbers[term.tensor] if isinstance(term, Component) else map_parts(term, visit)

    return entries(visit(body), Instance(Floats(values), {}), ())[0]


def slope_problem(function: Function, place: int, body: Term, values: Values, points: int) -> str:
    """Where a derivative is not the slope of its function; empty where that was not found, at points that have both."""
    generator = random.Random(function.name)
    duals = Duals(Floats(values))
    compared = 0
    for _ in range(points):
        at = tuple(generator.uniform(-0.9, 0.9) for _ in range(function.arity))
        with suppress(NotInField):
            slope, nearer = (duals.quotient(function.name, at, place, scale) for scale in (1.0, 0.5))
            close = TOLERANCE * max(1.0, abs(slope))
            if abs(slope - nearer) > close:
                continue  # a kink is near
            stated = number_at(body, at, values)
            compared += 1
            if abs(stated - slope) > close:
                where = ", ".join(f"{a:.4g}" for a in at)
                return f"at {where} its slope is {slope:.9g}, and its derivative gives {stated:.9g}"
    return "" if compared else "its derivative could not be evaluated at any point"
