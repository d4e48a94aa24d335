"""Which nodes of a tree stand at an offset."""

from __future__ import annotations

from collections.abc import Iterator

from .tree import (
    Absolute,
    Addition,
    Array,
    Call,
    Chain,
    Group,
    Indexed,
    Iverson,
    Layer,
    Node,
    Norm,
    Relation,
    Subscript,
    Superscript,
    Transpose,
)

# what has a value of its own that is more than a name's
COMPOUND = (Absolute, Addition, Array, Call, Chain, Group, Indexed, Iverson, Layer, Norm, Superscript, Transpose)


def children(node: Node) -> Iterator[Node]:
    """The nodes right inside a node, in the order of the text."""
    for slot in node.__slots__:  # the slots of the class itself: what it adds to `start` and `end`
        yield from _nodes(getattr(node, slot))


def _nodes(value: object) -> Iterator[Node]:
    if isinstance(value, Node):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _nodes(item)


def path_at(root: Node, offset: int, end: int | None = None) -> list[Node]:
    """The nodes around an offset, or around a whole selection, the widest first."""
    end = offset if end is None else end
    path = [root]
    while True:
        inside = [n for n in children(path[-1]) if n.start <= offset and end <= n.end]
        if not inside:
            return path
        # of two that meet there, the one that begins
        path.append(inside[-1])


def expressions_at(root: Node, offset: int, end: int | None = None) -> list[Node]:
    """The expressions with a value of their own around an offset, the narrowest first."""
    path = path_at(root, offset, end)
    if any(isinstance(n, Subscript) for n in path):
        path = path[: next(k for k, n in enumerate(path) if isinstance(n, Subscript))]
    return [n for n in reversed(path) if isinstance(n, COMPOUND)]


def side_at(tree: Relation, offset: int) -> int | None:
    """The number of the side that an offset stands in; None on an `=` or in a `where`."""
    return next((k for k, side in enumerate(tree.sides) if side.start <= offset <= side.end), None)


def equals_at(tree: Relation, offset: int) -> int | None:
    """The number of the `=` at an offset, counted from 0."""
    for k, (left, right) in enumerate(zip(tree.sides, tree.sides[1:], strict=False)):
        if left.end <= offset <= right.start:
            return k
    return None
