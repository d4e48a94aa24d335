"""Where an entry is the largest: `[max_l(u_l) ≤ u_k]`, the derivative of a largest entry, is known by what it compares.

Both sides are then computed from the same numbers: computed apart, they would differ by rounding at the largest entry itself.
"""

from __future__ import annotations

import itertools

from . import build
from .dimension import Index
from .term import Bracket, Operator


def compared_with_largest(term: Bracket) -> tuple[Index, ...] | None:
    """The indices along which the right side runs, where the left is the largest entry of that; None for other brackets."""
    left, right = term.left, term.right
    if term.relation != "≤" or not isinstance(left, Operator) or left.name != "max":
        return None
    (function,) = left.arguments
    candidates = sorted(right.free, key=lambda i: i.key)
    for slots in itertools.permutations(candidates, len(function.params)):
        fits = all(s.dim is p.dim for s, p in zip(slots, function.params, strict=True))
        if fits and build.instantiate(function, slots) is right:
            return slots
    return None
