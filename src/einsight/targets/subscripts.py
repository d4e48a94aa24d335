"""Indices of terms as axes of arrays: their order, the subscripts that broadcast, the letters of `einsum`."""

from __future__ import annotations

import string
from collections.abc import Iterable, Sequence

from ..terms.dimension import Index
from ..terms.term import Term
from .arguments import refuse


def in_order(indices: Iterable[Index]) -> tuple[Index, ...]:
    return tuple(sorted(indices, key=lambda i: i.key))


def axes_of(term: Term) -> tuple[Index, ...]:
    """The axes of the array that is written for a term."""
    return in_order(term.free)


def subscript(axes: Sequence[Index], own: Sequence[Index]) -> str:
    """What gives an array over `own` axes of length 1 for the others."""
    return f"[{', '.join(':' if a in own else 'None' for a in axes)}]"


def contraction(inputs: Sequence[Sequence[Index]], output: Sequence[Index]) -> str:
    """The subscripts of `einsum`; the libraries know the letters of ASCII only."""
    distinct = list(dict.fromkeys(i for group in inputs for i in group))
    if len(distinct) > len(string.ascii_letters):
        raise refuse(f"a product over {len(distinct)} indices has no code: define its parts under names")
    letters = dict(zip(distinct, string.ascii_letters, strict=False))
    left = ",".join("".join(letters[i] for i in group) for group in inputs)
    return f"{left}->{''.join(letters[i] for i in output)}"
