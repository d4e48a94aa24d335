"""Elementwise functions as numbers: the value of a body, and a stated derivative held against a difference quotient."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from contextlib import suppress
from fractions import Fraction

from ..meaning.evaluate import entries
from ..meaning.fields import Duals, Floats, NotInField
from ..meaning.instances import Instance
from ..terms import build
from ..terms.term import Component, Tensor, Term
from ..terms.walk import map_parts
from .rule import Function

Values = Callable[[str], Callable[..., float] | None]
# relative: a difference quotient of five points is good to about 1e-9
TOLERANCE = 1e-6
# points that are tried for each one that is wanted, and how many must have been compared
TRIES = 40
ENOUGH = 3


def number_at(body: Term, arguments: tuple[float, ...], values: Values) -> float:
    """The value of a function's body, a term in `z` and `w`.  Raises NotInField outside of its domain."""
    numbers = {Tensor(n): build.number(Fraction(v)) for n, v in zip("zw", arguments, strict=False)}

    def visit(term: Term) -> Term:
        return numbers[term.tensor] if isinstance(term, Component) else map_parts(term, visit)

    return entries(visit(body), Instance(Floats(values), {}), ())[0]


def slopes_compared(function: Function, place: int, body: Term, values: Values, points: int) -> tuple[str, int]:
    """Where a derivative is not the slope of its function, empty where that was not found; and at how many points both were.

    Points are tried until so many of them have both: near 0, and of both signs and several magnitudes, so that a function
    which is defined beyond 1 alone is met as well.
    """
    generator = random.Random(function.name)
    duals = Duals(Floats(values))
    compared = 0
    for _ in range(TRIES * points):
        at = tuple(_coordinate(generator) for _ in range(function.arity))
        with suppress(NotInField):
            duals.inner.apply(function.name, at)  # most points outside of the domain are passed over here
            slope, nearer = (duals.quotient(function.name, at, place, scale) for scale in (1.0, 0.5))
            close = TOLERANCE * max(1.0, abs(slope))
            if not abs(slope - nearer) <= close:
                continue  # a kink is near, or there is no number
            stated = number_at(body, at, values)
            compared += 1
            if not abs(stated - slope) <= close:
                where = ", ".join(f"{a:.4g}" for a in at)
                return f"at {where} its slope is {slope:.9g}, and its derivative gives {stated:.9g}", compared
            if compared == points:
                break
    return "", compared


def slope_problem(function: Function, place: int, body: Term, values: Values, points: int) -> str:
    """Where a derivative is not the slope of its function, or why that cannot be said; empty where it is."""
    problem, compared = slopes_compared(function, place, body, values, points)
    if problem or compared >= ENOUGH:
        return problem
    where = f"at {compared} point{'s' * (compared != 1)} only" if compared else "at no point"
    return f"its derivative could be compared with its slope {where}, of {TRIES * points} tried between -20 and 20"


def _coordinate(generator: random.Random) -> float:
    """Below 1, or of any magnitude between 1/20 and 20."""
    if generator.random() < 0.5:
        return generator.uniform(-0.9, 0.9)
    return generator.choice((-1, 1)) * math.exp(generator.uniform(-math.log(20), math.log(20)))
