"""The nodes of a syntax tree.  Every node has its offsets `start` and `end` in the statement's text."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar

from ..frozen import frozen


@frozen
class Node:
    if TYPE_CHECKING:
        __slots__: ClassVar[tuple[str, ...]]
    start: int
    end: int

    @property
    def span(self) -> tuple[int, int]:
        return self.start, self.end


@frozen
class Num(Node):
    value: Fraction


@frozen
class Name(Node):
    text: str


@frozen
class Symbol(Node):
    """`∑`, `∇`, `∇²` or `∂` as it stands; what it governs is read off later."""

    text: str


@frozen
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


@frozen
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
    def letters(self) -> list[str]:
        """The letters that stand in it, as often as they do."""
        return [letter for entry in self.entries for letter, _ in entry.names]

    @property
    def mark(self) -> str:
        """What it is where it belongs to the name, as in `W_q`, `x_new`, `β_0`; empty where it can only be indices."""
        # letters and digits, as may stand in a name
        return self.text if self.lower is None and not self.bracketed and self.text.isalnum() else ""


@frozen
class Indexed(Node):
    base: Node
    subscript: Subscript

    @property
    def marked(self) -> str:
        """The name that this is if its subscript belongs to it: `W_q`, else empty."""
        mark = self.subscript.mark if isinstance(self.base, Name) else ""
        return f"{self.base.text}_{mark}" if mark and isinstance(self.base, Name) else ""


@frozen
class Transpose(Node):
    argument: Node
    prime: bool


@frozen
class Superscript(Node):
    """`base ^ exponent`; `dotted` for `.^`."""

    base: Node
    exponent: Node
    dotted: bool = False


@frozen
class Call(Node):
    """`f(x)`: a call where `f` is a function, else a product.  Among the arguments stand keywords and quoted words as well."""

    callee: Node
    arguments: tuple[Node, ...]


@frozen
class Keyword(Node):
    """`axis=1` among the arguments of a call."""

    name: str
    value: Node


@frozen
class Quoted(Node):
    """`'fro'` among the arguments of a call."""

    text: str


@frozen
class Group(Node):
    inner: Node


@frozen
class Array(Node):
    """An array written out entry by entry; the entries of a matrix are its rows, each an array."""

    entries: tuple[Node, ...]


@frozen
class Iverson(Node):
    left: Node
    relation: str
    right: Node


@frozen
class Absolute(Node):
    inner: Node


@frozen
class Norm(Node):
    inner: Node


@frozen
class Chain(Node):
    """Factors in a row: `(operator, factor)`, the operator one of `` (juxtaposition), `*`, `/`, `×` (a cross product where both are vectors)."""

    items: tuple[tuple[str, Node], ...]


@frozen
class Layer(Node):
    """`a ⊙ b ⊗ c`, left to right; the first operator is empty."""

    items: tuple[tuple[str, Node], ...]


@frozen
class Addition(Node):
    """`± a ± b`."""

    items: tuple[tuple[int, Node], ...]


# statements


@frozen
class Extent(Node):
    value: str | int


@frozen
class Space(Node):
    extents: tuple[Extent, ...]


@frozen
class Target(Node):
    text: str


@frozen
class Property(Node):
    text: str


@frozen
class Declaration(Node):
    targets: tuple[Target, ...]
    space: Space
    properties: tuple[Property, ...]


@frozen
class FunctionDeclaration(Node):
    target: Target
    source: Space
    image: Space


@frozen
class DimensionDeclaration(Node):
    name: Name
    size: int


@frozen
class Relation(Node):
    """`a = b = …`; a single side is a query.  `bindings` are the `where` names."""

    sides: tuple[Node, ...]
    bindings: tuple[tuple[Node, Node], ...] = ()
    assigns: bool = False


@frozen
class Problem(Node):
    """Why a text is no statement: the code, the message, and replacements `(title, new text)` for the span."""

    code: str
    message: str
    fixes: tuple[tuple[str, str], ...] = ()


Statement = Declaration | FunctionDeclaration | DimensionDeclaration | Relation
