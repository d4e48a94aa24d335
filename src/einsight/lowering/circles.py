"""Definitions that lead back to themselves: `y = A x`, then `x = inv(A) y`.

Which names a definition rests on is read off its text, so that it is known too where the text cannot be read otherwise;
what closes a circle is the last of its definitions.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..syntax.tree import Indexed, Name, Node
from .names import NOTES, Names, canonical_name
from .operators import nodes_in


def rests_on(node: Node, names: Names) -> Iterator[str]:
    """The names that an expression may depend on: `x` of `dx` too, unless that is a name of its own."""
    for part in nodes_in(node):
        if isinstance(part, Indexed) and isinstance(part.base, Name):
            yield canonical_name(f"{part.base.text}_{part.subscript.text}")
        elif isinstance(part, Name):
            yield canonical_name(part.text)
            if part.text[0] == "d" and len(part.text) > 1 and names.before(part.text) is None:
                yield canonical_name(part.text[1:])


def way_round(name: str, rests: frozenset[str], names: Names) -> list[str]:
    """The names from one that rests on those back to itself, itself last; a shortest way, empty where there is none."""
    ways = [[n] for n in sorted(rests)]
    met = set(rests)
    for way in ways:  # breadth first: the list grows while it is walked
        if way[-1] == name:
            return way
        fresh = sorted(_rests_of(way[-1], names) - met)
        met.update(fresh)
        ways += [[*way, n] for n in fresh]
    return []


def _rests_of(name: str, names: Names) -> frozenset[str]:
    if names.fact(NOTES):  # there a name is declared again for something else
        entry = names.before(name)
        if entry is None or entry.kind != "defined":
            return frozenset()
    return names.fact(("rests", name)) or frozenset()
