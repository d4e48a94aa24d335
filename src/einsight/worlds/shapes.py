"""The shapes of a page's formulas: which dimensions are the same, once each slot is a number, a vector or a matrix.

A shape is rows and columns; `1` for the columns of a vector.  Dimensions are unified as the walk meets them; what does not go
together is a `Unfit`.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction

from ..asking.ranks import MATRIX, MEMBER, NUMBER, ROW, VECTOR, ranks_of
from ..syntax.tree import Addition, Chain, Group, IndexEntry, Indexed, Iverson, Name, Node, Num, Superscript, Symbol, Transpose
from .arrays import Unfit
from .definitions import Definition, Page
from .functions import OF_MATRICES, OF_SQUARES, TO_NUMBERS
from .reading import Options, Reading
from .unknowns import LOSS, Unknowns

ONE = "1"
Dim = object
Shape = tuple[Dim, Dim]
SCALAR: Shape = (ONE, ONE)
APART, ROWS, COLUMNS = "apart", "rows", "columns"
ENTRYWISE, FIELD = "entrywise", "field"


class Shapes(Reading[Shape, Dim]):
    """
    chosen   which of its options each slot takes, the first where nothing says
    options  of the slots that were met
    """

    def __init__(self, page: Page, at: int, layout: str, unknowns: Unknowns, chosen: dict[object, int]):
        super().__init__(page, at, layout, unknowns)
        self.chosen = chosen
        self.options: dict[object, Options] = {}
        self.same: dict[Dim, Dim] = {}
        self.axes: dict[object, tuple[Dim, ...]] = {}
        self.slots: dict[tuple[str, int], Shape] = {}
        self.parts: set[tuple[str, int]] = set()
        self.rows_of: set[str] = set()
        self.stacks: dict[str, tuple[str, bool]] = {}
        self.constants: dict[tuple[str, int], Shape] = {}
        self.is_index: set[str] = set()
        told = {d for dims in page.told.values() for d in dims}
        self._sizes = {d for d in told if not d.isdigit()}
        self._lengths = told | set(map(str, range(100)))
        self._new = itertools.count()

    # dimensions

    def fresh(self) -> Dim:
        return next(self._new)

    def root(self, dim: Dim) -> Dim:
        while dim in self.same:
            dim = self.same[dim]
        return dim

    def unify(self, left: Dim, right: Dim) -> None:
        left, right = self.root(left), self.root(right)
        if left == right:
            return
        if ONE in (left, right):
            raise Unfit("an axis of a number")
        if isinstance(left, int):
            self.same[left] = right
        elif isinstance(right, int):
            self.same[right] = left
        elif isinstance(left, tuple) and isinstance(right, tuple) and left[0] == right[0]:
            self.unify(left[1], right[1])
            self.unify(left[2], right[2])
        elif isinstance(left, str) and isinstance(right, str) and not {left, right} <= self._lengths:
            name, other = (right, left) if left in self._lengths else (left, right)
            self.same[name] = other
        else:
            raise Unfit("two dimensions")

    def fit(self, left: Shape, right: Shape) -> None:
        self.unify(left[0], right[0])
        self.unify(left[1], right[1])

    def is_number(self, value: Shape) -> bool:
        return value[0] == ONE and value[1] == ONE

    def axes_of(self, key: object, count: int) -> tuple[Dim, ...]:
        if key not in self.axes:
            self.axes[key] = tuple(self.fresh() for _ in range(count))
        return self.axes[key]

    # slots

    def choice(self, key: object, options: Options) -> object:
        self.options.setdefault(key, options)
        return options[min(self.chosen.get(key, 0), len(options) - 1)][0]

    def slot(self, name: str, places: tuple[Dim, ...]) -> Shape:
        count = len(places)
        told = self.told(name)
        if not count:
            return self._whole(name, told)
        member = self.page.members.get((name, count))
        if member is not None and len(member) < 3:
            for place, axis in zip(places, self.axes_of((name, count), count), strict=True):
                self.unify(place, axis)
            return self._kept(name, count, (*member, ONE, ONE)[:2])  # type: ignore[arg-type]
        if told is not None and len(told) == count and self.is_part(name, count):
            self._part(name, places)
            return SCALAR
        if told is not None and len(told) == count == 1:
            self.unify(places[0], self.axes_of((name, count), count)[0])
            return self._kept(name, count, (told[0], ONE))
        if told is not None and len(told) == 2 and count == 1:
            self.unify(places[0], told[0])
            self.rows_of.add(name)
            return (told[1], ONE)
        if told is not None:
            raise Unfit("indices of what has none")
        if name in self.page.whole and self.is_part(name, count):
            self._part(name, places)
            return SCALAR
        for place, axis in zip(places, self.axes_of((name, count), count), strict=True):
            self.unify(place, axis)
        found = self._sloted(name, count, _member_options(name, count, self.page))
        if count == 1 and found[1] == ONE != found[0]:
            self._link(name, places[0], found[0])
        return found

    def _link(self, name: str, place: Dim, length: Dim) -> None:
        """The samples `x_i` may be the rows or the columns of `X`."""
        stack = name[0].upper() + name[1:]
        if stack == name or (stack not in self.page.whole and stack not in self.page.told) or stack in self.page.by_name:
            return
        way = self.choice((name, "stacked"), ((APART, 0), (ROWS, 0.3), (COLUMNS, 0.6)))
        if way == APART:
            return
        rows, columns = self._whole(stack, self.told(stack))
        self.unify(place, rows if way == ROWS else columns)
        self.unify(length, columns if way == ROWS else rows)
        self.stacks[name] = stack, way == ROWS

    def told(self, name: str) -> tuple[str, ...] | None:
        """The dimensions that something says a name has; it may have been said of another one."""
        found = self.page.told.get(name)
        return found if found is not None and self.choice((name, "as told"), ((True, 0), (False, 1.2))) else None

    def _part(self, name: str, places: tuple[Dim, ...]) -> None:
        """A component of what stands elsewhere without indices."""
        self.parts.add((name, len(places)))
        rows, columns = self._whole(name, self.told(name), len(places))
        for place, axis in zip(places, [d for d in (rows, columns) if d != ONE], strict=True):
            self.unify(place, axis)

    def _whole(self, name: str, told: tuple[str, ...] | None, rank: int | None = None) -> Shape:
        if told is not None:
            if len(told) > 2:
                raise Unfit("three axes")
            found = (*told, ONE, ONE)[:2]
            if rank is not None and len([d for d in found if d != ONE]) != rank:
                raise Unfit("indices")
            return self._kept(name, 0, found)
        if name in self.is_index or name in self._sizes:
            return SCALAR
        counts = {k for k in self.page.counted.get(name, ()) if self.is_part(name, k)}
        if rank is not None or counts:
            rank = rank if rank is not None else max(counts)
            return self._sloted(name, 0, ((rank, 0),))
        return self._sloted(name, 0, _options(name, self.page))

    def _sloted(self, name: str, count: int, options: Options) -> Shape:
        rank = self.choice((name, count), options)
        if (name, count) in self.slots:
            return self.slots[name, count]
        row = (ONE, self.fresh()) if rank == ROW else None
        shape = row or (self.fresh() if rank in (VECTOR, MATRIX) else ONE, self.fresh() if rank == MATRIX else ONE)
        if rank == MATRIX and self.page.facts.kinds.get(name, "").startswith("square"):
            self.unify(*shape)
        return self._kept(name, count, shape)

    def _kept(self, name: str, count: int, shape: Shape) -> Shape:
        if {"symmetric", "positive-definite", "orthogonal"} & self.page.facts.has.get(name, frozenset()) and ONE not in shape:
            self.unify(*shape)
        return self.slots.setdefault((name, count), shape)

    # indices

    def counted(self, letter: str) -> Shape:
        return SCALAR

    def entry_place(self, entry: IndexEntry) -> Dim:
        letters = [name for name, _ in entry.names]
        if not letters:
            return self.fresh()
        if len(letters) == 1 and letters[0] in self.index:
            return self.index[letters[0]] if not entry.offset else self.fresh()
        raise Unfit("an index that nothing binds")

    def entry(self, value: Shape, places: Sequence[Dim]) -> Shape:
        axes = [d for d in value if d != ONE]
        if len(axes) != len(places):
            raise Unfit("indices")
        for place, axis in zip(places, axes, strict=True):
            self.unify(place, axis)
        return SCALAR

    def stacked(self, name: str, count: int, item: Callable[[tuple[Dim, ...]], Shape]) -> Shape:
        axes = self.axes_of((name, "stack", count), count)
        found = item(axes)
        if self.is_number(found):
            return (*axes, ONE, ONE)[:2]  # type: ignore[return-value]
        if count == 1 and found[1] == ONE:
            return axes[0], found[0]
        raise Unfit("what is stacked")

    def over(self, node: Node, sign: Indexed, upper: Node | None, body: Callable[[], Shape]) -> Shape:
        entries = sign.subscript.entries
        letters = [name for e in entries for name, _ in e.names]
        if not letters or (sign.subscript.condition and sign.subscript.condition not in ("≠", "<")):
            raise Unfit("the bounds of a sum")
        bound = letters[:1] if sign.subscript.condition and letters[1] in self.index else letters
        axes = self.axes_of(("sum", id(sign)), len(bound))
        if isinstance(upper, Group):
            upper = upper.inner
        if sign.subscript.lower in (None, "1") and len(bound) == 1:
            if isinstance(upper, Name):
                self.unify(axes[0], upper.text)
            elif isinstance(upper, Num):
                self.unify(axes[0], str(upper.value))
        elif sign.subscript.lower not in (None, "1", "0"):
            raise Unfit("the bounds of a sum")
        kept = self.index
        self.index = {**kept, **dict(zip(bound, axes, strict=True))}
        try:
            return body()
        finally:
            self.index = kept

    def enter(self, found: Definition, places: Sequence[Dim]) -> dict[str, Dim]:
        axes = self.axes_of(id(found), len(found.indices))
        for place, axis in zip(places, axes, strict=True):
            self.unify(place, axis)
        return dict(zip(found.indices, axes, strict=True))

    def is_given(self, name: str, places: tuple[Dim, ...]) -> bool:
        found = self.definition(name, len(places))
        return super().is_given(name, places) or (found is not None and self.is_inside(found, places))

    def is_inside(self, found: Definition, places: tuple[Dim, ...]) -> bool:
        return any(found is d for d, _ in self.inside)

    def defined(self, found: Definition, places: tuple[Dim, ...]) -> Shape:
        shape = super().defined(found, places)
        given = self.slots.get((found.name, len(places))) if places else None
        if given is not None:
            self.fit(given, shape)
        return shape

    def iverson(self, node: Iverson) -> Shape:
        for side in (node.left, node.right):
            if isinstance(side, Name) and side.text in self.index:
                continue
            if not self.is_number(self.value(side)):
                raise Unfit("a mask")
        if isinstance(node.left, Name) and isinstance(node.right, Name) and node.relation == "=":
            left, right = (self.index.get(n.text) for n in (node.left, node.right))
            if left is not None and right is not None:
                self.unify(left, right)
        return SCALAR

    def _row(self, row: Sequence[tuple[str, Node]], whole: Node) -> Shape:
        found = super()._row(row, whole)
        below, sums = _mean(row)
        if below and sums:
            name, sign = next(((n, s) for n in below for s in sums if n.lower() == _letter(s)), (below[0], sums[0]))
            if not self.page.by_name.get(name) and not self.page.told.get(name) and name not in self.page.counted:
                self.unify(self.axes_of(("sum", id(sign)), 1)[0], name)
        return found

    # operations

    def number(self, value: Fraction | int) -> Shape:
        return SCALAR

    def add(self, left: Shape, right: Shape, sign: int, plain: bool) -> Shape:
        if self.is_number(left) != self.is_number(right):
            if not plain:
                raise Unfit("a number and an array")
            return right if self.is_number(left) else left
        self.fit(left, right)
        return left

    def multiply(self, left: Shape, right: Shape, dotted: bool) -> Shape:
        if self.is_number(left):
            return right
        if self.is_number(right):
            return left
        if dotted and left[1] == ONE and right[1] == ONE:
            self.fit(left, right)
            return SCALAR
        self.unify(left[1], right[0])
        return left[0], right[1]

    def divide(self, left: Shape, right: Shape) -> Shape:
        if not self.is_number(right):
            self.fit(left, right)
        return left

    def layer(self, operator: str, left: Shape, right: Shape) -> Shape:
        if operator == "⊗":
            if self.is_number(left) or self.is_number(right):
                raise Unfit("a Kronecker product of numbers")
            return _times(left[0], right[0]), _times(left[1], right[1])
        if operator != "⊙" or self.is_number(left) != self.is_number(right):
            raise Unfit("entry by entry")
        self.fit(left, right)
        return left

    def transpose(self, value: Shape) -> Shape:
        if self.is_number(value):
            raise Unfit("a number has no transpose")
        return value[1], value[0]

    def power(self, value: Shape, exponent: Node, dotted: bool) -> Shape:
        if not self.is_number(self.value(exponent)):
            raise Unfit("an exponent")
        if not self.is_number(value) and not dotted:
            if ONE in value or _whole_number(exponent) is None:
                raise Unfit("a power of an array")
            self.unify(*value)
        return value

    def entrywise(self, function: str, order: int, value: Shape) -> Shape:
        if function in OF_MATRICES and ONE not in value and self.root(value[0]) == self.root(value[1]):
            raise Unfit("of the matrix, or of its entries?")
        return value

    def of_array(self, function: str, node: Node, values: Sequence[Shape], axis: int | None) -> Shape:
        value = values[0]
        if function in OF_SQUARES and not self.is_number(value):
            self.unify(*value)
        elif function in ("norm", "norm1", "sum", "mean", "tr", "trace", "diag", "vec") and self.is_number(value):
            raise Unfit("of a number")
        if len(values) > 1:
            if function != "kron":
                raise Unfit("two arguments")
            return self.layer("⊗", *values[:2])
        if axis is not None and function in TO_NUMBERS:
            raise Unfit("along an axis")
        if function in TO_NUMBERS:
            return SCALAR
        if function == "diag":
            if value[1] == ONE:
                return value[0], value[0]
            self.unify(*value)
            return value[0], ONE
        if function == "vec":
            return _times(value[1], value[0]), ONE
        if function in ("softmax", "log_softmax") and self.is_number(value):
            raise Unfit("of a number")
        return (value[1], value[0]) if function == "transpose" else value

    def constant(self, name: str, node: Node, sizes: Sequence[Node]) -> Shape:
        if name in ("π", "pi", "e"):
            return SCALAR
        told = [_size(n) for n in sizes]
        if None in told:
            raise Unfit("a size")
        if name == "I":
            shape: Shape = (told[0], told[0]) if told else self.axes_of(("I", id(node)), 1) * 2
        elif told:
            shape = (told[0], told[1] if len(told) > 1 else ONE)
        else:
            shape = (self.axes_of((name, id(node)), 1)[0], ONE)
        return self.constants.setdefault((name, id(node)), shape)

    def written(self, rows: Sequence[Sequence[Shape]]) -> Shape:
        if any(len(row) != len(rows[0]) for row in rows):
            raise Unfit("rows")
        if all(self.is_number(v) for row in rows for v in row):
            return _extent(len(rows)), _extent(len(rows[0]))
        for row in rows:
            for value in row[1:]:
                self.unify(row[0][0], value[0])
        for value, first in ((v, rows[0][k]) for row in rows[1:] for k, v in enumerate(row)):
            self.unify(value[1], first[1])
        return _sum_of([row[0][0] for row in rows]), _sum_of([v[1] for v in rows[0]])

    # derivatives and functions

    def variable(self, node: Node) -> tuple[Shape, bool]:
        """The shape of what one differentiates in, and whether it is written as a row."""
        square = self._square(node) if isinstance(node, Superscript) else None
        if square is not None:
            return square, False
        if isinstance(node, Superscript):
            return self.variable(node.base)
        value = self.value(node)
        base = node.base if isinstance(node, Indexed) else node
        primed = isinstance(base, Name) and self.page.transposed(base.text)
        transposed = isinstance(node, Transpose) or bool(primed)
        return (value[1], value[0]) if transposed else value, transposed

    def derivative(self, of: Callable[[], Shape], variable: Node, layout: str) -> Shape:
        inside, row = self.variable(variable)
        return laid_out(of(), inside, "numerator" if row else layout, self.is_number)

    def derivative_at(self, of: Callable[[], Shape], name: str, places: tuple[Dim, ...]) -> Shape:
        of()
        return self.member(name, places)

    def unknown(self, name: str, values: Sequence[Shape]) -> Shape:
        if name == self.unknowns.loss and name == LOSS:
            return SCALAR
        counts = self.page.counted.get(name)
        options: Options = ((max(counts), 0),) if counts else ((NUMBER, 0), (VECTOR, 1))
        return self._sloted(name, 0, options)

    def unknown_call(self, name: str, order: int, values: Sequence[Shape]) -> Shape:
        single = len(values) == 1
        way = self.choice((name, "call"), ((ENTRYWISE, 0), (FIELD, 1)) if single else ((FIELD, 0),))
        if way == ENTRYWISE:
            return values[0]
        if order:
            raise Unfit("a prime of a field")
        return SCALAR

    def slope(self, found: Definition, order: int, value: Shape) -> Shape:
        name = found.arguments[0]
        if not self.is_number(self.named(name)):
            raise Unfit("a prime of a function of an array")
        if order > 1 and not self.is_number(self.applied(found, [SCALAR])):
            raise Unfit("a second prime of an array")
        result = self.applied(found, [SCALAR])
        if self.is_number(result):
            return value
        if not self.is_number(value):
            raise Unfit("a prime of an array")
        return result

    def applied(self, found: Definition, values: Sequence[Shape]) -> Shape:
        if len(values) == 1 and not self.is_number(values[0]):
            usual = self.once(("usual", found.arguments[0]), lambda: self.named(found.arguments[0]))
            if self.is_number(usual) and self.is_number(super().applied(found, [SCALAR])):
                return values[0]
        return super().applied(found, values)


def laid_out(of: tuple, inside: tuple, layout: str, is_number: Callable[[tuple], bool]) -> tuple:
    """Rows and columns of a derivative of something of one shape in something of another; of more than two axes as that of its vec."""
    if is_number(inside):
        turned = layout == "denominator" and not is_number(of)
        return (of[1], of[0]) if turned else of
    if is_number(of):
        return (inside[1], inside[0]) if layout == "numerator" else inside
    is_vector = [1 if ONE in map(str, shape) else 0 for shape in (of, inside)]
    out, into = (_length(s) if v else _times(s[1], s[0]) for s, v in zip((of, inside), is_vector, strict=True))
    if layout == "denominator" and all(is_vector):
        return into, out
    return out, into


def _length(shape: tuple) -> object:
    return shape[0] if str(shape[1]) == ONE else shape[1]


def _times(left: object, right: object) -> object:
    if left == ONE:
        return right
    return left if right == ONE else ("*", left, right)


def _extent(n: int) -> str:
    return str(n)


def _sum_of(dims: Sequence[Dim]) -> Dim:
    found = dims[0]
    for dim in dims[1:]:
        found = ("+", found, dim)
    return found


def _mean(row: Iterable[tuple[str, Node]]) -> tuple[list[str], list[Indexed]]:
    """The names that a product is divided by, and the sums in it that have no upper bound."""
    below: list[str] = []
    sums: list[Indexed] = []
    waiting: list[tuple[bool, Node]] = [(operator == "/", node) for operator, node in row]
    while waiting:
        divides, node = waiting.pop()
        if isinstance(node, Group):
            waiting.append((divides, node.inner))
        elif isinstance(node, Chain):
            waiting += [(divides != (operator == "/"), inner) for operator, inner in node.items]
        elif isinstance(node, Addition) and not divides:
            waiting += [(divides, inner) for _, inner in node.items]
        elif isinstance(node, Name) and divides and len(node.text) == 1 and (node.text.isupper() or node.text in "nm"):
            below.append(node.text)
        elif isinstance(node, Indexed) and isinstance(node.base, Symbol) and node.base.text == "∑" and len(node.subscript.entries) == 1:
            sums.append(node)
    return below, sums


def _letter(sign: Indexed) -> str:
    return next((n for e in sign.subscript.entries for n, _ in e.names), "")


def _size(node: Node) -> str | None:
    if isinstance(node, Name):
        return node.text
    return str(node.value) if isinstance(node, Num) else None


def _whole_number(node: Node) -> int | None:
    while isinstance(node, Group):
        node = node.inner
    if isinstance(node, Addition) and len(node.items) == 1:
        inner = _whole_number(node.items[0][1])
        return None if inner is None else inner * node.items[0][0]
    return int(node.value) if isinstance(node, Num) and node.value.denominator == 1 else None


def _options(name: str, page: Page) -> Options:
    ranks = ranks_of(name, page.facts.kinds)
    told = name in page.facts.kinds
    if not told and (name, 0) in page.vectors and ranks[0] == NUMBER and VECTOR in ranks:
        ranks = (VECTOR, *(r for r in ranks if r != VECTOR))
    if not told and name in page.numbers and NUMBER in ranks:
        ranks = (NUMBER, *(r for r in ranks if r != NUMBER))
    found: list[tuple[object, float]] = [(rank, k * (2.0 if told else 1.0)) for k, rank in enumerate(ranks)]
    if VECTOR in ranks and ranks[0] != NUMBER:
        found.append((ROW, 3.0))
    return tuple(found)


def _member_options(name: str, count: int, page: Page) -> Options:
    if count > 1:
        return ((NUMBER, 0), (VECTOR, 1.5)) if name[0].islower() else ((NUMBER, 0), (MATRIX, 2))
    kind = page.facts.kinds.get(name + MEMBER) or page.facts.kinds.get(name, "")
    if kind in ("vector", "sample") or kind.startswith("bold"):
        return ((VECTOR, 0), (NUMBER, 2))
    if name[0].islower() and (name, count) in page.vectors:
        return ((VECTOR, 0), (NUMBER, 0.8))
    if name[0].isupper():
        return ((NUMBER, 0.5), (MATRIX, 0.5), (VECTOR, 1))
    return ((NUMBER, 0), (VECTOR, 0.5))
