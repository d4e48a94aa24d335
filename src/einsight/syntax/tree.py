"""The nodes of a syntax tree.  Every node has its offsets `start` and `end` in the statement's text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

# a subscript that may be part of a name: letters or digits
_MARK = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Node:
    start: int
    end: int

    @property
    def span(self) -> tuple[int, int]:
        return self.start, self.end


@dataclass(frozen=True, slots=True)
class Num(Node):
    value: Fraction


@dataclass(frozen=True, slots=True)
class Name(Node):
    text: str


@dataclass(frozen=True, slots=True)
class Symbol(Node):
    """`∑`, `∇`, `∇²` or `∂` as it stands; what it governs is read off later."""

    text: str


@dataclass(frozen=True, slots=True)
class IndexEntry(Node):
    """One place of a subscript: `names` with their factors (one for a plain index), and a number.

    A component counted from 1 has no names; a shifted index has a name and an offset.
    """

    names: tuple[tuple[str, int], ...]
    offset: int

    @property
    def plain(self) -> str | None:
        if len(self.names) == 1 and self.names[0][1] == 1 and self.offset == 0:
            return self.names[0][0]
        return None


@dataclass(frozen=True, slots=True)
class Subscript(Node):
    """`_ij`; `text` is what was written, `lower` the bound in `_{j=1}`, `condition` the `<` in `_{i<j}`, `problem` what
    cannot be read, `within` what tells of `_{i∈Ω_u}` who is in the set, `Ω_ui`."""

    text: str
    entries: tuple[IndexEntry, ...]
    lower: str | None = None
    problem: str | None = None
    bracketed: bool = False
    condition: str | None = None
    within: str = ""

    @property
    def mark(self) -> str:
        """What it is where it belongs to the name, as in `W_q`, `x_new`, `β_0`; empty where it can only be indices."""
        return self.text if _MARK.fullmatch(self.text) and not self.bracketed and self.lower is None else ""


@dataclass(frozen=True, slots=True)
class Indexed(Node):
    base: Node
    subscript: Subscript

    @property
    def marked(self) -> str:
        """The name that this is if its subscript belongs to it: `W_q`, else empty."""
        mark = self.subscript.mark if isinstance(self.base, Name) else ""
        return f"{self.base.text}_{mark}" if mark and isinstance(self.base, Name) else ""


@dataclass(frozen=True, slots=True)
class Transpose(Node):
    argument: Node
    prime: bool


@dataclass(frozen=True, slots=True)
class Superscript(Node):
    """`base ^ exponent`; `dotted` for `.^`."""

    base: Node
    exponent: Node
    dotted: bool = False


@dataclass(frozen=True, slots=True)
class Call(Node):
    """`f(x)`: a call where `f` is a function, else a product.  Among the arguments stand keywords and quoted words as well."""

    callee: Node
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Keyword(Node):
    """`axis=1` among the arguments of a call."""

    name: str
    value: Node


@dataclass(frozen=True, slots=True)
class Quoted(Node):
    """`'fro'` among the arguments of a call."""

    text: str


@dataclass(frozen=True, slots=True)
class Group(Node):
    inner: Node


@dataclass(frozen=True, slots=True)
class Array(Node):
    """An array written out entry by entry; the entries of a matrix are its rows, each an array."""

    entries: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Iverson(Node):
    left: Node
    relation: str
    right: Node


@dataclass(frozen=True, slots=True)
class Absolute(Node):
    inner: Node


@dataclass(frozen=True, slots=True)
class Norm(Node):
    inner: Node


@dataclass(frozen=True, slots=True)
class Chain(Node):
    """Factors in a row: `(operator, factor)`, the operator one of `` (juxtaposition), `*`, `/`, `×` (a cross product where both are vectors)."""

    items: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Layer(Node):
    """`a ⊙ b ⊗ c`, left to right; the first operator is empty."""

    items: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Addition(Node):
    """`± a ± b`."""

    items: tuple[tuple[int, Node], ...]


# statements


@dataclass(frozen=True, slots=True)
class Extent(Node):
    value: str | int


@dataclass(frozen=True, slots=True)
class Space(Node):
    extents: tuple[Extent, ...]


@dataclass(frozen=True, slots=True)
class Target(Node):
    text: str


@dataclass(frozen=True, slots=True)
class Property(Node):
    text: str


@dataclass(frozen=True, slots=True)
class Declaration(Node):
    targets: tuple[Target, ...]
    space: Space
    properties: tuple[Property, ...]


@dataclass(frozen=True, slots=True)
class FunctionDeclaration(Node):
    target: Target
    source: Space
    image: Space


@dataclass(frozen=True, slots=True)
class DimensionDeclaration(Node):
    name: Name
    size: int


@dataclass(frozen=True, slots=True)
class Relation(Node):
    """`a = b = …`; a single side is a query.  `bindings` are the `where` names."""

    sides: tuple[Node, ...]
    bindings: tuple[tuple[Node, Node], ...] = ()
    assigns: bool = False


@dataclass(frozen=True, slots=True)
class Problem(Node):
    """Why a text is no statement: the code, the message, and replacements `(title, new text)` for the span."""

    code: str
    message: str
    fixes: tuple[tuple[str, str], ...] = ()


Statement = Declaration | FunctionDeclaration | DimensionDeclaration | Relation
