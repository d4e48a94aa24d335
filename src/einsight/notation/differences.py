"""Differences of neighbours: `∑_i φ(x_{i+1} - x_i)` has the gradient `D' φ'(D x)`, where `D` takes the differences.

Along an axis such a gradient is `f_{i-1} [i ≥ 2] - f_i [i < n]`, where `f` holds differences alone.

Source: L. I. Rudin, S. Osher, E. Fatemi, Nonlinear total variation based noise removal algorithms, Physica D 60 (1992).
"""

from __future__ import annotations

import re

from ..rules.engine import BudgetExceeded, MissingRule, normal_form
from ..terms import build
from ..terms.dimension import Index, Shift
from ..terms.term import Component, Product, Sum, Tensor, Term
from ..terms.walk import map_parts
from .array_text import Array, NoForm, flip, product, symbol, total
from .raising import raise_term

LETTERS = "DEFG"


def difference_form(term: Term, rows: Index | None, columns: Index | None) -> str:
    """The matrix of a term that is made of differences along its axes, with their definitions behind it.  Raises NoForm."""
    taken = {t.name for t in term.depends}
    letters = [c for c in LETTERS if c not in taken]
    left = list(term.terms) if isinstance(term, Sum) else []
    found: list[tuple[Array, str, str, str]] = []
    bindings: list[str] = []
    for index in (rows, columns):
        if index is None or not left:
            continue
        first = [t for t in left if _is_in(t, index, _before_last(index))]
        second = [t for t in left if _is_in(t, index, _after_first(index))]
        if not first and not second:
            continue
        inner = build.negate(build.add(*(_without(t, _before_last(index)) for t in first)))
        outer = build.add(*(_without(t, _after_first(index)) for t in second))
        shifted = build.substitute(inner, {index: Shift(((index, 1),), -1, index.dim)})
        try:
            if not letters or normal_form(build.subtract(outer, shifted)) is not build.ZERO:
                raise NoForm
            letter = letters.pop(0)
            found.append(_differentiated(inner, index, rows, columns, letter))
        except (BudgetExceeded, MissingRule) as unknown:
            raise NoForm from unknown
        i, j = ("ij", "kl")[len(bindings)]  # the indices of each binding have sizes of their own
        bindings.append(f"{letter}_{i}{j} = [{i} < {index.dim}] ([{j} = {i} + 1] - δ_{i}{j})")
        left = [t for t in left if t not in first and t not in second]
    if left or not found:
        raise NoForm
    text = total([f[0] for f in found]).text
    for _, name, plain, turned in found:
        text = _put(text, name, plain, turned)
    return f"{text} where {', '.join(bindings)}"


def _before_last(index: Index) -> Term:
    return build.bracket("<", build.position(index), build.size(index.dim))


def _after_first(index: Index) -> Term:
    return build.bracket("≤", build.number(2), build.position(index))


def _factors(term: Term) -> tuple[tuple[Term, ...], tuple[Index, ...]]:
    return build.open_product(term) if isinstance(term, Product) else ((term,), ())


def _is_in(term: Term, index: Index, bracket: Term) -> bool:
    return bracket in _factors(term)[0]


def _without(term: Term, bracket: Term) -> Term:
    factors, dummies = _factors(term)
    return build.product([f for f in factors if f is not bracket], dummies)


def _differentiated(
    term: Term, index: Index, rows: Index | None, columns: Index | None, letter: str
) -> tuple[Array, str, str, str]:
    """The array beside its `D`, of a term in which one tensor stands as differences along the index alone.

    What those differences are called in it comes behind it, with what that stands for and its transpose.
    """
    shifted = next(
        (c for c in term.walk() if isinstance(c, Component) and any(isinstance(s, Shift) for s in c.indices)), None
    )
    if shifted is None:
        raise NoForm
    tensor = shifted.tensor
    place = next(k for k, s in enumerate(shifted.indices) if isinstance(s, Shift))
    difference = Tensor(f"{tensor.name}{letter}", tensor.dims)
    here = tuple(index if k == place else s for k, s in enumerate(shifted.indices))

    def put(part: Term) -> Term:
        if part is shifted:
            return build.add(build.component(tensor, here), build.component(difference, here))
        return map_parts(part, put)

    found = normal_form(put(term))
    if tensor in found.depends:
        raise NoForm
    array, side = raise_term(found, rows, columns), symbol(letter)
    whole = product([flip(side), array] if index is rows else [array, side])
    name = tensor.name
    texts = (f"{letter} {name}", f"{name}' {letter}'") if place == 0 else (f"{name} {letter}'", f"{letter} {name}'")
    return whole, difference.name, *texts


def _put(text: str, name: str, plain: str, turned: str) -> str:
    """What a name stands for, in brackets but within those of a call and among the factors of a product."""
    for mark, whole in (("'", turned), ("", plain)):
        text = text.replace(f"({name}{mark})", f"({whole})")
        text = re.sub(rf"(?<![⊙/^] )(?<!⊗ )\b{name}{mark}(?= [A-Z]\b|$|\)| [+-])(?!')", whole, text)
        text = re.sub(rf"\b{name}{mark}(?!')", f"({whole})", text)
    return text
