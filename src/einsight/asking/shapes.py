"""Shapes with which a formula of whole arrays conforms, where nobody says them.

Each name is first a number, a vector or a matrix, as its letter suggests; `inference.py` finds which dimensions are the same.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping

from ..lowering.names import Names
from ..syntax.tree import Name, Relation
from .dimensions import OfNoArray
from .inference import NOTES, STRICT, Conflict, Inference
from .ranks import NUMBER, ranks_of

MOST_KINDS = 60  # combinations of ranks that are tried


def shapes(
    tree: Relation,
    unknown: list[str],
    names: Names,
    skip_left: bool,
    kinds: Mapping[str, str],
    care: int = NOTES,
    alike: bool = True,
) -> Iterator[dict[str, tuple[str, ...]]]:
    """Shapes of the unknown names with which all sides conform, the likeliest first; `kinds` is what words call them.

    With all sides `alike`, or else each of them for itself.
    """
    likely = {name: ranks_of(name, kinds) for name in unknown}
    choices = itertools.product(*(tuple(enumerate(likely[name])) for name in unknown))
    likeliest = list(itertools.islice(sorted(choices, key=lambda c: sum(k for k, _ in c)), MOST_KINDS))
    tried = [(care, choice) for choice in likeliest]
    if care == NOTES:  # few add a number to an array, and some do; hardly one writes a number as a capital
        large = [choice for choice in likeliest if _has_capital_number(unknown, choice)]
        small = [choice for choice in likeliest if choice not in large]
        tried = [(level, choice) for group in (small, large) for level in (STRICT, NOTES) for choice in group]
    seen: list[dict[str, tuple[str, ...]]] = []
    for level, choice in tried:
        ranks = {name: rank for name, (_, rank) in zip(unknown, choice, strict=True)}
        inference = Inference(names, ranks, level)
        try:
            for name in unknown:
                if kinds.get(name) == "square":
                    inference.unify(*inference.shape(Name(0, 0, name)))
            inference.relation(tree, skip_left, alike, all_alike=level != care)
            found = inference.found()
        except OfNoArray:
            return
        except Conflict:
            continue
        if found not in seen:
            seen.append(found)
            yield found


def _has_capital_number(unknown: list[str], choice: tuple[tuple[int, int], ...]) -> bool:
    return any(rank == NUMBER and k and name[0].isupper() for name, (k, rank) in zip(unknown, choice, strict=True))
