"""Which names a tree mentions."""

from __future__ import annotations

from collections.abc import Iterator

from ..syntax.finding import children
from ..syntax.tree import Indexed, Name, Node, Num, Superscript, Symbol
from .names import canonical_name

_ATOMS = frozenset({Name, Num, Symbol})  # in which nothing stands


def walk(node: Node) -> list[Node]:
    """A node and all inside it, in the order of the text."""
    found: list[Node] = []
    waiting = [node]
    while waiting:
        node = waiting.pop()
        found.append(node)
        if type(node) not in _ATOMS:
            waiting += reversed(children(node))
    return found


def names_of(node: Node) -> dict[str, None]:
    """The names in a node, each once."""
    return dict.fromkeys(canonical_name(n.text) for n in walk(node) if isinstance(n, Name))


def whole_names(node: Node) -> Iterator[str]:
    """The names that stand for whole arrays or numbers: those without indices."""
    if isinstance(node, Indexed) and isinstance(node.base, Name):
        return
    if isinstance(node, Superscript) and isinstance(node.base, Indexed) and not names_of(node.base.base):
        return  # the bound of a sum
    if isinstance(node, Name):
        yield canonical_name(node.text)
    for inner in children(node):
        yield from whole_names(inner)
