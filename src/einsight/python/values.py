"""What an expression of a program may be, as far as it is known."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from ..terms import build
from ..terms.dimension import Index
from ..terms.term import Term
from .choosing import Ways
from .sizes import Factors

# an axis: the indices that it runs over, the first slowest; none for a length of 1
Axis = tuple[Index, ...]


class Value:
    """Anything; nothing is known of it."""


UNKNOWN = Value()


@dataclass(frozen=True)
class Cells:
    """What was written into an array at places that numbers say, None for a whole axis; `base` is what it was before."""

    base: Term
    at: Mapping[tuple[int | None, ...], Term] = field(default_factory=dict)


@dataclass(eq=False)
class Array(Value):
    """An array.

    axes      the known ones, the last last
    open      may any number of others stand before them?
    term      over the indices of the axes; None where it is not known, `why` says what was not read
    cells     what was written into it place by place; None where nothing was
    least     how many axes its use says that it has at least, where that is open
    base      the array of which its entries are, so that both are written where one is; None where they are its own
    """

    axes: tuple[Axis, ...] = ()
    open: bool = False
    term: Term | None = None
    why: str = ""
    cells: Cells | None = field(default=None, kw_only=True)
    base: Array | None = field(default=None, kw_only=True)
    least: int = field(default=0, kw_only=True)

    @property
    def indices(self) -> tuple[Index, ...]:
        return tuple(i for axis in self.axes for i in axis)

    @property
    def rank(self) -> int:
        return len(self.axes)


@dataclass(eq=False)
class Number(Array):
    """A number of Python's: `factors` are sizes that it is the product of, `value` what it is where that stands there,
    `place` the index that it counts in a loop.

    `rough` marks a decimal fraction that may stand for another number, as 0.7978845608 does.
    """

    value: Fraction | None = None
    factors: Factors | None = None
    rough: bool = False
    place: Index | None = None


def plain(value: Fraction | int, rough: bool = False) -> Number:
    return Number(term=build.number(value), value=Fraction(value), rough=rough)


@dataclass(eq=False)
class Several(Value):
    """A tuple or list; `is_list` may be stacked."""

    items: tuple[Value, ...]
    is_list: bool = False


@dataclass(eq=False)
class Each(Value):
    """The values of an expression for each place of an axis."""

    array: Array
    index: Index


@dataclass(eq=False)
class ShapeOf(Value):
    """`x.shape`."""

    array: Array


@dataclass(frozen=True, eq=False)
class Text(Value):
    text: str


@dataclass(frozen=True, eq=False)
class Flag(Value):
    """True, False or None."""

    value: bool | None


@dataclass(frozen=True, eq=False)
class Choice(Value):
    """A flag or a word that is given; `usual` is what it is by default, `ways` tells what it is on the way that is read."""

    name: str
    ways: Ways
    usual: bool | str | None = None


@dataclass
class Returned:
    """What is returned somewhere, `where` a condition holds; None where none does."""

    node: ast.Return
    value: Value
    where: Array | None = None


@dataclass(frozen=True, eq=False)
class Whole(Value):
    """A slice: `:` where `all`, else a part of an axis, of which `bounds` are known as numbers or left out."""

    all: bool
    bounds: tuple[int | None, int | None, int | None] | None = None


@dataclass(frozen=True, eq=False)
class Library(Value):
    """A module or function of a library, by its path."""

    path: str


@dataclass(frozen=True, eq=False)
class Method(Value):
    """A function of an array: `x.sum`."""

    array: Array
    name: str


@dataclass(frozen=True, eq=False)
class Local(Value):
    """A function of the same file, `owner` the object it is a method of."""

    node: ast.FunctionDef | ast.Lambda
    scope: Mapping[str, Value] = field(default_factory=dict)
    owner: Value | None = None


@dataclass(frozen=True, eq=False)
class Made(Value):
    """A class of the file, with its methods and those that it takes over: what makes objects."""

    methods: Mapping[str, ast.FunctionDef]


@dataclass(eq=False)
class Thing(Value):
    """An object with attributes: `self`, `ctx`.

    saved    what was saved for the way back
    unmet    makes an attribute that nothing has set
    """

    attributes: dict[str, Value] = field(default_factory=dict)
    saved: Value | None = None
    methods: Mapping[str, Any] = field(default_factory=dict)
    unmet: Callable[[str], Value] | None = None


@dataclass(eq=False)
class Table(Value):
    """A dictionary whose keys are texts.

    items   what stands under each key that is known
    unmet   makes what stands under a key that nothing has set; None where nothing does
    """

    items: dict[str, Value] = field(default_factory=dict)
    unmet: Callable[[str], Value] | None = None

    def get(self, key: str) -> Value:
        found = self.items.get(key)
        if found is None:
            found = self.items[key] = self.unmet(key) if self.unmet is not None else UNKNOWN
        return found

    def lose(self) -> None:
        """Anything may stand in it from here on."""
        self.items = dict.fromkeys(self.items, UNKNOWN)
        self.unmet = None


@dataclass(eq=False)
class Range(Array):
    """`arange(n)`: the places of an axis, in their order."""


@dataclass(eq=False)
class Picked(Array):
    """Of each row the entry at the place that its label says.

    rows     from which it is taken
    labels   1 at the place of the label, 0 elsewhere, over the axes of the rows
    """

    rows: Array = field(default_factory=Array)
    labels: Array = field(default_factory=Array)


@dataclass(eq=False)
class Mask(Array):
    """1 where something holds, 0 elsewhere: what a comparison gives."""


@dataclass(eq=False)
class Masked(Array):
    """The entries of an array where a mask holds, in a row: `x[x > 0]`."""

    source: Array = field(default_factory=Array)
    mask: Array = field(default_factory=Array)


NOTHING = Flag(None)
INFINITE = Number(why="an infinite number")
