"""The order in which a person writes factors and summands.

Factors follow the path that their shared indices make, in the direction that crosses fewer matrices
backwards: `W_ij x_j`, but `y_k A_ki`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ..rules.algebra import split_coefficient
from ..terms.dimension import Index
from ..terms.term import Component, Delta, Number, Product, Sum, Term, slot_indices

_ONLY_INDICES = frozenset((Index,))


def ends(term: Term) -> tuple[Index, ...]:
    """The indices of a factor, in the order of its slots where it has any."""
    slots = term.slots()
    if slots:
        if _ONLY_INDICES.issuperset(map(type, slots)):  # as of most
            return slots  # type: ignore[return-value]
        return tuple([i for s in slots for i in slot_indices(s)])
    free = term.free
    return tuple(sorted(free, key=_key)) if len(free) > 1 else tuple(free)


def _key(index: Index) -> tuple[int, int, str]:
    return index.key


def order_factors(factors: Sequence[Term], free: Sequence[Index]) -> list[Term]:
    """Numbers and scalars first, then each connected path."""
    rank = {i: k for k, i in enumerate(free)}
    scalars = [f for f in factors if not f.free]
    rest = [f for f in factors if f.free]
    out: list[Term] = sorted(scalars, key=lambda f: (not isinstance(f, Number), f.key)) if len(scalars) > 1 else scalars
    if len(rest) < 2:
        return out + rest
    groups: list[list[Term]] = []
    left = list(rest)
    while left:
        group, frontier = [left.pop(0)], True
        while frontier:
            frontier = False
            indices = {i for f in group for i in f.free}
            for f in list(left):
                if not indices.isdisjoint(f.free):
                    left.remove(f)
                    group.append(f)
                    frontier = True
        groups.append(_best_path(group, rank))
    if len(groups) > 1:
        groups.sort(key=lambda g: min([rank.get(i, 99) for f in g for i in f.free], default=99))
    for group in groups:
        out += group
    return out


def _best_path(group: list[Term], rank: dict[Index, int]) -> list[Term]:
    if len(group) == 1 or len(group) > 12:
        return group
    at = {f: ends(f) for f in group}
    candidates = _both_ways(group[0], group[1], at) if len(group) == 2 else []
    candidates = candidates or [_path(group, k, at) for k in range(len(group))]
    least = min([c[0] for c in candidates])
    best = [path for cost, path in candidates if cost == least]
    return best[0] if len(best) == 1 else min(best, key=lambda path: (_first_rank(path, rank), list(map(_name, path))))


def _first_rank(path: list[Term], rank: dict[Index, int]) -> list[int]:
    return [min([rank.get(i, 99) for i in f.free], default=99) for f in path]


def _name(term: Term) -> str:
    # deltas and plain tensors behind what multiplies them would read strangely; functions stand before
    if isinstance(term, Component):
        return "1" + term.tensor.name
    return ("2" if isinstance(term, Delta) else "0") + str(term.key[1])


def _path(group: list[Term], start: int, at: dict[Term, tuple[Index, ...]]) -> tuple[int, list[Term]]:
    left = list(group)
    current = left.pop(start)
    path, cost, entered = [current], 0, None
    while left:
        nearest = None
        for candidate in left:
            free = candidate.free
            between = [i for i in at[current] if i in free and i is not entered]
            if between:
                shared = between[0]
                step = _crossing(current, at[current], entered, shared)
                if nearest is None or (step, _name(candidate)) < nearest[:2]:
                    nearest = (step, _name(candidate), candidate, shared)
        if nearest is None:
            near = next((c for c in left for f in path if not c.free.isdisjoint(f.free)), left[0])
            cost += 1
            entered = next((i for i in at[near] if any(i in f.free for f in path)), None)
            current = near
        else:
            cost += nearest[0]
            current, entered = nearest[2], nearest[3]
        left.remove(current)
        path.append(current)
    cost += _crossing(current, at[current], entered, None)
    return cost, path


def _both_ways(a: Term, b: Term, at: dict[Term, tuple[Index, ...]]) -> list[tuple[int, list[Term]]]:
    """The paths of two factors, as `_path` finds them; none where slots of the one do not lead to the other."""
    found = []
    for first, second in ((a, b), (b, a)):
        free = second.free
        between = [i for i in at[first] if i in free]
        if not between:
            return []
        shared = between[0]
        cost = _crossing(first, at[first], None, shared) + _crossing(second, at[second], shared, None)
        found.append((cost, [first, second]))
    return found


def _crossing(term: Term, at: tuple[Index, ...], entered: Index | None, left_by: Index | None) -> int:
    """1 where a two-index tensor is crossed from its second index to its first."""
    if len(at) != 2 or not isinstance(term, Component):
        return 0
    first, second = at
    if entered is not None:
        return 0 if entered is first else 2
    return 0 if left_by is second else 2


def order_terms(terms: Sequence[Term]) -> list[Term]:
    """Positive terms before negative ones, products before single components before numbers."""
    kinds = {Product: 0, Component: 2, Number: 3}

    if len(terms) == 1:
        return list(terms)

    def place(term: Term) -> tuple:
        number, rest = split_coefficient(term)
        return (
            number < 0,
            kinds.get(type(rest if number != 1 else term), 1) if not isinstance(term, Number) else 3,
            term.key,
        )

    return sorted(terms, key=place)


def indices_as_printed(term: Term, depth: int, among: Collection[Index]) -> list[Index]:
    """The free indices of a term that are among those, about as its text shows them, so that steps of a derivation name dummies alike."""
    if term.free.isdisjoint(among):
        return []
    parts = term.children()
    if depth == 0 or not parts:
        return [i for i in ends(term) if i in among]
    if len([p for p in parts if not p.free.isdisjoint(among)]) > 1:
        if isinstance(term, Product):
            parts = tuple(order_factors(parts, ()))
        elif isinstance(term, Sum):
            parts = tuple(order_terms(parts))
    inner = [i for p in parts for i in indices_as_printed(p, depth - 1, among)]
    return inner + [i for i in ends(term) if i in among and i not in inner]
