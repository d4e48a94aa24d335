"""Points at which the argument of a piecewise function changes its sign, sought where chance does not find them.

`|tr(P O N)| = tr(P O N)` for positive definite matrices is false, and random points hardly ever show it: the
trace is negative on a small part of the space only.  Starting from random points, small changes that bring the
argument nearer to the other sign are kept until it is crossed.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ..terms import build
from ..terms.dimension import Dim
from ..terms.term import Apply, Bracket, Number, Power, Tensor, Term
from .evaluate import entries
from .fields import Floats, NotInField
from .instances import Instance, Sizes, fill

STARTS, STEPS, SIZES = 6, 60, (2, 2, 1, 3)
# points with entries of either sign that are looked at where such are not sought
PLENTY = 2
_ONE_ARGUMENT = frozenset({"abs", "sign", "relu"})


def thresholds(*terms: Term) -> list[Term]:
    """What the piecewise functions of some terms compare with zero."""
    found: dict[Term, None] = {}
    for term in terms:
        for part in term.walk():
            if isinstance(part, Apply) and part.function in _ONE_ARGUMENT:
                found[part.arguments[0]] = None
            elif isinstance(part, Apply) and part.function in ("max", "min"):
                found[build.subtract(*part.arguments)] = None
            elif isinstance(part, Bracket) and part.relation in "<≤":
                found[build.subtract(part.left, part.right)] = None
            elif isinstance(part, Power) and not _is_whole(part.exponent):
                for inner in part.base.walk():  # sqrt(u^2) is |u|
                    if isinstance(inner, Power) and _is_whole(inner.exponent) and inner.exponent.value % 2 == 0:  # type: ignore[attr-defined]
                        found[inner.base] = None
    return [u for u in found if u.depends]


def _is_whole(term: Term) -> bool:
    return isinstance(term, Number) and term.value.denominator == 1


def crossings(
    argument: Term, dims: Sequence[Dim], tensors: Sequence[Tensor], least: dict[Dim, int],
    values: Callable[[str], Callable[..., float] | None], allowed: Callable[[Sizes], Sizes | None],
) -> Iterator[Instance]:  # fmt: skip
    """Points of either sign of the argument, the rarer one sought; nothing where it is not found.

    `allowed` makes sizes those at which it may be evaluated, if there are such.
    """
    axes = sorted(argument.free, key=lambda i: i.key)
    own = [t for t in tensors if t in argument.depends]
    field, both = Floats(values), 0
    for start in range(STARTS):
        if both == PLENTY:
            return  # chance finds them
        generator = random.Random(start)
        sizes = allowed({d: max(SIZES[start % len(SIZES)] + k % 2, least.get(d, 1)) for k, d in enumerate(dims)})
        if sizes is None:
            continue
        point = _Point(field, sizes, tensors, start, generator)
        first = _signed(argument, axes, point.instance)
        if first is None:
            continue
        if min(first) < 0 < max(first):
            both += 1
            yield point.instance
            continue
        wanted = -1 if max(first) > 0 else 1
        best = min(-wanted * v for v in first)
        for _ in range(STEPS):
            # where only proportions count, shrinking would lead nowhere: every other start keeps sizes
            moved = point.moved(generator, own, free=start % 2 == 0)
            new = _signed(argument, axes, moved.instance)
            if new is None:
                continue
            nearest = min(-wanted * v for v in new)
            if nearest < best:
                point, best = moved, nearest
            if best < 0:
                yield point.instance
                break


def _signed(argument: Term, axes: Sequence[Any], instance: Instance) -> list[float] | None:
    try:
        return entries(argument, instance, axes)
    except (NotInField, RecursionError):
        return None


class _Point:
    """An instance, and the numbers that it was drawn from."""

    def __init__(
        self, field: Floats, sizes: Sizes, tensors: Sequence[Tensor], variant: int, generator: random.Random,
        raw: dict[Tensor, list[float]] | None = None,
    ):  # fmt: skip
        self.field, self.sizes, self.tensors, self.variant = field, sizes, tensors, variant
        self.raw = raw or {}
        self.instance = Instance(field, sizes)
        for tensor in tensors:
            known = iter(self.raw.get(tensor, ()))
            drawn: list[float] = []

            def draw(positive: bool, known: Iterator[float] = known, drawn: list[float] = drawn) -> float:
                value = next(known, None)
                if value is None:
                    value = generator.gauss(0, 1)
                drawn.append(value)
                return abs(value) + 1e-9 if positive else value

            fill(self.instance, [tensor], draw, variant)
            self.raw[tensor] = drawn

    def moved(self, generator: random.Random, tensors: Sequence[Tensor], free: bool) -> _Point:
        """A point near by, or not so near, in one of the tensors; `free` lets its size change too."""
        tensor = generator.choice(list(tensors))
        old = self.raw[tensor]
        size = (sum(v * v for v in old) / max(1, len(old))) ** 0.5 or 1.0
        step = generator.choice((0.1, 0.4, 1.5)) * size
        new = [v + generator.gauss(0, step) for v in old]
        if free:
            factor = generator.choice((1.0, 1.0, 0.3, 3.0))
        else:
            factor = size / ((sum(v * v for v in new) / max(1, len(new))) ** 0.5 or 1.0)
        return _Point(
            self.field,
            self.sizes,
            self.tensors,
            self.variant,
            generator,
            {**self.raw, tensor: [v * factor for v in new]},
        )
