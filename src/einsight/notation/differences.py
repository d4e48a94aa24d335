"""Differences of neighbours: `∑_i φ(x_{i+1} - x_i)` has the gradient `D' φ'(D x)`, where `D` takes the differences.

Along an axis such a gradient is `f_{i-1} [i ≥ 2] - f_i [i < n]`, where `f` holds differences alone.

Source: L. I. Rudin, S. Osher, E. Fatemi, Nonlinear total variation based noise removal algorithms, Physica D 60 (1992).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from ..rules.engine import BudgetExceeded, MissingRule, normal_form
from ..terms import build
from ..terms.dimension import Index, Shift
from ..terms.term import Component, Delta, Product, Sum, Tensor, Term
from ..terms.walk import map_parts
from .array_text import NoForm

LETTERS = "DEFG"


def with_differences(
    term: Term, ends: Sequence[Index], is_free: Callable[[str], bool]
) -> tuple[Term, list[Tensor]] | None:
    """The term with matrices that take differences along its axes, each defined by its entries; None where there are none."""
    letters = [c for c in LETTERS if is_free(c) and c not in {t.name for t in term.depends}]
    left = [_contracted(t, ends) for t in _summands(term)]
    found: list[Term] = []
    tensors: list[Tensor] = []
    try:
        for index in ends:
            first = [t for t in left if _is_in(t, _before_last(index))]
            second = [t for t in left if _is_in(t, _after_first(index))]
            if not first or not second:
                continue
            inner = build.negate(build.add(*(_without(t, _before_last(index)) for t in first)))
            outer = build.add(*(_without(t, _after_first(index)) for t in second))
            if not letters or normal_form(build.subtract(outer, _moved(inner, index, index, -1))) is not build.ZERO:
                return None
            tensors.append(_differences(letters.pop(0), index))
            found.append(_differentiated(inner, index, tensors[-1]))
            left = [t for t in left if t not in first and t not in second]
    except (BudgetExceeded, MissingRule, NoForm):
        return None
    return (build.add(*found, *left), tensors) if found else None


def differences_text(tensor: Tensor, letters: Sequence[str]) -> str:
    """`D_ij = …`, with letters for the two indices."""
    i, j = letters
    return f"{tensor.name}_{i}{j} = [{i} < {tensor.dims[0]}] ([{j} = {i} + 1] - δ_{i}{j})"


def _differences(letter: str, index: Index) -> Tensor:
    """The square matrix that takes the differences along an axis, whose last row is 0."""
    i, j = build.fresh_index(index.dim), build.fresh_index(index.dim)
    entry = build.subtract(build.delta(j, Shift(((i, 1),), 1, index.dim)), build.delta(i, j))
    return Tensor(
        letter, (index.dim, index.dim), frozenset(), build.abstraction((i, j), build.product([_before_last(i), entry]))
    )


def _summands(term: Term) -> Iterator[Term]:
    """Those of a sum, also of one that numbers stand before."""
    if isinstance(term, Sum):
        for part in term.terms:
            yield from _summands(part)
        return
    if isinstance(term, Product):
        factors, dummies = build.open_product(term)
        sums = [f for f in factors if isinstance(f, Sum) and f.free]
        if len(sums) == 1 and not dummies and all(f is sums[0] or not f.free for f in factors):
            rest = [f for f in factors if f is not sums[0]]
            for part in sums[0].terms:
                yield from _summands(build.product([*rest, part]))
            return
    yield term


def _contracted(term: Term, ends: Sequence[Index]) -> Term:
    """`∑_k δ_{i,k+1} [k < n] f_k` as `[i ≥ 2] f_{i-1}`, and `∑_k δ_{i,k-1} [k ≥ 2] f_k` alike; `f` may have no value beyond the axis."""
    factors, dummies = _factors(term)
    for delta in (f for f in factors if isinstance(f, Delta)):
        for index in (e for e in ends if e in delta.free):
            for dummy in (d for d in dummies if d in delta.free):
                for step, own, new in ((1, _before_last, _after_first), (-1, _after_first, _before_last)):
                    is_step = build.delta(index, Shift(((dummy, 1),), step, dummy.dim)) is delta
                    if is_step and own(dummy) in factors:
                        rest = [f for f in factors if f is not delta and f is not own(dummy)]
                        moved = [_moved(f, dummy, index, -step) for f in rest]
                        return build.product([new(index), *moved], [d for d in dummies if d is not dummy])
    return term


def _moved(term: Term, index: Index, to: Index, step: int) -> Term:
    return build.substitute(term, {index: Shift(((to, 1),), step, to.dim)})


def _before_last(index: Index) -> Term:
    return build.bracket("<", build.position(index), build.size(index.dim))


def _after_first(index: Index) -> Term:
    return build.bracket("≤", build.number(2), build.position(index))


def _factors(term: Term) -> tuple[tuple[Term, ...], tuple[Index, ...]]:
    return build.open_product(term) if isinstance(term, Product) else ((term,), ())


def _is_in(term: Term, bracket: Term) -> bool:
    return bracket in _factors(term)[0]


def _without(term: Term, bracket: Term) -> Term:
    factors, dummies = _factors(term)
    return build.product([f for f in factors if f is not bracket], dummies)


def _differentiated(term: Term, index: Index, matrix: Tensor) -> Term:
    """`∑_k D_ki f_k` of a term `f_i` in which one tensor stands as differences along the index alone.  Raises NoForm."""
    shifted = next(
        (c for c in term.walk() if isinstance(c, Component) and any(isinstance(s, Shift) for s in c.indices)), None
    )
    if shifted is None:
        raise NoForm
    tensor = shifted.tensor
    place = next(k for k, s in enumerate(shifted.indices) if isinstance(s, Shift))
    difference = Tensor(f"{matrix.name}·{tensor.name}", tensor.dims)
    here = tuple(index if k == place else s for k, s in enumerate(shifted.indices))

    def put(part: Term) -> Term:
        if part is shifted:
            return build.add(build.component(tensor, here), build.component(difference, here))
        return map_parts(part, put)

    def spell(part: Term) -> Term:
        if isinstance(part, Component) and part.tensor is difference:
            other = build.fresh_index(index.dim)
            slots = tuple(other if k == place else s for k, s in enumerate(part.indices))
            factors = [build.component(matrix, (part.indices[place], other)), build.component(tensor, slots)]
            return build.product(factors, [other])
        return map_parts(part, spell)

    found = normal_form(put(term))
    if tensor in found.depends:
        raise NoForm
    row = build.fresh_index(index.dim)
    whole = build.substitute(spell(found), {index: row})
    return build.product([build.component(matrix, (row, index)), whole], [row])
