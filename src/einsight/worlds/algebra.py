"""What the two walks over a page's formulas do in their own way: with shapes for values, and with numbers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Generic, TypeVar

from ..syntax.tree import (
    Indexed,
    IndexEntry,
    Iverson,
    Node,
)
from ..terms.interruption import poll
from .definitions import Page
from .facts import Definition
from .unknowns import Unknowns

V = TypeVar("V")
I = TypeVar("I")

# definitions and parts of sums between two polls
_STEPS = 50
# what a slot may be, and how unlikely that is
Options = tuple[tuple[object, float], ...]


class Algebra(ABC, Generic[V, I]):
    """
    page      that the formula is of, and `at`, its number there
    layout    in which derivatives are laid out
    unknowns  functions of which only their derivatives are spoken of
    points    what names are given in numbers
    index     the letters that count something here, and what they are
    instead   values of names that are differentiated in, or are arguments
    """

    def __init__(self, page: Page, at: int, layout: str, unknowns: Unknowns):
        self.page, self.at, self.layout, self.unknowns = page, at, layout, unknowns
        self.points: dict[str, Node] = {}
        self.steps = 0
        self.index: dict[str, I] = {}
        self.instead: dict[tuple[str, tuple[object, ...]], V] = {}
        self.memo: dict[object, V] = {}
        self.inside: list[tuple[Definition, tuple[I, ...]]] = []

    def step(self) -> None:
        """One more definition, or part of a sum: now and then whoever waits is asked whether he still does."""
        self.steps += 1
        if self.steps % _STEPS == 0:
            poll()

    # what the two walks do in their own way

    @abstractmethod
    def number(self, value: Fraction | int) -> V: ...
    @abstractmethod
    def is_number(self, value: V) -> bool: ...
    @abstractmethod
    def choice(self, key: object, options: Options) -> object: ...
    @abstractmethod
    def slot(self, name: str, places: tuple[I, ...]) -> V: ...
    @abstractmethod
    def counted(self, letter: str) -> V: ...
    @abstractmethod
    def entry_place(self, entry: IndexEntry) -> I: ...
    @abstractmethod
    def entry(self, value: V, places: Sequence[I]) -> V: ...
    @abstractmethod
    def stacked(self, name: str, count: int, item: Callable[[tuple[I, ...]], V]) -> V: ...
    @abstractmethod
    def over(self, node: Node, sign: Indexed, upper: Node | None, body: Callable[[], V]) -> V: ...
    @abstractmethod
    def enter(self, found: Definition, places: Sequence[I]) -> dict[str, I]: ...
    @abstractmethod
    def add(self, left: V, right: V, sign: int, plain: bool) -> V: ...
    @abstractmethod
    def multiply(self, left: V, right: V, dotted: bool) -> V: ...
    @abstractmethod
    def divide(self, left: V, right: V) -> V: ...
    @abstractmethod
    def layer(self, operator: str, left: V, right: V) -> V: ...
    @abstractmethod
    def transpose(self, value: V) -> V: ...
    @abstractmethod
    def power(self, value: V, exponent: Node, dotted: bool) -> V: ...
    @abstractmethod
    def entrywise(self, function: str, order: int, value: V) -> V: ...
    @abstractmethod
    def of_array(self, function: str, node: Node, values: Sequence[V], axis: int | None) -> V: ...
    @abstractmethod
    def constant(self, name: str, node: Node, sizes: Sequence[Node]) -> V: ...
    @abstractmethod
    def written(self, rows: Sequence[Sequence[V]]) -> V: ...
    @abstractmethod
    def iverson(self, node: Iverson) -> V: ...
    @abstractmethod
    def derivative(self, of: Callable[[], V], variable: Node, layout: str) -> V: ...
    @abstractmethod
    def unknown(self, name: str, values: Sequence[V]) -> V: ...
    @abstractmethod
    def unknown_call(self, name: str, order: int, values: Sequence[V]) -> V: ...
    @abstractmethod
    def slope(self, found: Definition, order: int, value: V) -> V: ...
    @abstractmethod
    def call(
        self, name: str, order: int, arguments: Sequence[Callable[[], V]], node: Node, axis: int | None = None
    ) -> V: ...
    @abstractmethod
    def value(self, node: Node) -> V: ...
    @abstractmethod
    def _row(self, row: Sequence[tuple[str, Node]], whole: Node) -> V: ...
    @abstractmethod
    def derivative_at(self, of: Callable[[], V], name: str, places: tuple[I, ...]) -> V: ...
