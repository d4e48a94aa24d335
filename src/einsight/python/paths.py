"""A pair read with shapes that go together: what is differentiated, and what is claimed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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

# readings of shapes, at most, in which unknown numbers of axes are tried
MOST_READINGS = 150
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
    where nothing else conforms.  Those come first in which what is returned has the shape of what it is for; those are left out
    in which two more values have another shape than in the best.
    """
    if not unknown:
        return [{}], []
    # with whether the function gives a number then
    found: list[tuple[dict[str, int], bool]] = []
    numbers_alone: list[tuple[dict[str, int], bool]] = []
    misfits: dict[int, int] = {}
    failed = ""
    for ranks, paths in _fitting(module, pair, top, unknown, way):
        if isinstance(paths, Unreadable):
            failed = str(paths)
            continue
        of = found if any(a.rank for _, a in paths.parameters.values()) else numbers_alone
        misfits[id(ranks)] = _misfits(pair, paths)
        of.append((ranks, not paths.output.rank and not paths.output.open and paths.cotangent is None))
    found = found or numbers_alone
    if not found and failed:
        raise Unreadable(failed)
    numbers = [ranks for ranks, is_number in found if is_number]
    arrays = [ranks for ranks, _ in found if all(ranks.values())]
    meant = numbers or arrays or [ranks for ranks, _ in found]
    others = [ranks for ranks, _ in found if ranks not in meant]
    least = min((misfits[id(r)] for r in meant), default=0)
    meant = sorted((r for r in meant if misfits[id(r)] <= least + 1), key=lambda r: misfits[id(r)])
    return meant, sorted(others, key=lambda r: misfits[id(r)])


def _misfits(pair: Pair, paths: Paths) -> int:
    """How many values have another shape than the argument that they are for."""
    if pair.order != 1 or (paths.output.rank and paths.cotangent is None):
        return 0
    settled = paths.arrays.sizes.settled
    shape = lambda a: [settled(i.dim for i in axis) for axis in a.axes]  # noqa: E731
    known = [(c.value, paths.parameters[c.parameter][1]) for c in paths.claimed if c.parameter in paths.parameters]
    return sum(not v.open and shape(v) != shape(p) for v, p in known)


def _fitting(
    module: Module, pair: Pair, top: Mapping[str, Value], unknown: Sequence[str], way: Way
) -> list[tuple[dict[str, int], Paths | Unreadable]]:
    """Every number of axes for the unknown arrays with which the shapes go together, the likeliest first: matrices have capitals.

    They are put in one array after the other; what does not go together whatever the others have is not gone on with.
    Raises Unreadable where that would take too many readings.
    """
    likely = {n: 2 if n.removeprefix("self.")[:1].isupper() else 1 for n in unknown}
    begun: list[tuple[dict[str, int], Paths | Unreadable]] = [({}, Unreadable())]
    readings = 0
    for name in unknown:
        going_on: list[tuple[dict[str, int], Paths | Unreadable]] = []
        for ranks, _ in begun:
            for rank in sorted((0, 1, 2), key=lambda r: abs(r - likely[name])):
                tried = {**ranks, name: rank}
                readings += 1
                if readings > MOST_READINGS:
                    raise Unreadable(f"nothing says which shapes {', '.join(f'`{n}`' for n in unknown)} have")
                try:
                    going_on.append((tried, read_pair(module, pair, top, tried, terms=False, way=way)))
                except Nonconforming:
                    continue
                except Unreadable as why:
                    going_on.append((tried, why))
        begun = going_on
    return sorted(begun, key=lambda found: sum(abs(r - likely[n]) for n, r in found[0].items()))


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
