"""What an unknown function of an array is worth: smooth values, fixed by its name, and those of its derivatives."""

from __future__ import annotations

import functools
import math
import random
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from ..terms.unknown import split_unknown
from .fields import Dual, Duals, Field


def unknown_value(field: Field, name: str, places: tuple[int, ...], shape: Sequence[int], data: list[Any]) -> Any:
    """An entry of an unknown function of an array, or of its derivative: smooth, and fixed by its name.

    Each entry of the value is a sum of sines of random linear forms, more of them than the argument has
    entries, so that derivatives satisfy no equation but their symmetry.
    """
    function, order = split_unknown(name)
    rank = len(shape)
    first = len(places) - order * rank
    output, by = places[:first], []
    for k in range(order):
        where = 0
        for place, size in zip(places[first + k * rank :], shape, strict=False):
            where = where * size + place
        by.append(where)
    return _unknown_entry(field, f"{function} {output}", tuple(sorted(by)), data)


def _unknown_entry(field: Field, seed: str, by: tuple[int, ...], data: list[Any]) -> Any:
    if isinstance(field, Duals):
        inner = field.inner
        value = _unknown_entry(inner, seed, by, [d.value for d in data])
        slope = field.zero
        for k, entry in enumerate(data):
            if entry.slope != field.zero:
                along = _unknown_entry(inner, seed, tuple(sorted((*by, k))), [d.value for d in data])
                slope = inner.add(slope, inner.multiply(along, entry.slope))
        return Dual(value, slope)
    total = field.number(Fraction(0))
    quarter = field.multiply(field.pi(), field.number(Fraction(len(by), 2)))
    for wave in range(len(data) + 2):
        weights = _weights(seed, wave, len(data))
        phase = field.add(field.number(weights[0]), quarter)
        for weight, entry in zip(weights[2:], data, strict=True):
            phase = field.add(phase, field.multiply(field.number(weight), entry))
        amplitude = weights[1] * math.prod(weights[2 + k] for k in by)
        total = field.add(total, field.multiply(field.number(Fraction(amplitude)), field.apply("sin", (phase,))))
    return total


@functools.lru_cache(maxsize=4096)
def _weights(seed: str, wave: int, count: int) -> tuple[Fraction, ...]:
    """Phase, amplitude and the coefficients of a linear form."""
    generator = random.Random(f"{seed} {wave}")
    return tuple(Fraction(generator.choice((-1, 1)) * generator.randint(8, 31), 16) for _ in range(count + 2))
