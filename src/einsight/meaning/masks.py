"""Products with an index bracket, whose other factors may have no value where it is 0: `[i ≠ k]/|x_i - x_k|`."""

from __future__ import annotations

from collections.abc import Sequence

from ..terms import build
from ..terms.term import Apply, Bracket, Number, Position, Power, Term


def finite_where_masked(factors: Sequence[Term]) -> list[Term] | None:
    """`[i ≠ k]/|x_i - x_k|` with a divisor that is no 0 where the bracket is; None for factors that stay.

    The product is the same: it is 0 there whatever the divisor, and 0 times an infinity is no number.
    """
    masks = [
        f for f in factors if isinstance(f, Bracket) and isinstance(f.left, Position) and isinstance(f.right, Position)
    ]
    if not masks:
        return None
    whole = build.product(masks)
    outside = build.add(build.ONE, build.negate(whole))

    def finite(term: Term) -> Term:
        if not (whole.free & term.free) or isinstance(term, Bracket):
            return term
        if isinstance(term, Power) and isinstance(term.exponent, Number) and term.exponent.value < 0:
            return build.power(build.add(term.base, outside), term.exponent)
        if isinstance(term, Apply) and term.function == "log":
            return build.apply("log", build.add(term.arguments[0], outside))
        return term

    changed = [finite(f) for f in factors]
    return None if all(a is b for a, b in zip(changed, factors, strict=True)) else changed
