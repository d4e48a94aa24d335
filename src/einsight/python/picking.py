"""Functions that take entries at places, or add to them, by name."""

from __future__ import annotations

from ..terms import build
from .arrays import Arrays
from .functions import Call, NotRead, function, size_of
from .values import UNKNOWN, Array, Value, Whole


def _read(found: Array | None) -> Array:
    if found is None:
        raise NotRead
    return found


@function("take")
def _take(arrays: Arrays, call: Call) -> Value:
    array, places = call.array(0, "a", "arr", "x"), call.array(1, "indices")
    axis = (
        call.one(2, "axis", default=0) if call.library != "torch" and (array.rank == 1 or call.get(2, "axis")) else None
    )
    if axis is None or array.open:
        raise NotRead
    place = array.rank + arrays.place(array, axis)
    return _read(arrays.gathered(array, (*(Whole(True),) * place, places)))


@function("embedding", "nn.embedding")
def _embedding(arrays: Arrays, call: Call) -> Value:
    return _read(arrays.gathered(call.array(1, "weight"), (call.array(0, "input"),)))


@function("take_along_axis", "gather", method=("gather",))
def _along(arrays: Arrays, call: Call) -> Value:
    is_torch = call.name.split(".")[-1] == "gather"
    array, places = call.array(0, "arr", "input"), call.array(2 if is_torch else 1, "indices", "index")
    axis = call.one(1 if is_torch else 2, "axis", "dim", default=-1)
    return _read(arrays.gathered_along(array, places, axis))


@function("one_hot", "nn.one_hot")
def _one_hot(arrays: Arrays, call: Call) -> Value:
    places = call.array(0, "x", "input")
    factors = size_of(call.get(1, "num_classes") or UNKNOWN, arrays)
    if not factors or len(factors) != 1:
        raise NotRead
    return _read(arrays.gathered(arrays.identity(factors[0]), (places,)))


@function("bincount")
def _bincount(arrays: Arrays, call: Call) -> Value:
    places, weights = call.array(0, "x", "input"), call.array(1, "weights")
    factors = size_of(call.get(2, "minlength") or UNKNOWN, arrays)
    if not factors or len(factors) != 1 or not arrays.with_terms and not arrays.sizes.binding:
        raise NotRead
    holder = Array((arrays.axis(factors[0]),), term=build.ZERO if arrays.with_terms else None)
    if not arrays.added_at(holder, (places,), weights):
        raise NotRead
    return holder


@function("ops.segment_sum", "segment_sum")
def _segment_sum(arrays: Arrays, call: Call) -> Value:
    array, places = call.array(0, "data"), call.array(1, "segment_ids")
    factors = size_of(call.get(2, "num_segments") or UNKNOWN, arrays)
    if not factors or len(factors) != 1 or array.open or not array.rank:
        raise NotRead
    holder = Array(
        (arrays.axis(factors[0]), *arrays.fresh(array).axes[1:]), term=build.ZERO if arrays.with_terms else None
    )
    if not arrays.added_at(holder, (places,), array):
        raise NotRead
    return holder
