"""The shapes of a page's formulas: which dimensions are the same, once each slot is a number, a vector or a matrix.

A shape is rows and columns; `1` for the columns of a vector.  Dimensions are unified as the walk meets them; what does not go
together is a `Unfit`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction

from ..asking.ranks import MATRIX, NUMBER, VECTOR, ranks_of
from ..documents.latex.names import RAISED
from ..lowering.names import GREEK
from ..syntax.tree import (
    Addition,
    Call,
    Chain,
    Group,
    Indexed,
    IndexEntry,
    Iverson,
    Name,
    Node,
    Num,
    Superscript,
    Symbol,
    Transpose,
)
from .algebra import Options
from .arrays import Unfit
from .facts import Definition
from .functions import OF_MATRICES, OF_SQUARES, TO_NUMBERS
from .layouts import laid_out, sum_of, times
from .letters import whole_number
from .slots import ENTRYWISE, FIELD, MAP, ONE, SCALAR, Dim, Shape, Slots
from .unknowns import LOSS


class Shapes(Slots):
    """Shapes for values."""

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
        if any(_is_marked(name, letter) for letter in bound for name in self.page.marked):
            raise Unfit("a mark that counts")
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
            return times(left[0], right[0]), times(left[1], right[1])
        if operator != "⊙" or self.is_number(left) or self.is_number(right):  # nobody writes it of numbers
            raise Unfit("entry by entry")
        self.fit(left, right)
        return left

    def transpose(self, value: Shape) -> Shape:
        if self.is_number(value) and not self.points:
            raise Unfit("a number has no transpose")
        return value[1], value[0]

    def power(self, value: Shape, exponent: Node, dotted: bool) -> Shape:
        if not self.is_number(self.value(exponent)):
            raise Unfit("an exponent")
        if not self.is_number(value) and not dotted:
            if ONE in value or whole_number(exponent) is None:
                raise Unfit("a power of an array")
            self.unify(*value)
        return value

    def entrywise(self, function: str, order: int, value: Shape) -> Shape:
        if function == "exp" and not order and ONE not in value and not self._is_oblong(value):
            self.unify(*value)
            self.has_exponentials = True
            return value
        if function in OF_MATRICES and ONE not in value and not self._is_oblong(value):
            raise Unfit("of the matrix, or of its entries?")
        return value

    def _is_oblong(self, value: Shape) -> bool:
        """Does the page say that a matrix is not square?"""
        rows, columns = map(self.root, value)
        return isinstance(rows, str) and isinstance(columns, str) and rows != columns

    def of_array(self, function: str, node: Node, values: Sequence[Shape], axis: int | None) -> Shape:
        value = values[0]
        if function in OF_SQUARES and not self.is_number(value):
            self.unify(*value)
        elif function in ("norm", "norm1", "sum", "mean", "tr", "trace", "diag", "vec") and self.is_number(value):
            raise Unfit("of a number")
        if function == "cross":
            if len(values) > 2:
                raise Unfit("three arguments")
            for vector in values:
                self.fit(vector, ("3", ONE))
            return ("3", "3" if len(values) == 1 else ONE)
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
            return times(value[1], value[0]), ONE
        if function in ("softmax", "log_softmax") and self.is_number(value):
            raise Unfit("of a number")
        return (value[1], value[0]) if function == "transpose" else value

    def constant(self, name: str, node: Node, sizes: Sequence[Node]) -> Shape:
        if name in ("π", "e"):
            return SCALAR
        told = [_size(n) for n in sizes]
        if None in told:
            raise Unfit("a size")
        if (
            name == "I"
            and self.points
            and not told
            and self.choice(("I", id(node)), ((MATRIX, 0), (NUMBER, 0.6))) == NUMBER
        ):
            shape: Shape = SCALAR
        elif name == "I":
            side = told[0] if told else self.axes_of(("I", id(node)), 1)[0]
            shape = (side, side)
        elif told:
            shape = (told[0], told[1] if len(told) > 1 else ONE)
        else:
            shape = (self.axes_of((name, id(node)), 1)[0], ONE)
        return self.constants.setdefault((name, id(node)), shape)

    def written(self, rows: Sequence[Sequence[Shape]]) -> Shape:
        if any(len(row) != len(rows[0]) for row in rows):
            raise Unfit("rows")
        if all(self.is_number(v) for row in rows for v in row):
            return str(len(rows)), str(len(rows[0]))
        for row in rows:
            for value in row[1:]:
                self.unify(row[0][0], value[0])
        for value, first in ((v, rows[0][k]) for row in rows[1:] for k, v in enumerate(row)):
            self.unify(value[1], first[1])
        return sum_of([row[0][0] for row in rows]), sum_of([v[1] for v in rows[0]])

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
        likely, said = ranks_of(name, self.page.facts.kinds)[0], self.page.facts.kinds.get(name, "")
        options: Options = ((VECTOR, 0), (NUMBER, 1)) if likely == VECTOR else ((NUMBER, 0), (VECTOR, 1))
        if likely == MATRIX:
            is_one = said.startswith(("matrix", "square")) or (name, 0) in self.page.vectors
            options = ((MATRIX, 0),) if is_one else (*options, (MATRIX, 2))
        options = ((max(counts), 0),) if counts else options
        return self._sloted(name, 0, options)

    def unknown_call(self, name: str, order: int, values: Sequence[Shape]) -> Shape:
        if all(map(self.is_number, values)):
            return SCALAR
        way = self.way(name, len(values))
        if way == ENTRYWISE:
            return values[0]
        if order:
            raise Unfit("a prime of a field")
        if way == MAP:
            return self.axes_of((name, "image"), 1)[0], ONE
        given = self.inside[-1][0] if self.inside else None
        if (
            given is not None
            and isinstance(given.body, Call)
            and ranks_of(given.name, self.page.facts.kinds)[0] == VECTOR
        ):
            raise Unfit("a number for a vector")  # `y = f(x)`
        return SCALAR

    def way(self, name: str, count: int) -> object:
        """How a function of which nothing is said takes an array: entry by entry, to a number, to a vector of another length."""
        if count > 1:
            return FIELD
        each = name in self.page.primed or name in GREEK.values()
        ways: Options = ((ENTRYWISE, 0), (MAP, 0.8), (FIELD, 1)) if each else ((MAP, 0), (FIELD, 0.5), (ENTRYWISE, 0.8))
        return self.choice((name, "call"), ways)

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
        elif (
            isinstance(node, Indexed)
            and isinstance(node.base, Symbol)
            and node.base.text == "∑"
            and len(node.subscript.entries) == 1
        ):
            sums.append(node)
    return below, sums


def _is_marked(name: str, letter: str) -> bool:
    """Is a letter above a name, as in `x⁽ⁱ⁾`?"""
    return letter.translate(RAISED) in name


def _letter(sign: Indexed) -> str:
    return next(iter(sign.subscript.letters), "")


def _size(node: Node) -> str | None:
    if isinstance(node, Name):
        return node.text
    return str(node.value) if isinstance(node, Num) else None
