"""Shapes with which a formula of whole arrays conforms, where nobody says them.

Each name is first a number, a vector or a matrix, as its letter suggests; `inference.py` finds which dimensions are the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress

from ..lowering.mentioned import walk
from ..lowering.names import GREEK, Names, canonical_name
from ..syntax.tree import Call, Chain, Name, Node, Relation, Superscript
from .dimensions import OfNoArray
from .inference import NOTES, STRICT, Conflict, Inference
from .ranks import INTERCEPT, MEMBER, NUMBER, ranks_of

_GREEK = frozenset(c for c in GREEK.values() if c.islower())
Choice = tuple[tuple[int, int], ...]  # of each name how far down its list a rank stands, and which it is
MOST_KINDS = 60  # combinations of ranks that are tried


def shapes(
    tree: Relation,
    unknown: list[str],
    names: Names,
    skip_left: bool,
    kinds: Mapping[str, str],
    care: int = NOTES,
    alike: bool = True,
    variables: Collection[str] = (),
) -> Iterator[dict[str, tuple[str, ...]]]:
    """Shapes of the unknown names with which all sides conform, the likeliest first; `kinds` is what words call them.

    With all sides `alike`, or else each of them for itself.  `variables` are differentiated in.
    """
    likely = {name: ranks_of(name, kinds) for name in unknown}

    def unlikely(choice: Choice) -> tuple[int, int]:
        """How far down the lists it is; of two that are as far, in families whose letters are numbers mostly."""
        greek = (
            rank for name, (_, rank) in zip(unknown, choice, strict=True) if name.endswith(MEMBER) and name[0] in _GREEK
        )
        return sum(k for k, _ in choice), sum(greek)

    likeliest = _likeliest([likely[name] for name in unknown], unlikely)
    tried = [(care, choice) for choice in likeliest]
    if care == NOTES:  # few add a number to an array, and some do; hardly one writes a number as a capital
        large = [choice for choice in likeliest if _has_capital_number(unknown, choice)]
        small = [choice for choice in likeliest if choice not in large]
        tried = [(level, choice) for group in (small, large) for level in (STRICT, NOTES) for choice in group]

    def conforming(ranks: dict[str, int], level: int) -> tuple[Inference, dict[str, tuple[str, ...]]]:
        inference = Inference(names, ranks, level)
        inference.by_entries = "" if care == NOTES else "formulas"
        inference.intercepts = {n for n in unknown if kinds.get(n) == INTERCEPT}
        for name in unknown:
            if kinds.get(name) == "square":
                inference.unify(*inference.shape(Name(0, 0, name)))
        inference.relation(tree, skip_left, alike, all_alike=level != care)
        return inference, inference.found()

    families = [n for n in unknown if kinds.get(n) == "capital samples"]
    if families:  # what is summed over capitals with an index is a number before it is an array
        tried = _numbers_first(tried, unknown, conforming)
    seen: list[dict[str, tuple[str, ...]]] = []
    for level, choice in tried:
        ranks = {name: rank for name, (_, rank) in zip(unknown, choice, strict=True)}
        try:
            inference, found = conforming(ranks, level)
        except OfNoArray:
            return
        except Conflict:
            continue
        if found not in seen:
            seen.append(found)
            if care != NOTES and (lonely := _lonely_factors(tree, inference, found, variables)):
                with suppress(Conflict):
                    _, instead = conforming(ranks | dict.fromkeys(lonely, NUMBER), level)
                    if instead not in seen:
                        seen.append(instead)
                        yield instead
            yield found


def _numbers_first(
    tried: list[tuple[int, Choice]],
    unknown: list[str],
    conforming: Callable[[dict[str, int], int], tuple[Inference, dict[str, tuple[str, ...]]]],
) -> list[tuple[int, Choice]]:
    """Those choices that conform, with which a formula is a number before the others."""
    numbers: list[tuple[int, Choice]] = []
    arrays: list[tuple[int, Choice]] = []
    for level, choice in tried:
        try:
            inference, _ = conforming({n: rank for n, (_, rank) in zip(unknown, choice, strict=True)}, level)
        except OfNoArray:
            return tried
        except Conflict:
            continue
        (numbers if inference.gives_number else arrays).append((level, choice))
    return numbers + arrays


def _lonely_factors(
    tree: Relation, inference: Inference, found: Mapping[str, tuple[str, ...]], variables: Collection[str]
) -> set[str]:
    """Vectors, as long as nothing else, that are nothing but factors of numbers in what a function is given: `y` of `exp(-y wᵀ x)`."""
    counts = Counter(dim for dims in found.values() for dim in dims)
    alone = {n for n, dims in found.items() if len(dims) == 1 and counts[dims[0]] == 1 and n not in variables}
    if not alone:
        return set()
    given = [
        a
        for n in walk(tree)
        for a in (n.arguments if isinstance(n, Call) else (n.base,) if isinstance(n, Superscript) else ())
    ]
    chains = {c.start: c for a in given for c in walk(a) if isinstance(c, Chain)}
    factors = {n: {f.start for c in chains.values() for f in _factors_of_numbers(c, n, inference)} for n in alone}
    places = {n: {p.start for p in walk(tree) if isinstance(p, Name) and canonical_name(p.text) == n} for n in alone}
    return {n for n in alone if places[n] and places[n] == factors[n]}


def _factors_of_numbers(chain: Chain, name: str, inference: Inference) -> Iterator[Node]:
    """The places of a name in a product of which what stands before it is a number, and what stands behind."""
    for k, (_, factor) in enumerate(chain.items):
        if isinstance(factor, Name) and canonical_name(factor.text) == name:
            parts = [p for p in (chain.items[:k], chain.items[k + 1 :]) if p]
            if all(_is_number(inference, Chain(p[0][1].start, p[-1][1].end, p)) for p in parts):
                yield factor


def _is_number(inference: Inference, node: Node) -> bool:
    try:
        return inference.is_number(inference.shape(node))
    except Conflict:
        return False


def _likeliest(ranks: Sequence[Sequence[int]], unlikely: Callable[[Choice], tuple[int, int]]) -> list[Choice]:
    """The likeliest choices, as many as are tried: those that are down no list, those that are one down in all, and so on."""
    found: list[Choice] = []
    for total in range(sum(len(r) - 1 for r in ranks) + 1):
        found += sorted(_down(ranks, total), key=unlikely)
        if len(found) >= MOST_KINDS:
            break
    return found[:MOST_KINDS]


def _down(ranks: Sequence[Sequence[int]], total: int) -> Iterator[Choice]:
    """The choices that are so far down their lists in all."""
    if not ranks:
        if total == 0:
            yield ()
        return
    for place in range(min(total, len(ranks[0]) - 1) + 1):
        for rest in _down(ranks[1:], total - place):
            yield ((place, ranks[0][place]), *rest)


def _has_capital_number(unknown: list[str], choice: Choice) -> bool:
    return any(rank == NUMBER and k and name[0].isupper() for name, (k, rank) in zip(unknown, choice, strict=True))
