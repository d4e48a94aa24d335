"""The verdicts on a derivative with every number of axes that its arrays may have."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

from .each import judged_way
from .indexing import is_called_mask
from .module import Module
from .pairs import Pair
from .paths import conforming, is_capital, is_number, read_pair, unknown_in
from .results import ACCUSED, Result
from .runs import AXES, Misfitting, Nonconforming, Unreadable
from .values import Value

# ways that are judged in full where all of them accuse
FULLY = 3
# arrays of unknown shape that are tried with each number of axes, at most, and ways that are judged
MOST_UNKNOWN, MOST_TRIED = 20, 8
# values of which those that are right need not be looked at again with other numbers of axes
FEW = 4
SHAPELESS = "it depends on shapes that nothing declares"


def judge_shapes(module: Module, pair: Pair, top: Mapping[str, Value], lightly: bool = False) -> list[Result]:
    """The verdicts on what a derivative returns.  Raises Unreadable.

    `lightly` asks no more than whether each is right, any other is `wrong`.  Where nothing says how many axes an array has, each number of them is tried that conforms; only what holds of all is told.
    """
    found = _of_all_shapes(module, pair, top, lightly)
    # values stand in the order of the arguments: before one that is right for its own none is for another
    last = max((k for k, r in enumerate(found) if r.guessed and r.verdict in ("right", "right_if")), default=-1)
    return [_if_for_that(r) if k > last else r for k, r in enumerate(found)]


def _if_for_that(result: Result) -> Result:
    """Undecided where it is wrong for an argument that was guessed.  What is right if a matrix is symmetric is for that argument."""
    if not result.guessed or result.verdict not in ("wrong", "shape"):
        return result
    return Result(result.node, result.parameter, "undecided", words="nothing says for which argument it is")


def _of_all_shapes(module: Module, pair: Pair, top: Mapping[str, Value], lightly: bool) -> list[Result]:
    unknown = unknown_in(module, pair, top)
    if len(unknown) > MOST_UNKNOWN:
        raise Unreadable(f"nothing says which shapes {', '.join(f'`{n}`' for n in unknown)} have")
    found: list[tuple[list[Result], int]] = []
    tried: list[Mapping[str, int]] = []
    failed = Unreadable("its shapes do not go together")
    first: Unreadable | None = None
    meant, others, clean = conforming(module, pair, top, unknown)
    for number, ranks in enumerate(meant):
        if found and number >= clean > 0 and all(r.verdict == "right" for each, _ in found for r in each):
            break  # in all others some value has another shape, which speaks against them
        protects = bool(found) and number >= clean > 0
        try:
            if protects and tried and _is_accused_too(module, pair, top, ranks, found[0][0]):
                continue
            enough, most = "", None
            if found:
                accused = all(r.verdict in ACCUSED for each, _ in found for r in each)
                enough = "any" if len(found) >= FULLY and accused else "right"
                most = found[0][1] if all(r.verdict == "right" for r in found[0][0]) else None
            way = _judged_way(module, pair, top, ranks, lightly or protects, enough, most)
        except Misfitting as wrong:
            if not unknown:
                return [Result(wrong.node, "", "shape", words=str(wrong))]
            continue
        except Nonconforming:
            continue
        except Unreadable as why:
            failed = why
            first = why if not found and number < clean else first
            continue
        if len(way[0]) == 1 and unknown and way[0][0].verdict == "shape":
            continue
        found.append(way)
        tried.append(ranks)
        alike = len(found) > 1 and all(r.verdict == "right" for each, _ in found for r in each)
        if not unknown or alike or len(found) == MOST_TRIED:
            break
    if not found or (first is not None and all(r.verdict == "shape" for each, _ in found for r in each)):
        raise first or failed  # with the likeliest shapes everything fits, and something is not read
    stacked = next((r for r in meant[:clean] if r not in tried and _is_stacked(r, tried[0])), None)
    if stacked is not None and all(r.verdict == "right" for each, _ in found for r in each):
        with suppress(Nonconforming, Unreadable):
            found.append(_judged_way(module, pair, top, stacked, lightly))
            tried.append(stacked)
    found, tried = _by_convention(_with_numbers(found, tried), tried)
    common, least = _in_common(found, tried), min(s for _, s in found)
    for ranks in others[:MOST_TRIED]:
        if all(r.verdict in ("right", "undecided") for r in common):
            break
        with suppress(Nonconforming, Unreadable):
            results, stretched = _judged_way(module, pair, top, ranks, lightly)
            if len(results) != len(common):
                continue
            if stretched <= least and all(r.verdict == "right" for r in results):
                return results
            common = [_unless_right(a, b) for a, b in zip(common, results, strict=True)]
    if unknown and all(r.verdict == "shape" for r in common):  # where nothing fits, it is the shapes that were tried
        return [Result(r.node, r.parameter, "undecided", words=SHAPELESS) for r in common]
    return common


def _judged_way(
    module: Module,
    pair: Pair,
    top: Mapping[str, Value],
    ranks: Mapping[str, int],
    lightly: bool = False,
    enough: str = "",
    most: int | None = None,
) -> tuple[list[Result], int]:
    """The verdicts with so many axes, and how often arrays of different numbers of axes meet, or one with a capital is no matrix.

    enough   what it is enough to find out lightly: `right` that all is, `any` whatever is found.  Raises Unreadable; Nonconforming.
    most     how often they meet on a way on which all is right: where they do so more often, whatever is found is enough, too
    """
    paths = read_pair(module, pair, top, ranks)
    no_matrices = sum(rank < 2 and is_capital(name) for name, rank in ranks.items())
    claimed = {c.parameter: ranks[c.parameter] for c in paths.claimed if c.parameter in ranks}
    # a number that is differentiated in beside arrays, and the number of a model that is a matrix
    beside = sum(not rank and not is_number(name) for name, rank in claimed.items()) if any(claimed.values()) else 0
    beside += sum(not rank and is_called_mask(name) for name, rank in ranks.items())
    beside += sum(rank % AXES > 1 and is_number(name) for name, rank in ranks.items())
    stretched = paths.arrays.stretched + no_matrices + beside
    results = judged_way(module, pair, paths, lightly or bool(enough))
    likelier = most is not None and stretched > most
    if enough == "right" and not (lightly or likelier) and any(r.verdict != "right" for r in results):
        results = judged_way(module, pair, paths, lightly)
    return [_unless_a_number(module, pair, top, ranks, r) for r in results], stretched


def _unless_a_number(
    module: Module, pair: Pair, top: Mapping[str, Value], ranks: Mapping[str, int], result: Result
) -> Result:
    """Undecided where the argument is as long as a part of another, and may as well be a number, as what is added to all places is."""
    if not result.part or not ranks.get(result.parameter):
        return result
    try:
        other = read_pair(module, pair, top, {**ranks, result.parameter: 0}, terms=False)
    except (Nonconforming, Unreadable):
        return result
    if any(a.open for a in (other.output, *(c.value for c in other.claimed))):
        return result
    return Result(result.node, result.parameter, "undecided", words=SHAPELESS)


def _is_accused_too(
    module: Module, pair: Pair, top: Mapping[str, Value], ranks: Mapping[str, int], first: list[Result]
) -> bool:
    """Are of several values all those accused with other numbers of axes that are with the likeliest?  Then those say nothing.

    Raises Unreadable; Nonconforming.
    """
    accused = [k for k, r in enumerate(first) if r.verdict in ACCUSED]
    if not accused or len(first) < FEW or len(accused) == len(first):
        return False
    paths = read_pair(module, pair, top, ranks)
    if len(paths.claimed) != len(first):
        return False
    paths = replace(paths, claimed=[paths.claimed[k] for k in accused])
    return all(r.verdict in ACCUSED for r in judged_way(module, pair, paths, True))


def _is_stacked(ranks: Mapping[str, int], others: Mapping[str, int]) -> bool:
    """Has every array one axis more than there?"""
    return any(others.values()) and all(ranks[n] == (rank + 1 if rank else 0) for n, rank in others.items())


def _unless_right(result: Result, other: Result) -> Result:
    """A verdict, undecided where it accuses what is right, or a shape that fits, with an array of another number of axes."""
    fits = result.verdict == "shape" and other.verdict != "shape"
    if result.verdict in ("right", "undecided") or not (fits or other.verdict == "right"):
        return result
    return Result(result.node, result.parameter, "undecided", words=SHAPELESS)


def _by_convention(
    found: list[tuple[list[Result], int]], tried: list[Mapping[str, int]]
) -> tuple[list[tuple[list[Result], int]], list[Mapping[str, int]]]:
    """Where all is right with capitals for matrices and small letters for vectors, both of which stand there, without the ways on which two
    of the small letters are matrices: who tells them apart by their names means that."""
    ranks = tried[0]
    small = [n for n in ranks if not is_capital(n)]
    capitals = {r % AXES for n, r in ranks.items() if is_capital(n)}
    told_apart = 2 in capitals and 1 not in capitals and small and all(ranks[n] % AXES < 2 for n in small)
    if not told_apart or any(r.verdict != "right" for r in found[0][0]):
        return found, tried
    kept = [k for k, other in enumerate(tried) if sum(other.get(n, 0) % AXES >= 2 for n in small) < 2]
    return [found[k] for k in kept], [tried[k] for k in kept]


def _with_numbers(
    found: list[tuple[list[Result], int]], tried: list[Mapping[str, int]]
) -> list[tuple[list[Result], int]]:
    """With what is right if an array is positive as right, where that may be a number and it is right then, with the same assumption."""

    def told(result: Result, place: int, ranks: Mapping[str, int]) -> Result:
        name = (result.assumption or "").removesuffix(" positive")
        if result.verdict != "right_if" or name == result.assumption or not ranks.get(name):
            return result
        for (others, _), theirs in zip(found, tried, strict=True):
            other = others[place] if place < len(others) else result
            if theirs == {**ranks, name: 0} and (other.verdict, other.assumption) == ("right", result.assumption):
                return other
        return result

    return [
        ([told(r, k, ranks) for k, r in enumerate(results)], s)
        for (results, s), ranks in zip(found, tried, strict=True)
    ]


def _in_common(found: list[tuple[list[Result], int]], tried: list[Mapping[str, int]]) -> list[Result]:
    """Of each value the verdict that it has wherever most of the others are right; undecided where it has several.

    Each way comes with how often arrays of different numbers of axes meet in it, which is seldom meant; the likeliest is first.
    A way in which a value has the wrong shape speaks against the way, unless it is the likeliest, or in some other all fit.
    """
    first = found[0][0]
    if any(len(results) != len(first) for results, _ in found):
        raise Unreadable(SHAPELESS)
    fits = [sum(r.verdict == "shape" or r.thin for r in results) for results, _ in found]
    common = []
    for k, result in enumerate(first):
        rights = [sum(r.verdict == "right" for n, r in enumerate(results) if n != k) for results, _ in found]
        meant = [
            (results[k], (misfits, s))
            for (results, s), count, misfits in zip(found, rights, fits, strict=True)
            if count == max(rights)
        ]
        # where one value may be for any argument, it is for the one that it is right for
        nearest = min(s for _, s in meant)
        right_for = {r.parameter for r, s in meant if r.verdict == "right" and s == nearest}
        meant = [(r, s) for r, s in meant if len(right_for) != 1 or r.parameter in right_for]
        if not all(r.thin for r, _ in meant):  # no axis has length 1 where another shape is tried
            meant = [(r, s) for r, s in meant if not r.thin]
        fitting = [(r, s) for r, s in meant if r.verdict != "shape"]
        least = min((s for _, s in fitting), default=(0, 0))
        plausible = [r for r, s in fitting if s == least] or [r for r, _ in meant]
        every = {r.verdict for r, _ in meant}
        chosen = plausible[0]
        alike = len({r.verdict for r in plausible}) == 1 or all(r.verdict in ("wrong", "right_if") for r in plausible)
        if chosen.verdict == "right":
            alike &= "shape" not in every or meant[0][0].verdict == "right" or least[0] == 0
            # with an axis more, and no worse otherwise, all of it may be accused: then nothing says that it is right
            own = next(n for n, (results, _) in enumerate(found) if results[k] is chosen)
            alike &= not any(
                all(r.verdict in ("wrong", "right_if") for r in results)
                and results[k].parameter == chosen.parameter
                and (m, s) <= (fits[own], found[own][1])
                and _is_stacked(ranks, tried[own])
                for (results, s), m, ranks in zip(found, fits, tried, strict=True)
            )
        else:  # accused in one way or another in all of them
            told = [results[k] for results, _ in found if not results[k].thin]
            alike &= len(every) == 1 or all(r.verdict in ACCUSED for r in told)
        common.append(chosen if alike else Result(result.node, result.parameter, "undecided", words=SHAPELESS))
    return common
