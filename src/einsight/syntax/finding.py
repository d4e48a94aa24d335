"""Which nodes of a tree stand at an offset."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

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


# of each kind of node the slots in which nodes stand, itself or in tuples
_HOLDING: dict[type[Node], tuple[str, ...]] = {}


def _holding(kind: type[Node]) -> tuple[str, ...]:
    kinds = {"Node", *(k.__name__ for k in Node.__subclasses__())}
    own = kind.__annotations__  # what it adds to `start` and `end`
    found = _HOLDING[kind] = tuple(slot for slot, said in own.items() if not kinds.isdisjoint(re.findall(r"\w+", said)))
    return found


def children(node: Node) -> list[Node]:
    """The nodes right inside a node, in the order of the text."""
    kind = type(node)
    found: list[Node] = []
    for slot in _HOLDING[kind] if kind in _HOLDING else _holding(kind):
        value = getattr(node, slot)
        if type(value) is tuple:
            _take_in(value, found)
        elif value is not None:
            found.append(value)
    return found


def _take_in(values: tuple[object, ...], found: list[Node]) -> None:
    for value in values:
        kind = type(value)
        if kind is tuple:
            _take_in(value, found)  # type: ignore[arg-type]
        elif kind is not str and isinstance(value, Node):
            found.append(value)


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


def rebuilt(node: Any, of: Callable[[Any], Any]) -> Any:
    """A node with something else for each that stands right inside it; itself where all of these stay."""
    if isinstance(node, tuple):
        return tuple(map(of, node))
    if not isinstance(node, Node):
        return node
    made = {f.name: of(value) for f in fields(node) if isinstance(value := getattr(node, f.name), (Node, tuple))}
    return replace(node, **made) if any(made[k] is not getattr(node, k) for k in made) else node
