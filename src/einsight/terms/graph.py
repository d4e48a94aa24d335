"""A product as a graph: its factors are the nodes, and the dummies that two of them share the edges.

Which factors hang together, and in which order the dummies are named so that equal products become one object: a canonical
labelling, by colour refinement, and by trying what it cannot tell apart.
"""

from __future__ import annotations

import hashlib
import itertools
import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import attrgetter

from .dimension import Index, Slot, bound_index, slot_key
from .interruption import poll
from .term import NO_INDICES, Component, Delta, Operator, Product, Sum, Term
from .unknown import MATRIX_FUNCTIONS, split_unknown

# Ways to name interchangeable dummies that are compared.
# Beyond it two equal products may stay two objects; the verdict then falls to numbers, never to error.
LABELLINGS = 120
LONGEST_KEY = 300  # symbols of a term that is ordered by its text
_height, _free = attrgetter("height"), attrgetter("free")
_KEY_TEXT = "text of the key"


def closed_components(
    factors: list[Term], bound: list[Index]
) -> tuple[list[tuple[list[Term], list[Index]]], list[Term]]:
    """The components that no free index touches, each with its dummies, and the other factors.

    None where all factors are one component, closed or not.
    """
    groups: list[tuple[set[Index], list[Term]]] = []
    summed = set(bound)
    for factor in factors:
        indices = set(factor.free & summed)
        members = [factor]
        rest = []
        for group in groups:
            if indices.isdisjoint(group[0]):
                rest.append(group)
            else:
                indices |= group[0]
                members = group[1] + members
        groups = [*rest, (indices, members)]
    closed: list[tuple[list[Term], list[Index]]] = []
    others: list[Term] = []
    if len(groups) == 1:
        return closed, factors
    for indices, members in groups:
        if indices and NO_INDICES.union(*map(_free, members)) <= summed:
            closed.append((members, [b for b in bound if b in indices]))
        else:
            others += members
    return closed, others


def labelled(
    factors: list[Term], bound: list[Index], rename: Callable[[Term, dict[Index, Slot]], Term]
) -> tuple[list[Term], tuple[Index, ...]]:
    """The factors with the canonical names of this height for the bound indices, and those names."""
    height = 1 + max(map(_height, factors))
    if len(bound) == 1:
        (only,) = bound
        named = bound_index(height, 0, only.dim)
        return factors if named is only else [rename(f, {only: named}) for f in factors], (named,)
    orders: Iterable[Sequence[Index]] = _orders(factors, bound)
    is_settled = isinstance(orders, tuple)  # there is only one
    best: tuple | None = None
    chosen: tuple[list[Term], tuple[Index, ...]] = factors, ()
    for place, order in enumerate(orders):
        if place:
            poll(counted=False)
        targets = tuple([bound_index(height, k, b.dim) for k, b in enumerate(order)])
        names: dict[Index, Slot] = {b: t for b, t in zip(order, targets, strict=True) if b is not t}
        renamed = [rename(f, names) for f in factors] if names else factors
        if is_settled:
            return renamed, targets
        key = tuple(sorted(f.key for f in renamed))
        if best is None or key < best:
            best, chosen = key, (renamed, targets)
    return chosen


def _orders(factors: list[Term], bound: list[Index]) -> Iterable[Sequence[Index]]:
    """Orders of the dummies that a colour refinement cannot tell apart; most often a single one, in a tuple."""
    ranks = {k: n for n, k in enumerate(sorted({b.dim.key for b in bound}))}
    if len(ranks) == len(bound):  # their dimensions tell them apart
        return (sorted(bound, key=lambda b: b.dim.key),)
    holders = {b: [f for f in factors if b in f.free] for b in bound}
    colours = _refined({b: ranks[b.dim.key] for b in bound}, holders)
    if len(set(colours.values())) == len(bound):
        return (sorted(bound, key=colours.__getitem__),)
    groups = [[b for b in bound if colours[b] == c] for c in sorted(set(colours.values()))]
    if math.prod(math.factorial(len(g)) for g in groups) > LABELLINGS:
        return itertools.islice(_singled_out(colours, holders), LABELLINGS)
    choices = itertools.product(*(itertools.permutations(g) for g in groups))
    return (tuple(itertools.chain(*choice)) for choice in choices)


