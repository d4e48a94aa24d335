"""The functions of NumPy, JAX and PyTorch by name, each as an operation of arrays.

A function is entered under its name without the library; where libraries differ, under that of one of them.

Long because it is one table: what each name means, each a few lines.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from ..lowering.called import OF_ENTRIES
from ..terms import build
from ..terms.dimension import Dim, Index
from ..terms.term import Number as NumberTerm
from ..terms.term import Term
from .arrays import Arrays, half
from .axes import Misfit
from .sizes import Factors
from .subscripts import Subscripts
from .values import (
    INFINITE,
    NOTHING,
    UNKNOWN,
    Array,
    Flag,
    Library,
    Mask,
    Number,
    Range,
    Several,
    ShapeOf,
    Value,
)

# arguments that change no shape, and no number but for its digits
NEUTRAL = frozenset(
    "dtype device requires_grad precision preferred_element_type copy memory_format layout non_blocking subok like pin_memory "
    "optimize order casting generator key weak_type out_sharding ndmin".split()
)


@dataclass
class Call:
    """The arguments of a call, by place and by name."""

    library: str
    name: str
    given: list[Value]
    named: dict[str, Value] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)

    @property
    def unasked(self) -> bool:
        """Is an argument given that the operation knows nothing of?"""
        return not NEUTRAL.issuperset(self.named.keys() - self.asked)

    def get(self, place: int, *names: str) -> Value | None:
        """An argument by its place or one of its names; None where it is not given."""
        self.asked.update(names)
        if 0 <= place < len(self.given):
            return self.given[place]
        return next((self.named[n] for n in names if n in self.named), None)

    def array(self, place: int, *names: str) -> Array:
        """Raises NotRead where it is no array."""
        found = self.get(place, *names)
        array = as_array(found)
        if array is None:
            raise NotRead
        return array

    def flag(self, place: int, *names: str) -> bool:
        """False where it is not given.  Raises NotRead."""
        found = self.get(place, *names)
        if found is None:
            return False
        if not isinstance(found, Flag):
            raise NotRead
        return bool(found.value)

    def axes(self, place: int, *names: str) -> list[int] | None:
        """A number or several; None where it is not given or None.  Raises NotRead."""
        found = self.get(place, *names)
        if found is None or found is NOTHING or (isinstance(found, Flag) and found.value is None):
            return None
        if isinstance(found, Several):
            return [whole(v) for v in found.items]
        return [whole(found)]

    def one(self, place: int, *names: str, default: int | None = None) -> int:
        """A whole number.  Raises NotRead."""
        found = self.get(place, *names)
        if found is None and default is not None:
            return default
        return whole(found)

    def refuse(self, *names: str) -> None:
        """Raises NotRead where one of those arguments is given, and not None."""
        self.asked.update(names)
        for name in names:
            found = self.named.get(name)
            if found is not None and not (isinstance(found, Flag) and not found.value):
                raise NotRead


class NotRead(Exception):
    """Something that is not known, so that what hangs on it is not read."""


def whole(value: Value | None) -> int:
    """A whole number that stands in the program.  Raises NotRead."""
    if isinstance(value, Number) and value.value is not None and value.value.denominator == 1:
        return int(value.value)
    raise NotRead


def as_array(value: Value | None) -> Array | None:
    if isinstance(value, Array):
        return value
    if isinstance(value, Flag) and value.value is not None:
        return Number(term=build.number(int(value.value)), value=Fraction(int(value.value)))
    if value is UNKNOWN:
        return Array(open=True)
    return None


def size_of(value: Value, arrays: Arrays) -> Factors | None:
    """The size that a number gives: None for -1, an unknown one for what is not known."""
    if isinstance(value, Number):
        if value.factors is not None:
            return value.factors
        if value.value is not None:
            arrays.sizes.computed.add(int(value.value))
            arrays.sizes.has_none |= value.value <= 0 and value.value != -1
            return None if value.value < 0 else (Dim(int(value.value)),) if value.value > 0 else (arrays.sizes.fresh(),)
    return (arrays.sizes.fresh(),)


def shape_of(value: Value | None, arrays: Arrays) -> list[Factors | None] | None:
    """The sizes of a shape that is given; None where it is not known how many there are."""
    if isinstance(value, Several):
        return [size_of(v, arrays) for v in value.items]
    if isinstance(value, ShapeOf) and not value.array.open:
        return [tuple(i.dim for i in axis) for axis in value.array.axes]
    if isinstance(value, Number):
        return [size_of(value, arrays)]
    return None


Operation = Callable[[Arrays, Call], Value]
FUNCTIONS: dict[str, Operation] = {}
# those that are methods of arrays too, by the names of the methods
METHODS: dict[str, Operation] = {}


def function(*names: str, method: bool | Sequence[str] = False) -> Callable[[Operation], Operation]:
    def enter(operation: Operation) -> Operation:
        FUNCTIONS.update(dict.fromkeys(names, operation))
        if method:
            own = [n.split(".")[-1] for n in names] if method is True else method
            METHODS.update(dict.fromkeys(own, operation))
        return operation

    return enter


# entry by entry


def _one(make: Callable[[Term], Term]) -> Operation:
    def operation(arrays: Arrays, call: Call) -> Value:
        call.refuse("where", "out")
        return arrays.elementwise(make, call.array(0, "x", "input", "a"))

    return operation


def _two(make: Callable[[Term, Term], Term]) -> Operation:
    def operation(arrays: Arrays, call: Call) -> Value:
        call.refuse("where", "out", "alpha")
        return arrays.elementwise(make, call.array(0, "x1", "input"), call.array(1, "x2", "other"))

    return operation


def applied(name: str) -> Callable[..., Term]:
    return lambda *terms: build.apply(name, *terms)


ONE, TWO = build.ONE, build.TWO
_ELEMENTWISE: dict[str, Callable[[Term], Term]] = {
    **{n: applied(n) for n in "exp log abs sign sin cos tan sinh cosh tanh sigmoid relu softplus erf silu".split()},
    **{n: applied(n) for n in "asin acos atan asinh acosh atanh digamma".split()},
    **{n: applied(own) for n, own in OF_ENTRIES.items()},
    "nn.relu": applied("relu"),
    "log1p": lambda t: build.apply("log", build.add(ONE, t)),
    "expm1": lambda t: build.subtract(build.apply("exp", t), ONE),
    "log2": lambda t: build.quotient(build.apply("log", t), build.apply("log", TWO)),
    "log10": lambda t: build.quotient(build.apply("log", t), build.apply("log", build.number(10))),
    "sqrt": half,
    "rsqrt": lambda t: build.power(t, Fraction(-1, 2)),
    "square": lambda t: build.power(t, 2),
    "reciprocal": lambda t: build.power(t, -1),
    "negative": build.negate, "neg": build.negate, "positive": lambda t: t,
    "log_sigmoid": lambda t: build.negate(build.apply("softplus", build.negate(t))),
    "logsigmoid": lambda t: build.negate(build.apply("softplus", build.negate(t))),
}  # fmt: skip
for _name, _make in _ELEMENTWISE.items():
    FUNCTIONS[_name] = METHODS[_name] = _one(_make)


def _density(t: Term) -> Term:
    """exp(-t²/2) / √(2π)."""
    scale = half(build.product([TWO, build.constant("pi")]))
    return build.quotient(build.apply("exp", build.product([build.number(Fraction(-1, 2)), build.power(t, 2)])), scale)


def _distribution(t: Term) -> Term:
    """(1 + erf(t / √2)) / 2."""
    whole = build.add(ONE, build.apply("erf", build.quotient(t, half(TWO))))
    return build.product([build.number(Fraction(1, 2)), whole])


# of the standard normal distribution: with a mean or a scale besides they are not read
_NORMAL: dict[str, Callable[[Term], Term]] = {
    "stats.norm.pdf": _density,
    "stats.norm.cdf": _distribution,
    "stats.norm.sf": lambda t: _distribution(build.negate(t)),
    "stats.norm.logpdf": lambda t: build.apply("log", _density(t)),
    "stats.norm.logcdf": lambda t: build.apply("log", _distribution(t)),
    "special.ndtr": _distribution,
    "special.log_ndtr": lambda t: build.apply("log", _distribution(t)),
}
for _name, _make in _NORMAL.items():
    FUNCTIONS[_name] = _one(_make)


def masked(relation: str) -> Callable[[Term, Term], Term]:
    return lambda a, b: build.bracket(relation, a, b)


_BINARY: dict[str, Callable[[Term, Term], Term]] = {
    "add": lambda a, b: build.add(a, b), "subtract": build.subtract, "sub": build.subtract,
    "multiply": lambda a, b: build.product([a, b]), "mul": lambda a, b: build.product([a, b]),
    "divide": build.quotient, "true_divide": build.quotient, "div": build.quotient,
    "power": build.power, "pow": build.power, "float_power": build.power,
    "maximum": applied("max"), "minimum": applied("min"),
    "logaddexp": lambda a, b: build.apply("log", build.add(build.apply("exp", a), build.apply("exp", b))),
    "hypot": lambda a, b: half(build.add(build.power(a, 2), build.power(b, 2))),
    "greater": masked(">"), "less": masked("<"), "greater_equal": masked("≥"), "less_equal": masked("≤"),
    "gt": masked(">"), "lt": masked("<"), "ge": masked("≥"), "le": masked("≤"),
    "equal": masked("="), "not_equal": masked("≠"), "eq": masked("="), "ne": masked("≠"),
}  # fmt: skip
for _name, _binary in _BINARY.items():
    FUNCTIONS[_name] = METHODS[_name] = _two(_binary)


@function("where")
def _where(arrays: Arrays, call: Call) -> Value:
    if len(call.given) != 3:
        raise NotRead

    def make(condition: Term, a: Term, b: Term) -> Term:
        if condition in (build.ONE, build.ZERO):
            return a if condition is build.ONE else b
        return build.add(build.product([condition, a]), build.product([build.subtract(ONE, condition), b]))

    return arrays.elementwise(make, call.array(0), call.array(1), call.array(2))


@function("clip", "clamp", method=True)
def _clip(arrays: Arrays, call: Call) -> Value:
    array = call.array(0, "a", "x", "input")
    bounds = [call.get(1, "a_min", "min"), call.get(2, "a_max", "max")]
    if arrays.with_terms and _is_guard(*bounds):
        return array
    for bound, name in zip(bounds, ("max", "min"), strict=True):
        if bound is None or bound is INFINITE or (isinstance(bound, Flag) and bound.value is None):
            continue
        other = as_array(bound)
        if other is None:
            raise NotRead
        array = arrays.elementwise(applied(name), array, other)
    return array


# what keeps a number from 0, or from 0 and 1, so that a logarithm has a value
GUARD = Fraction(1, 1000)
# beyond which a sigmoid is 0 or 1 but for the digits
FAR = 20


def _is_guard(lower: Value | None, upper: Value | None = None) -> bool:
    """Is a bound there for the digits alone?  The derivative is meant where it is not met."""
    if not isinstance(lower, Number) or lower.value is None:
        return False
    if isinstance(upper, Number) and upper.value is not None and lower.value <= -FAR and upper.value >= FAR:
        return True  # what keeps an exponential from being infinite
    if not 0 < lower.value <= GUARD:
        return False
    if upper is None or (isinstance(upper, Flag) and upper.value is None):
        return True
    return isinstance(upper, Number) and upper.value is not None and 0 < 1 - upper.value <= GUARD


@function("clamp_min", method=True)
def _clamp_min(arrays: Arrays, call: Call) -> Value:
    if arrays.with_terms and _is_guard(call.get(1, "min")):
        return call.array(0)
    return arrays.elementwise(applied("max"), call.array(0), call.array(1, "min"))


@function("nn.gelu", "gelu")
def _gelu(arrays: Arrays, call: Call) -> Value:
    array = call.array(0, "x", "input")
    given = call.get(1, "approximate")
    tanh = (
        call.library == "jax"
        if given is None
        else getattr(given, "value", None) is True or getattr(given, "text", "") == "tanh"
    )
    if not tanh:
        return arrays.elementwise(applied("gelu"), array)

    def make(z: Term) -> Term:
        root = half(build.quotient(TWO, build.constant("pi")))
        cubed = build.product([build.number(Fraction(44715, 1000000)), build.power(z, 3)])
        inner = build.product([root, build.add(z, cubed)])
        return build.product([build.HALF, z, build.add(ONE, build.apply("tanh", inner))])

    return arrays.elementwise(make, array)


def _leaky(arrays: Arrays, call: Call) -> Value:
    slope = call.get(1, "negative_slope")
    number = slope.value if isinstance(slope, Number) else Fraction(1, 100) if slope is None else None
    if number is None:
        raise NotRead

    def make(z: Term) -> Term:
        over = build.bracket("<", build.ZERO, z)
        return build.product([z, build.add(build.number(number), build.product([over, build.number(1 - number)]))])

    return arrays.elementwise(make, call.array(0, "x", "input"))


FUNCTIONS["leaky_relu"] = _leaky


@function("elu")
def _elu(arrays: Arrays, call: Call) -> Value:
    alpha = call.get(1, "alpha")
    number = build.ONE if alpha is None else alpha.term if isinstance(alpha, Number) else None
    if number is None:
        raise NotRead

    def make(z: Term) -> Term:
        over = build.bracket("<", build.ZERO, z)
        below = build.product([build.subtract(ONE, over), number, build.subtract(build.apply("exp", z), ONE)])
        return build.add(build.product([over, z]), below)

    return arrays.elementwise(make, call.array(0, "x", "input"))


# along axes


def _reduction(make: Callable[[Arrays], Callable[[Term, tuple[Index, ...]], Term]] | None) -> Operation:
    def operation(arrays: Arrays, call: Call) -> Value:
        call.refuse("where", "out", "initial")
        array = call.array(0, "a", "x", "input")
        dtype = call.get(2, "dtype") if call.library != "torch" else None
        keep_place = {"numpy": 4, "jax": 4, "torch": 2}.get(call.library, -1)
        if dtype is not None and isinstance(dtype, Flag) and dtype.value is not None:
            raise NotRead
        keep = call.flag(keep_place, "keepdims", "keepdim")
        return arrays.reduce(array, call.axes(1, "axis", "dim"), keep, make(arrays) if make is not None else None)

    return operation


def _deviation(arrays: Arrays, call: Call, root: bool) -> Value:
    """`var` and `std`: NumPy divides by the length, PyTorch by one less."""
    array = call.array(0, "a", "x", "input")
    call.refuse("where", "out", "dtype", "mean")
    less = Fraction(1 if call.library == "torch" else 0)
    given = call.get(-1, "ddof", "correction")
    if given is not None:
        if not isinstance(given, Number) or given.value is None:
            raise NotRead
        less = given.value
    unbiased = call.get(-1, "unbiased")
    if unbiased is not None:
        if not isinstance(unbiased, Flag):
            raise NotRead
        less = Fraction(bool(unbiased.value))
    if len(call.given) > 2:
        raise NotRead
    axes, keep = call.axes(1, "axis", "dim"), call.flag(-1, "keepdims", "keepdim")
    centre = arrays.reduce(array, axes, True, arrays.mean)
    if array.open:
        return arrays.reduce(array, axes, keep, None)
    squares = arrays.elementwise(lambda x, m: build.power(build.subtract(x, m), 2), array, centre)

    def make(term: Term, indices: tuple[Index, ...]) -> Term:
        count = build.subtract(arrays.size_term(indices), build.number(less))
        found = build.product([term, build.power(count, -1)], indices)
        return half(found) if root else found

    return arrays.reduce(squares, axes, keep, make)


@function("var", method=True)
def _var(arrays: Arrays, call: Call) -> Value:
    return _deviation(arrays, call, False)


@function("std", method=True)
def _std(arrays: Arrays, call: Call) -> Value:
    return _deviation(arrays, call, True)


def _extreme(name: str) -> Operation:
    def operation(arrays: Arrays, call: Call) -> Value:
        array = call.array(0, "a", "x", "input")
        second = call.get(1)
        if (
            call.library == "torch"
            and len(call.given) > 1
            and isinstance(second, Array)
            and not isinstance(second, Number)
        ):
            return arrays.elementwise(applied(name), array, second)
        call.refuse("where", "out", "initial")
        keep = call.flag(2 if call.library == "torch" else 3, "keepdims", "keepdim")
        axes = call.axes(1, "axis", "dim")

        def make(term: Term, indices: tuple[Index, ...]) -> Term:
            if name == "min":
                return build.negate(build.operator("max", [build.abstraction(indices, build.negate(term))]))
            return build.operator("max", [build.abstraction(indices, term)])

        found = arrays.reduce(array, axes, keep, make)
        pair = call.library == "torch" and call.name in ("max", "min") and axes is not None
        return Several((found, UNKNOWN)) if pair else found

    return operation


for _name, _kind in (("max", "max"), ("min", "min"), ("amax", "max"), ("amin", "min")):
    FUNCTIONS[_name] = METHODS[_name] = _extreme(_kind)
FUNCTIONS["sum"] = METHODS["sum"] = _reduction(lambda arrays: arrays.total)
FUNCTIONS["mean"] = METHODS["mean"] = _reduction(lambda arrays: arrays.mean)
for _name in ("prod", "all", "any", "argmax", "argmin", "median", "nanmean", "nansum", "count_nonzero"):
    FUNCTIONS[_name] = METHODS[_name] = _reduction(None)


def _exponentials(arrays: Arrays, call: Call) -> tuple[Array, list[int] | None, Array]:
    """The exponentials of an array, the axes, and their sums along them, which stay."""
    array = call.array(0, "x", "a", "input")
    call.refuse("where", "initial", "b")
    axes = call.axes(1, "axis", "dim")
    if axes is None and call.name.endswith("softmax"):
        if call.library == "torch":
            raise NotRead
        axes = [-1] if call.library == "jax" else None
    powers = arrays.elementwise(applied("exp"), array)
    return powers, axes, arrays.reduce(powers, axes, True, arrays.total)


@function("softmax", "nn.softmax", method=True)
def _softmax(arrays: Arrays, call: Call) -> Value:
    powers, _, sums = _exponentials(arrays, call)
    return arrays.elementwise(build.quotient, powers, sums)


@function("log_softmax", "nn.log_softmax", method=True)
def _log_softmax(arrays: Arrays, call: Call) -> Value:
    array = call.array(0, "x", "a", "input")
    _, _, sums = _exponentials(arrays, call)
    logarithm = arrays.elementwise(applied("log"), sums)
    return arrays.elementwise(build.subtract, array, logarithm)


@function("logsumexp", method=True)
def _logsumexp(arrays: Arrays, call: Call) -> Value:
    array = call.array(0, "x", "a", "input")
    call.refuse("where", "b", "return_sign")
    axes = call.axes(1, "axis", "dim")
    keep = call.flag(2 if call.library == "torch" else -1, "keepdims", "keepdim")
    powers = arrays.elementwise(applied("exp"), array)
    return arrays.elementwise(applied("log"), arrays.reduce(powers, axes, keep, arrays.total))


@function("linalg.norm", "norm", "linalg.vector_norm", method=True)
def _norm(arrays: Arrays, call: Call) -> Value:
    array = call.array(0, "x", "input", "A")
    kind = call.get(1, "ord", "p")
    axes = call.axes(2, "axis", "dim")
    keep = call.flag(3, "keepdims", "keepdim")
    squares = arrays.elementwise(lambda t: build.power(t, 2), array)
    euclidean = kind is None or (isinstance(kind, Flag) and kind.value is None) or getattr(kind, "text", "") == "fro"
    if isinstance(kind, Number) and kind.value == 2:
        euclidean = call.name.endswith("vector_norm") or (axes is not None and len(axes) == 1) or (
            not array.open and array.rank == 1)  # fmt: skip
    if not euclidean:
        return arrays.reduce(array, axes, keep, None)
    return arrays.reduce(squares, axes, keep, lambda t, i: half(arrays.total(t, i)))


@function("cumsum", method=True)
def _cumsum(arrays: Arrays, call: Call) -> Value:
    array = call.array(0, "a", "x", "input")
    call.refuse("out")
    axes = call.axes(1, "axis", "dim")
    if axes is None:
        if call.library == "torch" or array.open or array.rank != 1:
            raise NotRead
        axes = [0]
    if len(axes) != 1:
        raise NotRead
    return arrays.running(array, axes[0])


@function("flip", "fliplr", "flipud", method=("flip", "fliplr", "flipud"))
def _flip(arrays: Arrays, call: Call) -> Value:
    array = call.array(0, "m", "input")
    name = call.name.split(".")[-1]
    axes = {"fliplr": [1], "flipud": [0]}.get(name) or call.axes(1, "axis", "dims")
    return arrays.turned(array, axes)


@function("cumprod", "sort", "argsort", "roll", "triu", "tril", "nan_to_num", method=True)
def _same_shape(arrays: Arrays, call: Call) -> Value:
    array = call.array(0)
    if call.name in ("cumprod", "sort", "argsort") and call.library != "torch" and call.axes(1, "axis") is None:
        raise NotRead
    if call.library == "torch" and call.name == "sort":
        raise NotRead
    return Array(array.axes, array.open, why=f"`{call.name}`")


# products


@function("matmul", "bmm", "mm", "mv", method=True)
def _matmul(arrays: Arrays, call: Call) -> Value:
    a, b = call.array(0), call.array(1)
    ranks = {"bmm": (3, 3), "mm": (2, 2), "mv": (2, 1)}.get(call.name.split(".")[-1])
    if ranks is not None:
        for array, rank in zip((a, b), ranks, strict=True):
            if not array.open and array.rank != rank:
                raise Misfit(
                    f"`{call.name}` takes an array with {rank} axes, and this has shape {arrays.shape_text(array)}"
                )
    return arrays.matmul(a, b)


@function("dot", method=True)
def _dot(arrays: Arrays, call: Call) -> Value:
    a, b = call.array(0), call.array(1)
    if (not a.open and not a.rank) or (not b.open and not b.rank):
        return arrays.elementwise(lambda x, y: build.product([x, y]), a, b)
    if call.library == "torch" and not a.open and not b.open and (a.rank, b.rank) != (1, 1):
        raise Misfit(
            f"`torch.dot` takes vectors, and these have shapes {arrays.shape_text(a)} and {arrays.shape_text(b)}"
        )
    if a.open or b.open or a.rank > 2 or b.rank > 2:
        raise NotRead
    return arrays.matmul(a, b)


@function("linalg.multi_dot")
def _multi_dot(arrays: Arrays, call: Call) -> Value:
    given = call.get(0, "arrays", "tensors")
    parts = [as_array(v) for v in given.items] if isinstance(given, Several) else []
    if len(parts) < 2:
        raise NotRead
    first, *others = parts
    for other in others:
        if first is None or other is None:
            raise NotRead
        first = arrays.matmul(first, other)
    assert first is not None
    return first


@function("vdot", "inner")
def _inner(arrays: Arrays, call: Call) -> Value:
    a, b = call.array(0), call.array(1)
    if a.open or b.open or (a.rank, b.rank) != (1, 1):
        raise NotRead
    return arrays.matmul(a, b)


@function("outer", "ger", method=True)
def _outer(arrays: Arrays, call: Call) -> Value:
    a, b = call.array(0), call.array(1)
    if a.open or b.open or (a.rank, b.rank) != (1, 1):
        raise NotRead
    return arrays.elementwise(lambda x, y: build.product([x, y]), arrays.expanded(a, 1), arrays.expanded(b, 0))


@function("tensordot")
def _tensordot(arrays: Arrays, call: Call) -> Value:
    a, b = call.array(0), call.array(1)
    if a.open or b.open:
        raise NotRead
    given = call.get(2, "axes", "dims")
    if isinstance(given, Several):
        pair = [_places_of(v) for v in given.items]
        if len(pair) != 2:
            raise NotRead
        left, right = pair
    else:
        count = whole(given) if given is not None else 2
        left, right = list(range(a.rank - count, a.rank)), list(range(count))
    if len(left) != len(right):
        raise Misfit(f"`tensordot` sums {len(left)} axes of the first array and {len(right)} of the second")
    first = [f"a{k}" for k in range(a.rank)]
    second = [f"b{k}" for k in range(b.rank)]
    for x, y in zip(left, right, strict=True):
        here, there = a.rank + arrays.place(a, x), b.rank + arrays.place(b, y)
        second[there] = first[here]
        arrays.same(
            a.axes[here],
            b.axes[there],
            f"`tensordot` of shapes {arrays.shape_text(a)} and {arrays.shape_text(b)}: "
            f"{arrays.size_text(a.axes[here])} against {arrays.size_text(b.axes[there])}",
        )
    output = (*(x for x in first if x not in second), *(x for x in second if x not in first))
    return arrays.contract(
        [a, b], Subscripts((tuple(first), tuple(second)), output), ("the first", "the second").__getitem__
    )


def _places_of(value: Value) -> list[int]:
    return [whole(v) for v in value.items] if isinstance(value, Several) else [whole(value)]


@function("trace", "linalg.trace", method=True)
def _trace(arrays: Arrays, call: Call) -> Value:
    if len(call.given) > 1 or call.named:
        raise NotRead
    return arrays.trace(call.array(0))


@function("diag", method=True)
def _diag(arrays: Arrays, call: Call) -> Value:
    if len(call.given) > 1 or call.named:
        raise NotRead
    return arrays.diagonal(call.array(0))


@function("diagonal", method=True)
def _diagonal(arrays: Arrays, call: Call) -> Value:
    array = call.array(0)
    if len(call.given) > 1 or call.named or array.open or array.rank != 2:
        raise NotRead
    return arrays.diagonal(array)


@function("linalg.inv", "linalg.inverse", "inverse", "linalg.pinv")
def _inv(arrays: Arrays, call: Call) -> Value:
    array = call.array(0)
    if call.name.endswith("pinv"):
        raise NotRead
    return arrays.inverse(array)


@function("linalg.det", "det", method=("det",))
def _det(arrays: Arrays, call: Call) -> Value:
    return arrays.scalar_of_matrix(call.array(0), "det")


@function("logdet", method=True)
def _logdet(arrays: Arrays, call: Call) -> Value:
    return arrays.scalar_of_matrix(call.array(0), "logdet")


@function("linalg.slogdet", "slogdet")
def _slogdet(arrays: Arrays, call: Call) -> Value:
    array = call.array(0)
    found = arrays.scalar_of_matrix(array, "logdet")
    sign = Array(found.axes, found.open, why="the sign of a determinant")
    # log |det| and log det have one derivative
    return Several((sign, found))


@function("linalg.solve")
def _solve(arrays: Arrays, call: Call) -> Value:
    a, b = call.array(0), call.array(1)
    arrays.square(a, "solve")
    if a.open or b.open or a.rank != 2 or b.rank not in (1, 2):
        raise NotRead
    return arrays.matmul(arrays.inverse(a), b)


@function("linalg.solve_triangular", "solve_triangular")
def _solve_triangular(arrays: Arrays, call: Call) -> Value:
    """No term: of the matrix it looks at a half."""
    a, b = call.array(0, "A", "a", "input"), call.array(1, "B", "b")
    call.asked.update(call.named)
    arrays.square(a, "solve_triangular")
    if a.open or b.open or a.rank != 2 or b.rank not in (1, 2) or "left" in call.named:
        raise NotRead
    shown = f"{arrays.shape_text(a)} and {arrays.shape_text(b)}"
    arrays.same(a.axes[1], b.axes[0], f"`solve_triangular` of shapes {shown}")
    return Array(b.axes, why="`solve_triangular`")


@function("cov", "corrcoef")
def _cov(arrays: Arrays, call: Call) -> Value:
    """Of the rows, or of the columns where it is said."""
    array = call.array(0, "m", "x", "input")
    rows = call.get(2, "rowvar")
    call.refuse("y", "fweights", "aweights")
    call.get(-1, "ddof", "bias", "correction")
    if array.open or array.rank != 2 or len(call.given) > 1 or not (rows is None or isinstance(rows, Flag)):
        raise NotRead
    own = array.axes[1] if isinstance(rows, Flag) and not rows.value else array.axes[0]
    if not own:
        raise NotRead
    return Array(arrays.distinct([own, own]), why=f"`{call.name}`")


@function("linalg.eigh", "linalg.eig")
def _eigen(arrays: Arrays, call: Call) -> Value:
    array = call.array(0)
    name = call.name.split(".")[-1]
    arrays.square(array, name)
    if array.open or call.library == "jax":
        raise NotRead
    return Several((Array(array.axes[:-1], why=f"`{name}`"), Array(array.axes, why=f"`{name}`")))


@function("linalg.cholesky", "linalg.eigvalsh", "linalg.eigvals", "linalg.matrix_power", "linalg.expm")
def _of_square(arrays: Arrays, call: Call) -> Value:
    array = call.array(0)
    name = call.name.split(".")[-1]
    arrays.square(array, name)
    if "eig" in name:
        return Array(array.axes[:-1], array.open, why=f"`{name}`")
    return Array(array.axes, array.open, why=f"`{name}`")


# the same entries elsewhere


@function("transpose", "permute_dims", "permute", method=True)
def _transpose(arrays: Arrays, call: Call) -> Value:
    array = call.array(0, "a", "x", "input")
    if call.library == "torch" and call.name.split(".")[-1] == "transpose":
        return arrays.swapped(array, call.one(1, "dim0"), call.one(2, "dim1"))
    rest = call.given[1:] or [v for n in ("axes", "dims") if (v := call.get(-1, n)) is not None]
    if not rest or (isinstance(rest[0], Flag) and rest[0].value is None):
        return arrays.reversed(array)
    order = [whole(v) for v in (rest[0].items if isinstance(rest[0], Several) else rest)]
    return arrays.permuted(array, order)


@function("swapaxes", "swapdims", method=True)
def _swapaxes(arrays: Arrays, call: Call) -> Value:
    return arrays.swapped(call.array(0), call.one(1, "axis1"), call.one(2, "axis2"))


@function("matrix_transpose", "linalg.matrix_transpose")
def _matrix_transpose(arrays: Arrays, call: Call) -> Value:
    return arrays.swapped(call.array(0), -1, -2)


METHODS["t"] = lambda arrays, call: arrays.reversed(call.array(0))
FUNCTIONS["t"] = METHODS["t"]


@function("moveaxis", "movedim", method=("movedim",))
def _moveaxis(arrays: Arrays, call: Call) -> Value:
    array = call.array(0)
    source, target = call.one(1, "source"), call.one(2, "destination")
    order = list(range(array.rank))
    taken = order.pop(array.rank + arrays.place(array, source))
    order.insert(array.rank + arrays.place(array, target), taken)
    return arrays.permuted(array, order)


@function("expand_dims", "unsqueeze", method=("unsqueeze",))
def _expand_dims(arrays: Arrays, call: Call) -> Value:
    array = call.array(0, "a", "input")
    axes = call.axes(1, "axis", "dim")
    if axes is None or len(axes) != 1:
        raise NotRead
    return arrays.expanded(array, axes[0])


@function("squeeze", method=True)
def _squeeze(arrays: Arrays, call: Call) -> Value:
    return arrays.squeezed(call.array(0), call.axes(1, "axis", "dim"), call.library != "torch")


@function("reshape", "view", method=True)
def _reshape(arrays: Arrays, call: Call) -> Value:
    array = call.array(0, "a", "input")
    call.refuse("order")
    rest = call.given[1:] or [v for n in ("shape", "newshape") if (v := call.get(-1, n)) is not None]
    given = shape_of(rest[0], arrays) if len(rest) == 1 else [size_of(v, arrays) for v in rest]
    if (
        given is None
        or not rest
        or any(not isinstance(v, (Number, Several, ShapeOf)) and v is not UNKNOWN for v in rest)
        or (
            len(rest) > 1 and any(isinstance(v, (Several, ShapeOf)) for v in rest)
        )  # of a library that is given: `xp.reshape(x, …)`
    ):
        raise NotRead
    return arrays.reshaped(array, given)


@function("ravel", "flatten", method=True)
def _ravel(arrays: Arrays, call: Call) -> Value:
    array = call.array(0, "input")
    if call.library != "torch" or (len(call.given) < 2 and not call.named):
        if len(call.given) > 1 or call.named:
            raise NotRead
        return arrays.reshaped(array, [None])
    if array.open:
        raise NotRead
    first = array.rank + arrays.place(array, call.one(1, "start_dim", default=0))
    last = array.rank + arrays.place(array, call.one(2, "end_dim", default=-1))
    parts = [tuple(i.dim for i in axis) for axis in array.axes]
    together = tuple(d for part in parts[first : last + 1] for d in part)
    return arrays.reshaped(array, [*parts[:first], together, *parts[last + 1 :]])


@function("broadcast_to", "expand", method=("expand",))
def _broadcast_to(arrays: Arrays, call: Call) -> Value:
    array = call.array(0)
    name = call.name.split(".")[-1]
    if name != "broadcast_to" or array.open:
        raise NotRead
    shape = shape_of(call.get(1, "shape"), arrays)
    if shape is None or None in shape:
        raise NotRead
    axes = tuple(tuple(i for d in (w or ()) for i in arrays.axis(d)) for w in shape)
    if array.rank > len(axes):
        raise Misfit(f"shape {arrays.shape_text(array)} is not broadcast to {len(axes)} axes")
    met = arrays.broadcast([array, Array(axes)])
    return arrays.over(array, met)


@function("cross_entropy", "scatter")
def _out_of_reach(arrays: Arrays, call: Call) -> Value:
    raise NotRead


def _identity(arrays: Arrays, call: Call) -> Value:
    array = call.array(0)  # another object, into which may be written
    return array if isinstance(array, Number) else replace(array, base=None)


for _name in (
    "asarray",
    "array",
    "asanyarray",
    "ascontiguousarray",
    "copy",
    "as_tensor",
    "tensor",
    "from_numpy",
    "clone",
    "real",
):
    FUNCTIONS[_name] = _identity
for _name in (
    "copy", "clone", "astype", "float", "double", "half", "contiguous", "cpu", "cuda", "numpy", "to", "type_as", "bfloat16",
    "requires_grad_", "int", "long", "bool", "type", "item",
):  # fmt: skip
    METHODS[_name] = _identity


def _stopped(arrays: Arrays, call: Call) -> Value:
    array = call.array(0)
    return array if isinstance(array, Number) else Array(array.axes, array.open, array.term, "a stopped gradient")


for _name in ("stop_gradient", "detach"):
    FUNCTIONS[_name] = METHODS[_name] = _stopped
METHODS["data"] = _stopped


@function("view_as", "reshape_as", "expand_as", method=True)
def _view_as(arrays: Arrays, call: Call) -> Value:
    array, other = call.array(0), call.array(1, "other")
    if call.name.split(".")[-1] == "expand_as" and not (array.open or other.open):
        return arrays.over(array, arrays.broadcast([array, Array(other.axes)]))
    return array if array is other else Array(other.axes, other.open, why=f"`{call.name}`")


# new arrays


def _filled(term: Term | None) -> Operation:
    def operation(arrays: Arrays, call: Call) -> Value:
        rest = (
            call.given
            if call.library == "torch" and not isinstance((call.given or [UNKNOWN])[0], (Several, ShapeOf))
            else call.given[:1]
        )
        rest = rest or [v for n in ("shape", "size") if (v := call.get(-1, n)) is not None]
        shape = shape_of(rest[0], arrays) if len(rest) == 1 else [size_of(v, arrays) for v in rest]
        if shape is None or not rest or None in shape:
            raise NotRead
        dims = [w or () for w in shape]
        axes = tuple(tuple(i for d in w for i in arrays.axis(d)) for w in dims)
        if call.name.split(".")[-1] == "empty" and arrays.sizes.lengths:  # whatever stood in memory
            return arrays.named("memory", Array(axes))[1]
        if term is None and arrays.ways is not None:  # other numbers with each call, which are what they are
            arrays.drawn += 1
            return arrays.named(f"random·{arrays.drawn}", Array(axes))[1]
        return Array(axes, term=term if arrays.with_terms else None, why="random numbers")

    return operation


for _name, _term in (("zeros", build.ZERO), ("ones", build.ONE), ("empty", None)):
    FUNCTIONS[_name] = _filled(_term)
for _name in ("random.rand", "random.randn"):
    FUNCTIONS[_name] = lambda arrays, call: _filled(None)(arrays, Call("torch", call.name, call.given, {}))
for _name in ("randn", "rand"):
    FUNCTIONS[_name] = _filled(None)
for _name in ("random.normal", "random.uniform"):
    FUNCTIONS[_name] = lambda arrays, call: _random(arrays, call)
for _name in ("random.random", "random.random_sample", "random.standard_normal", "random.standard_exponential"):
    FUNCTIONS[_name] = lambda arrays, call: _filled(None)(arrays, call)
for _name in ("random.laplace", "random.gamma", "random.beta", "random.binomial", "random.randint", "random.integers"):
    FUNCTIONS[_name] = lambda arrays, call: _random(arrays, call)
for _name in ("random.poisson", "random.exponential", "random.choice"):
    FUNCTIONS[_name] = lambda arrays, call: _sized(arrays, call, 1)


def _random(arrays: Arrays, call: Call) -> Value:
    """JAX takes a key and a shape, NumPy two parameters and a size."""
    if call.library == "jax":
        if call.name.split(".")[-1] not in ("normal", "uniform"):
            raise NotRead
        return _sized(arrays, call, 1)
    return _sized(arrays, call, 2)


def _sized(arrays: Arrays, call: Call, place: int) -> Value:
    """Numbers at random, of the shape that stands there."""
    call.asked |= {"loc", "scale", "low", "high", "lam", "a", "b", "n", "p", "replace", "minval", "maxval"}
    given = call.get(place, "shape") if call.library == "jax" else call.get(place, "size")
    if given is None or given is NOTHING:
        return arrays.unknown("random numbers")
    return _filled(None)(arrays, Call("numpy", call.name, [given]))


@function("full")
def _full(arrays: Arrays, call: Call) -> Value:
    value = as_array(call.get(1, "fill_value"))
    shape = shape_of(call.get(0, "shape", "size"), arrays)
    if shape is None or None in shape or value is None or value.open or value.rank:
        raise NotRead
    axes = tuple(tuple(i for d in (w or ()) for i in arrays.axis(d)) for w in shape)
    return Array(axes, term=value.term)


def _like(term: Term | None) -> Operation:
    def operation(arrays: Arrays, call: Call) -> Value:
        array = call.array(0)
        call.refuse("shape")
        return Array(array.axes, array.open, term if arrays.with_terms else None)

    return operation


for _name, _term in (("zeros_like", build.ZERO), ("ones_like", build.ONE), ("randn_like", None)):
    FUNCTIONS[_name] = _like(_term)


@function("empty_like")
def _empty_like(arrays: Arrays, call: Call) -> Value:
    """Whatever stood in memory, which is nothing to what is made of it once all of it is written."""
    array = call.array(0, "a", "prototype", "input")
    return arrays.named("memory", array)[1] if not array.open else arrays.unknown("`empty_like`")


@function("full_like")
def _full_like(arrays: Arrays, call: Call) -> Value:
    array, value = call.array(0), as_array(call.get(1, "fill_value"))
    if value is None or value.open or value.rank:
        raise NotRead
    return Array(array.axes, array.open, value.term)


@function("eye", "identity")
def _eye(arrays: Arrays, call: Call) -> Value:
    size = call.get(0, "n", "N")
    second = call.get(1, "M", "m")
    factors = size_of(size, arrays) if size is not None else None
    if factors is None or len(factors) != 1 or isinstance(second, Array) or "k" in call.named:
        raise NotRead
    found = arrays.identity(factors[0])
    kind = call.get(-1, "dtype")
    return Mask(found.axes, False, found.term) if isinstance(kind, Library) and kind.path.endswith("bool") else found


@function("arange", "linspace")
def _arange(arrays: Arrays, call: Call) -> Value:
    if call.name.split(".")[-1] == "linspace":
        number = call.get(2, "num", "steps")
        factors = size_of(number, arrays) if number is not None else (Dim(50),)
    elif len(call.given) == 1 and not isinstance(getattr(call.given[0], "value", None), Fraction):
        factors = size_of(call.given[0], arrays) if "step" not in call.named else None
    else:
        values = [v.value if isinstance(v, Number) else None for v in call.given]
        start, stop, step = (values[0], values[1], Fraction(1)) if len(values) == 2 else (Fraction(0), values[0], Fraction(1)) if (
            len(values) == 1) else (*values, None)[:3]  # fmt: skip
        if (
            start is None
            or stop is None
            or not step
            or "step" in call.named
            or {v.denominator for v in (start, stop, step)} != {1}
        ):  # of fractions a rounding may make one more
            factors = None
        else:
            count = -int(-(stop - start) / step // 1) if (stop - start) / step > 0 else 0
            factors = (Dim(count),) if count else None
    if factors is None:
        return Array((arrays.unknown_axis(),), why="`arange`")
    made = Range if call.name.split(".")[-1] == "arange" and len(call.given) == 1 else Array
    return made((tuple(i for d in factors for i in arrays.axis(d)),), why="`arange`")


def is_zero(term: Term | None) -> bool:
    return isinstance(term, NumberTerm) and term.value == 0
