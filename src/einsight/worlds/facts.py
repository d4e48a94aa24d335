"""The parts of a page: its formulas, each with its place, the definitions in them, and what words and declarations say of names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from ..lowering.mentioned import names_of
from ..syntax.tree import Node, Relation
from .familiar import Familiar


@dataclass(frozen=True)
class Formula:
    """A relation of the page, with the numbers of its section and its paragraph; or an expression, with one side."""

    tree: Relation
    section: int = 0
    paragraph: int = 0


class Shown:
    """What stands in a section, as a key that is hashed once: it is a part of what each answer in the section rests on."""

    __slots__ = ("_formulas", "_hash")

    def __init__(self, formulas: Sequence[Formula]):
        first = formulas[0].paragraph
        self._formulas = tuple((f.tree, f.paragraph - first) for f in formulas)
        self._hash = hash(self._formulas)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Shown) and self._formulas == other._formulas)


@dataclass(frozen=True)
class Facts:
    """What a page says of names without giving them a value.

    told       dimensions of names of which something says them
    kinds      what words or typefaces call a name
    has        properties of names
    functions  names that are declared as functions
    elsewhere  properties that names have in other sections, so that they may be of others here
    symmetric  does the page speak of symmetric matrices, and `normalised`, of what adds up to 1?
    errors     letters of errors, where the page speaks of a model
    loose      names of which that was said in a section around this one, so that it may be of others
    familiar   functions that its field knows by a letter
    dependent  names that change with something, as the page says without saying how
    """

    told: dict[str, tuple[str, ...]] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    has: dict[str, frozenset[str]] = field(default_factory=dict)
    elsewhere: dict[str, frozenset[str]] = field(default_factory=dict)
    functions: frozenset[str] = frozenset()
    symmetric: bool = False
    normalised: bool = False
    errors: frozenset[str] = frozenset()
    loose: frozenset[str] = frozenset()
    dependent: frozenset[str] = frozenset()
    familiar: tuple[Familiar, ...] = ()


@dataclass(frozen=True, eq=False)
class Definition:
    """`name_indices(arguments) = body`, in the formula of that number on the page.

    `free` are letters that count something in the body, of which the name says nothing: `a = W x_t`.
    """

    name: str
    indices: tuple[str, ...]
    arguments: tuple[str, ...]
    body: Node
    order: int
    free: tuple[str, ...] = ()

    @cached_property
    def names(self) -> frozenset[str]:
        return frozenset(names_of(self.body))
