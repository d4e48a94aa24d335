"""Where two terms differ, and how that is told: an instance, its sizes and entries, and what each side gives at one place."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ..terms.bounds import MOST_BITS
from ..terms.dimension import Dim, Index
from ..terms.term import Tensor
from .fields import PRIME, Field, PrimeField
from .instances import Instance
from .thin import Thin

TOLERANCE = 1e-9
SHOWN = 100  # entries of an array in a counterexample


@dataclass(frozen=True)
class Counterexample:
    """An instance where the sides differ: sizes, entries, and what each side gives at one place."""

    sizes: tuple[tuple[str, int], ...]
    values: tuple[tuple[str, tuple[int, ...], tuple[str, ...]], ...]
    place: tuple[int, ...]
    left: str
    right: str
    thin: tuple[Thin, ...] = ()

    def describe(self, left: str = "the left side", right: str = "the right side") -> str:
        """In words, with what each side is called."""
        sizes = ", ".join(f"{n} = {s}" for n, s in self.sizes)
        values = ", ".join(f"{name} = {_array_text(shape, entries)}" for name, shape, entries in self.values)
        where = f" at entry {','.join(map(str, self.place))}" if self.place else ""
        at = "; ".join(p for p in (sizes, values) if p) or "every point"
        at += f" (shown are {' and '.join(map(_axis_text, self.thin))})" if self.thin else ""
        return f"at {at} {left} is {self.left} and {right} {self.right}{where}"


def _axis_text(axis: Thin) -> str:
    """Which places of an axis the entries that are shown stand for."""
    own = ", ".join(str(k + 1) for k in axis.own)
    others = "one for all others" if axis.alike == 1 else f"{axis.alike} for all others, which are alike"
    return f"of {axis.size} places {own}, and {others}"


def _array_text(shape: tuple[int, ...], values: tuple[str, ...]) -> str:
    if len(values) > SHOWN:
        return f"[… {len(values)} entries]"
    if not shape:
        return values[0]
    step = len(values) // shape[0] if shape[0] else 0
    return "[" + ", ".join(_array_text(shape[1:], values[k * step : (k + 1) * step]) for k in range(shape[0])) + "]"


def first_difference(
    field: Field, left: Sequence[Any], right: Sequence[Any], tolerance: float = TOLERANCE
) -> int | None:
    if field.exact:
        return next((k for k, (a, b) in enumerate(zip(left, right, strict=True)) if a != b), None)
    scale = max([1e-3, *(abs(v) for v in left), *(abs(v) for v in right)])
    return next((k for k, (a, b) in enumerate(zip(left, right, strict=True)) if abs(a - b) > tolerance * scale), None)


def example_at(
    instance: Instance,
    axes: Sequence[Index],
    dims: Sequence[Dim],
    tensors: Sequence[Tensor],
    left: Sequence[Any],
    right: Sequence[Any],
    place: int | None = None,
    texts: Sequence[str] | None = None,
) -> Counterexample:
    """The instance as a counterexample, at that place of both arrays or the first where they differ."""
    if place is None:
        place = first_difference(instance.field, left, right) or 0
    spot = place
    cell: list[int] = []
    rest = place
    for axis in reversed(list(axes)):
        rest, k = divmod(rest, instance.size(axis.dim))
        axis_met = instance.thin(axis.dim)
        cell.insert(0, k + 1 if axis_met is None else (*axis_met.own, len(axis_met.own))[min(k, len(axis_met.own))] + 1)
    shown = tuple(
        (t.name, tuple(instance.size(d) for d in t.dims), tuple(_text(v) for v in instance.entries[t]))
        for t in tensors
        if "special" not in t.properties
    )
    sizes = tuple((str(d), instance.size(d)) for d in dims)
    shown_left, shown_right = texts or (_text(left[spot]), _text(right[spot]))
    if isinstance(instance.field, PrimeField):
        shown_right += f", both modulo {PRIME}"
    used = {d for t in tensors for d in t.dims} | {a.dim for a in axes}
    thin = tuple(
        s for d, s in sorted(instance.sizes.items(), key=lambda i: i[0].key) if isinstance(s, Thin) and d in used
    )
    return Counterexample(sizes, shown, tuple(cell), shown_left, shown_right, thin)


def _text(value: Any) -> str:
    if not isinstance(value, (int, Fraction)):
        value = float(value)
        return str(int(value)) if value == int(value) and abs(value) < 1e6 else f"{value:.5g}"
    bits = value.numerator.bit_length() - value.denominator.bit_length()
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > MOST_BITS:  # more than Python writes out
        return f"{'-' if value < 0 else ''}10^{round(bits * math.log10(2))} or so"
    text = str(value)
    return text if len(text) <= 24 else f"{text[:6]}… ({len(text)} digits)"
