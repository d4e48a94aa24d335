"""What a page says of its names in words and declarations, and the formulas that it has, each with its place."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..syntax.tree import Relation


@dataclass(frozen=True)
class Formula:
    """A relation of the page, with the numbers of its section and its paragraph."""

    tree: Relation
    section: int = 0
    paragraph: int = 0


@dataclass(frozen=True)
class Facts:
    """What a page says of names without giving them a value.

    told       dimensions of names of which something says them
    kinds      what words or typefaces call a name
    has        properties of names
    functions  names that are declared as functions
    symmetric  does the page speak of symmetric matrices, and `normalised`, of what adds up to 1?
    loose      names of which that was said in a section around this one, so that it may be of others
    dependent  names that change with something, as the page says without saying how
    """

    told: dict[str, tuple[str, ...]] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    has: dict[str, frozenset[str]] = field(default_factory=dict)
    functions: frozenset[str] = frozenset()
    symmetric: bool = False
    normalised: bool = False
    loose: frozenset[str] = frozenset()
    dependent: frozenset[str] = frozenset()
