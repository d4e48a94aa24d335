"""Subscripts: entries, parts of axes, new axes, the sizes in a shape."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Sequence
from fractions import Fraction

from ..terms import build
from ..terms.dimension import Dim, Index
from .axes import Misfit
from .functions import NotRead
from .scope import Scope
from .values import (
    NOTHING,
    UNKNOWN,
    Array,
    Axis,
    Flag,
    Library,
    Mask,
    Number,
    Range,
    Several,
    ShapeOf,
    Table,
    Text,
    Value,
    Whole,
)

_DOTS = Whole(True)


class Indexing(Scope):
    """Reads subscripts."""

    def _slice(self, node: ast.Slice) -> Value:
        bounds: list[int | None] = []
        for part in (node.lower, node.upper, node.step):
            value = self.evaluate(part) if part is not None else NOTHING
            if value is not NOTHING and not (isinstance(value, Number) and value.value is not None):
                return Whole(False)
            bounds.append(int(value.value) if isinstance(value, Number) and value.value is not None else None)
        return Whole(bounds == [None] * 3, (bounds[0], bounds[1], bounds[2]))

    def _subscript(self, node: ast.Subscript) -> Value:
        base = self.evaluate(node.value)
        index = self.evaluate(node.slice) if not isinstance(node.slice, ast.Tuple) else Several(
            tuple(self._index(e) for e in node.slice.elts))  # fmt: skip
        if isinstance(node.slice, ast.Constant) and node.slice.value is ...:
            index = _DOTS
        if isinstance(base, Library) and base.path in ("numpy.s_", "numpy.index_exp"):
            return index
        if isinstance(base, ShapeOf):
            return self._of_shape(base, node.slice, index)
        if isinstance(base, Table):
            if isinstance(index, Text):
                return base.get(index.text)
            return UNKNOWN
        if isinstance(base, Several):
            return _of_several(base, node.slice, index)
        if isinstance(base, Array):
            items = index.items if isinstance(index, Several) and not index.is_list else (index,)
            items = self._with_masks(node.slice, items)
            picked = self._fitting(
                node, lambda: self.arrays.labelled(base, items) or self.arrays.masked(base, items) or UNKNOWN
            )
            if isinstance(picked, Array):
                return picked
            rows = self._with_new_axes(node, base, items)
            if rows is not None:
                return rows
            return self._fitting(node, lambda: self.arrays.gathered(base, items) or self._entries(base, items))
        return UNKNOWN

    def _with_masks(self, node: ast.expr, items: Sequence[Value]) -> tuple[Value, ...]:
        """With arrays that their names say are masks as such; of an array that is counted elsewhere it is not known what its entries are."""
        written = node.elts if isinstance(node, ast.Tuple) else [node]
        if not self.sizes.binding or len(written) != len(items):
            return tuple(items)
        found: list[Value] = []
        for part, item in zip(written, items, strict=True):
            if type(item) is Array and item.rank and isinstance(part, (ast.Name, ast.Attribute)):
                name = part.id if isinstance(part, ast.Name) else part.attr
                around = self.module.nodes.around(part)
                if is_called_mask(name):
                    item = Mask(item.axes, item.open, item.term, item.why)
                elif _UNSURE.search(name) or any(
                    name in self.module.said(counted_in, n) for n in around if isinstance(n, ast.FunctionDef)
                ):
                    item = Array(item.axes, item.open, None, "an array that may be a mask")
            found.append(item)
        return tuple(found)

    def _with_new_axes(self, node: ast.AST, base: Array, items: Sequence[Value]) -> Value | None:
        """`y[on, None]`: entries where a mask holds, with new axes behind; None where it is anything else."""
        if len(items) < 2 or not all(_is_new(i) or (isinstance(i, Whole) and i.all) for i in items[1:]):
            return None
        rows = self._fitting(node, lambda: self.arrays.masked(base, items[:1]) or UNKNOWN)
        if not isinstance(rows, Array):
            return None
        return self._fitting(node, lambda: self._at_places(rows, (Whole(True), *items[1:])))

    def _index(self, node: ast.expr) -> Value:
        if isinstance(node, ast.Constant) and node.value is ...:
            return _DOTS
        return self.evaluate(node)

    def _shape(self, shape: ShapeOf, targets: Sequence[ast.expr] | None) -> Value:
        """`b, n = x.shape`: says how many axes there are, unless that is known."""
        array = shape.array
        if array.open and targets is not None and not self.branch and array.term is None and array.rank <= len(targets):
            labels = [t.id if isinstance(t, ast.Name) and t.id != "_" else "" for t in targets]
            more = len(targets) - array.rank
            array.axes = (*(self.arrays.unknown_axis(x) for x in labels[:more]), *array.axes)
            array.open = False
        if array.open:
            return UNKNOWN
        return Several(tuple(map(self.sized, array.axes)))

    def sized(self, axis: Axis) -> Number:
        """How long an axis is."""
        factors = tuple(i.dim for i in axis)
        length = self.arrays.length(axis) if self.sizes.lengths else None
        if length is not None:
            return Number(term=build.number(length), value=Fraction(length), factors=factors)
        return Number(factors=factors, term=self.arrays.size_term(axis))

    def _of_shape(self, shape: ShapeOf, node: ast.expr, index: Value) -> Value:
        array = shape.array
        if isinstance(index, Number) and index.value is not None:
            place = int(index.value)
            if array.open and (place >= 0 or -place > array.rank):
                return Number()
            if not -array.rank <= place < array.rank:
                if self.sizes.binding:  # then it has other axes than are tried
                    raise Misfit(f"a shape {self.arrays.shape_text(array)} has no size {place}")
                return UNKNOWN
            return self.sized(array.axes[place])
        if isinstance(index, Whole) and not array.open:
            found = self._shape(shape, None)
            return _of_several(found, node, index) if isinstance(found, Several) else UNKNOWN
        return UNKNOWN

    def _part(self, array: Array, place: int, part: Whole) -> Array:
        """A slice of an axis: as long as its bounds say, where they are known."""
        own = array.axes[place]
        if self.sizes.lengths and part.bounds is not None:
            found = self.arrays.sliced(array, place, part.bounds)
            if found is not None:
                return found
        length = self.arrays.number_of(own)
        axis = self.arrays.unknown_axis()
        if part.bounds is not None and part.bounds[2] != 0:
            if length is not None:
                count = len(range(*slice(*part.bounds).indices(length)))
                axis = self.arrays.axis(Dim(count)) if count else axis
            elif part.bounds[:2] == (None, None) and part.bounds[2] in (1, -1):
                axis = own
        return Array((*array.axes[:place], axis, *array.axes[place + 1 :]), array.open, None, "a part of an axis")

    def _at_each(self, array: Array, place: int, index: Index) -> Array:
        """The entries at the place that a loop is at.  Raises Misfit; NotRead."""
        own = array.axes[place]
        if not self.sizes.meet(own[0].dim, index.dim):
            raise NotRead
        left = (*array.axes[:place], *array.axes[place + 1 :])
        term = build.substitute(array.term, {own[0]: index}) if array.term is not None else None
        return Array(left, array.open, term, array.why)

    def _entries(self, array: Array, items: Sequence[Value]) -> Array:
        """`x[:, None, 0]`.  Raises Misfit; NotRead."""
        written = self.arrays.cell(array, items)
        if written is not None:
            left = [a for a, i in itertools.zip_longest(array.axes, items) if not isinstance(i, Number)]
            return Array(tuple(left), term=written, base=array if left else None)
        if self.sizes.binding and len(items) == 2 and all(isinstance(i, Range) for i in items) and array.rank == 2:
            return self.arrays.diagonal(array)
        labels = [i for i in items if self.sizes.lengths and self.arrays.is_label(i)]
        if labels and all(i in labels or isinstance(i, (Whole, Number)) for i in items) and not array.open:
            return self._at_labels(array, items)
        found = self._at_places(array, items)
        if self.sizes.binding and found is not array and found.rank:
            found.base = array.base or array
        return found

    def _at_labels(self, array: Array, items: Sequence[Value]) -> Array:
        """`x[:, y[i]]`.  Raises Misfit; NotRead."""
        found = self._at_places(array, [Whole(True) if self.arrays.is_label(i) else i for i in items])
        kept = [i for i in items if not isinstance(i, Number)]
        for place in range(len(kept) - 1, -1, -1):
            item = kept[place]
            if self.arrays.is_label(item):
                assert isinstance(item, Array)
                found = self.arrays.at_label(found, place, item)
        return found

    def _at_places(self, array: Array, items: Sequence[Value]) -> Array:
        chosen = [i for i in items if _chosen(i) is not None]
        if any(not isinstance(i, (Whole, Number)) and not _is_new(i) and i not in chosen for i in items):
            return self.arrays.unknown("entries at places that are computed")
        if len(chosen) > 1 or (chosen and any(isinstance(i, Number) for i in items)):
            return self.arrays.unknown("entries at places that are computed")
        dots = sum(i is _DOTS for i in items)
        used = sum(not (isinstance(i, Flag) and i.value is None) and i is not _DOTS for i in items)
        if array.open:
            array.least = max(array.least, used)
        if array.open and (not dots or any(not _is_new(i) for i in items[: items.index(_DOTS)] if i is not _DOTS)):
            if dots or items and not all(_is_new(i) or i is _DOTS for i in items):
                return self.arrays.unknown("an entry of an array of which the shape is not known")
            return Array(array.axes, True, None, "an axis put in front of unknown ones")
        if dots > 1 or (not array.open and used > array.rank):
            if dots > 1 or (not array.rank and not self.sizes.binding):  # a number may be one of a library
                raise NotRead
            raise Misfit(f"an array of shape {self.arrays.shape_text(array)} has no {used} axes to index")
        if array.open and used > array.rank:
            raise NotRead
        if not dots:
            items = (*items, _DOTS)
        result, place = array, 0
        for item in items:
            if item is _DOTS:
                behind = sum(not _is_new(i) for i in items[items.index(_DOTS) + 1 :])
                place = result.rank - behind
            elif _is_new(item):
                result = self.arrays.expanded(result, place if not result.open else place - result.rank - 1)
                place += 1
            elif isinstance(item, Whole):
                if not item.all:
                    result = self._part(result, place, item)
                place += 1
            elif (count := _chosen(item)) is not None:
                axis = self.arrays.axis(Dim(count)) if count else self.arrays.unknown_axis()
                axes = (*result.axes[:place], axis, *result.axes[place + 1 :])
                result = Array(axes, result.open, None, "entries at several places")
                place += 1
            elif isinstance(item, Number):
                if item.place is not None and len(result.axes[place]) == 1:
                    result = self._at_each(result, place, item.place)
                elif item.value is None or item.value.denominator != 1:
                    axes = (*result.axes[:place], *result.axes[place + 1 :])
                    result = Array(axes, result.open, None, "an entry at a place that is computed")
                else:
                    result = self.arrays.component(result, place, int(item.value))
            else:
                raise NotRead
        return result


_MASKS = re.compile(r"mask|indicator", re.IGNORECASE)
# what is called so may be a mask, or places
_UNSURE = re.compile(r"observed|one_?hot|valid|keep|active|select|^(?:is|has|use)_", re.IGNORECASE)


def is_called_mask(name: str) -> bool:
    """Does a name say that entries are 0 and 1?"""
    return _MASKS.search(name) is not None


def counted_in(function: ast.FunctionDef) -> frozenset[str]:
    """What a function adds up, multiplies with or turns round, as it does masks and not places."""
    found = set()
    for node in ast.walk(function):
        parts: list[ast.expr] = []
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.Invert, ast.USub)):
            parts = [node.operand]
        elif isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Mult, ast.Div, ast.MatMult)):
            parts = [node.left, node.right]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _COUNTING:
            parts = [node.func.value, *node.args[:1]]
        found |= {
            p.id if isinstance(p, ast.Name) else p.attr for p in parts if isinstance(p, (ast.Name, ast.Attribute))
        }
    return frozenset(found)


_COUNTING = frozenset("sum mean any all count_nonzero nonzero astype float".split())


def _chosen(item: Value) -> int | None:
    """How many entries a list of places, or an array along one axis, takes; 0 where that is not known, None for anything else."""
    if isinstance(item, Several) and item.is_list and item.items and all(type(i) is Number for i in item.items):
        return len(item.items)
    return 0 if type(item) is Array and not item.open and item.rank == 1 else None


def _is_new(item: Value) -> bool:
    return isinstance(item, Flag) and item.value is None


def _of_several(several: Several, node: ast.expr, index: Value) -> Value:
    if isinstance(index, Number) and index.value is not None:
        place = int(index.value)
        return several.items[place] if -len(several.items) <= place < len(several.items) else UNKNOWN
    if isinstance(node, ast.Slice):
        bounds = [None if b is None else _int_of(b) for b in (node.lower, node.upper, node.step)]
        if all(b is not False for b in bounds):
            return Several(several.items[slice(*bounds)], several.is_list)  # type: ignore[arg-type]
    return UNKNOWN


def _int_of(node: ast.expr) -> int | bool:
    """A whole number that stands there; False for anything else."""
    try:
        found = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False
    return found if type(found) is int else False
