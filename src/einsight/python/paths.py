"""A pair read with shapes that go together: what is differentiated, and what is claimed."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from ..terms.dimension import Dim
from ..terms.term import Tensor
from ..terms.walk import replace_dims
from .module import Module
from .pairs import Pair
from .runs import Nonconforming, Paths, Run, Unreadable
from .sizes import Sizes
from .values import Array, Value
from .ways import read

# how a run is read: both functions of a pair, or one alone
Way = Callable[[Run], Paths]


def unknown_in(module: Module, pair: Pair, top: Mapping[str, Value], way: Way = read) -> list[str]:
    """The arrays of which nothing says how many axes they have.  Raises Unreadable."""
    run = Run(module, pair, top, {}, Sizes(binding=True), False)
    with suppress(Nonconforming):
        way(run)
    return run.unknown


def conforming(
    module: Module, pair: Pair, top: Mapping[str, Value], unknown: Sequence[str], way: Way = read
) -> tuple[list[dict[str, int]], list[dict[str, int]]]:
    """Numbers of axes with which the shapes go together: those that are meant, and the others in which not all are numbers.

    Where some make a number of the function, which then has a gradient, they are meant; a number is meant for an array only
    where nothing else conforms.
    """
    if not unknown:
        return [{}], []
    found: list[tuple[dict[str, int], bool]] = []  # with whether the function gives a number then
    numbers_alone: list[tuple[dict[str, int], bool]] = []
    failed = ""
    for ranks in _choices(unknown):
        try:
            paths = read_pair(module, pair, top, ranks, terms=False, way=way)
        except Nonconforming:
            continue
        except Unreadable as why:
            failed = str(why)
            continue
        of = found if any(a.rank for _, a in paths.parameters.values()) else numbers_alone
        of.append((ranks, not paths.output.rank and not paths.output.open and paths.cotangent is None))
    found = found or numbers_alone
    if not found and failed:
        raise Unreadable(failed)
    numbers = [ranks for ranks, is_number in found if is_number]
    arrays = [ranks for ranks, _ in found if all(ranks.values())]
    meant = numbers or arrays or [ranks for ranks, _ in found]
    return meant, [ranks for ranks, _ in found if ranks not in meant]


def _choices(unknown: Sequence[str]) -> Iterator[dict[str, int]]:
    """Numbers of axes, the likeliest first: matrices have capitals."""
    likely = [2 if n.removeprefix("self.")[:1].isupper() else 1 for n in unknown]
    every = itertools.product((0, 1, 2), repeat=len(unknown))
    for ranks in sorted(every, key=lambda r: sum(abs(a - b) for a, b in zip(r, likely, strict=True))):
        yield dict(zip(unknown, ranks, strict=True))


def read_pair(
    module: Module, pair: Pair, top: Mapping[str, Value], ranks: Mapping[str, int], terms: bool = True, way: Way = read
) -> Paths:
    """Both functions over one set of arrays.  Raises Unreadable; Nonconforming, where the shapes do not go together."""
    sizes = Sizes(binding=True)
    shapes = Run(module, pair, top, ranks, sizes, False)
    found = way(shapes)
    if not terms:
        return found
    run = Run(module, pair, top, ranks, sizes, True)
    run.declared = shapes.declared
    found = way(run)
    return _settled(found, sizes)


def _settled(paths: Paths, sizes: Sizes) -> Paths:
    """With each size as what it turned out to be."""
    every = [
        paths.output,
        *(c.value for c in paths.claimed),
        *(a for _, a in paths.parameters.values()),
        *paths.locals.values(),
    ]
    dims: set[Dim] = set()
    for array in every:
        dims |= {i.dim for i in array.indices}
        if array.term is not None:
            dims |= {d for t in array.term.depends for d in t.dims}
            dims |= {t.dim for t in array.term.walk() if hasattr(t, "dim")}
            for part in array.term.walk():
                dims |= {i.dim for i in (getattr(part, "bound", ()) or ())}
    changed = sizes.replacements(dims)
    changed = {old: new for old, new in changed.items() if old is not new}
    if any(new.value == 1 for new in changed.values()):
        raise Nonconforming  # an axis that turned out to be of length 1 has no index
    changed |= _lettered({changed.get(d, d) for d in dims}, changed)

    def moved(a: Array) -> Array:
        axes = tuple(tuple(i.over(changed.get(i.dim, i.dim)) for i in axis) for axis in a.axes)
        term = replace_dims(a.term, changed) if a.term is not None else None
        return Array(axes, a.open, term, a.why)

    def tensor(t: Tensor) -> Tensor:
        return Tensor(t.name, tuple(changed.get(d, d) for d in t.dims), t.properties)

    return Paths(
        paths.arrays,
        {n: (tensor(t), moved(a)) for n, (t, a) in paths.parameters.items()},
        moved(paths.output),
        None if paths.cotangent is None else (tensor(paths.cotangent[0]), moved(paths.cotangent[1])),
        [replace(c, value=moved(c.value)) for c in paths.claimed],
        {tensor(t): n for t, n in paths.names.items()},
        {n: moved(a) for n, a in paths.locals.items()},
        paths.rough,
    )


def _lettered(dims: set[Dim], known: dict[Dim, Dim]) -> dict[Dim, Dim]:
    """Letters for sizes that nothing names."""
    taken = {d.value for d in dims}
    letters = (x for x in "nmkpqrstuvabcdefghijl" if x not in taken)
    nameless = sorted((d for d in dims if d.inferred), key=lambda d: d.key)
    given = {d: Dim(letter) for d, letter in zip(nameless, letters, strict=False)}
    return given | {old: given[new] for old, new in known.items() if new in given}
