"""What a formula of a page comes to, among the definitions of the page: one walk over its tree, for shapes and for numbers.

`Shapes` walks it with shapes for values, and finds which dimensions are the same; `Numbers` walks it again with arrays of
those sizes.  What a name stands for is its definition nearest to the formula; what has none is a slot, which a world fills.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from typing import Generic, TypeVar

from ..lowering.names import canonical_name
from ..syntax.quotients import Quotient, units
from ..syntax.tree import (
    Absolute,
    Addition,
    Array,
    Call,
    Chain,
    Group,
    IndexEntry,
    Indexed,
    Iverson,
    Keyword,
    Layer,
    Name,
    Node,
    Norm,
    Num,
    Quoted,
    Superscript,
    Symbol,
    Transpose,
)
from .arrays import Unfit
from .definitions import PRIME, SQUARE, Definition, Page
from .functions import ARRAYS, BARE, ENTRYWISE
from .unknowns import Unknowns

_DEEPEST = 60
# what a slot may be, and how unlikely that is
Options = tuple[tuple[object, float], ...]


V = TypeVar("V")
I = TypeVar("I")


class Reading(ABC, Generic[V, I]):
    """
    page      that the formula is of, and `at`, its number there
    layout    in which derivatives are laid out
    unknowns  functions of which only their derivatives are spoken of
    points    what names are given in numbers
    index     the letters that count something here, and what they are
    instead   values of names that are differentiated in, or are arguments
    """

    def __init__(self, page: Page, at: int, layout: str, unknowns: Unknowns):
        self.page, self.at, self.layout, self.unknowns = page, at, layout, unknowns
        self.points: dict[str, Node] = {}
        self.index: dict[str, I] = {}
        self.instead: dict[tuple[str, tuple[object, ...]], V] = {}
        self.memo: dict[object, V] = {}
        self.inside: list[tuple[Definition, tuple[I, ...]]] = []

    def begin(self, left: Node) -> None:
        """What is defined for all arguments is spoken of with any: `z` of `g(z) = …` stands for itself."""
        arguments = left.arguments if isinstance(left, Call) else ()
        for argument in arguments:
            name = canonical_name(argument.text) if isinstance(argument, Name) else ""
            if name and self.page.by_name.get(name):
                self.instead[name, ()] = self.slot(name, ())

    # what the two walks do in their own way

    @abstractmethod
    def number(self, value: Fraction | int) -> V: ...
    @abstractmethod
    def is_number(self, value: V) -> bool: ...
    @abstractmethod
    def choice(self, key: object, options: Options) -> object: ...
    @abstractmethod
    def slot(self, name: str, places: tuple[I, ...]) -> V: ...
    @abstractmethod
    def counted(self, letter: str) -> V: ...
    @abstractmethod
    def entry_place(self, entry: IndexEntry) -> I: ...
    @abstractmethod
    def entry(self, value: V, places: Sequence[I]) -> V: ...
    @abstractmethod
    def stacked(self, name: str, count: int, item: Callable[[tuple[I, ...]], V]) -> V: ...
    @abstractmethod
    def over(self, node: Node, sign: Indexed, upper: Node | None, body: Callable[[], V]) -> V: ...
    @abstractmethod
    def enter(self, found: Definition, places: Sequence[I]) -> dict[str, I]: ...
    @abstractmethod
    def add(self, left: V, right: V, sign: int, plain: bool) -> V: ...
    @abstractmethod
    def multiply(self, left: V, right: V, dotted: bool) -> V: ...
    @abstractmethod
    def divide(self, left: V, right: V) -> V: ...
    @abstractmethod
    def layer(self, operator: str, left: V, right: V) -> V: ...
    @abstractmethod
    def transpose(self, value: V) -> V: ...
    @abstractmethod
    def power(self, value: V, exponent: Node, dotted: bool) -> V: ...
    @abstractmethod
    def entrywise(self, function: str, order: int, value: V) -> V: ...
    @abstractmethod
    def of_array(self, function: str, node: Node, values: Sequence[V], axis: int | None) -> V: ...
    @abstractmethod
    def constant(self, name: str, node: Node, sizes: Sequence[Node]) -> V: ...
    @abstractmethod
    def written(self, rows: Sequence[Sequence[V]]) -> V: ...
    @abstractmethod
    def iverson(self, node: Iverson) -> V: ...
    @abstractmethod
    def derivative(self, of: Callable[[], V], variable: Node, layout: str) -> V: ...
    @abstractmethod
    def unknown(self, name: str, values: Sequence[V]) -> V: ...
    @abstractmethod
    def unknown_call(self, name: str, order: int, values: Sequence[V]) -> V: ...
    @abstractmethod
    def slope(self, found: Definition, order: int, value: V) -> V: ...

    # the tree

    def value(self, node: Node) -> V:
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
        if text in ("I", "ones", "0", "pi") and not self.page.by_name.get(text):
            return self.constant(text, node, ())
        if text in ("e", "π") and self.page.definition(text, 0, self.at) is None:
            if self.choice((text, "the number"), ((True, 0), (False, 0.8))):
                return self.constant(text, node, ())
        return self.named(text)

    def named(self, name: str) -> V:
        """The value of a name that stands without indices."""
        if (name, ()) in self.instead:
            return self.instead[name, ()]
        if name in self.index:
            return self.counted(name)
        if name in self.points:
            return self.value(self.points[name])
        marked = self.unknowns.gradient_of(name)
        if marked:
            return self.derivative(lambda: self.named(self.unknowns.loss), Name(0, 0, marked), "gradient")
        found = self.definition(name, 0)
        if found is not None:
            return self.defined(found, ())
        if name in self.unknowns.arguments:
            return self.once((name, "unknown"), lambda: self.unknown(name, self._arguments(name)))
        square = self.definition(name + SQUARE, 0)
        if square is not None:
            return self.entrywise("sqrt", 0, self.defined(square, ()))
        if self.page.transposed(name):
            return self.transpose(self.named(name[:-1]))
        if name.endswith(PRIME) and self.page.is_called(name[:-1]):
            function = self.definition(name[:-1], 0)
            if function is not None and len(function.arguments) == 1:
                return self.slope(function, 1, self.named(function.arguments[0]))
        for count in sorted(self.page.counted.get(name, ())):
            if self.definition(name, count) is not None and self.is_part(name, count):
                return self.stacked(name, count, lambda places: self.member(name, places))
        return self.slot(name, ())

    def definition(self, name: str, count: int) -> Definition | None:
        """What a name stands for here; that of another section may be of something else."""
        found = self.page.definition(name, count, self.at, [d for d, _ in self.inside if not d.indices])
        if found is None:
            return None
        if len(found.arguments) > 1 and self.inside:  # the letter of a function of several things, without them
            return found if self.choice((name, "as defined", "without arguments"), ((False, 0), (True, 0.6))) else None
        unlikely = 0.8 if not self.page.is_near(found, self.at) else 1.5 if found.order < self.at else 0.4
        return found if self.choice((name, "as defined", count), ((True, 0), (False, unlikely))) else None

    def member(self, name: str, places: tuple[I, ...]) -> V:
        """The value of a name with indices."""
        if (name, places) in self.instead:
            return self.instead[name, places]
        if (name, ()) in self.instead:
            return self.entry(self.instead[name, ()], places)
        if name in self.points:
            return self.entry(self.value(self.points[name]), places)
        marked = self.unknowns.gradient_of(name)
        if marked:
            return self.derivative_at(lambda: self.named(self.unknowns.loss), marked, places)
        found = self.definition(name, len(places))
        if found is not None:
            return self.defined(found, places)
        if self.page.transposed(name):
            return self.transpose(self.member(name[:-1], places))
        if self.definition(name, 0) is not None:
            return self.entry(self.named(name), places)
        square = self.definition(name + SQUARE, len(places))
        if square is not None:
            return self.entrywise("sqrt", 0, self.defined(square, places))
        if name in self.unknowns.arguments:
            return self.entry(self.named(name), places)
        return self.slot(name, places)

    @abstractmethod
    def derivative_at(self, of: Callable[[], V], name: str, places: tuple[I, ...]) -> V: ...

    def defined(self, found: Definition, places: tuple[I, ...]) -> V:
        if len(self.inside) > _DEEPEST:
            raise Unfit("definitions go in a circle")
        if places and self.is_inside(found, places):
            return self.slot(found.name.removesuffix(SQUARE), places)

        around = {letter: self.index[letter] for letter in found.free if letter in self.index}

        def body() -> V:
            kept, self.index = self.index, {**around, **self.enter(found, places)}
            self.inside.append((found, places))
            try:
                return self.value(found.body)
            finally:
                self.inside.pop()
                self.index = kept

        return self.once((found, places, *around.values()), body)

    def is_inside(self, found: Definition, places: tuple[I, ...]) -> bool:
        """Is a value asked for while it is worked out?"""
        return (found, places) in self.inside

    def once(self, key: object, make: Callable[[], V]) -> V:
        if key not in self.memo:
            self.memo[key] = make()
        return self.memo[key]

    @contextmanager
    def with_instead(self, values: dict[tuple[str, tuple[object, ...]], V]) -> Iterator[None]:
        """Names that have other values for a while, as the argument of a function has."""
        kept, memo = self.instead, self.memo
        self.instead, self.memo = {**kept, **values}, {}
        try:
            yield
        finally:
            self.instead, self.memo = kept, memo

    def _arguments(self, name: str) -> list[V]:
        return [
            self.named(v) if count == 0 else self.stacked(v, count, lambda places, v=v: self.member(v, places))
            for v, count in self.unknowns.arguments[name]
        ]

    def is_part(self, name: str, count: int) -> bool:
        """Are so many indices those of a component of what stands elsewhere without them?"""
        vectors = (name, count) in self.page.vectors or (count == 1 and name[0].isupper())
        ways: Options = ((False, 0), (True, 0.8)) if vectors else ((True, 0), (False, 0.8))
        return count < 3 and bool(self.choice((name, "with", count), ways))

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
            name, places = canonical_name(node.base.text), ()
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
            value, plain = self.value(part), _is_written_out(part)
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
            else:
                found = self.multiply(found, value, operator == "*")
        if found is None:
            raise Unfit("nothing")
        return found

    def _factor(self, row: Sequence[tuple[str, Node]], k: int, whole: Node) -> tuple[V, int]:
        """The value of what begins at a factor, and where that ends."""
        unit = row[k][1]
        rest = row[k + 1 :]
        sign = _sum_sign(unit)
        if sign is not None:
            if not rest:
                raise Unfit("a sum of nothing")
            upper = unit.exponent if isinstance(unit, Superscript) else None
            return self.over(unit, sign, upper, lambda: self._row([("", rest[0][1]), *rest[1:]], whole)), len(row)
        if isinstance(unit, Quotient):
            return self._quotient(unit, row, k, whole)
        if _is_nabla(unit):
            return self._nabla(unit, row, k, whole)
        name = canonical_name(unit.text) if isinstance(unit, Name) else ""
        if name in BARE and rest and not rest[0][0] and not self.page.by_name.get(name):
            inner = rest[0][1]
            if _sum_sign(inner) is not None:
                return self.call(name, 0, [lambda: self._row([("", inner), *rest[1:]], whole)], inner), len(row)
            if name in ENTRYWISE and len(rest) > 1 and not isinstance(inner, (Group, Absolute, Norm, Quotient)):
                return self.call(name, 0, [lambda: self._row([("", inner), *rest[1:]], whole)], inner), len(row)
            return self.call(name, 0, [lambda: self.value(inner)], inner), k + 2
        return self.value(unit), k + 1

    # derivatives

    def _quotient(self, unit: Quotient, row: Sequence[tuple[str, Node]], k: int, whole: Node) -> tuple[V, int]:
        above = [n for n in unit.above[1:]]
        first = unit.above[0]
        if isinstance(first, Name) and first.text != "d":  # `dy/dx`
            above = [Name(first.start + 1, first.end, first.text[1:]), *above]
        by_letter = isinstance(first, Name)
        variables = [v for n in unit.below if (v := _variable(n, by_letter)) is not None]
        if not variables:
            raise Unfit("a derivative in nothing")
        order = first.exponent.value if isinstance(first, Superscript) and isinstance(first.exponent, Num) else 1
        end = k + 1
        if above:
            target = Chain(above[0].start, above[-1].end, tuple(("", n) for n in above))
            of: Callable[[], V] = lambda: self.value(target if len(above) > 1 else above[0])  # noqa: E731
        else:
            rest = row[k + 1 :]
            if not rest:
                raise Unfit("a derivative of nothing")
            of, end = (lambda: self._row([("", rest[0][1]), *rest[1:]], whole)), len(row)
        if len(variables) == 1 and order == 2 and not isinstance(variables[0], (Superscript,)):
            variables *= 2
        elif len(variables) == 1 and order == 2 and isinstance(variables[0], Superscript):
            variables = [variables[0].base] * 2
        if len(variables) != order:
            raise Unfit("the order of a derivative")
        return self._repeated(of, variables), end

    def _repeated(self, of: Callable[[], V], variables: Sequence[Node]) -> V:
        if len(variables) == 1:
            return self.derivative(of, variables[0], self.layout)
        if len(variables) > 2:
            raise Unfit("a third derivative")
        inner = lambda: self.derivative(of, variables[0], "gradient")  # noqa: E731
        return self.derivative(inner, _untransposed(variables[1]), "numerator")

    def _nabla(self, unit: Node, row: Sequence[tuple[str, Node]], k: int, whole: Node) -> tuple[V, int]:
        rest = row[k + 1 :]
        if not rest:
            raise Unfit("a gradient of nothing")
        of: Callable[[], V] = lambda: self.value(rest[0][1])  # noqa: E731
        end = k + 2
        if len(rest) > 1 and (_is_written_out(rest[0][1]) or not self.is_number(of())):
            of, end = (lambda: self._row([("", rest[0][1]), *rest[1:]], whole)), len(row)
        second = isinstance(unit, Symbol) and unit.text == "∇²" or isinstance(unit, Superscript)
        base = unit.base if isinstance(unit, Superscript) else unit
        second = second or (isinstance(base, Indexed) and isinstance(base.base, Symbol) and base.base.text == "∇²")
        variable = self._variable_of(base, rest[0][1])
        return self._repeated(of, [variable, variable] if second else [variable]) if second else self.derivative(
            of, variable, "gradient"
        ), end

    def _variable_of(self, nabla: Node, operand: Node) -> Node:
        if isinstance(nabla, Indexed):
            return _as_name(nabla)
        inner = operand.callee if isinstance(operand, Call) else operand
        name = canonical_name(inner.text) if isinstance(inner, Name) else ""
        found = self.definition(name, 0)
        arguments = found.arguments if found is not None else ()
        usual = self.unknowns.variable
        if len(arguments) == 1 or usual:
            return Name(0, 0, arguments[0] if len(arguments) == 1 else usual)
        raise Unfit("a gradient in nothing")

    # functions

    def _call(self, node: Call) -> V:
        callee, order = node.callee, 0
        if isinstance(callee, Transpose) and callee.prime and isinstance(callee.argument, Name):
            callee, order = callee.argument, 1
        if isinstance(callee, Indexed):
            name, entries = self.page.subscript(callee)
            if entries:
                return self._member_at(node, name, entries)
        elif isinstance(callee, Name):
            name = canonical_name(callee.text)
        else:
            return self._product_or_call(node)
        while name.endswith(PRIME) and (self.page.is_called(name[:-1]) or name[:-1] in ENTRYWISE):
            name, order = name[:-1], order + 1
        plain = [a for a in node.arguments if not isinstance(a, (Keyword, Quoted))]
        axis = next((a.value.value for a in node.arguments if isinstance(a, Keyword) and isinstance(a.value, Num)), None)
        if name == "d" and len(plain) == 1 and not self.page.by_name.get("d"):
            return self._marked_d(plain[0])
        if name in ("I", "ones", "zeros") and not self.page.by_name.get(name):
            return self.constant(name, node, plain)
        if self._is_called(name, plain, order):
            return self.call(name, order, [self._argument(name, k, a) for k, a in enumerate(plain)], node, None if axis is None else int(axis))
        return self._product_or_call(node)

    def _argument(self, function: str, place: int, node: Node) -> Callable[[], V]:
        """What a function is given; `0` is 0 of whatever the function is of."""
        found = next(self._definitions(function), None)
        if found is not None and isinstance(node, Num) and node.value == 0 and place < len(found.arguments):
            name = found.arguments[place]
            return lambda: self.multiply(self.number(0), self.named(name), False)
        return lambda: self.value(node)

    def _member_at(self, node: Call, name: str, entries: tuple[IndexEntry, ...]) -> V:
        """`V_t(x)`: a function for each index."""
        found = self.definition(name, len(entries))
        if found is None or len(found.arguments) != len(node.arguments):
            return self._product_or_call(node)
        values = {(a, ()): self.value(n) for a, n in zip(found.arguments, node.arguments, strict=True)}
        places = tuple(map(self.entry_place, entries))
        with self.with_instead(values):
            return self.defined(found, places)

    def _marked_d(self, inner: Node) -> V:
        if isinstance(inner, Indexed) and isinstance(inner.base, Name):
            name, entries = self.page.subscript(inner)
            return self.derivative_at(lambda: self.named(self.unknowns.loss), name, tuple(map(self.entry_place, entries)))
        raise Unfit("a differential")

    def _is_called(self, name: str, arguments: Sequence[Node], order: int) -> bool:
        if any(d.arguments for d in self.page.by_name.get(name, ())) or name in self.page.facts.functions or order:
            return True
        if self.page.by_name.get(name) or (name, ()) in self.instead:
            return False
        if name in ENTRYWISE or name in ARRAYS:
            return True
        # `f(x)` of what stands nowhere without its argument
        return name not in self.page.whole and len(arguments) == 1 and name not in self.page.told

    def _product_or_call(self, node: Call) -> V:
        if len(node.arguments) != 1:
            raise Unfit("a function of nothing known")
        if self._is_at_variable(node) and self.choice((node.callee, "at"), ((True, 0), (False, 0.8))):
            return self.value(node.callee)  # `r_i(θ)` is `r_i`
        return self.multiply(self.value(node.callee), self.value(node.arguments[0]), False)

    def _is_at_variable(self, node: Call) -> bool:
        """Is something that is differentiated elsewhere written with its variable?"""
        callee = node.callee
        name = self.page.subscript(callee)[0] if isinstance(callee, Indexed) else getattr(callee, "text", "")
        return name in self.page.differentiated and all(isinstance(a, Name) for a in node.arguments)

    def call(self, name: str, order: int, arguments: Sequence[Callable[[], V]], node: Node, axis: int | None = None) -> V:
        found = next((d for d in self._definitions(name) if len(d.arguments) == len(arguments)), None)
        values = [a() for a in arguments]
        if found is not None:
            if order:
                if len(values) != 1:
                    raise Unfit("a prime of several arguments")
                return self.slope(found, order, values[0])
            return self.applied(found, values)
        if name in ENTRYWISE and len(values) == 1:
            return self.entrywise(name, order, values[0])
        if order:
            return self.unknown_call(name, order, values)
        if name in ARRAYS:
            return self.of_array(name, node, values, axis)
        return self.unknown_call(name, order, values)

    def _definitions(self, name: str) -> Iterator[Definition]:
        found = self.definition(name, 0)
        if found is not None and found.arguments:
            yield found
        yield from (d for d in reversed(self.page.by_name.get(name, ())) if d.arguments and d.order != self.at and all(d is not f for f, _ in self.inside))

    def applied(self, found: Definition, values: Sequence[V]) -> V:
        """The value of a function of the page."""
        with self.with_instead({(a, ()): v for a, v in zip(found.arguments, values, strict=True)}):
            return self.defined(found, ())


def _is_written_out(node: Node) -> bool:
    while isinstance(node, Group):
        node = node.inner
    if isinstance(node, Chain):
        return all(_is_written_out(n) for _, n in node.items)
    return isinstance(node, Num)


def _sum_sign(node: Node) -> Indexed | None:
    base = node.base if isinstance(node, Superscript) else node
    is_sum = isinstance(base, Indexed) and isinstance(base.base, Symbol) and base.base.text in ("∑", "∏")
    return base if is_sum and isinstance(base, Indexed) else None


def _is_nabla(node: Node) -> bool:
    base = node.base if isinstance(node, Superscript) else node
    base = base.base if isinstance(base, Indexed) else base
    return isinstance(base, Symbol) and base.text.startswith("∇")


def _variable(node: Node, by_letter: bool) -> Node | None:
    """What stands below the line of a derivative, without its sign, which may be the letter `d`."""
    if isinstance(node, Symbol) or (by_letter and isinstance(node, Name) and node.text == "d"):
        return None
    if by_letter and isinstance(node, Name) and node.text.startswith("d"):
        return replace(node, text=node.text[1:])
    return node


def _untransposed(node: Node) -> Node:
    while isinstance(node, (Transpose, Group)):
        node = node.argument if isinstance(node, Transpose) else node.inner
    return replace(node, text=node.text.rstrip(PRIME)) if isinstance(node, Name) else node


def _as_name(nabla: Indexed) -> Node:
    """The variable of `∇_x`, `∇_{x_i}`."""
    text = nabla.subscript.text.strip("{}")
    return Name(nabla.start, nabla.end, text)
