"""A pair read with shapes that go together: what is differentiated, and what is claimed."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from ..terms.dimension import Dim
from ..terms.term import Tensor
from ..terms.walk import replace_dims
from .module import Module
from .pairs import Pair
from .runs import AXES, COLUMN, ROW, Nonconforming, Paths, Run, Unreadable, called_with
from .selecting import Selected, over_all
from .sizes import Sizes
from .values import Array, Value
from .ways import read

# why nothing is read, whatever the shapes
_LASTING = re.compile(r"it has a |it returns under|it raises|a statement that is not read|any number of arguments")
# arrays, at most, of which every number of axes is tried, and of which two have another than is likely
MOST_FREE, MANY = 4, 7
# axes of an array that are tried where nothing says how many it has
MOST_TRIED = 2
# how often other lengths are taken for those that met others
MOST_CHANGES = 8
# how a run is read: both functions of a pair, or one alone
Way = Callable[[Run], Paths]


def unknown_in(module: Module, pair: Pair, top: Mapping[str, Value], way: Way = read) -> list[str]:
    """The arrays of which nothing says how many axes they have.  Raises Unreadable."""
    run = Run(module, pair, top, {}, Sizes(binding=True, lengths=pair.lengths), False)
    try:
        way(run)
    except Nonconforming:
        pass
    except Unreadable:
        if not run.unknown:
            raise
    return run.unknown


def _learnt_in(module: Module, pair: Pair, top: Mapping[str, Value], way: Way) -> tuple[dict[str, int], int]:
    """How many axes the arrays have of which `n, c, h, w = x.shape` says it, or `x.mean(axis=(2, 3))`; and how many any of those has
    of which that is known."""
    run = Run(module, pair, top, {}, Sizes(binding=True, lengths=pair.lengths), False)
    with suppress(Nonconforming, Unreadable):
        way(run)
    learnt = {n: max(a.rank, a.least) for n, a in run.learnt.items() if not a.open or a.least > MOST_TRIED}
    learnt |= _called_in(module, pair, run.unknown)
    known = [a.rank for _, a in run.parameters.values()]
    return {n: AXES + k for n, k in learnt.items()}, max([*learnt.values(), *known], default=0)


def most_axes(module: Module, pair: Pair, top: Mapping[str, Value]) -> int:
    """How many axes one of the arrays has, at most, as far as that is said."""
    return _learnt_in(module, pair, top, read)[1]


def _called_in(module: Module, pair: Pair, unknown: Sequence[str]) -> dict[str, int]:
    """How many axes arguments have with which the top of the file calls either function, where all calls say the same."""
    found = {n: {len(shape) for shape in shapes} for n, shapes in called_with(module, pair).items()}
    return {n: next(iter(found[n])) for n in unknown if len(found.get(n, ())) == 1}


def conforming(
    module: Module, pair: Pair, top: Mapping[str, Value], unknown: Sequence[str], way: Way = read
) -> tuple[list[dict[str, int]], list[dict[str, int]], int]:
    """Numbers of axes with which the shapes go together: those that are meant, and the others in which not all are numbers; and in
    how many of those that are meant, the first, each value has the shape of what it is for.

    Where some make a number of the function, which then has a gradient, they are meant; a number is meant for an array only
    where nothing else conforms.  Those come first in which what is returned has the shape of what it is for; those are left out
    in which two more values have another shape than in the best.
    """
    if not unknown:
        return [{}], [], 1
    # with whether the function gives a number then
    found: list[tuple[dict[str, int], bool]] = []
    numbers_alone: list[tuple[dict[str, int], bool]] = []
    misfits: dict[int, int] = {}
    failed: Unreadable | None = None
    tried = _fitting(module, pair, top, unknown, way, ())
    if "keepdims" in ast.unparse(pair.backward) and all(
        isinstance(p, Unreadable) or _misfits(pair, p) for _, p in tried
    ):
        tried = _fitting(module, pair, top, unknown, way, (COLUMN, ROW))
    for ranks, paths in tried:
        if isinstance(paths, Unreadable):
            failed = paths
            continue
        unseen = next((a for a in (paths.output, *(c.value for c in paths.claimed)) if a.open), None)
        if unseen is not None:
            failed = Unreadable(f"a shape is not known ({unseen.why})" if unseen.why else "a shape is not known")
            continue
        of = found if any(a.rank for _, a in paths.parameters.values()) else numbers_alone
        misfits[id(ranks)] = _misfits(pair, paths)
        of.append((ranks, not paths.output.rank and not paths.output.open and paths.cotangent is None))
    found = found or numbers_alone
    if not found and failed is not None:
        raise failed
    numbers = [ranks for ranks, is_number in found if is_number]
    arrays = [ranks for ranks, _ in found if all(rank or is_number(name) for name, rank in ranks.items())]
    meant = numbers or arrays or [ranks for ranks, _ in found]
    others = [ranks for ranks, _ in found if ranks not in meant]
    least = min((misfits[id(r)] for r in meant), default=0)
    meant = sorted((r for r in meant if misfits[id(r)] <= least + 1), key=lambda r: misfits[id(r)])
    clean = sum(not misfits[id(r)] for r in meant)
    others = sorted((r for r in others if not clean or not misfits[id(r)]), key=lambda r: misfits[id(r)])
    return meant, others, clean


def _misfits(pair: Pair, paths: Paths) -> int:
    """How many values have another shape than the argument that they are for, or one that is not known."""
    if pair.order != 1 or (paths.output.rank and paths.cotangent is None):
        return 0
    settled = paths.arrays.sizes.settled
    shape = lambda a: [settled(i.dim for i in axis) for axis in a.axes]  # noqa: E731
    known = [(c.value, paths.parameters[c.parameter][1]) for c in paths.claimed if c.parameter in paths.parameters]
    return sum(v.open or shape(v) != shape(p) for v, p in known)


def _fitting(
    module: Module, pair: Pair, top: Mapping[str, Value], unknown: Sequence[str], way: Way, thin: Sequence[int]
) -> list[tuple[dict[str, int], Paths | Unreadable]]:
    """Every number of axes for the unknown arrays with which the shapes go together, the likeliest first: matrices have capitals.

    They are put in one array after the other; what does not go together whatever the others have is not gone on with.  Of many
    arrays no more than two, of very many one, have one axis less or more than is likely.  `thin` are shapes that are tried besides.
    """
    likely = {n: 0 if is_number(n) else 2 if is_capital(n) else 1 for n in unknown}

    def far(name: str, rank: int) -> int:
        """How far from what is likely."""
        return 0 if name in learnt else 1 if rank in (COLUMN, ROW) else abs(rank % AXES - likely[name])

    learnt, most = _learnt_in(module, pair, top, way)
    # beside an array of three axes another may have as many
    more = tuple(AXES + k for k in range(MOST_TRIED + 1, most + 1))
    if len(unknown) > MOST_FREE:
        stacked = {**likely, **{n: 2 for n in module.said(multiplied_in, pair.forward) if n in likely}}
        likely = min((likely, stacked), key=lambda ranks: _fit(module, pair, top, {**ranks, **learnt}, way))
    _probe(module, pair, top, {n: learnt.get(n, likely[n]) for n in unknown}, way)
    begun: list[tuple[dict[str, int], Paths | Unreadable]] = [({}, Unreadable())]
    allowed = 2 if len(unknown) <= MANY else 1
    for name in unknown:
        going_on: list[tuple[dict[str, int], Paths | Unreadable]] = []
        for ranks, _ in begun:
            every = (0, 1, 2, *(thin if likely[name] == 1 else ()), *more)
            for rank in (learnt[name],) if name in learnt else every:
                tried = {**ranks, name: rank}
                if len(unknown) > MOST_FREE and sum(far(n, r) for n, r in tried.items()) > allowed:
                    continue
                try:
                    going_on.append((tried, read_pair(module, pair, top, tried, terms=False, way=way)))
                except Nonconforming:
                    continue
                except Unreadable as why:
                    going_on.append((tried, why))
        begun = going_on
        if pair.lengths and len(begun[0][0] if begun else ()) < len(unknown):
            continue  # how often a loop turns may hang on those that are not tried yet
        lasting = [p for _, p in begun if isinstance(p, Unreadable) and _LASTING.search(str(p))]
        if begun and len(lasting) == len(begun):
            raise lasting[0]
    return sorted(begun, key=lambda found: sum(far(n, r) for n, r in found[0].items()))


def _fit(module: Module, pair: Pair, top: Mapping[str, Value], ranks: Mapping[str, int], way: Way) -> int:
    """How many values have another shape than the argument that they are for; many where the shapes do not go together."""
    try:
        return _misfits(pair, read_pair(module, pair, top, ranks, terms=False, way=way))
    except (Nonconforming, Unreadable):
        return MANY * MANY


def multiplied_in(function: ast.FunctionDef) -> frozenset[str]:
    """What stands left in matrix products: the rows of a batch, where several go through a network at once."""
    return frozenset(
        ast.unparse(n.left) for n in ast.walk(function) if isinstance(n, ast.BinOp) and isinstance(n.op, ast.MatMult)
    ) | frozenset(
        ast.unparse(
            n.func.value
            if not isinstance(n.func.value, ast.Name) or n.func.value.id not in ("np", "jnp", "torch")
            else n.args[0]
        )
        for n in ast.walk(function)
        if isinstance(n, ast.Call)
        and isinstance(n.func, ast.Attribute)
        and n.func.attr in ("dot", "matmul", "mm")
        and n.args
    )


def _probe(module: Module, pair: Pair, top: Mapping[str, Value], likely: Mapping[str, int], way: Way) -> None:
    """With the likeliest numbers of axes: what has loops and conditions then has them with all others.  Raises Unreadable."""
    try:
        read_pair(module, pair, top, likely, terms=False, way=way)
    except Nonconforming:
        pass
    except Unreadable as why:
        if _LASTING.search(str(why)):
            raise


def is_capital(name: str) -> bool:
    """Is it called as matrices are?"""
    return _bare(name)[:1].isupper()


# what numbers of a model are called
_NUMBER = re.compile(
    r"(?:log_?)?(?:tau|temp(?:erature)?|lam|lamb|lambda_?|lmbda|alpha|scale|margin|rho|kappa|nu|reg|l2|decay|lr|rate|dt|sigma2?|gain)",
    re.IGNORECASE,
)


def is_number(name: str) -> bool:
    """Is it called as a number of a model is?"""
    return _NUMBER.fullmatch(_bare(name)) is not None


def _bare(name: str) -> str:
    """Of an attribute or an entry of a dictionary its own name."""
    return name.rpartition("[")[2].strip("'\"]") if name.endswith("]") else name.removeprefix("self.")


def read_pair(
    module: Module, pair: Pair, top: Mapping[str, Value], ranks: Mapping[str, int], terms: bool = True, way: Way = read
) -> Paths:
    """Both functions over one set of arrays.  Raises Unreadable; Nonconforming, where the shapes do not go together."""
    lengths = list(pair.lengths)
    for _ in range(MOST_CHANGES):
        sizes = Sizes(binding=True, lengths=lengths)
        shapes = Run(module, pair, top, ranks, sizes, False)
        try:
            found = way(shapes)
            _as_long_as_named(found, sizes)
            sizes.choose_cuts()
            if sizes.conflict is not None:
                raise Nonconforming
            if pair.lengths and sizes.has_none:
                raise Unreadable("a part of an axis without entries")
            break
        except Nonconforming:
            # of the function alone it is learnt which axes have one length: what its derivative gets wrong stays wrong
            changed = _changed(lengths, sizes) if not shapes.is_backward else None
            if changed is None:
                raise
            lengths = changed
    else:
        raise Nonconforming
    if not terms:
        return found
    run = Run(module, pair, top, ranks, sizes, True)
    run.declared = shapes.declared
    found = way(run)
    derived = frozenset(n.rpartition(":")[0] for n, dim in shapes.declared.items() if sizes.is_derived(dim))
    return replace(_settled(found, sizes), derived=derived)


def _as_long_as_named(paths: Paths, sizes: Sizes) -> None:
    """An argument of which entries are named has as many as its gradient, where that is how many are named."""
    if paths.output.open or (paths.output.rank and paths.cotangent is not None):
        return
    for claimed in paths.claimed:
        is_whole = claimed.value.rank == paths.output.rank + 1
        length = paths.arrays.number_of(claimed.value.axes[-1]) if is_whole else None
        names = [claimed.parameter] if claimed.parameter != "?" else list(paths.parameters)
        known = [paths.parameters[n][1] for n in names if n in paths.parameters]
        owns = [a.axes[0][0].dim for a in known if a.rank == 1 and not a.open and a.axes[0]]
        fitting = [d for d in map(sizes.find, owns) if d.inferred and sizes.named(d) == length]
        if length is not None and not claimed.value.open:
            for dim in fitting:
                sizes.join(dim, Dim(length))


def _changed(lengths: list[int], sizes: Sizes) -> list[int] | None:
    """Lengths with which a choice is the number that it met; None where nothing is to be changed."""
    if sizes.conflict is None:
        return None
    chosen, met = sizes.conflict
    if chosen not in sizes.chosen or met < 1:
        return None
    place = len(sizes.chosen) - 1 - sizes.chosen[::-1].index(chosen)
    whole = [lengths[k % len(lengths)] for k in range(max(len(lengths), place + 1))]
    if whole[place] == met:
        return None
    whole[place] = met
    return whole


def _settled(paths: Paths, sizes: Sizes) -> Paths:
    """With each size as what it turned out to be."""
    every = [
        paths.output,
        *(c.value for c in paths.claimed),
        *(c.where for c in paths.claimed if c.where is not None),
        *(o for o, _ in paths.besides),
        *(a for _, a in paths.parameters.values()),
        *paths.locals.values(),
    ]
    if paths.arrays.selected:
        return _settled(_without_selected(paths, sizes), sizes)
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
        [replace(c, value=moved(c.value), where=None if c.where is None else moved(c.where)) for c in paths.claimed],
        {tensor(t): n for t, n in paths.names.items()},
        {n: moved(a) for n, a in paths.locals.items()},
        paths.rough,
        paths.free,
        [(moved(o), (tensor(t), moved(a))) for o, (t, a) in paths.besides],
    )


def _without_selected(paths: Paths, sizes: Sizes) -> Paths:
    """With sums over whole axes in the place of those over rows where masks hold.  Raises Unreadable."""
    masks = {sizes.find(d): found for d, found in paths.arrays.selected.items()}
    if len(masks) < len(paths.arrays.selected) or not all(d.inferred for d in masks):
        raise Unreadable("rows where one thing holds beside others")
    if any(sizes.find(i.dim) in masks for _, i in masks.values()):
        raise Unreadable("rows where something holds beside all of them")

    def over(a: Array) -> Array:
        if a.term is None:
            return a
        try:
            return replace(a, term=over_all(a.term, masks, sizes.find))
        except Selected:
            return Array(a.axes, a.open, None, "rows where something holds")

    paths.arrays.selected = {}
    return replace(
        paths,
        output=over(paths.output),
        claimed=[replace(c, value=over(c.value), where=over(c.where) if c.where else None) for c in paths.claimed],
        locals={n: over(a) for n, a in paths.locals.items()},
        besides=[(over(o), t) for o, t in paths.besides],
    )


def _lettered(dims: set[Dim], known: dict[Dim, Dim]) -> dict[Dim, Dim]:
    """Letters for sizes that nothing names."""
    taken = {d.value for d in dims}
    letters = (x for x in "nmkpqrstuvabcdefghijl" if x not in taken)
    nameless = sorted((d for d in dims if d.inferred), key=lambda d: d.key)
    given = {d: Dim(letter) for d, letter in zip(nameless, letters, strict=False)}
    return given | {old: given[new] for old, new in known.items() if new in given}
