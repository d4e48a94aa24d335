"""Functions of layers and losses by name, as PyTorch has them."""

from __future__ import annotations

from ..terms import build
from ..terms.term import Term
from .arrays import Arrays, half
from .functions import Call, NotRead, function
from .values import Array, Flag, Number, Text, Value


@function("linear")
def _linear(arrays: Arrays, call: Call) -> Value:
    """`x W' + b`."""
    x, weight = call.array(0, "input"), call.array(1, "weight")
    if weight.open:
        raise NotRead
    made = arrays.matmul(x, arrays.reversed(weight))
    return _plus(arrays, made, call.get(2, "bias"), call)


def _plus(arrays: Arrays, made: Array, bias: Value | None, call: Call) -> Array:
    if bias is None or (isinstance(bias, Flag) and bias.value is None):
        return made
    return arrays.elementwise(lambda a, b: build.add(a, b), made, call.array(2, "bias"))


@function("addmm", "addmv", "baddbmm", method=True)
def _addmm(arrays: Arrays, call: Call) -> Value:
    call.refuse("beta", "alpha")
    made = arrays.matmul(call.array(1, "mat1", "mat", "batch1"), call.array(2, "mat2", "vec", "batch2"))
    return arrays.elementwise(lambda a, b: build.add(a, b), call.array(0, "input"), made)


@function("nn.normalize", "normalize")
def _normalize(arrays: Arrays, call: Call) -> Value:
    """By the Euclidean length along an axis; the least length that keeps it from 0 is for the digits alone."""
    array, order = call.array(0, "input"), call.get(1, "p")
    if call.library != "torch" or (order is not None and getattr(order, "value", None) != 2):
        raise NotRead
    call.get(3, "eps")
    squares = arrays.elementwise(lambda t: build.power(t, 2), array)
    length = arrays.reduce(squares, [call.one(2, "dim", default=1)], True, lambda t, i: half(arrays.total(t, i)))
    return arrays.elementwise(build.quotient, array, length)


def _loss(arrays: Arrays, call: Call, each: object) -> Value:
    """A loss of each entry, and their mean or sum."""
    a, b = call.array(0, "input"), call.array(1, "target")
    given = call.get(-1, "reduction")
    kind = "mean" if given is None else given.text if isinstance(given, Text) else ""
    made = arrays.elementwise(each, a, b)  # type: ignore[arg-type]
    if kind == "none":
        return made
    if kind not in ("mean", "sum"):
        raise NotRead
    return arrays.reduce(made, None, False, arrays.mean if kind == "mean" else arrays.total)


@function("nn.mse_loss", "mse_loss")
def _mse(arrays: Arrays, call: Call) -> Value:
    return _loss(arrays, call, lambda a, b: build.power(build.subtract(a, b), 2))


@function("nn.l1_loss", "l1_loss")
def _l1(arrays: Arrays, call: Call) -> Value:
    return _loss(arrays, call, lambda a, b: build.apply("abs", build.subtract(a, b)))


@function("nn.binary_cross_entropy_with_logits", "binary_cross_entropy_with_logits")
def _logits(arrays: Arrays, call: Call) -> Value:
    call.refuse("weight", "pos_weight")
    return _loss(arrays, call, lambda z, y: build.subtract(build.apply("softplus", z), build.product([y, z])))


@function("lerp", method=True)
def _lerp(arrays: Arrays, call: Call) -> Value:
    def make(a: Term, b: Term, w: Term) -> Term:
        return build.add(a, build.product([w, build.subtract(b, a)]))

    return arrays.elementwise(make, call.array(0, "input"), call.array(1, "end"), call.array(2, "weight"))


@function("nn.dropout", "dropout")
def _dropout(arrays: Arrays, call: Call) -> Value:
    array = call.array(0, "input")
    call.get(1, "p"), call.get(2, "training"), call.get(3, "inplace")
    rate = call.get(1, "p")
    if isinstance(rate, Number) and rate.value == 0:
        return array
    return Array(array.axes, array.open, why="`dropout`")


@function("nn.layer_norm", "layer_norm")
def _layer_norm(arrays: Arrays, call: Call) -> Value:
    array = call.array(0, "input")
    for place, name in ((1, "normalized_shape"), (2, "weight"), (3, "bias"), (4, "eps")):
        call.get(place, name)
    return Array(array.axes, array.open, why="`layer_norm`")
