"""What the names and indices of a pattern stand for in a term.

A name that is no function matches any term; a product matches inside a larger one, whatever the order of its factors; special
tensors stand for themselves.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from ..terms import build
from ..terms.dimension import Index, Slot
from ..terms.term import Abstraction, Apply, Component, Delta, Derivative, Operator, Power, Product, Sum, Tensor, Term
from .rule import ANTISYMMETRIC


@dataclass(frozen=True)
class Binding:
    """What the indices and names of a pattern stand for."""

    indices: dict[Index, Slot] = field(default_factory=dict)
    tensors: dict[Tensor, Abstraction] = field(default_factory=dict)
    sign: int = 1  # of the indices of antisymmetric special tensors, as they had to be put in order

    def index(self, pattern: Slot, slot: Slot) -> Binding | None:
        if not isinstance(pattern, Index):
            return self if pattern == slot else None
        known = self.indices.get(pattern)
        if known is None:
            return Binding({**self.indices, pattern: slot}, self.tensors, self.sign)
        return self if known is slot else None

    def tensor(self, pattern: Tensor, value: Abstraction) -> Binding | None:
        known = self.tensors.get(pattern)
        if known is None:
            return Binding(self.indices, {**self.tensors, pattern: value}, self.sign)
        return self if known is value else None


def match_whole(pattern: Term, term: Term) -> Iterator[tuple[Binding, tuple[Term, ...], tuple[Index, ...]]]:
    """Matches of a pattern, and what of a larger product or none is left over."""
    if isinstance(pattern, Product):
        is_summed = isinstance(term, Product) and (term.bound or not pattern.bound)  # as what it binds must be
        if isinstance(term, Product) and is_summed and _has_the_heads(pattern, term):
            factors, dummies = build.open_product(term)
            yield from _match_product(pattern, factors, dummies, Binding())
    else:
        for binding in _match(pattern, term, Binding()):
            yield binding, (), ()


def _has_the_heads(pattern: Term, term: Term) -> bool:
    """Has a product or sum enough parts of each kind that the pattern has?  That is cheap, and mostly false."""
    present = _kinds(term)
    wanted = _kinds(pattern).items()
    return not [kind for kind, count in wanted if present.get(kind, 0) < count and kind is not Component]


def _kinds(term: Term) -> dict[object, int]:
    """How many parts there are of each head, of functions by name."""
    known = term.memo.get("kinds")
    if known is None:
        known = Counter([part.function if isinstance(part, Apply) else type(part) for part in term.children()])
        term.memo["kinds"] = known
    return known


def _match(pattern: Term, term: Term, binding: Binding) -> Iterator[Binding]:
    if isinstance(pattern, Component):
        if _is_special(pattern):
            yield from _match_special(pattern, term, binding)
        else:
            yield from _match_variable(pattern, term, binding)
    elif isinstance(pattern, Product):
        if isinstance(term, Product):
            factors, dummies = build.open_product(term)
            for found, rest, unused in _match_product(pattern, factors, dummies, binding):
                if not rest and not unused:
                    yield found
    elif type(pattern) is not type(term):
        return
    elif isinstance(pattern, Delta) and isinstance(term, Delta):
        for left, right in ((term.left, term.right), (term.right, term.left)):
            first = binding.index(pattern.left, left)
            second = first.index(pattern.right, right) if first else None
            if second:
                yield second
    elif isinstance(pattern, Apply) and isinstance(term, Apply):
        if pattern.function == term.function and len(pattern.arguments) == len(term.arguments):
            yield from _match_all(pattern.arguments, term.arguments, binding)
    elif isinstance(pattern, Power) and isinstance(term, Power):
        yield from _match_all((pattern.base, pattern.exponent), (term.base, term.exponent), binding)
    elif isinstance(pattern, Operator) and isinstance(term, Operator):
        yield from _match_operator(pattern, term, binding)
    elif isinstance(pattern, Derivative) and isinstance(term, Derivative):
        yield from _match_derivative(pattern, term, binding)
    elif isinstance(pattern, Sum) and isinstance(term, Sum):
        if len(pattern.terms) == len(term.terms) and _has_the_heads(pattern, term):
            for order in itertools.permutations(term.terms):
                yield from _match_all(pattern.terms, order, binding)
    elif pattern is term:
        yield binding


def _match_all(patterns: tuple[Term, ...], terms: tuple[Term, ...], binding: Binding) -> Iterator[Binding]:
    if not patterns:
        yield binding
        return
    for found in _match(patterns[0], terms[0], binding):
        yield from _match_all(patterns[1:], terms[1:], found)


def _is_special(term: Component) -> bool:
    return "special" in term.tensor.properties


def _match_special(pattern: Component, term: Term, binding: Binding) -> Iterator[Binding]:
    """A special tensor, such as `ε_ijk`, stands for itself alone, with its indices in any order where it is antisymmetric."""
    if not isinstance(term, Component) or term.tensor is not pattern.tensor:
        return
    orders: Iterable[tuple[int, ...]] = [tuple(range(len(term.indices)))]
    if ANTISYMMETRIC in term.tensor.properties:
        orders = itertools.permutations(range(len(term.indices)))
    for order in orders:
        found: Binding | None = replace(binding, sign=binding.sign * _sign(order))
        for mine, place in zip(pattern.indices, order, strict=True):
            found = found.index(mine, term.indices[place]) if found else None
        if found:
            yield found


def _sign(order: tuple[int, ...]) -> int:
    """Of a permutation."""
    swaps = sum(a > b for k, a in enumerate(order) for b in order[k + 1 :])
    return -1 if swaps % 2 else 1


def _match_variable(pattern: Component, term: Term, binding: Binding) -> Iterator[Binding]:
    """A name matches any term; its indices are bound first, to the term's free ones."""
    places: list[Slot]
    choices: Iterator[tuple[Slot, ...]]
    open_places = [s for s in pattern.indices if isinstance(s, Index) and s not in binding.indices]
    own = term.indices if isinstance(term, Component) and len(term.indices) == len(pattern.indices) else None
    if own is not None:
        choices = iter([own])
        places = list(pattern.indices)
    else:
        free: list[Index] = sorted(term.free, key=lambda i: i.key)
        choices = itertools.permutations(free, len(open_places))
        places = list(open_places)
    for choice in choices:
        found: Binding | None = binding
        for mine, slot in zip(places, choice, strict=True):
            found = found.index(mine, slot) if found else None
        if found is None:
            continue
        slots = [found.indices.get(s, s) if isinstance(s, Index) else s for s in pattern.indices]
        if len(set(map(str, slots))) == len(slots) and all(isinstance(s, Index) for s in slots):
            value = build.abstraction([s for s in slots if isinstance(s, Index)], term)
            bound = found.tensor(pattern.tensor, value)
        else:  # a component that is named twice, as in a trace: only what is bound already can match
            known = found.tensors.get(pattern.tensor)
            bound = found if known and build.instantiate(known, slots) is term else None
        if bound is not None:
            yield bound


