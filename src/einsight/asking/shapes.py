"""Shapes with which a formula of whole arrays conforms, where nobody says them.

Each name is first a number, a vector or a matrix, as its letter suggests; `inference.py` finds which dimensions are the same.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping

from ..lowering.names import Names
from ..syntax.tree import Name, Relation
from .inference import NOTES, Conflict, Inference
from .ranks import ranks_of

MOST_KINDS = 60  # combinations of ranks that are tried


def shapes(
    tree: Relation,
    unknown: list[str],
    names: Names,
    skip_left: bool,
    kinds: Mapping[str, str],
    care: int = NOTES,
) -> Iterator[dict[str, tuple[str, ...]]]:
    """Shapes of the unknown names with which all sides conform, the likeliest first; `kinds` is what words call them."""
    likely = {name: ranks_of(name, kinds) for name in unknown}
    choices = itertools.product(*(tuple(enumerate(likely[name])) for name in unknown))
    for choice in itertools.islice(sorted(choices, key=lambda c: sum(k for k, _ in c)), MOST_KINDS):
        ranks = {name: rank for name, (_, rank) in zip(unknown, choice, strict=True)}
        inference = Inference(names, ranks, care)
        try:
            for name in unknown:
                if kinds.get(name) == "square":
                    inference.unify(*inference.shape(Name(0, 0, name)))
            inference.relation(tree, skip_left)
            found = inference.found()
        except Conflict:
            continue
        yield found
