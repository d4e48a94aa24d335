"""Where a function of numbers has a value, found by asking for values."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import product

# no two of the candidates below agree at all of these, which hold the poles of the gamma function, of `tan` and of `cot`
POINTS = (-math.pi, -2.5, -2.0, -math.pi / 2, -1.5, -1.0, -0.75, -0.5, -0.375, -0.365, -0.25, 0.0,
          0.25, 0.5, 0.75, 1.0, 1.5, math.pi / 2, 2.0, 2.5, math.pi)  # fmt: skip
# beside a pole that is no float a function is larger than this, and elsewhere at those points none is
_BESIDE_POLE = 1e12
Value = Callable[..., float]
_OF_ONE: tuple[tuple[str, Callable[[float], bool]], ...] = (
    ("every number", lambda z: True),
    ("z ≠ 0", lambda z: z != 0),
    ("z > 0", lambda z: z > 0),
    ("z ≥ 0", lambda z: z >= 0),
    ("z > 0, z ≠ 1", lambda z: z > 0 and z != 1),
    ("z ≠ 1", lambda z: z != 1),
    ("z ≥ 1", lambda z: z >= 1),
    ("z > 1", lambda z: z > 1),
    ("|z| ≤ 1", lambda z: abs(z) <= 1),
    ("|z| < 1", lambda z: abs(z) < 1),
    ("|z| ≥ 1", lambda z: abs(z) >= 1),
    ("|z| > 1", lambda z: abs(z) > 1),
    ("0 < z ≤ 1", lambda z: 0 < z <= 1),
    ("0 < z < 2", lambda z: 0 < z < 2),
    ("z ≤ 1", lambda z: z <= 1),
    ("z < 1", lambda z: z < 1),
    ("z > -1", lambda z: z > -1),
    ("z ≥ -1/e", lambda z: z * math.e >= -1),
    ("not an odd multiple of π/2", lambda z: abs(math.cos(z)) > 1e-9),
    ("not a multiple of π", lambda z: abs(math.sin(z)) > 1e-9),
    ("not 0, -1, -2, …", lambda z: z > 0 or z != int(z)),
    ("not -1, -2, -3, …", lambda z: z >= 0 or z != int(z)),
)
_OF_TWO: tuple[tuple[str, Callable[[float, float], bool]], ...] = (
    ("every two numbers", lambda z, w: True),
    ("w ≥ 0", lambda z, w: w >= 0),
    ("w > 0", lambda z, w: w > 0),
    ("z > 0, w > 0", lambda z, w: z > 0 and w > 0),
    ("not both 0", lambda z, w: z != 0 or w != 0),
)


def domain(value: Value, arity: int) -> str:
    """The condition on `z` (and `w`) under which there is a value, as far as `POINTS` tell; empty where none of those here is it.

    `value` raises ValueError or ArithmeticError, or gives no finite number, where the function has no value.
    """
    candidates: Sequence[tuple[str, Callable[..., bool]]] = _OF_ONE if arity == 1 else _OF_TWO
    left = list(candidates)
    for at in product(POINTS, repeat=arity):
        has_value = _has_value(value, at)
        left = [(text, holds) for text, holds in left if holds(*at) == has_value]
        if not left:
            return ""
    return left[0][0]


def _has_value(value: Value, at: Sequence[float]) -> bool:
    try:
        return abs(value(*at)) < _BESIDE_POLE
    except (ValueError, ArithmeticError):
        return False
