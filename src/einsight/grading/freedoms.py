"""Freedoms that a question grants: an answer may be right up to its sign, a factor, a constant.

Nothing is fitted to points.  An answer A is the reference R times a number where A(x) R(y) = R(x) A(y) for all x and y, and differs
from it by a constant where A(x) - R(x) = A(y) - R(y); both are equations that are compared as any other.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..deriving.readback import function_value
from ..judging.comparison import Comparison
from ..meaning.equality import are_equal, compare
from ..terms import build
from ..terms.dimension import Index, fresh_index
from ..terms.term import Tensor, Term
from ..terms.walk import replace_tensors

SIGN, FACTOR, CONSTANT = "sign", "factor", "constant"
WORDS = {SIGN: "the sign", FACTOR: "a constant factor", CONSTANT: "a constant"}


def freedom_of(pair: Comparison, granted: Sequence[str], variable: str | None = None) -> tuple[str, ...]:
    """The freedoms that make an answer right, of those that are granted; none where they do not.

    `variable` is what a constant must not depend on; without one it is all that the reference depends on.
    """
    left, right = pair.reduced()
    axes = tuple(dict.fromkeys((*pair.left_value.order, *pair.right_value.order, *pair.left_value.plain_axes)))
    names = left.depends | right.depends
    if not granted or any(t.definition is not None for t in names):
        return ()
    used: tuple[str, ...] = ()
    if CONSTANT in granted:
        varied = [t for t in (left.depends if variable is None else names) if variable in (None, t.name)]
        if not varied:
            return ()
        left, right, used = _change(left, varied), _change(right, varied), (CONSTANT,)
        if are_equal(left, right, axes, function_value):
            return used
    if SIGN in granted and are_equal(left, build.negate(right), axes, function_value):
        return (*used, SIGN)
    if FACTOR in granted and _is_multiple(left, right, axes):
        return (*used, FACTOR)
    return ()


def _elsewhere(term: Term, tensors: Sequence[Tensor]) -> Term:
    """The term at another point: those tensors have other values in it."""
    return replace_tensors(term, {t: Tensor(f"{t.name}″", t.dims, t.properties) for t in tensors})


def _change(term: Term, tensors: Sequence[Tensor]) -> Term:
    return build.subtract(term, _elsewhere(term, tensors))


def _is_multiple(left: Term, right: Term, axes: Sequence[Index]) -> bool:
    """Is one the other times a number that is not 0?"""
    for term in (left, right):
        if compare(term, build.ZERO, axes, function_value, example=False).equal is not False:
            return False
    others = tuple(fresh_index(a.dim) for a in axes)
    tensors = sorted(left.depends | right.depends, key=lambda t: t.key)
    there = [build.substitute(_elsewhere(t, tensors), dict(zip(axes, others, strict=True))) for t in (left, right)]
    return are_equal(
        build.product([left, there[1]]), build.product([right, there[0]]), (*axes, *others), function_value
    )
