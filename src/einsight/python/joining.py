"""Functions by name that put arrays together, and that cut them apart."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from ..terms import build
from ..terms.dimension import Dim
from .arrays import Arrays
from .axes import Misfit
from .functions import Call, NotRead, as_array, function, whole
from .values import Array, Axis, Number, Several, Value


def _parts(call: Call) -> list[Array]:
    """The arrays that are put together.  Raises NotRead."""
    given = call.get(0, "arrays", "tensors", "tup")
    if not isinstance(given, Several):
        raise NotRead
    parts = [p for v in given.items if (p := as_array(v)) is not None]
    if not parts or len(parts) != len(given.items):
        raise NotRead
    return parts


@function("stack")
def _stack(arrays: Arrays, call: Call) -> Value:
    return arrays.stacked(_parts(call), call.one(1, "axis", "dim", default=0))


@function("concatenate", "concat", "cat")
def _concatenate(arrays: Arrays, call: Call) -> Value:
    return _behind(arrays, _parts(call), call.one(1, "axis", "dim", default=0))


@function("append")
def _append(arrays: Arrays, call: Call) -> Value:
    """`np.append(x, y)` of vectors and numbers."""
    parts = [call.array(0, "arr"), call.array(1, "values")]
    if call.get(2, "axis") is not None or any(p.open or p.rank > 1 for p in parts):
        raise NotRead
    return _behind(arrays, [arrays.expanded(p, 0) if not p.rank else p for p in parts], 0)


@function("vstack", "row_stack", "hstack", "column_stack", "dstack")
def _side_by_side(arrays: Arrays, call: Call) -> Value:
    parts, name = _parts(call), call.name.split(".")[-1]
    parts = [arrays.expanded(p, 0) if not p.rank and not p.open else p for p in parts]
    if any(p.open for p in parts) or any(p.rank not in (1, 2) for p in parts) or name == "dstack":
        raise NotRead
    if name in ("vstack", "row_stack"):
        parts = [arrays.expanded(p, 0) if p.rank == 1 else p for p in parts]
    elif name == "column_stack":
        parts = [arrays.expanded(p, 1) if p.rank == 1 else p for p in parts]
    return _behind(arrays, parts, 0 if name in ("vstack", "row_stack") else parts[0].rank - 1)


def _behind(arrays: Arrays, parts: Sequence[Array], axis: int) -> Array:
    """Behind one another along an axis.  Raises Misfit; NotRead."""
    if any(p.open for p in parts):
        raise NotRead
    if len({p.rank for p in parts}) > 1:
        shown = " and ".join(map(arrays.shape_text, parts))
        raise Misfit(f"arrays of shapes {shown} are not put behind one another")
    at = parts[0].rank + arrays.place(parts[0], axis)
    axes = list(parts[0].axes)
    for other in parts[1:]:
        shown = f"{arrays.shape_text(parts[0])} and {arrays.shape_text(other)}"
        for k, (a, b) in enumerate(zip(axes, other.axes, strict=True)):
            if k != at:
                axes[k] = arrays.same(a, b, f"arrays of shapes {shown} are not put behind one another")
    named = [arrays.over(p, (*axes[:at], p.axes[at], *axes[at + 1 :])) for p in parts]
    axes[at], term = arrays.behind(named, at)
    return Array(tuple(axes), term=term, why="" if term is not None else "`concatenate`")


@function("kron")
def _kron(arrays: Arrays, call: Call) -> Value:
    a, b = call.array(0, "a", "input"), call.array(1, "b", "other")
    if a.open or b.open or a.rank != b.rank:
        raise NotRead
    b = arrays.fresh(b) if a is b else b
    axes = tuple((*x, *y) for x, y in zip(a.axes, b.axes, strict=True))
    term, why = arrays._term([a, b], lambda x, y: build.product([x, y]))
    return Array(arrays.distinct(axes), term=term, why=why)


def _times(arrays: Arrays, axis: Axis, count: int | None) -> Axis:
    """An axis so many times as long."""
    length = arrays.number_of(axis)
    if count == 1:
        return axis
    return arrays.unknown_axis() if length is None or not count else arrays.axis(Dim(length * count))


def _counts(values: Sequence[Value]) -> list[int | None]:
    found = values[0].items if len(values) == 1 and isinstance(values[0], Several) else values
    return [int(v.value) if isinstance(v, Number) and v.value is not None else None for v in found]


def _tiled(arrays: Arrays, array: Array, counts: Sequence[int | None]) -> Array:
    """Whole copies along the last axes; axes are put before where there are fewer.  Raises NotRead."""
    if array.open:
        raise NotRead
    own: tuple[Axis, ...] = ((),) * (len(counts) - array.rank) + array.axes
    every = [1] * (len(own) - len(counts)) + list(counts)
    return Array(tuple(_times(arrays, a, n) for a, n in zip(own, every, strict=True)), why="copies of an array")


@function("tile")
def _tile(arrays: Arrays, call: Call) -> Value:
    counts = call.get(1, "reps", "dims")
    if counts is None:
        raise NotRead
    return _tiled(arrays, call.array(0, "A", "input"), _counts([counts]))


@function("repeat", "repeat_interleave", method=True)
def _repeat(arrays: Arrays, call: Call) -> Value:
    array = call.array(0, "a", "input")
    if call.library == "torch" and not call.name.endswith("interleave"):
        if not call.given[1:]:
            raise NotRead
        return _tiled(arrays, array, _counts(call.given[1:]))
    axis = call.axes(2, "axis", "dim")
    (count,) = _counts([call.get(1, "repeats") or array])[:1] or [None]
    if axis is None or array.open:
        raise NotRead
    at = array.rank + arrays.place(array, axis[0])
    axes = [_times(arrays, a, count) if k == at else a for k, a in enumerate(array.axes)]
    return Array(tuple(axes), why="copies of an array")


# cut apart


@function("split", "array_split", "chunk", "unbind", method=("split", "chunk", "unbind"))
def _split(arrays: Arrays, call: Call) -> Value:
    array, name = call.array(0, "ary", "input", "tensor"), call.name.split(".")[-1]
    at = array.rank + arrays.place(array, call.one(1 if name == "unbind" else 2, "axis", "dim", default=0))
    if array.open:
        raise NotRead
    length = arrays.number_of(array.axes[at])
    if length is None and arrays.sizes.lengths:
        length = _multiple(arrays, array.axes[at], call)
    if name == "unbind":
        if length is None or length > 64:
            raise NotRead
        return Several(tuple(arrays.component(array, at, k) for k in range(length)))
    given = call.get(1, "indices_or_sections", "chunks", "split_size_or_sections", "split_size", "sections")
    lengths: list[int | None]
    if isinstance(given, Several):
        cuts = [whole(v) for v in given.items]
        if call.library == "torch":
            if length is not None and sum(cuts) != length:
                raise Misfit(f"an axis {length} long is not split into {' and '.join(map(str, cuts))}")
            lengths = list(cuts)
        else:
            ends = [*cuts, length]
            starts = [0, *cuts]
            lengths = [b - a if b is not None and 0 <= a <= b else None for a, b in zip(starts, ends, strict=True)]
    else:
        lengths = _equal_parts(whole(given), length, name, call.library)
    if arrays.sizes.lengths and None not in lengths and all(lengths):
        own = [n or 0 for n in lengths]
        parts = [
            arrays.sliced(array, at, (e - n, e, None)) for n, e in zip(own, itertools.accumulate(own), strict=True)
        ]
        if all(p is not None for p in parts):
            return Several(tuple(p for p in parts if p is not None))
    axes = [arrays.unknown_axis() if not n else arrays.axis(Dim(n)) for n in lengths]
    return Several(tuple(Array((*array.axes[:at], a, *array.axes[at + 1 :]), why="a part of an axis") for a in axes))


def _multiple(arrays: Arrays, axis: Axis, call: Call) -> int | None:
    """A length that equal parts of it have, as many as are asked for."""
    given = call.get(1, "indices_or_sections", "chunks", "split_size_or_sections", "split_size", "sections")
    if not isinstance(given, Number) or given.value is None or len(axis) != 1:
        return arrays.length(axis)
    count = int(given.value)
    part = arrays.sizes.number(arrays.sizes.fresh())
    if part is None or count < 1:
        return None
    arrays.sizes.meet(axis[0].dim, Dim(part * count))
    return arrays.number_of(axis)


def _equal_parts(count: int, length: int | None, name: str, library: str) -> list[int | None]:
    """Lengths of as many parts, or of parts as long, as a library makes them.  Raises Misfit; NotRead."""
    if count < 1:
        raise NotRead
    if library == "torch" and name == "split":
        if length is None:
            raise NotRead
        return [min(count, length - k) for k in range(0, length, count)]
    if length is None:
        return [None] * count
    if name == "chunk":
        size = -(-length // count)
        return [min(size, length - k) for k in range(0, length, size)]
    if length % count:
        if name == "split":
            raise Misfit(f"an axis {length} long is not split into {count} equal parts")
        return [length // count + (k < length % count) for k in range(count)]
    return [length // count] * count


@function("diff")
def _diff(arrays: Arrays, call: Call) -> Value:
    array = call.array(0, "a", "input")
    if call.get(1, "n") is not None or array.open:
        raise NotRead
    at = array.rank + arrays.place(array, call.one(2, "axis", "dim", default=-1))
    if arrays.sizes.lengths:
        behind, before = (arrays.sliced(array, at, bounds) for bounds in ((1, None, None), (None, -1, None)))
        if behind is not None and before is not None:
            return arrays.elementwise(build.subtract, behind, before)
    length = arrays.number_of(array.axes[at])
    own = arrays.axis(Dim(length - 1)) if length is not None and length > 1 else arrays.unknown_axis()
    return Array((*array.axes[:at], own, *array.axes[at + 1 :]), why="`diff`")
