"""What has two indices and no matrix form becomes a matrix with a name: `2 (K - diag(K ones(n))) X where K_ij = exp(-∑_k (X_ik - X_jk)^2)`.

Kernels between the rows of a matrix, sequences whose index is the difference of two others (a convolution is by a Toeplitz matrix).
Two such parts that differ in which index stands first are one matrix and its transpose, and one that is equal to its transpose is
symmetric: values say so, and whoever shows a form reads it back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

from ..meaning.equality import agree
from ..rules.catalogue import catalogue
from ..terms import build
from ..terms.dimension import Index, Shift, linear_slot
from ..terms.term import Component, Product, Sum, Tensor, Term
from ..terms.walk import map_parts
from .array_text import NoForm
from .differences import LETTERS, differences_text, with_differences
from .index_form import index_form
from .raising import raise_term

# of what repeats along diagonals, and of others
_TOEPLITZ, _KERNELS = "THMQ", "KMHQR"
MOST_NAMES, MOST_TERMS, DEEPEST = 3, 12, 3


def with_entries(
    term: Term, rows: Index | None, columns: Index | None, is_free: Callable[[str], bool]
) -> tuple[Term, list[Tensor]] | None:
    """The term with tensors for such parts, each defined by its entries; None where that gives it no matrix form either."""
    naming = _Naming(is_free, {t.name for t in term.depends})
    ends = [i for i in (rows, columns) if i is not None]
    try:
        differences = with_differences(term, ends, is_free) if _has_shift(term) else None
        if differences is not None:
            term, naming.tensors = differences
        whole = naming.put(term)
        raise_term(whole, rows, columns)
    except NoForm:
        return None
    parts = whole.factors if isinstance(whole, Product) and not whole.bound else (whole,)
    told = [p for p in parts if p.free or not p.depends.isdisjoint(naming.tensors)]
    # a name alone says less than its entries do
    return (
        (whole, naming.tensors) if naming.tensors and not (len(told) == 1 and isinstance(told[0], Component)) else None
    )


def entries_texts(tensors: Sequence[Tensor], letters: Sequence[str]) -> Iterator[str]:
    """`K_ij = …` for each, with the first of some letters, of which as few are taken as conform."""
    place = 0
    for tensor in tensors:
        ends = letters[place : place + 2]
        yield differences_text(tensor, ends) if tensor.name in LETTERS else _entries_text(tensor, ends)
        assert tensor.definition is not None
        if _has_shift(tensor.definition.body):
            place += 2  # nothing but its name says how far an index runs that stands in a difference


def _entries_text(tensor: Tensor, letters: Sequence[str]) -> str:
    """With two letters for its indices, of which the first stands first where they can be exchanged."""
    assert tensor.definition is not None
    params, body = build.open_abstraction(tensor.definition)
    orders = (letters, letters[::-1]) if tensor.is_symmetric else (letters,)
    texts = [index_form(body, dict(zip(params, order, strict=True))) for order in orders]
    first, second = (re.compile(rf"(?<=[_{{\W]){c}(?=[^\W_]?[\W_])") for c in letters)
    text = min(texts, key=lambda t: [m.start() if (m := p.search(t)) else 0 for p in (first, second)])
    return f"{tensor.name}_{''.join(letters)} = {text}"


class _Naming:
    """The tensors that have been given to parts of a term."""

    def __init__(self, is_free: Callable[[str], bool], taken: set[str]):
        self.is_free, self.taken = is_free, taken
        self.tensors: list[Tensor] = []

    def put(self, term: Term, depth: int = DEEPEST) -> Term:
        """The term with names for what has no form.  Raises NoForm."""
        if isinstance(term, Sum):
            return build.add(*(self.put(t, depth) for t in term.terms))
        free = sorted(term.free, key=lambda i: i.key)
        if len(free) <= 2 and _has_form(term, free):
            return term
        if isinstance(term, Product):
            factors, dummies = build.open_product(term)
            wide = next((f for f in factors if isinstance(f, Sum) and len(f.free) > 2), None)
            if wide is not None and depth and len(wide.terms) <= MOST_TERMS:
                rest = [f for f in factors if f is not wide]
                return build.add(*(self.put(build.product([*rest, t], dummies), depth - 1) for t in wide.terms))
            inner = _inner_sum(factors, dummies)
            if inner is not None:
                index, group = inner
                others = [f for f in factors if f not in group]
                part = build.product(group, [index])
                rest_of = [d for d in dummies if d is not index]
                return self.put(build.product([*others, self.put(part, depth)], rest_of), depth)
            if all(len(f.free) <= 2 for f in factors):
                return build.product([self.put(f, depth) for f in factors], dummies)
        if len(free) == 2:
            return self.name(term, free)
        return map_parts(term, lambda part: self.put(part, depth)) if len(free) < 2 else term

    def name(self, term: Term, free: Sequence[Index]) -> Term:
        """A component of the tensor for a part over two indices, times the numbers in it.  Raises NoForm."""
        if isinstance(term, Product):
            factors, dummies = build.open_product(term)
            scalars = [f for f in factors if not f.free]
            if scalars:
                rest = build.product([f for f in factors if f.free], dummies)
                return build.product([*scalars, self.name(rest, free)])
        if any(isinstance(part, Component) and len(part.indices) > 2 for part in term.walk()):
            raise NoForm
        first, second = free
        slots = next((s for s in term.slots() if isinstance(s, Shift)), None)
        if slots is not None and dict(linear_slot(slots)[0]).get(first, 0) < 0:
            first, second = second, first
        for tensor in self.tensors:
            for ends in ((first, second), (second, first)):
                if tuple(e.dim for e in ends) == tensor.dims:
                    known = build.component(tensor, ends)
                    assert tensor.definition is not None
                    if _same(build.instantiate(tensor.definition, ends), term, ends):
                        return known
        letters = _TOEPLITZ if isinstance(term, Component) else _KERNELS
        letter = next((c for c in letters if c not in self.taken and self.is_free(c)), None)
        if letter is None or len(self.tensors) == MOST_NAMES:
            raise NoForm
        self.taken.add(letter)
        properties: frozenset[str] = frozenset()
        if first.dim is second.dim:
            turned = build.substitute(term, {first: second, second: first})
            if turned is term or _same(turned, term, (first, second)):
                properties = frozenset({"symmetric"})
        definition = build.abstraction((first, second), term)
        tensor = Tensor(letter, (first.dim, second.dim), properties, definition)
        self.tensors.append(tensor)
        return build.component(tensor, (first, second))


def _inner_sum(factors: Sequence[Term], dummies: Sequence[Index]) -> tuple[Index, list[Term]] | None:
    """A summed index with the factors that hold it, if one of them has a third index, and they two others at most."""
    for index in dummies:
        group = [f for f in factors if index in f.free]
        free = frozenset().union(*(f.free for f in group))
        if len(free) == 3 and len(group) < len(factors) and any(len(f.free) == 3 for f in group):
            return index, group
    return None


def _has_shift(term: Term) -> bool:
    return any(isinstance(s, Shift) for part in term.walk() for s in part.slots())


def _has_form(term: Term, free: Sequence[Index]) -> bool:
    with suppress(NoForm):
        raise_term(term, *(*free, None, None)[:2])
        return True
    return False


def _same(left: Term, right: Term, axes: Sequence[Index]) -> bool:
    return left is right or agree(left, right, axes, catalogue().value)
