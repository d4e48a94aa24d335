"""What `rearrange`, `reduce` and `repeat` make of an array."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from ..terms.dimension import Dim, fresh_index
from .arrays import Arrays
from .axes import Misfit
from .contractions import Regrouping
from .functions import size_of
from .subscripts import ELLIPSIS, Group
from .values import Array, Axis, Value


def regroup(arrays: Arrays, array: Array, call: Regrouping, given: Mapping[str, Value]) -> Array:
    """Raises Misfit."""
    pattern = call.pattern
    left, text = pattern.left, call.text
    named = [g for g in left if g != (ELLIPSIS,)]
    has_dots = len(named) < len(left)
    if array.open and not has_dots and array.rank <= len(left) and array.term is None:
        labels = [g[0] if len(g) == 1 else "" for g in left]
        more = len(left) - array.rank
        array.axes = (*(arrays.unknown_axis(x.split("·")[0]) for x in labels[:more]), *array.axes)
        array.open = False
    if array.open:
        return arrays.unknown("an array of which the shape is not known")
    if array.rank < len(named) or (array.rank > len(named) and not has_dots):
        many = f"{array.rank} ax{'i' if array.rank == 1 else 'e'}s"
        raise Misfit(f"`{text}` has {many}, and the left side of the pattern has {'at least ' * has_dots}{len(named)}")
    sizes: dict[str, Axis] = {}
    for name, value in given.items():
        factors = size_of(value, arrays)
        if factors is not None:
            sizes[name] = tuple(i for d in factors for i in arrays.axis(d))
    for name, number in pattern.sizes:
        sizes[name] = arrays.axis(Dim(number))
    at = left.index((ELLIPSIS,)) if has_dots else len(left)
    behind = len(left) - at - 1 if has_dots else 0
    lead = array.axes[at : array.rank - behind] if has_dots else ()
    own = [*array.axes[:at], *(array.axes[array.rank - behind :] if has_dots else ())]
    exact = True
    if arrays.sizes.lengths and not has_dots:
        array = _in_lengths(arrays, array, named, sizes)
        own = list(array.axes)
    for group, axis in zip(named, own, strict=True):
        exact &= _cut(arrays, group, axis, sizes, text)
    right = {x for g in pattern.right for x in g}
    lost = tuple(i for g in named for x in g if x not in right for i in sizes.get(x, ()))
    axes = tuple(
        a
        for g in pattern.right
        for a in (
            lead
            if g == (ELLIPSIS,)
            else (tuple(i for x in g for i in (_all(lead) if x == ELLIPSIS else _of(x, sizes, arrays))),)
        )
    )
    if not arrays.with_terms:
        return Array(axes)
    if array.term is None or not exact:
        return Array(axes, why=array.why or "an axis that is cut")
    if call.kind != "reduce":
        return arrays.joined(Array(axes, term=array.term)) if arrays.sizes.lengths else Array(axes, term=array.term)
    whole = Array((*axes, lost), term=array.term)
    make = {"sum": arrays.total, "mean": arrays.mean}.get(call.reduction)
    found = arrays.reduce(whole, [len(axes)], False, make)
    return Array(axes, term=found.term, why=found.why)


def _in_lengths(arrays: Arrays, array: Array, groups: Sequence[Group], sizes: dict[str, Axis]) -> Array:
    """With axes cut as groups say, of lengths that are chosen.  Raises Misfit."""
    for place, group in enumerate(groups):
        axis = array.axes[place]
        if len(group) < 2 or len(axis) != 1:
            continue
        lengths = []
        total = arrays.number_of(axis)
        known = [arrays.number_of(sizes[x]) for x in group if x in sizes]
        if total is not None and len(known) == len(group) - 1 and None not in known:
            rest, left = divmod(total, math.prod(n or 1 for n in known))
            if not left:
                sizes.update({x: arrays.axis(Dim(rest)) for x in group if x not in sizes})
        for name in group:
            own = sizes.setdefault(name, arrays.unknown_axis(name.split("·")[0]))
            lengths.append(arrays.length(own) or 1)
        arrays.same(axis, arrays.axis(Dim(math.prod(lengths))), "an axis that is cut into parts of other lengths")
        if 1 not in lengths:
            array = arrays.divided(array, place, lengths)
    return array


def _all(axes: tuple[Axis, ...]) -> Axis:
    return tuple(i for a in axes for i in a)


def _of(name: str, sizes: dict[str, Axis], arrays: Arrays) -> Axis:
    return sizes.setdefault(name, arrays.unknown_axis(name.split("·")[0]))


def _cut(arrays: Arrays, group: Group, axis: Axis, sizes: dict[str, Axis], text: str) -> bool:
    """The parts of an axis by the names of a group; False where its term cannot follow.  Raises Misfit."""
    if len(group) == 1:
        (name,) = group
        if name in sizes:
            told = f"axis `{name.split('·')[0]}` of `{text}` is {arrays.size_text(axis)}, and {arrays.size_text(sizes[name])} is given"
            _require(arrays, axis, sizes[name], told)
        sizes[name] = axis
        return True
    if not group:
        if arrays.number_of(axis) not in (None, 1):
            raise Misfit(f"an axis of `{text}` is {arrays.size_text(axis)} long, and the pattern has 1 there")
        return not axis
    unknown = [x for x in group if x not in sizes]
    total = arrays.number_of(axis)
    known = [arrays.number_of(sizes[x]) for x in group if x in sizes]
    if total is not None and None not in known:
        product = math.prod(n for n in known if n is not None)
        if (not unknown and product != total) or (len(unknown) == 1 and total % product):
            names = " ".join(x.split("·")[0] for x in group)
            raise Misfit(
                f"an axis of `{text}` is {total} long, and ({names}) is {'' if not unknown else 'a multiple of '}{product}"
            )
        if len(unknown) == 1:
            sizes[unknown[0]] = arrays.axis(Dim(total // product))
            unknown = []
    dims = list(arrays.sizes.settled(i.dim for i in axis))
    if len(unknown) == 1 and len(group) <= len(axis):
        rest = list(dims)
        for x in group:
            for d in arrays.sizes.settled(i.dim for i in sizes.get(x, ())):
                if d in rest:
                    rest.remove(d)
        if len(rest) == len(dims) - sum(len(sizes[x]) for x in group if x in sizes):
            sizes[unknown[0]] = tuple(fresh_index(d) for d in rest)
    for x in group:
        sizes.setdefault(x, arrays.unknown_axis(x.split("·")[0]))
    flat = [i for x in group for i in sizes[x]]
    if [arrays.sizes.find(i.dim) for i in flat] == dims and len(flat) == len(axis):
        left = list(axis)
        for x in group:
            sizes[x], left = tuple(left[: len(sizes[x])]), left[len(sizes[x]) :]
        return True
    return False


def _require(arrays: Arrays, a: Axis, b: Axis, told: str) -> None:
    arrays.same(a, b, told)
    if (not a) != (not b):
        numbers = arrays.number_of(a), arrays.number_of(b)
        if None not in numbers and numbers[0] != numbers[1]:
            raise Misfit(told)
