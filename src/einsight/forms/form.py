"""Arrays as people write them: products in a row, sums, Hadamard and Kronecker products, functions.

A form knows its rows and columns, each a row of names of dimensions, none for an axis of length 1, and several for one of `vec`.
The functions here make forms canonical as far as nobody would notice: transposes stand at names, numbers and scalars in front,
equal neighbours are powers, `v' v` is `‖v‖^2`.  How a form is best written is for `writing.py` to say, which of several equal
forms for `search.py`.  Of a sum that is a factor and its negative one is kept; `turned` is one that is written as its negative.

Long because what is canonical of one head is made of the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import lru_cache
from operator import attrgetter
from typing import Any, Union

from ..terms.interning import TABLE, Interned, intern_absent

Dims = tuple[str, ...]
# whole ones are integers, which is faster
Rational = Union[Fraction, int]  # noqa: UP007 - evaluated at run time on 3.10
ONE: Rational = 1
# of a number, and of the power of one
MOST_BITS, MOST_POWER = 64, 64
MOST = 1 << MOST_BITS
_key, _head = attrgetter("key"), attrgetter("head")
# products, sums and powers that are remembered
KEPT = 4096
# functions of a matrix or a vector whose value is a number, the same of what is transposed
REDUCTIONS = frozenset({"tr", "det", "logdet", "sum", "norm", "mean", "logsumexp", "var", "max", "min", "prod"})


class NotAForm(Exception):
    """What is no form, or is one of which nothing is known here."""


class Form(Interned):
    """A head over its parts, and `data`: a number, a name, an exponent.

    What is asked of each again and again is kept beside it: its transpose, it as `scaled`, and what `writing.py` makes of it, as it
    stands (`plain`) and in the shorter of two ways (`written`), each with how many signs that has.
    """

    __slots__ = (
        "head", "parts", "data", "rows", "columns", "shape", "is_scalar", "is_column", "is_matrix", "is_atom", "key", "turned", "scaled",
        "plain", "plain_signs", "written", "signs", "memo", "__weakref__",
    )  # fmt: skip
    head: str
    parts: tuple[Form, ...]
    data: Any
    rows: Dims
    columns: Dims
    shape: tuple[Dims, Dims]
    is_scalar: bool
    is_column: bool
    is_matrix: bool
    is_atom: bool  # a name, a number, or the transpose of one: there is nothing in it
    key: str
    turned: Form | None
    scaled: tuple[Rational, tuple[Form, ...], Form | None] | None
    plain: Any
    plain_signs: int
    written: Any
    signs: int
    memo: dict[str, Any]

    def __new__(cls, head: str, parts: tuple[Form, ...], data: Any, rows: Dims, columns: Dims) -> Form:
        identity = cls, head, parts, data, rows, columns
        entry = TABLE.get(identity)
        found = entry() if entry is not None else None
        return intern_absent(identity, cls._made, identity[1:]) if found is None else found

    @classmethod
    def _made(cls, head: str, parts: tuple[Form, ...], data: Any, rows: Dims, columns: Dims) -> Form:
        self = object.__new__(cls)
        self.head, self.parts, self.data, self.rows, self.columns = head, parts, data, rows, columns
        self.shape = rows, columns
        self.is_scalar = not rows and not columns
        self.is_column, self.is_matrix = bool(rows) and not columns, bool(rows) and bool(columns)
        self.is_atom = not parts or (head == "transpose" and not parts[0].parts)
        own, inside = "" if data is None else data, ",".join(map(_key, parts)) if parts else ""
        self.key = f"{head}[{own}]({inside}){'.'.join(rows)};{'.'.join(columns)}"
        self.turned = self.scaled = self.plain = self.written = None
        self.memo = {}
        return self

    def __repr__(self) -> str:
        return self.key

    @property
    def is_symmetric(self) -> bool:
        return self.rows == self.columns and transpose(self) is self


def exact(value: Rational) -> Rational:
    """A number as an integer where it is one."""
    if type(value) is int or value.denominator != 1:
        return value
    return value.numerator


def number(value: Rational) -> Form:
    """A rational number.  Raises NotAForm for one that nobody would write."""
    value = exact(value)
    if value and not _is_writable(value):
        raise NotAForm
    return Form("number", (), value, (), ())


def name(text: str, rows: Dims = (), columns: Dims = (), symmetric: bool = False) -> Form:
    return Form("symmetric" if symmetric and rows else "name", (), text, rows, columns)


def identity(dims: Dims) -> Form:
    return Form("I", (), None, dims, dims)


def ones(dims: Dims) -> Form:
    return Form("ones", (), None, dims, ())


def all_ones(rows: Dims, columns: Dims) -> Form:
    """An array of ones of any shape."""
    if not rows and not columns:
        return number(1)
    parts = [ones(rows)] * bool(rows) + [transpose(ones(columns))] * bool(columns)
    return product(parts)


def is_all_ones(form: Form) -> bool:
    head = form.head
    if head == "product":
        return form.data == 1 and all(map(is_all_ones, form.parts))
    return head == "ones" or (head == "transpose" and form.parts[0].head == "ones")


def commutation(rows: str, columns: str) -> Form:
    return Form("K", (), (rows, columns), (rows, columns), (columns, rows))


def transpose(form: Form) -> Form:
    """The transpose, moved to the names inside."""
    found = form.turned
    if found is None:
        found = form.turned = _transposed(form)
        found.turned = form
    return found


def _transposed(form: Form) -> Form:
    head, parts = form.head, form.parts
    if form.is_scalar or head in ("symmetric", "I", "diag"):
        return form
    if head == "transpose":
        return parts[0]
    if head == "K":
        return commutation(form.data[1], form.data[0])
    if head == "product":
        count = _scalars_before(parts)
        turned = [*parts[:count], *map(transpose, reversed(parts[count:]))]
        return Form("product", tuple(turned), form.data, form.columns, form.rows)
    turned = list(map(transpose, parts))
    if head == "total":
        return total(turned)
    if head == "hadamard":
        return hadamard(turned)
    if head == "entries":
        return entrywise_power(turned[0], form.data)
    if head == "power":
        return power(turned[0], form.data)
    if head == "function":
        return function(form.data, turned)
    if head in ("bracket", "turned"):
        return Form(head, tuple(turned), form.data, form.columns, form.rows)
    if head == "kronecker":
        return kronecker(*turned)
    if head == "operator" and form.data == "expm":
        return Form("operator", tuple(turned), "expm", form.columns, form.rows)
    return Form("transpose", (form,), None, form.columns, form.rows)


def scaled(form: Form) -> tuple[Rational, tuple[Form, ...], Form | None]:
    """A form as a number, scalars and an array; the array is None of a scalar."""
    if form.head == "number":
        return form.data, (), None
    if form.head != "product":
        return (ONE, (form,), None) if form.is_scalar else (ONE, (), form)
    found = form.scaled
    if found is None:
        count = _scalars_before(form.parts)
        scalars, chain = form.parts[:count], form.parts[count:]
        array = chain[0] if len(chain) == 1 else Form("product", chain, ONE, *form.shape) if chain else None
        if form.is_scalar and array is not None:
            scalars, array = (array,), None
        found = form.scaled = form.data, scalars, array
    return found


def _scalars_before(parts: Sequence[Form]) -> int:
    """How many scalars stand in a product before the row of arrays."""
    for place, part in enumerate(parts):
        if not part.is_scalar:
            return place
    return len(parts)


def _has_number(form: Form) -> bool:
    """Is it a product whose own number is before its factors?  Before a row times a column stands none."""
    return form.head == "product" and not (form.is_scalar and not form.parts[0].is_scalar)


@lru_cache(KEPT)
def times(form: Form, factor: Rational) -> Form:
    """A number times a form.  Raises NotAForm for 0."""
    if factor == 1:
        return form
    if _has_number(form):
        value = exact(form.data * factor)
        if _is_writable(value) and value != 1:
            return Form("product", form.parts, value, form.rows, form.columns)
    return product([form], factor)


def divided(form: Form, by: Rational) -> Form:
    """A form over a number.  Raises NotAForm for what nobody would write."""
    if by == 1:
        return form
    if _has_number(form) and type(by) is int and type(form.data) is int and form.data % by == 0:
        value = form.data // by  # without a fraction, as most
        return Form("product", form.parts, value, *form.shape) if value != 1 else product(form.parts)
    return times(form, 1 / Fraction(by))


def _is_writable(value: Rational) -> bool:
    if type(value) is int:
        return value != 0 and -MOST < value < MOST
    return value != 0 and max(value.numerator.bit_length(), value.denominator.bit_length()) <= MOST_BITS


def product(factors: Iterable[Form], coefficient: Rational = 1) -> Form:
    """The product in a row, of numbers, scalars and arrays that conform.  Raises NotAForm for one that is 0."""
    factors = tuple(factors)
    if len(factors) == 1 and coefficient == 1:
        return factors[0]
    return _product(factors, coefficient if type(coefficient) is int else exact(coefficient))


@lru_cache(KEPT)  # a search comes to the same by many ways
def _product(factors: tuple[Form, ...], value: Rational) -> Form:
    scalars: dict[Form, Rational] = {}
    chain: list[Form] = []
    todo = list(reversed(factors))
    while todo:
        form = todo.pop()
        if form.head == "number":
            value *= form.data
        elif form.head == "product" and (not form.is_scalar or form.data != 1 or form.parts[0].is_scalar):
            value *= form.data
            if form.is_scalar and not form.parts[-1].is_scalar:
                raise NotAForm
            todo.extend(reversed(form.parts))
        elif form.is_scalar:
            base, exponent = (form.parts[0], form.data) if form.head == "power" else (form, ONE)
            scalars[base] = scalars.get(base, 0) + exponent
        elif chain:
            _append(chain, form, todo)
        else:
            chain.append(form)
    if value != 1 and not _is_writable(value):
        raise NotAForm
    parts: list[Form] = []
    for base, exponent in scalars.items():
        if not exponent:
            continue
        part = power(base, exponent)
        if part.head == "number":
            value *= part.data
        else:
            parts.append(part)
    if parts:
        parts.sort(key=_key)
        value, parts = _without_roots(value, parts)
    for place, part in enumerate(chain):
        if part.head == "total" and is_negative(part):
            value, chain[place] = -value, total([times(p, -1) for p in part.parts])
    if len(chain) > 1 and "I" in map(_head, chain):
        chain = [c for c in chain if c.head != "I"] or chain[:1]
    whole = [*parts, *chain]
    if value == 1 and len(whole) == 1:
        return whole[0]
    if not whole:
        return number(value)
    rows, columns = (chain[0].rows, chain[-1].columns) if chain else ((), ())
    return Form("product", tuple(whole), value if type(value) is int else exact(value), rows, columns)


def _without_roots(value: Rational, parts: list[Form]) -> tuple[Rational, list[Form]]:
    """`2/sqrt(2)` as `sqrt(2)`."""
    for place, part in enumerate(parts):
        if part.head == "power" and part.parts[0].head == "number" and part.data == Fraction(-1, 2):
            base = part.parts[0].data
            if (Fraction(value) / base).denominator == 1:
                return exact(Fraction(value) / base), [
                    *parts[:place],
                    power(part.parts[0], Fraction(1, 2)),
                    *parts[place + 1 :],
                ]
    return value, parts


def _append(chain: list[Form], form: Form, todo: list[Form]) -> None:
    """An array behind others, merged with the one before it; what has become a number is to be taken out next, as `todo` has it."""
    before = chain[-1] if chain else None
    if before is not None:
        if before.columns != form.rows:
            raise NotAForm
        is_square = before.rows == before.columns == form.columns
        if is_square or before.head in _MERGING or form.head in _MERGING:
            merged = _merged(before, form)
            if merged is not None:
                chain.pop()
                if merged.head == "product":
                    todo.extend(reversed(merged.parts))
                elif merged.is_scalar:
                    todo.append(merged)
                else:
                    _append(chain, merged, todo)
                return
    chain.append(form)
    cancelled = _cancelled(chain) if before is not None else None
    if cancelled is not None:
        place, rest = cancelled
        del chain[place:]
        if rest.head != "I" or not chain:
            _append(chain, rest, todo)
        return
    if form.columns:
        return
    for place in range(len(chain) - 1, -1, -1):
        if not chain[place].rows:
            inner = chain[place:]
            del chain[place:]
            todo.append(_number_of(inner))
            return


_MERGING = frozenset({"I", "K", "diag"})


def _merged(left: Form, right: Form) -> Form | None:
    """Two factors as one."""
    if left.head == "I":
        return right
    if right.head == "I":
        return left
    if left.head == "K" and right is transpose(left):
        return identity(left.rows)
    if left.head == "diag" and right.head == "diag":
        return diagonal(hadamard([left.parts[0], right.parts[0]]))
    if left.head == "diag" and right.is_column:
        return hadamard([left.parts[0], right])
    if right.head == "diag" and not left.rows:
        return hadamard([left, transpose(right.parts[0])])
    if left.is_matrix and right.is_matrix and left.rows == left.columns == right.rows == right.columns:
        a, i = (left.parts[0], left.data) if left.head == "power" else (left, ONE)
        b, j = (right.parts[0], right.data) if right.head == "power" else (right, ONE)
        if a is b:
            return power(a, i + j)
    return None


def _cancelled(chain: Sequence[Form]) -> tuple[int, Form] | None:
    """Where a row ends in the inverse of a product beside that product, and what is left of both."""
    last = chain[-1]
    for place, part in enumerate(chain):
        if part.head == "power" and part.data < 0 and part.parts[0].head == "product":
            base = part.parts[0]
            if base.parts == tuple(chain[place + 1 :]):
                return place, power(base, part.data + 1)
            if part is last and base.parts == tuple(chain[max(place - len(base.parts), 0) : place]):
                return place - len(base.parts), power(base, part.data + 1)
    return None


def _number_of(chain: Sequence[Form]) -> Form:
    """A row times what ends in a column: `‖v‖^2`, a sum of entries, or that of the two orders which comes first."""
    if len(chain) == 1:
        return chain[0]
    turned = [transpose(c) for c in reversed(chain)]
    if list(chain) == turned and len(chain) == 2:
        return power(reduction("norm", turned[-1]), 2)
    ends = [_is_one(chain[0]), _is_one(chain[-1])]
    if any(ends):
        inner = chain[1:] if ends[0] else chain[:-1]
        if ends[0] and ends[1] and len(chain) > 2:
            inner = chain[1:-1]
        if all(ends) and len(chain) == 2:
            return size(chain[1].rows)
        return reduction("sum", product(inner))
    best = min(chain, turned, key=lambda c: [f.key for f in c])
    return Form("product", tuple(best), ONE, (), ())


def _is_one(form: Form) -> bool:
    return form.head == "ones" or (form.head == "transpose" and form.parts[0].head == "ones")


def size(dims: Dims) -> Form:
    """How many entries an axis has."""
    return product([number(int(d)) if d.isdigit() else name(d) for d in dims])


def total(terms: Iterable[Form]) -> Form:
    """The sum, equal summands taken together.  Raises NotAForm where nothing is left."""
    return _total(tuple(terms))


@lru_cache(KEPT)
def _total(terms: tuple[Form, ...]) -> Form:
    counts: dict[Form, Rational] = {}

    def take(form: Form, count: Rational) -> None:
        if form.head == "total":
            for part in form.parts:
                take(part, count)
            return
        if form.head == "number":
            rest, value = number(1), form.data
        elif form.head == "product":
            value = form.data
            if len(form.parts) == 1 and form.parts[0].head == "total":
                for part in form.parts[0].parts:
                    take(part, count * value)
                return
            rest = product(form.parts) if value != 1 else form
        else:
            rest, value = form, ONE
        counts[rest] = counts.get(rest, 0) + count * value

    for term in terms:
        take(term, ONE)
    take = None  # type: ignore[assignment]  # which holds itself
    # in the order of what is summed whatever the numbers before it, so that a sum and its negative have the same order
    parts = []
    for rest in sorted(counts, key=_key):
        if count := counts[rest]:
            parts.append(rest if count == 1 else times(rest, count))
    if not parts:
        raise NotAForm
    if len(parts) == 1:
        return parts[0]
    shapes = {p.shape for p in parts}
    if len(shapes) > 1:
        raise NotAForm
    rows, columns = shapes.pop()
    return Form("total", tuple(parts), None, rows, columns)


def is_negative(whole: Form) -> bool:
    """Is a sum the one of itself and its negative that is not kept?  The same is said of its transpose."""
    found = whole.memo.get("negative")
    if found is None:
        found = whole.memo["negative"] = scaled(min(whole.parts, key=_bare_key))[0] < 0
    return found


def _bare_key(part: Form) -> str:
    value, scalars, array = scaled(part)
    if array is None:
        return "" if part.head == "number" else divided(part, value).key
    if not scalars and (array.head == "I" or is_all_ones(array)):
        return ""
    # what varies has a letter of the end of the alphabet, and stands before what it is compared with
    of = array.parts[0] if array.head == "transpose" else array
    first = of.head == "name" and of.is_column and of.data[0] in "xyz"
    return " " * first + min(array.key, transpose(array).key)


def hadamard(factors: Iterable[Form]) -> Form:
    """The product entry by entry of arrays of one shape."""
    value = ONE
    scalars: list[Form] = []
    counts: dict[Form, Rational] = {}
    shape: tuple[Dims, Dims] | None = None

    def take(form: Form) -> None:
        nonlocal value
        if form.head == "hadamard":
            for part in form.parts:
                take(part)
            return
        number_of, own, array = scaled(form)
        value *= number_of
        scalars.extend(own)
        if array is None or is_all_ones(array):
            return
        if array.head == "hadamard":
            take(array)
            return
        base, exponent = (array.parts[0], array.data) if array.head == "entries" else (array, ONE)
        counts[base] = counts.get(base, 0) + exponent

    for factor in factors:
        shape = factor.shape if not factor.is_scalar else shape
        take(factor)
    take = None  # type: ignore[assignment]  # which holds itself
    if shape is None:
        return product(scalars, value)
    parts = [entrywise_power(base, exponent) for base, exponent in counts.items() if exponent]
    if not parts:
        return product([*scalars, all_ones(*shape)], value)
    if any(p.shape != shape for p in parts):
        raise NotAForm
    whole = parts[0]
    if len(parts) > 1:
        whole = Form("hadamard", tuple(sorted(parts, key=_key)), None, *shape)
    return product([*scalars, whole], value)


def entrywise_power(base: Form, exponent: Rational) -> Form:
    exponent = exact(exponent)
    if base.is_scalar:
        return power(base, exponent)
    if not -MOST_POWER <= exponent <= MOST_POWER and scaled(base)[0] != 1:
        raise NotAForm
    if exponent == 1 or is_all_ones(base):
        return base
    if exponent == 0:
        return all_ones(*base.shape)
    if base.head == "entries" and exponent.denominator == 1:
        return entrywise_power(base.parts[0], base.data * exponent)
    if base.head == "hadamard" and exponent.denominator == 1:
        return hadamard([entrywise_power(p, exponent) for p in base.parts])
    value, scalars, array = scaled(base)
    if (value != 1 or scalars) and array is not None and exponent.denominator == 1:
        return product(
            [*(power(s, exponent) for s in scalars), entrywise_power(array, exponent)], Fraction(value) ** int(exponent)
        )
    return Form("entries", (base,), exponent, base.rows, base.columns)


@lru_cache(KEPT)
def power(base: Form, exponent: Rational) -> Form:
    """A number to a power, or a square matrix to a whole one."""
    exponent = exact(exponent)
    whole = exponent.denominator == 1
    if not -MOST_POWER <= exponent <= MOST_POWER and (base.head == "number" or scaled(base)[0] != 1):
        raise NotAForm
    if exponent == 1:
        return base
    if exponent == 0:
        return number(1) if base.is_scalar else identity(base.rows)
    if base.head == "number" and whole and (base.data or exponent > 0):
        return number(Fraction(base.data) ** int(exponent))
    if not base.is_scalar and (not whole or base.rows != base.columns):
        raise NotAForm
    if base.head == "power" and whole:
        return power(base.parts[0], base.data * exponent)
    if base.head == "I":
        return base
    if base.head == "diag":
        return diagonal(entrywise_power(base.parts[0], exponent))
    if base.head == "K" and exponent == -1:
        return transpose(base)
    if base.head == "kronecker" and all(p.rows == p.columns for p in base.parts):
        return kronecker(*(power(p, exponent) for p in base.parts))
    if whole:
        value, scalars, array = scaled(base)
        if base.is_scalar and (value != 1 or len(scalars) > 1):
            return product([power(s, exponent) for s in scalars], Fraction(value) ** int(exponent))
        if not base.is_scalar and (value != 1 or scalars) and array is not None:
            return product(
                [*(power(s, exponent) for s in scalars), power(array, exponent)], Fraction(value) ** int(exponent)
            )
    return Form("power", (base,), exponent, base.rows, base.columns)


def function(text: str, arguments: Sequence[Form]) -> Form:
    """A function entry by entry."""
    shape = next((a.shape for a in arguments if not a.is_scalar), ((), ()))
    if any(not a.is_scalar and a.shape != shape for a in arguments):
        raise NotAForm
    arguments = tuple(arguments)
    if text == "min" and len(arguments) == 2:
        arguments, text = _clipped(arguments)
    return Form("function", arguments, text, *shape)


def _clipped(arguments: tuple[Form, ...]) -> tuple[tuple[Form, ...], str]:
    """`min(max(x, a), b)` as `clip(x, a, b)`, where `x` alone is an array."""
    inner, most = arguments if arguments[1].is_scalar else arguments[::-1]
    if inner.head == "function" and inner.data == "max" and most.is_scalar and not inner.is_scalar:
        array, least = inner.parts if inner.parts[1].is_scalar else inner.parts[::-1]
        if least.is_scalar:
            return (array, least, most), "clip"
    return arguments, "min"


def kronecker(left: Form, right: Form) -> Form:
    (a, own, first), (b, others, second) = scaled(left), scaled(right)
    if first is None or second is None:
        return product([left, right])
    rows, columns = first.rows + second.rows, first.columns + second.columns
    if first.head == second.head == "I":
        whole = identity(rows)
    else:
        whole = Form("kronecker", (first, second), None, rows, columns)
    return product([*own, *others, whole], a * b)


def khatri_rao(left: Form, right: Form) -> Form:
    """The Kronecker products of the columns of two matrices."""
    (a, own, first), (b, others, second) = scaled(left), scaled(right)
    if first is None or second is None or not first.is_matrix or first.columns != second.columns:
        raise NotAForm
    whole = Form("khatri_rao", (first, second), None, first.rows + second.rows, first.columns)
    return product([*own, *others, whole], a * b)


def diagonal(vector: Form) -> Form:
    """The diagonal matrix of a vector, be it a row or a column."""
    value, scalars, array = scaled(vector)
    if array is None:
        raise NotAForm
    column = array if array.is_column else transpose(array)
    if is_all_ones(column):
        return product([*scalars, identity(column.rows)], value)
    return product([*scalars, Form("diag", (column,), None, column.rows, column.rows)], value)


def diagonal_of(matrix: Form) -> Form:
    """The diagonal of a matrix as a column."""
    value, scalars, array = scaled(matrix)
    if array is None or array.rows != array.columns:
        raise NotAForm
    if array.head == "diag":
        found = array.parts[0]
    elif array.head == "I":
        found = ones(array.rows)
    else:
        found = Form("diagonal", (min(array, transpose(array), key=_key),), None, array.rows, ())
    return product([*scalars, found], value)


def vec(matrix: Form) -> Form:
    value, scalars, array = scaled(matrix)
    if array is None or not array.is_matrix:
        raise NotAForm
    return product([*scalars, Form("vec", (array,), None, array.columns + array.rows, ())], value)


def reduction(text: str, array: Form) -> Form:
    """A number of an array."""
    if text in ("tr", "sum", "mean"):
        value, scalars, inner = scaled(array)
        if inner is None:
            raise NotAForm
        if text == "sum":
            inner = _without_ones(inner)
            if inner.is_scalar:
                return product([*scalars, inner], value)
        found = _trace(inner) if text == "tr" else Form(text, (min(inner, transpose(inner), key=_key),), None, (), ())
        return product([*scalars, found], value)
    if text in ("norm", "det", "logdet", "max", "min", "prod"):
        array = min(array, transpose(array), key=_key)
    if text == "norm":
        value, scalars, inner = scaled(array)
        if inner is not None and inner.head == "total" and is_negative(inner):
            inner = total([times(p, -1) for p in inner.parts])
        if inner is not None:
            return product([Form(text, (product([*scalars, inner]),), None, (), ())], value if value > 0 else -value)
    return Form(text, (array,), None, (), ())


def _trace(array: Form) -> Form:
    """Of what is multiplied in a circle the order that comes first."""
    if array.head == "I":
        return size(array.rows)
    if array.rows != array.columns:
        raise NotAForm
    ways = [array, transpose(array)]
    if array.head == "product":
        parts = array.parts
        for k in range(1, len(parts)):
            with_turn = [*parts[k:], *parts[:k]]
            turned = product(with_turn)
            if turned.is_scalar:
                return turned
            ways += [turned, transpose(turned)]
    return Form("tr", (min(ways, key=_key),), None, (), ())


def _without_ones(array: Form) -> Form:
    """What the entries are summed of, where a row or a column of sums is summed."""
    if array.head != "product" or array.data != 1:
        return array
    parts = list(array.parts)
    if len(parts) > 1 and _is_one(parts[-1]) and not parts[-1].columns:
        parts.pop()
    elif len(parts) > 1 and _is_one(parts[0]) and not parts[0].rows:
        parts.pop(0)
    elif len(parts) > 1 and is_all_ones(array):
        return product([size(parts[0].rows), size(parts[1].columns)])
    return product(parts)


def rebuild(whole: Form, parts: Sequence[Form]) -> Form:
    """The same head over other parts.  Raises NotAForm where they do not conform."""
    if whole.parts == tuple(parts):  # each is compared by what it is
        return whole
    head, data = whole.head, whole.data
    if head == "product":
        return product(parts, data)
    if head == "total":
        return total(parts)
    if head == "hadamard":
        return hadamard(parts)
    if head == "kronecker":
        return kronecker(*parts)
    if head == "khatri_rao":
        return khatri_rao(*parts)
    if head == "function":
        return function(data, parts)
    if head == "bracket":
        return Form(head, tuple(parts), data, *whole.shape)
    (part,) = parts
    if head == "transpose":
        return transpose(part)
    if head == "power":
        return power(part, data)
    if head == "entries":
        return entrywise_power(part, data)
    if head == "diag":
        return diagonal(part)
    if head == "diagonal":
        return diagonal_of(part)
    if head == "vec":
        return vec(part)
    if head in REDUCTIONS:
        return reduction(head, part)
    return Form(head, (part,), data, *whole.shape)
