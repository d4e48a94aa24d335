"""Conditions: the branch that is known to run, one of several ways, or both with what each gives where its condition holds.

What numbers decide is read on both sides, and every name, entry and attribute is afterwards the sum of what it is on each side, times 1
where that side runs and 0 elsewhere.  What is returned under such a condition is kept with it.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ..terms import build
from ..terms.dimension import Dim
from ..terms.term import Term
from .axes import Misfit
from .expressions import asks_for_gradient, is_unknown
from .functions import as_array
from .listing import reached
from .loops import Loops
from .module import is_for_types
from .nodes import walk
from .sizes import Factors
from .values import UNKNOWN, Array, Cells, Flag, Number, Returned, Several, ShapeOf, Table, Text, Thing, Value


@dataclass
class Kept:
    """What a branch may change in its place: entries of arrays, lists, dictionaries and attributes that names reach."""

    arrays: dict[Array, tuple[Term | None, str, Cells | None]] = field(default_factory=dict)
    lists: dict[Several, tuple[Value, ...]] = field(default_factory=dict)
    tables: dict[Table, dict[str, Value]] = field(default_factory=dict)
    things: dict[Thing, dict[str, Value]] = field(default_factory=dict)

    def take(self, values: Iterable[Value]) -> Kept:
        for value in reached(values):
            if isinstance(value, Array):
                self.arrays[value] = value.term, value.why, value.cells
            elif isinstance(value, Several):
                self.lists[value] = value.items
            elif isinstance(value, Table):
                self.tables[value] = dict(value.items)
            elif isinstance(value, Thing):
                self.things[value] = dict(value.attributes)
        return self

    def put_back(self) -> None:
        for array, (term, why, cells) in self.arrays.items():
            array.term, array.why, array.cells = term, why, cells
        for several, items in self.lists.items():
            several.items = items
        for table, under in self.tables.items():
            table.items = dict(under)
        for thing, attributes in self.things.items():
            thing.attributes = dict(attributes)


@dataclass
class _Side:
    """What one branch made of everything."""

    environment: dict[str, Value]
    kept: Kept
    ended: bool
    broken: str


class Branches(Loops):
    """Reads conditions."""

    def _in_branch(self, bodies: Iterable[Sequence[ast.stmt]], told: bool = True) -> None:
        """Read statements that may run or not; what they bind is lost behind them."""
        # with what a helper is called here, a branch in it may never run
        told &= not (
            self.first_turn and self.branch
        )  # with what the turn makes of a name, a branch in it may never run
        was_told, self.told = self.told, self.told and told and not self.depth
        self.branch += 1
        for body in bodies:
            inner = dict(self.environment)
            outer, self.environment = self.environment, inner
            count, ended = len(self.returns), self.ended
            try:
                self.run(body)
            finally:
                self.environment, self.ended = outer, ended
                del self.returns[count:]
                self.environment.update(dict.fromkeys(self.forgotten & self.environment.keys(), UNKNOWN))
        self.branch -= 1
        self.told = was_told

    def _do_if(self, node: ast.If) -> None:
        if asks_for_gradient(node.test) and not node.orelse:
            if not self.sizes.binding or self.holds(node.test) is not False:  # `b is not None` may stand beside it
                self.run(node.body)
            return
        if is_for_types(node):
            for name in self.module.bound_in(node):
                self.environment[name] = UNKNOWN
            return
        holds = self.holds(node.test) if self.sizes.binding else None
        if holds is not None:
            self.run(node.body if holds else node.orelse)
            return
        if self.arrays.ways is not None and not self.branch:
            condition = self.condition(node.test)
            if condition is not None:
                self._on_both_sides(node, condition)
                return
        self.evaluate(node.test)
        if all(isinstance(s, ast.Raise) for s in node.body) and not node.orelse:
            if not isinstance(node.test, ast.BoolOp) or isinstance(node.test.op, ast.Or):
                self.take_for_equal(node.test, ast.NotEq)
            return  # what goes on behind it has passed the test
        about_shapes = any(
            isinstance(n, ast.Attribute) and n.attr in ("shape", "ndim", "size", "dim", "T")
            or isinstance(n, ast.Name) and n.id in ("len", "isinstance")
            for n in walk(node.test)
        )  # fmt: skip
        self._in_branch((node.body, node.orelse), told=not about_shapes)
        self.lose(node, "it has a condition")

    def take_for_equal(self, test: ast.expr, relation: type[ast.cmpop]) -> None:
        """Sizes that are the same from here on, since the program says so."""
        parts = test.values if isinstance(test, ast.BoolOp) else [test]
        for part in parts:
            if not isinstance(part, ast.Compare) or not isinstance(part.ops[0], relation):
                continue
            sides = [self._lengths(self.evaluate(e)) for e in (part.left, *part.comparators)]
            for a, b in itertools.pairwise(sides):
                for x, y in zip(a, b, strict=False):
                    if len(x) == len(y) == 1:
                        self.sizes.join(x[0], y[0])

    def _lengths(self, value: Value) -> list[Factors]:
        """The sizes that a number or a shape says."""
        if isinstance(value, ShapeOf):
            return [self.sizes.settled(i.dim for i in a) for a in value.array.axes] if not value.array.open else []
        if isinstance(value, Several):
            return [f for v in value.items for f in self._lengths(v)]
        if isinstance(value, Number) and value.factors is not None:
            return [self.sizes.settled(value.factors)]
        if isinstance(value, Number) and value.value is not None and value.value > 0 and value.value.denominator == 1:
            return [(Dim(int(value.value)),)]
        return [()]

    # conditions on numbers

    def condition(self, test: ast.expr) -> Array | None:
        """1 where a condition on numbers holds, 0 elsewhere; None where it is none."""
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            inner = self.condition(test.operand)
            return None if inner is None else self._negated(inner)
        if isinstance(test, ast.BoolOp):
            parts = [self.condition(v) for v in test.values]
            found = parts[0]
            for part in parts[1:]:
                if found is None or part is None:
                    return None
                both = _and if isinstance(test.op, ast.And) else _or
                found = self.arrays.elementwise(both, found, part)
            return found
        holds = self.holds(test)
        if holds is not None:
            return Array(term=build.ONE if holds else build.ZERO)
        value = self.evaluate(test)
        if isinstance(test, ast.Compare) and any(is_unknown(self.evaluate(e)) for e in (test.left, *test.comparators)):
            return None
        if value is UNKNOWN and self.sizes.lengths and isinstance(test, ast.Compare):
            value = Array(open=True)  # of arrays of which the shapes are not tried yet
        if not isinstance(value, Array) or not isinstance(test, ast.Compare):
            return None
        if value.open and not value.rank:  # a number, or nothing is asked of it
            return Array(why="a condition on what is not known")
        if value.rank:
            self.misfits("EIN603", test, f"the truth of an array of shape {self.arrays.shape_text(value)} is asked for")
            return Array(term=build.ONE)
        return value

    def _negated(self, condition: Array) -> Array:
        return self.arrays.elementwise(lambda t: build.subtract(build.ONE, t), condition)

    def _also(self, condition: Array) -> Array:
        """Where it holds besides what holds here already."""
        return condition if self.where is None else self.arrays.elementwise(_and, self.where, condition)

    # both sides

    def _on_both_sides(self, node: ast.If, condition: Array) -> None:
        before, outer, where = Kept().take(self.environment.values()), self.environment, self.where
        otherwise = self._negated(condition)
        sides = []
        for body, holds in ((node.body, condition), (node.orelse, otherwise)):
            before.put_back()
            self.environment, self.where = dict(outer), None
            self.where = holds if where is None else self.arrays.elementwise(_and, where, holds)
            broken, count = self.broken, len(self.returns)
            self.run(body)
            ended, self.ended = self.ended, False
            raises = ended and len(self.returns) == count
            if raises:  # nothing is asked of what raises
                self.broken = broken
            sides.append(_Side(self.environment, Kept().take(self.environment.values()), ended, self.broken))
        then, other = sides
        self.where = where
        if then.ended and other.ended:
            self.ended = True
        elif then.ended or other.ended:
            going_on = other if then.ended else then
            going_on.kept.put_back()
            self.environment = going_on.environment
            self.where = self._also(otherwise if then.ended else condition)
        else:
            self._merge(condition, then, other, before)

    def _merge(self, condition: Array, then: _Side, other: _Side, before: Kept) -> None:
        """Every name, and all that is changed in its place, as it is on each side."""
        for array in {**then.kept.arrays, **other.kept.arrays}:
            a = then.kept.arrays.get(array) or (array.term, array.why, array.cells)
            b = other.kept.arrays.get(array) or before.arrays.get(array) or (array.term, array.why, None)
            if a[0] is not b[0] or a[1] != b[1]:
                known = a[0] is not None and b[0] is not None and condition.term is not None
                array.term = _either(condition.term, a[0], b[0]) if known else None  # type: ignore[arg-type]
                array.why, array.cells = "" if known else a[1] or b[1], None
        for table in {**then.kept.tables, **other.kept.tables}:
            table.items = self._of_both(condition, then.kept.tables.get(table), other.kept.tables.get(table))
        for thing in {**then.kept.things, **other.kept.things}:
            thing.attributes = self._of_both(condition, then.kept.things.get(thing), other.kept.things.get(thing))
        for several in {**then.kept.lists, **other.kept.lists}:
            c, d = (side.kept.lists.get(several, several.items) for side in (then, other))
            if len(c) != len(d):
                self.broken = self.broken or "a list that is as long as a condition says"
            several.items = tuple(self.either(condition, x, y) for x, y in zip(c, d, strict=False))
        self.environment = self._of_both(condition, then.environment, other.environment)

    def _of_both(
        self, condition: Array, then: dict[str, Value] | None, other: dict[str, Value] | None
    ) -> dict[str, Value]:
        if then is None or other is None:
            return dict(then or other or {})
        return {
            n: self.either(condition, then[n], other[n]) if n in then and n in other else UNKNOWN
            for n in {**then, **other}
        }

    def either(self, condition: Array, a: Value, b: Value) -> Value:
        """One value where a condition holds, the other elsewhere."""
        if a is b or (isinstance(a, Number) and isinstance(b, Number) and a.value is not None and a.value == b.value):
            return a
        if isinstance(a, Several) and isinstance(b, Several) and len(a.items) == len(b.items):
            return Several(
                tuple(self.either(condition, x, y) for x, y in zip(a.items, b.items, strict=True)), a.is_list
            )
        if isinstance(a, (Flag, Text)) and type(a) is type(b):
            return a if _plain(a) == _plain(b) else UNKNOWN
        first, second = as_array(a), as_array(b)
        if first is None or second is None or first.open or second.open:
            return UNKNOWN
        try:
            return self.arrays.elementwise(_either, condition, first, second)
        except Misfit:
            return UNKNOWN

    # what is returned

    @property
    def returned(self) -> tuple[ast.Return, Value] | None:
        """What is returned in all, at the last of the places; None where it may end without."""
        if not self.returns or not self.ended:
            return None
        *others, last = self.returns
        value = last.value
        for one in reversed(others):
            assert one.where is not None
            value = self.either(one.where, one.value, value)
        return last.node, value

    def _do_return(self, node: ast.Return) -> None:
        value = self.evaluate(node.value) if node.value is not None else Flag(None)
        if self.branch:
            self.broken = self.broken or "it returns under a condition"
        self.returns.append(Returned(node, value, self.where))
        self.ended = True


def _plain(value: Value) -> object:
    return value.text if isinstance(value, Text) else value.value if isinstance(value, Flag) else value


def _and(a: Term, b: Term) -> Term:
    return build.product([a, b])


def _or(a: Term, b: Term) -> Term:
    return build.subtract(build.add(a, b), _and(a, b))


def _either(condition: Term, a: Term, b: Term) -> Term:
    """`a` where a condition holds, else `b`."""
    if condition in (build.ONE, build.ZERO):
        return a if condition is build.ONE else b
    return build.add(build.product([condition, a]), build.product([build.subtract(build.ONE, condition), b]))
