"""How long forms are, and seem to be to who reads them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import attrgetter

from .form import Form, product
from .rules import of_entries, split
from .writing import signs

_head = attrgetter("head")
# how many signs more a form seems to have that repeats what could stand before a bracket, or has a quotient without a name in a fraction
REPEATED, RATIO = 2, 5
# a quotient that needs no name
SHORT_RATIO = 7


def cost(whole: Form) -> int:
    """How long it is, and seems to be."""
    found = whole.memo.get("cost")
    if found is None:
        found = whole.memo["cost"] = signs(whole) + dislike(whole)
    return found


def dislike(whole: Form) -> int:
    """How many signs more a form seems to have than it has."""
    found = whole.memo.get("dislike")
    if found is None:
        found = sum([dislike(p) for p in whole.parts if not p.is_atom])
        if whole.head == "total" or (whole.head == "product" and "total" in map(_head, whole.parts)):
            found += RATIO * (bool(ratios(whole)) or is_cleared(whole))
        if whole.head == "total":
            found += REPEATED * (shared_by(whole) or _shares_a_vector(whole))
        whole.memo["dislike"] = found
    return found


def _shares_a_vector(whole: Form) -> bool:
    """Do two terms of a sum of vectors end, or begin, with the same one?"""
    if whole.is_matrix or whole.is_scalar:
        return False
    ends = [t[2][-1 if whole.is_column else 0] for t in map(split, whole.parts) if len(t[2]) > 1]
    return len(set(ends)) < len(ends)


def shared_by(whole: Form) -> bool:
    """Does a sum repeat a whole factor, a vector or a scalar that is no name, or divide by powers of one, in all of its terms?

    A vector that is one of the terms itself counts as none: before a bracket it would leave a number times `I` there.
    `diag(v) M` repeats `M` beside `M ⊙ N`.
    """
    _, scalars, chains = zip(*map(split, whole.parts), strict=True)
    if all(scalars) and (
        set.intersection(*map(set, scalars)) or set.intersection(*[set(_divisors(s)) for s in scalars])
    ):
        return True
    if not all(chains):
        return False
    ends = [{c[0], c[-1]} for c in chains]
    alone = [c[0] for c in chains if len(c) == 1 and not c[0].is_matrix]
    if 0 < len(alone) < len(chains):
        ends.append(set().union(*ends) - set(alone))
    if set.intersection(*ends):
        return True
    return whole.is_matrix and bool(set.intersection(*[set(of_entries(c)) for c in chains]))


def ratios(whole: Form) -> tuple[Form, ...]:
    """Quotients such as `x' A x/‖x‖^2` before a term of a sum, which is divided by the same, or has another term that is."""
    if whole.head != "total" and whole.head != "product":
        return ()
    found = whole.memo.get("ratios")
    if found is None:
        found = whole.memo["ratios"] = tuple(_ratios(whole))
    return found


def _ratios(whole: Form) -> Iterator[Form]:
    sums, outside = [whole], set[Form]()
    if whole.head == "product":
        sums = [p for p in whole.parts if p.head == "total"]
        outside = set(_divisors([p for p in whole.parts if p.is_scalar])) if sums else outside
    for sum_ in sums:
        terms = list(map(split, sum_.parts))
        divisors = [_divisors(t[1]) if t[1] else [] for t in terms]
        if not any(divisors):
            continue
        for k, (_, scalars, chain) in enumerate(terms):
            others = outside.union(*(d for n, d in enumerate(divisors) if n != k))
            if chain and others & set(divisors[k]) and any(s.head == "product" for s in scalars):
                ratio = product(scalars)
                if signs(ratio) > SHORT_RATIO:
                    yield ratio


def is_cleared(whole: Form) -> bool:
    """Is a sum that is divided by a scalar with parts one whose terms were multiplied by it before?"""
    sums = [p for p in whole.parts if p.head == "total"] if whole.head == "product" else []
    outside = [d for d in _divisors(whole.parts) if d.parts and d.is_scalar] if sums else []
    return bool(outside) and any(
        any(s is d or (s.head == "power" and s.parts[0] is d and s.data > 0) for s in split(term)[1])
        for d in outside for part in sums for term in part.parts
    )  # fmt: skip


def _divisors(scalars: Sequence[Form]) -> list[Form]:
    return [s.parts[0] for s in scalars if s.head == "power" and s.data < 0]
