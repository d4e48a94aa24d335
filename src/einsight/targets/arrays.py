"""Parts of the source of a function: arrays, and what brings their axes into an order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..terms.dimension import Dim, Index
from ..terms.term import Constant, Number, Power, Product, Size, Sum, Tensor, Term
from .arguments import Namespace, size_of
from .dialect import Dialect
from .lines import Lines
from .subscripts import subscript


def is_plain(term: Term) -> bool:
    """Is its value a Python number, whatever the library?"""
    if term.free or term.depends:
        return False
    if isinstance(term, (Number, Size, Constant)):
        return True
    if isinstance(term, Power):  # of a positive number, so that no complex number and no division by zero comes
        base = term.base
        positive = isinstance(base, (Size, Constant)) or (isinstance(base, Number) and base.value > 0)
        return positive and is_plain(term.exponent)
    return isinstance(term, (Sum, Product)) and all(map(is_plain, term.children()))


@dataclass(frozen=True)
class Array:
    """An expression of the source, and which axis of its value is which index."""

    text: str
    axes: tuple[Index, ...]


def as_float(text: str) -> str:
    """Of numbers computed by Python, whose whole numbers may be too long for a library."""
    return f"float({text})"


class Arrays:
    """The lines of a function.  An array has its axes in whatever order is at hand; `over` brings it into another."""

    def __init__(
        self,
        dialect: Dialect,
        names: Namespace,
        tensors: Mapping[Tensor, str],
        sizes: Mapping[Dim, str],
        axes: tuple[Index, ...],
        expected: Mapping[Dim, int],
    ):
        self.dialect = dialect
        self.names = names
        self.tensors = dict(tensors)
        self.sizes = sizes
        self.axes = axes
        self.expected = expected
        self.lines = Lines(names)
        self.memo: dict[Term, Array] = {}

    def over(self, array: Array, axes: Sequence[Index]) -> str:
        """The array broadcast against `axes`, which hold its own."""
        wanted = tuple(a for a in axes if a in array.axes)
        text = array.text
        if array.axes != wanted:
            text = self.transposed(text, [array.axes.index(a) for a in wanted])
        missing = len(axes) - len(wanted)
        if not wanted or wanted == tuple(axes[missing:]):  # libraries add axes in front by themselves
            return text
        return self.atom(text) + subscript(axes, wanted)

    def transposed(self, text: str, order: Sequence[int]) -> str:
        if len(order) == 2:
            return f"{self.atom(text)}.T"
        return self.dialect.transpose.format(text, tuple(order))

    def atom(self, text: str) -> str:
        """A text that a subscript or an attribute can follow."""
        return text if text.isidentifier() else f"({text})"

    def filled(self, term: Term, axes: tuple[Index, ...]) -> str:
        """The array of a term over exactly those axes, never a Python number."""
        array = self.value(term)
        text = self.dialect.array.format(array.text) if is_plain(term) else array.text
        if set(array.axes) == set(axes):
            return self.over(Array(text, array.axes), axes)
        return self.dialect.broadcast.format(self.over(Array(text, array.axes), axes), self.shape(axes))

    def shape(self, axes: Sequence[Index]) -> str:
        return "(" + "".join(f"{self.size(a.dim)}, " for a in axes) + ")"

    def size(self, dim: Dim) -> str:
        return size_of(dim, self.sizes)

    def value(self, term: Term) -> Array:
        """A name or literal of the term's array."""
        found = self.memo.get(term)
        if found is None:
            found = getattr(self, "_" + type(term).__name__.lower())(term)
            if not isinstance(term, (Number, Size, Constant)):
                text = as_float(found.text) if is_plain(term) else found.text
                found = Array(self.lines.name(text), found.axes)
            self.memo[term] = found
        return found

    def as_array(self, term: Term) -> Array:
        """Its array, of a Python number too: functions of libraries take nothing else."""
        found = self.value(term)
        return Array(self.lines.name(self.dialect.array.format(found.text)), ()) if is_plain(term) else found

    def common(self, *arrays: Array) -> tuple[Index, ...]:
        """Axes that hold those of all: in the order of the result where they stand there, else of the array with most."""
        largest_first = sorted(arrays, key=lambda a: -len(a.axes))
        axes = tuple(dict.fromkeys(i for a in largest_first for i in a.axes))
        if set(axes) <= set(self.axes):
            return tuple(a for a in self.axes if a in axes)
        return axes
