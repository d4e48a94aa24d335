"""What is asked of a page, and what is found: two sides of a formula, and a world in which they are equal."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..syntax.tree import Group, Node, Num
from .definitions import Page

# what holds of letters: `i ≠ j`
Where = tuple[tuple[str, str, str], ...]
# names, each with a value
Put = tuple[tuple[Node, Node], ...]


@dataclass(frozen=True)
class World:
    """What a formula holds in: what its names are taken for."""

    premises: tuple[str, ...]


@dataclass(frozen=True)
class Question:
    """Are two sides of the formula `at` a page equal?

    points  what names are given in numbers
    put     names, as they are written, and the values at which it is asked, one after the other
    solves  is it an equation, of which the first of these values is to be the only solution?
    where   what is to hold of letters that count: `i ≠ j`
    said    what is to be told with an answer
    """

    page: Page
    at: int
    left: Node
    right: Node
    layout: str
    points: dict[str, Node] = field(default_factory=dict)
    put: Put = ()
    solves: bool = False
    where: Where = ()
    said: tuple[str, ...] = ()

    @property
    def nodes(self) -> tuple[Node, ...]:
        return (self.left, self.right, *(value for _, value in self.put))

    @property
    def has_zero(self) -> bool:
        return is_zero(self.left) or is_zero(self.right)


def is_zero(node: Node) -> bool:
    while isinstance(node, Group):
        node = node.inner
    return isinstance(node, Num) and node.value == 0
