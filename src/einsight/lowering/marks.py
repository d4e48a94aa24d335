"""What stands where in a statement, as it was understood: for highlighting, renaming, hovering.

Lowering notes here what it took each piece of text for, so that an editor shows what was really read and not
a second opinion.  Offsets count from the statement's start.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from ..frozen import frozen
from ..syntax.tree import IndexEntry, Name, Node
from ..terms.dimension import Dim

# kinds of marks
TENSOR, FUNCTION, INDEX, DELTA, DIMENSION, CONSTANT, OPERATOR, PROPERTY = (
    "tensor", "function", "index", "delta", "dimension", "constant", "operator", "property",
)  # fmt: skip


@frozen
class Mark:
    """`name` stands at `start` to `end`; `declares` where it is introduced there."""

    start: int
    end: int
    kind: str
    name: str
    declares: bool = False


@frozen
class Scope:
    """Between `start` and `end` an index is summed; it runs over `dim`, or over the part of it that `bounds` says."""

    name: str
    start: int
    end: int
    dim: Dim
    bounds: str = ""


@dataclass
class Marks:
    """The marks of one statement; what is read twice is marked once."""

    text: str
    found: dict[tuple[int, int], Mark] = field(default_factory=dict)
    sums: list[Scope] = field(default_factory=list)
    free: dict[str, Dim] = field(default_factory=dict)

    def add(self, kind: str, start: int, end: int, name: str, declares: bool = False) -> None:
        if self.text[start : start + 1] == "_":  # a subscript that is a name: `∇_x`, `J_f`
            inside = re.match(r"_\{?\s*([^\s}]*)", self.text[start:end])
            if inside is not None:
                start, end = start + inside.start(1), start + inside.end(1)
        self.found[start, end] = Mark(start, end, kind, name, declares)

    def node(self, kind: str, node: Node, name: str = "", declares: bool = False) -> None:
        self.add(kind, node.start, node.end, name or (node.text if isinstance(node, Name) else ""), declares)

    def index(self, entry: IndexEntry) -> None:
        """An index, or each index of a shifted one."""
        if entry.plain is not None:
            self.found[entry.start, entry.end] = Mark(entry.start, entry.end, INDEX, entry.plain)
            return
        for name, _ in entry.names:
            at = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)").search(self.text, entry.start, entry.end)
            if at is not None:
                self.found[at.start(), at.end()] = Mark(at.start(), at.end(), INDEX, name)

    def summed(self, name: str, start: int, end: int, dim: Dim, bounds: str = "") -> None:
        self.sums.append(Scope(name, start, end, dim, bounds))

    def settle(self, resolved: Callable[[Dim], Dim]) -> None:
        """Write the dimensions as what they turned out to be."""
        self.sums = [s if (dim := resolved(s.dim)) is s.dim else replace(s, dim=dim) for s in self.sums]

    def scope_of(self, mark: Mark) -> Scope | None:
        """The innermost sum that binds an index; None for a free one."""
        around = [s for s in self.sums if s.name == mark.name and s.start <= mark.start and mark.end <= s.end]
        return min(around, key=lambda s: s.end - s.start, default=None)

    def at(self, offset: int) -> Mark | None:
        """The narrowest mark at an offset; of two that meet there, the one that begins."""
        around = [m for m in self.found.values() if m.start <= offset <= m.end]
        return min(around, key=lambda m: (m.end == offset, m.end - m.start), default=None)

    def partners(self, mark: Mark) -> list[Mark]:
        """All marks of the same thing in this statement: of an index, those that the same sum binds."""
        same = [m for m in self.found.values() if m.kind == mark.kind and m.name == mark.name]
        if mark.kind == INDEX:
            scope = self.scope_of(mark)
            same = [m for m in same if self.scope_of(m) == scope]
        return sorted(same, key=lambda m: m.start)