def _refined(colours: dict[Index, int], holders: dict[Index, list[Term]]) -> dict[Index, int]:
    """Colours that tell apart what those, and what they stand beside, tell apart."""
    while True:
        marks = {}
        for b in holders:
            memo: dict[Term, tuple] = {}
            signatures = [_signature(f, colours, b, memo) for f in holders[b]]
            marks[b] = (colours[b], tuple(sorted(signatures) if len(signatures) > 1 else signatures))
        distinct = sorted(set(marks.values()))
        ranking = {m: n for n, m in enumerate(distinct)}
        refined = {b: ranking[mark] for b, mark in marks.items()}
        if len(distinct) in (len(holders), len(set(colours.values()))):
            return refined
        poll(counted=False)
        colours = refined


def _singled_out(colours: dict[Index, int], holders: dict[Index, list[Term]]) -> Iterator[Sequence[Index]]:
    """Where many are alike, each of them in turn gets a colour of its own, which then tells others apart.

    So the sixteen indices of tr(A^16) have sixteen orders and not 16!: https://doi.org/10.1016/j.jsc.2013.09.003
    """
    alike = [c for c, count in Counter(colours.values()).items() if count > 1]
    if not alike:
        yield sorted(holders, key=colours.__getitem__)
        return
    first = min(alike)
    for chosen in [b for b in holders if colours[b] == first]:
        apart = {b: 2 * c + (c == first and b is not chosen) for b, c in colours.items()}
        yield from _singled_out(_refined(apart, holders), holders)


def _slot_signature(slot: Slot, colours: dict[Index, int], marked: Index) -> tuple[int, int, str]:
    if isinstance(slot, Index):
        if slot is marked:
            return (0, -1, "")
        if slot in colours:
            return (0, colours[slot], "")
        if slot.kind == Index.BOUND:
            return (5, 0, slot.dim.key)
        return slot.key
    if isinstance(slot, int):
        return slot_key(slot)
    parts = sorted((c, _slot_signature(i, colours, marked)) for i, c in slot.indices)
    return (4, slot.offset, repr(parts))


def _signature(term: Term, colours: dict[Index, int], marked: Index, memo: dict[Term, tuple]) -> tuple:
    """What a term looks like when only the colours of the dummies can be seen; of large ones it is kept."""
    if type(term) is Component:
        slots = tuple([
            s.key if type(s) is Index and s not in colours and s.kind else _slot_signature(s, colours, marked)
            for s in term.indices
        ])  # fmt: skip
        return (Component.RANK, term.tensor.key, tuple(sorted(slots)) if term.tensor.is_symmetric else slots, ())
    is_large = term.symbols > LONGEST_KEY
    if is_large and term in memo:
        return memo[term]
    slots = tuple([_slot_signature(s, colours, marked) for s in term.slots()])
    if _slots_commute(term):
        slots = tuple(sorted(slots))
    children = term.children()
    if colours.keys().isdisjoint(NO_INDICES.union(*map(_free, children))) and not term.abstractions():
        text = (_text_of_key(term) if is_large else repr(term.key)) if children else ""
        return (term.RANK, str(term.key[1]), slots, ("=", text) if text else ())
    inner = [_signature(c, colours, marked, memo) for c in children]
    inner += [_signature(a.body, colours, marked, memo) for a in term.abstractions()]
    if isinstance(term, (Sum, Product)):
        inner.sort(key=repr)
    if not is_large:
        return (term.RANK, str(term.key[1]), slots, ("~", repr(inner)))
    found = memo[term] = (term.RANK, str(term.key[1]), slots, ("~", _shortened(repr(inner))))
    return found


def _text_of_key(term: Term) -> str:
    """A term as a text that orders it; by digests where its parts are shared so much that it would be long."""
    if term.symbols <= LONGEST_KEY:
        return repr(term.key)
    found = term.memo.get(_KEY_TEXT)
    if found is None:
        inside = [_text_of_key(c) for c in (*term.children(), *(a.body for a in term.abstractions()))]
        own = (term.RANK, term.key[1], [slot_key(s) for s in term.slots()], inside)
        found = term.memo[_KEY_TEXT] = _shortened(repr(own))
    return found


def _shortened(text: str) -> str:
    return text if len(text) <= 64 * LONGEST_KEY else f"{len(text)} {hashlib.sha256(text.encode()).hexdigest()}"


def _slots_commute(term: Term) -> bool:
    if isinstance(term, Component):
        return term.tensor.is_symmetric
    return isinstance(term, Delta) or (
        isinstance(term, Operator)
        and len(term.indices) == 2
        and (term.arguments[0].symmetric if term.name in MATRIX_FUNCTIONS else split_unknown(term.name)[1] == 2)
    )
