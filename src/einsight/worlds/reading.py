"""What a formula of a page comes to, among the definitions of the page: one walk over its tree, for shapes and for numbers.

`Shapes` walks it with shapes for values, and finds which dimensions are the same; `Numbers` walks it again with arrays of
those sizes.  What a name stands for is its definition nearest to the formula; what has none is a slot, which a world fills.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..lowering.names import canonical_name
from ..syntax.postfixes import factors
from ..syntax.quotients import Quotient, units
from ..syntax.tree import (
    Absolute,
    Addition,
    Array,
    Chain,
    Group,
    Indexed,
    Iverson,
    Layer,
    Name,
    Node,
    Norm,
    Num,
    Superscript,
    Transpose,
)
from .algebra import I, V
from .arrays import Unfit
from .calls import Calls, is_nabla, is_written_out, sum_sign
from .definitions import PRIME, SQUARE
from .functions import BARE, ENTRYWISE


class Reading(Calls[V, I]):
    # the tree

    def value(self, node: Node) -> V:
        row = factors(node, self.is_product) if isinstance(node, (Indexed, Superscript, Transpose)) else None
        if row is not None:
            return self._row(row, node)
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is None:
            raise Unfit(type(node).__name__)
        return method(node)

    def _num(self, node: Num) -> V:
        return self.number(node.value)

    def _group(self, node: Group) -> V:
        return self.value(node.inner)

    def _name(self, node: Name) -> V:
        text = canonical_name(node.text)
        if text in ("I", "ones", "0") and not self.page.by_name.get(text):
            return self.constant(text, node, ())
        may_be = text in ("e", "π") and self.page.definition(text, 0, self.at) is None
        if may_be and self.choice((text, "the number"), ((True, 0), (False, 0.8))):
            return self.constant(text, node, ())
        return self.named(text)

    # indices

    def _indexed(self, node: Indexed) -> V:
        base = node.base
        if isinstance(base, (Norm, Absolute)):
            return self._normed(base.inner, node.subscript.text.strip("{}"))
        if isinstance(base, Group):
            return self.entry(self.value(base), tuple(map(self.entry_place, node.subscript.entries)))
        if not isinstance(base, Name):
            raise Unfit("a subscript")
        if base.text == "δ" and len(node.subscript.entries) == 2 and "δ" not in self.page.by_name:
            return self._delta(node)
        name, entries = self.page.subscript(node)
        if not entries:
            return self.named(name)
        if name in ("1", "ones"):
            return self.number(1)
        places = tuple(map(self.entry_place, entries))
        shifted = any(e.names and e.offset for e in entries)
        if self.inside and shifted and (name, places) not in self.instead and self.is_given(name, places):
            return self.slot(name, places)
        return self.member(name, places)

    def is_given(self, name: str, places: tuple[I, ...]) -> bool:
        """Is what a definition has at another time given, as `h_{t-1}` in that of `h_t`, or is it worked out as well?"""
        found = self.definition(name, len(places))
        return found is not None and bool(self.choice("recursions", ((False, 0), (True, 0.5))))

    def _delta(self, node: Indexed) -> V:
        left, right = node.subscript.entries
        names = [Name(node.start, node.end, e.plain or "") for e in (left, right)]
        return self.iverson(Iverson(node.start, node.end, names[0], "=", names[1]))

    def _iverson(self, node: Iverson) -> V:
        return self.iverson(node)

    # operations

    def _transpose(self, node: Transpose) -> V:
        if node.prime and isinstance(node.argument, Name) and self.page.is_called(node.argument.text):
            return self.named(canonical_name(node.argument.text) + PRIME)
        return self.transpose(self.value(node.argument))

    def _superscript(self, node: Superscript) -> V:
        square = self._square(node)
        if square is not None:
            return square
        if isinstance(node.base, Indexed) and isinstance(node.base.base, Norm):
            kind = node.base.subscript.text.strip("{}")
            return self.power(self._normed(node.base.base.inner, kind), node.exponent, node.dotted)
        return self.power(self.value(node.base), node.exponent, node.dotted)

    def _square(self, node: Superscript) -> V | None:
        """`σ²` where the page gives that a value."""
        if not isinstance(node.exponent, Num) or node.exponent.value != 2:
            return None
        if isinstance(node.base, Name):
            name = canonical_name(node.base.text)
            places: tuple[I, ...] = ()
        elif isinstance(node.base, Indexed) and isinstance(node.base.base, Name):
            name, entries = self.page.subscript(node.base)
            places = tuple(map(self.entry_place, entries))
        else:
            return None
        if (name + SQUARE, places) in self.instead:
            return self.instead[name + SQUARE, places]
        if (name, places) in self.instead or self.definition(name, len(places)) is not None:
            return None
        found = self.definition(name + SQUARE, len(places))
        return self.defined(found, places) if found is not None else None

    def _array(self, node: Array) -> V:
        rows = [e.entries if isinstance(e, Array) else (e,) for e in node.entries]
        return self.written([[self.value(e) for e in row] for row in rows])

    def _norm(self, node: Norm) -> V:
        return self._normed(node.inner, "")

    def _normed(self, inner: Node, kind: str) -> V:
        if kind not in ("", "2", "F", "1"):
            raise Unfit("a norm")
        return self.of_array("norm1" if kind == "1" else "norm", inner, [self.value(inner)], None)

    def _absolute(self, node: Absolute) -> V:
        value = self.value(node.inner)
        return self.entrywise("abs", 0, value) if self.is_number(value) else self.of_array("det", node, [value], None)

    def _addition(self, node: Addition) -> V:
        found: V | None = None
        was_plain = False
        for sign, part in node.items:
            value, plain = self.value(part), is_written_out(part)
            if found is None:
                found = value if sign > 0 else self.multiply(self.number(-1), value, False)
            else:
                found = self.add(found, value, sign, plain or was_plain)
            was_plain = plain and (was_plain or len(node.items) > 1)
        assert found is not None
        return found

    def _layer(self, node: Layer) -> V:
        found = self.value(node.items[0][1])
        for operator, part in node.items[1:]:
            found = self.layer(operator, found, self.value(part))
        return found

    def _chain(self, node: Chain) -> V:
        return self._row(list(units(node)), node)

    def _row(self, row: Sequence[tuple[str, Node]], whole: Node) -> V:
        """Factors, the first ones governing what follows them where they are signs or functions."""
        found: V | None = None
        k = 0
        while k < len(row):
            operator, unit = row[k]
            value, k = self._factor(row, k, whole)
            if found is None:
                found = value
            elif operator == "/":
                found = self.divide(found, value)
            elif operator == "×" and not self.is_number(found) and not self.is_number(value):
                found = self.of_array("cross", whole, [found, value], None)
            else:
                found = self.multiply(found, value, operator == "*")
        if found is None:
            raise Unfit("nothing")
        return found

    def _factor(self, row: Sequence[tuple[str, Node]], k: int, whole: Node) -> tuple[V, int]:
        """The value of what begins at a factor, and where that ends."""
        unit = row[k][1]
        rest = row[k + 1 :]
        sign = sum_sign(unit)
        if sign is not None:
            if not rest:
                raise Unfit("a sum of nothing")
            upper = unit.exponent if isinstance(unit, Superscript) else None
            return self.over(unit, sign, upper, lambda: self._row([("", rest[0][1]), *rest[1:]], whole)), len(row)
        if isinstance(unit, Quotient):
            return self._quotient(unit, row, k, whole)
        if is_nabla(unit):
            return self._nabla(unit, row, k, whole)
        name = canonical_name(unit.text) if isinstance(unit, Name) else ""
        if name in BARE and rest and not rest[0][0] and not self.page.by_name.get(name):
            inner = rest[0][1]
            if sum_sign(inner) is not None:
                return self.call(name, 0, [lambda: self._row([("", inner), *rest[1:]], whole)], inner), len(row)
            if name in ENTRYWISE and len(rest) > 1 and not isinstance(inner, (Group, Absolute, Norm, Quotient)):
                return self.call(name, 0, [lambda: self._row([("", inner), *rest[1:]], whole)], inner), len(row)
            return self.call(name, 0, [lambda: self.value(inner)], inner), k + 2
        return self.value(unit), k + 1
