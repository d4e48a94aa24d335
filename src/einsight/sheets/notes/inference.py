"""Shapes of the names that a section never declares, by all of its formulas together.

Each name is first what its letter suggests, and then whatever lets more of the formulas conform that it stands in; at the end one
unification over those that do says which dimensions are the same.  A vector may be written as a row.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ...asking.inference import NOTES, ONE, STRICT, Conflict, Inference
from ...asking.ranks import NUMBER, ROW, VECTOR, fresh_letters, ranks_of
from ...lowering.mentioned import names_of, whole_names
from ...lowering.names import Names, canonical_name
from ...syntax.tree import Call, Name, Relation

# rounds in which every name is looked at, and formulas of a section that count
MOST_ROUNDS, MOST_FORMULAS = 3, 200


def shapes_together(
    trees: Iterable[Relation], unknown: Sequence[str], names: Names, kinds: Mapping[str, str], taken: set[str]
) -> dict[str, tuple[str, ...]]:
    """Dimensions of the unknown names; `taken` are letters that mean something else.  Names of which nothing is learned are left out."""
    called: set[str] = set()
    formulas = [_without_arguments(tree, called) for tree in trees][:MOST_FORMULAS]
    wanted = set(unknown)
    options = {name: _options(name, kinds) for name in unknown}
    ranks = {name: found[0] for name, found in options.items()}
    users: dict[str, list[Relation]] = {name: [] for name in unknown}
    for tree in formulas:
        for name in {canonical_name(n) for side in tree.sides for n in whole_names(side)} & wanted:
            users[name].append(tree)
    frozen = frozenset(called)

    def fits(tree: Relation) -> int:
        """How well: with care, without, or not at all."""
        inside = {n: ranks[n] for n in names_of(tree) if n in wanted}
        cares = (STRICT, NOTES)
        return next((2 - k for k, care in enumerate(cares) if _takes(Inference(names, inside, care, frozen), tree)), 0)

    for _ in range(MOST_ROUNDS):
        before = dict(ranks)
        for name in unknown:
            if len(options[name]) > 1 and users[name]:
                best = (-1, 0, 0)
                for place, rank in enumerate(options[name]):
                    ranks[name] = rank
                    best = max(best, (sum(map(fits, users[name])), -place, rank))
                ranks[name] = best[2]
        if ranks == before:
            break
    whole = Inference(names, ranks, NOTES, frozen)
    used: set[str] = set()
    for tree in formulas:
        trial = copy.copy(whole)
        trial.same, trial.shape_of = dict(whole.same), dict(whole.shape_of)
        if _takes(trial, tree) and not any(_is_shrunk(trial, n) for n in trial.shape_of):
            whole = trial
            used |= set(names_of(tree)) & wanted
    return _named(whole, [n for n in unknown if n in used], taken | wanted)


def _options(name: str, kinds: Mapping[str, str]) -> tuple[int, ...]:
    found = ranks_of(name, kinds)
    return (*found, ROW) if VECTOR in found and found[0] != NUMBER else found


def _without_arguments(tree: Relation, called: set[str]) -> Relation:
    """`f(w) = …` as `f = …`, with `f` among those that are called."""
    left = tree.sides[0]
    if isinstance(left, Call) and isinstance(left.callee, Name) and all(isinstance(a, Name) for a in left.arguments):
        called.add(left.callee.text)
        return replace(tree, sides=(left.callee, *tree.sides[1:]))
    return tree


def _takes(inference: Inference, tree: Relation) -> bool:
    """Does a formula conform?  Its sides have one shape, but for the last of a chain, which may be an entry."""
    try:
        sides = [inference.shape(side) for side in tree.sides]
        for k, (left, right) in enumerate(zip(sides, sides[1:], strict=False)):
            if k and (inference.is_number(left) or inference.is_number(right)):
                continue
            inference.unify_shapes(left, right)
    except Conflict:
        return False
    return True


def _is_shrunk(inference: Inference, name: str) -> bool:
    """Is a dimension 1 that is to be any?"""
    rank, (rows, columns) = inference.ranks[name], inference.shape_of[name]
    return (rank in (1, 2) and inference.root(rows) == ONE) or (rank in (2, 3) and inference.root(columns) == ONE)


def _named(inference: Inference, wanted: Sequence[str], taken: set[str]) -> dict[str, tuple[str, ...]]:
    taken = taken | {str(inference.root(d)) for shape in inference.shape_of.values() for d in shape}
    letters = fresh_letters(taken)
    named: dict[object, str] = {}
    found = {}
    for name in wanted:
        if name not in inference.shape_of:
            continue
        rank = inference.ranks[name]
        rows, columns = map(inference.root, inference.shape_of[name])
        dims = {0: (), 1: (rows,), 2: (rows, columns), 3: (ONE, columns)}[rank]
        found[name] = tuple(
            d if isinstance(d, str) else named.get(d) or named.setdefault(d, next(letters)) for d in dims
        )
    return found
