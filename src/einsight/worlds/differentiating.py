"""Derivatives of what a formula comes to in numbers, in anything that it is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from functools import partial
from operator import add

from ..lowering.names import canonical_name
from ..syntax.tree import Call, Group, Indexed, Name, Node, Num, Superscript, Transpose
from . import arrays, jets
from .arrays import Array, Unfit, built
from .definitions import SQUARE
from .jets import Jet, parts_at, value_at
from .letters import variables_of
from .reading import Reading
from .shapes import Shapes

# what a slope is that is 0, as it comes out of sums
_NOTHING = 1e-12


class Differentiating(Reading[Array, int]):
    """
    shapes  what the slots are
    level   of the derivatives that are being taken, one within another
    moved   derivatives of what depends on what they are taken in, `sloped` those that are not 0, and `met`, all of them
    solved  variables that are given by something else, through which they move what is differentiated: `v = σ²`
    """

    def __init__(self, shapes: Shapes):
        super().__init__(shapes.page, shapes.at, shapes.layout, shapes.unknowns)
        self.points = shapes.points
        self.shapes = shapes
        self.level = 0
        self.met: set[int] = set()
        self.moved: set[int] = set()
        self.sloped: set[int] = set()
        self.solved: set[int] = set()
        self._inside = (1, 1)

    # derivatives

    def derivative(self, of: Callable[[], Array], variable: Node, layout: str) -> Array:
        row = isinstance(variable, Transpose) or self._is_primed(variable)
        layout = "numerator" if row else layout
        if id(variable) not in self.solved:
            found = self._in(of, dict(self._seeded(variable)), variable, layout)
            if any(isinstance(x, Jet) or x for x in found.items):
                return found
        values = self._seeded_through(variable)
        if values is None:
            return found
        self.solved.add(id(variable))
        return self._in(of, values, variable, layout)

    def derivative_at(self, of: Callable[[], Array], name: str, places: tuple[int, ...]) -> Array:
        self.level += 1
        key, value = self._place_of(name, places)
        seeded, self._inside = _seed_in(value, self.level, places if key[1] == () and places else None)
        return self._in(of, {key: seeded}, name, "gradient")

    def _seeded_through(self, node: Node) -> dict[tuple[str, tuple[object, ...]], Array] | None:
        """The values with which a derivative in `τ = 1/σ²` is taken of what is written in `σ`, which `τ` then gives; None where it does not."""
        name = canonical_name(node.text) if isinstance(node, Name) else ""
        definition = self.definition(name, 0) if name else None
        if definition is None:
            return None
        bases = {n for n in variables_of(definition.body) if self.definition(n, 0) is None}
        if len(bases) != 1:
            return None
        self.level += 1
        level, base = self.level, bases.pop()
        before, _ = _seed_in(self.named(base), level, None)
        with self.with_instead({(base, ()): before}):
            after = self.defined(definition, ())
        count = len(before.items)
        if len(after.items) != count:
            self.level -= 1
            return None
        slopes = arrays.inverse(built(count, count, lambda i, j: parts_at(after.items[i], level).get(j, 0.0)))
        rows = (slopes.items[j * count : (j + 1) * count] for j in range(count))
        moved = [
            Jet(level, value_at(x, level), dict(enumerate(row))) for x, row in zip(before.items, rows, strict=True)
        ]
        plain = arrays.mapped(lambda x: value_at(x, level), after)
        seeded, self._inside = _seed_in(plain, level, None)
        return {(name, ()): seeded, (base, ()): Array(before.rows, before.columns, tuple(moved))}

    def _in(
        self, of: Callable[[], Array], values: dict[tuple[str, tuple[object, ...]], Array], said: object, layout: str
    ) -> Array:
        """The derivative, at the level that was begun, of something among seeded values; `said` is what it is taken in."""
        inside, level = self._inside, self.level
        self.met.add(id(said))
        try:
            with self.with_instead(values):
                found = of()
        finally:
            self.level -= 1
        parts = [p for x in found.items if isinstance(x, Jet) and x.level == level for p in x.parts.values()]
        if parts:
            self.moved.add(id(said))
        if any(abs(jets.plain(p)) > _NOTHING for p in parts):
            self.sloped.add(id(said))
        return _laid_out(found, inside, level, layout)

    def place_of(self, node: Node) -> tuple[str, tuple[object, ...]]:
        """What is another value where that of a name, as it is written, is."""
        square = ""
        if isinstance(node, Superscript):
            node, square = node.base, SQUARE
        if isinstance(node, Name):
            return canonical_name(node.text) + square, ()
        if isinstance(node, Indexed):
            name, entries = self.page.subscript(node)
            return name + square, tuple(map(self.entry_place, entries))
        raise Unfit("a name")

    def _is_primed(self, node: Node) -> bool:
        base = node.base if isinstance(node, Indexed) else node
        return isinstance(base, Name) and bool(self.page.transposed(base.text))

    def _place_of(self, name: str, places: tuple[int, ...]) -> tuple[tuple[str, tuple[object, ...]], Array]:
        """What is to be another value where one differentiates in a name with these indices, and its value."""
        whole = places and self.definition(name, len(places)) is None
        if whole and ((name, len(places)) in self.shapes.parts or self.definition(name, 0) is not None):
            return (name, ()), self.named(name)
        return (name, places), self.member(name, places) if places else self.named(name)

    def _seeded(self, node: Node) -> Iterable[tuple[tuple[str, tuple[object, ...]], Array]]:
        """The values with which a derivative in a node is taken; `_inside` is then the shape of the variable."""
        self.level += 1
        level = self.level
        square = ""
        if isinstance(node, Superscript):
            node, square = node.base, SQUARE
        while isinstance(node, (Transpose, Group)):
            node = node.argument if isinstance(node, Transpose) else node.inner
        if isinstance(node, Name):
            name = node.text.removesuffix("ʹ") if self._is_primed(node) else node.text
            places: tuple[int, ...] = ()
        elif isinstance(node, Indexed) and isinstance(node.base, Name):
            name, entries = self.page.subscript(node)
            name = name.removesuffix("ʹ") if self._is_primed(node) else name
            places = tuple(map(self.entry_place, entries))
        elif isinstance(node, Call) and isinstance(node.callee, Name) and node.callee.text == "vec":
            self.level -= 1
            ((key, value),) = self._seeded(node.arguments[0])
            rows, columns = self._inside
            below = {i * columns + j: j * rows + i for i in range(rows) for j in range(columns)}
            yield key, _renumbered(value, level, below.__getitem__)
            self._inside = (rows * columns, 1)
            return
        elif getattr(node, "entries", None):
            start = 0
            for entry in node.entries:  # type: ignore[attr-defined]
                self.level -= 1
                ((key, value),) = [*self._seeded(entry)]
                shift = start
                yield key, _renumbered(value, level, partial(add, shift))
                start += len(value.items)
            self._inside = (start, 1)
            return
        else:
            raise Unfit("what is differentiated in")
        if square and self.definition(name + SQUARE, len(places)) is not None:
            squared = self._square(Superscript(0, 0, node, Num(0, 0, Fraction(2))))
            if squared is None:
                raise Unfit("a square")
            seeded, self._inside = _seed_in(squared, level, None)
            yield (name + SQUARE, places), seeded
            yield (name, places), arrays.mapped(jets.sqrt, seeded)
            return
        key, value = self._place_of(name, places)
        if square:
            value = arrays.mapped(lambda x: jets.multiply(x, x), value)
        seeded, self._inside = _seed_in(value, level, places if places and key[1] == () else None)
        if square:
            sign = jets.sign(self.named(name).items[0]) if not places else 1.0
            seeded = arrays.mapped(lambda x: jets.multiply(sign, jets.sqrt(x)), seeded)
        yield key, seeded


def _renumbered(value: Array, level: int, place: Callable[[int], int]) -> Array:
    """Seeds with other numbers."""
    return arrays.mapped(
        lambda x: Jet(level, value_at(x, level), {place(k): p for k, p in parts_at(x, level).items()}), value
    )


def _seed_in(value: Array, level: int, places: tuple[int, ...] | None) -> tuple[Array, tuple[int, int]]:
    """The array with a partial derivative for each of its entries, or for the one at a place; and the shape of what moves."""
    if places is None:
        return Array(
            value.rows, value.columns, tuple(Jet(level, x, {k: 1.0}) for k, x in enumerate(value.items))
        ), value.shape
    at = places[0] if len(places) == 1 else places[0] * value.columns + places[1]
    if not 0 <= at < len(value.items):
        raise Unfit("outside")
    return Array(
        value.rows, value.columns, tuple(Jet(level, x, {0: 1.0} if k == at else {}) for k, x in enumerate(value.items))
    ), (1, 1)


def _laid_out(found: Array, inside: tuple[int, int], level: int, layout: str) -> Array:
    """The partial derivatives of an array's entries in those of a variable, as a matrix."""
    count = inside[0] * inside[1]
    table = [[jets.parts_at(x, level).get(k, 0.0) for k in range(count)] for x in found.items]
    if count == 1:
        turned = Array(found.rows, found.columns, tuple(row[0] for row in table))
        return arrays.transposed(turned) if layout == "denominator" else turned
    if found.is_number:
        gradient = Array(*inside, tuple(table[0]))
        return arrays.transposed(gradient) if layout == "numerator" else gradient
    by_columns = [j * inside[1] + i for i in range(inside[1]) for j in range(inside[0])]
    rows = [j * found.columns + i for i in range(found.columns) for j in range(found.rows)]
    jacobian = built(len(rows), count, lambda i, j: table[rows[i]][by_columns[j]])
    vectors = 1 in found.shape and 1 in inside
    return arrays.transposed(jacobian) if layout == "denominator" and vectors else jacobian
