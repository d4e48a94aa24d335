"""Rows and columns of derivatives, and dimensions that are products and sums of others."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .slots import ONE, Dim


def laid_out(of: tuple, inside: tuple, layout: str, is_number: Callable[[tuple], bool]) -> tuple:
    """Rows and columns of a derivative of something of one shape in something of another; of more than two axes as that of its vec."""
    if is_number(inside):
        turned = layout == "denominator" and not is_number(of)
        return (of[1], of[0]) if turned else of
    if is_number(of):
        return (inside[1], inside[0]) if layout == "numerator" else inside
    is_vector = [1 if ONE in map(str, shape) else 0 for shape in (of, inside)]
    out, into = (_length(s) if v else times(s[1], s[0]) for s, v in zip((of, inside), is_vector, strict=True))
    if layout == "denominator" and all(is_vector):
        return into, out
    return out, into


def _length(shape: tuple) -> object:
    return shape[0] if str(shape[1]) == ONE else shape[1]


def times(left: object, right: object) -> object:
    if left == ONE:
        return right
    return left if right == ONE else ("*", left, right)


def sum_of(dims: Sequence[Dim]) -> Dim:
    found = dims[0]
    for dim in dims[1:]:
        found = ("+", found, dim)
    return found
