"""In which order the arrays of a product are contracted, two at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from math import prod

from ..terms.dimension import Dim, Index
from ..terms.interruption import poll

TYPICAL = 100  # the size of an axis that nobody tells
EXACT = 8  # so many arrays at most are tried in every order: `opt_einsum` misses orders in which an index stays that several have
# so many sets of arrays that hang together are searched through by the library: all of a chain of 60, not of a star of 12
SEARCHED = 2_000
BLAS = 16  # multiplications of a matrix product that take the time of reading or writing one entry

Path = tuple[tuple[int, int], ...]


def pairs(arrays: Sequence[Sequence[Index]], output: Iterable[Index], sizes: Mapping[Dim, int]) -> Path:
    """Which two of the arrays left are contracted next; what comes out stands behind the rest."""
    return _plan(arrays, output, sizes)[0]


def cost(arrays: Sequence[Sequence[Index]], output: Iterable[Index], sizes: Mapping[Dim, int]) -> float:
    """What the product takes in that order, in entries read and written."""
    return _plan(arrays, output, sizes)[1]


def guess(dim: Dim, sizes: Mapping[Dim, int]) -> int:
    """How long an axis is: its size where that is known, else a typical one."""
    return dim.value if isinstance(dim.value, int) else sizes.get(dim, TYPICAL)


def entries(axes: Iterable[Index], sizes: Mapping[Dim, int]) -> int:
    """How many entries an array has."""
    return prod(guess(axis.dim, sizes) for axis in axes)


def _plan(arrays: Sequence[Sequence[Index]], output: Iterable[Index], sizes: Mapping[Dim, int]) -> tuple[Path, float]:
    numbers: dict[Index, int] = {}
    for index in [i for array in arrays for i in array]:
        numbers.setdefault(index, len(numbers))
    masks = tuple(sum(1 << numbers[i] for i in set(array)) for array in arrays)
    kept = sum(1 << numbers[i] for i in set(output) if i in numbers)
    return _planned(masks, kept, tuple(guess(i.dim, sizes) for i in numbers))


@lru_cache(maxsize=4096)
def _planned(arrays: tuple[int, ...], output: int, sizes: tuple[int, ...]) -> tuple[Path, float]:
    """Arrays and the output as bit sets of indices."""
    if len(arrays) == 1:
        return (), float(_entries(arrays[0], sizes)) if arrays[0] & ~output else 0.0
    if len(arrays) > EXACT:
        return _by_library(arrays, output, sizes)
    everything = (1 << len(arrays)) - 1
    # by the set of arrays that have been contracted: the cost, the indices that are left, the two sets that it was made from
    best: dict[int, tuple[float, int, int]] = {1 << k: (0.0, array, 0) for k, array in enumerate(arrays)}
    for chosen in range(1, everything + 1):
        if chosen in best:
            continue
        needed = output
        for k, array in enumerate(arrays):
            if not chosen >> k & 1:
                needed |= array
        low = chosen & -chosen
        rest = chosen ^ low
        part = rest
        found: tuple[float, int, int] | None = None
        while part:  # every part of the chosen ones that does not hold the first
            left, right = best[chosen ^ part], best[part]
            spent = left[0] + right[0] + _pair(left[1], right[1], needed, sizes)
            if found is None or spent < found[0]:
                found = (spent, (left[1] | right[1]) & needed, part)
            part = (part - 1) & rest
        assert found is not None
        best[chosen] = found
    path: list[tuple[int, int]] = []
    stack = [1 << k for k in range(len(arrays))]

    def contract(chosen: int) -> None:
        part = best[chosen][2]
        if part:
            for half in (chosen ^ part, part):
                contract(half)
            places = sorted((stack.index(chosen ^ part), stack.index(part)))
            path.append((places[0], places[1]))
            stack.remove(chosen ^ part)
            stack.remove(part)
            stack.append(chosen)

    contract(everything)
    return tuple(path), best[everything][0]


def _pair(left: int, right: int, needed: int, sizes: tuple[int, ...]) -> float:
    both = left | right
    own = _entries(left, sizes) + _entries(right, sizes) + _entries(both & needed, sizes)
    return own + _entries(both, sizes) / BLAS if both & ~needed else float(own)


@lru_cache(maxsize=65536)
def _entries(axes: int, sizes: tuple[int, ...]) -> int:
    return prod(size for k, size in enumerate(sizes) if axes >> k & 1)


def _are_few_connected(arrays: tuple[int, ...]) -> bool:
    """Are there few sets of arrays that hang together by common indices?  So many does the search go through, at least."""
    beside = [sum(1 << k for k, other in enumerate(arrays) if other & own and k != n) for n, own in enumerate(arrays)]
    found: set[int] = set()
    todo = [(1 << n, beside[n]) for n in range(len(arrays))]
    while todo:
        poll()
        chosen, around = todo.pop()
        if chosen in found:
            continue
        found.add(chosen)
        if len(found) > SEARCHED:
            return False
        rest = around & ~chosen
        while rest:
            low = rest & -rest
            todo.append((chosen | low, around | beside[low.bit_length() - 1]))
            rest ^= low
    return True


def _by_library(arrays: tuple[int, ...], output: int, sizes: tuple[int, ...]) -> tuple[Path, float]:
    """https://doi.org/10.21105/joss.00753"""
    import opt_einsum

    def letters(axes: int) -> str:
        return "".join(opt_einsum.get_symbol(k) for k in range(len(sizes)) if axes >> k & 1)

    shapes = [tuple(size for k, size in enumerate(sizes) if a >> k & 1) for a in arrays]
    text = f"{','.join(map(letters, arrays))}->{letters(output)}"
    ways = ("dp", "auto") if _are_few_connected(arrays) else ("auto",)
    found = [opt_einsum.contract_path(text, *shapes, shapes=True, optimize=way) for way in ways]
    path, told = min(found, key=lambda way: way[1].opt_cost)
    steps = [tuple(sorted(step)) for step in path]
    return tuple((step[0], step[-1]) for step in steps if len(step) == 2), float(told.opt_cost)
