"""At which sizes a claim is evaluated: what its plan allows."""

from __future__ import annotations

import random
from collections.abc import Sequence

from ..terms.dimension import Dim, Index
from ..terms.term import Tensor, Term
from .cost import COMFORTABLE, MOST, Plan
from .instances import Sizes, sizes_for
from .thin import Thin

# own places of a thin axis, by attempt; each is tried with fewer where that is too much
_OWN = (2, 3, 1, 4)
# no 1: where all axes are that short, too much agrees
_SMALL = (3, 2)
_TRIES = 6
BYTES = 100  # about what an entry takes, as a Python number in a list


class Sizing:
    """Sizes for the attempts at one comparison."""

    def __init__(
        self, terms: Sequence[Term], axes: Sequence[Index], dims: Sequence[Dim], tensors: Sequence[Tensor],
        least: dict[Dim, int], far: int,
    ):  # fmt: skip
        self.dims, self.least, self.far = dims, least, far
        self.plan = Plan(terms, axes, tensors)
        self.cost = self.plan.total({})
        self._memo: dict[int, Sizes | None] = {}
        large = self.cost > COMFORTABLE
        self._thin = self._may_be_thin() if large else ()

    @property
    def too_large(self) -> str:
        """Why no attempt is allowed, in words."""
        numbers = sorted({d.value for d in self.plan.dims if isinstance(d.value, int)})
        size = f" at sizes up to {numbers[-1]}" if numbers and numbers[-1] > 3 else ""
        kept = sorted(d.value for d in self.plan.fixed if isinstance(d.value, int))
        why = "" if not kept else f", and places of an axis of {kept[-1]} count as numbers in it"
        needed = f"about {_rounded(self.cost)} operations and {_rounded(self.cost * BYTES)} bytes"
        return f"one evaluation of it{size} takes {needed}{why}; smaller sizes may show what it says"

    def at(self, attempt: int) -> Sizes | None:
        """Sizes for an attempt; None where none that it may have are cheap enough."""
        if attempt not in self._memo:
            named = sizes_for(self.dims, self.least, attempt, self.far)
            found = self.with_thin(dict(named), attempt)
            if found is None and not self.far:
                found = self._smaller(attempt)
            self._memo[attempt] = found
        return self._memo[attempt]

    def meet_in_full(self) -> None:
        """Let no axis be thin any more: the terms differ in something that shows on none."""
        self._thin = ()
        self._memo.clear()

    def with_thin(self, sizes: Sizes, attempt: int = 0) -> Sizes | None:
        """Some sizes of named dimensions, and thin axes where sizes are numbers; None where that costs too much."""
        if not self._thin:
            return sizes if self.plan.total(sizes) <= MOST else None
        for own in range(_OWN[attempt % 4], 0, -1):
            axes = {d: self._axis(d, own) for d in self._thin}
            found = {**sizes, **{d: a for d, a in axes.items() if a.met < a.size}}
            if self.plan.total(found) <= (COMFORTABLE if own > 1 else MOST):
                return found
        return None

    def _smaller(self, attempt: int) -> Sizes | None:
        """Small sizes by chance, others at each attempt."""
        for again in range(_TRIES):
            generator = random.Random(f"{attempt} {again}")
            sizes = {
                d: max(self.least.get(d, 1), generator.choice(_SMALL if again < _TRIES - 1 else _SMALL[1:]))
                for d in self.dims
            }
            found = self.with_thin(dict(sizes), attempt)
            if found is not None:
                return found
        return None

    def _may_be_thin(self) -> tuple[Dim, ...]:
        """The axes whose size is a number that may stand for many: see `Bounds` in the architecture."""
        plan = self.plan
        numbers = [d for d in plan.dims if isinstance(d.value, int)]
        large = [d for d in numbers if d not in plan.fixed and self._axis(d, 1).rest > self._axis(d, 1).alike]
        # what is alike has a small rank: beside another size a determinant could vanish for that alone
        if any(d.value != 1 and d not in plan.matrices for d in plan.dims) or len(plan.matrices) > 1:
            return () if plan.matrices else tuple(large)
        return tuple(large)

    def _axis(self, dim: Dim, own: int) -> Thin:
        assert isinstance(dim.value, int)
        literal = self.plan.literal.get(dim, set())
        alike = self.plan.width.get(dim, 1) if dim in self.plan.paired else 1
        places = sorted(literal | set(range(own)))
        return Thin(dim.value, tuple(p for p in places if p < dim.value), max(1, alike))


def _rounded(count: int) -> str:
    if count < 10**6:
        return str(count)
    digits = len(str(count)) - 1 if count < 10**4000 else int(count.bit_length() * 0.30103)
    return f"10^{digits}"
