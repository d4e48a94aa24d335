"""A result as arrays that stand on diagonals: `δ_ik (V'V)_jl` is `V'V` where i = k, and 0 elsewhere."""

from __future__ import annotations

import string
from collections.abc import Sequence
from dataclasses import dataclass

from ..terms import build
from ..terms.dimension import Index
from ..terms.term import Delta, Product, Sum, Term
from .arguments import refuse

MOST = 32  # parts that a result is taken apart into


@dataclass(frozen=True)
class Diagonal:
    """The entries of a result whose places agree along each of `groups`; `term` is them, over the first axis of each group."""

    groups: tuple[tuple[Index, ...], ...]
    term: Term

    def kept(self, axes: Sequence[Index]) -> tuple[Index, ...]:
        """The axes of the result that stay when a diagonal is one axis."""
        gone = {axis for group in self.groups for axis in group[1:]}
        return tuple(a for a in axes if a not in gone)

    def letters(self, axes: Sequence[Index]) -> dict[Index, str]:
        """`i`, `j`, `i`, `l`: a letter for each axis of the result, the same along a diagonal."""
        if len(axes) > len(string.ascii_letters):
            raise refuse(f"an array of {len(axes)} axes has no code")
        first = {axis: group[0] for group in self.groups for axis in group}
        letters = dict(zip(axes, string.ascii_letters[8:] + string.ascii_letters[:8], strict=False))
        return {a: letters[first.get(a, a)] for a in axes}

    def pattern(self, axes: Sequence[Index]) -> str:
        """`ijil->ijl`: from the axes of the result to those that are kept."""
        letters = self.letters(axes)
        return f"{''.join(letters.values())}->{''.join(letters[a] for a in self.kept(axes))}"


def separated(term: Term) -> list[Term]:
    """Factors that no summed index connects, those with the same indices as one: `A_ik B_lj` is `A` and `B`.

    What has no index goes with the fewest indices.
    """
    if not isinstance(term, Product):
        return [term]
    factors, dummies = build.open_product(term)
    groups: list[tuple[set[Index], list[Term]]] = []
    for factor in factors:
        indices, members = set(factor.free), [factor]
        for group in [g for g in groups if not indices.isdisjoint(g[0] & {*dummies}) or g[0] == indices]:
            groups.remove(group)
            indices |= group[0]
            members += group[1]
        groups.append((indices, members))
    whole: dict[frozenset[Index], list[Term]] = {}
    for indices, members in groups:
        whole.setdefault(frozenset(indices.difference(dummies)), []).extend(members)
    scalars = whole.pop(frozenset(), [])
    if not whole:
        return [term]
    whole[min(whole, key=len)] += scalars
    return [
        build.product(members, [d for d in dummies if any(d in m.free for m in members)]) for members in whole.values()
    ]


def diagonals(term: Term, axes: Sequence[Index]) -> list[Diagonal]:
    """What adds up to the term, one for each set of diagonals; that without any comes first."""
    parts = _expanded(term, frozenset(axes))
    found: dict[tuple[tuple[Index, ...], ...], list[Term]] = {}
    for part in parts if len(parts) <= MOST else [term]:
        groups, rest = _split(part, axes)
        found.setdefault(groups, []).append(rest)
    whole = [Diagonal(groups, build.add(*rests)) for groups, rests in found.items()]
    return sorted(whole, key=lambda d: len(d.groups))


def _is_diagonal(term: Term, axes: frozenset[Index]) -> bool:
    return isinstance(term, Delta) and {term.left, term.right} <= axes and term.left is not term.right


def _expanded(term: Term, axes: frozenset[Index]) -> list[Term]:
    """The terms of a sum, products multiplied out over sums that hold a delta of two axes."""
    if isinstance(term, Sum):
        return [part for child in term.terms for part in _expanded(child, axes)]
    if isinstance(term, Product) and any(_holds(f, axes) for f in term.factors):
        factors, dummies = build.open_product(term)
        at = next(k for k, f in enumerate(factors) if _holds(f, axes))
        rest = factors[:at] + factors[at + 1 :]
        parts = _expanded(factors[at], axes)
        if len(parts) <= MOST:
            return [p for part in parts for p in _expanded(build.product([part, *rest], dummies), axes)]
    return [term]


def _holds(term: Term, axes: frozenset[Index]) -> bool:
    """Is it a sum in which a delta of two axes is a factor?"""
    if not isinstance(term, Sum):
        return False
    for part in term.terms:
        inner = part.factors if isinstance(part, Product) else (part,)
        if any(_is_diagonal(f, axes) or _holds(f, axes) for f in inner):
            return True
    return False


def _split(term: Term, axes: Sequence[Index]) -> tuple[tuple[tuple[Index, ...], ...], Term]:
    """The diagonals that the deltas among the factors make, and the rest over the first axis of each."""
    among = frozenset(axes)
    if isinstance(term, Product):
        factors, dummies = build.open_product(term)
    else:
        factors, dummies = (term,), ()
    group_of: dict[Index, set[Index]] = {}
    rest = []
    for factor in factors:
        if isinstance(factor, Delta) and _is_diagonal(factor, among):
            joined = set().union(*(group_of.get(s, {s}) for s in (factor.left, factor.right)))  # type: ignore[arg-type]
            group_of.update(dict.fromkeys(joined, joined))
        else:
            rest.append(factor)
    if not group_of:
        return (), term
    groups = tuple(
        tuple(a for a in axes if a in group_of[axis])
        for axis in axes
        if axis in group_of and axis is _first(group_of[axis], axes)
    )
    names = {axis: group[0] for group in groups for axis in group[1:]}
    return groups, build.substitute(build.product(rest, dummies), dict(names))


def _first(group: set[Index], axes: Sequence[Index]) -> Index:
    return next(a for a in axes if a in group)
