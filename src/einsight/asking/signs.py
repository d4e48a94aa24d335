"""Which nodes of a formula are signs rather than arrays: of sums, of derivatives; numbers that are written out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import pairwise

from ..lowering.mentioned import walk
from ..lowering.names import ALSO_SPELLED, ARRAY_FUNCTIONS, GREEK, Names, canonical_name
from ..lowering.operators import sum_sign
from ..syntax.finding import children
from ..syntax.quotients import Quotient
from ..syntax.tree import Call, Chain, Group, Indexed, Name, Node, Norm, Num, Superscript, Symbol, Transpose

# functions of a matrix, which nobody writes of a number, and of a square matrix
NOT_OF_NUMBERS = frozenset({"tr", "trace", "det", "logdet"})
OF_SQUARES = NOT_OF_NUMBERS | {"inv", "expm"}

# functions that run over an array, for all that they are given
_OF_ENTRIES = ARRAY_FUNCTIONS - {"sqrt", "ln", "clip"}


def runs_over_an_array(node: Node) -> bool:
    """Is it a call of a function of arrays, which `max(0, x)` is not?"""
    if not isinstance(node, Call) or not isinstance(node.callee, Name) or node.callee.text not in _OF_ENTRIES:
        return False
    return node.callee.text not in ("max", "min") or len(node.arguments) < 2


def flat(rows: list[tuple[str, Node]]) -> Iterator[tuple[str, Node]]:
    for operator, unit in rows:
        if isinstance(unit, Quotient):
            yield operator, unit.above[0]
            yield from (("", n) for n in unit.above[1:])
            yield "/", unit.below[0]
            yield from (("", n) for n in unit.below[1:])
        else:
            yield operator, unit


def is_written_out(node: Node) -> bool:
    while isinstance(node, Group):
        node = node.inner
    return isinstance(node, Num)


def is_d(node: Node) -> bool:
    base = node.base if isinstance(node, Superscript) else node
    return isinstance(base, Symbol) or (isinstance(base, Name) and base.text == "d")


def is_sign(node: Node) -> bool:
    base = node
    while isinstance(base, (Superscript, Indexed)):
        base = base.base
    return isinstance(base, Symbol)


def is_nabla(node: Node) -> bool:
    base = node.base if isinstance(node, (Indexed, Superscript)) else node
    return isinstance(base, Symbol) and base.text.startswith("∇")


def outside_of_calls(node: Node) -> list[Node]:
    """A node and what stands in it, but for what functions are given, in the order of the text."""
    found: list[Node] = []
    waiting = [node]
    while waiting:
        node = waiting.pop()
        found.append(node)
        if not isinstance(node, Call):
            waiting += reversed(children(node))
    return found


def has_differentials(nodes: Iterable[Node]) -> bool:
    """Does a `d` stand before something, or in a quotient, as that of a derivative?"""
    for node in nodes:
        if isinstance(node, Call) and isinstance(node.callee, Name) and node.callee.text == "d":
            return True
        if isinstance(node, Chain):
            for (_, part), (operator, behind) in pairwise(node.items):
                bare = part.base if isinstance(part, Superscript) else part
                is_d = isinstance(bare, Name) and bare.text == "d"
                if is_d and (not operator or operator == "/" and isinstance(behind, Name) and behind.text[0] == "d"):
                    return True
    return False


def is_shifted(node: Node) -> bool:
    """Is it one letter with a number added below: `h_{t-1}`?"""
    if not isinstance(node, Indexed) or len(node.subscript.entries) != 1:
        return False
    entry = node.subscript.entries[0]
    return len(entry.names) == 1 and bool(entry.offset)


def same_base(node: Indexed, other: Indexed) -> bool:
    return isinstance(node.base, Name) and isinstance(other.base, Name) and node.base.text == other.base.text


def occurrences(node: Indexed) -> list[str]:
    return node.subscript.letters


def is_along_an_index(callee: Node, names: Names) -> bool:
    """Is it a function that runs along an index, `prod_i`?"""
    return isinstance(callee, Indexed) and isinstance(callee.base, Name) and names.is_function(callee.base.text)


def letters_of(node: Indexed) -> set[str]:
    """The letters in its subscript."""
    return set(node.subscript.letters)


def letters_in(text: str) -> int:
    return 1 if text in GREEK or text in ALSO_SPELLED else sum(c.isalpha() and c != "ʹ" for c in text)


def written_as_vectors(nodes: Iterable[Node], indices: AbstractSet[str]) -> set[str]:
    """The names of what is transposed, in a norm or behind a transpose, without the indices below them."""
    found: set[str] = set()
    for node in nodes:
        places: list[Node] = []
        if isinstance(node, Transpose):
            places = [node.argument]
        elif isinstance(node, Norm):
            places = [n for n in walk(node.inner) if isinstance(n, Indexed)]
        elif isinstance(node, Chain):
            behind = [_first(node.items, k) for k, (_, n) in enumerate(node.items) if isinstance(_bare(n), Transpose)]
            places = [n.base if isinstance(n, Superscript) else n for n in behind if n is not None]
        for place in places:
            is_name = not isinstance(place, Indexed) or (bool(place.marked) and not letters_of(place) & indices)
            base = place if is_name or not isinstance(place, Indexed) else place.base
            name = base.marked if isinstance(base, Indexed) else base.text if isinstance(base, Name) else ""
            if name:
                found.add(canonical_name(name))
    return found


def _first(items: Sequence[tuple[str, Node]], place: int) -> Node | None:
    """What stands behind a factor; behind the sign of a sum of components the last, since coefficients stand before vectors."""
    rest = [n for _, n in items[place + 1 :]]
    if rest and sum_sign(rest[0]):
        rest = [n for n in rest if not sum_sign(n)]
        return rest[-1] if all(isinstance(n, Indexed) and len(n.subscript.entries) == 1 for n in rest) else None
    return rest[0] if rest else None


def _bare(node: Node) -> Node:
    while isinstance(node, Group):
        node = node.inner
    return node