def _match_operator(pattern: Operator, term: Operator, binding: Binding) -> Iterator[Binding]:
    if pattern.name != term.name or len(pattern.indices) != len(term.indices):
        return
    found: Binding | None = binding
    for place, slot in zip(pattern.indices, term.indices, strict=True):
        found = found.index(place, slot) if found else None
    for mine, other in zip(pattern.arguments, term.arguments, strict=True):
        inner = mine.body
        if found and isinstance(inner, Component) and inner.indices == mine.params:
            found = found.tensor(inner.tensor, other)
        elif mine is not other:
            return
    if found:
        yield found


def _match_derivative(pattern: Derivative, term: Derivative, binding: Binding) -> Iterator[Binding]:
    if len(pattern.indices) != len(term.indices):
        return
    variable = build.component(term.tensor, term.indices)
    wanted = build.component(pattern.tensor, pattern.indices)
    for found in _match(wanted, variable, binding):
        yield from _match(pattern.body, term.body, found)


def _match_product(
    pattern: Product, factors: tuple[Term, ...], dummies: tuple[Index, ...], binding: Binding
) -> Iterator[tuple[Binding, tuple[Term, ...], tuple[Index, ...]]]:
    opened = build.open_product(pattern)
    try:
        yield from _match_opened(*opened, factors, dummies, binding)
    finally:
        build.give_back(pattern, opened)  # what was found holds none of these names


def _match_opened(
    mine: tuple[Term, ...],
    bound: tuple[Index, ...],
    factors: tuple[Term, ...],
    dummies: tuple[Index, ...],
    binding: Binding,
) -> Iterator[tuple[Binding, tuple[Term, ...], tuple[Index, ...]]]:
    # a name under a summed index takes all that is left with that index, so it comes last
    sinks = [f for f in mine if isinstance(f, Component) and not f.free.isdisjoint(bound) and not _is_special(f)]
    firm = [f for f in mine if f not in sinks] if len(sinks) == 1 and len(mine) > 1 else list(mine)
    sink = sinks[0] if len(firm) < len(mine) else None
    for found, rest in _match_factors(firm, list(factors), binding):
        final: Binding | None = found
        left = rest
        if sink is not None:
            ends = {found.indices.get(i) for i in sink.free if i in bound}
            taken = [f for f in rest if not ends.isdisjoint(f.free)]
            left = [f for f in rest if f not in taken]
            final = next(_match_variable(sink, build.product(taken), found), None)
        if final is None:
            continue
        images = [final.indices.get(b) for b in bound]
        summed = all(i in dummies and not any(i in f.free for f in left) for i in images)  # type: ignore[operator]
        outside = [s for i, s in final.indices.items() if i not in bound]
        if summed and not any(i in outside for i in images):
            yield final, tuple(left), tuple(d for d in dummies if d not in images)


def _match_factors(patterns: list[Term], factors: list[Term], binding: Binding) -> Iterator[tuple[Binding, list[Term]]]:
    if not patterns:
        yield binding, factors
        return
    for place, factor in enumerate(factors):
        for found in _match(patterns[0], factor, binding):
            yield from _match_factors(patterns[1:], factors[:place] + factors[place + 1 :], found)
