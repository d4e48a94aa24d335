"""What is asked of a page, and what is found: two sides of a formula, and a world in which they are equal."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..syntax.tree import Group, Node, Num
from .definitions import Page

# what holds of letters: `i ≠ j`
Where = tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class World:
    """What a formula holds in: what its names are taken for."""

    premises: tuple[str, ...]


@dataclass(frozen=True)
class Question:
    """Are two sides of the formula `at` a page equal?

    points  what names are given in numbers
    root    a name, as it is written, and the value at which it is asked
    where   what is to hold of letters that count: `i ≠ j`
    said    what is to be told with an answer
    """

    page: Page
    at: int
    left: Node
    right: Node
    layout: str
    points: dict[str, Node] = field(default_factory=dict)
    root: tuple[Node, Node] | None = None
    where: Where = ()
    said: tuple[str, ...] = ()

    @property
    def nodes(self) -> tuple[Node, ...]:
        return (self.left, self.right) if self.root is None else (self.left, self.right, self.root[1])

    @property
    def has_zero(self) -> bool:
        return is_zero(self.left) or is_zero(self.right)


def is_zero(node: Node) -> bool:
    while isinstance(node, Group):
        node = node.inner
    return isinstance(node, Num) and node.value == 0
