"""The numbers that a page's formulas come to in one world: a value for each slot, of the shapes that were found.

Names that nobody defines are drawn at random, each by its own seed, so that a world is the same wherever it is drawn.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction

from ..syntax.tree import Indexed, IndexEntry, Iverson, Name, Node
from . import arrays, jets
from .algebra import Options
from .arrays import Array, Unfit, built, column, number
from .definitions import SQUARE
from .differentiating import Differentiating
from .facts import Definition
from .functions import ENTRYWISE, derived
from .jets import Jet, Number
from .letters import whole_number
from .shapes import Dim, Shapes
from .slots import ENTRYWISE as EACH
from .slots import FIELD, MAP

# entries that an unknown function may depend on, and combinations of indices for which a claim is compared
MOST_ENTRIES, MOST_PLACES = 40, 64
# what may be supposed of names: of matrices whose determinants have logarithms that they are positive definite; of what is not
# differentiated in that its entries add up to 1; that names have the properties that another section gives them
SYMMETRIC, NORMALISED, ELSEWHERE = "symmetric", "normalised", "elsewhere"
_RELATIONS: dict[str, Callable[[float, float], bool]] = {
    "=": lambda a, b: a == b, "≠": lambda a, b: a != b, "<": lambda a, b: a < b, ">": lambda a, b: a > b,
    "≤": lambda a, b: a <= b, "≥": lambda a, b: a >= b,
}  # fmt: skip


class Numbers(Differentiating):
    """
    seed      of this world
    sizes     of the dimensions that nobody gives a size, in the order in which they are met
    positive   are all entries positive?
    supposed   what is supposed of names besides what the page says of them: SYMMETRIC, NORMALISED or ELSEWHERE
    """

    def __init__(self, shapes: Shapes, seed: int, sizes: Iterable[int], positive: bool, supposed: str = ""):
        super().__init__(shapes)
        self.seed, self.positive, self.supposed = seed, positive, supposed
        self._sizes = iter(itertools.chain(sizes, itertools.repeat(3)))
        self.known: dict[Dim, int] = {}

    def size(self, dim: Dim) -> int:
        dim = self.shapes.root(dim)
        if isinstance(dim, tuple):
            left, right = self.size(dim[1]), self.size(dim[2])
            return left * right if dim[0] == "*" else left + right
        if isinstance(dim, str) and dim.isdigit():
            return int(dim)
        if dim not in self.known:
            self.known[dim] = next(self._sizes)
        return self.known[dim]

    def choice(self, key: object, options: Options) -> object:
        return self.shapes.choice(key, options)

    def is_number(self, value: Array) -> bool:
        return value.is_number

    # slots

    def slot(self, name: str, places: tuple[int, ...]) -> Array:
        if places and (name, len(places)) in self.shapes.parts:
            return self.entry(self.named(name), places)
        if places and name in self.shapes.rows_of:
            row = self.named(name).row(places[0]) if 0 <= places[0] < self.named(name).rows else ()
            if not row:
                raise Unfit("outside")
            return column(row)
        if len(places) == 1 and name in self.shapes.stacks:
            stack, by_rows = self.shapes.stacks[name]
            whole = self.named(stack) if by_rows else arrays.transposed(self.named(stack))
            if not 0 <= places[0] < whole.rows:
                raise Unfit("outside")
            return column(whole.row(places[0]))
        return self.once((name, places), lambda: self._drawn(name, places))

    def _drawn(self, name: str, places: tuple[int, ...]) -> Array:
        shape = self.shapes.slots.get((name, len(places)))
        if shape is None:
            size = self._as_size(name)
            if size is None:
                raise Unfit(f"what {name} is")
            return number(float(size))
        rows, columns = map(self.size, shape)
        if rows == columns == 1 and not places and (size := self._as_size(name)) is not None:
            return number(float(size))
        draw = random.Random(f"{self.seed}|{name}|{places}")
        value = built(
            rows, columns, lambda i, j: draw.uniform(0.35, 1.45) * (1 if self.positive or draw.random() < 0.6 else -1)
        )
        if self.positive and rows == columns > 1:  # of which the determinant is positive
            value = arrays.entrywise(
                jets.add,
                arrays.mapped(lambda x: jets.multiply(0.4, x), value),
                arrays.mapped(lambda x: 2 * jets.plain(x), arrays.identity(rows)),
            )
        has = self.page.facts.has.get(name, frozenset())
        if self.supposed == SYMMETRIC and rows == columns > 1 and name in self.page.definite:
            has |= {"positive-definite"}
        if self.supposed == ELSEWHERE and rows == columns > 1:
            has |= self.page.facts.elsewhere.get(name, frozenset())
        if self.supposed == NORMALISED and name not in self.page.taken_in:
            has |= {NORMALISED}
        if NORMALISED in has and rows == columns == 1 and len(places) == 1 and name in self.page.counted:
            return self._share(name, places)
        return _with(value, has)

    def _share(self, name: str, places: tuple[int, ...]) -> Array:
        """One of the numbers of a name that add up to 1."""
        size = self.size(self.shapes.axes_of((name, 1), 1)[0])
        parts = [random.Random(f"{self.seed}|{name}|{k}").uniform(0.35, 1.45) for k in range(size)]
        return number(parts[places[0] % size] / sum(parts))

    def _as_size(self, name: str) -> int | None:
        """How long what a name measures is."""
        root = self.shapes.root(name)
        said = {d for dims in self.page.told.values() for d in dims} | set(self.shapes.same.values())
        return self.size(name) if name in said or root != name else None

    # indices

    def counted(self, letter: str) -> Array:
        return number(float(self.index[letter] + 1))

    def entry_place(self, entry: IndexEntry) -> int:
        if not entry.names:
            return entry.offset - 1
        if len(entry.names) == 1 and entry.names[0][0] in self.index and entry.names[0][1] == 1:
            return self.index[entry.names[0][0]] + entry.offset
        raise Unfit("an index that nothing binds")

    def entry(self, value: Array, places: Sequence[int]) -> Array:
        if len(places) == 1 and 1 in value.shape and 0 <= places[0] < len(value.items):
            return number(value.items[places[0]])
        if len(places) == 2 and 0 <= places[0] < value.rows and 0 <= places[1] < value.columns:
            return number(value.at(*places))
        raise Unfit("outside")

    def stacked(self, name: str, count: int, item: Callable[[tuple[int, ...]], Array]) -> Array:
        sizes = [self.size(d) for d in self.shapes.axes_of((name, "stack", count), count)]
        found = [item(places) for places in itertools.product(*map(range, sizes))]
        if all(v.is_number for v in found):
            return Array(sizes[0], sizes[1] if count == 2 else 1, tuple(v.items[0] for v in found))
        return arrays.joined([[arrays.transposed(v)] for v in found])

    def over(self, node: Node, sign: Indexed, upper: Node | None, body: Callable[[], Array]) -> Array:
        letters = sign.subscript.letters
        condition = sign.subscript.condition
        bound = letters[:1] if condition and letters[1] in self.index else letters
        sizes = [self.size(d) for d in self.shapes.axes_of(("sum", id(sign)), len(bound))]
        is_sum = getattr(sign.base, "text", "") == "∑"
        kept = self.index
        found: Array | None = None
        try:
            for places in itertools.product(*map(range, sizes)):
                self.index = {**kept, **dict(zip(bound, places, strict=True))}
                if condition and not _RELATIONS[condition](self.index[letters[0]], self.index[letters[1]]):
                    continue
                self.step()
                value = body()
                found = (
                    value if found is None else arrays.entrywise(jets.add if is_sum else jets.multiply, found, value)
                )
        finally:
            self.index = kept
        return found if found is not None else number(0.0 if is_sum else 1.0)

    def enter(self, found: Definition, places: Sequence[int]) -> dict[str, int]:
        return dict(zip(found.indices, places, strict=True))

    def defined(self, found: Definition, places: tuple[int, ...]) -> Array:
        """The value of a name; before the first time it is given."""
        if places and min(places) < 0:
            return self.slot(found.name.removesuffix(SQUARE), places)
        return super().defined(found, places)

    def is_given(self, name: str, places: tuple[int, ...]) -> bool:
        return min(places) < 0 or super().is_given(name, places)

    def iverson(self, node: Iverson) -> Array:
        values = [
            float(self.index[n.text] + 1)
            if isinstance(n, Name) and n.text in self.index
            else jets.plain(self.value(n).items[0])
            for n in (node.left, node.right)
        ]
        return number(float(_RELATIONS[node.relation](*values)))

    # operations

    def number(self, value: Fraction | int) -> Array:
        return number(float(value))

    def add(self, left: Array, right: Array, sign: int, plain: bool) -> Array:
        return arrays.entrywise(jets.add if sign > 0 else jets.subtract, left, right)

    def multiply(self, left: Array, right: Array, dotted: bool) -> Array:
        if dotted and left.columns == right.columns == 1 and not left.is_number and not right.is_number:
            return arrays.product(arrays.transposed(left), right)
        return arrays.product(left, right)

    def divide(self, left: Array, right: Array) -> Array:
        return arrays.entrywise(jets.divide, left, right)

    def layer(self, operator: str, left: Array, right: Array) -> Array:
        return arrays.kronecker(left, right) if operator == "⊗" else arrays.entrywise(jets.multiply, left, right)

    def transpose(self, value: Array) -> Array:
        return arrays.transposed(value)

    def power(self, value: Array, exponent: Node, dotted: bool) -> Array:
        by = self.value(exponent).items[0]
        if value.is_number or dotted:
            return arrays.mapped(lambda x: jets.power(x, by), value)
        n = whole_number(exponent) or 0
        base = arrays.inverse(value) if n < 0 else value
        found = arrays.identity(value.rows)
        for _ in range(abs(n)):
            found = arrays.product(found, base)
        return found

    def entrywise(self, function: str, order: int, value: Array) -> Array:
        if function == "exp" and not order and value.rows == value.columns > 1:
            return arrays.exponential(value)
        return arrays.mapped(derived(ENTRYWISE[function], order), value)

    def of_array(self, function: str, node: Node, values: Sequence[Array], axis: int | None) -> Array:
        value = values[0]
        match function:
            case "norm":
                return number(jets.sqrt(arrays.total(jets.multiply(x, x) for x in value.items)))
            case "norm1":
                return number(arrays.total(map(jets.absolute, value.items)))
            case "tr" | "trace":
                return number(arrays.trace(value))
            case "det":
                return number(arrays.determinant(value))
            case "logdet":
                return number(arrays.log_determinant(value))
            case "inv":
                return arrays.inverse(value)
            case "sum" | "mean":
                found = arrays.total(value.items)
                return number(found if function == "sum" else jets.multiply(1 / len(value.items), found))
            case "logsumexp":
                return number(jets.log(arrays.total(map(jets.exp, value.items))))
            case "diag":
                return arrays.diagonal(value)
            case "vec":
                return arrays.vec(value)
            case "kron":
                return arrays.kronecker(value, values[1])
            case "transpose":
                return arrays.transposed(value)
            case "cross":
                matrix = arrays.crossing(value)
                return matrix if len(values) == 1 else arrays.product(matrix, values[1])
            case "softmax" | "log_softmax":
                return _softmax(value, function == "log_softmax")
        raise Unfit(function)

    def constant(self, name: str, node: Node, sizes: Sequence[Node]) -> Array:
        if name == "π":
            return number(math.pi)
        if name == "e":
            return number(math.e)
        rows, columns = map(self.size, self.shapes.constants[name, id(node)])
        return arrays.identity(rows) if name == "I" else arrays.filled(rows, columns, float(name == "ones"))

    def written(self, rows: Sequence[Sequence[Array]]) -> Array:
        return arrays.joined(rows)

    # functions of which nothing is said

    def unknown(self, name: str, values: Sequence[Array]) -> Array:
        shape = self.shapes.slots.get((name, 0))
        rows, columns = map(self.size, shape) if shape is not None else (1, 1)
        entries = [x for v in values for x in v.items]
        if len(entries) > MOST_ENTRIES:
            raise Unfit("too many entries")
        return built(rows, columns, lambda i, j: self._smooth(f"{name}|{i}|{j}", entries))

    def _smooth(self, name: str, entries: Sequence[Number]) -> Number:
        """Some function of all these numbers: of the second degree, and of the third of a sum of them."""
        draw = random.Random(f"{self.seed}|{name}|smooth")
        first = arrays.total(jets.multiply(draw.uniform(-1, 1), x) for x in entries)
        second = arrays.total(jets.multiply(draw.uniform(-1, 1), x) for x in entries)
        squares = arrays.total(jets.multiply(draw.uniform(-1, 1), jets.multiply(x, x)) for x in entries)
        cubes = jets.multiply(0.3, jets.multiply(second, jets.multiply(second, first)))
        return jets.add(jets.add(first, squares), jets.add(cubes, jets.multiply(second, second)))

    def unknown_call(self, name: str, order: int, values: Sequence[Array]) -> Array:
        entries = [x for v in values for x in v.items]
        way = self.shapes.way(name, len(values)) if len(entries) > 1 else EACH
        if way == FIELD:
            return number(self._smooth(f"{name}()", entries))
        if way == MAP:
            length = self.size(self.shapes.axes_of((name, "image"), 1)[0])
            return column(self._smooth(f"{name}()|{k}", entries) for k in range(length))
        draw = random.Random(f"{self.seed}|{name}|call")
        factors = [draw.uniform(0.3, 1.2) for _ in range(5)]

        def curve(x: Number) -> Number:
            found: Number = 0.0
            for factor in factors:
                found = jets.add(jets.multiply(found, x), factor)
            return found

        return arrays.mapped(derived(curve, order), values[0])

    def slope(self, found: Definition, order: int, value: Array) -> Array:
        def of(x: Number) -> Array:
            return self.applied(found, [number(x)])

        def slopes(x: Number, order: int) -> Array:
            if order == 0:
                return of(x)
            level = self.level = self.level + 1
            try:
                inner = slopes(Jet(level, x, {0: 1.0}), order - 1)
            finally:
                self.level -= 1
            return arrays.mapped(lambda y: jets.parts_at(y, level).get(0, 0.0), inner)

        parts = [slopes(x, order) for x in value.items]
        if all(p.is_number for p in parts):
            return Array(value.rows, value.columns, tuple(p.items[0] for p in parts))
        if len(parts) == 1:
            return parts[0]
        raise Unfit("a prime of an array")

    def applied(self, found: Definition, values: Sequence[Array]) -> Array:
        if len(values) == 1 and not values[0].is_number:
            usual = self.shapes.slots.get((found.arguments[0], 0))
            if usual is not None and self.shapes.is_number(usual):
                return Array(
                    values[0].rows,
                    values[0].columns,
                    tuple(super(Numbers, self).applied(found, [number(x)]).items[0] for x in values[0].items),
                )
        return super().applied(found, values)


def _softmax(value: Array, log: bool) -> Array:
    if 1 in value.shape:
        total = arrays.total(map(jets.exp, value.items))
        one = (lambda x: jets.subtract(x, jets.log(total))) if log else (lambda x: jets.divide(jets.exp(x), total))
        return arrays.mapped(one, value)
    rows = [_softmax(Array(1, value.columns, value.row(i)), log) for i in range(value.rows)]
    return Array(value.rows, value.columns, tuple(x for row in rows for x in row.items))


def _with(value: Array, has: frozenset[str]) -> Array:
    """An array with the properties that the page gives it."""
    if NORMALISED in has and value.columns == 1 < value.rows:
        return arrays.mapped(
            lambda x: jets.divide(jets.absolute(x), arrays.total(map(jets.absolute, value.items))), value
        )
    if not has or value.rows != value.columns:
        if "unit" in has:
            size = jets.sqrt(arrays.total(jets.multiply(x, x) for x in value.items))
            return arrays.mapped(lambda x: jets.divide(x, size), value)
        return value
    if "positive-definite" in has:
        product = arrays.product(value, arrays.transposed(value))
        return arrays.entrywise(jets.add, product, arrays.identity(value.rows))
    if "symmetric" in has:
        return arrays.entrywise(jets.add, value, arrays.transposed(value))
    if "antisymmetric" in has:
        return arrays.entrywise(jets.subtract, value, arrays.transposed(value))
    if "orthogonal" in has:
        skew = arrays.entrywise(jets.subtract, value, arrays.transposed(value))
        one = arrays.identity(value.rows)
        return arrays.solved(arrays.entrywise(jets.add, one, skew), arrays.entrywise(jets.subtract, one, skew))[0]
    if "diagonal" in has:
        return built(*value.shape, lambda i, j: value.at(i, j) if i == j else 0.0)
    return value
