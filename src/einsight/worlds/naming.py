"""What the names of a formula stand for: the definitions of the page nearest to it, the values that they have for a while, slots."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property, partial

from ..lowering.names import canonical_name
from ..syntax.tree import (
    Call,
    Name,
    Node,
)
from .algebra import Algebra, I, Options, V
from .arrays import Unfit
from .definitions import ANYWHERE, PRIME, SQUARE
from .facts import Definition
from .functions import ENTRYWISE

_DEEPEST = 60


class Naming(Algebra[V, I]):
    def begin(self, left: Node) -> None:
        """What is defined for all arguments is spoken of with any: `z` of `g(z) = …` stands for itself, and so does what
        nobody writes of `σ' = σ(1 - σ)`."""
        arguments = left.arguments if isinstance(left, Call) else ()
        for argument in arguments:
            name = canonical_name(argument.text) if isinstance(argument, Name) else ""
            if name and self.page.by_name.get(name):
                self.instead[name, ()] = self.slot(name, ())
        text = left.text if isinstance(left, Name) else ""
        function = canonical_name(text.rstrip(PRIME))
        order = len(text) - len(text.rstrip(PRIME))
        if order and function in ENTRYWISE and self.definition(function, 0) is None:
            at = self.slot(ANYWHERE, ())
            for k in range(order + 1):
                self.instead[function + PRIME * k, ()] = self.call(function, k, [lambda: at], left)

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
                return self.stacked(name, count, partial(self.member, name))
        return self.slot(name, ())

    @cached_property
    def variables(self) -> frozenset[str]:
        """What the formula has derivatives in."""
        return frozenset(self.page.taken_in_by(self.page.formulas[self.at].tree))

    def definition(self, name: str, count: int, arguments: int | None = None) -> Definition | None:
        """What a name stands for here; that of another section may be of something else."""
        besides = [d for d, _ in self.inside if not d.indices]
        found = self.page.definition(name, count, self.at, besides, arguments)
        if found is not None and found.order < 0 and len(found.arguments) > 1 and arguments is None:
            return None  # `N` is a number of things as well
        if found is None or (found.order > self.at and any(d.name in found.names for d, _ in self.inside)):
            return None  # an equation solved for what is worked out is none
        if (
            len(found.arguments) > 1 and self.inside and arguments is None
        ):  # the letter of a function of several things, without them
            return found if self.choice((name, "as defined", "without arguments"), ((False, 0), (True, 0.6))) else None
        if self.page.is_model(found) and name not in self.page.differentiated:
            return None  # what is observed is given, whatever it came from
        near = self.page.is_near(found, self.at)
        unlikely = 0.8 if not near else 1.5 if found.order < self.at else 0.4
        if near and found.order < self.at and self._moves(found):
            return found  # else a derivative would leave out what comes through it
        if name in self.variables:
            unlikely = min(unlikely, 0.5)  # what one differentiates in may be anything
        return found if self.choice((name, "as defined", count), ((True, 0), (False, unlikely))) else None

    def _moves(self, found: Definition) -> bool:
        """Does a value change with what the formula has derivatives in, which it is not itself?"""
        return found.name not in self.variables != frozenset() and self.page.leads(found, self.at)

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

    def defined(self, found: Definition, places: tuple[I, ...]) -> V:
        if len(self.inside) > _DEEPEST:
            raise Unfit("definitions go in a circle")
        if places and self.is_inside(found, places):
            return self.slot(found.name.removesuffix(SQUARE), places)

        free = self.unknowns.free_of(found, self.at)
        around = {letter: self.index[letter] for letter in free if letter in self.index}

        def body() -> V:
            self.step()
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
            self.named(v) if count == 0 else self.stacked(v, count, partial(self.member, v))
            for v, count in self.unknowns.arguments[name]
        ]

    def is_part(self, name: str, count: int) -> bool:
        """Are so many indices those of a component of what stands elsewhere without them?"""
        vectors = (name, count) in self.page.vectors or (count == 1 and name[0].isupper())
        ways: Options = ((False, 0), (True, 0.8)) if vectors else ((True, 0), (False, 0.8))
        return count < 3 and bool(self.choice((name, "with", count), ways))
